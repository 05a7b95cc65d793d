"""Who looked at which dossier; kept even where the looking failed, so it is written in a transaction of its own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.model import Actor
from engine.persistence.tables import AccessLogRow


def note(session: Session, actor: Actor, dossier_id: UUID, what: str, now: datetime) -> None:
    """The actor looks at this part ("history", "data") of the dossier."""
    person = actor.username or actor.name
    session.add(AccessLogRow(id=new_id(), dossier_id=dossier_id, person=person, what=what, looked_at=now))


def of_dossier(session: Session, dossier_id: UUID, limit: int = 200) -> Sequence[AccessLogRow]:
    """Who has looked at the dossier, the latest first."""
    looks = select(AccessLogRow).where(AccessLogRow.dossier_id == dossier_id)
    return session.scalars(looks.order_by(AccessLogRow.looked_at.desc()).limit(limit)).all()
