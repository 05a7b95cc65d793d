"""Notices as pages show them: in the reader's language, with where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.database import read
from api.language import current_language
from api.site import site
from engine.model import Actor
from engine.notice_texts import Words, for_applicant, for_officer
from engine.persistence import notices
from engine.persistence.notices import Listed, Position


@dataclass(frozen=True)
class Line:
    """One notice in a list."""

    id: UUID
    words: Words
    at: datetime
    seen: bool
    dossier: str  # its page; empty for the applicant, who is on it, and where there is none
    code: str


@dataclass(frozen=True)
class Bell:
    """What the header says of new notices."""

    count: int

    @property
    def number(self) -> str:
        """The count as written; "99+" where there are more."""
        return f"{notices.MOST - 1}+" if self.count >= notices.MOST else str(self.count)


def bell(actor: Actor) -> Bell:
    """How many notices are new. A page that tells of the database's trouble must not be stopped by this number."""
    try:
        with read() as session:
            return Bell(notices.count_new(session, actor, site().platform.now()))
    except SQLAlchemyError:
        return Bell(0)


def lines(session: Session, actor: Actor, before: Position | None = None, limit: int = 30) -> Sequence[Line]:
    """What the actor has been told lately, newest first."""
    found = notices.listing(session, actor, site().platform.now(), before=before, limit=limit)
    return [_line(each, to_applicant=actor.id is None) for each in found]


def _line(listed: Listed, *, to_applicant: bool) -> Line:
    notice, say = listed.notice, for_applicant if to_applicant else for_officer
    words = say(notice.kind, notice.payload, listed.subject, current_language(), site().platform.zone)
    none = to_applicant or notice.dossier_id is None
    dossier = "" if none else url_for("dossiers.show", dossier_id=notice.dossier_id)
    return Line(notice.id, words, notice.created_at, listed.seen, dossier, listed.subject.code)
