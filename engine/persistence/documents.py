"""Reads the papers of dossiers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from engine.persistence.once import once
from engine.persistence.tables import DocumentRow


def get(session: Session, document_id: UUID, *, lock: bool = False) -> DocumentRow | None:
    """The document with this id, or None; with `lock` it stays so until the transaction ends."""
    return session.get(DocumentRow, document_id, with_for_update=lock or None, populate_existing=lock)


def of_dossier(session: Session, dossier_id: UUID) -> list[DocumentRow]:
    """The documents of a dossier in the order of their arrival."""
    found = select(DocumentRow).where(DocumentRow.dossier_id == dossier_id)
    ordered = found.order_by(DocumentRow.uploaded_at, DocumentRow.id)
    return list(once(session, ("documents", dossier_id), lambda: session.scalars(ordered).all()))


def unattached(session: Session, document_ids: Sequence[UUID], uploader_key: str) -> list[DocumentRow]:
    """Those of the documents that this uploader sent and that no dossier has yet, locked until the transaction ends."""
    found = select(DocumentRow).where(
        DocumentRow.id.in_(document_ids), DocumentRow.uploader_key == uploader_key, DocumentRow.dossier_id.is_(None)
    )
    return list(session.scalars(found.order_by(DocumentRow.id).with_for_update()))


def hold(session: Session, sha256: str) -> None:
    """Keep everybody else who holds the same content waiting until the transaction ends.

    Recording a paper and clearing its bytes away must not overlap. On SQLite writers take turns, once they have begun.
    """
    key = int(sha256[:16], 16) - 2**63  # an advisory lock's key is a signed number of 64 bits
    postgresql = session.get_bind().dialect.name == "postgresql"
    session.execute(select(func.pg_advisory_xact_lock(key) if postgresql else literal(key)))


def in_use(session: Session, sha256: str) -> bool:
    """Whether some document's bytes are these."""
    return session.scalar(select(DocumentRow.id).where(DocumentRow.sha256 == sha256).limit(1)) is not None
