"""The day-consumption account: who used how many of the legal days, and at which step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.deadlines import counting
from engine.deadlines.calendar import Calendar
from engine.deadlines.clock_events import ClockEvent
from engine.deadlines.course import Course, Span, follow
from engine.deadlines.terms import Term, Unit


@dataclass(frozen=True)
class Holding:
    """A unit had the dossier at a step from one moment to another (None: still has it)."""

    unit: str
    step: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Share:
    """What a holding used of the term, in the term's unit (days for months)."""

    unit: str
    step: str
    used: float


def consumption(
    holdings: Iterable[Holding], events: Iterable[ClockEvent], term: Term, calendar: Calendar, *, now: datetime
) -> list[Share]:
    """What each holding used of the legal days up to `now`, days after the end of the term included.

    A day belongs to whoever held the dossier when the day began, so the shares of holdings that follow one another
    without a gap add up to the days the clock has counted. Holdings that overlap (bodies consulted in parallel)
    each bear the day. Days counted before the last restart do not count any more.

    Raises:
        ClockRefusedError: the ledger contradicts itself.
        UnknownCalendarYearError: the count leaves the calendar.
    """
    course = follow(events, term).lapse(now)
    end = min(course.closed_at or now, now)
    if not course.runs:
        return [Share(one.unit, one.step, 0) for one in holdings]
    between = _hours(course, calendar) if term.unit is Unit.WORKING_HOURS else _days(course, term, calendar)

    def used(one: Holding) -> float:
        until = min(one.end or end, end)
        return between(min(one.start, until), until)

    return [Share(one.unit, one.step, used(one)) for one in holdings]


def _hours(course: Course, calendar: Calendar) -> Callable[[datetime, datetime], float]:
    """How many working hours the clock counted from one moment to another."""

    def between(start: datetime, until: datetime) -> float:
        spans = [_overlap(run, start, until) for run in course.runs]
        return round(sum(_seconds(span, calendar) for span in spans if span) / 3600, 4)

    return between


def _days(course: Course, term: Term, calendar: Calendar) -> Callable[[datetime, datetime], float]:
    """How many days began between two moments while the clock ran; each day is counted to once, however many ask."""
    unbounded = replace(term, amount=10**6) if term.unit is not Unit.MONTHS else replace(term, amount=1200)
    known: dict[date, int] = {}

    def up_to(moment: datetime) -> int:
        day = calendar.local_day(moment)
        if day not in known:
            known[day] = counting.used_by(moment, course, unbounded, calendar)
        return known[day]

    return lambda start, until: up_to(until) - up_to(start)


def _overlap(run: Span, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    first, last = max(run[0], start), min(run[1] or end, end)
    return (first, last) if first < last else None


def _seconds(span: tuple[datetime, datetime], calendar: Calendar) -> int:
    return calendar.working_seconds_until(span[1]) - calendar.working_seconds_until(span[0])
