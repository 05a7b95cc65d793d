"""What FEEL computes with, and the way in and out of it.

null is None, booleans are bool, numbers Decimal, strings str, dates `datetime.date`, times
`datetime.time`, dates and times `datetime.datetime`, days and time durations `timedelta`, lists
list, contexts dict. Years and months durations, ranges and functions have classes here. Values
are never changed once made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from typing import Any

from engine.feel.errors import FeelLimitError, FeelTypeError

Value = Any
"""A FEEL value; see the module's text for the classes."""

NUMBERS = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
"""IEEE 754 decimal128, as the standard asks. No traps: what cannot be computed becomes null."""

MAX_TREE = 200_000
MAX_TREE_DEPTH = 64


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an absent end (None with `open_low` or `open_high`) has no bound."""

    low: Value
    high: Value
    low_closed: bool
    high_closed: bool
    open_low: bool = False
    open_high: bool = False

    def __hash__(self) -> int:
        return hash((self.low_closed, self.high_closed))


class Function:
    """A FEEL function: `parameters` names and types, and what to do with arguments in that order."""

    __slots__ = ("apply", "name", "parameters", "result_type")

    def __init__(
        self,
        name: str,
        parameters: tuple[tuple[str, Value], ...],
        apply: Callable[[Any, list[Value]], Value],
        result_type: Value = None,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.apply = apply
        self.result_type = result_type


class Builtin:
    """A function of the standard: one name, one signature or several."""

    __slots__ = ("name", "signatures")

    def __init__(self, name: str, signatures: tuple[Signature, ...]) -> None:
        self.name = name
        self.signatures = signatures


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a built-in function: its FEEL name, the kinds it takes, and whether null may stand."""

    name: str
    kinds: tuple[str, ...]
    optional: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function. With `variadic` the last parameter takes all further arguments."""

    parameters: tuple[Parameter, ...]
    implementation: Callable[..., Value]
    variadic: bool = False


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    dt.date: "date",
    dt.time: "time",
    dt.datetime: "date and time",
    dt.timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
    Builtin: "function",
}


def kind(value: Value) -> str:
    """The FEEL type's name of a FEEL value."""
    return _KINDS[type(value)]


READY = frozenset(
    [type(None), bool, Decimal, str, dt.date, dt.time, dt.datetime, dt.timedelta, YearsMonths, Range, Function, Builtin]
)
"""Classes of values that need no conversion on the way in."""


def to_feel(value: object) -> Value:
    """The FEEL value of a host value.

    int and float become Decimal (a float by its shortest text; infinities and NaN become null), tuples
    and lists lists, mappings contexts with text keys, enumerations their value. Raises FeelTypeError for
    anything else and FeelLimitError for a structure that is too large or refers to itself.
    """
    return _Converter().into(value)


class _Converter:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_TREE

    def into(self, value: object, depth: int = 0) -> Value:
        kind_of = type(value)
        if kind_of in READY:
            return _plain_number(value) if kind_of is Decimal else value
        if isinstance(value, int) and not isinstance(value, bool | Enum):
            return _integer(value)
        self._count(depth)
        if isinstance(value, list | tuple):
            return [self.into(item, depth + 1) for item in value]
        if isinstance(value, Mapping):
            return {_key(key): self.into(item, depth + 1) for key, item in value.items()}
        return self._rare(value, depth)

    def _rare(self, value: object, depth: int) -> Value:
        if isinstance(value, float):
            return NUMBERS.create_decimal(repr(value)) if value - value == 0 else None
        if isinstance(value, Enum):
            return self.into(value.value, depth + 1)
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, frozenset | set):
            return [self.into(item, depth + 1) for item in sorted(value, key=repr)]
        raise FeelTypeError(
            f"Giá trị kiểu {type(value).__name__} không có nghĩa trong FEEL. / "
            f"A value of type {type(value).__name__} has no meaning in FEEL; pass text, numbers, "
            "booleans, dates, durations, lists or mappings."
        )

    def _count(self, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > MAX_TREE_DEPTH:
            raise FeelLimitError(
                "Dữ liệu đưa vào quá lớn hoặc lồng quá sâu. / The data is too large or nested too deeply "
                f"(at most {MAX_TREE:,} parts, {MAX_TREE_DEPTH} levels)."
            )


def _integer(value: int) -> Decimal | None:
    if -(10**34) < value < 10**34:
        return Decimal(value)
    if value.bit_length() > 21_000:
        return None
    number = NUMBERS.create_decimal(value)
    return number if number.is_finite() else None


def _plain_number(value: object) -> Value:
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _key(key: object) -> str:
    return key if isinstance(key, str) else str(key)


def from_feel(value: Value) -> object:
    """The JSON-able host value of a FEEL value.

    Whole numbers become int, others float (nearest double); dates, times and durations their ISO 8601
    text; ranges and functions their FEEL text. Raises FeelLimitError when the result is too large.
    """
    return _Outward().out(value)


class _Outward:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_TREE

    def out(self, value: Value, depth: int = 0) -> object:
        self.left -= 1
        if self.left < 0 or depth > MAX_TREE_DEPTH:
            raise FeelLimitError("Kết quả quá lớn hoặc lồng quá sâu. / The result is too large or nested too deeply.")
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, Decimal):
            return _number_out(value)
        if isinstance(value, list):
            return [self.out(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: self.out(item, depth + 1) for key, item in value.items()}
        return _text_of(value)


def _number_out(value: Decimal) -> int | float:
    if value == value.to_integral_value() and value.adjusted() < 40:
        return int(value)
    return float(value)


def _text_of(value: Value) -> str:
    from engine.feel.text import text_of  # noqa: PLC0415 - text needs these classes

    return text_of(value)
