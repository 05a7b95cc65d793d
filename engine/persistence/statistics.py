"""Counts dossiers for report II.06a, and lists the dossiers behind each number by the very same conditions."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, select, tuple_
from sqlalchemy.orm import Session

from engine.persistence.statistics_boxes import (
    APART,
    CELLS,
    IN_PROGRESS,
    KEYS,
    ON_FIRST_COUNT,
    RESOLVED,
    Box,
    Grouping,
    Origin,
    Question,
    asked_about,
    box_of,
    decided_and_open,
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
_BOXES, _ORIGINS = tuple(Box), tuple(Origin)
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
    query = select(KEYS[by].label("key"), _place(session, question), func.count().label("number"))
    query = query.group_by("key", "place")
    parts = _parts(question, spans)
    return [_tally(row.key, row.place, row.number) for part in parts for row in session.execute(query.where(*part))]


def _place(session: Session, question: Question) -> ColumnElement[int]:
    """The box in which a dossier stands and the way in which it came, as one number."""
    return (box_of(session, question) * len(Origin) + origin_of(question)).label("place")


def _tally(key: str, place: int, number: int) -> Tally:
    return Tally(key, _BOXES[place // len(_ORIGINS)], _ORIGINS[place % len(_ORIGINS)], number)


class Resolved(NamedTuple):
    """So many dossiers of a row that were received on one day and resolved on another, in time or overdue.

    `received` is None where the clock stood still, was restarted or extended: the days between the two are not days
    used.
    """

    key: str
    received: date | None
    resolved: date
    overdue: bool
    number: int


def resolved(session: Session, question: Question, by: Grouping, spans: Spans = None) -> list[Resolved]:
    """What was resolved in the period."""
    heaps = _parts(question, spans)
    heaps[0] = (*heaps[0], decided_and_open)
    return [one for part in heaps for one in resolved_of(session, question, by, *part)]


def resolved_of(session: Session, question: Question, by: Grouping, *conditions: ColumnElement[bool]) -> list[Resolved]:
    """What was resolved before the end of the period, of those dossiers that meet the conditions."""
    received = case((ON_FIRST_COUNT, local_day(session, question, DossierRow.received_at)))
    day, late = local_day(session, question, resolved_at), case((overdue(session), 1), else_=0)
    groups = {"key": KEYS[by], "received": received, "day": day, "late": late}
    columns = [column.label(name) for name, column in groups.items()]
    query = select(*columns, func.count().label("number")).where(resolved_in(question), *conditions).group_by(*groups)
    return [
        Resolved(row.key, _day(row.received), on, bool(row.late), row.number)
        for row in session.execute(query)
        if (on := _day(row.day)) is not None
    ]


def tallies_and_resolved(
    session: Session,
    question: Question,
    by: Grouping,
    since: datetime,
    spans: Sequence[tuple[datetime, datetime | None]],
) -> tuple[list[Tally], list[Resolved]]:
    """`tallies` of a question, and what was `resolved` from an earlier moment on: both from one reading."""
    day = case((resolved_in(question), local_day(session, question, resolved_at)))
    received = case((and_(resolved_in(question), ON_FIRST_COUNT), local_day(session, question, DossierRow.received_at)))
    groups = [KEYS[by].label("key"), _place(session, question), received.label("received"), day.label("day")]
    query = select(*groups, func.count().label("number")).group_by("key", "place", "received", "day")
    began = question.start.astimezone(question.zone).date()
    counts: Counter[tuple[str, int]] = Counter()
    found: list[Resolved] = []
    parts = zip(_parts(replace(question, start=since), spans), [None, *(past for _first, past in spans)], strict=True)
    for part, past in parts:
        in_hand = past is None or past > question.start
        for row in session.execute(query.where(*part)):
            on = _day(row.day)
            if in_hand and (on is None or on >= began):
                counts[row.key, row.place] += row.number
            if on is not None:
                late = _BOXES[row.place // len(_ORIGINS)] in (Box.LATE, Box.EXTENDED)
                found.append(Resolved(row.key, _day(row.received), on, late, row.number))
    return [_tally(*place, number) for place, number in counts.items()], found


def _day(told: object) -> date | None:
    """A day as the database tells it: SQLite does so in words."""
    return told if told is None or isinstance(told, date) else date.fromisoformat(str(told))


class Position(NamedTuple):
    """Where a dossier stands in the list behind a number: open ones first, then by closing, the latest first."""

    closed_at: datetime | None
    received_at: datetime
    id: UUID


_SHOWN = (
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
)


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
    place = (DossierRow.closed_at, DossierRow.received_at, DossierRow.id)
    # which ones they are is told by an index alone; only those are read that are shown
    ordered = select(DossierRow.id, box).where(*which.conditions(question, box))
    ordered = ordered.order_by(*(column.desc() for column in place))
    found: list[Row[Any]] = []
    for heap in _heaps(question, which, spans, after):
        if len(found) < limit:
            shown = ordered.where(*heap).limit(limit - len(found)).subquery()
            rows = select(*_SHOWN, shown.c.box).join(shown, shown.c.id == DossierRow.id)
            found += session.execute(rows.order_by(*(column.desc() for column in place))).all()
    return found


def counted(session: Session, question: Question, which: "Behind", spans: Spans = None) -> int:
    """How many dossiers one number of the report counts: the same as `behind` lists."""
    conditions = which.conditions(question, box_of(session, question))
    query = select(func.count()).select_from(DossierRow).where(*conditions)
    return sum(session.scalar(query.where(*heap)) or 0 for heap in _heaps(question, which, spans))


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


def lapsing(
    session: Session, question: Question, spans: tuple[datetime, datetime, datetime], limit: int
) -> Sequence[Any]:
    """The undecided dossiers that lapse from a moment up to another and then up to a third, nearest first.

    (id, code, procedure_key, due_at, before, behind): the last two are how many lapse in each of both spans, in all.
    """
    first, middle, last = spans
    due = DossierRow.due_at
    query = select(
        DossierRow.id,
        DossierRow.code,
        DossierRow.procedure_key,
        due,
        func.count().filter(due <= middle).over().label("before"),
        func.count().filter(due > middle).over().label("behind"),
    ).where(
        DossierRow.closed_at.is_(None),
        DossierRow.decided_at.is_(None),
        due.between(first, last),
        *asked_about(question, only_open=True),
    )
    return session.execute(query.order_by(due).limit(limit)).all()


def procedures_in_use(session: Session) -> list[tuple[str, UUID]]:
    """The key of every procedure with the id of its newest version, by key."""
    newest = (
        select(ProcedureVersionRow.procedure_key, func.max(ProcedureVersionRow.number).label("number"))
        .group_by(ProcedureVersionRow.procedure_key)
        .subquery()
    )
    query = select(ProcedureVersionRow.procedure_key, ProcedureVersionRow.id).join(
        newest,
        and_(
            newest.c.procedure_key == ProcedureVersionRow.procedure_key, newest.c.number == ProcedureVersionRow.number
        ),
    )
    return [(key, identifier) for key, identifier in session.execute(query.order_by(ProcedureVersionRow.procedure_key))]


def facts_of(session: Session, versions: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What deployed versions say of themselves (procedure.toml), by id."""
    rows = select(ProcedureVersionRow.id, ProcedureVersionRow.facts).where(ProcedureVersionRow.id.in_(versions))
    return {row.id: row.facts for row in session.execute(rows)}


