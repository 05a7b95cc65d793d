"""The papers of dossiers: who sent them, to which dossier they belong, who may read them.

A paper comes in two moves: the store takes the bytes (no transaction is open meanwhile), then `keep` records it. Until
a form's answers name it (`engine.attachments`), it belongs to whoever sent it and to nobody else; then to the dossier.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from engine import transition
from engine.change import Change
from engine.document_store import Content
from engine.errors import NotAllowedError, NotFoundError
from engine.events import EventType
from engine.ids import new_id
from engine.model import Actor, Role
from engine.persistence import documents as stored
from engine.persistence import dossiers
from engine.persistence.tables import DocumentRow
from engine.platform import Platform

_READ_ONLY_ROLES = {Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.PROCESS_DESIGNER}


@dataclass(frozen=True)
class Paper:
    """A file whose bytes are in the store already."""

    content: Content
    filename: str
    media_type: str


def uploader_key(actor: Actor) -> str:
    """Under which key uploads of this actor wait for the answers that name them."""
    return f"dossier:{actor.dossier_id}" if actor.dossier_id else str(actor.id)


def keep(session: Session, platform: Platform, paper: Paper, *, uploaded_by: str, uploader_key: str) -> DocumentRow:
    """Record a paper that waits for a dossier."""
    row = _row(platform, paper, uploaded_by, uploader_key)
    session.add(row)
    session.flush()
    return row


def attach(session: Session, platform: Platform, actor: Actor, dossier_id: UUID, paper: Paper) -> DocumentRow:
    """Add a paper to a dossier, outside any form.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
        NotAllowedError: the actor may only look at it.
        DossierClosedError: it has ended.
    """
    dossiers.get(session, actor, dossier_id)
    if actor.dossier_id is None and {role for role, _unit in actor.roles} <= _READ_ONLY_ROLES:
        raise NotAllowedError(
            f"expected somebody who works on the dossier to add a document, found {actor.name}",
            "Bạn chỉ được xem, không được thêm tài liệu vào hồ sơ này.",
        )
    row = _row(platform, paper, actor.name, uploader_key(actor))

    def command(change: Change) -> None:
        row.dossier_id = dossier_id
        change.session.add(row)
        change.note(
            EventType.DOCUMENT_ATTACHED, document=str(row.id), filename=row.filename, sha256=row.sha256, size=row.size
        )

    transition.apply(session, platform, actor, dossier_id, command)
    return row


def find(session: Session, actor: Actor | None, document_id: UUID, uploader_key: str = "") -> DocumentRow:
    """A document that the actor may read: who sees its dossier, or who sent it while it waits.

    Raises:
        NotFoundError: there is none, or the actor may not read it.
    """
    row = stored.get(session, document_id)
    if row is not None and row.dossier_id is None and uploader_key and row.uploader_key == uploader_key:
        return row
    if row is None or row.dossier_id is None or actor is None:
        raise NotFoundError(
            f"expected a document with the id {document_id}, found none that you may read", "Không tìm thấy tài liệu."
        )
    dossiers.get(session, actor, row.dossier_id)
    return row


def of_dossier(session: Session, actor: Actor, dossier_id: UUID) -> list[DocumentRow]:
    """The documents of a dossier that the actor may see.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
    """
    dossiers.get(session, actor, dossier_id)
    return stored.of_dossier(session, dossier_id)


def _row(platform: Platform, paper: Paper, uploaded_by: str, key: str) -> DocumentRow:
    return DocumentRow(
        id=new_id(),
        sha256=paper.content.sha256,
        filename=paper.filename,
        media_type=paper.media_type,
        size=paper.content.size,
        uploaded_by=uploaded_by,
        uploader_key=key,
        uploaded_at=platform.now(),
    )
