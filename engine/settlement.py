"""Turns what a process did (`Step`) into rows and events: user tasks, timers, incidents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from engine import authority, notices, places
from engine.agenda import set_moment
from engine.change import Change
from engine.clockwork import moment_of_timer, step_due
from engine.events import EventType
from engine.ids import new_id
from engine.model import DeadlineKind, DeadlineState, Element, Opened, Role, Step, TaskState
from engine.organisation.people import holders
from engine.persistence.tables import FAR_FUTURE, DeadlineRow, IncidentRow, TaskRow
from engine.runtime.evaluation import Evaluation
from engine.runtime.side_tasks import SIDE_TASKS


def settle_tasks(change: Change, step: Step, evaluation: Evaluation, completed: UUID | None) -> None:
    """Close the tasks that the process no longer waits for and open the new ones."""
    gone = [task_id for task_id in step.tasks_closed if task_id != completed]
    for task in _tasks(change, gone):
        task.end(TaskState.CANCELLED, change.now)
        change.note(EventType.TASK_CANCELLED, task=str(task.id), element=task.element_id)
    _cancel_deadlines_of(change, step.tasks_closed)
    for opened in step.tasks_opened:
        _open_task(change, opened, evaluation)


def close_side_tasks(change: Change) -> None:
    """Cancel what officers do beside the process (an apology to approve), when the dossier ends."""
    beside = select(TaskRow).where(
        TaskRow.dossier_id == change.dossier.id,
        TaskRow.state == TaskState.OPEN,
        TaskRow.element_id.in_(SIDE_TASKS),
    )
    for task in change.session.scalars(beside):
        task.end(TaskState.CANCELLED, change.now)
        change.note(EventType.TASK_CANCELLED, task=str(task.id), element=task.element_id)


def open_side_task(change: Change, element: Element, due: datetime) -> None:
    """Ask somebody to do something beside the process."""
    unit = _unit_of(change, element)
    task = _task_row(change, new_id(), element, (element.role or Role.OPERATOR, unit), due)
    change.session.add(task)
    _note_opened(change, task, due)


def _open_task(change: Change, opened: Opened, evaluation: Evaluation) -> None:
    element = change.procedure.elements[opened.element_id]
    unit, role = _unit_of(change, element), element.role or Role.OPERATOR
    principal = unit if element.act else ""
    if principal:
        role, unit = authority.place_of(change, element, principal, evaluation)
    own_due = step_due(change, element.limit) if element.limit else None
    task = _task_row(change, opened.id, element, (role, unit), own_due or change.dossier.due_at or FAR_FUTURE)
    task.principal_unit = principal
    task.assignee_id = _assignee(change, element, unit, role, evaluation)
    change.session.add(task)
    _note_opened(change, task, own_due)
    notices.of_assignment(change, task)
    if own_due:
        _set_deadline(change, new_id(), DeadlineKind.STEP, element, own_due, task.id)


def _task_row(change: Change, identifier: UUID, element: Element, place: tuple[Role, str], due: datetime) -> TaskRow:
    role, unit = place
    return TaskRow(
        dossier_id=change.dossier.id,
        id=identifier,
        element_id=element.id,
        name_vi=element.title("vi"),
        name_en=element.title("en"),
        form_key=element.form.key if element.form else "",
        data_key=element.form.data_key if element.form else "",
        role=role,
        unit_code=unit,
        queue=f"{unit}/{role}",
        state=TaskState.OPEN,
        due_at=due,
        opened_at=change.now,
        procedure_key=change.dossier.procedure_key,
        receiving_unit=change.dossier.receiving_unit,
        search_key=change.dossier.search_key,
        completed_by="",
        principal_unit="",
    )


def _note_opened(change: Change, task: TaskRow, due: datetime | None) -> None:
    change.note(
        EventType.TASK_OPENED,
        task=str(task.id),
        element=task.element_id,
        role=str(task.role),
        unit=task.unit_code,
        assignee=str(task.assignee_id) if task.assignee_id else None,
        due_at=due.isoformat() if due else None,
    )


def _unit_of(change: Change, element: Element) -> str:
    """The unit in which an element's role sits, for this dossier."""
    if element.role is Role.APPLICANT:
        return ""
    code = places.unit_for(change.procedure, change.dossier, element.unit)
    return change.successors.get(code, code)


