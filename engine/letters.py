"""Prints the letters that dossiers have asked for and makes each a document of its dossier, exactly once.

1. Claim the oldest pending letter by locking its dossier (dossiers that somebody works on are skipped) and put it out
   of other printers' reach for a while. Commit: nobody waits while a letter is set.
2. Print, and put the file into the store, which is content-addressed: the same file twice is one object.
3. Lock the dossier again. Is the letter still pending? Then the document, the mark on the letter and the entry in the
   history are one transaction; otherwise another printer has done it and there is nothing left to do.

Whoever dies on the way leaves the letter pending, and it is printed when its time out of reach is over. What fails is
tried again later and later; after the last attempt it is an incident that an operator sees.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

from obstore.exceptions import BaseError as StoreError
from sqlalchemy import ColumnElement, Engine, func, literal_column, select
from sqlalchemy.orm import Session

from engine import transition
from engine.change import Change
from engine.clock_incidents import LETTER_FAILED, open_incident
from engine.document_store import Content, DocumentStore
from engine.errors import EngineError
from engine.events import EventType
from engine.ids import new_id
from engine.model import SYSTEM, LetterState
from engine.news import LETTER
from engine.notices import to_applicant
from engine.persistence.tables import DocumentRow, DossierRow, LetterRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.procedure import Procedure
from forms.letter_data import LetterKind
from forms.letters import MOST_PDF, LetterPress, LettersError, Pdf, common_template

log = logging.getLogger(__name__)

ATTEMPTS = 4
OUT_OF_REACH = timedelta(minutes=2)  # longer than any letter takes
FIRST_PAUSE = timedelta(seconds=30)
TITLES: Mapping[LetterKind, str] = {
    LetterKind.RECEIPT: "Giấy tiếp nhận và hẹn trả kết quả",
    LetterKind.SUPPLEMENT: "Phiếu yêu cầu bổ sung",
    LetterKind.REFUSAL: "Phiếu từ chối",
    LetterKind.APOLOGY: "Văn bản xin lỗi và hẹn lại",
    LetterKind.STOP: "Thông báo dừng giải quyết",
    LetterKind.CONTROL: "Phiếu kiểm soát quá trình",
    LetterKind.REGISTER: "Sổ theo dõi hồ sơ",
    LetterKind.HANDOVER: "Phiếu bàn giao kết quả",
    LetterKind.FILING: "Phiếu xác nhận đã nộp hồ sơ",
}
MEDIA_TYPE = "application/pdf"
TO_APPLICANTS = (LetterKind.RECEIPT, LetterKind.SUPPLEMENT, LetterKind.REFUSAL, LetterKind.APOLOGY, LetterKind.STOP)


@dataclass(frozen=True)
class Printed:
    """What a round of printing did."""

    printed: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Claimed:
    """A letter that is ours to print for a while."""

    dossier_id: UUID
    id: UUID
    key: LetterKind
    data: Mapping[str, Any]
    template: bytes
    at: datetime
    fault: str


def print_pending(
    db: Engine, platform: Platform, store: DocumentStore, limit: int = 50, stop: Callable[[], bool] = lambda: False
) -> Printed:
    """Print up to `limit` letters that are due, oldest first."""
    done = Printed()
    while done.printed + done.failed < limit and not stop() and _anything_due(db, platform):
        claimed = run(db, lambda session: claim(session, platform))
        if claimed is None:
            break
        one = _print(db, platform, store, claimed)
        done = Printed(done.printed + one.printed, done.failed + one.failed)
    return done


def printer(db: Engine, platform: Platform, store: DocumentStore) -> Callable[[], None]:
    """A job for the scheduler: print what is due."""

    def job() -> None:
        done = print_pending(db, platform, store)
        if done.printed or done.failed:
            log.info("letters: %d printed, %d failed", done.printed, done.failed)

    return job


def _print(db: Engine, platform: Platform, store: DocumentStore, claimed: Claimed) -> Printed:
    try:
        content = put(store, claimed)
    except (EngineError, LettersError, StoreError, OSError) as problem:
        message = str(problem)
        run(db, lambda session: _postpone(session, platform, claimed, message))
        return Printed(failed=1)
    return Printed(printed=run(db, lambda session: attach(session, platform, claimed, content)))


def claim(session: Session, platform: Platform) -> Claimed | None:
    """The oldest letter that is due, out of everybody else's reach for a while; None when there is none."""
    now = platform.now()
    due = (
        select(LetterRow, DossierRow)
        .join(DossierRow, DossierRow.id == LetterRow.dossier_id)
        .where(*_is_due(now))
        .order_by(LetterRow.due_at, LetterRow.id)
        .limit(1)
        .with_for_update(of=DossierRow, skip_locked=True)
    )
    while (found := session.execute(due).one_or_none()) is not None:
        row, dossier = found
        session.refresh(row)
        if row.state == LetterState.PENDING and row.due_at <= now:
            row.due_at = now + OUT_OF_REACH
            row.attempts += 1
            session.flush()
            key = LetterKind(row.key)
            template = template_of(pinned(session, dossier), key)
            at = row.requested_at.astimezone(platform.zone)
            return Claimed(row.dossier_id, row.id, key, row.data, template, at, "" if row.data else row.last_error)
    return None


