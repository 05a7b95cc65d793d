"""What the ledger makes of a clock: its state and the spans in which it ran. No calendar is needed here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from engine.deadlines import errors
from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.deadlines.terms import Term

Kind = ClockEventKind
Span = tuple[datetime, datetime | None]


class ClockState(StrEnum):
    """Where a clock stands."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    SUSPENDED = "suspended"
    DECIDED = "decided"
    STOPPED = "stopped"

    @property
    def closed(self) -> bool:
        """Whether nothing more can happen to the clock."""
        return self in (ClockState.DECIDED, ClockState.STOPPED)


@dataclass(frozen=True)
class Course:
    """A clock after some events of its ledger.

    `runs` are the spans in which it ran since it was started or last restarted, `extra` the days added by
    extensions since then, `lapsed_cap` the cap at which the last suspension ended by itself.
    """

    state: ClockState = ClockState.NOT_STARTED
    received_at: datetime | None = None
    started_at: datetime | None = None
    runs: tuple[Span, ...] = ()
    suspension: ClockEvent | None = None
    lapsed_cap: datetime | None = None
    suspensions: int = 0
    extensions: int = 0
    extra: int = 0
    closed_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def cap(self) -> datetime | None:
        """When the present suspension ends by itself."""
        return self.suspension.until if self.state is ClockState.SUSPENDED and self.suspension else None

    def lapse(self, moment: datetime) -> "Course":
        """The clock at the moment, running again if the cap of a suspension has passed by then."""
        if self.state is not ClockState.SUSPENDED or self.cap is None or moment <= self.cap:
            return self
        return self._running_from(self.cap, lapsed_cap=self.cap)

    def running_at(self, moment: datetime) -> bool:
        """Whether the clock ran in the second that begins at the moment (of those since the last restart)."""
        return any(start <= moment and (end is None or moment < end) for start, end in self.runs)

    def at(self, moment: datetime, extra: int) -> "Course":
        """The same course, last touched at the moment and with so many days more."""
        return self._but(last_at=moment, extra=self.extra + extra)

    def _but(self, **changes: object) -> "Course":
        """A changed copy. `dataclasses.replace` takes four times as long, and every due date passes here."""
        copy = object.__new__(Course)
        copy.__dict__.update(self.__dict__)
        copy.__dict__.update(changes)
        return copy

    def _running_from(self, moment: datetime, lapsed_cap: datetime | None = None) -> "Course":
        start, end = self.runs[-1]
        again = (start, None) if end == moment else (moment, None)  # suspended and resumed at once: nothing happened
        kept = self.runs[:-1] if end == moment else self.runs
        return self._but(state=ClockState.RUNNING, runs=(*kept, again), lapsed_cap=lapsed_cap)

    # ---- what each event does; `event` fits the state ---------------------------------------------------

    def received(self, event: ClockEvent, _term: Term) -> "Course":
        """The dossier came in."""
        if self.received_at is not None:
            raise errors.ClockAlreadyStartedError(
                f"Expected one reception in a ledger, found a second one at {event.at}; drop it.",
                "Sổ thời hạn đã ghi tiếp nhận; không ghi lần thứ hai.",
            )
        return self._but(received_at=event.at)

    def accepted(self, event: ClockEvent, _term: Term) -> "Course":
        """The complete and correct dossier is there: the count starts."""
        received = self.received_at or event.at
        return self._but(
            state=ClockState.RUNNING,
            received_at=received,
            started_at=event.at,
            runs=((event.at, None),),
        )

    def suspended(self, event: ClockEvent, term: Term) -> "Course":
        """The count pauses, on a ground."""
        _need_ground(event)
        if term.max_suspensions is not None and self.suspensions >= term.max_suspensions:
            raise errors.TooManySuspensionsError(
                f"Expected at most {term.max_suspensions} suspension(s) of this term, found one more at {event.at};"
                " decide on the papers at hand.",
                f"Thời hạn này chỉ được tạm dừng {term.max_suspensions} lần.",
            )
        start, _ = self.runs[-1]
        return self._but(
            state=ClockState.SUSPENDED,
            runs=(*self.runs[:-1], (start, event.at)),
            suspension=event,
            lapsed_cap=None,
            suspensions=self.suspensions + 1,
        )

    def resumed(self, event: ClockEvent, _term: Term) -> "Course":
        """The count goes on."""
        return self._running_from(event.at)

    def restarted(self, event: ClockEvent, _term: Term) -> "Course":
        """The count begins again from zero; extensions granted before are used up, not carried over."""
        return self._but(state=ClockState.RUNNING, runs=((event.at, None),), extra=0, suspension=None, lapsed_cap=None)

    def extended(self, event: ClockEvent, term: Term) -> "Course":
        """The term grows, as often as the law allows."""
        _need_ground(event)
        if self.extensions >= term.max_extensions:
            raise errors.AlreadyExtendedError(
                f"Expected at most {term.max_extensions} extension(s) of this term, found one more at {event.at};"
                " hand the result over or record the dossier as overdue.",
                f"Thời hạn này chỉ được hẹn lại {term.max_extensions} lần.",
            )
        return self._but(extensions=self.extensions + 1, extra=self.extra + event.days)

    def decided(self, event: ClockEvent, _term: Term) -> "Course":
        """The result is there."""
        return self._but(state=ClockState.DECIDED, closed_at=event.at)

    def stopped(self, event: ClockEvent, _term: Term) -> "Course":
        """The dossier ended without a result: stopped, withdrawn, not received."""
        return self._but(state=ClockState.STOPPED, closed_at=event.at)


