"""Reads user tasks: one, a dossier's, an actor's inbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from engine.errors import NotFoundError
from engine.model import TaskState
from engine.persistence.tables import DossierRow, DraftRow, TaskRow
from engine.text import fold

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
    branches = []
    for condition in _branches(people, queues, narrowed):
        branch = _narrowed(select(TaskRow.dossier_id, TaskRow.id, TaskRow.due_at).where(condition), narrowed)
        if after is not None:
            branch = branch.where(tuple_(TaskRow.due_at, TaskRow.id) > tuple_(*after))
        branches.append(branch.order_by(TaskRow.due_at, TaskRow.id).limit(limit).subquery().select())
    if not branches:
        return []
    page = union_all(*branches).subquery()
    task = aliased(TaskRow)
    rows = (
        select(task, DossierRow)
        .join(page, (page.c.dossier_id == task.dossier_id) & (page.c.id == task.id))
        .join(DossierRow, DossierRow.id == task.dossier_id)
        .order_by(task.due_at, task.id)
        .limit(limit)
    )
    return [(found, dossier) for found, dossier in session.execute(rows)]


def count(session: Session, people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> int:
    """How many tasks `inbox` would list in all, by the very same conditions."""
    total = 0
    for condition in _branches(people, queues, narrowed):
        query = _narrowed(select(TaskRow.id).where(condition), narrowed)
        total += session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return total


@dataclass(frozen=True)
class Choice:
    """A step that occurs in an inbox, with the newest version of its procedure there."""

    procedure_key: str
    version_id: UUID
    element_id: str
    name_vi: str
    name_en: str


def choices(session: Session, people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> list[Choice]:
    """The steps that `inbox` would list, each once, for a list to choose from."""
    found: dict[tuple[str, str], Choice] = {}
    for condition in _branches(people, queues, narrowed):
        query = _narrowed(
            select(
                DossierRow.procedure_key,
                DossierRow.procedure_version_id,
                TaskRow.element_id,
                TaskRow.name_vi,
                TaskRow.name_en,
            )
            .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
            .where(condition)
            .distinct(),
            replace(narrowed, procedure_key="", text=""),
        )
        for row in session.execute(query):
            choice = Choice(*row)
            known = found.get((choice.procedure_key, choice.element_id))
            if known is None or known.version_id < choice.version_id:  # ids grow with time
                found[choice.procedure_key, choice.element_id] = choice
    return list(found.values())


def _branches(people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> list[ColumnElement[bool]]:
    is_open = TaskRow.state == TaskState.OPEN.value
    branches: list[ColumnElement[bool]] = []
    assignees: Mapping[UUID, frozenset[str] | None] = {people: None} if isinstance(people, UUID) else people
    for person_id, covered in assignees.items() if narrowed.mine else ():
        mine = is_open & (TaskRow.assignee_id == person_id) & TaskRow.assignee_id.is_not(None)
        branches.append(mine if covered is None else mine & TaskRow.queue.in_(sorted(covered)))
    if narrowed.queues:
        branches += [is_open & (TaskRow.queue == queue) & TaskRow.assignee_id.is_(None) for queue in sorted(queues)]
    return branches


def _narrowed(query: Any, narrowed: InboxFilter) -> Any:
    if narrowed.element_id:
        query = query.where(TaskRow.element_id == narrowed.element_id)
    if narrowed.due_before is not None:
        query = query.where(TaskRow.due_at < narrowed.due_before)
    if narrowed.procedure_key or narrowed.text:
        query = query.join(DossierRow, DossierRow.id == TaskRow.dossier_id)
    if narrowed.procedure_key:
        query = query.where(DossierRow.procedure_key == narrowed.procedure_key)
    for word in fold(narrowed.text).split():
        query = query.where(DossierRow.search_key.contains(word, autoescape=True))
    return query
