"""Closures for filters, `for`, `some` and `every`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.feel import ast
from engine.feel.frame import Code, Frame
from engine.feel.limits import Run
from engine.feel.values import Range, Value, kind
from engine.feel.walk import mentions, size

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler


# --- filters -------------------------------------------------------------------------------------
def filter_code(compiler: Compiler, node: ast.Filter) -> Code:
    """The closure of `base[condition]`: by position when the condition is a number, else by truth."""
    base = compiler.code(node.base)
    condition = compiler.within(frozenset(["item"]), node.condition)
    cost, column = size(node.condition), node.column
    literal = _literal_number(node.condition)

    def by_truth(frame: Frame) -> Value:
        items = as_list(base(frame))
        return filter_items(items, condition, frame, cost=cost, column=column)

    if literal is None:
        return by_truth
    return lambda frame: pick(as_list(base(frame)), literal, frame.run, column)


def as_list(value: Value) -> list[Value]:
    """A list as it is, null as the empty list, anything else as a list of one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _literal_number(node: ast.Node) -> Decimal | None:
    if isinstance(node, ast.Negation) and isinstance(node.operand, ast.Literal):
        value = node.operand.value
        return value.copy_negate() if isinstance(value, Decimal) else None
    if isinstance(node, ast.Literal) and isinstance(node.value, Decimal):
        return node.value
    return None


def pick(items: list[Value], position: Decimal, run: Run, column: int) -> Value:
    """The element at a position counted from 1, or from -1 at the end; null outside the list."""
    if position.adjusted() < 9 and position == position.to_integral_value():
        index = int(position)
        if 1 <= index <= len(items):
            return items[index - 1]
        if -len(items) <= index <= -1:
            return items[index]
    run.null(
        f"Danh sách có {len(items)} phần tử, không có vị trí {position}. / "
        f"The list has {len(items)} elements, none at {position}.",
        column,
    )
    return None


def filter_items(items: list[Value], condition: Code, frame: Frame, *, cost: int, column: int) -> Value:
    """The elements for which `condition` is true; an element's members are names inside the condition."""
    run = frame.run
    kept: list[Value] = []
    for item in items:
        run.charge(cost)
        verdict = condition(item_frame(item, frame))
        if verdict is True:
            kept.append(item)
        elif type(verdict) is Decimal:
            return pick(items, verdict, run, column)
        elif verdict is not False and verdict is not None:
            run.null(
                f"Điều kiện lọc phải là boolean hoặc number, không phải {kind(verdict)}. / "
                f"A filter must be boolean or number, not {kind(verdict)}.",
                column,
            )
            return None
    return kept


def item_frame(item: Value, frame: Frame) -> Frame:
    """The scope of one element: `item` is the element, and a context's entries are names."""
    inner = Frame({"item": item}, frame, frame.run)
    return Frame(item, inner, frame.run) if type(item) is dict else inner


# --- loops ---------------------------------------------------------------------------------------
Source = tuple[str, Code, Code | None, int]


def _sources(compiler: Compiler, iterations: tuple[ast.Iteration, ...]) -> tuple[list[Source], frozenset[str]]:
    bound: frozenset[str] = frozenset()
    sources: list[Source] = []
    for iteration in iterations:
        source = compiler.within(bound, iteration.source)
        end = compiler.within(bound, iteration.end) if iteration.end is not None else None
        sources.append((iteration.name, source, end, iteration.column))
        bound |= {iteration.name}
    return sources, bound


class NotIterableError(Exception):
    """The source of an iteration is neither a list nor a range that can be counted through."""


def _frames(sources: Sequence[Source], frame: Frame, cost: int) -> Iterator[Frame]:
    """One frame for every combination of the iterations' values, the last one turning fastest."""
    name, source, end, column = sources[0]
    run = frame.run
    for value in _elements(source(frame), end(frame) if end else None, run, column=column, ranged=end is not None):
        inner = Frame({name: value}, frame, run)
        if len(sources) > 1:
            yield from _frames(sources[1:], inner, cost)
        else:
            run.charge(cost)
            yield inner


