"""What occurs in an inbox, for its filters to choose from: steps, procedures, units, places, who has taken tasks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Uuid, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from engine.persistence.tables import FAR_FUTURE, PersonRow, ProcedureRow, TaskRow, UnitRow
from engine.persistence.tasks import Assignees, InboxFilter, branches, narrow
from engine.persistence.types import Moment

MOST_LOOKED_THROUGH = 2_000  # tasks of a branch, those due first, that choices are offered from
Names = tuple[str, str]  # in Vietnamese, in English


@dataclass(frozen=True)
class Occurring:
    """What occurs, each with its names."""

    steps: Mapping[tuple[str, str], Names] = field(default_factory=dict)  # by procedure and element
    procedures: Mapping[str, Names] = field(default_factory=dict)
    units: Mapping[str, Names] = field(default_factory=dict)
    points: Mapping[str, Names] = field(default_factory=dict)  # units that received the dossiers
    takers: Mapping[UUID, str] = field(default_factory=dict)


def occurring(session: Session, people: Assignees, queues: Collection[str], narrowed: InboxFilter) -> Occurring:
    """What occurs in the box that the filter is of, with nothing left out but by the due date: one statement."""
    whole = InboxFilter(
        due_before=narrowed.due_before,
        mine=narrowed.mine,
        queues=narrowed.queues,
        everyone_in=narrowed.everyone_in,
    )
    parts = [_first(condition, whole) for condition in branches(people, queues, whole)]
    if not parts:
        return Occurring()
    tasks = union_all(*parts).cte("box")
    return _sorted_out(session.execute(union_all(*_parts(tasks))).all())


def _sorted_out(rows: Sequence[Any]) -> Occurring:
    steps: dict[tuple[str, str], Names] = {}
    named: dict[str, dict[str, Names]] = {"procedure": {}, "unit": {}, "point": {}}
    takers: dict[UUID, str] = {}
    for kind, key, element, vi, en, who, _opened in sorted(rows, key=_age):
        if kind == "step":
            steps[key, element] = (vi, en)  # of a step that was renamed, the name that it had last
        elif kind == "taker":
            takers[who] = vi
        else:
            named[kind][key] = (vi, en)
    return Occurring(steps, named["procedure"], named["unit"], named["point"], takers)


def _age(row: Any) -> datetime:
    return row.opened or FAR_FUTURE


def _first(condition: ColumnElement[bool], whole: InboxFilter) -> Any:
    """The tasks of a branch that are looked through."""
    columns = (TaskRow.procedure_key, TaskRow.element_id, TaskRow.name_vi, TaskRow.name_en, TaskRow.opened_at)
    places = (TaskRow.unit_code, TaskRow.receiving_unit, TaskRow.assignee_id)
    query = narrow(select(*columns, *places).where(condition), whole)
    return query.order_by(TaskRow.due_at, TaskRow.id).limit(MOST_LOOKED_THROUGH).subquery().select()


def _parts(box: CTE) -> Iterator[Any]:
    """Each kind of choice: (kind, key, element, name_vi, name_en, person, when it was opened last)."""
    task, no_text, nobody, never = box.c, literal(""), cast(null(), Uuid()), cast(null(), Moment())
    of_step = (task.procedure_key, task.element_id, task.name_vi, task.name_en)
    last = func.max(task.opened_at).label("opened")
    yield select(literal("step"), *of_step, nobody, last).group_by(*of_step)
    for kind, row, key, name, said in (
        ("procedure", ProcedureRow, ProcedureRow.key, ProcedureRow.title_vi, task.procedure_key),
        ("unit", UnitRow, UnitRow.code, UnitRow.name_vi, task.unit_code),
        ("point", UnitRow, UnitRow.code, UnitRow.name_vi, task.receiving_unit),
    ):
        english = ProcedureRow.title_en if row is ProcedureRow else UnitRow.name_en
        yield select(literal(kind), key, no_text, name, english, nobody, never).where(key.in_(select(said)))
    taker = PersonRow.id, never
    people = select(literal("taker"), no_text, no_text, PersonRow.name, no_text, *taker)
    yield people.where(PersonRow.id.in_(select(task.assignee_id)))
