"""The statutory clock of a dossier: its ledger in the journal, the due date counted from it, the moments of timers.

The ledger is the dossier's journal entries whose type begins with "clock:"; the due date on the dossier's row is only
a copy of what `engine.deadlines.ledger.due` says of them.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from engine import agenda, places
from engine.change import Change
from engine.deadlines import ledger
from engine.deadlines.course import follow
from engine.deadlines.ledger import ClockEvent, ClockEventKind, ClockState
from engine.deadlines.terms import Starts
from engine.events import CLOCK_PREFIX, EventType
from engine.history.journal import Entry, Happened, read
from engine.model import Channel, DossierState, Element, Step, StepLimit, TaskState
from engine.persistence import register_numbers
from engine.persistence.tables import TaskRow
from engine.runtime.evaluation import Evaluation
from engine.runtime.failures import ExpressionFailure

_STATES = {
    ClockState.NOT_STARTED: DossierState.FILED,
    ClockState.RUNNING: DossierState.PROCESSING,
    ClockState.SUSPENDED: DossierState.AWAITING_APPLICANT,
    ClockState.DECIDED: DossierState.DECIDED,
    ClockState.STOPPED: DossierState.PROCESSING,
}


def note_received(change: Change) -> None:
    """The dossier has come in; its clock waits for acceptance (rule 1 of the clock: complete and correct)."""
    change.dossier.received_at = change.legal_at
    register_numbers.give(change.session, change.dossier, change.legal_at, change.platform.zone)
    note(change, ClockEventKind.RECEIVED, "filed")
    if change.dossier.channel == Channel.ONLINE:
        agenda.expect_reception(change)


def note_effects(change: Change, step: Step) -> None:
    """What the elements that the process has left and reached do to the clock.

    Where two branches wait for the applicant at once, the clock stands still from the first wait to the last.
    """
    elements, passed = change.procedure.elements, set(step.passed)
    cut_off = [elements[where] for where in step.left if where not in passed]
    for element in cut_off:
        if _waits_for_applicant(element):
            # a timer or a withdrawal ended the wait: the time is the authority's again
            _note_effect(change, step, element, ClockEventKind.RESUMED)
    for element in (elements[where] for where in step.passed):
        if element.clock and element.clock.on_leave:
            _note_effect(change, step, element, element.clock.on_leave)
    for element in (elements[where] for where in step.entered):
        if element.clock and element.clock.on_enter:
            _note_effect(change, step, element, element.clock.on_enter)


def _note_effect(change: Change, step: Step, element: Element, kind: ClockEventKind) -> None:
    if kind is ClockEventKind.ACCEPTED and starts_with_receipt(change):
        return  # the dossier is complete, and the clock waits for the competent body (`receipt`)
    suspended = follow(present_ledger(change), change.term).state is ClockState.SUSPENDED
    if kind is ClockEventKind.SUSPENDED and suspended:
        return
    if kind in (ClockEventKind.RESUMED, ClockEventKind.RESTARTED) and _others_wait(change, step, element):
        return
    bases = "; ".join(f"{basis.document} {basis.article}".strip() for basis in element.legal_bases)
    ground = element.clock.ground if element.clock else ""
    note(change, kind, element.id, ground or bases or element.title())


def starts_with_receipt(change: Change) -> bool:
    """Whether the term counts from the competent body's receipt (boundary-free: Decree 309/2026 Article 8(3))."""
    return change.term.starts is Starts.COMPETENT_BODY_RECEIPT and places.filed_elsewhere(change)


def _waits_for_applicant(element: Element) -> bool:
    return element.clock is not None and element.clock.on_enter is ClockEventKind.SUSPENDED


def _others_wait(change: Change, step: Step, left: Element) -> bool:
    """Whether another element still waits for the applicant."""
    elements = change.procedure.elements
    if not any(_waits_for_applicant(each) for each in elements.values() if each.id != left.id):
        return False
    still_open = change.session.scalars(
        select(TaskRow).where(TaskRow.dossier_id == change.dossier.id, TaskRow.state == TaskState.OPEN)
    )
    return any(
        task.id not in step.tasks_closed and _waits_for_applicant(elements[task.element_id]) for task in still_open
    )


