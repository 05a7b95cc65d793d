"""Reads user tasks: one, a dossier's, an actor's inbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, delete, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased, defer

from engine.access import visible_dossiers
from engine.errors import NotFoundError
from engine.model import Actor, DossierState, Role, TaskState
from engine.persistence.search import reads
from engine.persistence.tables import DossierRow, DraftRow, TaskRow

Assignees = UUID | Mapping[UUID, frozenset[str] | None]
"""Whose assigned tasks: one person's, or several people's, each within the given queues (None: all)."""


@dataclass(frozen=True)
class InboxFilter:
    """Narrows an inbox; None or empty means any."""

    procedure_key: str = ""
    element_id: str = ""
    due_before: datetime | None = None
    text: str = ""  # code, applicant or content, with or without diacritics
    mine: bool = True
    queues: bool = True
    everyone_in: frozenset[str] | None = frozenset()  # also anybody's tasks in these units; None: in all
    unit_code: str = ""
    receiving_unit: str = ""
    assignee_id: UUID | None = None
    state: str = ""  # one of STATES


# the few dossiers that are so, by an index of theirs
_SUSPENDED = select(DossierRow.id).where(
    DossierRow.state == DossierState.AWAITING_APPLICANT.value, DossierRow.closed_at.is_(None)
)
_WITH_INCIDENT = select(DossierRow.id).where(DossierRow.incidents > 0)
STATES: Mapping[str, ColumnElement[bool]] = {
    "untaken": TaskRow.assignee_id.is_(None),
    "taken": TaskRow.assignee_id.is_not(None),
    "suspended": TaskRow.dossier_id.in_(_SUSPENDED),  # the statutory clock stands still
    "running": TaskRow.dossier_id.not_in(_SUSPENDED),
    "incident": TaskRow.dossier_id.in_(_WITH_INCIDENT),
    "applicant": TaskRow.role == Role.APPLICANT.value,  # waits for the applicant, not for an officer
}
"""In what state a task or its dossier may be wanted."""


def get(session: Session, task_id: UUID) -> TaskRow:
    """The user task with this id.

    Raises:
        NotFoundError: there is none.
    """
    task = session.scalar(select(TaskRow).where(TaskRow.id == task_id))
    if task is None:
        raise NotFoundError(f"expected a task with the id {task_id}, found none", "Không tìm thấy công việc.")
    return task


def of_dossier(session: Session, dossier_id: UUID) -> Sequence[TaskRow]:
    """All tasks of a dossier, oldest first."""
    return session.scalars(
        select(TaskRow).where(TaskRow.dossier_id == dossier_id).order_by(TaskRow.opened_at, TaskRow.id)
    ).all()


def draft_of(session: Session, task: TaskRow) -> DraftRow | None:
    """What somebody has typed into the task's form and not sent."""
    return session.get(DraftRow, (task.dossier_id, task.id))


def drop_draft(session: Session, task: TaskRow) -> None:
    """Forget what was typed into a task's form; it has been sent."""
    session.execute(delete(DraftRow).where(DraftRow.dossier_id == task.dossier_id, DraftRow.task_id == task.id))


