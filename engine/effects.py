"""What happens when a moment of the clock comes: a warning, a reminder to the head, an apology to approve.

Timers of the diagram are the process's own business (`interpreter.fire`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from engine import agenda, clockwork, letter_requests, notices, receipt, settlement
from engine.change import Change
from engine.deadlines import ledger
from engine.deadlines.clock_events import ClockEventKind
from engine.errors import InvalidInputError
from engine.model import DeadlineKind, Role, TaskState
from engine.persistence.tables import DeadlineRow, TaskRow
from engine.runtime.side_tasks import ACKNOWLEDGE, APOLOGY, ROUTE, SIDE_TASKS

Effect = Callable[[Change, DeadlineRow], None]


def warn(change: Change, row: DeadlineRow) -> None:
    """Tell whoever has an open step that the term lapses in so many working days."""
    for task in _open_tasks(change):
        notices.to_holder(change, task, "term-nears", days=int(row.element_id), due_at=_due(change))


def escalate_step(change: Change, row: DeadlineRow) -> None:
    """Tell the head of the unit that a step is over its limit."""
    task = change.session.get(TaskRow, (change.dossier.id, row.task_id)) if row.task_id else None
    if task is not None and task.state == TaskState.OPEN:
        due = row.legal_due_at.isoformat()
        step = notices.step_of(task)
        notices.to_queue(change, task.unit_code, Role.DIVISION_HEAD, "step-overdue", **step, due_at=due)
        notices.to_holder(change, task, "step-overdue", due_at=due)


def mark_overdue(change: Change, _row: DeadlineRow) -> None:
    """Tell the heads of the units at work, and the leader, that the dossier is overdue."""
    at_work = {task.unit_code for task in _open_tasks(change) if task.unit_code and task.element_id not in SIDE_TASKS}
    for unit in sorted(at_work):
        notices.to_queue(change, unit, Role.DIVISION_HEAD, "dossier-overdue", due_at=_due(change))
    notices.to_queue(change, change.dossier.competent_unit, Role.AGENCY_LEADER, "dossier-overdue", due_at=_due(change))


def remind_reception(change: Change, row: DeadlineRow) -> None:
    """Tell the desk and the leader that an online dossier has been left unreceived."""
    unit, due = change.dossier.receiving_unit, row.legal_due_at.isoformat()
    notices.to_queue(change, unit, Role.RECEPTION_OFFICER, "reception-late", due_at=due)
    notices.to_queue(change, change.dossier.competent_unit, Role.AGENCY_LEADER, "reception-late", due_at=due)


def remind_hand_over(change: Change, row: DeadlineRow) -> None:
    """Tell both ends and the leader that a dossier has not arrived at the competent body."""
    dossier, due = change.dossier, row.legal_due_at.isoformat()
    notices.to_queue(change, dossier.competent_unit, receipt.receiver(change), "hand-over-late", due_at=due)
    notices.to_queue(change, dossier.competent_unit, Role.AGENCY_LEADER, "hand-over-late", due_at=due)
    notices.to_queue(change, dossier.receiving_unit, Role.RECEPTION_OFFICER, "hand-over-late", due_at=due)


def prepare_apology(change: Change, row: DeadlineRow) -> None:
    """Ask the leader, while there is time, whether to apologise and give a new date. Never twice while one is open."""
    if not any(task.element_id == APOLOGY for task in _open_tasks(change)):
        settlement.open_side_task(change, SIDE_TASKS[APOLOGY], change.dossier.due_at or row.legal_due_at)


EFFECTS: Mapping[str, Effect] = {
    DeadlineKind.WARNING: warn,
    DeadlineKind.STEP: escalate_step,
    DeadlineKind.TERM: mark_overdue,
    DeadlineKind.RECEPTION: remind_reception,
    DeadlineKind.APOLOGY: prepare_apology,
    DeadlineKind.HAND_OVER: remind_hand_over,
}


def complete_side_task(change: Change, task: TaskRow, answers: Mapping[str, Any]) -> None:
    """What follows from a side task's answers: a receipt, a route; an approved apology extends the term, once.

    Raises:
        ClockRefusedError: the term has been extended before, or the clock does not run.
        InvalidInputError: the new date lies on or before the present one.
    """
    if task.element_id == ROUTE:
        receipt.send_on(change, answers["unit"], answers["reason"])
    elif task.element_id == ACKNOWLEDGE and answers["decision"] == "not_ours":
        receipt.send_back(change, answers["reason"])
    elif task.element_id == ACKNOWLEDGE:
        receipt.acknowledge(change)
    elif answers["decision"] == "send":
        _extend(change, task, answers)


def _extend(change: Change, task: TaskRow, answers: Mapping[str, Any]) -> None:
    promised = change.dossier.due_at or task.due_at
    new_day = date.fromisoformat(answers["new_date"])
    days = ledger.days_until(new_day, clockwork.present_ledger(change), change.term, change.platform.calendar)
    if days <= 0:
        raise InvalidInputError(
            f"expected a new date after the present due date, found {new_day}; choose a later working day",
            f"Ngày hẹn lại {new_day:%d/%m/%Y} phải sau ngày hẹn trả hiện tại.",
        )
    clockwork.note(
        change,
        ClockEventKind.EXTENDED,
        answers["reason"],
        SIDE_TASKS[APOLOGY].legal_bases[0].article,
        days=days,
        document=answers["document"],
    )
    clockwork.recount(change)
    notices.to_applicant(change, "due-date-moved", due_at=_due(change), reason=answers["reason"])
    letter_requests.ask_for_apology(change, answers, promised)


def recalculate(change: Change, cause: str) -> bool:
    """Count every moment of the dossier anew by the present calendar; whether its due date has moved.

    The cause stands in the dossier's history, and the applicant is told.
    """
    before = change.dossier.due_at
    clockwork.count(change)
    agenda.recount_limits(change, clockwork.present_ledger(change))
    change.events = [replace(event, payload={**event.payload, "cause": cause}) for event in change.events]
    moved = before != change.dossier.due_at
    if moved:
        was = before.isoformat() if before else None
        notices.to_applicant(change, "due-date-moved", due_at=_due(change), before=was, reason=cause)
    return moved


def _open_tasks(change: Change) -> list[TaskRow]:
    query = select(TaskRow).where(TaskRow.dossier_id == change.dossier.id, TaskRow.state == TaskState.OPEN)
    return list(change.session.scalars(query))


def _due(change: Change) -> str | None:
    return change.dossier.due_at.isoformat() if change.dossier.due_at else None
