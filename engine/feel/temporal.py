"""Dates, times and durations: reading, writing, ordering and calculating with them.

Years run from 1 to 9999 and fractions of a second to six digits, as in Python's datetime.
Wall times without an offset are kept apart from moments: they are never ordered against each other.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.feel.values import YearsMonths

Temporal = dt.date | dt.time | dt.datetime | dt.timedelta | YearsMonths

_DATE = r"(?P<year>-?[1-9]\d{4,8}|-?\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
_ZONE = r"(?P<zone>Z|z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z][A-Za-z0-9_+/-]{0,60})?"
_TIME = rf"(?P<hour>\d{{2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})(?:\.(?P<fraction>\d{{1,18}}))?{_ZONE}"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile("T?" + _TIME, re.ASCII)
_DATE_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_YEARS_MONTHS = re.compile(r"(?P<sign>-)?P(?=\d)(?:(?P<y>\d{1,12})Y)?(?:(?P<m>\d{1,12})M)?", re.ASCII)
_DAYS_TIME = re.compile(
    r"(?P<sign>-)?P(?=[\dT])(?:(?P<d>\d{1,12})D)?"
    r"(?:T(?=\d)(?:(?P<h>\d{1,12})H)?(?:(?P<m>\d{1,12})M)?(?:(?P<s>\d{1,12})(?:\.(?P<f>\d{0,18}))?S)?)?",
    re.ASCII,
)

_T = TypeVar("_T", dt.date, dt.datetime)
DAY = dt.timedelta(days=1)
_MAX_OFFSET = dt.timedelta(hours=14)
_EPOCH = dt.date(1970, 1, 1)


# --- reading -------------------------------------------------------------------------------------
def parse_date(text: str) -> dt.date | None:
    """`2026-11-23`, or None when the text is no date."""
    match = _DATE_ONLY.fullmatch(text)
    return _date(match) if match else None


def parse_time(text: str) -> dt.time | None:
    """`10:30:00`, with fraction, offset or `@zone` if wanted, or None."""
    match = _TIME_ONLY.fullmatch(text)
    return _time(match) if match else None


def parse_date_time(text: str) -> dt.datetime | None:
    """`2026-11-23T10:30:00+07:00`, or None."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, time = _date(match), _time(match)
    return dt.datetime.combine(day, time) if day is not None and time is not None else None


def parse_years_months(text: str) -> YearsMonths | None:
    """`P1Y2M`, or None."""
    match = _YEARS_MONTHS.fullmatch(text)
    if match is None:
        return None
    months = int(match["y"] or 0) * 12 + int(match["m"] or 0)
    return YearsMonths(-months if match["sign"] else months)


def parse_days_time(text: str) -> dt.timedelta | None:
    """`P1DT2H3M4.5S`, or None."""
    match = _DAYS_TIME.fullmatch(text)
    if match is None:
        return None
    try:
        duration = dt.timedelta(
            days=int(match["d"] or 0),
            hours=int(match["h"] or 0),
            minutes=int(match["m"] or 0),
            seconds=int(match["s"] or 0),
            microseconds=_micros(match["f"]),
        )
    except OverflowError:
        return None
    return -duration if match["sign"] else duration


def parse_duration(text: str) -> dt.timedelta | YearsMonths | None:
    """A duration of either kind, or None."""
    years_months = parse_years_months(text)
    return years_months if years_months is not None else parse_days_time(text)


def parse_temporal(text: str) -> Temporal | None:
    """What `@"…"` means: a date and time, date, time or duration, or None."""
    for parse in (parse_date_time, parse_date, parse_time, parse_duration):
        value = parse(text)
        if value is not None:
            return value
    return None