_Effect = Callable[[Course, ClockEvent, Term], Course]

_OPEN = frozenset({ClockState.RUNNING, ClockState.SUSPENDED})

# What an event does and in which states it fits, in the order in which events of one moment are taken.
_RULES: Mapping[Kind, tuple[_Effect, frozenset[ClockState]]] = {
    Kind.RECEIVED: (Course.received, frozenset({ClockState.NOT_STARTED})),
    Kind.ACCEPTED: (Course.accepted, frozenset({ClockState.NOT_STARTED})),
    Kind.RESUMED: (Course.resumed, frozenset({ClockState.SUSPENDED})),
    Kind.SUSPENDED: (Course.suspended, frozenset({ClockState.RUNNING})),
    Kind.RESTARTED: (Course.restarted, _OPEN),
    Kind.EXTENDED: (Course.extended, _OPEN),
    Kind.DECIDED: (Course.decided, _OPEN),
    Kind.STOPPED: (Course.stopped, _OPEN | {ClockState.NOT_STARTED}),
}
_RANK = {kind: place for place, kind in enumerate(_RULES)}


def no_days(_course: Course) -> int:
    """Without a calendar nobody can tell how far the end of a term was moved."""
    return 0


def advance(course: Course, event: ClockEvent, term: Term, rolled: Callable[[Course], int] = no_days) -> Course:
    """The course after one more event.

    `rolled` tells by how many days the end of the term was moved off days not worked; an extension counts from the
    moved end, so it takes them into the term.

    Raises:
        ClockRefusedError: the event does not fit; each subclass is one reason.
    """
    course = course.lapse(event.at)
    effect, fitting = _RULES[event.kind]
    if course.state not in fitting:
        raise _refusal(course, event)
    extra = rolled(course) if event.kind is Kind.EXTENDED else 0
    after = effect(course, event, term)
    return after.at(event.at, extra)


def moments(events: Iterable[ClockEvent]) -> Iterator[tuple[datetime, list[ClockEvent]]]:
    """The events by legal moment, ascending, whatever order they come in."""
    for at, group in groupby(sorted(events, key=_at), key=_at):
        yield at, list(group)


def in_order(
    group: list[ClockEvent], course: Course, term: Term, rolled: Callable[[Course], int] = no_days
) -> Iterator[tuple[ClockEvent, Course]]:
    """Events of one moment with the course after each, in an order that depends on the clock's state alone."""
    course = course.lapse(group[0].at)
    waiting = sorted(group, key=lambda event: (_RANK[event.kind], event.sequence)) if len(group) > 1 else group
    while waiting:
        event = next((one for one in waiting if course.state in _RULES[one.kind][1]), waiting[0])
        course = advance(course, event, term, rolled)
        waiting = [one for one in waiting if one is not event]
        yield event, course


def follow(events: Iterable[ClockEvent], term: Term) -> Course:
    """The course after the whole ledger. Raises `ClockRefusedError` where an event does not fit."""
    course = Course()
    for _, group in moments(events):
        for _, after in in_order(group, course, term):
            course = after
    return course


def _at(event: ClockEvent) -> datetime:
    return event.at


def _need_ground(event: ClockEvent) -> None:
    if not event.ground.strip():
        raise errors.GroundMissingError(
            f"Expected the legal ground of what was {event.kind} at {event.at}, found none; name the article.",
            "Phải nêu căn cứ pháp lý (điều, khoản) khi tạm dừng hoặc gia hạn thời hạn.",
        )


def _refusal(course: Course, event: ClockEvent) -> errors.ClockRefusedError:
    """Why the event does not fit the state."""
    found = f"found {event.kind} at {event.at.isoformat()} while the clock is {course.state}"
    if course.state.closed:
        return errors.ClockClosedError(f"Expected nothing after the clock was closed at {course.closed_at}, {found}.")
    if event.kind in (Kind.RECEIVED, Kind.ACCEPTED):
        return errors.ClockAlreadyStartedError(f"Expected a clock that has not started, {found}; drop the event.")
    if course.state is ClockState.NOT_STARTED:
        return errors.ClockNotStartedError(
            f"Expected the dossier to be accepted first, {found}; record the acceptance (Form 01)."
        )
    if event.kind is Kind.RESUMED and course.lapsed_cap is not None:
        return errors.SuspensionBeyondCapError(
            f"Expected the clock to resume by {course.lapsed_cap.isoformat()}, the cap of the suspension, {found};"
            " the clock has run again since the cap, so record the resumption at the cap or leave it out.",
            f"Việc tạm dừng chỉ được đến {course.lapsed_cap:%H:%M %d/%m/%Y}; từ mốc đó thời hạn đã tính tiếp.",
        )
    if event.kind is Kind.RESUMED:
        return errors.NotSuspendedError(f"Expected a suspended clock, {found}; nothing is there to resume.")
    return errors.AlreadySuspendedError(f"Expected a running clock, {found}; resume it first.")