def note(change: Change, kind: ClockEventKind, reason: str, ground: str = "", **more: Any) -> None:
    """Add an event to the ledger, after checking that it may follow what stands there.

    `more` holds what some kinds need: `days` of an extension, the `document` that grounds it.

    Raises:
        ClockEventError: it may not, for example a resumption without a suspension.
    """
    payload: dict[str, Any] = {"kind": kind.value, "reason": reason, "ground": ground, **more}
    seq = change.dossier.journal_seq + len(change.events) + 1
    clock = present_ledger(change)
    # the machine's clock may have been put back, or a timer be processed behind an officer: the ledger never goes back
    moment = max([change.legal_at, *(event.at for event in clock)])
    event = _clock_event(payload, moment, seq)
    ledger.check_next(clock, event, change.term)
    change.note_at(moment, EventType(CLOCK_PREFIX + kind.value), **payload)


def recount(change: Change) -> None:
    """Copy what the ledger says onto the dossier, when this command has added to it; its term moves along."""
    if not any(event.type.value.startswith(CLOCK_PREFIX) for event in change.events):
        return
    count(change)


def count(change: Change) -> None:
    """Copy what the ledger says onto the dossier and its agenda."""
    clock = present_ledger(change)
    counted = ledger.due(clock, change.term, change.platform.calendar)
    dossier = change.dossier
    dossier.due_at, dossier.original_due_at = counted.due_at, counted.original_due_at
    dossier.extended = any(event.kind is ClockEventKind.EXTENDED for event in clock)
    if dossier.closed_at is None:
        dossier.state = _STATES[counted.state]
    if counted.state is ClockState.DECIDED:
        dossier.decided_at = dossier.decided_at or change.legal_at
    agenda.follow_due(change, counted, clock)


def events_of(rows: Iterable[Entry | Happened]) -> list[ClockEvent]:
    """The ledger that journal rows hold."""
    return [_clock_event(read(row)["payload"], row.occurred_at, row.seq) for row in rows]


def step_due(change: Change, limit: StepLimit) -> datetime:
    """When a limit that starts now lapses, counted on the calendar; the far future while the clock stands still."""
    return agenda.moment_after(change.legal_at, limit, change.platform.calendar)


def moment_of_timer(change: Change, element: Element, evaluation: Evaluation) -> datetime:
    """When a timer of the diagram fires: its limit on the calendar, or what its FEEL expression says.

    Raises:
        ExpressionFailure: the expression gives no date, moment or duration.
    """
    timer = element.timer
    if timer is None:
        raise ExpressionFailure(f"expected the timer '{element.id}' to say when it fires, found nothing")
    if timer.limit is not None:
        return step_due(change, timer.limit)
    text = _feel_moment(timer.moment) if timer.moment else f"now() + {_feel_duration(timer.duration)}"
    value = evaluation.value(text, element)
    found = _as_moment(value, change)
    if found is None:
        raise ExpressionFailure(
            f"expected the timer '{element.id}' to give a date or a duration, found {value!r} from '{text}'"
        )
    return found


def _feel_duration(text: str) -> str:
    """A duration as FEEL: `=…` is FEEL already, a bare ISO 8601 literal is wrapped."""
    stripped = text.strip()
    return f"({stripped[1:]})" if stripped.startswith("=") else f'duration("{stripped}")'


def _feel_moment(text: str) -> str:
    """A date or moment as FEEL, in the same way."""
    stripped = text.strip()
    if stripped.startswith("="):
        return stripped[1:]
    return f'date and time("{stripped}")' if "T" in stripped else f'date("{stripped}")'


def _as_moment(value: object, change: Change) -> datetime | None:
    """A moment, or the end of a day in the authority's zone."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) == len("2026-11-23"):
            return datetime.combine(date.fromisoformat(value), time.max, change.platform.zone)
        moment = datetime.fromisoformat(value.split("@")[0].split("[")[0])
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=change.platform.zone)


def present_ledger(change: Change) -> list[ClockEvent]:
    """The stored ledger and what this command has added to it."""
    stored = events_of(change.recorded_clock)
    first = change.dossier.journal_seq + 1
    fresh = [
        _clock_event(event.payload, event.occurred_at, first + offset)
        for offset, event in enumerate(change.events)
        if event.type.value.startswith(CLOCK_PREFIX)
    ]
    return stored + fresh


def _clock_event(payload: Any, occurred_at: datetime, seq: int) -> ClockEvent:
    return ClockEvent(
        ClockEventKind(payload["kind"]),
        occurred_at,
        reason=payload.get("reason", ""),
        ground=payload.get("ground", ""),
        document=payload.get("document"),
        days=payload.get("days", 0),
        sequence=seq,
    )
