"""Tree to closures: each node becomes one function of a frame.

What the analysis can know beforehand (constant operands, names that no scope can hide) is settled
here, so that evaluation is a walk over small functions.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import ast
from engine.feel.builtins_registry import BUILTINS
from engine.feel.compiler_logic import between_code, comparison_code, logic_code
from engine.feel.compiler_loops import filter_code, for_code, quantified_code
from engine.feel.compiler_tests import in_code, operator_range, test_code
from engine.feel.compiler_values import (
    at_code,
    constant,
    context_code,
    function_code,
    instance_code,
    list_code,
    range_code,
)
from engine.feel.frame import Code, Frame, Test
from engine.feel.functions import call_code
from engine.feel.limits import Run
from engine.feel.lookup import convert, member, raw_name, root_name, scoped_name
from engine.feel.operators import OPERATIONS, negate, no_operation
from engine.feel.values import Builtin, Value, kind


class Compiler:
    """Compiles the nodes of one expression.

    `declared` are names the host says exist; they hide built-in functions of the same name. `local`
    are the names bound around the node at hand, `scoped` is whether any scope surrounds it.
    """

    def __init__(self, declared: frozenset[str] = frozenset()) -> None:
        self.declared = declared
        self.local: frozenset[str] = frozenset()
        self.scoped = False

    def code(self, node: ast.Node) -> Code:
        """The closure of `node`."""
        return _COMPILERS[type(node)](self, node)

    def within(self, names: frozenset[str], node: ast.Node) -> Code:
        """The closure of `node` inside a scope that binds `names`."""
        before = self.local, self.scoped
        self.local, self.scoped = self.local | names, True
        code = self.code(node)
        self.local, self.scoped = before
        return code

    def test(self, node: ast.Node) -> Test:
        """The closure of a unary test."""
        return test_code(self, node)

    def builtin(self, name: str) -> Builtin | None:
        """The built-in function `name` means when nothing hides it."""
        return BUILTINS.get(name)

    def hides(self, name: str) -> bool:
        """Whether a declared or local name stands before the built-in function."""
        return name in self.declared or name in self.local


def _literal(_: Compiler, node: ast.Literal) -> Code:
    return constant(node.value)


def _name(compiler: Compiler, node: ast.Name) -> Code:
    make = scoped_name if compiler.scoped else root_name
    code = make(node.name, node.column, compiler.builtin(node.name))
    return code if "." not in node.name else _dotted(compiler, node, code)


def _dotted(compiler: Compiler, node: ast.Name, whole: Code) -> Code:
    """A known name with a dot in it: the name if some scope has it, else the path it also spells."""
    first, *members = node.name.split(".")
    path: ast.Node = ast.Name(first, node.column)
    for name in members:
        path = ast.Path(path, name, node.column)
    parts = compiler.code(path)

    def dotted(frame: Frame) -> Value:
        place: Frame | None = frame
        while place is not None:
            if node.name in place.scope:
                return whole(frame)
            place = place.parent
        return parts(frame)

    return dotted


def _raw(compiler: Compiler, node: ast.Node) -> Code:
    if isinstance(node, ast.Name) and "." not in node.name:
        return raw_name(node.name, node.column, compiler.builtin(node.name))
    if isinstance(node, ast.Path):
        return _raw_path(compiler, node)
    return compiler.code(node)


def _raw_path(compiler: Compiler, node: ast.Path) -> Code:
    base, name, column = _raw(compiler, node.base), node.name, node.column
    return lambda frame: member(base(frame), name, frame.run, column)


def _path(compiler: Compiler, node: ast.Path) -> Code:
    base, name, column = _raw(compiler, node.base), node.name, node.column
    if _is_own(compiler, node):
        return lambda frame: member(base(frame), name, frame.run, column)

    def path(frame: Frame) -> Value:
        value = base(frame)
        own = type(value) is dict and name in value
        found = value[name] if own else member(value, name, frame.run, column)
        return found if frame.run.trusted else convert(found, frame.run, column)

    return path


def _is_own(compiler: Compiler, node: ast.Path) -> bool:
    """Whether the path starts at a value made by the expression itself, which needs no conversion."""
    base: ast.Node = node
    while isinstance(base, ast.Path):
        base = base.base
    return not isinstance(base, ast.Name) or base.name in compiler.local


def _negation(compiler: Compiler, node: ast.Negation) -> Code:
    if isinstance(node.operand, ast.Literal) and isinstance(node.operand.value, Decimal):
        return constant(node.operand.value.copy_negate())
    operand, column = compiler.code(node.operand), node.column

    def negation(frame: Frame) -> Value:
        value = operand(frame)
        result = negate(value)
        if result is None:
            frame.run.null(f"`-` không áp dụng cho {kind(value)}. / `-` is not defined for {kind(value)}.", column)
        return result

    return negation


def _arithmetic(compiler: Compiler, node: ast.Arithmetic) -> Code:
    first = compiler.code(node.first)
    rest = [(_binary(operator, column), compiler.code(term)) for operator, term, column in node.rest]
    if len(rest) == 1:
        apply, second = rest[0]
        return lambda frame: apply(first(frame), second(frame), frame.run)

    def chain(frame: Frame) -> Value:
        value = first(frame)
        for apply, term in rest:
            value = apply(value, term(frame), frame.run)
        return value

    return chain


def _binary(operator: str, column: int) -> Callable[[Value, Value, Run], Value]:
    operations = OPERATIONS[operator]

    def binary(a: Value, b: Value, run: Run) -> Value:
        operation = operations.get((type(a), type(b)))
        if operation is None:
            run.null(no_operation(operator, a, b), column)
            return None
        if type(a) is str:
            run.charge_text(len(a) + len(b))
        result = operation(a, b)
        if type(result) is Decimal and not result.is_finite():
            result = None
        if result is None:
            run.null(
                f"`{operator}` không có kết quả (chia cho 0 hoặc quá lớn). / "
                f"`{operator}` has no result (division by zero or too large).",
                column,
            )
        return result

    return binary


def _if(compiler: Compiler, node: ast.If) -> Code:
    branches = [(compiler.code(when), compiler.code(then)) for when, then in node.branches]
    otherwise = compiler.code(node.otherwise)

    def conditional(frame: Frame) -> Value:
        for when, then in branches:
            if when(frame) is True:
                return then(frame)
        return otherwise(frame)

    return conditional


_COMPILERS: dict[type, Callable[[Compiler, Any], Code]] = {
    ast.Literal: _literal,
    ast.AtLiteral: at_code,
    ast.Name: _name,
    ast.Path: _path,
    ast.Negation: _negation,
    ast.Arithmetic: _arithmetic,
    ast.If: _if,
    ast.Comparison: comparison_code,
    ast.Between: between_code,
    ast.Logic: logic_code,
    ast.In: in_code,
    ast.OperatorTest: operator_range,
    ast.Filter: filter_code,
    ast.For: for_code,
    ast.Quantified: quantified_code,
    ast.ListNode: list_code,
    ast.ContextNode: context_code,
    ast.RangeNode: range_code,
    ast.InstanceOf: instance_code,
    ast.FunctionNode: function_code,
    ast.Call: call_code,
}
