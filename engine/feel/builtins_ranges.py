"""Allen's relations between ranges and points (DMN 1.5, table 78)."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import ast
from engine.feel.builtins_registry import BUILTINS, builtin
from engine.feel.compiler_values import make_range
from engine.feel.cursor import name_tree
from engine.feel.errors import FeelError
from engine.feel.functions import call_builtin
from engine.feel.limits import Run
from engine.feel.operators import equal, less, negate
from engine.feel.parser import Parser
from engine.feel.temporal import parse_temporal
from engine.feel.values import Range, Value

Relation = Callable[[Range, Range, Run], bool | None]


class _UnorderedError(Exception):
    """Two ends cannot be ordered against each other."""


def as_range(value: Value) -> Range:
    """A range as it is, a point as the range of itself alone."""
    return value if isinstance(value, Range) else Range(value, value, low_closed=True, high_closed=True)


def _compare(left: Value, right: Value) -> int:
    smaller, larger = less(left, right), less(right, left)
    if smaller is None or larger is None:
        raise _UnorderedError
    return larger - smaller


def _ends(left: Range, right: Range) -> int:
    """Where the end of `left` lies against the start of `right`: below, touching (0) or above."""
    if left.open_high or right.open_low:
        return 1
    order = _compare(left.high, right.low)
    return order if order else (0 if left.high_closed and right.low_closed else -1)


def _starts(left: Range, right: Range) -> int:
    if left.open_low or right.open_low:
        return right.open_low - left.open_low
    order = _compare(left.low, right.low)
    return order if order else right.low_closed - left.low_closed


def _finishes(left: Range, right: Range) -> int:
    if left.open_high or right.open_high:
        return left.open_high - right.open_high
    order = _compare(left.high, right.high)
    return order if order else left.high_closed - right.high_closed


def before(a: Range, b: Range, _: Run) -> bool:
    """`a` ends before `b` starts."""
    return _ends(a, b) < 0


def meets(a: Range, b: Range, _: Run) -> bool:
    """`a` ends exactly where `b` starts, both ends included."""
    return _ends(a, b) == 0


def overlaps(a: Range, b: Range, _: Run) -> bool:
    """The two have a point in common."""
    return _ends(a, b) >= 0 and _ends(b, a) >= 0


def overlaps_before(a: Range, b: Range, _: Run) -> bool:
    """`a` starts before `b` and ends inside it."""
    return _starts(a, b) < 0 and _ends(a, b) >= 0 and _finishes(a, b) <= 0


def includes(a: Range, b: Range, _: Run) -> bool:
    """`a` contains all of `b`."""
    return _starts(a, b) <= 0 and _finishes(a, b) >= 0


def starts(a: Range, b: Range, run: Run) -> bool:
    """`a` starts together with `b` and ends no later."""
    return _same_start(a, b, run) and _finishes(a, b) <= 0


def finishes(a: Range, b: Range, run: Run) -> bool:
    """`a` ends together with `b` and starts no earlier."""
    return _same_end(a, b, run) and _starts(a, b) >= 0


def coincides(a: Range, b: Range, run: Run) -> bool:
    """The two are the same."""
    return _same_start(a, b, run) and _same_end(a, b, run)


def _same_start(a: Range, b: Range, run: Run) -> bool:
    return a.low_closed == b.low_closed and equal(a.low, b.low, run) is True


def _same_end(a: Range, b: Range, run: Run) -> bool:
    return a.high_closed == b.high_closed and equal(a.high, b.high, run) is True


def _declare(name: str, relation: Relation, first: str, second: str) -> None:
    @builtin(name, first, second)
    def answer(run: Run, left: Value, right: Value) -> bool | None:
        try:
            return relation(as_range(left), as_range(right), run)
        except _UnorderedError:
            return None


_ANY = "number|string|date|time|date and time|days and time duration|years and months duration|range"
_POINT = _ANY.removesuffix("|range")


def _swapped(relation: Relation) -> Relation:
    return lambda a, b, run: relation(b, a, run)


def overlaps_after(a: Range, b: Range, run: Run) -> bool:
    """`a` starts inside `b` and ends after it."""
    return overlaps_before(b, a, run)


for _name, _relation, _first, _second in (
    ("before", before, _ANY, _ANY),
    ("after", _swapped(before), _ANY, _ANY),
    ("meets", meets, "range", "range"),
    ("met by", _swapped(meets), "range", "range"),
    ("overlaps", overlaps, "range", "range"),
    ("overlaps before", overlaps_before, "range", "range"),
    ("overlaps after", overlaps_after, "range", "range"),
    ("finishes", finishes, _ANY, "range"),
    ("finished by", _swapped(finishes), "range", _ANY),
    ("includes", includes, "range", _ANY),
    ("during", _swapped(includes), _ANY, "range"),
    ("starts", starts, _ANY, "range"),
    ("started by", _swapped(starts), "range", _ANY),
    ("coincides", coincides, _ANY, _ANY),
):
    _declare(_name, _relation, *(("range1: " + _first, "range2: " + _second)))


# --- reading -------------------------------------------------------------------------------------
_CONSTANT_FUNCTIONS = frozenset(["date", "time", "date and time", "duration"])


@builtin("range", "from: string")
def range_from_text(run: Run, text: str) -> Range | None:
    """The range a text spells; its ends must be constants."""
    try:
        node = Parser(text, frozenset(), name_tree(_CONSTANT_FUNCTIONS)).whole_expression()
    except FeelError:
        return None
    if not isinstance(node, ast.RangeNode) or node.low is None or node.high is None:
        return None
    low, high = _end_value(node.low, run), _end_value(node.high, run)
    if low is None or high is None:
        return None
    return make_range(low, high, low_closed=node.low_closed, high_closed=node.high_closed)


def _end_value(node: ast.Node, run: Run) -> Value:
    if isinstance(node, ast.Literal):
        return node.value
    if isinstance(node, ast.AtLiteral):
        return parse_temporal(node.text)
    if isinstance(node, ast.Negation):
        return negate(_end_value(node.operand, run))
    return _call_value(node, run) if isinstance(node, ast.Call) else None


def _call_value(node: ast.Call, run: Run) -> Value:
    function = node.function
    if not isinstance(function, ast.Name) or function.name not in _CONSTANT_FUNCTIONS:
        return None
    values = [argument.value for argument in node.arguments if isinstance(argument, ast.Literal)]
    if len(values) != len(node.arguments):
        return None
    return call_builtin(BUILTINS[function.name], values, node.names, run, node.column)
