"""One answer: from what was sent to a value of the right type, or a refusal. No rules of the form yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Final

from forms.fields import (
    CheckboxField,
    ChoiceField,
    ComputedField,
    Field,
    FileField,
    MomentField,
    NumberField,
    TextField,
    show,
    token,
)
from forms.i18n import Text

MAX_TEXT: Final = 100_000
MAX_ITEMS: Final = 500
MAX_DIGITS: Final = 28  # the precision of Python's decimal arithmetic
EXACT_DIGITS: Final = 15
"""Numbers of so many decimal digits go through a JSON number (a double) and come back unchanged."""
ANY_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""For reading where the moment does not matter; only a time of day alone takes its offset from one."""

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.0{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


class RefusalError(ValueError):
    """An answer that cannot be taken; `code` is a key of forms.i18n.PROBLEMS, `values` fill its sentence."""

    def __init__(self, code: str, **values: Text | str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class AmbiguousNumber(str):
    """A number typed on a page that people read in two ways ("1.500"); `plain` and `decimal` are the two."""

    plain: str
    decimal: str

    def __new__(cls, typed: str, plain: str, decimal: str) -> AmbiguousNumber:
        """`typed` as it came, with its two readings."""
        made = super().__new__(cls, typed)
        made.plain = plain
        made.decimal = decimal
        return made

    @property
    def doubtful(self) -> str:
        """The text as a draft keeps it: marked, so that it is never taken for a plain number later."""
        return f"{self}?"


def is_blank(value: object) -> bool:
    """Whether a value counts as not answered."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def read(field: Field, value: object, zone: tzinfo = UTC, now: datetime = ANY_MOMENT) -> object:
    """`value` as the type of `field`, the way FEEL sees it: Decimal, text, bool, list; None when blank.

    Days, times and moments stay ISO 8601 text; moments and times get the offset of `zone` (of `now`'s day for
    a time alone) when the form keeps offsets. Raises RefusalError.
    """
    if is_blank(value):
        return [] if is_several(field) else None
    return _READERS[type(field)](field, value, zone, now)


def is_several(field: Field) -> bool:
    """Whether the field holds a list of values."""
    return isinstance(field, FileField) or (isinstance(field, ChoiceField) and field.multiple)


def text(value: object, *, multiline: bool) -> str:
    """Text in Unicode NFC without control characters, trimmed; one line unless `multiline`."""
    if not isinstance(value, str):
        raise RefusalError("text")
    if len(value) > MAX_TEXT:
        raise RefusalError("too_long", limit=str(MAX_TEXT))
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RefusalError("characters")
    tidy = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "\n\t" if multiline else ""
    return "".join(c for c in tidy if c in kept or unicodedata.category(c) != "Cc").strip()


def _text(field: Field, value: object, _zone: tzinfo, _now: datetime) -> object:
    return text(value, multiline=isinstance(field, TextField) and field.multiline) or None


def _number(field: Field, value: object, _zone: tzinfo, _now: datetime) -> object:
    number = decimal(value)
    if isinstance(field, NumberField) and field.as_text:
        return show(number)
    if _digits(number) > EXACT_DIGITS:
        raise RefusalError("too_many_digits", limit=str(EXACT_DIGITS))
    return number


def decimal(value: object) -> Decimal:
    """A finite number of at most 28 digits, from a JSON number or its text."""
    if isinstance(value, AmbiguousNumber):
        raise RefusalError("ambiguous_number", value=str(value), plain=value.plain, decimal=value.decimal)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise RefusalError("number")
    if isinstance(value, int) and value.bit_length() > 4 * MAX_DIGITS:
        raise RefusalError("number")
    written = str(value).strip()
    if not _NUMBER.fullmatch(written):
        raise RefusalError("number")
    number = Decimal(written)
    if _digits(number) > MAX_DIGITS:
        raise RefusalError("number")
    return number.normalize() + 0  # no trailing zeros, no minus zero


def _digits(number: Decimal) -> int:
    """How many digits it takes to write the number without an exponent and without needless zeros."""
    _, digits, exponent = number.as_tuple()
    written = "".join(str(digit) for digit in digits)
    needed = written.rstrip("0")
    shift = (exponent if isinstance(exponent, int) else 0) + len(written) - len(needed)
    return max(len(needed) + max(shift, 0), -shift) if needed else 0


def _moment(field: Field, value: object, zone: tzinfo, now: datetime) -> object:
    if not isinstance(field, MomentField) or not isinstance(value, str):
        raise RefusalError(_moment_code(field))
    if field.subtype == "date":
        return day(value).isoformat()
    if field.subtype == "time":
        clock, offset = clock_of(value)
        return _zoned(datetime.combine(now.astimezone(zone).date(), clock), offset, field, zone)
    return _date_time(value, field, zone)


def _moment_code(field: Field) -> str:
    subtype = field.subtype if isinstance(field, MomentField) else "date"
    return "date_time" if subtype == "datetime" else subtype


def _date_time(value: str, field: MomentField, zone: tzinfo) -> str:
    first, _, second = value.strip().partition("T")
    try:
        clock, offset = clock_of(second)
        return _zoned(datetime.combine(day(first), clock), offset, field, zone)
    except RefusalError:
        raise RefusalError("date_time") from None


def day(value: str) -> date:
    """A day as YYYY-MM-DD."""
    if not _DATE.fullmatch(value.strip()):
        raise RefusalError("date")
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise RefusalError("date") from None


def clock_of(value: str) -> tuple[time, tzinfo | None]:
    """A time of day as HH:MM or HH:MM:SS, and its offset when it has one."""
    found = _TIME.fullmatch(value.strip())
    if found is None:
        raise RefusalError("time")
    try:
        clock = time(int(found[1]), int(found[2]), int(found[3] or 0))
        offset = datetime.fromisoformat(f"2000-01-01T00:00:00{found[4].replace('Z', '+00:00')}") if found[4] else None
    except ValueError:
        raise RefusalError("time") from None
    return clock, offset.tzinfo if offset else None


def _zoned(moment: datetime, offset: tzinfo | None, field: MomentField, zone: tzinfo) -> str:
    code = _moment_code(field)
    if field.zone_format == "no_timezone":
        if offset is not None:
            raise RefusalError(code)
        written = moment.isoformat(timespec="seconds")
    else:
        try:
            written = _with_offset(moment.replace(tzinfo=offset or zone), utc=field.zone_format == "utc_normalized")
        except OverflowError:
            raise RefusalError(code) from None
    return written.partition("T")[2] if field.subtype == "time" else written


def _with_offset(aware: datetime, *, utc: bool) -> str:
    if utc:
        return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    minutes = int((aware.utcoffset() or timedelta()).total_seconds() // 60)
    # Before 1911 clocks went by the sun; ISO 8601 has no seconds in an offset.
    return aware.astimezone(timezone(timedelta(minutes=minutes))).isoformat(timespec="seconds")


def _boolean(_field: Field, value: object, _zone: tzinfo, _now: datetime) -> object:
    if not isinstance(value, bool):
        raise RefusalError("boolean")
    return value


def _choice(field: Field, value: object, _zone: tzinfo, _now: datetime) -> object:
    fixed = {option.token: option.value for option in field.options.fixed} if isinstance(field, ChoiceField) else {}
    if isinstance(field, ChoiceField) and field.multiple:
        if not isinstance(value, list | tuple):
            raise RefusalError("list")
        if len(value) > MAX_ITEMS:
            raise RefusalError("choice")
        return [_one(item, fixed) for item in value]
    return _one(value, fixed)


def _one(value: object, fixed: Mapping[str, object]) -> object:
    if not isinstance(value, str | int | float | Decimal):
        raise RefusalError("choice")
    if isinstance(value, int) and value.bit_length() > 4 * MAX_DIGITS:
        raise RefusalError("choice")
    plain = text(value, multiline=False) if isinstance(value, str) else value
    return fixed.get(token(plain), plain)


def _files(_field: Field, value: object, _zone: tzinfo, _now: datetime) -> object:
    if not isinstance(value, list | tuple):
        raise RefusalError("list")
    if len(value) > MAX_ITEMS:
        raise RefusalError("many_documents", limit=str(MAX_ITEMS))
    ids = [text(item, multiline=False) for item in value]
    return list(dict.fromkeys(identifier for identifier in ids if identifier))


def _nothing(_field: Field, _value: object, _zone: tzinfo, _now: datetime) -> object:
    return None


_READERS: Final[Mapping[type[Field], Callable[[Field, object, tzinfo, datetime], object]]] = {
    TextField: _text,
    NumberField: _number,
    MomentField: _moment,
    CheckboxField: _boolean,
    ChoiceField: _choice,
    FileField: _files,
    ComputedField: _nothing,
}


def jsonable(value: object) -> object:
    """A typed value as it is stored: numbers as JSON numbers, days and moments as ISO text.

    Answers are exact (EXACT_DIGITS); what an expression computed with more digits becomes the nearest double.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _number_json(Decimal(str(value)))
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [jsonable(item) for item in value]
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number_json(value: Decimal) -> int | float | None:
    if not value.is_finite() or value.adjusted() > 300:
        return None
    return int(value) if value.adjusted() < EXACT_DIGITS and value == value.to_integral_value() else float(value)
