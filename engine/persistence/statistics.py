"""Counts dossiers for report II.06a, and lists the dossiers behind each number by the very same conditions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, tuple_
from sqlalchemy.orm import Session

from engine.persistence.statistics_boxes import (
    APART,
    CELLS,
    IN_PROGRESS,
    KEYS,
    ON_FIRST_COUNT,
    Box,
    Grouping,
    Origin,
    Question,
    box_of,
    ended_at,
    hint,
    in_hand,
    local_day,
    number_of,
    origin_of,
    overdue,
    resolved_at,
    resolved_in,
)
from engine.persistence.tables import FAR_FUTURE, DossierRow, ProcedureVersionRow

Spans = Sequence[tuple[datetime, datetime | None]] | None
"""When what is counted was closed: from, up to (excluded; None: and ever since). None: since the period began."""
Narrowed = tuple[Grouping, Sequence[str]] | None  # a row of the report by its keys; none: the total


@dataclass(frozen=True)
class Tally:
    """So many dossiers of one row of the report stand in one box and came in one way."""

    key: str
    box: Box
    origin: Origin
    number: int


def tallies(session: Session, question: Question, by: Grouping, spans: Spans = None) -> list[Tally]:
    """How many dossiers stand in which box, by row of the report; only those that are not nought."""
    place = (box_of(session, question) * len(Origin) + origin_of(question)).label("place")
    query = select(KEYS[by].label("key"), place, func.count().label("number")).group_by("key", "place")
    boxes, origins = list(Box), list(Origin)
    return [
        Tally(row.key, boxes[row.place // len(origins)], origins[row.place % len(origins)], row.number)
        for part in _parts(question, spans)
        for row in session.execute(query.where(*part))
    ]


class Resolved(NamedTuple):
    """So many dossiers of a row that were received on one day and resolved on another, in time or overdue.

    `plain`: without a stop of the clock. Where it stood still, was restarted or extended, the days between the two are
    not days used.
    """

    key: str
    received: date
    resolved: date
    overdue: bool
    plain: bool
    number: int


def resolved(session: Session, question: Question, by: Grouping, spans: Spans = None) -> list[Resolved]:
    """What was resolved in the period."""
    return [one for part in _parts(question, spans) for one in resolved_of(session, question, by, *part)]


def resolved_of(session: Session, question: Question, by: Grouping, *conditions: ColumnElement[bool]) -> list[Resolved]:
    """What was resolved before the end of the period, of those dossiers that meet the conditions."""
    received, day = (local_day(session, question, moment) for moment in (DossierRow.received_at, resolved_at))
    late, plain = (case((condition, 1), else_=0) for condition in (overdue(session), ON_FIRST_COUNT))
    groups = {"key": KEYS[by], "received": received, "day": day, "late": late, "plain": plain}
    columns = [column.label(name) for name, column in groups.items()]
    query = select(*columns, func.count().label("number")).where(resolved_in(question), *conditions).group_by(*groups)
    return [
        Resolved(
            row.key,
            date.fromisoformat(str(row.received)),
            date.fromisoformat(str(row.day)),
            bool(row.late),
            bool(row.plain),
            row.number,
        )
        for row in session.execute(query)
    ]


class Position(NamedTuple):
    """Where a dossier stands in the list behind a number: open ones first, then by closing, the latest first."""

    closed_at: datetime | None
    received_at: datetime
    id: UUID


def behind(
    session: Session,
    question: Question,
    which: "Behind",
    spans: Spans = None,
    *,
    after: Position | None = None,
    limit: int = 25,
) -> Sequence[Row[Any]]:
    """The dossiers that one number of the report counts, what was closed last first, behind those that are open.

    No span is read that is not needed, and none of what was closed outside of them.
    """
    box = box_of(session, question).label("box")
    query = select(
        DossierRow.id,
        DossierRow.code,
        DossierRow.procedure_key,
        DossierRow.channel,
        DossierRow.competent_unit,
        DossierRow.received_at,
        DossierRow.due_at,
        DossierRow.original_due_at,
        DossierRow.closed_at,
        ended_at.label("ended_at"),
        box,
    ).where(*in_hand(question), *which.conditions(question, box))
    ordered = query.order_by(
        *(column.desc() for column in (DossierRow.closed_at, DossierRow.received_at, DossierRow.id))
    )
    found: list[Row[Any]] = []
    for heap in _heaps(question, which, spans, after):
        if len(found) < limit:
            found += session.execute(ordered.where(*heap).limit(limit - len(found))).all()
    return found


@dataclass(frozen=True)
class Behind:
    """A number of the report: a column (a key of `CELLS`), in one row by its keys; None: the total."""

    cell: str
    narrowed: Narrowed = None

    def conditions(self, question: Question, box: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """Which of the dossiers in hand it counts."""
        boxes, origins = CELLS[self.cell]
        conditions = [*hint(boxes), box.in_([number_of(one) for one in boxes])]
        if origins:
            conditions.append(origin_of(question).in_([number_of(one) for one in origins]))
        if self.narrowed is not None:
            by, keys = self.narrowed
            conditions.append(KEYS[by].in_(keys))
        return conditions


def lapsing(session: Session, question: Question, first: datetime, last: datetime, limit: int = 25) -> Sequence[Any]:
    """(id, code, procedure_key, due_at) of undecided dossiers that lapse between two moments, nearest first."""
    query = select(DossierRow.id, DossierRow.code, DossierRow.procedure_key, DossierRow.due_at)
    return session.execute(_lapsing(query, question, first, last).order_by(DossierRow.due_at).limit(limit)).all()


def count_lapsing(session: Session, question: Question, first: datetime, last: datetime) -> int:
    """How many dossiers `lapsing` lists in all."""
    return session.scalar(_lapsing(select(func.count(DossierRow.id)), question, first, last)) or 0


def procedures_in_use(session: Session) -> Sequence[Row[Any]]:
    """(procedure_key, facts of its newest version), by key: what there is to choose from, and its titles and field."""
    newest = (
        select(ProcedureVersionRow.procedure_key, func.max(ProcedureVersionRow.number).label("number"))
        .group_by(ProcedureVersionRow.procedure_key)
        .subquery()
    )
    query = select(ProcedureVersionRow.procedure_key, ProcedureVersionRow.facts).join(
        newest,
        and_(
            newest.c.procedure_key == ProcedureVersionRow.procedure_key, newest.c.number == ProcedureVersionRow.number
        ),
    )
    return session.execute(query.order_by(ProcedureVersionRow.procedure_key)).all()


# ---- conditions ------------------------------------------------------------------------------------------


def _parts(question: Question, spans: Spans = None) -> list[tuple[ColumnElement[bool], ...]]:
    """The dossiers of the question in heaps, each a range of one index: the open ones, those closed in each span."""
    of = in_hand(question)
    heaps = [(DossierRow.closed_at.is_(None), *of)]
    for first, past in [(question.start, None)] if spans is None else spans:
        heaps.append((*_closed(first, past), *of))
    return heaps


def _closed(first: datetime, past: datetime | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """In a span. It always has an end: of one that goes on for ever SQLite thinks that it holds everything."""
    return DossierRow.closed_at >= first, DossierRow.closed_at < (past or FAR_FUTURE)


def _heaps(
    question: Question, which: Behind, spans: Spans, after: Position | None
) -> Iterator[list[ColumnElement[bool]]]:
    """The open ones, then what was closed in each span, from the latest on: those that may stand in the column."""
    boxes, closed, place = set(CELLS[which.cell][0]), DossierRow.closed_at, (DossierRow.received_at, DossierRow.id)
    if not boxes <= set(APART) and (after is None or after.closed_at is None):
        yield [closed.is_(None), *([tuple_(*place) < tuple_(after.received_at, after.id)] if after else [])]
    behind_it = [tuple_(closed, *place) < tuple_(*after)] if after and after.closed_at else []
    for first, past in reversed([(question.start, None)] if spans is None else spans):
        begin = max(first, question.end) if boxes <= set(IN_PROGRESS) else first
        if past is None or begin < past:
            yield [*_closed(begin, past), *behind_it]


def _lapsing(
    query: Select[*tuple[Any, ...]], question: Question, first: datetime, last: datetime
) -> Select[*tuple[Any, ...]]:
    return query.where(
        DossierRow.closed_at.is_(None),
        DossierRow.decided_at.is_(None),
        DossierRow.due_at.between(first, last),
        *in_hand(question),
    )