def _assignee(change: Change, element: Element, unit: str, role: Role, evaluation: Evaluation) -> UUID | None:
    """Who gets the task at once: the person the diagram names, when that person holds the role there today."""
    if not element.assignee:
        return None
    username = evaluation.value(element.assignee, element)
    if not isinstance(username, str):
        return None
    able = holders(change.session, role, unit, change.platform.today())
    return next((person.id for person in able if person.username == username), None)


def settle_timers(change: Change, step: Step, evaluation: Evaluation) -> None:
    """Keep the rows of timers in step with what the process waits for."""
    for identifier in step.timers_closed:
        deadline = change.deadlines.get(identifier)
        if deadline is not None and deadline.state == DeadlineState.PENDING:
            deadline.state, deadline.processed_at = DeadlineState.CANCELLED, change.now
            change.note(EventType.DEADLINE_CANCELLED, deadline=str(identifier), element=deadline.element_id)
    for opened in step.timers_opened:
        element = change.procedure.elements[opened.element_id]
        _set_deadline(
            change, opened.id, DeadlineKind.TIMER, element, moment_of_timer(change, element, evaluation), None
        )


def _set_deadline(
    change: Change, identifier: UUID, kind: DeadlineKind, element: Element, due: datetime, task_id: UUID | None
) -> None:
    row = DeadlineRow(
        dossier_id=change.dossier.id,
        id=identifier,
        kind=kind,
        element_id=element.id,
        task_id=task_id,
        state=DeadlineState.PENDING,
        started_at=change.legal_at,
        attempts=0,
        last_error="",
    )
    set_moment(row, due)
    change.deadlines[identifier] = row
    change.session.add(row)
    change.note(
        EventType.DEADLINE_SET, deadline=str(identifier), kind=kind.value, element=element.id, due_at=due.isoformat()
    )


def settle_incidents(change: Change, step: Step) -> None:
    """Open an incident for each step that failed and close those of steps that no longer stand."""
    for failure in step.failures:
        row = change.session.get(IncidentRow, (change.dossier.id, failure.id))
        if row is None:
            row = IncidentRow(dossier_id=change.dossier.id, id=failure.id, element_id=failure.element_id)
            change.session.add(row)
            change.dossier.incidents += 1
        elif row.resolved_at is not None:
            change.dossier.incidents += 1
        row.error, row.message, row.opened_at, row.resolved_at = failure.error, failure.message, change.now, None
        change.note(
            EventType.INCIDENT_OPENED,
            incident=str(failure.id),
            element=failure.element_id,
            error=failure.error,
            message=failure.message,
        )
    for identifier in step.mended:
        row = change.session.get_one(IncidentRow, (change.dossier.id, identifier))
        row.resolved_at, row.resolved_by = change.now, change.actor.name
        change.dossier.incidents -= 1
        change.note(EventType.INCIDENT_RESOLVED, incident=str(identifier), element=row.element_id)


def _tasks(change: Change, identifiers: list[UUID]) -> list[TaskRow]:
    if not identifiers:
        return []
    return list(
        change.session.scalars(
            select(TaskRow).where(TaskRow.dossier_id == change.dossier.id, TaskRow.id.in_(identifiers))
        )
    )


def _cancel_deadlines_of(change: Change, task_ids: frozenset[UUID]) -> None:
    """A step's limit ends with its task."""
    for deadline in change.deadlines.values():
        if deadline.task_id in task_ids and deadline.state == DeadlineState.PENDING:
            deadline.state, deadline.processed_at = DeadlineState.CANCELLED, change.now
