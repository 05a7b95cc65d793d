"""Reads the papers of dossiers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.persistence.tables import DocumentRow


def get(session: Session, document_id: UUID) -> DocumentRow | None:
    """The document with this id, or None."""
    return session.get(DocumentRow, document_id)


def of_dossier(session: Session, dossier_id: UUID) -> list[DocumentRow]:
    """The documents of a dossier in the order of their arrival."""
    found = select(DocumentRow).where(DocumentRow.dossier_id == dossier_id)
    return list(session.scalars(found.order_by(DocumentRow.uploaded_at, DocumentRow.id)))


def unattached(session: Session, document_ids: Sequence[UUID], uploader_key: str) -> list[DocumentRow]:
    """Those of the documents that this uploader sent and that no dossier has yet, locked until the transaction ends."""
    found = select(DocumentRow).where(
        DocumentRow.id.in_(document_ids), DocumentRow.uploader_key == uploader_key, DocumentRow.dossier_id.is_(None)
    )
    return list(session.scalars(found.order_by(DocumentRow.id).with_for_update()))


def in_use(session: Session, sha256: str) -> bool:
    """Whether some document's bytes are these."""
    return session.scalar(select(DocumentRow.id).where(DocumentRow.sha256 == sha256).limit(1)) is not None
