"""The papers of dossiers: who sent them, to which dossier they belong, who may read them.

A paper comes in two moves: the store takes the bytes (no transaction is open meanwhile), then `keep` records it. Until
a form's answers name it (`engine.attachments`), it belongs to whoever sent it and to nobody else; then to the dossier.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from engine import attachments, transition
from engine.attachments import Replaced
from engine.change import Change
from engine.document_store import Content, DocumentStore
from engine.errors import EngineError, NotAllowedError, NotFoundError
from engine.ids import new_id
from engine.model import Actor, Role
from engine.persistence import documents as stored
from engine.persistence import dossiers
from engine.persistence.tables import DocumentRow
from engine.platform import Platform
from engine.virus_scan import Scan

_READ_ONLY_ROLES = {Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.PROCESS_DESIGNER}


@dataclass(frozen=True)
class Paper:
    """A file whose bytes are in the store already."""

    content: Content
    filename: str
    media_type: str
    scan: Scan = Scan.UNSCANNED


class ContentGoneError(EngineError):
    """The bytes were cleared away between their arrival and their being recorded."""

    code = "content-gone"
    status = 503
    title_vi = "Nội dung tệp vừa bị dọn đi; hãy gửi lại tệp."


def uploader_key(actor: Actor) -> str:
    """Under which key uploads of this actor wait for the answers that name them."""
    return f"dossier:{actor.dossier_id}" if actor.dossier_id else str(actor.id)


def is_of_person(row: DocumentRow) -> bool:
    """Whether somebody of the organisation sent it in, and not an applicant."""
    try:
        return str(UUID(row.uploader_key)) == row.uploader_key
    except ValueError:
        return False


def keep(
    session: Session,
    platform: Platform,
    paper: Paper,
    *,
    uploaded_by: str,
    uploader_key: str,
    store: DocumentStore | None = None,
) -> DocumentRow:
    """Record a paper that waits for a dossier. `store` is where its bytes must still be.

    Raises:
        ContentGoneError: the sweep was quicker; the bytes have to be sent again.
    """
    _refuse_gone(session, paper, store)
    row = _row(platform, paper, uploaded_by, uploader_key)
    session.add(row)
    session.flush()
    return row


def attach(
    session: Session,
    platform: Platform,
    actor: Actor,
    dossier_id: UUID,
    paper: Paper,
    store: DocumentStore | None = None,
) -> DocumentRow:
    """Add a paper to a dossier, outside any form. One with the name of an earlier one is its new version.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
        NotAllowedError: the actor may only look at it.
        DossierClosedError: it has ended.
        ContentGoneError: the sweep was quicker; the bytes have to be sent again.
    """
    _refuse_gone(session, paper, store)
    dossiers.get(session, actor, dossier_id)
    if actor.dossier_id is None and {role for role, _unit in actor.roles} <= _READ_ONLY_ROLES:
        raise NotAllowedError(
            f"expected somebody who works on the dossier to add a document, found {actor.name}",
            "Hồ sơ này chỉ được xem, không được thêm tài liệu.",
        )
    row = _row(platform, paper, actor.name, uploader_key(actor))

    def command(change: Change) -> None:
        attachments.join(change, [row], Replaced())

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


def _refuse_gone(session: Session, paper: Paper, store: DocumentStore | None) -> None:
    """Hold the content until the transaction ends, so that the sweep sees the row or we see that it has swept."""
    if store is None:
        return
    stored.hold(session, paper.content.sha256)
    if not store.has(paper.content.sha256):
        raise ContentGoneError("expected the bytes that just came to be in the store, found them gone; send them again")


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
        scan=paper.scan,
    )
