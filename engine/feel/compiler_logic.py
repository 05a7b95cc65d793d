"""Closures for comparisons and three-valued logic."""

from __future__ import annotations

import operator as host
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.feel import ast
from engine.feel.frame import Code, Frame
from engine.feel.limits import Run
from engine.feel.operators import equal, less, less_or_equal
from engine.feel.values import Value, kind

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler

_ORDERS: dict[str, tuple[Callable[[Decimal, Decimal], bool], Callable[[Value, Value], bool | None]]] = {
    "<": (host.lt, less),
    "<=": (host.le, less_or_equal),
    ">": (host.gt, lambda a, b: less(b, a)),
    ">=": (host.ge, lambda a, b: less_or_equal(b, a)),
}


def compare(operator: str, left: Value, right: Value, run: Run) -> bool | None:
    """`left operator right` for one of the six comparisons."""
    if operator in _ORDERS:
        return _ORDERS[operator][1](left, right)
    same = equal(left, right, run)
    return same if operator == "=" or same is None else not same


def comparison_code(compiler: Compiler, node: ast.Comparison) -> Code:
    """The closure of `left op right`."""
    left, right = compiler.code(node.left), compiler.code(node.right)
    if node.operator in _ORDERS:
        return _order_code(node.operator, left, right, node.column)
    if isinstance(node.right, ast.Literal) and node.right.value is not None:
        return _constant_equality(left, node.right.value, node.column, wanted=node.operator == "=")
    return _equality(left, right, node.column, wanted=node.operator == "=")


def _order_code(operator: str, left: Code, right: Code, column: int) -> Code:
    numbers, general = _ORDERS[operator]

    def order(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        if type(a) is Decimal and type(b) is Decimal:
            return numbers(a, b)
        answer = general(a, b)
        if answer is None:
            frame.run.null(
                f"`{operator}` không so được {kind(a)} với {kind(b)}. / "
                f"`{operator}` cannot order {kind(a)} and {kind(b)}.",
                column,
            )
        return answer

    return order


def _constant_equality(left: Code, constant: Value, column: int, *, wanted: bool) -> Code:
    kind_of = type(constant)

    def equality(frame: Frame) -> Value:
        value = left(frame)
        if type(value) is kind_of:
            return (value == constant) is wanted
        if value is None:
            return not wanted
        frame.run.null(
            f"`=` không so được {kind(value)} với {kind(constant)}. / "
            f"`=` cannot compare {kind(value)} and {kind(constant)}.",
            column,
        )
        return None

    return equality


def _equality(left: Code, right: Code, column: int, *, wanted: bool) -> Code:
    def equality(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        same = equal(a, b, frame.run)
        if same is None:
            frame.run.null(
                f"`=` không so được {kind(a)} với {kind(b)}. / `=` cannot compare {kind(a)} and {kind(b)}.", column
            )
            return None
        return same is wanted

    return equality


def between_code(compiler: Compiler, node: ast.Between) -> Code:
    """The closure of `value between low and high`."""
    value, low, high = compiler.code(node.value), compiler.code(node.low), compiler.code(node.high)
    column = node.column

    def between(frame: Frame) -> Value:
        middle = value(frame)
        above = less_or_equal(low(frame), middle)
        below = less_or_equal(middle, high(frame))
        if above is None or below is None:
            frame.run.null(
                f"`between` không so được {kind(middle)} với hai đầu. / "
                f"`between` cannot order {kind(middle)} against its ends.",
                column,
            )
            return None
        return above and below

    return between


def logic_code(compiler: Compiler, node: ast.Logic) -> Code:
    """The closure of `and` and `or`: the deciding value wins, else anything not boolean gives null."""
    terms = tuple(compiler.code(term) for term in node.terms)
    decisive = node.operator == "or"

    def logic(frame: Frame) -> Value:
        certain = True
        for term in terms:
            value = term(frame)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                certain = False
        return (not decisive) if certain else None

    return logic
