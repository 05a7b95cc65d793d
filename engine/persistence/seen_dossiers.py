"""The dossiers that somebody may see, newest first: the same ones as `engine.access.visible_dossiers` admits.

`dossier_unit` says which units see a dossier (one received it, decides it, supports it, has or had a task of it). The
dossiers of each unit are a heap that lies in the order of filing in an index; so are those of a procedure in it, and
the open ones. A page is the top of every heap, put together; whatever is beneath is not read, however much it is.

Words are looked for in the top of the heaps first, unless one is known to be rare. Frequent ones fill a page from
there; of rare ones the index of words knows the few dossiers that hold them. So neither is a small unit's search led
through what the whole city has, nor a search for a frequent word through all that hold it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    Uuid,
    case,
    cast,
    func,
    null,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import Session, defer

from engine.access import sees_all, units_of, visible_dossiers
from engine.model import Actor, DossierState
from engine.persistence.search import as_code, found_by, holds, rarest, reads, wanted
from engine.persistence.tables import DossierRow, DossierUnitRow
from engine.persistence.types import Moment

TOP = 3_000  # dossiers of a heap that are looked through for words
FEW = 25  # dossiers that are counted where neither the tops nor the index of words have the answer
RARE = 4_000  # dossiers that hold words which are not in the top: so many are looked at one by one
VERY_RARE = 1_000  # so few are looked at before the tops are

Position = tuple[datetime, UUID]  # (submitted_at, id) of the last dossier of a page
_Places = Sequence[Position]
_Heap = tuple[Select[datetime, UUID], SQLColumnExpression[datetime], SQLColumnExpression[UUID]]
_Of = Subquery | CTE


@dataclass(frozen=True)
class Wanted:
    """Which of the dossiers that `actor` may see are asked for: those that meet all of it and hold the words."""

    actor: Actor
    text: str = ""
    procedure_key: str = ""
    state: str = ""
    overdue_at: datetime | None = None  # only open ones whose due date lies before this moment
    conditions: Sequence[ColumnElement[bool]] = ()  # on dossiers, further

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text.strip() or self.conditions or self.met_by(DossierRow))

    def met_by(self, row: type[DossierRow | DossierUnitRow]) -> list[ColumnElement[bool]]:
        """The conditions that both tables can tell of."""
        found = []
        if self.procedure_key:
            found.append(row.procedure_key == self.procedure_key)
        if self.state:
            found.append(row.state == self.state)
        if self.overdue_at is not None:
            found.append(row.due_at < self.overdue_at)
        if self.overdue_at is not None or self.state not in ("", DossierState.CLOSED):
            found.append(row.closed_at.is_(None))  # of a state this says nothing new, but it names the index
        return found


@dataclass(frozen=True)
class Counted:
    """How many there are; at least so many, and more than that, when `more`."""

    number: int
    more: bool = False


@dataclass(frozen=True)
class _Found:
    """The first dossiers in order, and how many there are."""

    places: _Places
    counted: Counted


@dataclass(frozen=True)
class _Bounds:
    """How many dossiers a page shows, and how many are counted."""

    limit: int
    most: int

    @property
    def read(self) -> int:
        """How many are read, to know both."""
        return max(self.limit, self.most + 1)

    def take(self, places: _Places) -> _Found:
        """What they come to, when these are all, or as many as were to be read."""
        return _Found(places[: self.limit], Counted(min(len(places), self.most), more=len(places) > self.most))


def page(
    session: Session, asked: Wanted, after: Position | None, limit: int, most: int
) -> tuple[Sequence[DossierRow], Counted]:
    """The first dossiers after a position, without snapshots; and how many there are in all, counted up to `most`."""
    found = _find(session, asked, None, _Bounds(limit, most))
    shown = found if after is None else _find(session, asked, after, _Bounds(limit, 0))
    return _rows(session, shown.places), found.counted


def newest(session: Session, asked: Wanted, after: Position | None, limit: int) -> Sequence[DossierRow]:
    """The first dossiers after a position, without snapshots."""
    return _rows(session, _find(session, asked, after, _Bounds(limit, 0)).places)


def count(session: Session, asked: Wanted, most: int) -> Counted:
    """How many dossiers `newest` lists page by page; no more than `most` are counted."""
    return _find(session, asked, None, _Bounds(FEW, most)).counted


def _find(session: Session, asked: Wanted, after: Position | None, bounds: _Bounds) -> _Found:
    if not asked.text.strip():
        return _first(session, _together(_tops(asked, after, bounds.read)), bounds)
    if not wanted(asked.text):
        return _Found([], Counted(0))
    if named := _by_code(session, asked):
        return _Found(named if after is None else [], Counted(len(named)))
    return _find_words(session, asked, after, bounds)


def _find_words(session: Session, asked: Wanted, after: Position | None, bounds: _Bounds) -> _Found:
    guessed = rarest(session, asked.text)
    looks_first = guessed is not None and guessed <= VERY_RARE
    if looks_first and (rare := _by_index(session, asked, after, bounds.read)) is not None:
        return bounds.take(rare)
    places, known = _in_tops(session, asked, after, bounds.read)
    if known is None:
        return bounds.take(places)
    if len(places) >= bounds.limit and places[bounds.limit - 1][0] > known:
        return _Found(places[: bounds.limit], Counted(min(len(places) - 1, bounds.most), more=True))
    looks_now = not looks_first and (guessed is None or guessed <= RARE)
    if looks_now and (rare := _by_index(session, asked, after, bounds.read)) is not None:
        return bounds.take(rare)
    few = _Bounds(bounds.limit, min(bounds.most, FEW))
    return _first(session, _together(_tops(asked, after, few.read, by_index=True)), few)


# ---- heaps ---------------------------------------------------------------------------------------------------


def _tops(asked: Wanted, after: Position | None, limit: int, *, by_index: bool = False) -> list[Select[datetime, UUID]]:
    """The first dossiers of each heap in order, whatever words they hold (but when asked `by_index`)."""
    found = []
    for heap, moment, identifier in _heaps(asked):
        rest = heap if after is None else heap.where(tuple_(moment, identifier) < tuple_(*after))
        words = holds(identifier, asked.text) if by_index else []
        found.append(rest.where(*words).order_by(moment.desc(), identifier.desc()).limit(limit))
    return found


def _heaps(asked: Wanted) -> Iterator[_Heap]:
    actor = asked.actor
    if actor.dossier_id is None and not sees_all(actor):
        for unit in sorted(units_of(actor)):
            yield _of_unit(asked, unit), DossierUnitRow.filed_at, DossierUnitRow.dossier_id
        return
    heap = select(DossierRow.submitted_at.label("moment"), DossierRow.id.label("id"))
    heap = heap.where(*asked.met_by(DossierRow), *asked.conditions)
    if actor.dossier_id is not None:
        heap = heap.where(DossierRow.id == actor.dossier_id)
    if asked.overdue_at is None:
        yield heap, DossierRow.submitted_at, DossierRow.id
        return
    # What is overdue is old: looking for it from the newest on would read all that is not.
    few = heap.cte("overdue").prefix_with("MATERIALIZED", dialect="postgresql").c
    yield select(few.moment, few.id), few.moment, few.id


def _of_unit(asked: Wanted, unit: str) -> Select[datetime, UUID]:
    heap = select(DossierUnitRow.filed_at.label("moment"), DossierUnitRow.dossier_id.label("id"))
    heap = heap.where(DossierUnitRow.unit_code == unit, *asked.met_by(DossierUnitRow))
    if asked.conditions:
        heap = heap.join(DossierRow, DossierRow.id == DossierUnitRow.dossier_id).where(*asked.conditions)
    return heap


def _together(heaps: Sequence[Select[datetime, UUID]]) -> Subquery | None:
    """Every dossier of the heaps once; None when there are no heaps."""
    parts = [select(heap.c.moment, heap.c.id) for heap in (each.subquery() for each in heaps)]
    if len(parts) < 2:
        return parts[0].subquery() if parts else None
    return union(*parts).subquery()


# ---- words ---------------------------------------------------------------------------------------------------


def _in_tops(session: Session, asked: Wanted, after: Position | None, limit: int) -> tuple[_Places, datetime | None]:
    """The first dossiers in the tops of the heaps that hold the words; the moment down to which these are all.

    No moment: there are no others.
    """
    tops = [top.cte(f"top_{number}") for number, top in enumerate(_tops(asked, after, TOP))]
    if not tops:
        return [], None
    reading = [
        select(top.c.moment, top.c.id).join(DossierRow, DossierRow.id == top.c.id).where(*reads(asked.text))
        for top in tops
    ]
    found = (union(*reading) if len(reading) > 1 else reading[0]).subquery()
    ends = union_all(
        *(select(case((func.count() == TOP, func.min(top.c.moment))).label("last")).select_from(top) for top in tops)
    ).subquery()
    last = select(func.max(ends.c.last).label("last")).subquery()
    end = select(last.c.last, cast(null(), Uuid())).where(last.c.last.is_not(None))
    places, marks = _read(session, _ordered(found, limit), end)
    return places, next(iter(marks), None)


def _by_index(session: Session, asked: Wanted, after: Position | None, limit: int) -> _Places | None:
    """The first dossiers that hold the words, by the index of words; None when too many in the city hold them."""
    found = found_by(asked.text).limit(RARE + 1).cte("found")
    number = select(func.count()).select_from(found).scalar_subquery()
    query = (
        select(DossierRow.submitted_at.label("moment"), DossierRow.id.label("id"))
        .join(found, found.c.dossier_id == DossierRow.id)
        .where(number <= RARE, visible_dossiers(asked.actor), *asked.met_by(DossierRow), *asked.conditions)
    )
    if after is not None:
        query = query.where(tuple_(DossierRow.submitted_at, DossierRow.id) < tuple_(*after))
    too_many = select(cast(null(), Moment()), cast(null(), Uuid())).where(number > RARE)
    places, marks = _read(session, _ordered(query.subquery(), limit), too_many)
    return None if marks else places


def _by_code(session: Session, asked: Wanted) -> _Places:
    """The dossier whose code is asked for: nothing else is looked for then."""
    if not (code := as_code(asked.text)):
        return []
    named = select(DossierRow.submitted_at, DossierRow.id).where(DossierRow.code == code)
    met = named.where(visible_dossiers(asked.actor), *asked.met_by(DossierRow), *asked.conditions)
    return [(moment, identifier) for moment, identifier in session.execute(met)]


# ---- answers -------------------------------------------------------------------------------------------------


def _ordered(places: _Of, limit: int) -> Select[datetime, UUID]:
    query = select(places.c.moment, places.c.id)
    return query.order_by(places.c.moment.desc(), places.c.id.desc()).limit(limit)


def _first(session: Session, places: Subquery | None, bounds: _Bounds) -> _Found:
    """The first places and how many there are, counted by the database: these may be many."""
    if places is None:
        return _Found([], Counted(0))
    every = select(places).cte("places")
    number = select(func.count()).select_from(select(every.c.id).limit(bounds.most + 1).subquery())
    query = _ordered(every, bounds.limit).add_columns(number.scalar_subquery())
    rows = session.execute(query).all()
    there = rows[0][2] if rows else 0
    found = [(moment, identifier) for moment, identifier, _number in rows]
    return _Found(found, Counted(min(there, bounds.most), more=there > bounds.most))


def _read(
    session: Session, places: Select[datetime, UUID], mark: Select[Any, Any]
) -> tuple[_Places, Sequence[datetime | None]]:
    """Places in order, and what the mark says that comes with them: one statement for both."""
    first = places.subquery()
    rows = session.execute(union_all(select(first.c.moment, first.c.id), mark)).all()
    found = [(moment, identifier) for moment, identifier in rows if identifier is not None]
    return sorted(found, reverse=True), [moment for moment, identifier in rows if identifier is None]


def _rows(session: Session, places: _Places) -> Sequence[DossierRow]:
    if not places:
        return []
    rows = select(DossierRow).where(DossierRow.id.in_([identifier for _moment, identifier in places]))
    return session.scalars(
        rows.order_by(DossierRow.submitted_at.desc(), DossierRow.id.desc()).options(defer(DossierRow.snapshot))
    ).all()
