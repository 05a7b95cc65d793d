"""The due date as a pure function of the ledger, the term and the calendar.

Nothing is stored that could be overwritten: the same ledger gives the same answer on every machine, and every due
date that ever held stands in `Due.history` with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from engine.deadlines import counting
from engine.deadlines.calendar import Calendar
from engine.deadlines.clock_events import ClockEvent, ClockEventKind, opening
from engine.deadlines.course import ClockState, Course, advance, follow, in_order, moments
from engine.deadlines.errors import EventOutOfOrderError
from engine.deadlines.terms import Term, Unit

__all__ = [
    "ClockEvent",
    "ClockEventKind",
    "ClockState",
    "Due",
    "DueStep",
    "Timeliness",
    "as_of",
    "check_next",
    "days_until",
    "due",
    "opening",
]

Kind = ClockEventKind
ONE_SECOND = timedelta(seconds=1)
# What may set a due date; of several at one moment the first named is called the cause.
_CAUSES = (Kind.ACCEPTED, Kind.RESTARTED, Kind.EXTENDED, Kind.RESUMED)


class Timeliness(StrEnum):
    """How a decision lies to the due date: a day before it, on it, after it."""

    EARLY = "early"
    ON_TIME = "on-time"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class DueStep:
    """One due date that held, from when, and the event that set it (its words, ground and paper)."""

    due_at: datetime
    since: datetime
    kind: ClockEventKind
    reason: str = ""
    ground: str = ""
    document: str | None = None
    days: int = 0


@dataclass(frozen=True)
class Due:
    """What the ledger says of the term.

    `due_at` is the last second in time, `overdue_at` the first second out of time. `due_at` is None before the
    acceptance and during a suspension that came before the end. `overdue_at` is None with it, and on a closed
    clock that kept its term. `original_due_at` never changes; `missed` are the due dates that passed undecided,
    whatever was granted later. `allowed`, `consumed` and `remaining` are in the term's unit, in days for months.
    `days_late` are working days, or calendar days where the term counts those or months. `suspended_until` is the
    cap at which a suspended clock goes on by itself. `provisional` says that a year which may still change was
    counted.
    """

    state: ClockState
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    overdue_at: datetime | None = None
    history: tuple[DueStep, ...] = ()
    missed: tuple[DueStep, ...] = ()
    started_at: datetime | None = None
    closed_at: datetime | None = None
    suspended_until: datetime | None = None
    allowed: float = 0
    consumed: float = 0
    remaining: float = 0
    days_late: int = 0
    extensions: int = 0
    timeliness: Timeliness | None = None
    provisional: bool = False


def due(events: Iterable[ClockEvent], term: Term, calendar: Calendar, *, now: datetime | None = None) -> Due:
    """What the ledger says of the term at `now` (by default: at its last event).

    A `now` before the last event counts as that event's moment, so a machine whose clock was set back changes
    nothing.

    Raises:
        ClockRefusedError: the ledger contradicts itself.
        UnknownCalendarYearError: the count leaves the calendar.
    """
    account = _Account(term, calendar)
    for at, group in moments(events):
        account.reach(at)
        account.take(group)
    return account.close(now)


def check_next(events: Iterable[ClockEvent], new: ClockEvent, term: Term) -> None:
    """Refuse an event that cannot follow the ledger; say nothing if it can.

    Raises:
        EventOutOfOrderError: it lies before the last legal moment.
        ClockRefusedError: the clock's state does not allow it (each subclass is one reason).
    """
    course = follow(events, term)
    if course.last_at is not None and new.at < course.last_at:
        raise EventOutOfOrderError(
            f"Expected a legal moment from {course.last_at.isoformat()} on, the last one in the ledger, found"
            f" {new.kind} at {new.at.isoformat()}; check the machine's time or the moment that was entered.",
            f"Mốc cuối trong sổ thời hạn là {course.last_at:%H:%M:%S %d/%m/%Y}; sự kiện mới không được sớm hơn.",
        )
    advance(course, new, term)


def as_of(events: Iterable[ClockEvent], moment: datetime) -> tuple[ClockEvent, ...]:
    """The part of the ledger that had happened by the moment."""
    return tuple(event for event in events if event.at <= moment)


def days_until(new_day: date, events: Iterable[ClockEvent], term: Term, calendar: Calendar) -> int:
    """The `days` of an extension that moves the present due date to the end of `new_day`; 0 or less if it cannot.

    Counted as `ClockEvent.days` is: working days for terms in working days or hours, else calendar days.
    """
    present = due(events, term, calendar).due_at
    return 0 if present is None else _days_between(calendar.local_day(present), new_day, term, calendar)


class _Account:
    """Walks a ledger once and keeps every due date it meets."""

    def __init__(self, term: Term, calendar: Calendar) -> None:
        self.term, self.calendar = term, calendar
        self.course = Course()
        self.present: datetime | None = None
        self.steps: list[DueStep] = []
        self.missed: list[DueStep] = []

    def reach(self, moment: datetime) -> None:
        """Go to the moment: a capped suspension may end on the way, a due date may pass."""
        lapsed = self.course.lapse(moment)
        if lapsed is not self.course:
            suspension = self.course.suspension
            self.course = lapsed
            if suspension and suspension.until:
                self._set(replace(suspension, kind=Kind.RESUMED, at=suspension.until, until=None), None)
        if self.present and moment >= self.present + ONE_SECOND and self.steps[-1] not in self.missed:
            self.missed.append(self.steps[-1])

    def take(self, group: list[ClockEvent]) -> None:
        """Apply the events of one moment and note the due date they leave."""
        paper = self.course.suspension
        for event, course in in_order(group, self.course, self.term, self._rolled):
            self.course = course
            if event.kind is Kind.ACCEPTED:  # the first due date holds, whatever else happened at that moment
                self._set(event, None)
        self._set(group[0] if len(group) == 1 else min(group, key=_as_cause), paper)

    def _rolled(self, course: Course) -> int:
        return counting.rolled_over(course, self.term, self.calendar)

    def _set(self, cause: ClockEvent, paper: ClockEvent | None) -> None:
        """Keep the due date if it is a new one; `paper` is the suspension that a resumption ends."""
        self.present = counting.due_at(self.course, self.term, self.calendar)
        if self.present is None or (self.steps and self.steps[-1].due_at == self.present):
            return
        ground, document = cause.ground, cause.document
        if cause.kind is Kind.RESUMED and paper:
            ground, document = ground or paper.ground, document or paper.document
        self.steps.append(DueStep(self.present, cause.at, cause.kind, cause.reason, ground, document, cause.days))

    def close(self, now: datetime | None) -> Due:
        """The answer at `now`."""
        last = self.course.last_at
        if last is None:
            return Due(ClockState.NOT_STARTED)
        if now is not None and not self.course.state.closed:
            self.reach(max(now, last))
        moment = self.course.closed_at or max(now or last, last)
        course, late = self.course, self.present is not None and moment >= self.present + ONE_SECOND
        unit = 3600 if self.term.unit is Unit.WORKING_HOURS else 1
        allowed = counting.allowed(course, self.term, self.calendar) if course.runs else 0
        consumed = counting.used_by(moment, course, self.term, self.calendar)
        return Due(
            state=course.state,
            due_at=self.present,
            original_due_at=self.steps[0].due_at if self.steps else None,
            overdue_at=self.present + ONE_SECOND if self.present and (late or not course.state.closed) else None,
            history=tuple(self.steps),
            missed=tuple(self.missed),
            started_at=course.started_at,
            closed_at=course.closed_at,
            suspended_until=course.cap,
            allowed=_in_unit(allowed, unit),
            consumed=_in_unit(consumed, unit),
            remaining=_in_unit(allowed - consumed, unit),
            days_late=self._days_late(moment) if late else 0,
            extensions=course.extensions,
            timeliness=self._timeliness(moment, late=late),
            provisional=self._provisional(moment),
        )

    def _timeliness(self, moment: datetime, *, late: bool) -> Timeliness | None:
        if late:
            return Timeliness.OVERDUE
        if self.course.state is not ClockState.DECIDED:
            return None
        day = self.calendar.local_day
        on_the_day = self.present is not None and day(moment) == day(self.present)
        return Timeliness.ON_TIME if on_the_day else Timeliness.EARLY

    def _days_late(self, moment: datetime) -> int:
        day = self.calendar.local_day
        return _days_between(day(self.present or moment), day(moment), self.term, self.calendar)

    def _provisional(self, moment: datetime) -> bool:
        if self.course.started_at is None:
            return False
        day = self.calendar.local_day
        return self.calendar.is_provisional(day(self.course.started_at), day(max(moment, self.present or moment)))


def _as_cause(event: ClockEvent) -> tuple[int, int, str, str, str]:
    rank = _CAUSES.index(event.kind) if event.kind in _CAUSES else len(_CAUSES)
    return rank, event.sequence, event.reason, event.ground, event.document or ""


def _days_between(first: date, last: date, term: Term, calendar: Calendar) -> int:
    if term.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
        return calendar.working_days_between(first, last)
    return (last - first).days


def _in_unit(amount: int, unit: int) -> float:
    return amount if unit == 1 else round(amount / unit, 4)
