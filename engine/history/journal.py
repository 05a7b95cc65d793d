"""Appends what happened to a history, hash-chained: each entry carries the hash of the one before it.

A history belongs to a row that heads it (a dossier, a procedure, a register); whoever appends holds that row's lock, so
numbers and hashes follow each other without gaps.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.events import CLOCK_PREFIX, EventType
from engine.model import Actor
from engine.persistence.tables import DossierRow, JournalRow, ProcedureRow, RegisterRow


@dataclass(frozen=True)
class Event:
    """Something that happened. `occurred_at` is the moment the law counts, which may lie before the recording."""

    type: EventType
    occurred_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


def append(
    session: Session,
    head: DossierRow | ProcedureRow | RegisterRow,
    actor: Actor,
    events: Iterable[Event],
    recorded_at: datetime,
) -> None:
    """Add `events` to the history that `head` (locked by the caller) is the head of."""
    for event in events:
        head.journal_seq += 1
        entry = canonical(
            {
                "stream": str(head.id),
                "seq": head.journal_seq,
                "type": event.type.value,
                "occurred_at": moment(event.occurred_at),
                "recorded_at": moment(recorded_at),
                "actor": actor.as_json(),
                "payload": event.payload,
                "prev": head.journal_head,
            }
        )
        head.journal_head = digest(entry)
        session.add(
            JournalRow(
                stream_id=head.id,
                seq=head.journal_seq,
                type=event.type.value,
                occurred_at=event.occurred_at,
                recorded_at=recorded_at,
                entry=entry,
                hash=head.journal_head,
            )
        )


def canonical(entry: Mapping[str, Any]) -> str:
    """The one text of an entry: JSON with sorted keys and no white space. It is stored and hashed as it is."""
    return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS).decode()


def digest(entry: str) -> str:
    """The SHA-256 of an entry's text, in hexadecimal."""
    return hashlib.sha256(entry.encode()).hexdigest()


def moment(value: datetime) -> str:
    """A moment as entries write it: ISO 8601 in UTC with microseconds."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def entries(session: Session, stream_id: UUID, after: int = 0, limit: int = 200) -> list[JournalRow]:
    """The history of a stream in order, from the entry behind number `after`."""
    rows = select(JournalRow).where(JournalRow.stream_id == stream_id, JournalRow.seq > after)
    return list(session.scalars(rows.order_by(JournalRow.seq).limit(limit)))


def newest(
    session: Session, stream_id: UUID, *, before: int = 0, without: Collection[str] = (), limit: int = 20
) -> list[JournalRow]:
    """The history of a stream backwards, from before number `before` (0: from its end), `without` some types."""
    rows = select(JournalRow).where(JournalRow.stream_id == stream_id)
    if before:
        rows = rows.where(JournalRow.seq < before)
    if without:
        rows = rows.where(JournalRow.type.not_in(sorted(without)))
    return list(session.scalars(rows.order_by(JournalRow.seq.desc()).limit(limit)))


def clock_entries(session: Session, stream_id: UUID) -> list[JournalRow]:
    """The clock's ledger of a dossier: its entries whose type begins with "clock:", in order."""
    rows = select(JournalRow).where(JournalRow.stream_id == stream_id, JournalRow.type.like(CLOCK_PREFIX + "%"))
    return list(session.scalars(rows.order_by(JournalRow.seq)))


def task_entries(session: Session, stream_id: UUID) -> list[JournalRow]:
    """What happened to the user tasks of a dossier, in order."""
    rows = select(JournalRow).where(JournalRow.stream_id == stream_id, JournalRow.type.like("task:%"))
    return list(session.scalars(rows.order_by(JournalRow.seq)))


def read(row: JournalRow) -> dict[str, Any]:
    """An entry as a mapping: stream, seq, type, occurred_at, recorded_at, actor, payload, prev."""
    parsed: dict[str, Any] = orjson.loads(row.entry)
    return parsed
