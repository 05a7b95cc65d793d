"""Closures that make values: constants, lists, contexts, ranges, functions, and the question of type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.feel import ast
from engine.feel.frame import Code, Frame
from engine.feel.functions import lambda_function
from engine.feel.operators import less
from engine.feel.temporal import parse_temporal
from engine.feel.types import conforms
from engine.feel.values import Range, Value, kind
from engine.feel.walk import size

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler

_ENDS = frozenset(
    ["number", "string", "date", "time", "date and time", "days and time duration", "years and months duration"]
)


def constant(value: Value) -> Code:
    """The closure that always gives `value`."""
    return lambda _: value


def at_code(_: Compiler, node: ast.AtLiteral) -> Code:
    """The closure of `@"…"`."""
    value = parse_temporal(node.text)
    if value is not None:
        return constant(value)
    return null_code(
        f'`@"{node.text[:40]}"` không phải ngày, giờ hay khoảng thời gian. / is no date, time or duration.', node.column
    )


def null_code(message: str, column: int) -> Code:
    """The closure that gives null and says why."""
    return lambda frame: frame.run.null(message, column)


def list_code(compiler: Compiler, node: ast.ListNode) -> Code:
    """The closure of `[a, b]`."""
    items = tuple(compiler.code(item) for item in node.items)
    return lambda frame: [item(frame) for item in items]


def context_code(compiler: Compiler, node: ast.ContextNode) -> Code:
    """The closure of `{key: value}`."""
    names: set[str] = set()
    entries: list[tuple[str, Code]] = []
    for key, value in node.entries:
        if key in names:
            return null_code(f"Khóa `{key}` lặp lại. / The key `{key}` stands twice in one context.", node.column)
        entries.append((key, compiler.within(frozenset(names), value)))
        names.add(key)

    def context(frame: Frame) -> Value:
        result: dict[str, Value] = {}
        inner = Frame(result, frame, frame.run)
        for key, value in entries:
            result[key] = value(inner)
        return result

    return context


def range_code(compiler: Compiler, node: ast.RangeNode) -> Code:
    """The closure of `[low..high]`."""
    none = constant(None)
    low = compiler.code(node.low) if node.low is not None else none
    high = compiler.code(node.high) if node.high is not None else none
    low_closed, high_closed, column = node.low_closed, node.high_closed, node.column

    def interval(frame: Frame) -> Value:
        result = make_range(low(frame), high(frame), low_closed=low_closed, high_closed=high_closed)
        if result is None:
            frame.run.null(
                "Hai đầu khoảng không hợp nhau. / The ends of this range do not belong together (same type, in order).",
                column,
            )
        return result

    return interval


def make_range(low: Value, high: Value, *, low_closed: bool, high_closed: bool) -> Range | None:
    """The range, or None when its ends are of different types, not ordered, or both absent.

    With one null end it is a range of which nothing can be said: `5 in [1..null]` is null.
    """
    if low is None and high is None:
        return None
    for end in (low, high):
        if end is not None and kind(end) not in _ENDS:
            return None
    if low is not None and high is not None and less(high, low) is not False:
        return None
    return Range(
        low,
        high,
        low_closed,
        high_closed,
    )


def instance_code(compiler: Compiler, node: ast.InstanceOf) -> Code:
    """The closure of `value instance of type`."""
    value, ref, column = compiler.code(node.value), node.type, node.column

    def instance(frame: Frame) -> Value:
        answer = conforms(value(frame), ref, frame.run)
        if answer is None:
            frame.run.null(f"Không có kiểu `{ref.name}`. / There is no type `{ref.name}`.", column)
        return answer

    return instance


def function_code(compiler: Compiler, node: ast.FunctionNode) -> Code:
    """The closure of a function definition: a function that remembers where it was made."""
    if node.external:
        return null_code("Không chạy hàm ngoài. / External functions are not run.", node.column)
    names = frozenset(name for name, _ in node.parameters)
    body = compiler.within(names, node.body)
    cost = size(node.body)
    parameters = node.parameters
    return lambda frame: lambda_function("", parameters, body, frame, cost=cost)
