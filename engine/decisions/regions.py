"""A column of a decision table cut into regions within which every cell answers alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.feel import ast
from engine.feel.expression import UnaryTests
from engine.feel.frame import Frame, Values
from engine.feel.limits import Run
from engine.feel.temporal import parse_temporal, text_of_temporal
from engine.feel.text import number_text, quote
from engine.feel.values import Value, YearsMonths, kind
from engine.feel.walk import children

_OTHER_TEXT = "\u2026khác/other\u2026"
_ORDERED = ("number", "date", "date and time", "days and time duration", "years and months duration")
_TEMPORAL_FUNCTIONS = ("date", "date and time", "duration")


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a column's domain: a text to show and a value that stands for all of it.

    In an ordered column `start` and `end` are its bounds as written in a range, "" where there is none.
    """

    text: str
    sample: Value
    start: str = ""
    end: str = ""


def joined(first: Region, last: Region) -> str:
    """The text of an unbroken run of regions of an ordered column."""
    if first is last:
        return first.text
    if not first.start and not last.end:
        return "-"
    if not first.start:
        return f"{'<=' if last.end.endswith(']') else '<'} {last.end[:-1]}"
    if not last.end:
        return f"{'>=' if first.start.startswith('[') else '>'} {first.start[1:]}"
    return f"{first.start}..{last.end}"


class NotAnalysableError(Exception):
    """What the rules cover cannot be decided; the message says why."""


DEPENDS = (
    "Có ô phụ thuộc nhiều hơn cột của nó; không kiểm được kẽ hở và chồng lấn. / "
    "A cell depends on more than its column; gaps and overlaps cannot be checked."
)


def regions_of(cells: Iterable[UnaryTests | None], allowed: UnaryTests | None, type_name: str) -> list[Region]:
    """The regions of a column with these cells. Raises NotAnalysableError."""
    constants: list[Value] = []
    for cell in (*cells, allowed):
        if cell is not None:
            constants.extend(_constants(cell))
    regions = _by_kind(constants, type_name, closed=_is_enumeration(allowed))
    return [region for region in regions if allowed is None or answer(allowed, region.sample)]


def answer(cell: UnaryTests | None, sample: Value) -> bool:
    """Whether a cell matches a sample."""
    return cell is None or cell.test(Frame(Values(), None, Run()), sample) is True


def _is_enumeration(allowed: UnaryTests | None) -> bool:
    return allowed is not None and all(isinstance(n, ast.Literal) for n in allowed.node.tests or ())


def _constants(cell: UnaryTests) -> list[Value]:
    if cell.names or cell.functions - set(_TEMPORAL_FUNCTIONS) - {"not"} or cell.uncertain:
        raise NotAnalysableError(DEPENDS)
    found: list[Value] = []
    for node in cell.node.tests or ():
        _collect(node, found)
    return found


def _collect(node: ast.Node, found: list[Value]) -> None:
    """Add the constants of a test; anything computed from `?` other than comparison is not analysable."""
    value = constant_of(node)
    if value is not None:
        found.append(value)
    elif isinstance(node, ast.Arithmetic | ast.Path | ast.Filter | ast.For | ast.Quantified | ast.FunctionNode):
        raise NotAnalysableError(DEPENDS)
    else:
        for child in children(node):
            _collect(child, found)


def constant_of(node: ast.Node) -> Value:
    """The constant a node is, None when it is none."""
    if isinstance(node, ast.Literal):
        return node.value
    if isinstance(node, ast.AtLiteral):
        return parse_temporal(node.text)
    if isinstance(node, ast.Negation):
        value = constant_of(node.operand)
        return value.copy_negate() if isinstance(value, Decimal) else None
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
        literals = [argument.value for argument in node.arguments if isinstance(argument, ast.Literal)]
        if node.function.name in _TEMPORAL_FUNCTIONS and len(literals) == 1 and isinstance(literals[0], str):
            return parse_temporal(literals[0])
    return None


# --- cutting -------------------------------------------------------------------------------------
def _by_kind(constants: list[Value], type_name: str, *, closed: bool) -> list[Region]:
    kinds = {kind(value) for value in constants} - {"null"}
    if type_name == "boolean" or kinds == {"boolean"}:
        return [Region("true", True), Region("false", False)]
    if kinds == {"string"} or (not kinds and type_name == "string"):
        return _texts({value for value in constants if isinstance(value, str)}, closed=closed)
    if not kinds:
        return [Region("-", None)]
    if len(kinds) > 1:
        mixed = ", ".join(sorted(kinds))
        raise NotAnalysableError(f"Một cột trộn nhiều kiểu: {mixed}. / One column mixes types: {mixed}.")
    if not kinds <= set(_ORDERED):
        raise NotAnalysableError(DEPENDS)
    ordered = sorted({value for value in constants if value is not None})
    if closed:
        return [Region(_text(value), value) for value in ordered]
    return _spans(ordered)


def _texts(values: set[str], *, closed: bool) -> list[Region]:
    regions = [Region(quote(value), value) for value in sorted(values)]
    return regions if closed else [*regions, Region("(giá trị khác / any other)", _OTHER_TEXT)]


def _spans(points: list[Value]) -> list[Region]:
    regions = _outside(points[0], -1, f"< {_text(points[0])}")
    for place, point in enumerate(points):
        regions.append(Region(_text(point), point, f"[{_text(point)}", f"{_text(point)}]"))
        if place + 1 < len(points):
            middle = _between(point, points[place + 1])
            if middle is not None:
                start, end = f"({_text(point)}", f"{_text(points[place + 1])})"
                regions.append(Region(f"{start}..{end}", middle, start, end))
    return [*regions, *_outside(points[-1], 1, f"> {_text(points[-1])}")]


def _outside(point: Value, sign: int, text: str) -> list[Region]:
    try:
        sample = _shifted(point, sign)
    except OverflowError:
        return []
    bound = _text(point)
    return [Region(text, sample, f"({bound}" if sign > 0 else "", f"{bound})" if sign < 0 else "")]


def _shifted(point: Value, sign: int) -> Value:
    if isinstance(point, Decimal):
        return point + sign
    if isinstance(point, YearsMonths):
        return YearsMonths(point.months + sign)
    return point + dt.timedelta(days=sign)


def _between(low: Value, high: Value) -> Value:
    """A value strictly between, None when there is none (two days in a row, two months in a row)."""
    if isinstance(low, Decimal):
        return (low + high) / 2
    if isinstance(low, YearsMonths):
        return YearsMonths(low.months + 1) if high.months - low.months > 1 else None
    if type(low) is dt.date:
        return low + dt.timedelta(days=1) if (high - low).days > 1 else None
    return low + (high - low) / 2


def _text(value: Value) -> str:
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else f'@"{text_of_temporal(value)}"'
