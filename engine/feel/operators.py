"""Equality, order and arithmetic between FEEL values; None wherever the standard says null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.limits import Run
from engine.feel.temporal import (
    add_duration,
    add_months,
    add_time,
    midnight,
    offset_of,
    order_key,
    seconds_of,
)
from engine.feel.values import NUMBERS, Range, Value, YearsMonths, kind

_PLAIN = frozenset([Decimal, str, bool, dt.date, dt.timedelta, YearsMonths])
_ORDERED = frozenset([Decimal, str, dt.date, dt.timedelta, YearsMonths])
_CLOCKED = frozenset([dt.time, dt.datetime])


# --- equality and order --------------------------------------------------------------------------
def equal(left: Value, right: Value, run: Run) -> bool | None:
    """`left = right`: None when the types differ, except that null equals null alone."""
    kind_of = type(left)
    if kind_of is type(right):
        if kind_of in _PLAIN:
            return bool(left == right)
        if kind_of in _CLOCKED:
            return bool(order_key(left) == order_key(right))
        return _equal_structures(left, right, run)
    if left is None or right is None:
        return False
    return None


def _equal_structures(left: Value, right: Value, run: Run) -> bool | None:
    if left is None:
        return True
    if isinstance(left, list):
        return _equal_lists(left, right, run)
    if isinstance(left, dict):
        return _equal_contexts(left, right, run)
    if isinstance(left, Range):
        return _equal_ranges(left, right, run)
    return left is right or None


def _equal_lists(left: list[Value], right: list[Value], run: Run) -> bool:
    run.charge(min(len(left), len(right)) + 1)
    if len(left) != len(right):
        return False
    return all(equal(a, b, run) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Value], right: dict[str, Value], run: Run) -> bool:
    run.charge(min(len(left), len(right)) + 1)
    if left.keys() != right.keys():
        return False
    return all(equal(value, right[key], run) is True for key, value in left.items())


def _equal_ranges(left: Range, right: Range, run: Run) -> bool:
    if (left.low_closed, left.high_closed) != (right.low_closed, right.high_closed):
        return False
    if (left.open_low, left.open_high) != (right.open_low, right.open_high):
        return False
    return equal(left.low, right.low, run) is True and equal(left.high, right.high, run) is True


def less(left: Value, right: Value) -> bool | None:
    """`left < right`: None when they cannot be ordered against each other."""
    kind_of = type(left)
    if kind_of is not type(right):
        return None
    if kind_of in _ORDERED:
        return bool(left < right)
    if kind_of in _CLOCKED:
        a, b = order_key(left), order_key(right)
        return a < b if a[0] == b[0] else None
    return None


def less_or_equal(left: Value, right: Value) -> bool | None:
    """`left <= right`: None when they cannot be ordered against each other."""
    answer = less(right, left)
    return None if answer is None else not answer


def in_range(value: Value, interval: Range) -> bool | None:
    """`value in interval`; None when the value cannot be ordered against an end."""
    above: bool | None = True
    if not interval.open_low:
        above = (less_or_equal if interval.low_closed else less)(interval.low, value)
    below: bool | None = True
    if not interval.open_high:
        below = (less_or_equal if interval.high_closed else less)(value, interval.high)
    if above is None or below is None:
        return None
    return above and below


def matches(value: Value, test: Value, run: Run) -> bool | None:
    """`value in test` for one test: equal to it, within the range, or an element of the list."""
    if isinstance(test, Range):
        if isinstance(value, Range):
            return equal(value, test, run)
        return in_range(value, test)
    if not isinstance(test, list):
        return equal(value, test, run)
    run.charge(len(test))
    for item in test:
        found = in_range(value, item) if isinstance(item, Range) else equal(value, item, run)
        if found or (isinstance(value, Range) and equal(value, item, run)):
            return True
    return bool(isinstance(value, list) and equal(value, test, run))


# --- arithmetic ----------------------------------------------------------------------------------
Operation = Callable[[Any, Any], Value]


def finite(number: Decimal) -> Decimal | None:
    """The number, or None for the infinities and NaN that an impossible operation leaves."""
    return number if number.is_finite() else None


def _divide(left: Decimal, right: Decimal) -> Decimal | None:
    return NUMBERS.divide(left, right) if right else None


def power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """`base ** exponent`, None when there is no finite real answer."""
    if base.is_zero() and exponent.is_zero():
        return Decimal(1)
    return finite(NUMBERS.power(base, exponent))


def seconds(duration: dt.timedelta) -> Decimal:
    """A days and time duration as a number of seconds, exactly."""
    whole = duration.days * 86_400 + duration.seconds
    return Decimal(whole * 1_000_000 + duration.microseconds).scaleb(-6, NUMBERS)


def duration_of(number: Decimal | None) -> dt.timedelta | None:
    """The duration of so many seconds, None when it is too long."""
    if number is None or not number.is_finite() or number.copy_abs() > 86_399_999_913_600:
        return None
    return dt.timedelta(microseconds=int(number.scaleb(6, NUMBERS)))


def _whole_months(number: Decimal | None) -> YearsMonths | None:
    if number is None or not number.is_finite() or number.adjusted() > 30:
        return None
    return YearsMonths(int(number))


def _subtract_moments(left: dt.datetime, right: dt.datetime) -> dt.timedelta | None:
    a, b = order_key(left), order_key(right)
    return a[1] - b[1] if a[0] == b[0] else None


def _subtract_times(left: dt.time, right: dt.time) -> dt.timedelta | None:
    a, b = order_key(left), order_key(right)
    if a[0] == b[0]:
        return a[1] - b[1]
    return seconds_of(left) - seconds_of(right) if offset_of(left) == offset_of(right) else None


def _shift_date(day: dt.date, duration: dt.timedelta) -> dt.date | None:
    moved = add_duration(midnight(day), duration)
    return moved.date() if moved else None


def _shift_months(value: dt.date | dt.datetime, duration: YearsMonths) -> Value:
    return add_months(value, duration.months)


def _swap(operation: Operation) -> Operation:
    return lambda left, right: operation(right, left)


_number, _text, _date, _time, _moment = Decimal, str, dt.date, dt.time, dt.datetime
_days, _months = dt.timedelta, YearsMonths


def _checked(operation: Callable[[Any, Any], dt.timedelta]) -> Operation:
    def guarded(left: dt.timedelta, right: dt.timedelta) -> dt.timedelta | None:
        try:
            return operation(left, right)
        except OverflowError:
            return None

    return guarded


_add_days = _checked(lambda a, b: a + b)
_subtract_days = _checked(lambda a, b: a - b)

OPERATIONS: dict[str, dict[tuple[type, type], Operation]] = {
    "+": {
        (_number, _number): NUMBERS.add,
        (_text, _text): lambda a, b: a + b,
        (_days, _days): _add_days,
        (_months, _months): lambda a, b: YearsMonths(a.months + b.months),
        (_moment, _days): add_duration,
        (_days, _moment): _swap(add_duration),
        (_moment, _months): _shift_months,
        (_months, _moment): _swap(_shift_months),
        (_date, _days): _shift_date,
        (_days, _date): _swap(_shift_date),
        (_date, _months): _shift_months,
        (_months, _date): _swap(_shift_months),
        (_time, _days): add_time,
        (_days, _time): _swap(add_time),
    },
    "-": {
        (_number, _number): NUMBERS.subtract,
        (_days, _days): _subtract_days,
        (_months, _months): lambda a, b: YearsMonths(a.months - b.months),
        (_moment, _moment): _subtract_moments,
        (_date, _date): lambda a, b: a - b,
        (_date, _moment): lambda a, b: _subtract_moments(midnight(a), b),
        (_moment, _date): lambda a, b: _subtract_moments(a, midnight(b)),
        (_time, _time): _subtract_times,
        (_moment, _days): lambda a, b: add_duration(a, -b),
        (_moment, _months): lambda a, b: add_months(a, -b.months),
        (_date, _days): lambda a, b: _shift_date(a, -b),
        (_date, _months): lambda a, b: add_months(a, -b.months),
        (_time, _days): lambda a, b: add_time(a, -b),
    },
    "*": {
        (_number, _number): NUMBERS.multiply,
        (_days, _number): lambda a, b: duration_of(NUMBERS.multiply(seconds(a), b)),
        (_number, _days): lambda a, b: duration_of(NUMBERS.multiply(seconds(b), a)),
        (_months, _number): lambda a, b: _whole_months(NUMBERS.multiply(a.months, b)),
        (_number, _months): lambda a, b: _whole_months(NUMBERS.multiply(b.months, a)),
    },
    "/": {
        (_number, _number): _divide,
        (_days, _number): lambda a, b: duration_of(_divide(seconds(a), b)),
        (_months, _number): lambda a, b: _whole_months(_divide(Decimal(a.months), b)),
        (_days, _days): lambda a, b: _divide(seconds(a), seconds(b)),
        (_months, _months): lambda a, b: _divide(Decimal(a.months), Decimal(b.months)),
    },
    "**": {(_number, _number): power},
}


def negate(value: Value) -> Value:
    """`-value` for numbers and durations, None for anything else."""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, dt.timedelta):
        return -value
    return YearsMonths(-value.months) if isinstance(value, YearsMonths) else None


def no_operation(operator: str, left: Value, right: Value) -> str:
    """The explanation of a null result of `left operator right`."""
    return (
        f"`{operator}` không áp dụng giữa {kind(left)} và {kind(right)}. / "
        f"`{operator}` is not defined between {kind(left)} and {kind(right)}."
    )
