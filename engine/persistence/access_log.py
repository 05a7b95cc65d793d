"""Who looked at which dossier; kept even where the looking failed, so it is written in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.model import Actor
from engine.persistence.tables import AccessLogRow, DossierRow, PersonRow

AGAIN = timedelta(minutes=15)  # whoever looks at the same again within this has not looked anew


@dataclass(frozen=True)
class LookFilter:
    """Narrows the looks of an installation; empty means any."""

    person: str = ""  # user name
    code: str = ""  # of the dossier
    dossier_id: UUID | None = None


@dataclass(frozen=True)
class Look:
    """Somebody looked at a part of a dossier. `name` is empty for whoever is no person of the organisation."""

    id: UUID
    at: datetime
    person: str
    name: str
    what: str
    dossier_id: UUID
    code: str


def note(session: Session, actor: Actor, dossier_id: UUID, what: str, now: datetime) -> None:
    """The actor looks at this part ("dossier", "history", "data", "archive", "paper …") of the dossier."""
    note_of(session, actor.username or actor.name, dossier_id, what, now)


def note_of(session: Session, person: str, dossier_id: UUID, what: str, now: datetime) -> None:
    """`note` for whoever is known by name only, such as a command on the machine."""
    session.add(AccessLogRow(id=new_id(), dossier_id=dossier_id, person=person, what=what[:64], looked_at=now))


def is_noted(session: Session, actor: Actor, dossier_id: UUID, what: str, now: datetime) -> bool:
    """Whether the same look stands in the log already, a moment ago: a page that is reloaded is one look."""
    same = select(AccessLogRow.id).where(
        AccessLogRow.dossier_id == dossier_id,
        AccessLogRow.looked_at > now - AGAIN,
        AccessLogRow.person == (actor.username or actor.name),
        AccessLogRow.what == what[:64],
    )
    return session.scalar(same.limit(1)) is not None


def of_dossier(session: Session, dossier_id: UUID, limit: int = 200) -> Sequence[AccessLogRow]:
    """Who has looked at the dossier, the latest first."""
    looks = select(AccessLogRow).where(AccessLogRow.dossier_id == dossier_id)
    return session.scalars(looks.order_by(AccessLogRow.looked_at.desc(), AccessLogRow.id.desc()).limit(limit)).all()


def listing(session: Session, narrowed: LookFilter, before: UUID | None = None, limit: int = 50) -> Sequence[Look]:
    """Who has looked at what, the latest first, from behind the look with the id `before`."""
    query = (
        select(AccessLogRow, DossierRow.code, PersonRow.name)
        .join(DossierRow, DossierRow.id == AccessLogRow.dossier_id)
        .outerjoin(PersonRow, PersonRow.username == AccessLogRow.person)
    )
    if narrowed.person:
        query = query.where(AccessLogRow.person == narrowed.person.strip().lower())
    if narrowed.dossier_id is not None:
        query = query.where(AccessLogRow.dossier_id == narrowed.dossier_id)
    if narrowed.code:
        query = query.where(DossierRow.code == narrowed.code.strip().upper())
    if before is not None:
        query = query.where(AccessLogRow.id < before)  # ids grow with time
    rows = session.execute(query.order_by(AccessLogRow.id.desc()).limit(limit))
    return [
        Look(row.id, row.looked_at, row.person, name or "", row.what, row.dossier_id, code) for row, code, name in rows
    ]
