"""Lists: counting, summing, changing, ordering; and the truth of many."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from functools import cmp_to_key

from engine.feel.builtins_registry import builtin
from engine.feel.functions import invoke
from engine.feel.limits import Run
from engine.feel.operators import OPERATIONS, equal, finite, less
from engine.feel.values import NUMBERS, Builtin, Function, Value


# --- measures ------------------------------------------------------------------------------------
@builtin("count", "list: list")
def count(_: Run, items: list[Value]) -> Decimal:
    """The number of elements."""
    return Decimal(len(items))


def _extreme(run: Run, items: list[Value], *, largest: bool) -> Value:
    if not items:
        return None
    run.charge(len(items))
    best = items[0]
    for item in items[1:]:
        smaller = less(item, best)
        if smaller is None:
            return None
        if (less(best, item) if largest else smaller) is True:
            best = item
    return best if less(best, best) is False else None


@builtin("min", "list: list")
@builtin("min", "…c: any")
def minimum(run: Run, items: list[Value]) -> Value:
    """The smallest element."""
    return _extreme(run, items, largest=False)


@builtin("max", "list: list")
@builtin("max", "…c: any")
def maximum(run: Run, items: list[Value]) -> Value:
    """The largest element."""
    return _extreme(run, items, largest=True)


@builtin("sum", "list: list")
@builtin("sum", "…n: any")
def total(run: Run, items: list[Value]) -> Value:
    """The sum of numbers or durations; null for an empty list."""
    return _fold(run, "+", items)


@builtin("product", "list: list")
@builtin("product", "…n: number")
def product(run: Run, items: list[Value]) -> Value:
    """The product of numbers; null for an empty list."""
    return _fold(run, "*", items) if all(type(item) is Decimal for item in items) else None


def _fold(run: Run, operator: str, items: list[Value]) -> Value:
    if not items or isinstance(items[0], str):
        return None
    run.charge(len(items))
    operations = OPERATIONS[operator]
    result = items[0]
    if (type(result), type(result)) not in operations:
        return None
    for item in items[1:]:
        operation = operations.get((type(result), type(item)))
        result = operation(result, item) if operation else None
        if result is None:
            return None
    return finite(result) if isinstance(result, Decimal) else result


@builtin("mean", "list: list")
@builtin("mean", "…n: any")
def mean(run: Run, items: list[Value]) -> Value:
    """The average of numbers or durations."""
    result = total(run, items)
    if result is None:
        return None
    divide = OPERATIONS["/"].get((type(result), Decimal))
    return divide(result, Decimal(len(items))) if divide else None


@builtin("median", "list: list")
@builtin("median", "…n: number")
def median(run: Run, items: list[Value]) -> Decimal | None:
    """The middle number, or the mean of the middle two."""
    if not items or any(type(item) is not Decimal for item in items):
        return None
    run.charge(len(items))
    ordered, middle = sorted(items), len(items) // 2
    if len(items) % 2:
        return Decimal(ordered[middle])
    return finite(NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2)))


@builtin("stddev", "list: list")
@builtin("stddev", "…n: number")
def stddev(run: Run, items: list[Value]) -> Decimal | None:
    """The standard deviation of a sample of at least two numbers."""
    if len(items) < 2 or any(type(item) is not Decimal for item in items):
        return None
    average = mean(run, items)
    squares = Decimal(0)
    for item in items:
        gap = NUMBERS.subtract(item, average)
        squares = NUMBERS.fma(gap, gap, squares)
    return finite(NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(items) - 1))))


@builtin("mode", "list: list")
@builtin("mode", "…n: number")
def mode(run: Run, items: list[Value]) -> list[Decimal] | None:
    """The most frequent numbers, in ascending order."""
    if any(type(item) is not Decimal for item in items):
        return None
    run.charge(len(items))
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


# --- truth ---------------------------------------------------------------------------------------
def _every(items: list[Value], *, decisive: bool) -> bool | None:
    if decisive in (item for item in items if type(item) is bool):
        return decisive
    return None if any(type(item) is not bool for item in items) else not decisive


@builtin("all", "list: list")
@builtin("all", "…b: any")
def all_true(_: Run, items: list[Value]) -> bool | None:
    """Whether all are true."""
    return _every(items, decisive=False)


@builtin("any", "list: list")
@builtin("any", "…b: any")
def any_true(_: Run, items: list[Value]) -> bool | None:
    """Whether one at least is true."""
    return _every(items, decisive=True)


@builtin("not", "negand: any")
def negation(_: Run, value: Value) -> bool | None:
    """The opposite of a boolean."""
    return not value if type(value) is bool else None


# --- elements ------------------------------------------------------------------------------------
@builtin("list contains", "list: list", "element: any")
def list_contains(run: Run, items: list[Value], element: Value) -> bool:
    """Whether the element occurs."""
    run.charge(len(items))
    return any(equal(item, element, run) is True for item in items)


def position_in(items: list[Value], position: Decimal) -> int | None:
    """The index of a position counted from 1, or from -1 at the end; None outside the list."""
    if position.adjusted() > 9:
        return None
    place = int(position)
    if 1 <= place <= len(items):
        return place - 1
    return len(items) + place if -len(items) <= place <= -1 else None


@builtin("sublist", "list: list", "start position: number", "length: number?")
def sublist(_: Run, items: list[Value], start: Decimal, length: Decimal | None) -> list[Value] | None:
    """Elements from a position, all or so many."""
    first = position_in(items, start)
    if first is None or (length is not None and (length < 1 or length > len(items) - first)):
        return None
    return items[first:] if length is None else items[first : first + int(length)]


@builtin("append", "list: list!", "…item: any")
def append(_: Run, items: list[Value] | None, added: list[Value]) -> list[Value]:
    """The list with elements added at the end."""
    return [*([None] if items is None else items), *added]


@builtin("concatenate", "…list: list")
def concatenate(run: Run, lists: list[list[Value]]) -> list[Value]:
    """The lists in a row."""
    run.charge_list(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list", "position: number", "newItem: any")
def insert_before(_: Run, items: list[Value], position: Decimal, item: Value) -> list[Value] | None:
    """The list with an element inserted before a position."""
    index = position_in(items, position)
    return None if index is None else [*items[:index], item, *items[index:]]


@builtin("remove", "list: list", "position: number")
def remove(_: Run, items: list[Value], position: Decimal) -> list[Value] | None:
    """The list without the element at a position."""
    index = position_in(items, position)
    return None if index is None else [*items[:index], *items[index + 1 :]]


@builtin("list replace", "list: list", "position: number", "newItem: any")
def list_replace(_: Run, items: list[Value], position: Decimal, item: Value) -> list[Value] | None:
    """The list with the element at a position replaced."""
    index = position_in(items, position)
    return None if index is None else [*items[:index], item, *items[index + 1 :]]


@builtin("list replace", "list: list", "match: function", "newItem: any")
def list_replace_matching(run: Run, items: list[Value], match: Function, item: Value) -> list[Value] | None:
    """The list with every element replaced for which `match(element, newItem)` is true."""
    verdicts = [invoke(match, [old, item], None, run) for old in items]
    if any(type(verdict) is not bool for verdict in verdicts):
        return None
    return [item if verdict else old for old, verdict in zip(items, verdicts, strict=True)]


@builtin("reverse", "list: list")
def reverse(_: Run, items: list[Value]) -> list[Value]:
    """The list from its end."""
    return items[::-1]


@builtin("index of", "list: list", "match: any")
def index_of(run: Run, items: list[Value], match: Value) -> list[Decimal]:
    """The positions of an element, counted from 1."""
    run.charge(len(items))
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, run) is True]


@builtin("distinct values", "list: list")
def distinct_values(run: Run, items: list[Value]) -> list[Value]:
    """The list without repetitions."""
    kept: list[Value] = []
    for item in items:
        run.charge(len(kept) + 1)
        if not any(equal(item, other, run) is True for other in kept):
            kept.append(item)
    return kept


@builtin("union", "…list: list")
def union(run: Run, lists: list[list[Value]]) -> list[Value]:
    """The lists in a row without repetitions."""
    return distinct_values(run, concatenate(run, lists))


@builtin("flatten", "list: list")
def flatten(run: Run, items: list[Value]) -> list[Value]:
    """The elements of the list and of all lists within it, in one list."""
    flat: list[Value] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.charge(1)
            if isinstance(item, list):
                stack.append(iter(item))
                break
            flat.append(item)
        else:
            stack.pop()
    return flat


# --- order ---------------------------------------------------------------------------------------
class _UnsortableError(Exception):
    """The elements cannot be ordered."""


@builtin("sort", "list: list", "precedes: function")
def sort(run: Run, items: list[Value], precedes: Function | Builtin) -> list[Value] | None:
    """The list in the order in which `precedes(a, b)` is true for neighbours."""

    def order(left: Value, right: Value) -> int:
        if _precedes(left, right):
            return -1
        return 1 if _precedes(right, left) else 0

    def _precedes(left: Value, right: Value) -> bool:
        verdict = invoke(precedes, [left, right], None, run)
        if type(verdict) is not bool:
            raise _UnsortableError
        return verdict

    try:
        return sorted(items, key=cmp_to_key(order))
    except _UnsortableError:
        return None


@builtin("sort", "list: list")
def sort_natural(run: Run, items: list[Value]) -> list[Value] | None:
    """The list in its natural ascending order."""

    def order(left: Value, right: Value) -> int:
        run.charge(1)
        smaller, larger = less(left, right), less(right, left)
        if smaller is None or larger is None:
            raise _UnsortableError
        return larger - smaller

    try:
        return sorted(items, key=cmp_to_key(order))
    except _UnsortableError:
        return None


@builtin("partition", "list: list", "size: number")
def partition(_: Run, items: list[Value], size: Decimal) -> list[list[Value]] | None:
    """The list cut into lists of `size` (not of the standard; kept because editors offer it)."""
    step = int(size.to_integral_value(ROUND_FLOOR)) if 1 <= size < 10**9 else 0
    return [items[i : i + step] for i in range(0, len(items), step)] if step else None
