"""Compiled expressions and unary tests, and the cache of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

from engine.feel import ast
from engine.feel.builtins_all import BUILTINS
from engine.feel.compiler import Compiler
from engine.feel.compiler_tests import cell_test
from engine.feel.cursor import name_tree
from engine.feel.errors import EvaluationProblem, FeelLimitError
from engine.feel.frame import Code, Frame, Test
from engine.feel.limits import Budget, Run
from engine.feel.parser import Parser
from engine.feel.values import MAX_TREE, MAX_TREE_DEPTH, Value, to_feel
from engine.feel.walk import FreeNames, free_names

_BUILT_IN_NAMES = frozenset(BUILTINS) | {"time offset", "start included", "end included"}


class Expression:
    """A compiled expression; immutable and safe to share between threads.

    `names` are the free variables, `paths` the same with the members read from them, `functions` the
    names that are called. `uncertain` are names inside filters: variables, or members of the items.
    """

    __slots__ = ("code", "functions", "names", "node", "paths", "text", "uncertain")

    def __init__(self, text: str, node: ast.Node, code: Code, free: FreeNames) -> None:
        self.text = text
        self.node = node
        self.code = code
        self.names = frozenset(free.names)
        self.paths = frozenset(free.paths)
        self.functions = frozenset(free.functions)
        self.uncertain = frozenset(free.uncertain)

    def evaluate(
        self, context: Mapping[str, object], *, now: dt.datetime | None = None, budget: Budget | None = None
    ) -> Value:
        """The value in `context`; null where the standard says null. Raises FeelLimitError."""
        return finish(self.code, Frame(context, None, Run(now, budget)))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def finish(code: Code, frame: Frame) -> Value:
    """Run `code`; structures are measured, so that what comes out can be walked safely."""
    try:
        value = code(frame)
    except RecursionError:
        raise _too_deep() from None
    if type(value) is list or type(value) is dict:
        _measure(value)
    return value


def _too_deep() -> FeelLimitError:
    return FeelLimitError(
        "Biểu thức lồng quá sâu hoặc tự gọi mãi. / The expression is nested too deeply or calls itself for ever."
    )


def _measure(value: Value) -> None:
    left = MAX_TREE
    level: list[Value] = [value]
    for _ in range(MAX_TREE_DEPTH):
        below: list[Value] = []
        for item in level:
            if type(item) is list:
                below.extend(item)
            elif type(item) is dict:
                below.extend(item.values())
            if len(below) > left:
                raise FeelLimitError("Kết quả quá lớn. / The result has too many parts.")
        left -= len(below)
        level = below
        if not level:
            return
    raise _too_deep()


def evaluate_traced(
    expression: Expression,
    context: Mapping[str, object],
    *,
    now: dt.datetime | None = None,
    budget: Budget | None = None,
) -> tuple[Value, tuple[EvaluationProblem, ...]]:
    """The value, and why operations gave null on the way."""
    run = Run(now, budget)
    value = finish(expression.code, Frame(context, None, run))
    return value, tuple(run.problems)


class UnaryTests:
    """Compiled unary tests: a decision table's cell."""

    __slots__ = ("functions", "names", "node", "paths", "test", "text", "uncertain")

    def __init__(self, text: str, node: ast.UnaryTestsNode, test: Test, free: FreeNames) -> None:
        self.text = text
        self.node = node
        self.test = test
        self.names = frozenset(free.names)
        self.paths = frozenset(free.paths)
        self.functions = frozenset(free.functions)
        self.uncertain = frozenset(free.uncertain)

    def matches(
        self,
        value: object,
        context: Mapping[str, object],
        *,
        now: dt.datetime | None = None,
        budget: Budget | None = None,
    ) -> bool | None:
        """Whether `value` passes; None when that cannot be said."""
        frame = Frame(context, None, Run(now, budget))
        try:
            answer = self.test(frame, to_feel(value))
        except RecursionError:
            raise _too_deep() from None
        return answer if type(answer) is bool else None

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"


@lru_cache(maxsize=4096)
def compile_expression(text: str, names: frozenset[str] = frozenset()) -> Expression:
    """Compile `text`; `names` are the variables known to exist, needed for names with symbols in them.

    Without them adjacent words are read as one name. Raises FeelSyntaxError and FeelLimitError.
    """
    try:
        node = Parser(text, names, name_tree(_BUILT_IN_NAMES)).whole_expression()
        return Expression(text, node, Compiler(names).code(node), free_names(node))
    except RecursionError:
        raise _too_deep() from None


@lru_cache(maxsize=4096)
def compile_unary_tests(text: str, names: frozenset[str] = frozenset()) -> UnaryTests:
    """Compile the text of a cell: `-`, tests with commas, or `not(…)`. Raises as `compile_expression`."""
    try:
        node = Parser(text, names, name_tree(_BUILT_IN_NAMES)).whole_tests()
        return UnaryTests(text, node, cell_test(Compiler(names), node), free_names(node))
    except RecursionError:
        raise _too_deep() from None
