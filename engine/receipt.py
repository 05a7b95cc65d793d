"""Passing a dossier from the place that received it to the body that decides, and that body's receipt.

A dossier received elsewhere is handed over on the day it is complete, or at the start of the next working day when
that was after 15:00 (Decree 61/2018 Article 18(2), kept in Decree 309/2026 Article 9). The competent body confirms the
receipt; working on the dossier confirms it as well. Where the law says so the clock starts there and not before
(Decree 309/2026 Article 8(3)).
"""

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import select

from engine import agenda, clockwork, places, settlement
from engine.change import Change
from engine.deadlines.calendar import Calendar
from engine.deadlines.course import follow
from engine.deadlines.ledger import ClockEventKind, ClockState
from engine.errors import InvalidInputError, NotWaitingError
from engine.events import EventType
from engine.history.journal import read
from engine.ids import new_id
from engine.model import Role, Step, TaskState
from engine.organisation import people, units
from engine.persistence.tables import FAR_FUTURE, HandOverRow, JournalRow, TaskRow, UnitRow
from engine.runtime.side_tasks import ACKNOWLEDGE, ROUTE, SIDE_TASKS

CUT_OFF = time(15, 0)
RECEIVERS = (
    Role.RECORDS_CLERK,
    Role.RECEPTION_OFFICER,
    Role.DIVISION_HEAD,
    Role.AGENCY_LEADER,
    Role.CASE_OFFICER,
)
"""Who confirms a receipt in the name of a body: the first of these that somebody there holds."""
_GROUND = "NĐ 309/2026, Điều 8 khoản 3"


def hand_over_when_complete(change: Change, step: Step) -> None:
    """Hand the dossier over when this step has found it complete and it was received elsewhere."""
    elements = change.procedure.elements
    complete = any(_accepts(change, where) for where in step.passed if where in elements)
    if complete and places.filed_elsewhere(change) and not places.is_lost(change.dossier, change.procedure):
        hand_over(change)


def hand_over(change: Change) -> None:
    """Pass the dossier to the competent body, whose receipt is waited for."""
    dossier = change.dossier
    due = due_of(change.legal_at, change.platform.calendar)
    row = HandOverRow(
        dossier_id=dossier.id,
        id=new_id(),
        from_unit=dossier.receiving_unit,
        to_unit=dossier.competent_unit,
        handed_at=change.legal_at,
        handed_by=change.actor.signature,
        due_at=due,
        acknowledged_by="",
    )
    change.session.add(row)
    dossier.hand_over_id = row.id
    passed = {"hand_over": str(row.id), "from": row.from_unit, "to": row.to_unit, "due_at": due.isoformat()}
    change.note(EventType.DOSSIER_HANDED_OVER, **passed)
    agenda.expect_receipt(change, due)
    settlement.open_side_task(change, replace(SIDE_TASKS[ACKNOWLEDGE], role=receiver(change)), due)


def due_of(complete_at: datetime, calendar: Calendar) -> datetime:
    """By when a dossier that was complete at that moment must lie with the competent body.

    The end of the working hours of the day; after 15:00, and on a day off, the first minute of the next working day.
    """
    local = complete_at.astimezone(calendar.zone)
    day = local.date()
    if calendar.is_working(day) and local.time() <= CUT_OFF:
        return calendar.close_of_business(day)
    following = calendar.next_working(day + timedelta(days=1))
    return calendar.at(following, calendar.working_hours(following)[0][0])


def receiver(change: Change) -> Role:
    """Who confirms a receipt in the competent body."""
    there = people.staff(change.session, change.dossier.competent_unit, change.platform.today())
    return next((role for role in RECEIVERS if role in there), RECEIVERS[0])


def confirm_by_work(change: Change, task: TaskRow) -> None:
    """Whoever works on a dossier in the competent body's hands has received it."""
    dossier = change.dossier
    elsewhere = task.unit_code not in ("", dossier.receiving_unit, dossier.support_unit)
    if dossier.hand_over_id is not None and elsewhere and task.element_id not in SIDE_TASKS:
        acknowledge(change, implied=True)


def acknowledge(change: Change, *, implied: bool = False) -> None:
    """The competent body has the dossier: the receipt is recorded and, where the law says so, the clock starts.

    Raises:
        NotWaitingError: nothing has been handed over that is not confirmed yet.
    """
    row = _open_hand_over(change)
    row.acknowledged_at, row.acknowledged_by = change.legal_at, change.actor.signature
    change.dossier.hand_over_id = None
    change.note(
        EventType.DOSSIER_ACKNOWLEDGED,
        hand_over=str(row.id),
        unit=row.to_unit,
        implied=implied,
        late=change.legal_at > row.due_at,
    )
    _wait_no_longer(change)
    if clockwork.starts_with_receipt(change):
        state = follow(clockwork.present_ledger(change), change.term).state
        if state is ClockState.NOT_STARTED:
            clockwork.note(change, ClockEventKind.ACCEPTED, "acknowledged", _GROUND)
            clockwork.recount(change)
            _date_tasks(change)