def _date(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _time(match: re.Match[str]) -> dt.time | None:
    zone = parse_zone(match["zone"]) if match["zone"] else None
    if match["zone"] and zone is None:
        return None
    try:
        return dt.time(int(match["hour"]), int(match["minute"]), int(match["second"]), _micros(match["fraction"]), zone)
    except ValueError:
        return None


def _micros(fraction: str | None) -> int:
    return int(fraction[:6].ljust(6, "0")) if fraction else 0


@lru_cache(maxsize=256)
def parse_zone(text: str) -> dt.tzinfo | None:
    """`Z`, `+07:00` or `@Asia/Ho_Chi_Minh`, or None when there is no such zone."""
    if text in ("Z", "z"):
        return dt.UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59 or (seconds and seconds[0] > 59):
        return None
    offset = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return offset_zone(-offset if text[0] == "-" else offset)


def offset_zone(offset: dt.timedelta) -> dt.tzinfo | None:
    """The zone with a fixed offset from UTC, or None beyond fourteen hours."""
    return dt.timezone(offset) if abs(offset) <= _MAX_OFFSET else None


# --- writing -------------------------------------------------------------------------------------
def text_of_temporal(value: Temporal) -> str:
    """The text that reads back as `value`."""
    if isinstance(value, YearsMonths):
        return _years_months_text(value.months)
    if isinstance(value, dt.timedelta):
        return _days_time_text(value)
    if isinstance(value, dt.datetime):
        return f"{_date_text(value)}T{_time_text(value)}"
    return _date_text(value) if isinstance(value, dt.date) else _time_text(value)


def _date_text(value: dt.date) -> str:
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"


def _time_text(value: dt.time | dt.datetime) -> str:
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    clock = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}"
    return clock + _zone_text(value.tzinfo)


def _zone_text(zone: dt.tzinfo | None) -> str:
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None)
    if not offset:
        return "Z"
    sign = "-" if offset < dt.timedelta(0) else "+"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    text = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def _years_months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return f"{'-' if months < 0 else ''}P{text or '0M'}"


def _days_time_text(value: dt.timedelta) -> str:
    size = abs(value)
    hours, rest = divmod(size.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{size.microseconds:06d}".rstrip("0") if size.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        clock += f"{seconds}{fraction}S"
    days = f"{size.days}D" if size.days else ""
    text = days + (f"T{clock}" if clock else "") or "T0S"
    return f"{'-' if value < dt.timedelta(0) else ''}P{text}"


# --- the value of a moment -----------------------------------------------------------------------
def offset_of(value: dt.datetime | dt.time) -> dt.timedelta | None:
    """The offset from UTC; for a time in a named zone the zone's standard offset of January 1970."""
    if isinstance(value, dt.datetime):
        return value.utcoffset()
    if isinstance(value.tzinfo, ZoneInfo):
        return dt.datetime.combine(_EPOCH, value).utcoffset()
    return value.utcoffset()


def moment(value: dt.datetime) -> dt.timedelta | None:
    """Time since the year 1 in UTC of an aware date and time; None for a wall time."""
    offset = value.utcoffset()
    return None if offset is None else value.replace(tzinfo=None) - dt.datetime.min - offset  # noqa: DTZ901


def seconds_of(value: dt.time) -> dt.timedelta:
    """Time since midnight, on the clock shown."""
    return dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)


def order_key(value: dt.datetime | dt.time) -> tuple[bool, dt.timedelta]:
    """Whether it has an offset, and its place among values of which the same is true."""
    offset = offset_of(value)
    if isinstance(value, dt.time):
        return (offset is not None, seconds_of(value) - (offset or dt.timedelta(0)))
    return (offset is not None, value.replace(tzinfo=None) - dt.datetime.min - (offset or dt.timedelta(0)))  # noqa: DTZ901


# --- calculating ---------------------------------------------------------------------------------
def midnight(value: dt.date) -> dt.datetime:
    """The date as a date and time at midnight UTC, which is how the standard calculates with dates."""
    return dt.datetime.combine(value, dt.time(0), dt.UTC)


def add_duration(value: dt.datetime, duration: dt.timedelta) -> dt.datetime | None:
    """`value` later by `duration` of elapsed time, in the same zone; None beyond the years 1 to 9999."""
    try:
        if isinstance(value.tzinfo, ZoneInfo):
            return (value.astimezone(dt.UTC) + duration).astimezone(value.tzinfo)
        return value + duration
    except OverflowError:
        return None


def add_time(value: dt.time, duration: dt.timedelta) -> dt.time:
    """`value` later by `duration`, around midnight if need be."""
    turned = (seconds_of(value) + duration) % DAY
    base = dt.datetime.min + turned  # noqa: DTZ901
    return base.time().replace(tzinfo=value.tzinfo)


def add_months(value: _T, months: int) -> _T | None:
    """`value` later by `months`, on the last day of the month when the day does not exist there."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return value.replace(year=year, month=month + 1, day=min(value.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def months_between(start: dt.date, end: dt.date) -> int:
    """Whole months from `start` to `end`, negative when `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months
