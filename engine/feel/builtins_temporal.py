"""Dates, times and durations: making them and asking about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from engine.feel.builtins_registry import builtin
from engine.feel.errors import FeelTypeError
from engine.feel.limits import Run
from engine.feel.temporal import (
    days_in_month,
    months_between,
    offset_zone,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from engine.feel.values import NUMBERS, Value, YearsMonths

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
_MONTH_NAMES = (*_MONTHS, "October", "November", "December")


def _whole(number: Decimal) -> int | None:
    return int(number) if number.adjusted() < 12 and number == number.to_integral_value() else None


# --- making --------------------------------------------------------------------------------------
@builtin("date", "from: string|date|date and time")
def date_from(_: Run, value: str | dt.date | dt.datetime) -> dt.date | None:
    """The date of a text, or the day of a date and time."""
    if isinstance(value, str):
        return parse_date(value)
    return value.date() if isinstance(value, dt.datetime) else value


@builtin("date", "year: number", "month: number", "day: number")
def date_of(_: Run, year: Decimal, month: Decimal, day: Decimal) -> dt.date | None:
    """The date of its three numbers."""
    parts = _whole(year), _whole(month), _whole(day)
    try:
        return dt.date(*(part for part in parts if part is not None))
    except (ValueError, TypeError, OverflowError):
        return None


@builtin("time", "from: string|time|date|date and time")
def time_from(_: Run, value: str | dt.time | dt.date | dt.datetime) -> dt.time | None:
    """The time of a text, or the clock of a date and time; midnight UTC of a date."""
    if isinstance(value, str):
        return parse_time(value)
    if isinstance(value, dt.datetime):
        return value.timetz()
    return dt.time(0, tzinfo=dt.UTC) if isinstance(value, dt.date) else value


@builtin("time", "hour: number", "minute: number", "second: number", "offset: days and time duration?!")
def time_of(_: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: dt.timedelta | None) -> dt.time | None:
    """The time of its numbers, with an offset from UTC if given."""
    hours, minutes = _whole(hour), _whole(minute)
    zone = offset_zone(offset) if offset is not None else None
    if hours is None or minutes is None or not 0 <= second < 60 or (offset is not None and zone is None):
        return None
    seconds, micros = divmod(int(second.scaleb(6, NUMBERS)), 1_000_000)
    try:
        return dt.time(hours, minutes, seconds, micros, zone)
    except ValueError:
        return None


@builtin("date and time", "from: string|date|date and time")
def date_time_from(_: Run, value: str | dt.date | dt.datetime) -> dt.datetime | None:
    """The date and time of a text; of a date alone its midnight without zone."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(0))
    moment = parse_date_time(value)
    if moment is not None:
        return moment
    day = parse_date(value)
    return dt.datetime.combine(day, dt.time(0)) if day else None


@builtin("date and time", "date: date|date and time", "time: time")
def date_time_of(_: Run, day: dt.date, time: dt.time) -> dt.datetime:
    """The moment of a day and a time of day."""
    return dt.datetime.combine(day.date() if isinstance(day, dt.datetime) else day, time)


@builtin("duration", "from: string|days and time duration|years and months duration")
def duration_from(_: Run, value: str | Value) -> Value:
    """The duration of a text."""
    return parse_duration(value) if isinstance(value, str) else value


@builtin("years and months duration", "from: date|date and time", "to: date|date and time")
def years_and_months_duration(_: Run, start: dt.date, end: dt.date) -> YearsMonths | None:
    """Whole months from one day to another; the time of day does not count."""
    first = start.date() if isinstance(start, dt.datetime) else start
    last = end.date() if isinstance(end, dt.datetime) else end
    return YearsMonths(months_between(first, last))


@builtin("now")
def now(run: Run) -> dt.datetime | None:
    """The moment of the evaluation; null when it was given none."""
    if run.now is None:
        run.null("Cần thời điểm tính, chưa được cho. / The moment of the evaluation was not given; pass `now`.")
    elif run.now.tzinfo is None:
        raise FeelTypeError("Thời điểm tính thiếu múi giờ. / The moment of the evaluation must have an offset.")
    return run.now


@builtin("today")
def today(run: Run) -> dt.date | None:
    """The day of the evaluation; null when it was given none."""
    moment = now(run)
    return moment.date() if moment else None


# --- asking --------------------------------------------------------------------------------------
@builtin("day of year", "date: date|date and time")
def day_of_year(_: Run, day: dt.date) -> Decimal:
    """1 to 366."""
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week", "date: date|date and time")
def day_of_week(_: Run, day: dt.date) -> str:
    """The English name of the weekday."""
    return _WEEKDAYS[day.weekday()]


@builtin("month of year", "date: date|date and time")
def month_of_year(_: Run, day: dt.date) -> str:
    """The English name of the month."""
    return _MONTH_NAMES[day.month - 1]


@builtin("week of year", "date: date|date and time")
def week_of_year(_: Run, day: dt.date) -> Decimal:
    """The number of the week by ISO 8601."""
    return Decimal(day.isocalendar().week)


@builtin("last day of month", "date: date|date and time")
def last_day_of_month(_: Run, day: dt.date) -> Decimal:
    """28 to 31 (not of the standard; offered by editors)."""
    return Decimal(days_in_month(day.year, day.month))