def send_on(change: Change, code: str, reason: str) -> None:
    """Name the body that is competent: from the unroutable queue, or because the dossier is not this body's.

    Raises:
        InvalidInputError: no such unit today, the same unit, or no reason.
    """
    dossier, today = change.dossier, change.platform.today()
    unit = change.session.get(UnitRow, code.strip())
    if unit is None or not units.is_open(unit, today) or unit.code == dossier.competent_unit:
        raise InvalidInputError(
            f"expected the code of another unit of today, found '{code}'; look it up (motcua organisation search)",
            f"'{code}' không phải mã của một đơn vị khác đang hoạt động.",
        )
    if not reason.strip():
        raise InvalidInputError("expected a reason, found none; say why this body", "Hãy nêu lý do.")
    handed = dossier.hand_over_id is not None or _was_complete(change)
    _give_to(change, unit.code, reason.strip())
    if handed and places.filed_elsewhere(change):
        hand_over(change)


def send_back(change: Change, reason: str) -> None:
    """The body that was handed the dossier is not the competent one: the unroutable queue sends it on."""
    lost = units.successor_of(change.session, places.unroutable(change.procedure), change.platform.today())
    _give_to(change, lost, reason)
    ask_for_route(change)


def ask_for_route(change: Change) -> None:
    """Ask the unroutable queue which body is competent."""
    due = due_of(change.legal_at, change.platform.calendar)
    settlement.open_side_task(change, SIDE_TASKS[ROUTE], due)


def _give_to(change: Change, code: str, reason: str) -> None:
    """Make a unit the competent body, with the open steps of its predecessor."""
    dossier, before = change.dossier, change.dossier.competent_unit
    dossier.competent_unit, dossier.hand_over_id = code, None
    change.note(EventType.DOSSIER_ROUTED, unit=code, before=before, reason=reason)
    _wait_no_longer(change)
    for task in _open_tasks(change):
        element = change.procedure.elements[task.element_id]
        if change.procedure.place(element.unit) != "competent" or task.unit_code != before:
            continue
        task.unit_code, task.queue, task.assignee_id = code, f"{code}/{task.role}", None
        task.principal_unit = code if task.principal_unit else ""
        moved = {"task": str(task.id), "element": task.element_id, "role": str(task.role), "unit": code}
        change.note(EventType.TASK_MOVED, **moved, before=before, assignee=None)


def _wait_no_longer(change: Change) -> None:
    """Nobody has to confirm this receipt, or to find the body, any more."""
    agenda.receipt_is_there(change)
    for task in _open_tasks(change):
        if task.element_id in (ACKNOWLEDGE, ROUTE):
            task.end(TaskState.CANCELLED, change.now)
            change.note(EventType.TASK_CANCELLED, task=str(task.id), element=task.element_id)


def _open_hand_over(change: Change) -> HandOverRow:
    identifier = change.dossier.hand_over_id
    if identifier is None:
        raise NotWaitingError(
            f"expected dossier {change.dossier.code} to be on its way to the competent body, found that it is not",
            f"Hồ sơ {change.dossier.code} không ở trạng thái chờ cơ quan có thẩm quyền nhận.",
        )
    change.session.flush()  # it may have been handed over by this very command
    return change.session.get_one(HandOverRow, (change.dossier.id, identifier))


def _accepts(change: Change, where: str) -> bool:
    clock = change.procedure.elements[where].clock
    return clock is not None and clock.on_leave is ClockEventKind.ACCEPTED


def _was_complete(change: Change) -> bool:
    """Whether the receiving place has found the dossier complete; asked when a lost dossier is sent on."""
    passed = select(JournalRow).where(
        JournalRow.stream_id == change.dossier.id, JournalRow.type == EventType.ELEMENT_PASSED.value
    )
    where = (str(read(row)["payload"]["element"]) for row in change.session.scalars(passed))
    return any(_accepts(change, element) for element in where if element in change.procedure.elements)


def _open_tasks(change: Change) -> list[TaskRow]:
    query = select(TaskRow).where(TaskRow.dossier_id == change.dossier.id, TaskRow.state == TaskState.OPEN)
    return [task for task in change.session.scalars(query) if task.state == TaskState.OPEN]


def _date_tasks(change: Change) -> None:
    """Steps that opened before the clock ran, and have no limit of their own, are due with the dossier."""
    for task in _open_tasks(change):
        if task.due_at == FAR_FUTURE and change.dossier.due_at is not None:
            task.due_at = change.dossier.due_at
