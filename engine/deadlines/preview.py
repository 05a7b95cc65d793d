"""What a change of the calendar does to open dossiers, before anybody applies it."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from engine.deadlines.calendar import Calendar
from engine.deadlines.clock_events import ClockEvent
from engine.deadlines.days import CalendarDay
from engine.deadlines.errors import UnknownCalendarYearError
from engine.deadlines.ledger import due
from engine.deadlines.terms import Term

Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True)
class ChangedDay:
    """A day that two calendars see differently; None where one of them does not cover it."""

    day: date
    before: CalendarDay | None
    after: CalendarDay | None


@dataclass(frozen=True)
class CalendarChange:
    """One calendar put in place of another."""

    before: Calendar
    after: Calendar

    def days(self) -> list[ChangedDay]:
        """The days whose kind changes, in order."""
        years = sorted({*self.before.years, *self.after.years})
        return [
            ChangedDay(day, old, new)
            for year in years
            for day in _days_of(year)
            for old, new in [(_seen(self.before, day), _seen(self.after, day))]
            if (old and old.kind) != (new and new.kind)
        ]


@dataclass(frozen=True)
class Moved(Generic[Id]):
    """An open dossier whose due date the change moves.

    `days` is how far in calendar days, later being positive; None where one calendar gives no date: then `problem`
    says why (a year that is not covered).
    """

    id: Id
    before: datetime | None
    after: datetime | None
    days: int | None
    problem: str = ""


def moved_by(change: CalendarChange, dossiers: Iterable[tuple[Id, Iterable[ClockEvent], Term]]) -> list[Moved[Id]]:
    """The open dossiers that the change moves, in the order given. Closed ones keep the date they were judged by.

    A suspended dossier has no due date to move; it counts by the new calendar once it resumes.

    Raises:
        ClockRefusedError: a ledger contradicts itself.
    """
    moved = []
    for identifier, events, term in dossiers:
        ledger = tuple(events)
        before, closed, trouble_before = _due(ledger, term, change.before)
        after, _, trouble_after = _due(ledger, term, change.after)
        if closed or before == after:
            continue
        zone = change.after.zone
        days = (after.astimezone(zone).date() - before.astimezone(zone).date()).days if before and after else None
        moved.append(Moved(identifier, before, after, days, trouble_after or trouble_before))
    return moved


def _due(ledger: tuple[ClockEvent, ...], term: Term, calendar: Calendar) -> tuple[datetime | None, bool, str]:
    try:
        answer = due(ledger, term, calendar)
    except UnknownCalendarYearError as problem:
        return None, False, str(problem)
    return answer.due_at, answer.state.closed, ""


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _seen(calendar: Calendar, day: date) -> CalendarDay | None:
    return calendar.day(day) if day.year in calendar.years else None