def _elements(start: Value, end: Value, run: Run, *, column: int, ranged: bool) -> Iterator[Value]:
    if ranged:
        return _count(start, end, run, column)
    if isinstance(start, Range):
        return _within(start, run, column)
    if start is None:
        run.null("Không lặp được trên null. / Cannot iterate over null.", column)
        raise NotIterableError
    return iter(as_list(start))


def _within(interval: Range, run: Run, column: int) -> Iterator[Value]:
    low, high = interval.low, interval.high
    if low is None or high is None:
        run.null("Không đếm được khoảng không có đầu cuối. / A range without an end cannot be counted through.", column)
        raise NotIterableError
    for value in _count(low, high, run, column):
        outside = (value == low and not interval.low_closed) or (value == high and not interval.high_closed)
        if not outside:
            yield value


def _count(start: Value, end: Value, run: Run, column: int) -> Iterator[Value]:
    """Whole numbers or days from `start` to `end`, downwards when `end` is smaller."""
    if type(start) is Decimal and type(end) is Decimal and _whole(start) and _whole(end):
        step = 1 if start <= end else -1
        return (Decimal(n) for n in range(int(start), int(end) + step, step))
    if type(start) is dt.date and type(end) is dt.date:
        step = 1 if start <= end else -1
        days = range(start.toordinal(), end.toordinal() + step, step)
        return (dt.date.fromordinal(day) for day in days)
    run.null(
        f"Không đếm được từ {kind(start)} đến {kind(end)}. / "
        f"Cannot count from {kind(start)} to {kind(end)}; use whole numbers or dates.",
        column,
    )
    raise NotIterableError


def _whole(number: Decimal) -> bool:
    return number.adjusted() < 18 and number == number.to_integral_value()


def for_code(compiler: Compiler, node: ast.For) -> Code:
    """The closure of `for … return …`; `partial` is the list of results so far."""
    sources, bound = _sources(compiler, node.iterations)
    body = compiler.within(bound | {"partial"}, node.body)
    cost, partial = size(node.body), mentions(node.body, "partial")

    def loop(frame: Frame) -> Value:
        return run_for(sources, body, frame, cost=cost, partial=partial)

    return loop


def run_for(sources: Sequence[Source], body: Code, frame: Frame, *, cost: int, partial: bool = False) -> Value:
    """The results of `body` over all combinations, or null when a source cannot be iterated."""
    results: list[Value] = []
    seen: dict[str, Value] = {}
    outer = Frame(seen, frame, frame.run)
    limit = frame.run.budget.list_size
    try:
        for inner in _frames(sources, outer, cost):
            if partial:  # a copy, so that no result can contain itself
                frame.run.charge(len(results))
                seen["partial"] = results.copy()
            results.append(body(inner))
            if len(results) > limit:
                frame.run.charge_list(len(results))
    except NotIterableError:
        return None
    return results


def quantified_code(compiler: Compiler, node: ast.Quantified) -> Code:
    """The closure of `some` and `every`."""
    sources, bound = _sources(compiler, node.iterations)
    condition = compiler.within(bound, node.condition)
    cost, decisive = size(node.condition), node.quantifier == "some"
    return lambda frame: run_quantified(sources, condition, frame, cost=cost, decisive=decisive)


def run_quantified(
    sources: Sequence[Source], condition: Code, frame: Frame, *, cost: int, decisive: bool, strict: bool = False
) -> Value:
    """True or false as soon as one element decides (`decisive`), null when one was neither.

    With `strict` an element that is neither boolean nor null makes the whole null at once.
    """
    certain = True
    try:
        for inner in _frames(sources, frame, cost):
            value = condition(inner)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                certain = False
                if strict and value is not None:
                    return None
    except NotIterableError:
        return None
    return (not decisive) if certain else None