def put(store: DocumentStore, claimed: Claimed) -> Content:
    """Print the letter and put it into the store.

    Raises:
        LettersError: it cannot be printed.
        StoreError, OSError: the store does not take it.
    """
    if claimed.fault:
        raise EngineError(claimed.fault)
    return store.put(BytesIO(render(claimed.template, claimed.data, claimed.at).content), MOST_PDF)


def attach(session: Session, platform: Platform, claimed: Claimed, content: Content) -> bool:
    """Make the printed letter a document of its dossier; False when another printer has done so."""
    dossier = transition.lock(session, platform, claimed.dossier_id)
    row = session.get_one(LetterRow, (claimed.dossier_id, claimed.id), populate_existing=True)
    if row.state == LetterState.PRINTED:
        return False
    row.number = _next_number(session, row)
    document = _document(platform, dossier, row, content)
    session.add(document)
    session.flush()  # before the letter that refers to it

    def command(change: Change) -> None:
        row.state, row.printed_at, row.document_id, row.last_error = LetterState.PRINTED, change.now, document.id, ""
        change.note(
            EventType.DOCUMENT_ATTACHED,
            document=str(document.id),
            filename=document.filename,
            sha256=document.sha256,
            size=document.size,
            letter=str(row.id),
        )
        if row.key in TO_APPLICANTS:
            title = TITLES[LetterKind(row.key)]
            to_applicant(change, LETTER, title=title, document=str(document.id))

    transition.carry_out(session, platform, SYSTEM, dossier, command)  # also when the dossier has ended meanwhile
    return True


def render(template: bytes, data: Mapping[str, Any], at: datetime) -> Pdf:
    """A letter as PDF, in Vietnamese, with this process's one press.

    Raises:
        LettersError: it cannot be printed.
    """
    return _press().render(template, data, at=at)


def template_of(procedure: Procedure, key: LetterKind) -> bytes:
    """The procedure's own template of a letter, else the one that all share."""
    own = procedure.bundle.letters.get(key.value)
    return own if own is not None else common_template(key).read_bytes()


@cache
def _press() -> LetterPress:
    return LetterPress()


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (LetterRow.state == literal_column("'pending'"), LetterRow.due_at <= now)


def _anything_due(db: Engine, platform: Platform) -> bool:
    with reading(db) as session:
        return session.scalar(select(LetterRow.id).where(*_is_due(platform.now())).limit(1)) is not None


def _next_number(session: Session, row: LetterRow) -> int:
    same = (LetterRow.dossier_id == row.dossier_id, LetterRow.key == row.key)
    return 1 + (session.scalar(select(func.max(LetterRow.number)).where(*same)) or 0)


def _document(platform: Platform, dossier: DossierRow, row: LetterRow, content: Content) -> DocumentRow:
    again = f" ({row.number})" if row.number > 1 else ""
    return DocumentRow(
        id=new_id(),
        dossier_id=dossier.id,
        sha256=content.sha256,
        filename=f"{TITLES[LetterKind(row.key)]} {dossier.code}{again}.pdf",
        media_type=MEDIA_TYPE,
        size=content.size,
        uploaded_by=SYSTEM.name,
        uploader_key=f"letter:{row.id}",
        uploaded_at=platform.now(),
    )


def _postpone(session: Session, platform: Platform, claimed: Claimed, message: str) -> None:
    """Try the letter again later; after the last attempt, or when it has nothing to say, tell the operators."""
    dossier = transition.lock(session, platform, claimed.dossier_id)
    row = session.get_one(LetterRow, (claimed.dossier_id, claimed.id), populate_existing=True)
    if row.state != LetterState.PENDING:
        return
    row.last_error = message
    if row.attempts < ATTEMPTS and not claimed.fault:
        row.due_at = platform.now() + FIRST_PAUSE * 2 ** (row.attempts - 1)
        return
    row.state = LetterState.FAILED

    def command(change: Change) -> None:
        open_incident(change, row.id, LETTER_FAILED, message, row.element_id)

    transition.carry_out(session, platform, SYSTEM, dossier, command)
