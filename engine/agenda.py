"""The rows that wait for a moment of the statutory clock, and how they move when the clock does.

From the due date follow: the term itself, the warnings before it, the last morning on which an apology and a new date
can be prepared in time (Decree 61/2018 Article 19(9): at least one day before the term lapses). A step's own limit
counts the authority's time, so it stands still while the clock does. What waits for the applicant, or for a consulted
body under a term of its own, runs on.
"""

from datetime import date, datetime, time, timedelta

from engine.change import Change
from engine.deadlines import ledger
from engine.deadlines.calendar import Calendar
from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.deadlines.errors import UnknownCalendarYearError
from engine.deadlines.ledger import ClockState, Due
from engine.deadlines.terms import Term
from engine.events import EventType
from engine.ids import new_id
from engine.model import DeadlineKind, DeadlineState, Role, StepLimit
from engine.persistence.tables import FAR_FUTURE, DeadlineRow, TaskRow

APOLOGY_DAYS = 1  # working days before the last one

_OF_THE_TERM = (DeadlineKind.TERM, DeadlineKind.WARNING, DeadlineKind.APOLOGY)
_PAUSES = (ClockEventKind.SUSPENDED, ClockEventKind.RESUMED, ClockEventKind.RESTARTED)


_AT_ITS_MOMENT = (DeadlineKind.WARNING, DeadlineKind.APOLOGY)


def lapse_of(kind: str) -> timedelta:
    """How long after its legal moment a row fires: a term holds to its last second, a reminder comes at its moment."""
    return timedelta() if kind in _AT_ITS_MOMENT else timedelta(seconds=1)


def follow_due(change: Change, counted: Due, clock: list[ClockEvent]) -> None:
    """Bring the rows of the term, and the step limits of the authority, to what the clock says now."""
    wanted = _wanted(change, counted)
    present = {
        (row.kind, row.element_id): row
        for row in change.deadlines.values()
        if row.kind in _OF_THE_TERM and row.state == DeadlineState.PENDING
    }
    for key, row in present.items():
        if key not in wanted:
            cancel(change, row)
    for (kind, what), due in wanted.items():
        _put(change, present.get((kind, what)), kind, what, due)
    _follow_pauses(change, counted.state, clock)
    if counted.state is not ClockState.NOT_STARTED:
        for row in change.deadlines.values():
            if row.kind == DeadlineKind.RECEPTION:
                cancel(change, row)


def expect_reception(change: Change) -> None:
    """An online dossier must be received, completed or refused within the limit of its procedure ([reception])."""
    limit = change.procedure.facts.reception.limit
    _put(change, None, DeadlineKind.RECEPTION, "", moment_after(change.legal_at, limit, change.platform.calendar))


def expect_receipt(change: Change, due: datetime) -> None:
    """The competent body must have received what was handed over by `due`."""
    _put(change, None, DeadlineKind.HAND_OVER, "", due)


def receipt_is_there(change: Change) -> None:
    """Wait no longer for the competent body's receipt."""
    for row in change.deadlines.values():
        if row.kind == DeadlineKind.HAND_OVER:
            cancel(change, row)


def moment_after(
    start: datetime, limit: StepLimit, calendar: Calendar, clock: list[ClockEvent] | None = None
) -> datetime:
    """When a limit that starts at `start` lapses; with `clock`, the pauses of the dossier's clock do not count.

    The far future while the clock stands still.
    """
    events = list(ledger.opening(start))
    state = ClockState.RUNNING
    for event in clock or ():
        if event.at < start or event.kind not in _PAUSES:
            continue
        suspends = event.kind is ClockEventKind.SUSPENDED
        if suspends != (state is ClockState.RUNNING):
            continue
        state = ClockState.SUSPENDED if suspends else ClockState.RUNNING
        kind = ClockEventKind.SUSPENDED if suspends else ClockEventKind.RESUMED
        events.append(ClockEvent(kind, event.at, event.reason, event.ground or "-", sequence=len(events) + 1))
    due = ledger.due(events, Term(limit.amount, limit.unit), calendar).due_at
    return due or FAR_FUTURE


def set_moment(row: DeadlineRow, due: datetime) -> None:
    """Let a row's last moment in time be `due`; the sweep looks when it has gone by."""
    row.legal_due_at, row.due_at = due, due if due == FAR_FUTURE else due + lapse_of(row.kind)