def inbox(
    session: Session,
    people: Assignees,
    queues: Collection[str],
    narrowed: InboxFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> Sequence[tuple[TaskRow, DossierRow]]:
    """The open tasks of `people` and those nobody has taken in `queues`, what is due first first.

    `after` is the (due_at, id) of the last row of the page before. One indexed branch per queue keeps the cost flat
    however many tasks are open.
    """
    page = _page(people, queues, narrowed, after, limit)
    if page is None:
        return []
    task = aliased(TaskRow)
    rows = (
        select(task, DossierRow)
        .join(page, (page.c.dossier_id == task.dossier_id) & (page.c.id == task.id))
        .join(DossierRow, DossierRow.id == task.dossier_id)
        .order_by(task.due_at, task.id)
        .limit(limit)
        .options(defer(DossierRow.snapshot))
    )
    return [(found, dossier) for found, dossier in session.execute(rows)]


def outline(
    session: Session,
    people: Assignees,
    queues: Collection[str],
    narrowed: InboxFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> list[tuple[UUID, int]]:
    """The id and version of each task that `inbox` would list, without reading anything else: what has changed?"""
    page = _page(people, queues, narrowed, after, limit)
    if page is None:
        return []
    rows = session.execute(select(page.c.id, page.c.version).order_by(page.c.due_at, page.c.id).limit(limit))
    return [(identifier, version) for identifier, version in rows]


def chosen(session: Session, actor: Actor, identifiers: Collection[UUID]) -> Sequence[tuple[TaskRow, DossierRow]]:
    """Those of the tasks with these ids that the actor may see, whatever their state, what is due first first."""
    task = aliased(TaskRow)  # the rule of visibility looks for tasks, too
    rows = (
        select(task, DossierRow)
        .join(DossierRow, DossierRow.id == task.dossier_id)
        .where(task.id.in_(identifiers), visible_dossiers(actor))
        .order_by(task.due_at, task.id)
        .options(defer(DossierRow.snapshot))
    )
    return [(found, dossier) for found, dossier in session.execute(rows)]


def count(session: Session, people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> int:
    """How many tasks `inbox` would list in all, by the very same conditions."""
    return counts(session, people, queues, [narrowed])[0]


def counts(
    session: Session, people: Assignees, queues: Collection[str], several: Sequence[InboxFilter]
) -> Sequence[int]:
    """`count` for several filters in one statement."""
    return session.execute(select(*(_number(people, queues, narrowed) for narrowed in several))).one()


def _number(people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> ColumnElement[int]:
    number: ColumnElement[int] = literal(0)
    for condition in branches(people, queues, narrowed):
        number += narrow(select(func.count()).select_from(TaskRow).where(condition), narrowed).scalar_subquery()
    return number


def branches(people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> list[ColumnElement[bool]]:
    """Which tasks the box holds, one condition for each index that tells of some; no task meets two of them."""
    is_open = TaskRow.state == TaskState.OPEN.value
    found: list[ColumnElement[bool]] = []
    assignees: Mapping[UUID, frozenset[str] | None] = {people: None} if isinstance(people, UUID) else people
    for person_id, covered in assignees.items() if narrowed.mine else ():
        mine = is_open & (TaskRow.assignee_id == person_id) & TaskRow.assignee_id.is_not(None)
        found.append(mine if covered is None else mine & TaskRow.queue.in_(sorted(covered)))
    units = narrowed.everyone_in
    if units is None:
        return [is_open]
    if units:  # no task may stand in two branches
        found = [one & TaskRow.unit_code.not_in(units) for one in found]
        found += [is_open & (TaskRow.unit_code == unit) for unit in sorted(units)]
    elif narrowed.queues:
        found += [is_open & (TaskRow.queue == queue) & TaskRow.assignee_id.is_(None) for queue in sorted(queues)]
    return found


def _page(
    people: Assignees,
    queues: Collection[str],
    narrowed: InboxFilter,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Subquery | None:
    """The first `limit` tasks of each branch after the given one; None when there is no branch."""
    parts = []
    for condition in branches(people, queues, narrowed):
        columns = select(TaskRow.dossier_id, TaskRow.id, TaskRow.due_at, TaskRow.version)
        branch = narrow(columns.where(condition), narrowed)
        if after is not None:
            branch = branch.where(tuple_(TaskRow.due_at, TaskRow.id) > tuple_(*after))
        parts.append(branch.order_by(TaskRow.due_at, TaskRow.id).limit(limit).subquery().select())
    return union_all(*parts).subquery() if parts else None


def narrow(query: Any, narrowed: InboxFilter) -> Any:
    """The query of tasks without what the filter leaves out."""
    if narrowed.element_id:
        query = query.where(TaskRow.element_id == narrowed.element_id)
    if narrowed.due_before is not None:
        query = query.where(TaskRow.due_at < narrowed.due_before)
    if narrowed.unit_code:
        query = query.where(TaskRow.unit_code == narrowed.unit_code)
    if narrowed.assignee_id is not None:
        query = query.where(TaskRow.assignee_id == narrowed.assignee_id)
    if narrowed.procedure_key:
        query = query.where(TaskRow.procedure_key == narrowed.procedure_key)
    if narrowed.receiving_unit:
        query = query.where(TaskRow.receiving_unit == narrowed.receiving_unit)
    if narrowed.state:
        query = query.where(STATES[narrowed.state])
    return query.where(*reads(narrowed.text, TaskRow.search_key))
