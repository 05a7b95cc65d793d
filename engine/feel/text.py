"""The FEEL text of a value, as `string()` gives it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from engine.feel.limits import Run
from engine.feel.temporal import text_of_temporal
from engine.feel.values import NUMBERS, Range, Value, YearsMonths

_DIGITS = 60


def number_text(value: Decimal) -> str:
    """The number without exponent and without needless zeros, where that stays readable."""
    if value.is_zero():
        return "0"
    reduced = value.normalize(NUMBERS)
    if -_DIGITS < reduced.adjusted() < _DIGITS:
        return format(reduced, "f")
    return format(reduced, "E")


def text_of(value: Value, run: Run | None = None) -> str:
    """What `string(value)` gives; strings inside lists and contexts stand in quotes."""
    if isinstance(value, str):
        return value
    return _Writer(run or Run()).write(value)


class _Writer:
    __slots__ = ("run",)

    def __init__(self, run: Run) -> None:
        self.run = run

    def write(self, value: Value) -> str:
        text = self._write(value)
        self.run.charge_text(len(text))
        return text

    def _write(self, value: Value) -> str:
        self.run.charge(1)
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return number_text(value)
        if isinstance(value, str):
            return quote(value)
        if isinstance(value, dt.date | dt.time | dt.timedelta | YearsMonths):
            return text_of_temporal(value)
        return self._structure(value)

    def _structure(self, value: Value) -> str:
        if isinstance(value, list):
            return "[" + ", ".join([self.write(item) for item in value]) + "]"
        if isinstance(value, dict):
            entries = [f"{key_text(key)}: {self.write(item)}" for key, item in value.items()]
            return "{" + ", ".join(entries) + "}"
        if isinstance(value, Range):
            return self._range(value)
        return f"function {getattr(value, 'name', '')}".strip()

    def _range(self, value: Range) -> str:
        if value.open_low and value.open_high:
            return "(null..null)"
        if value.open_low:
            return f"({'<=' if value.high_closed else '<'} {self._end(value.high)})"
        if value.open_high:
            return f"({'>=' if value.low_closed else '>'} {self._end(value.low)})"
        opening = "[" if value.low_closed else "("
        closing = "]" if value.high_closed else ")"
        return f"{opening}{self._end(value.low)}..{self._end(value.high)}{closing}"

    def _end(self, value: Value) -> str:
        text = self.write(value)
        temporal = isinstance(value, dt.date | dt.time | dt.timedelta | YearsMonths)
        return f'@"{text}"' if temporal else text


def quote(text: str) -> str:
    """`text` as a FEEL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def key_text(key: str) -> str:
    """A context key as written in a context literal."""
    return key if key.replace(" ", "").replace("_", "").isalnum() else quote(key)
