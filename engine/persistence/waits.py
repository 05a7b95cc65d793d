"""Reads what a dossier waits for: people's open tasks and the moments of timers, however many have been before."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.model import DeadlineKind, DeadlineState, Role, TaskState
from engine.persistence.once import once
from engine.persistence.tables import DeadlineRow, TaskRow


def open_tasks(session: Session, dossier_id: UUID) -> Sequence[TaskRow]:
    """The open tasks of a dossier, oldest first."""
    rows = select(TaskRow).where(TaskRow.dossier_id == dossier_id, TaskRow.state == TaskState.OPEN)
    ordered = rows.order_by(TaskRow.opened_at, TaskRow.id)
    return once(session, ("open tasks", dossier_id), lambda: session.scalars(ordered).all())


def timers(session: Session, dossier_id: UUID) -> Sequence[tuple[str, datetime]]:
    """The timers of the diagram that wait: the element of each, and the moment by law."""
    rows = select(DeadlineRow.element_id, DeadlineRow.legal_due_at).where(
        DeadlineRow.dossier_id == dossier_id,
        DeadlineRow.state == DeadlineState.PENDING,
        DeadlineRow.kind == DeadlineKind.TIMER,
    )
    return once(session, ("timers", dossier_id), lambda: [(where, due) for where, due in session.execute(rows)])


def was_taken_up(session: Session, dossier_id: UUID, without: Collection[Role], beside: Collection[str]) -> bool:
    """Whether somebody has taken up a step, other than these roles; steps `beside` the process are none."""
    rows = select(TaskRow.id).where(
        TaskRow.dossier_id == dossier_id,
        or_(TaskRow.state == TaskState.COMPLETED, TaskRow.assignee_id.is_not(None)),
        TaskRow.role.not_in(sorted(without)),
        TaskRow.element_id.not_in(sorted(beside)),
    )
    return session.scalar(rows.limit(1)) is not None
