"""Tells people: officers of a queue, one person, the applicant. A notice is written with the change it tells of."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.change import Change
from engine.ids import new_id
from engine.model import Actor, Role
from engine.persistence.tables import NoticeRow, TaskRow


def to_queue(change: Change, unit: str, role: Role, kind: str, **payload: Any) -> None:
    """Tell everybody who holds the role in the unit."""
    _add(change, f"queue:{unit}/{role}", kind, payload)


def to_holder(change: Change, task: TaskRow, kind: str, **payload: Any) -> None:
    """Tell whoever has the task: its assignee, else its queue; nobody for the applicant's own task."""
    if task.assignee_id is not None:
        _add(change, f"person:{task.assignee_id}", kind, payload)
    elif task.role == Role.APPLICANT:
        to_applicant(change, kind, **payload)
    else:
        _add(change, f"queue:{task.queue}", kind, payload)


def to_applicant(change: Change, kind: str, **payload: Any) -> None:
    """Tell the applicant."""
    _add(change, f"applicant:{change.dossier.id}", kind, payload)


def new_for(session: Session, actor: Actor, queues: Collection[str], limit: int = 50) -> Sequence[NoticeRow]:
    """What the actor has not seen, newest first."""
    audiences = [f"queue:{queue}" for queue in queues]
    if actor.id is not None:
        audiences += [f"person:{person}" for person in (actor.id, *(cover.id for cover in actor.covers))]
    if actor.dossier_id is not None:
        audiences.append(f"applicant:{actor.dossier_id}")
    fresh = select(NoticeRow).where(NoticeRow.audience.in_(audiences), NoticeRow.seen_at.is_(None))
    return session.scalars(fresh.order_by(NoticeRow.created_at.desc()).limit(limit)).all()


def about(session: Session, dossier_id: UUID) -> Sequence[NoticeRow]:
    """Every notice about a dossier, oldest first."""
    rows = select(NoticeRow).where(NoticeRow.dossier_id == dossier_id)
    return session.scalars(rows.order_by(NoticeRow.created_at, NoticeRow.id)).all()


def _add(change: Change, audience: str, kind: str, payload: dict[str, Any]) -> None:
    change.session.add(
        NoticeRow(
            id=new_id(),
            audience=audience,
            dossier_id=change.dossier.id,
            kind=kind,
            payload=payload,
            created_at=change.now,
        )
    )
