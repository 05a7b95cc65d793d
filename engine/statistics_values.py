"""The values of report II.06a: what is asked, for which period, and what is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.errors import InvalidInputError
from engine.model import Channel
from engine.persistence.statistics_boxes import Grouping

PRESETS = ("this_month", "last_month", "this_quarter", "this_year", "last_year")


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins.

        Raises:
            InvalidInputError: it does.
        """
        if self.first > self.last:
            raise InvalidInputError(
                f"expected a period that ends on or after its first day, found {self.first} to {self.last}",
                "Kỳ báo cáo phải kết thúc vào hoặc sau ngày bắt đầu.",
            )


@dataclass(frozen=True)
class Asked:
    """What the report is to tell; empty means any. `field` is the Vietnamese name of a field of procedures."""

    period: Period
    by: Grouping = Grouping.COMPETENT
    competent: str = ""
    receiving: str = ""
    procedure: str = ""
    field: str = ""
    channel: Channel | None = None


@dataclass(frozen=True)
class Line:
    """A row of the report: numbers by column (the keys of `CELLS`), and the average of working days used.

    `used` counts the working days behind the day of reception up to the day of the result, over what was resolved
    without a suspension, restart or extension; None when there is none.
    """

    key: str
    name_vi: str
    name_en: str
    cells: Mapping[str, int]
    used: float | None = None

    @property
    def names(self) -> tuple[str, str]:
        """In Vietnamese and in English."""
        return self.name_vi, self.name_en

    @property
    def rate(self) -> float | None:
        """How many per cent of what was resolved was in time, without help by an extension; None of nothing."""
        return on_time_rate(self.cells["resolved"], self.cells["resolved_overdue"])


@dataclass(frozen=True)
class Month:
    """What was resolved in a calendar month."""

    month: str  # YYYY-MM
    resolved: int
    overdue: int

    @property
    def rate(self) -> float | None:
        """As of a line."""
        return on_time_rate(self.resolved, self.overdue)


@dataclass(frozen=True)
class Forecast:
    """How many undecided dossiers lapse later today, and then by the end of the next working day.

    `dossiers` are the first of them, nearest first: (id, code, procedure_key, due_at).
    """

    today: int
    next_day: int
    next_on: date
    dossiers: Sequence[Any] = ()


@dataclass(frozen=True)
class Report:
    """The report as of a moment."""

    asked: Asked
    made_at: datetime
    lines: tuple[Line, ...]
    total: Line
    months: tuple[Month, ...] = ()
    forecast: Forecast | None = None


def on_time_rate(resolved: int, overdue: int) -> float | None:
    """Per cent in time, one decimal; None of nothing."""
    return round(100 * (resolved - overdue) / resolved, 1) if resolved else None


def period_of(preset: str, today: date) -> Period:
    """A period by its name: one of `PRESETS`; the present month by any other."""
    month = today.replace(day=1)
    if preset == "last_month":
        last = month - timedelta(days=1)
        return Period(last.replace(day=1), last)
    if preset == "this_quarter":
        first = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
        return Period(first, months_later(first, 3) - timedelta(days=1))
    if preset == "this_year":
        return Period(date(today.year, 1, 1), date(today.year, 12, 31))
    if preset == "last_year":
        return Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    return Period(month, months_later(month, 1) - timedelta(days=1))


def months_later(first: date, months: int) -> date:
    """The first day of a month so many months later (or, below nought, earlier)."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
