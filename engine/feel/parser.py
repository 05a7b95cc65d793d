"""Tokens to tree: a recursive descent over the grammar of DMN 1.5, 10.3.1.2."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel import ast
from engine.feel.cursor import KEYWORDS, Cursor
from engine.feel.lexer import unquote
from engine.feel.limits import MAX_NESTING, too_large
from engine.feel.names import NameTree
from engine.feel.parser_types import parse_type
from engine.feel.values import NUMBERS

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_RANK = {"or": 1, "and": 2, "between": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
_RANK.update(dict.fromkeys(COMPARISONS, 3))
_LOGIC_RANKS = (1, 2)
_COMPARISON_RANK = 3
_ARITHMETIC_RANK = 4

# What cannot start an expression: after one of these a `[` was the end of a range, as in `]1..5[`.
_NO_START = frozenset([")", "]", "}", ",", ":", "=", "!=", "<", "<=", ">", ">=", "+", "*", "/", "**", "..", "."])
_NO_START_WORDS = frozenset(["then", "else", "return", "satisfies", "in", "and", "or", "between", "instance"])


class Parser(Cursor):
    """Parses one expression or one cell of unary tests."""

    def __init__(self, text: str, names: frozenset[str], common: NameTree) -> None:
        super().__init__(text, names, common)
        self._primaries: dict[str, Callable[[], ast.Node]] = {
            "(": self._round,
            "[": self._square,
            "]": self._open_range,
            "{": self._context,
            "@": self._at_literal,
            "if": self._if,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function,
        }

    # --- entry points ------------------------------------------------------------------------
    def whole_expression(self) -> ast.Node:
        """The text as one expression."""
        node = self.expression()
        self._finish()
        return node

    def whole_tests(self) -> ast.UnaryTestsNode:
        """The text as the unary tests of a decision table's cell."""
        if self.at("-") and self.peek().kind == "end":
            return ast.UnaryTestsNode(None, negated=False)
        if self.at("not") and self.peek().text == "(":
            negated = self._negated_tests()
            if negated is not None:
                return negated
        tests = self._tests()
        self._finish()
        return ast.UnaryTestsNode(tests, negated=False)

    def _negated_tests(self) -> ast.UnaryTestsNode | None:
        start = self.index
        self.index += 2
        tests = self._tests()
        if self.take(")") and self.token.kind == "end":
            return ast.UnaryTestsNode(tests, negated=True)
        self.index = start
        return None

    def _finish(self) -> None:
        if self.token.kind != "end":
            raise self.error("an operator or the end of the expression")

    def _tests(self) -> tuple[ast.Node, ...]:
        tests = [self.expression()]
        while self.take(","):
            tests.append(self.expression())
        return tuple(tests)

    # --- operators ---------------------------------------------------------------------------
    def expression(self) -> ast.Node:
        """Any expression; also a unary test such as `< 5`, which as a value is a range."""
        self.descend()
        node = self._operator_test() if self.at(*COMPARISONS) else self._climb(1)
        self.ascend()
        return node

    def _operator_test(self) -> ast.Node:
        column = self.column
        operator = self.advance().text
        return ast.OperatorTest(operator, self._climb(_ARITHMETIC_RANK), column)

    def _climb(self, minimum: int, left: ast.Node | None = None) -> ast.Node:
        node = left if left is not None else self._unary()
        for _ in range(MAX_NESTING):
            rank = _RANK.get(self.token.text, 0) if self.token.kind in ("mark", "name") else 0
            if rank < minimum or not rank:
                return node
            node = self._operation(node, rank)
        raise too_large("phép toán nối tiếp", "operations in a row", MAX_NESTING)

    def _operation(self, left: ast.Node, rank: int) -> ast.Node:
        self.count_node()
        if rank in _LOGIC_RANKS:
            return self._logic(left, rank)
        if rank != _COMPARISON_RANK:
            return self._arithmetic(left, rank)
        column = self.column
        operator = self.advance().text
        if operator == "between":
            low = self._climb(_ARITHMETIC_RANK)
            self.expect("and")
            return ast.Between(left, low, self._climb(_ARITHMETIC_RANK), column)
        if operator == "in":
            return ast.In(left, self._in_tests(), column)
        return ast.Comparison(operator, left, self._climb(_ARITHMETIC_RANK), column)

    def _logic(self, left: ast.Node, rank: int) -> ast.Node:
        column, operator = self.column, self.token.text
        terms = [left]
        while self.take(operator):
            self.count_node()
            terms.append(self._climb(rank + 1))
        return ast.Logic(operator, tuple(terms), column)

    def _arithmetic(self, left: ast.Node, rank: int) -> ast.Node:
        column = self.column
        rest: list[tuple[str, ast.Node, int]] = []
        while self.token.kind == "mark" and _RANK.get(self.token.text) == rank:
            self.count_node()
            place = self.column
            operator = self.advance().text
            rest.append((operator, self._climb(rank + 1), place))
        return ast.Arithmetic(left, tuple(rest), column)

    def _in_tests(self) -> tuple[ast.Node, ...]:
        if self.at(*COMPARISONS):
            return (self._operator_test(),)
        if not self.at("("):
            return (self._climb(_ARITHMETIC_RANK),)
        self.descend()
        column = self.column
        self.advance()
        tests = self._tests()
        if len(tests) == 1 and self.at(".."):
            tests = (self._range_end(tests[0], column, low_closed=False),)
        else:
            self.expect(")")
        self.ascend()
        if len(tests) == 1:
            return (self._climb(_ARITHMETIC_RANK, self._postfix(tests[0])),)
        return tests

    def _unary(self) -> ast.Node:
        self.count_node()
        column = self.column
        minuses = 0
        while self.take("-"):
            minuses += 1
        node = self._postfix(self._primary())
        if self.at("instance") and self.peek().text == "of":
            self.index += 2
            node = ast.InstanceOf(node, parse_type(self), column)
        for _ in range(min(minuses, 2 - minuses % 2)):  # pairs of minuses undo each other on numbers
            node = ast.Negation(node, column)
        return node

    def _postfix(self, node: ast.Node) -> ast.Node:
        for _ in range(MAX_NESTING):
            column = self.column
            if self.take("."):
                node = ast.Path(node, self._member_name(), column)
            elif self.at("[") and self._starts_filter():
                self.advance()
                node = ast.Filter(node, self.expression(), column)
                self.expect("]")
            elif self.take("("):
                node = self._call(node)
            else:
                return node
            self.count_node()
        raise too_large("bước của đường dẫn", "steps of a path", MAX_NESTING)

    def _starts_filter(self) -> bool:
        following = self.peek()
        if following.kind == "end" or (following.kind == "mark" and following.text in _NO_START):
            return False
        return not (following.kind == "name" and following.text in _NO_START_WORDS)

    def _member_name(self) -> str:
        name = self.name(any_word=True)
        if name is None:
            raise self.error("a name after `.`")
        return name

    def _call(self, function: ast.Node) -> ast.Node:
        column = function.column
        arguments: list[ast.Node] = []
        names: list[str] = []
        while not self.at(")"):
            label = self.label(symbols=False)
            if label is not None:
                names.append(label[0])
                self.index = label[1]
            if (label is None) == bool(names):
                raise self.error("every argument named, or none")
            arguments.append(self.expression())
            if not self.take(","):
                break
        self.expect(")")
        return ast.Call(function, tuple(arguments), tuple(names) or None, column)

    # --- primaries ---------------------------------------------------------------------------
    def _primary(self) -> ast.Node:
        token, column = self.token, self.column
        if token.kind == "number":
            self.advance()
            return ast.Literal(self._number(token.text), column)
        if token.kind == "string":
            self.advance()
            return ast.Literal(unquote(token.text), column)
        if token.kind == "name":
            return self._word(column)
        build = self._primaries.get(token.text) if token.kind == "mark" else None
        if build is None:
            raise self.error("a value, a name or `(`")
        return build()

    def _number(self, text: str) -> Decimal:
        number = NUMBERS.create_decimal(text)
        if not number.is_finite():
            self.index -= 1
            raise self.error("a number below 10 to the power of 6145")
        return number

    def _word(self, column: int) -> ast.Node:
        word = self.token.text
        if word in KEYWORDS:
            known = self.known_name()
            if known is None or known[1] <= self.index + 1:
                return self._keyword(word, column)
        name = self.name()
        if name is None:
            raise self.error("a name")
        return ast.Name(name, column)

    def _keyword(self, word: str, column: int) -> ast.Node:
        constants: dict[str, bool | None] = {"null": None, "true": True, "false": False}
        if word in constants:
            self.advance()
            return ast.Literal(constants[word], column)
        if word not in self._primaries:
            raise self.error("a value or a name")
        return self._primaries[word]()

    def _at_literal(self) -> ast.Node:
        column = self.column
        self.expect("@")
        return ast.AtLiteral(self.string(), column)

    def _round(self) -> ast.Node:
        column = self.column
        self.expect("(")
        node = self.expression()
        if self.at(".."):
            return self._range_end(node, column, low_closed=False)
        self.expect(")")
        return node

    def _square(self) -> ast.Node:
        column = self.column
        self.expect("[")
        if self.take("]"):
            return ast.ListNode((), column)
        items = [self.expression()]
        if self.at(".."):
            return self._range_end(items[0], column, low_closed=True)
        while self.take(","):
            items.append(self.expression())
        self.expect("]", *([".."] if len(items) == 1 else [","]))
        return ast.ListNode(tuple(items), column)

    def _open_range(self) -> ast.Node:
        column = self.column
        self.expect("]")
        low = self.expression()
        return self._range_end(low, column, low_closed=False)

    def _range_end(self, low: ast.Node, column: int, *, low_closed: bool) -> ast.Node:
        self.expect("..")
        high = self.expression()
        closing = self.expect("]", ")", "[")
        return ast.RangeNode(low, high, low_closed, closing.text == "]", column)

    def _context(self) -> ast.Node:
        column = self.column
        self.expect("{")
        entries: list[tuple[str, ast.Node]] = []
        while not self.at("}"):
            key = self._key()
            entries.append((key, self.expression()))
            self.declare(key)
            if not self.take(","):
                break
        self.expect("}")
        return ast.ContextNode(tuple(entries), column)

    def _key(self) -> str:
        if self.token.kind == "string":
            key = self.string()
            self.expect(":")
            return key
        label = self.label(symbols=True)
        if label is None:
            raise self.error("a key followed by `:`")
        self.index = label[1]
        return label[0]

    # --- constructs with words ---------------------------------------------------------------
    def _if(self) -> ast.Node:
        column = self.column
        branches: list[tuple[ast.Node, ast.Node]] = []
        while self.take("if"):
            self.count_node()
            condition = self.expression()
            self.expect("then")
            branches.append((condition, self.expression()))
            self.expect("else")
        return ast.If(tuple(branches), self.expression(), column)

    def _for(self) -> ast.Node:
        column = self.column
        self.expect("for")
        iterations = self._iterations()
        self.declare("partial")
        self.expect("return")
        return ast.For(iterations, self.expression(), column)

    def _quantified(self) -> ast.Node:
        column = self.column
        quantifier = self.advance().text
        iterations = self._iterations()
        self.expect("satisfies")
        return ast.Quantified(quantifier, iterations, self.expression(), column)

    def _iterations(self) -> tuple[ast.Iteration, ...]:
        iterations = [self._iteration()]
        while self.take(","):
            iterations.append(self._iteration())
        return tuple(iterations)

    def _iteration(self) -> ast.Iteration:
        column = self.column
        found = self.plain_name()
        if found is None:
            raise self.error("the name of an iteration variable")
        name, self.index = found
        self.declare(name)
        self.expect("in")
        source = self.expression()
        end = self.expression() if self.take("..") else None
        return ast.Iteration(name, source, end, column)

    def _function(self) -> ast.Node:
        column = self.column
        self.expect("function")
        self.expect("(")
        parameters: list[tuple[str, ast.TypeRef | None]] = []
        while not self.at(")"):
            found = self.plain_name()
            if found is None:
                raise self.error("the name of a parameter or `)`")
            name, self.index = found
            self.declare(name)
            parameters.append((name, parse_type(self) if self.take(":") else None))
            if not self.take(","):
                break
        self.expect(")")
        external = self.take("external")
        return ast.FunctionNode(tuple(parameters), self.expression(), external, column)
