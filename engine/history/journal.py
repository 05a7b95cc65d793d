"""Appends what happened to a history, hash-chained: each entry carries the hash of the one before it.

A history belongs to a row that heads it (a dossier, a procedure, a register); whoever appends holds that row's lock, so
numbers and hashes follow each other without gaps.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from engine.events import CLOCK_PREFIX, EventType
from engine.model import Actor
from engine.persistence.tables import DossierRow, JournalRow, ProcedureRow, RegisterRow

TASK_PREFIX, COMMENT_PREFIX = "task:", "comment:"  # what the types of such entries begin with, as CLOCK_PREFIX
_AT_ONCE = 1_000  # entries of a whole history
_GATHERED = "gathered entries"  # known of the session: entries by stream and kind


class Entry(NamedTuple):
    """An entry as it is stored; `entry` is the exact text that was hashed."""

    stream_id: UUID
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    entry: str
    hash: str


class Happened(NamedTuple):
    """As much of an entry as it takes to tell what happened, and when by law."""

    seq: int
    type: str
    occurred_at: datetime
    entry: str


class Text(NamedTuple):
    """As much of an entry as it takes to check it, and to tell all of it from its text."""

    seq: int
    type: str
    entry: str
    hash: str


def _columns(names: Iterable[str]) -> list[Any]:
    return [getattr(JournalRow, name) for name in names]


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


def entries(session: Session, stream_id: UUID, after: int = 0, limit: int = 200) -> list[Entry]:
    """The history of a stream in order, from the entry behind number `after`."""
    rows = _entries(stream_id).where(JournalRow.seq > after)
    return _read(session, stream_id, rows.order_by(JournalRow.seq).limit(limit))


def texts(session: Session, stream_id: UUID) -> Iterator[Text]:
    """The whole history of a stream in order, a good many entries at a time."""
    rows = (
        select(*_columns(Text._fields))
        .where(JournalRow.stream_id == stream_id)
        .order_by(JournalRow.seq)
        .limit(_AT_ONCE)
    )
    seq = 0
    while page := session.execute(rows.where(JournalRow.seq > seq)).all():
        yield from map(Text._make, page)
        if len(page) < _AT_ONCE:
            return
        seq = page[-1].seq


def newest(
    session: Session,
    stream_id: UUID,
    *,
    before: int = 0,
    without: Collection[str] = (),
    which: ColumnElement[bool] | None = None,
    limit: int = 20,
) -> list[Entry]:
    """The history of a stream backwards, from before number `before` (0: from its end), `without` some types.

    `which` narrows it further (`of_types_or_steps`).
    """
    rows = _entries(stream_id)
    if before:
        rows = rows.where(JournalRow.seq < before)
    if without:
        rows = rows.where(JournalRow.type.not_in(sorted(without)))
    if which is not None:
        rows = rows.where(which)
    return _read(session, stream_id, rows.order_by(JournalRow.seq.desc()).limit(limit))


def of_types_or_steps(types: Collection[str], steps: Collection[str]) -> ColumnElement[bool]:
    """Entries of these types, and of tasks at these steps; what else names a step may be among them."""
    named = [JournalRow.entry.like(f'%"element":"{step}"%') for step in sorted(steps)]
    told = JournalRow.type.in_(sorted(types))
    return or_(told, and_(JournalRow.type.like(f"{TASK_PREFIX}%"), or_(*named))) if named else told


def clock_entries(session: Session, stream_id: UUID) -> list[Happened]:
    """The clock's ledger of a dossier: its entries whose type begins with "clock:", in order."""
    return of_kind(session, stream_id, CLOCK_PREFIX)


def task_entries(session: Session, stream_id: UUID) -> list[Happened]:
    """What happened to the user tasks of a dossier, in order."""
    return of_kind(session, stream_id, TASK_PREFIX)


def of_kind(session: Session, stream_id: UUID, beginning: str) -> list[Happened]:
    """The entries of a stream whose type begins so, in order; from what was gathered where they were."""
    gathered: dict[str, list[Happened]] = session.info.get(_GATHERED, {}).get(stream_id, {})
    if beginning in gathered:
        return gathered[beginning]
    return _happened(session, stream_id, JournalRow.type.like(f"{beginning}%"))


def gather(session: Session, stream_id: UUID, *beginnings: str) -> None:
    """Read the entries of several kinds at once, for a page that asks for them one after the other.

    They are kept with the session, so only one that writes nothing may gather.
    """
    kinds = or_(*(JournalRow.type.like(f"{beginning}%") for beginning in beginnings))
    found: dict[str, list[Happened]] = {beginning: [] for beginning in beginnings}
    for entry in _happened(session, stream_id, kinds):
        for beginning in beginnings:
            if entry.type.startswith(beginning):
                found[beginning].append(entry)
    session.info.setdefault(_GATHERED, {})[stream_id] = found


def _entries(stream_id: UUID) -> Select[Any]:
    """The columns of entries, not objects that watch for changes: nothing changes an entry, and they may be many."""
    return select(*_columns(Entry._fields[1:])).where(JournalRow.stream_id == stream_id)  # the stream is known


def _read(session: Session, stream_id: UUID, rows: Select[Any]) -> list[Entry]:
    return [Entry(stream_id, *row) for row in session.execute(rows)]


def _happened(session: Session, stream_id: UUID, which: ColumnElement[bool]) -> list[Happened]:
    rows = select(*_columns(Happened._fields)).where(JournalRow.stream_id == stream_id, which)
    return list(map(Happened._make, session.execute(rows.order_by(JournalRow.seq))))


def read(row: Entry | Happened | Text | JournalRow) -> dict[str, Any]:
    """An entry as a mapping: stream, seq, type, occurred_at, recorded_at, actor, payload, prev."""
    parsed: dict[str, Any] = orjson.loads(row.entry)
    return parsed
