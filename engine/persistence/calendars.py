"""Reads the versions of the working calendar."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.persistence.tables import CalendarVersionRow, DossierRow
from engine.platform import Platform

NEWEST_NUMBER = select(func.coalesce(func.max(CalendarVersionRow.number), 0)).scalar_subquery()


def refresh(session: Session, platform: Platform) -> None:
    """Let the platform count by the newest calendar."""
    know(session, platform, session.scalar(select(NEWEST_NUMBER)) or 0)


def know(session: Session, platform: Platform, number: int) -> None:
    """Let the platform count by calendar `number`, reading its file if this process has not seen it yet."""
    if platform.calendar_number == number:
        return
    content = None if platform.knows(number) else session.get_one(CalendarVersionRow, number).content
    platform.know(number, content)


def stale_dossiers() -> Select[int]:
    """How many open dossiers are still counted by an older calendar."""
    stale = DossierRow.calendar_number < NEWEST_NUMBER
    return select(func.count()).select_from(DossierRow).where(DossierRow.closed_at.is_(None), stale)


def versions(session: Session) -> Sequence[CalendarVersionRow]:
    """All imported versions, newest first."""
    return session.scalars(select(CalendarVersionRow).order_by(CalendarVersionRow.number.desc())).all()
