"""Reads notices: what somebody has been told and has not seen yet. One rule serves the list and its count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session

from engine.access import queues_of
from engine.model import Actor
from engine.persistence.tables import DossierRow, NoticeChoiceRow, NoticeRow, NoticeSeenRow, PersonRow, ProcedureRow

FRESH = timedelta(days=60)  # a notice older than this is history: the journal has it
MOST = 100  # the count stops here

Position = tuple[datetime, UUID]  # of the last notice on a page


@dataclass(frozen=True)
class Subject:
    """The dossier that a notice speaks of, as far as a notice may tell; all empty where it speaks of none."""

    dossier_id: UUID | None
    code: str
    title_vi: str
    title_en: str = ""


@dataclass(frozen=True)
class Listed:
    """A notice in somebody's list."""

    notice: NoticeRow
    subject: Subject
    seen: bool


def own_audiences(actor: Actor) -> list[str]:
    """The audiences that are this actor alone: the person, or the applicant of a dossier."""
    own = [f"person:{actor.id}"] if actor.id else []
    return own + ([f"applicant:{actor.dossier_id}"] if actor.dossier_id else [])


def audiences(actor: Actor) -> list[str]:
    """Every audience that the actor belongs to; those of absent people whom the actor stands in for among them."""
    shared = [f"queue:{queue}" for queue in queues_of(actor)] + [f"person:{cover.id}" for cover in actor.covers]
    return own_audiences(actor) + sorted(shared)


def count_new(session: Session, actor: Actor, now: datetime) -> int:
    """How many notices the actor has not seen; `MOST` for that many or more."""
    new = select(NoticeRow.id).where(told(actor, now), not_(seen_by(actor))).limit(MOST)
    return session.scalar(select(func.count()).select_from(new.subquery())) or 0


def listing(
    session: Session, actor: Actor, now: datetime, *, before: Position | None = None, limit: int = 30
) -> Sequence[Listed]:
    """What the actor has been told lately, newest first, from after the position `before`."""
    query = _with_subject(seen_by(actor)).where(told(actor, now))
    if before is not None:
        at, identifier = before
        older = and_(NoticeRow.created_at == at, NoticeRow.id < identifier)
        query = query.where(or_(NoticeRow.created_at < at, older))
    found = session.execute(query.order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).limit(limit))
    return [Listed(row[0], _subject(row), bool(row[4])) for row in found]


def get(session: Session, notice_id: UUID) -> tuple[NoticeRow, Subject]:
    """A notice and what it speaks of."""
    row = session.execute(_with_subject(true()).where(NoticeRow.id == notice_id)).one()
    return row[0], _subject(row)


def told(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The condition on notices that were lately told to the actor, of kinds that the actor wants to be told."""
    unwanted = exists().where(
        NoticeChoiceRow.person_id == actor.id, NoticeChoiceRow.kind == NoticeRow.kind, NoticeChoiceRow.way == "off"
    )
    return and_(NoticeRow.audience.in_(audiences(actor)), NoticeRow.created_at > now - FRESH, not_(unwanted))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on notices that the actor has seen, or that the one they are for has seen."""
    marked = exists().where(NoticeSeenRow.notice_id == NoticeRow.id, NoticeSeenRow.person_id == actor.id)
    return or_(NoticeRow.seen_at.is_not(None), marked)


def choices_of(session: Session, person_id: UUID) -> dict[str, str]:
    """How a person wants to be told, by kind, where it is not the usual way."""
    rows = session.execute(
        select(NoticeChoiceRow.kind, NoticeChoiceRow.way).where(NoticeChoiceRow.person_id == person_id)
    )
    return {kind: way for kind, way in rows}  # noqa: C416 - rows are no pairs for dict()


def email_of(session: Session, person_id: UUID) -> str:
    """Where a person's mails go; empty when nobody has said so."""
    return session.scalar(select(PersonRow.email).where(PersonRow.id == person_id)) or ""


def _subject(row: Any) -> Subject:
    return Subject(row[0].dossier_id, row[1] or "", row[2] or "", row[3] or "")


def _with_subject(seen: ColumnElement[bool]) -> Select[NoticeRow, str, str, str, bool]:
    return (
        select(NoticeRow, DossierRow.code, ProcedureRow.title_vi, ProcedureRow.title_en, seen)
        .outerjoin(DossierRow, DossierRow.id == NoticeRow.dossier_id)
        .outerjoin(ProcedureRow, ProcedureRow.key == DossierRow.procedure_key)
    )
