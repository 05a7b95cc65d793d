"""The values a working calendar is made of: days, the decisions that set them, the hours of a day."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from zoneinfo import ZoneInfo

Hours = tuple[tuple[time, time], ...]  # spans of local time, in order, without overlap


class DayKind(StrEnum):
    """What a day of the calendar is. Only WORKING and SWAPPED_ON count as working days."""

    WORKING = "working"
    WEEKEND = "weekend"  # the weekly rest (Labour Code Art. 111)
    HOLIDAY = "holiday"  # a public holiday (Labour Code Art. 112; Resolution 28/2026/QH16)
    COMPENSATORY = "compensatory"  # off in place of a holiday that fell on the weekly rest (Art. 111(3))
    SWAPPED_OFF = "swapped-off"  # a working day given off, made up for on another day
    SWAPPED_ON = "swapped-on"  # a rest day worked in place of a swapped-off day

    @property
    def counts(self) -> bool:
        """Whether such a day is a working day."""
        return self in (DayKind.WORKING, DayKind.SWAPPED_ON)


@dataclass(frozen=True)
class CalendarDay:
    """One day of a calendar: what it is, why, and which document says so.

    `provisional` tells that the year is not closed: a later decision may still change this day.
    """

    day: date
    kind: DayKind
    reason_vi: str
    reason_en: str
    source: str
    provisional: bool


@dataclass(frozen=True)
class DecidedDay:
    """What a decision says of one day."""

    day: date
    kind: DayKind
    reason_vi: str
    reason_en: str


@dataclass(frozen=True)
class CalendarDecision:
    """A dated, sourced decision about days off and days worked.

    `known_from` is the day from which an authority could know it: `Calendar.as_known_on` leaves out what
    was not known yet. `supersedes` names the decisions (by id) that it replaces as a whole. `sample` marks
    data that nobody has compared with the signed document yet.
    """

    id: str
    document: str
    known_from: date
    title_vi: str
    title_en: str
    days: tuple[DecidedDay, ...]
    issued: date | None = None
    checked: date | None = None
    sample: bool = False
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoveredYear:
    """A year that the calendar may be asked about, from the day it could be known."""

    year: int
    known_from: date
    provisional: bool = False
    note_vi: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class DatedHours:
    """The working hours of a working day from a date on (until the next entry)."""

    valid_from: date
    spans: Hours
    source: str = ""
    sample: bool = False


@dataclass(frozen=True)
class CalendarData:
    """Everything a calendar file says, checked; `engine.deadlines.calendar.Calendar` counts with it."""

    name: str
    version: str
    zone: ZoneInfo
    rest: frozenset[int]  # weekly rest as `date.weekday()` numbers, Monday = 0
    years: tuple[CoveredYear, ...]
    decisions: tuple[CalendarDecision, ...]
    hours: tuple[DatedHours, ...]
    desk: tuple[tuple[int, Hours], ...] = ()  # further hours the desk is open, by weekday; never counted
    title_vi: str = ""
    title_en: str = ""
