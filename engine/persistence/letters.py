"""Reads the letters of dossiers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import LetterState
from engine.persistence.tables import FAR_FUTURE, LetterRow


def being_printed(session: Session, dossier_id: UUID) -> Sequence[LetterRow]:
    """The letters of a dossier that will be printed shortly, in the order in which they were asked for."""
    rows = select(LetterRow).where(
        LetterRow.dossier_id == dossier_id, LetterRow.state == LetterState.PENDING, LetterRow.due_at < FAR_FUTURE
    )
    return session.scalars(rows.order_by(LetterRow.requested_at, LetterRow.id)).all()


def documents_of(session: Session, dossier_id: UUID, keys: Collection[str]) -> set[UUID]:
    """The documents that printed letters of these keys have become."""
    rows = select(LetterRow.document_id).where(
        LetterRow.dossier_id == dossier_id, LetterRow.key.in_(keys), LetterRow.document_id.is_not(None)
    )
    return {identifier for identifier in session.scalars(rows) if identifier}


def newest(session: Session, dossier_id: UUID, key: str) -> LetterRow | None:
    """The letter of this key that was asked for last and whose data are known."""
    rows = select(LetterRow).where(LetterRow.dossier_id == dossier_id, LetterRow.key == key)
    found = session.scalars(rows.order_by(LetterRow.requested_at.desc(), LetterRow.id.desc()))
    return next((row for row in found if row.data), None)


def newest_data(session: Session, dossier_ids: Collection[UUID], key: str) -> Mapping[UUID, Mapping[str, Any]]:
    """What the letter of this key that was asked for last says, by dossier; dossiers without one are left out."""
    rows = select(LetterRow.dossier_id, LetterRow.data).where(
        LetterRow.dossier_id.in_(dossier_ids), LetterRow.key == key
    )
    found = session.execute(rows.order_by(LetterRow.requested_at, LetterRow.id))
    return {dossier_id: data for dossier_id, data in found if data}
