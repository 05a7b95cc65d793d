"""Numbers: conversion, rounding and arithmetic functions."""

from __future__ import annotations

import re
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from engine.feel.builtins_registry import builtin
from engine.feel.limits import Run
from engine.feel.operators import finite
from engine.feel.values import NUMBERS, Value, YearsMonths

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)
_MIN_SCALE, _MAX_SCALE = -6111, 6176
_WIDE = Context(prec=12_400, traps=[])


@builtin("number", "from: string")
def number_from_text(_: Run, text: str) -> Decimal | None:
    """The number a text spells."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    return finite(NUMBERS.create_decimal(text.strip()))


@builtin("number", "from: string", "grouping separator: string!", "decimal separator: string!")
def number_from_grouped_text(_: Run, text: str, grouping: str | None, point: str | None) -> Decimal | None:
    """The number a text spells with its own marks for groups and decimals."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ".", ",") or grouping == point is not None:
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point == ",":
        text = text.replace(".", "?").replace(",", ".")
    elif point is None and grouping == ".":
        return None if "." in text else number_from_text(_, text)
    return number_from_text(_, text)


@builtin("abs", "n: number|days and time duration|years and months duration")
def absolute(_: Run, value: Value) -> Value:
    """The size of a number or duration."""
    return YearsMonths(abs(value.months)) if isinstance(value, YearsMonths) else _size(value)


def _size(value: Value) -> Value:
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


def rounded(number: Decimal, scale: Decimal, mode: str) -> Decimal | None:
    """`number` with `scale` digits after the point, rounded by `mode`; None beyond decimal128."""
    if not _MIN_SCALE <= scale <= _MAX_SCALE:
        return None
    places = int(scale)
    if number.as_tuple().exponent >= -places:  # type: ignore[operator]
        return number
    result = number.quantize(Decimal(1).scaleb(-places, _WIDE), rounding=mode, context=_WIDE)
    return finite(result)


_ROUNDINGS = {
    "decimal": ROUND_HALF_EVEN,
    "round up": ROUND_UP,
    "round down": ROUND_DOWN,
    "round half up": ROUND_HALF_UP,
    "round half down": ROUND_HALF_DOWN,
}


def _declare_rounding(name: str, mode: str) -> None:
    @builtin(name, "n: number", "scale: number")
    def to_scale(_: Run, number: Decimal, scale: Decimal) -> Decimal | None:
        return rounded(number, scale, mode)


for _name, _mode in _ROUNDINGS.items():
    _declare_rounding(_name, _mode)


@builtin("floor", "n: number", "scale: number?")
def floor(_: Run, number: Decimal, scale: Decimal | None) -> Decimal | None:
    """The greatest number with `scale` decimals that is not greater."""
    return rounded(number, scale or Decimal(0), ROUND_FLOOR)


@builtin("ceiling", "n: number", "scale: number?")
def ceiling(_: Run, number: Decimal, scale: Decimal | None) -> Decimal | None:
    """The smallest number with `scale` decimals that is not smaller."""
    return rounded(number, scale or Decimal(0), ROUND_CEILING)


@builtin("modulo", "dividend: number", "divisor: number")
def modulo(_: Run, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """`dividend - divisor * floor(dividend / divisor)`: the remainder with the divisor's sign."""
    if not divisor:
        return None
    remainder = finite(NUMBERS.remainder(dividend, divisor))
    if remainder is None:
        ratio = finite(NUMBERS.divide(dividend, divisor))
        quotient = None if ratio is None else rounded(ratio, Decimal(0), ROUND_FLOOR)
        return None if quotient is None else finite(NUMBERS.subtract(dividend, NUMBERS.multiply(divisor, quotient)))
    if remainder and (remainder < 0) != (divisor < 0):
        return NUMBERS.add(remainder, divisor)
    return remainder


@builtin("sqrt", "number: number")
def square_root(_: Run, number: Decimal) -> Decimal | None:
    """The root; null for a negative number."""
    return finite(NUMBERS.sqrt(number)) if number >= 0 else None


@builtin("log", "number: number")
def logarithm(_: Run, number: Decimal) -> Decimal | None:
    """The natural logarithm; null unless the number is positive."""
    return finite(NUMBERS.ln(number)) if number > 0 else None


@builtin("exp", "number: number")
def exponential(_: Run, number: Decimal) -> Decimal | None:
    """e to the power of the number."""
    return finite(NUMBERS.exp(number))


@builtin("odd", "number: number")
def odd(_: Run, number: Decimal) -> bool | None:
    """Whether a whole number is odd; null for a fraction."""
    return None if number != number.to_integral_value() else _WIDE.remainder(number, Decimal(2)) != 0


@builtin("even", "number: number")
def even(_: Run, number: Decimal) -> bool | None:
    """Whether a whole number is even; null for a fraction."""
    return None if number != number.to_integral_value() else _WIDE.remainder(number, Decimal(2)) == 0
