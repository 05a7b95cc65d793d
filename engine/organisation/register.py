"""The history of the organisation: mandates, stand-ins, units, roles, and acts that were refused; hash-chained.

It is a journal like a dossier's, headed by the one row of `RegisterRow`. Its first entry keeps what stood in the
registers when it was opened, so that everything that stands in them later can be traced to an entry (`register_check`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import ActRefusedError
from engine.events import EventType
from engine.history import journal
from engine.history.journal import Event
from engine.ids import new_id
from engine.model import SYSTEM, Actor
from engine.persistence.tables import JournalRow, MandateRow, RegisterRow, StandInRow

KEY = "organisation"
_OF_NOBODY = {"revoked_at", "recorded_at"}  # moments; the entry has its own


def note(session: Session, actor: Actor, now: datetime, type_: EventType, **payload: Any) -> None:
    """Record a change of the organisation, in the transaction that makes it."""
    head = session.get(RegisterRow, KEY, with_for_update=True, populate_existing=True)
    if head is None:
        head = _open(session, now)
    session.flush()
    journal.append(session, head, actor, [Event(type_, now, payload)], now)
    session.flush()


def keep_refusal(session: Session, refusal: ActRefusedError, now: datetime) -> None:
    """Record an act that was refused, in a transaction of its own: the one that tried it has been rolled back."""
    actor = refusal.by if isinstance(refusal.by, Actor) else SYSTEM
    said = {"outcome": refusal.code, "vi": refusal.message_vi, "en": refusal.message}
    note(session, actor, now, EventType.ACT_REFUSED, **said, **refusal.about)


def head_of(session: Session) -> RegisterRow | None:
    """What heads the history; None before anything has happened."""
    return session.get(RegisterRow, KEY)


def newest(
    session: Session, *, types: Collection[EventType] = (), before: int | None = None, limit: int = 50
) -> Sequence[JournalRow]:
    """Entries of the history, newest first, of the given types (all when none is named), below number `before`."""
    stream = select(RegisterRow.id).where(RegisterRow.key == KEY).scalar_subquery()
    rows = select(JournalRow).where(JournalRow.stream_id == stream).order_by(JournalRow.seq.desc()).limit(limit)
    if types:
        rows = rows.where(JournalRow.type.in_([type_.value for type_ in types]))
    return session.scalars(rows.where(JournalRow.seq < before) if before is not None else rows).all()


def as_kept(row: MandateRow | StandInRow) -> dict[str, Any]:
    """What an entry keeps of a mandate or a stand-in: every column, as JSON."""
    columns = (column.key for column in row.__table__.columns if column.key not in _OF_NOBODY)
    return {name: _plain(getattr(row, name)) for name in columns}


def _open(session: Session, now: datetime) -> RegisterRow:
    head = RegisterRow(key=KEY, id=new_id(), journal_seq=0, journal_head="")
    session.add(head)
    session.flush()
    standing = {
        "mandates": [as_kept(row) for row in session.scalars(select(MandateRow).order_by(MandateRow.id))],
        "stand_ins": [as_kept(row) for row in session.scalars(select(StandInRow).order_by(StandInRow.id))],
    }
    journal.append(session, head, SYSTEM, [Event(EventType.REGISTER_OPENED, now, standing)], now)
    return head


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