# ---- conditions ------------------------------------------------------------------------------------------


def _parts(question: Question, spans: Spans = None) -> list[tuple[ColumnElement[bool], ...]]:
    """The dossiers of the question in heaps, each a range of one index: the open ones, those closed in each span."""
    heaps = [(DossierRow.closed_at.is_(None), *in_hand(question, only_open=True))]
    for first, past in [(question.start, None)] if spans is None else spans:
        heaps.append((*_closed(first, past), *in_hand(question)))
    return heaps


def _closed(first: datetime, past: datetime | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """In a span. It always has an end: of one that goes on for ever SQLite thinks that it holds everything."""
    return DossierRow.closed_at >= first, DossierRow.closed_at < (past or FAR_FUTURE)


def _heaps(
    question: Question, which: Behind, spans: Spans, after: Position | None = None
) -> Iterator[list[ColumnElement[bool]]]:
    """The open ones, then what was closed in each span, from the latest on: those that may stand in the column."""
    boxes, closed, place = set(CELLS[which.cell][0]), DossierRow.closed_at, (DossierRow.received_at, DossierRow.id)
    if not boxes <= set(APART) and (after is None or after.closed_at is None):
        of_open = [closed.is_(None), *in_hand(question, only_open=True)]
        if boxes <= set(RESOLVED):
            of_open.append(decided_and_open)
        yield [*of_open, *([tuple_(*place) < tuple_(after.received_at, after.id)] if after else [])]
    behind_it = [tuple_(closed, *place) < tuple_(*after)] if after and after.closed_at else []
    for first, past in reversed([(question.start, None)] if spans is None else spans):
        begin = max(first, question.end) if boxes <= set(IN_PROGRESS) else first
        if past is None or begin < past:
            yield [*_closed(begin, past), *in_hand(question), *behind_it]
