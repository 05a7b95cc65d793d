"""Clears away what was begun and never used: uploads, papers without a dossier, applications, bytes of nobody.

Safe beside people at work and beside other sweeps: a row is locked before it goes, one that somebody else has locked
(a filing that makes the paper its own) is passed over, and bytes go only while nobody can record a paper of them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Text, cast, delete, exists, select
from sqlalchemy.orm import Session

from engine.document_store import DocumentStore
from engine.persistence import documents
from engine.persistence.tables import DocumentRow, DraftRow, FilingDraftRow, UploadRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform

log = logging.getLogger(__name__)

BATCH = 200
YOUNGEST = timedelta(hours=24)  # bytes of nobody: what is younger may be on its way to its row
_TURN = timedelta(minutes=10)  # each turn looks at another part of the store
_PARTS = 256


@dataclass(frozen=True)
class Cleared:
    """What one round has cleared away."""

    uploads: int = 0
    documents: int = 0
    drafts: int = 0
    contents: int = 0

    def __bool__(self) -> bool:
        """Whether it was anything."""
        return any(getattr(self, one.name) for one in fields(self))


def sweep(db: Engine, platform: Platform, store: DocumentStore, keep: timedelta) -> Cleared:
    """One round. `keep` is how long a paper waits for its dossier.

    Of the store it looks at one part in 256, another every ten minutes: all of it in less than two days.

    Raises:
        StoreAwayError: the store does not answer; the next round goes on.
    """
    now = platform.now()
    lapsed = _take_uploads(db, now)
    for upload in {*lapsed, *_without_a_row(db, store.uploads_older_than(now - 2 * YOUNGEST))}:
        store.drop_pieces(upload)
    drafts = _take_drafts(db, now)
    gone = _take_documents(db, now - keep)
    part = f"{int(now.timestamp() // _TURN.total_seconds()) % _PARTS:02x}"
    contents = sorted({*gone, *store.older_than(now - YOUNGEST, part)})
    removed = sum(_clear(db, store, sha256) for sha256 in contents)
    return Cleared(len(lapsed), len(gone), drafts, removed)


def sweeper(db: Engine, platform: Platform, store: DocumentStore, keep: timedelta) -> Callable[[], None]:
    """A chore for the scheduler: clear away what is unused."""

    def chore() -> None:
        if cleared := sweep(db, platform, store, keep):
            log.info("cleared away: %s", cleared)

    return chore


def _take_uploads(db: Engine, now: datetime) -> list[UUID]:
    lapsed = UploadRow.expires_at <= now
    if not _any(db, lapsed):
        return []

    def work(session: Session) -> list[UUID]:
        found = select(UploadRow.id).where(lapsed).limit(BATCH).with_for_update(skip_locked=True)
        taken = list(session.scalars(found))
        session.execute(delete(UploadRow).where(UploadRow.id.in_(taken)))
        return taken

    return run(db, work)


def _without_a_row(db: Engine, uploads: set[UUID]) -> set[UUID]:
    """Those uploads of which only pieces are left."""
    if not uploads:
        return uploads
    with reading(db) as session:
        return uploads - set(session.scalars(select(UploadRow.id).where(UploadRow.id.in_(uploads))))


def _take_drafts(db: Engine, now: datetime) -> int:
    lapsed = FilingDraftRow.expires_at <= now
    if not _any(db, lapsed):
        return 0

    def work(session: Session) -> int:
        found = select(FilingDraftRow.digest).where(lapsed).limit(BATCH).with_for_update(skip_locked=True)
        taken = list(session.scalars(found))
        session.execute(delete(FilingDraftRow).where(FilingDraftRow.digest.in_(taken)))
        return len(taken)

    return run(db, work)


def _take_documents(db: Engine, before: datetime) -> list[str]:
    """Forget papers that were sent before the moment and that no dossier has; the contents they pointed at."""
    # an application that can still be continued keeps its papers
    begun = exists().where(FilingDraftRow.digest == DocumentRow.uploader_key)
    waiting = (DocumentRow.dossier_id.is_(None), DocumentRow.uploaded_at <= before, ~begun)
    if not _any(db, *waiting):
        return []

    def work(session: Session) -> list[str]:
        found = select(DocumentRow).where(*waiting).order_by(DocumentRow.id).limit(BATCH)
        rows = session.scalars(found.with_for_update(skip_locked=True)).all()
        while rows:
            if taken := [row for row in rows if not _in_a_draft(session, row)]:
                for row in taken:
                    session.delete(row)
                return [row.sha256 for row in taken]
            further = found.where(DocumentRow.id > rows[-1].id)
            rows = session.scalars(further.with_for_update(skip_locked=True)).all()
        return []

    return run(db, work)


def _in_a_draft(session: Session, row: DocumentRow) -> bool:
    """Whether somebody has saved a task's form that names the paper."""
    named = cast(DraftRow.data, Text).contains(str(row.id))
    return session.scalar(select(DraftRow.task_id).where(named).limit(1)) is not None


def _clear(db: Engine, store: DocumentStore, sha256: str) -> bool:
    """Let go of bytes if nobody points at them; whether they went."""

    def work(session: Session) -> bool:
        documents.hold(session, sha256)
        if documents.in_use(session, sha256):
            return False
        store.remove(sha256)
        return True

    return run(db, work)


def _any(db: Engine, *conditions: ColumnElement[bool]) -> bool:
    """Look before locking: on SQLite that spares everybody else the wait."""
    with reading(db) as session:
        return bool(session.scalar(select(exists().where(*conditions))))
