"""The dossiers that somebody may see, newest first: the same ones as `engine.access.visible_dossiers` admits.

`dossier_unit` says which units see a dossier (one received it, decides it, supports it, has or had a task of it). The
dossiers of each unit are a heap that lies in the order of filing in an index; so are those of a procedure in it, and
the open ones. A page is the top of every heap, put together; whatever is beneath is not read, however much it is.

Words are looked for in the top of the heaps first. Frequent ones fill a page from there; of rare ones the index of
words knows the few dossiers that hold them. So neither is a small unit's search led through what the whole city has,
nor a search for a frequent word through all that hold it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, select, tuple_, union, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from engine.access import sees_all, units_of, visible_dossiers
from engine.model import Actor
from engine.persistence.search import as_code, found_by, holds, reads, wanted
from engine.persistence.tables import DossierRow, DossierUnitRow

TOP = 3_000  # dossiers of a heap that are looked through for words
FEW = 25  # dossiers that are counted where neither the tops nor the index of words have the answer
RARE = 10_000  # dossiers that hold words which are not in the top: so many are looked at one by one

Position = tuple[datetime, UUID]  # (submitted_at, id) of the last dossier of a page
_Heap = tuple[Select[datetime, UUID], InstrumentedAttribute[datetime], InstrumentedAttribute[UUID]]


@dataclass(frozen=True)
class Wanted:
    """Which of the dossiers that `actor` may see are asked for: those that meet the conditions and hold the words."""

    actor: Actor
    conditions: Sequence[ColumnElement[bool]] = ()  # on dossiers
    text: str = ""
    procedure_key: str = ""
    only_open: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.conditions or self.procedure_key or self.only_open or self.text.strip())

    @property
    def every_condition(self) -> list[ColumnElement[bool]]:
        """All of it but the words, said of dossiers."""
        procedure = [DossierRow.procedure_key == self.procedure_key] if self.procedure_key else []
        return [*procedure, *([DossierRow.closed_at.is_(None)] if self.only_open else []), *self.conditions]


@dataclass(frozen=True)
class Counted:
    """How many there are; at least so many, and more than that, when `more`."""

    number: int
    more: bool = False


def newest(session: Session, asked: Wanted, after: Position | None, limit: int) -> Sequence[DossierRow]:
    """The first dossiers after a position, without snapshots."""
    if not asked.text.strip():
        return _rows(session, _together(_tops(asked, after, limit)), limit)
    if named := _by_code(session, asked):
        return named if after is None else []
    rows = _rows(session, _together(_read_in_tops(asked, after)), limit)
    known = _known_down_to(session, asked, after)
    if known is None or (len(rows) == limit and rows[-1].submitted_at > known):
        return rows
    if _are_rare(session, asked.text):
        return _rows(session, _after(_by_index(asked), after), limit)
    return _rows(session, _together(_tops(asked, after, limit, by_index=True)), limit)


def count(session: Session, asked: Wanted, most: int) -> Counted:
    """How many dossiers `newest` lists page by page; no more than `most` are counted."""
    if not asked.text.strip():
        return _counted(session, _together(_tops(asked, None, most + 1)), most)
    if named := _by_code(session, asked):
        return Counted(len(named))
    in_tops = _counted(session, _together(_read_in_tops(asked, None)), most)
    if in_tops.more or _known_down_to(session, asked, None) is None:
        return in_tops
    if _are_rare(session, asked.text):
        return _counted(session, _by_index(asked), most)
    if in_tops.number:
        return Counted(in_tops.number - 1, more=True)
    few = min(most, FEW)
    return _counted(session, _together(_tops(asked, None, few + 1, by_index=True)), few)


# ---- heaps ---------------------------------------------------------------------------------------------------


def _tops(asked: Wanted, after: Position | None, limit: int, *, by_index: bool = False) -> list[Subquery]:
    """The first dossiers of each heap in order, whatever words they hold (but when asked `by_index`)."""
    found = []
    for heap, moment, identifier in _heaps(asked):
        rest = heap if after is None else heap.where(tuple_(moment, identifier) < tuple_(*after))
        words = holds(identifier, asked.text) if by_index else []
        found.append(rest.where(*words).order_by(moment.desc(), identifier.desc()).limit(limit).subquery())
    return found


def _heaps(asked: Wanted) -> Iterator[_Heap]:
    actor = asked.actor
    of_all = select(DossierRow.submitted_at.label("moment"), DossierRow.id.label("id")).where(*asked.every_condition)
    place = DossierRow.submitted_at, DossierRow.id
    if actor.dossier_id is not None:
        yield of_all.where(DossierRow.id == actor.dossier_id), *place
    elif sees_all(actor):
        yield of_all, *place
    else:
        for unit in sorted(units_of(actor)):
            yield _of_unit(asked, unit), DossierUnitRow.filed_at, DossierUnitRow.dossier_id


def _of_unit(asked: Wanted, unit: str) -> Select[datetime, UUID]:
    heap = select(DossierUnitRow.filed_at.label("moment"), DossierUnitRow.dossier_id.label("id"))
    heap = heap.where(DossierUnitRow.unit_code == unit)
    if asked.procedure_key:
        heap = heap.where(DossierUnitRow.procedure_key == asked.procedure_key)
    if asked.only_open:
        heap = heap.where(DossierUnitRow.closed_at.is_(None))
    if asked.conditions:
        heap = heap.join(DossierRow, DossierRow.id == DossierUnitRow.dossier_id).where(*asked.every_condition)
    return heap


def _together(heaps: Sequence[Subquery]) -> Subquery | None:
    """Every dossier of the heaps once; None when there are no heaps."""
    parts = [select(heap.c.moment, heap.c.id) for heap in heaps]
    if len(parts) < 2:
        return parts[0].subquery() if parts else None
    return union(*parts).subquery()


# ---- words ---------------------------------------------------------------------------------------------------


def _read_in_tops(asked: Wanted, after: Position | None) -> list[Subquery]:
    """The dossiers in the top of each heap that hold the words."""
    return [
        select(top.c.moment, top.c.id).join(DossierRow, DossierRow.id == top.c.id).where(*reads(asked.text)).subquery()
        for top in _tops(asked, after, TOP)
    ]


def _known_down_to(session: Session, asked: Wanted, after: Position | None) -> datetime | None:
    """The moment down to which the tops hold everything; None when they hold it all."""
    if not wanted(asked.text):
        return None
    tops = [
        select(func.count().label("size"), func.min(top.c.moment).label("last")) for top in _tops(asked, after, TOP)
    ]
    ends = [last for size, last in session.execute(union_all(*tops)) if size == TOP] if tops else []
    return max(ends, default=None)


def _by_code(session: Session, asked: Wanted) -> Sequence[DossierRow]:
    """The dossier whose code is asked for: nothing else is looked for then."""
    if not (code := as_code(asked.text)):
        return []
    named = select(DossierRow).where(DossierRow.code == code, visible_dossiers(asked.actor), *asked.every_condition)
    return session.scalars(named.options(defer(DossierRow.snapshot))).all()


def _are_rare(session: Session, text: str) -> bool:
    some = found_by(text).limit(RARE + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= RARE


def _by_index(asked: Wanted) -> Subquery:
    """All dossiers that hold the words, by the index; for words that few hold."""
    found = found_by(asked.text).limit(RARE).cte("found")
    of_dossiers = (
        select(DossierRow.submitted_at.label("moment"), DossierRow.id.label("id"))
        .join(found, found.c.dossier_id == DossierRow.id)
        .where(*asked.every_condition)
    )
    if asked.actor.dossier_id is not None:
        return of_dossiers.where(DossierRow.id == asked.actor.dossier_id).subquery()
    if sees_all(asked.actor):
        return of_dossiers.subquery()
    seen = exists().where(
        DossierUnitRow.dossier_id == DossierRow.id, DossierUnitRow.unit_code.in_(sorted(units_of(asked.actor)))
    )
    return of_dossiers.where(seen).subquery()


# ---- answers -------------------------------------------------------------------------------------------------


def _after(places: Subquery, after: Position | None) -> Subquery:
    query = select(places.c.moment, places.c.id)
    return (query if after is None else query.where(tuple_(places.c.moment, places.c.id) < tuple_(*after))).subquery()


def _rows(session: Session, places: Subquery | None, limit: int) -> Sequence[DossierRow]:
    if places is None:
        return []
    chosen = select(places.c.id).order_by(places.c.moment.desc(), places.c.id.desc()).limit(limit)
    rows = select(DossierRow).where(DossierRow.id.in_(chosen))
    return session.scalars(
        rows.order_by(DossierRow.submitted_at.desc(), DossierRow.id.desc()).options(defer(DossierRow.snapshot))
    ).all()


def _counted(session: Session, places: Subquery | None, most: int) -> Counted:
    if places is None:
        return Counted(0)
    some = select(places.c.id).limit(most + 1).subquery()
    number = session.scalar(select(func.count()).select_from(some)) or 0
    return Counted(min(number, most), more=number > most)
