"""Uploads that may be interrupted: announced, received piece by piece, and papers once they are whole.

What has come stays in the store for a day after the last byte; whoever began the upload goes on where it stopped, on
another network or after the browser was closed. Nobody else can see, continue or end it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from engine import documents
from engine.document_kinds import KindRefusedError, refuse_name, safe_name
from engine.document_store import DocumentStore, too_large
from engine.errors import ConflictError, EngineError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.intake import Intake
from engine.persistence.tables import UploadRow
from engine.persistence.transaction import run
from engine.platform import Platform
from engine.virus_scan import InfectedError

KEPT = timedelta(hours=24)  # after the last byte came
MOST_AT_ONCE = 100  # uploads of one uploader under way
_IN_MEMORY = 1024 * 1024  # bytes of a file that is put together


@dataclass(frozen=True)
class Announced:
    """What somebody is about to send: the file's name and its size in bytes."""

    filename: str
    length: int


@dataclass(frozen=True)
class Owner:
    """Who sends: the key under which papers wait, and the name to record."""

    key: str
    name: str = ""


class OffsetConflictError(ConflictError):
    """What was sent does not begin where the upload stands."""

    code = "upload-offset"
    title_vi = "Phần vừa gửi không nối tiếp phần đã nhận."


class UploadGoneError(EngineError):
    """The upload has lapsed."""

    code = "upload-gone"
    status = 410
    title_vi = "Lần gửi tệp này đã quá hạn; hãy gửi lại tệp."


def announce(session: Session, platform: Platform, intake: Intake, owner: Owner, file: Announced) -> UploadRow:
    """Begin an upload; refuses, before a byte is sent, what would be refused afterwards.

    Raises:
        TooLargeError: more bytes than the installation takes.
        KindRefusedError: the name says that it is no kind of file that is taken.
        InvalidInputError: an empty file, or too many uploads under way.
    """
    name = safe_name(file.filename)
    if file.length > intake.limit:
        raise too_large(intake.limit)
    if file.length <= 0:
        raise InvalidInputError("expected a file with content, found an empty one", "Tệp rỗng; hãy chọn tệp khác.")
    refuse_name(name)
    under_way = (UploadRow.uploader_key == owner.key, UploadRow.document_id.is_(None))
    if (session.scalar(select(func.count()).select_from(UploadRow).where(*under_way)) or 0) >= MOST_AT_ONCE:
        raise InvalidInputError(
            f"expected at most {MOST_AT_ONCE} uploads under way, found more; finish or end some first",
            "Có quá nhiều tệp đang gửi dở; hãy gửi xong hoặc hủy bớt.",
        )
    row = UploadRow(
        id=new_id(),
        uploader_key=owner.key,
        uploaded_by=owner.name,
        filename=name,
        length=file.length,
        received=0,
        pieces=[],
        expires_at=platform.now() + KEPT,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, platform: Platform, upload_id: UUID, key: str, *, lock: bool = False) -> UploadRow:
    """An upload of this uploader.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        UploadGoneError: it has lapsed.
    """
    row = session.get(UploadRow, upload_id, with_for_update=lock or None)
    if row is None or not key or row.uploader_key != key:
        raise NotFoundError("expected an upload of yours, found none; begin a new one", "Không tìm thấy lần gửi tệp.")
    if row.expires_at <= platform.now():
        raise UploadGoneError("expected an upload that has not lapsed; begin a new one")
    return row


def refuse_offset(row: UploadRow, offset: int) -> None:
    """Refuse bytes that do not begin where the upload stands.

    Raises:
        OffsetConflictError: ask where it stands and go on from there.
    """
    if row.received != offset:
        raise OffsetConflictError(
            f"expected bytes from {row.received} on, found bytes from {offset} on; ask for the offset and go on there",
            received=row.received,
        )


def add(
    session: Session, platform: Platform, upload_id: UUID, key: str, offset: int, pieces: dict[str, int]
) -> UploadRow:
    """Count pieces that are in the store (their names and sizes) as received.

    Raises:
        NotFoundError, UploadGoneError: as `find`.
        OffsetConflictError: somebody else was quicker to send the same bytes.
    """
    row = find(session, platform, upload_id, key, lock=True)
    refuse_offset(row, offset)
    row.pieces = [*row.pieces, *pieces]
    row.received += sum(pieces.values())
    row.expires_at = platform.now() + KEPT
    session.flush()
    return row


def finish(db: Engine, platform: Platform, intake: Intake, row: UploadRow) -> UUID:
    """Make a whole upload a paper that waits for its dossier; the id of the document. Doing it twice is harmless.

    Raises:
        KindRefusedError, InfectedError: the file is not taken, and the upload is at an end.
        ScannerAwayError, StoreAwayError, ContentGoneError: it stays; finish it later.
    """
    if row.document_id is not None:
        return row.document_id
    try:
        with _whole(intake.store, row) as stream:
            paper = intake.take_in(stream, row.filename)
    except (KindRefusedError, InfectedError):
        end(db, intake.store, row.id)
        raise

    def work(session: Session) -> UUID:
        kept = session.get_one(UploadRow, row.id, with_for_update=True)
        if kept.document_id is None:
            document = documents.keep(
                session,
                platform,
                paper,
                uploaded_by=kept.uploaded_by,
                uploader_key=kept.uploader_key,
                store=intake.store,
            )
            kept.document_id, kept.pieces = document.id, []
        return kept.document_id

    made = run(db, work)
    intake.store.drop_pieces(row.id)
    return made


def end(db: Engine, store: DocumentStore, upload_id: UUID) -> None:
    """Forget an upload and what has come of it; a paper that it has become stays.

    Raises:
        StoreAwayError: the store does not answer (the row is gone; the sweep finds the pieces).
    """

    def work(session: Session) -> None:
        session.execute(delete(UploadRow).where(UploadRow.id == upload_id))

    run(db, work)
    store.drop_pieces(upload_id)


@contextmanager
def _whole(store: DocumentStore, row: UploadRow) -> Iterator[IO[bytes]]:
    """The file put together from its pieces."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY, suffix=PurePosixPath(row.filename).suffix) as stream:
        for piece in store.pieces(row.id, row.pieces):
            stream.write(piece)
        stream.seek(0)
        yield stream
