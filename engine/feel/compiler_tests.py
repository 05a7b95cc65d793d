"""Closures for unary tests: the cells of decision tables and the right side of `in`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from engine.feel import ast
from engine.feel.compiler_logic import compare
from engine.feel.frame import Code, Frame, Test
from engine.feel.operators import less, matches
from engine.feel.values import Range, Value, kind
from engine.feel.walk import mentions

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler


def test_code(compiler: Compiler, node: ast.Node) -> Test:
    """The closure of one positive unary test."""
    if isinstance(node, ast.OperatorTest):
        return _operator_test(compiler, node)
    if isinstance(node, ast.Literal) and node.value is not None:
        return _constant_test(node.value)
    if isinstance(node, ast.RangeNode):
        return _range_test(compiler, node)
    if mentions(node, "?"):
        return _condition_test(compiler, node)
    return _value_test(compiler.code(node))


def _operator_test(compiler: Compiler, node: ast.OperatorTest) -> Test:
    operator = node.operator
    operand = compiler.within(frozenset("?"), node.operand) if mentions(node.operand, "?") else None
    if operand is not None:
        inner = operand
        return lambda frame, value: compare(operator, value, inner(Frame({"?": value}, frame, frame.run)), frame.run)
    code = compiler.code(node.operand)

    def operator_test(frame: Frame, value: Value) -> bool | None:
        return compare(operator, value, code(frame), frame.run)

    return operator_test


def _constant_test(constant: Value) -> Test:
    kind_of = type(constant)

    def constant_test(frame: Frame, value: Value) -> bool | None:
        if type(value) is kind_of:
            return bool(value == constant)
        return False if value is None else matches_either(value, constant, frame)

    return constant_test


def matches_either(value: Value, test: Value, frame: Frame) -> bool | None:
    """`value in test`; a list under test matches when it equals the test or has it among its elements."""
    answer = matches(value, test, frame.run)
    if answer is None and isinstance(value, list) and len(value) == 1:
        return matches(value[0], test, frame.run)
    return answer


def _range_test(compiler: Compiler, node: ast.RangeNode) -> Test:
    code = compiler.code(node)
    ends = (node.low, node.high)
    if all(isinstance(end, ast.Literal) and isinstance(end.value, Decimal) for end in ends):
        low, high = (end.value for end in ends if isinstance(end, ast.Literal))
        if isinstance(low, Decimal) and isinstance(high, Decimal) and low <= high:
            return _constant_range(Range(low, high, node.low_closed, node.high_closed))

    def range_test(frame: Frame, value: Value) -> bool | None:
        interval = code(frame)
        return None if interval is None else matches_either(value, interval, frame)

    return range_test


def _constant_range(interval: Range) -> Test:
    low, high, low_closed, high_closed = interval.low, interval.high, interval.low_closed, interval.high_closed

    def range_test(frame: Frame, value: Value) -> bool | None:
        if type(value) is not Decimal:
            return matches_either(value, interval, frame)
        if not (low <= value <= high):
            return False
        return (low_closed or value != low) and (high_closed or value != high)

    return range_test


def _condition_test(compiler: Compiler, node: ast.Node) -> Test:
    condition = compiler.within(frozenset("?"), node)

    def condition_test(frame: Frame, value: Value) -> bool | None:
        answer = condition(Frame({"?": value}, frame, frame.run))
        if answer is None or type(answer) is bool:
            return answer
        return matches_either(value, answer, frame)

    return condition_test


def _value_test(code: Code) -> Test:
    def value_test(frame: Frame, value: Value) -> bool | None:
        wanted = code(frame)
        if wanted is True and type(value) is not bool:
            return True
        return matches_either(value, wanted, frame)

    return value_test


def in_code(compiler: Compiler, node: ast.In) -> Code:
    """The closure of `value in tests`."""
    value = compiler.code(node.value)
    tests = tuple(compiler.test(test) for test in node.tests)
    column = node.column

    def membership(frame: Frame) -> Value:
        candidate = value(frame)
        certain = True
        for test in tests:
            answer = test(frame, candidate)
            if answer:
                return True
            if answer is None:
                certain = False
        if certain:
            return False
        frame.run.null(
            f"`in` không so được {kind(candidate)} với vế phải. / "
            f"`in` cannot compare {kind(candidate)} with its right side.",
            column,
        )
        return None

    return membership


def operator_range(compiler: Compiler, node: ast.OperatorTest) -> Code:
    """The closure of `< 5` as a value: the range without an end on one side."""
    operand, operator, column = compiler.code(node.operand), node.operator, node.column

    def interval(frame: Frame) -> Value:
        end = operand(frame)
        if less(end, end) is None or operator == "!=":
            frame.run.null(
                f"`{operator} {kind(end)}` không phải một khoảng. / `{operator} {kind(end)}` describes no range.",
                column,
            )
            return None
        return range_of(operator, end)

    return interval


def range_of(operator: str, end: Value) -> Range:
    """The range of all values that are `operator end`."""
    if operator == "=":
        return Range(end, end, low_closed=True, high_closed=True)
    closed = operator.endswith("=")
    if operator.startswith("<"):
        return Range(None, end, low_closed=False, high_closed=closed, open_low=True)
    return Range(end, None, low_closed=closed, high_closed=False, open_high=True)


def cell_test(compiler: Compiler, node: ast.UnaryTestsNode) -> Test:
    """The closure of a cell: the dash, any of its tests, or with `not(…)` none of them."""
    if node.tests is None:
        return lambda _frame, _value: True
    tests = tuple(test_code(compiler, test) for test in node.tests)
    if len(tests) == 1 and not node.negated:
        return tests[0]
    cell = _any_of(tests, negated=node.negated)
    words = {test.value for test in node.tests if isinstance(test, ast.Literal) and isinstance(test.value, str)}
    return _among(frozenset(words), cell, negated=node.negated) if len(words) == len(node.tests) else cell


def _among(words: frozenset[str], general: Test, *, negated: bool) -> Test:
    """A cell of strings alone, which one look into a set decides for a string."""

    def among(frame: Frame, value: Value) -> bool | None:
        if type(value) is str:
            return (value in words) is not negated
        return general(frame, value)

    return among


def _any_of(tests: tuple[Test, ...], *, negated: bool) -> Test:
    def cell(frame: Frame, value: Value) -> bool | None:
        certain = True
        for test in tests:
            answer = test(frame, value)
            if answer:
                return not negated
            if answer is None:
                certain = False
        return negated if certain else None

    return cell