def cancel(change: Change, row: DeadlineRow) -> None:
    """Let a row wait no longer."""
    if row.state == DeadlineState.PENDING:
        row.state, row.processed_at = DeadlineState.CANCELLED, change.now


def _wanted(change: Change, counted: Due) -> dict[tuple[str, str], datetime]:
    """The moments that follow from the due date, by kind and what tells them apart."""
    if counted.due_at is None or counted.state.closed:
        return {}
    wanted: dict[tuple[str, str], datetime] = {(DeadlineKind.TERM, ""): counted.due_at}
    for days in change.platform.warn_at:
        wanted[(DeadlineKind.WARNING, str(days))] = _morning_before(change, counted.due_at, days)
    if counted.extensions < _term_allows(change):
        wanted[(DeadlineKind.APOLOGY, "")] = _morning_before(change, counted.due_at, APOLOGY_DAYS)
    return {
        key: due
        for key, due in wanted.items()
        # a warning whose moment has gone by warns nobody; the term itself fires however late
        if key[0] == DeadlineKind.TERM or due > change.legal_at or key in _waiting(change)
    }


def _waiting(change: Change) -> set[tuple[str, str]]:
    return {(row.kind, row.element_id) for row in change.deadlines.values() if row.state == DeadlineState.PENDING}


def _term_allows(change: Change) -> int:
    """How often the dossier's term may be extended."""
    return change.term.max_extensions


def _morning_before(change: Change, due: datetime, days: int) -> datetime:
    """The beginning of the working day that lies `days` working days before the last one."""
    calendar = change.platform.calendar
    last = due.astimezone(change.platform.zone).date()
    try:
        day: date = calendar.add_working_days(last, -days)
    except UnknownCalendarYearError:
        day = last - timedelta(days=days)  # before the first year that the calendar covers, nobody is warned late
    return datetime.combine(day, time.min, change.platform.zone)


def _put(change: Change, row: DeadlineRow | None, kind: str, what: str, due: datetime) -> None:
    if row is None:
        row = DeadlineRow(
            dossier_id=change.dossier.id,
            id=new_id(),
            kind=kind,
            element_id=what,
            state=DeadlineState.PENDING,
            started_at=change.legal_at,
            attempts=0,
            last_error="",
        )
        change.session.add(row)
        change.deadlines[row.id] = row
    elif row.legal_due_at == due:
        return
    set_moment(row, due)
    if kind in (DeadlineKind.TERM, DeadlineKind.RECEPTION):
        change.note(EventType.DEADLINE_MOVED, deadline=str(row.id), kind=str(kind), due_at=due.isoformat())


def _follow_pauses(change: Change, state: ClockState, clock: list[ClockEvent]) -> None:
    """Let the limits of the authority's own steps stand still with the clock, and run on with it."""
    if any(event.kind in _PAUSES for event in clock) and not state.closed:
        for row in change.deadlines.values():
            if row.kind == DeadlineKind.STEP and row.state == DeadlineState.PENDING:
                _move(change, row, _limit_of(change, row), clock)


def recount_limits(change: Change, clock: list[ClockEvent]) -> None:
    """Count step limits and timers with a limit anew, after the calendar has changed."""
    for row in change.deadlines.values():
        if row.kind in (DeadlineKind.STEP, DeadlineKind.TIMER) and row.state == DeadlineState.PENDING:
            _move(change, row, _limit_of(change, row), clock if row.kind == DeadlineKind.STEP else [])


def _limit_of(change: Change, row: DeadlineRow) -> StepLimit | None:
    element = change.procedure.elements[row.element_id]
    return element.limit or (element.timer.limit if element.timer else None)


def _move(change: Change, row: DeadlineRow, limit: StepLimit | None, clock: list[ClockEvent]) -> None:
    """Let a row with a limit lapse when the calendar and the pauses of the clock say."""
    if limit is None:
        return
    element = change.procedure.elements[row.element_id]
    pauses = [] if element.role is Role.APPLICANT else clock
    due = moment_after(row.started_at, limit, change.platform.calendar, pauses)
    if due == row.legal_due_at:
        return
    set_moment(row, due)
    task = change.session.get(TaskRow, (change.dossier.id, row.task_id)) if row.task_id else None
    if task is not None:
        task.due_at = due
    moved = {"kind": str(row.kind), "element": row.element_id, "due_at": due.isoformat()}
    change.note(EventType.DEADLINE_MOVED, deadline=str(row.id), **moved)
