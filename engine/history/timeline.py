"""Reads a dossier's history: as lines for people, and as the picture that held at any past instant or entry.

Both are folds over the journal alone; no present row is looked at, so an auditor sees what the history says.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.history.folding import line_of, take
from engine.history.journal import Entry, Text, entries, read, texts
from engine.history.picture import LONG_AGO, Line, OpenTask, Picture

__all__ = ["Line", "OpenTask", "Picture", "as_of", "as_of_entry", "lines", "told"]


def lines(session: Session, stream_id: UUID, after: int = 0, limit: int = 200) -> list[Line]:
    """A page of a history, oldest first, from the entry behind number `after`."""
    return [told(row) for row in entries(session, stream_id, after, limit)]


def told(row: Entry | Text) -> Line:
    """One entry as a line."""
    return line_of(read(row), row.hash)


def as_of(session: Session, stream_id: UUID, moment: datetime) -> Picture:
    """The dossier as it had been recorded by `moment` (aware)."""
    picture = Picture(moment)
    for line in _recorded_by(_all(session, stream_id), moment):
        take(picture, line)
    return picture


def as_of_entry(session: Session, stream_id: UUID, seq: int) -> Picture:
    """The dossier right after entry number `seq` was written; its moment is when that was."""
    picture = Picture(LONG_AGO)
    for line in _all(session, stream_id):
        if line.seq > seq:
            break
        take(picture, line)
        picture.at = line.recorded_at
    return picture


def _all(session: Session, stream_id: UUID) -> Iterator[Line]:
    return map(told, texts(session, stream_id))


def _recorded_by(history: Iterable[Line], moment: datetime) -> Iterator[Line]:
    for line in history:
        if line.recorded_at > moment:
            return  # entries are recorded in order
        yield line
