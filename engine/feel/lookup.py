"""Names and paths: how the host's data is reached, and converted no further than it is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import islice

from engine.feel.errors import FeelTypeError
from engine.feel.frame import Code, Frame, Values
from engine.feel.limits import Run
from engine.feel.names import nearest_name
from engine.feel.temporal import offset_of
from engine.feel.values import READY, Builtin, Value, YearsMonths, kind, to_feel

_MISSING = object()
_SAFE = 10**34
"""Whole numbers below this have an exact Decimal of 34 digits."""


def convert(value: object, run: Run, column: int) -> Value:
    """The FEEL value of what the host's mapping gave; null with a problem when it has none."""
    kind_of = type(value)
    if kind_of in READY and (kind_of is not Decimal or value.is_finite()):  # type: ignore[attr-defined]
        return value
    if kind_of is int and -_SAFE < value < _SAFE:  # type: ignore[operator]
        return Decimal(value)  # type: ignore[arg-type]
    try:
        return to_feel(value)
    except FeelTypeError as error:
        run.null(str(error), column)
        return None


def unknown(name: str, known: Iterable[str], run: Run, column: int) -> None:
    """Record that there is no such name, and the nearest one that there is."""
    near = nearest_name(name, list(islice(known, 500)))
    hint = f" Có phải / Did you mean `{near}`?" if near else ""
    run.null(f"Không có tên `{name}`. / There is no name `{name}`.{hint}", column)


def root_name(name: str, column: int, fallback: Builtin | None) -> Code:
    """Look `name` up where no scope surrounds the expression."""

    def root(frame: Frame) -> Value:
        scope = frame.scope
        try:
            value = scope[name]
        except KeyError:
            if frame.parent is not None:
                return root(Frame(frame.parent.scope, frame.parent.parent, frame.run))
            return _absent(frame, name, column, fallback)
        kind_of = type(value)
        if kind_of in READY and kind_of is not Decimal:
            return value
        if kind_of is int and -_SAFE < value < _SAFE:  # type: ignore[operator]
            return Decimal(value)  # type: ignore[arg-type]
        if frame.run.trusted or type(scope) is Values or (kind_of is Decimal and value.is_finite()):  # type: ignore[attr-defined]
            return value
        return convert(value, frame.run, column)

    return root


def scoped_name(name: str, column: int, fallback: Builtin | None) -> Code:
    """Look `name` up through the scopes around, from the inside out."""
    root = root_name(name, column, fallback)

    def scoped(frame: Frame) -> Value:
        place = frame
        while place.parent is not None:
            value = place.scope.get(name, _MISSING)
            if value is not _MISSING:
                return value
            place = place.parent
        return root(place if place.run is frame.run else Frame(place.scope, None, frame.run))

    return scoped


def raw_name(name: str, column: int, fallback: Builtin | None) -> Code:
    """As `scoped_name`, but the host's value stays as it is, for the path that follows."""

    def raw(frame: Frame) -> object:
        place: Frame | None = frame
        while place is not None:
            try:
                return place.scope[name]
            except KeyError:
                place = place.parent
        return _absent(frame, name, column, fallback)

    return raw


def _absent(frame: Frame, name: str, column: int, fallback: Builtin | None) -> Value:
    if fallback is not None:
        return fallback
    known: list[str] = []
    place: Frame | None = frame
    while place is not None:
        known.extend(islice(place.scope, 500))
        place = place.parent
    unknown(name, known, frame.run, column)
    return None


# --- paths ---------------------------------------------------------------------------------------
def member(value: object, name: str, run: Run, column: int) -> object:
    """`value.name`: an entry of a context, of every context in a list, or a part of a temporal value."""
    if isinstance(value, Mapping):
        try:
            return value[name]
        except KeyError:
            unknown(name, value, run, column)
            return None
    if isinstance(value, list | tuple):
        run.charge_list(len(value))
        return [member(item, name, run, column) for item in value]
    feel = value if type(value) in READY else convert(value, run, column)
    part = _PROPERTIES.get(kind(feel), {}).get(name)
    if part is None:
        if feel is not None or not run.problems:
            run.null(
                f"Giá trị kiểu {kind(feel)} không có `{name}`. / A value of type {kind(feel)} has no `{name}`.", column
            )
        return None
    return part(feel)


def _offset(value: dt.time | dt.datetime) -> dt.timedelta | None:
    return offset_of(value) if value.tzinfo is not None else None


def _zone_name(value: dt.time | dt.datetime) -> str | None:
    return getattr(value.tzinfo, "key", None)


def _sign(value: dt.timedelta) -> int:
    return -1 if value < dt.timedelta(0) else 1


def _months(value: YearsMonths) -> tuple[int, int]:
    years, months = divmod(abs(value.months), 12)
    return (years, months) if value.months >= 0 else (-years, -months)


_Part = Callable[[Value], Value]
_DATE_PARTS: dict[str, _Part] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.isoweekday()),
}
_TIME_PARTS: dict[str, _Part] = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second) + Decimal(v.microsecond).scaleb(-6),
    "time offset": _offset,
    "timezone": _zone_name,
}
_DURATION_PARTS: dict[str, _Part] = {
    "days": lambda v: Decimal(abs(v).days * _sign(v)),
    "hours": lambda v: Decimal(abs(v).seconds // 3600 * _sign(v)),
    "minutes": lambda v: Decimal(abs(v).seconds // 60 % 60 * _sign(v)),
    "seconds": lambda v: (Decimal(abs(v).seconds % 60) + Decimal(abs(v).microseconds).scaleb(-6)) * _sign(v),
}
_PROPERTIES: dict[str, dict[str, _Part]] = {
    "date": {**_DATE_PARTS},
    "time": _TIME_PARTS,
    "date and time": {**_DATE_PARTS, **_TIME_PARTS},
    "days and time duration": _DURATION_PARTS,
    "years and months duration": {
        "years": lambda v: Decimal(_months(v)[0]),
        "months": lambda v: Decimal(_months(v)[1]),
    },
    "range": {
        "start": lambda v: v.low,
        "end": lambda v: v.high,
        "start included": lambda v: v.low_closed,
        "end included": lambda v: v.high_closed,
    },
}
