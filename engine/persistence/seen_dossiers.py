"""The dossiers that somebody may see, newest first: the same ones as `engine.access.visible_dossiers` admits.

Each way to see a dossier (its unit received it, decides it, supports it, has or had a task of it) is a heap that lies
in the order of filing in an index of its own. A page is the top of every heap, put together; whatever is beneath is
not read, however much it is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_, union
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from engine.access import sees_all, units_of
from engine.model import Actor
from engine.persistence.tables import DossierRow, TaskRow

Conditions = Sequence[ColumnElement[bool]]
Position = tuple[datetime, UUID]  # (submitted_at, id) of the last dossier of a page
_Heap = tuple[Select[datetime, UUID], InstrumentedAttribute[datetime], InstrumentedAttribute[UUID]]


def newest(
    session: Session, actor: Actor, conditions: Conditions, after: Position | None, limit: int
) -> Sequence[DossierRow]:
    """The first dossiers after a position that the actor may see and that meet the conditions, without snapshots."""
    heaps = _tops(actor, conditions, after, limit)
    if not heaps:
        return []
    top = union(*heaps).subquery() if len(heaps) > 1 else heaps[0].subquery()
    wanted = select(top.c.id).order_by(top.c.moment.desc(), top.c.id.desc()).limit(limit)
    rows = select(DossierRow).where(DossierRow.id.in_(wanted))
    return session.scalars(
        rows.order_by(DossierRow.submitted_at.desc(), DossierRow.id.desc()).options(defer(DossierRow.snapshot))
    ).all()


def count(session: Session, actor: Actor, conditions: Conditions, most: int) -> int:
    """How many dossiers `newest` lists in all, up to `most`."""
    heaps = _tops(actor, conditions, None, most)
    if not heaps:
        return 0
    every = union(*heaps).subquery() if len(heaps) > 1 else heaps[0].subquery()
    return session.scalar(select(func.count()).select_from(select(every.c.id).limit(most).subquery())) or 0


def _tops(actor: Actor, conditions: Conditions, after: Position | None, limit: int) -> list[Select[datetime, UUID]]:
    found = []
    for heap, moment, identifier in _heaps(actor, conditions):
        rest = heap if after is None else heap.where(tuple_(moment, identifier) < tuple_(*after))
        ordered = rest.order_by(moment.desc(), identifier.desc()).limit(limit).subquery()
        found.append(select(ordered.c.moment, ordered.c.id))
    return found


def _heaps(actor: Actor, conditions: Conditions) -> Iterator[_Heap]:
    of_dossiers = select(DossierRow.submitted_at.label("moment"), DossierRow.id.label("id")).where(*conditions)
    place = DossierRow.submitted_at, DossierRow.id
    if actor.dossier_id is not None:
        yield of_dossiers.where(DossierRow.id == actor.dossier_id), *place
        return
    if sees_all(actor):
        yield of_dossiers, *place
        return
    of_tasks = select(TaskRow.filed_at.label("moment"), TaskRow.dossier_id.label("id")).distinct()
    if conditions:
        of_tasks = of_tasks.join(DossierRow, DossierRow.id == TaskRow.dossier_id).where(*conditions)
    for unit in sorted(units_of(actor)):
        for column in (DossierRow.receiving_unit, DossierRow.competent_unit, DossierRow.support_unit):
            yield of_dossiers.where(column == unit), *place
        yield of_tasks.where(TaskRow.unit_code == unit), TaskRow.filed_at, TaskRow.dossier_id
