"""The day-consumption account: who used how many of the legal days, and at which step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

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
    return [Share(one.unit, one.step, _used(one, course, term, calendar, end)) for one in holdings]


def _used(holding: Holding, course: Course, term: Term, calendar: Calendar, end: datetime) -> float:
    if not course.runs:
        return 0
    until = min(holding.end or end, end)
    if term.unit is Unit.WORKING_HOURS:
        spans = [_overlap(run, holding.start, until) for run in course.runs]
        return round(sum(_seconds(span, calendar) for span in spans if span) / 3600, 4)
    unbounded = replace(term, amount=10**6) if term.unit is not Unit.MONTHS else replace(term, amount=1200)
    first = counting.used_by(min(holding.start, until), course, unbounded, calendar)
    return counting.used_by(until, course, unbounded, calendar) - first


def _overlap(run: Span, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    first, last = max(run[0], start), min(run[1] or end, end)
    return (first, last) if first < last else None


def _seconds(span: tuple[datetime, datetime], calendar: Calendar) -> int:
    return calendar.working_seconds_until(span[1]) - calendar.working_seconds_until(span[0])
