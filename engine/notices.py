"""Tells people: officers of a queue, one person, the applicant. A notice is written with the change it tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, not_, select, update
from sqlalchemy.orm import Session

from engine.change import Change
from engine.errors import InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.model import Actor, Role
from engine.persistence import notices as reading
from engine.persistence.tables import NoticeChoiceRow, NoticeRow, NoticeSeenRow, TaskRow


class Way(StrEnum):
    """How somebody wants to be told of a kind of notice."""

    PAGE = "page"
    MAIL = "mail"  # in the page as well
    OFF = "off"


# The kinds that officers are told of, and choose a way for.
TASK_ASSIGNED, TERM_NEARS, STEP_OVERDUE = "task-assigned", "term-nears", "step-overdue"
DOSSIER_OVERDUE, RECEPTION_LATE, HAND_OVER_LATE = "dossier-overdue", "reception-late", "hand-over-late"
STAND_IN, MANDATE, MENTIONED = "stand-in", "mandate", "mentioned"
OFFICER_KINDS = (
    TASK_ASSIGNED,
    TERM_NEARS,
    STEP_OVERDUE,
    DOSSIER_OVERDUE,
    RECEPTION_LATE,
    HAND_OVER_LATE,
    STAND_IN,
    MANDATE,
    MENTIONED,
)
USUAL: Mapping[str, Way] = {kind: Way.MAIL if kind in (STAND_IN, MANDATE) else Way.PAGE for kind in OFFICER_KINDS}
"""How somebody is told who has not chosen: what changes who one is in the organisation goes out by mail as well."""


def to_queue(change: Change, unit: str, role: Role, kind: str, **payload: Any) -> None:
    """Tell everybody who holds the role in the unit."""
    _add(change, f"queue:{unit}/{role}", kind, payload)


def to_holder(change: Change, task: TaskRow, kind: str, **payload: Any) -> None:
    """Tell whoever has the task: its assignee, else its queue; the applicant of the applicant's own task."""
    told = {**step_of(task), **payload}
    if task.assignee_id is not None:
        _add(change, f"person:{task.assignee_id}", kind, told)
    elif task.role == Role.APPLICANT:
        to_applicant(change, kind, **told)
    else:
        _add(change, f"queue:{task.queue}", kind, told)


def to_applicant(change: Change, kind: str, **payload: Any) -> None:
    """Tell the applicant."""
    _add(change, f"applicant:{change.dossier.id}", kind, payload)


def to_person(session: Session, person_id: UUID, kind: str, now: datetime, **payload: Any) -> None:
    """Tell one person of something that concerns no dossier; `payload["path"]` is where to go on."""
    audience = f"person:{person_id}"
    row = NoticeRow(id=new_id(), audience=audience, dossier_id=None, kind=kind, payload=payload, created_at=now)
    session.add(row)


def of_assignment(change: Change, task: TaskRow) -> None:
    """Tell the assignee that the task is theirs now; nobody needs to be told what they did themselves."""
    if task.assignee_id is not None and task.assignee_id != change.actor.id:
        to_holder(change, task, TASK_ASSIGNED)


def of_mention(change: Change, person_id: UUID, comment_id: UUID) -> None:
    """Tell somebody that a comment names them."""
    _add(change, f"person:{person_id}", MENTIONED, {"comment": str(comment_id)})


def step_of(task: TaskRow) -> dict[str, str]:
    """What a notice keeps of the task it speaks of."""
    return {"task": str(task.id), "step": task.element_id, "step_vi": task.name_vi, "step_en": task.name_en}


def about(session: Session, dossier_id: UUID) -> Sequence[NoticeRow]:
    """Every notice about a dossier, oldest first."""
    rows = select(NoticeRow).where(NoticeRow.dossier_id == dossier_id)
    return session.scalars(rows.order_by(NoticeRow.created_at, NoticeRow.id)).all()


def see(session: Session, actor: Actor, now: datetime, notice_id: UUID) -> None:
    """Mark a notice as seen by the actor.

    Raises:
        NotFoundError: the actor was told no such thing.
    """
    told = select(NoticeRow.id).where(NoticeRow.id == notice_id, NoticeRow.audience.in_(reading.audiences(actor)))
    if session.scalar(told) is None:
        raise NotFoundError(f"expected a notice to you with the id {notice_id}, found none", "Không có thông báo này.")
    _mark(session, actor, now, [notice_id])


def see_all(session: Session, actor: Actor, now: datetime, until: datetime) -> None:
    """Mark as seen whatever the actor was told up to the moment `until` (what came later has not been looked at)."""
    told = select(NoticeRow.id).where(reading.told(actor, now), NoticeRow.created_at <= until)
    _mark(session, actor, now, session.scalars(told.where(not_(reading.seen_by(actor)))).all())


def choose(session: Session, actor: Actor, ways: Mapping[str, str]) -> None:
    """Keep how a person wants to be told of each kind; kinds that are not named stay as they are.

    Raises:
        InvalidInputError: there is no such kind, or no such way.
    """
    wrong = [f"{kind}={way}" for kind, way in ways.items() if kind not in OFFICER_KINDS or way not in set(Way)]
    if wrong or actor.id is None:
        raise InvalidInputError(
            f"expected page, mail or off for one of {', '.join(OFFICER_KINDS)}; found {', '.join(wrong) or 'nobody'}",
            "Cách nhận thông báo không hợp lệ.",
        )
    session.execute(
        delete(NoticeChoiceRow).where(NoticeChoiceRow.person_id == actor.id, NoticeChoiceRow.kind.in_(ways))
    )
    session.add_all(NoticeChoiceRow(person_id=actor.id, kind=kind, way=way) for kind, way in ways.items())
    session.flush()


def _mark(session: Session, actor: Actor, now: datetime, identifiers: Sequence[UUID]) -> None:
    """Those for the actor alone are marked for good; of the others it is kept that this person has seen them."""
    own = NoticeRow.audience.in_(reading.own_audiences(actor))
    session.execute(
        update(NoticeRow).where(NoticeRow.id.in_(identifiers), own, NoticeRow.seen_at.is_(None)).values(seen_at=now)
    )
    if actor.id is None:
        return
    shared = select(NoticeRow.id).where(NoticeRow.id.in_(identifiers), not_(own), not_(reading.seen_by(actor)))
    session.add_all(
        NoticeSeenRow(person_id=actor.id, notice_id=each, seen_at=now) for each in session.scalars(shared).all()
    )
    session.flush()


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
