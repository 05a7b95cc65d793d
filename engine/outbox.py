"""Who gets which notice by mail, and how far each mail has come. Nothing here talks to a mail server.

A mail is claimed for a few minutes in a transaction of its own and sent outside of any; the outcome is written in
another. A process that dies in between leaves a mail that is sent again when the claim lapses: every mail goes out at
least once, twice only after such a death, and then under the same Message-ID.

One mail is about no dossier: the link of an application that somebody has begun. Nobody is told who has begun one, so
what it says is sealed by whoever posts it, and nothing of it stays once it has left or has been given up.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, delete, literal_column, select, update
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.model import Role
from engine.news import ADDRESS_GIVEN, FILED
from engine.notices import OFFICER_KINDS, USUAL, Way
from engine.organisation.people import holders
from engine.persistence import notices
from engine.persistence.notices import Subject
from engine.persistence.tables import (
    FilingDraftRow,
    MailAddressRow,
    MailRow,
    NoticeChoiceRow,
    NoticeRow,
    PersonRow,
    ProcedureRow,
)
from engine.persistence.transaction import reading, run
from engine.platform import Platform

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)  # longer than any server may keep us waiting
ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
TOO_OLD = timedelta(days=3)  # yesterday's news is no mail any more; the page has it
APPLICANT = "applicant"
DRAFT = "draft"  # whoever has begun an application and asked for its link
DRAFT_LINK = "draft-link"
_ASKING = (FILED, ADDRESS_GIVEN)  # may go to an address that nobody has confirmed, and ask


class MailState(StrEnum):
    """How far a mail has come."""

    PENDING = "pending"
    SENT = "sent"
    GIVEN_UP = "given-up"


@dataclass(frozen=True)
class Mail:
    """A claimed mail: what to say to whom. `address` is empty when the recipient has none any more."""

    notice_id: UUID
    recipient: str
    kind: str
    payload: dict[str, object]
    subject: Subject
    address: str
    lang: str  # of an officer; empty for an applicant, whose language nobody knows
    token: str = ""  # with which the owner of an address that has not been confirmed says yes

    @property
    def to_applicant(self) -> bool:
        """Whether it goes to the applicant and not to an officer."""
        return self.recipient == APPLICANT

    @property
    def of_draft(self) -> bool:
        """Whether it brings the link of an application that somebody has begun."""
        return self.recipient == DRAFT


def post_draft_link(session: Session, platform: Platform, draft: FilingDraftRow, sealed: str) -> None:
    """Send the link of a draft by mail, in place of a mail of this draft that still waits.

    `sealed` is what only the sender can read: the address and the link itself (api.draft_mail).
    """
    now, audience = platform.now(), f"{DRAFT}:{draft.digest}"
    _erase(session, *session.scalars(select(NoticeRow.id).where(NoticeRow.audience == audience)))
    notice = NoticeRow(
        id=new_id(), audience=audience, kind=DRAFT_LINK, payload={"sealed": sealed}, created_at=now, mailed_at=now
    )
    session.add(notice)
    session.flush()
    session.add(MailRow(notice_id=notice.id, recipient=DRAFT, state=MailState.PENDING, due_at=now))


def fill(db: Engine, platform: Platform, limit: int = 100) -> int:
    """Decide who gets the newest notices by mail; how many mails that makes. Safe to do in several processes."""
    with reading(db) as session:
        if session.scalar(select(NoticeRow.id).where(NoticeRow.mailed_at.is_(None)).limit(1)) is None:
            return 0  # on SQLite, looking first spares the write lock
    return run(db, lambda session: _fill(session, platform, limit))


def anything_due(db: Engine, now: datetime) -> bool:
    """Whether a mail waits to be sent."""
    with reading(db) as session:
        return session.scalar(select(MailRow.notice_id).where(*_due(now)).limit(1)) is not None


def claim(db: Engine, platform: Platform) -> Mail | None:
    """The mail that has waited longest, for this process alone during `CLAIM`; None when nothing is due."""
    return run(db, lambda session: _claim(session, platform))


def sent(db: Engine, platform: Platform, mail: Mail) -> None:
    """The server has taken the mail."""

    def work(session: Session) -> None:
        row = session.get(MailRow, (mail.notice_id, mail.recipient), with_for_update=True)
        if row is not None:  # a draft's mail is gone when another was asked for meanwhile
            row.last_error = ""
            _finish(session, row, MailState.SENT, platform.now())

    run(db, work)


def failed(db: Engine, platform: Platform, mail: Mail, error: str, *, for_good: bool = False) -> None:
    """The server has not taken the mail: it is tried again later and later, or given up and left to the page."""

    def work(session: Session) -> bool:
        row = session.get(MailRow, (mail.notice_id, mail.recipient), with_for_update=True)
        if row is None:
            return False
        row.last_error = error
        if for_good or row.attempts >= ATTEMPTS:
            _finish(session, row, MailState.GIVEN_UP, platform.now())
            return True
        row.due_at = platform.now() + min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
        return False

    if run(db, work):
        _tell_given_up(mail.notice_id, error)


def _fill(session: Session, platform: Platform, limit: int) -> int:
    now = platform.now()
    unmailed = NoticeRow.mailed_at.is_(None)
    session.execute(update(NoticeRow).where(unmailed, NoticeRow.created_at <= now - TOO_OLD).values(mailed_at=now))
    fresh = select(NoticeRow).where(unmailed).order_by(NoticeRow.created_at).limit(limit)
    made = 0
    for notice in session.scalars(fresh.with_for_update(skip_locked=True)).all():
        notice.mailed_at = now
        for recipient in _recipients(session, platform, notice):
            made += 1
            session.add(MailRow(notice_id=notice.id, recipient=recipient, state=MailState.PENDING, due_at=now))
    session.flush()
    return made


def _recipients(session: Session, platform: Platform, notice: NoticeRow) -> list[str]:
    whom, _colon, rest = notice.audience.partition(":")
    if whom == "applicant":
        row = session.get(MailAddressRow, notice.dossier_id)
        wanted = row is not None and (row.confirmed_at is not None or notice.kind in _ASKING)
        return [APPLICANT] if wanted else []
    if notice.kind not in OFFICER_KINDS:
        return []
    if whom == "person":
        able = [UUID(rest)]
    else:
        unit, _slash, role = rest.rpartition("/")
        able = [person.id for person in holders(session, Role(role), unit, platform.today())]
    chosen = select(NoticeChoiceRow.person_id, NoticeChoiceRow.way).where(
        NoticeChoiceRow.person_id.in_(able), NoticeChoiceRow.kind == notice.kind
    )
    ways = {person: way for person, way in session.execute(chosen)}  # noqa: C416 - rows are no pairs for dict()
    return [f"person:{person}" for person in able if ways.get(person, USUAL[notice.kind]) == Way.MAIL]


def _claim(session: Session, platform: Platform) -> Mail | None:
    now = platform.now()
    oldest = select(MailRow).where(*_due(now)).order_by(MailRow.due_at).limit(1)
    while (row := session.scalar(oldest.with_for_update(skip_locked=True))) is not None:
        notice, subject = notices.get(session, row.notice_id)
        if notice.created_at <= now - TOO_OLD:
            _finish(session, row, MailState.GIVEN_UP, now)
            _tell_given_up(notice.id, row.last_error or "no mail server could be reached in time")
            continue
        if row.recipient == DRAFT and session.get(FilingDraftRow, _digest(notice)) is None:
            _erase(session, notice.id)  # filed or forgotten meanwhile: the link leads nowhere any more
            continue
        row.due_at, row.attempts = now + CLAIM, row.attempts + 1
        session.flush()
        return _mail(session, row.recipient, notice, subject)
    return None


def _mail(session: Session, recipient: str, notice: NoticeRow, subject: Subject) -> Mail:
    if recipient == DRAFT:
        return _of_draft(session, notice)
    told = (notice.id, recipient, notice.kind, notice.payload, subject)
    if recipient == APPLICANT:
        given = session.get(MailAddressRow, notice.dossier_id)
        if given is None or (given.confirmed_at is None and notice.kind not in _ASKING):
            return Mail(*told, "", "")  # the applicant has changed their mind meanwhile
        return Mail(*told, given.address, "", "" if given.confirmed_at else given.token)
    person = session.get_one(PersonRow, UUID(recipient.removeprefix("person:")))
    return Mail(*told, person.email if person.active else "", person.lang)


def _of_draft(session: Session, notice: NoticeRow) -> Mail:
    draft = session.get_one(FilingDraftRow, _digest(notice))
    procedure = session.get_one(ProcedureRow, draft.procedure_key)
    subject = Subject(None, "", procedure.title_vi, procedure.title_en)
    payload = {**notice.payload, "due_at": draft.expires_at.isoformat()}
    return Mail(notice.id, DRAFT, notice.kind, payload, subject, "", "")


def _digest(notice: NoticeRow) -> str:
    """The name of the draft whose link the notice brings."""
    return notice.audience.removeprefix(f"{DRAFT}:")


def _finish(session: Session, row: MailRow, state: MailState, now: datetime) -> None:
    row.state, row.finished_at = state, now
    session.flush()
    if row.recipient == DRAFT:
        _erase(session, row.notice_id)


def _erase(session: Session, *notices: UUID) -> None:
    """Let nothing of these mails stay."""
    session.execute(delete(MailRow).where(MailRow.notice_id.in_(notices)))
    session.execute(delete(NoticeRow).where(NoticeRow.id.in_(notices)))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    # a literal, so that the partial index serves
    return (MailRow.state == literal_column("'pending'"), MailRow.due_at <= now)


def _tell_given_up(notice_id: UUID, error: str) -> None:
    """For the operators; whom it was for stays in the database."""
    log.error("expected the notice %s to leave by mail, gave up: %s; its reader finds it in the page", notice_id, error)
