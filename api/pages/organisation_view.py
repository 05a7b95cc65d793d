"""What the pages of the organisation show: the tree of a day, a unit, a person."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.pages.picking import unit_name
from engine.model import Role, TaskState
from engine.organisation import people
from engine.organisation.validity import counts_on
from engine.persistence.tables import DossierRow, MandateRow, PersonRow, RoleRow, StandInRow, TaskRow, UnitRow


@dataclass
class Node:
    """A unit in the tree of a day, with how many people work there and how many tasks are open."""

    unit: UnitRow
    name: str
    people: int = 0
    tasks: int = 0
    under: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Queue:
    """A queue of a unit: how many tasks are open, how many of them are taken, how many people work on it today."""

    role: str
    count: int
    taken: int
    able: int


@dataclass(frozen=True)
class Cover:
    """A stand-in as a list shows it."""

    row: StandInRow
    person: PersonRow
    absent: PersonRow


def tree(session: Session, day: date) -> list[Node]:
    """The units of the day, each under its parent; one whose parent is not of that day stands at the top."""
    rows = session.scalars(select(UnitRow).where(*counts_on(UnitRow, day)).order_by(UnitRow.code)).all()
    held = select(RoleRow.unit_code, func.count(RoleRow.person_id.distinct())).where(*counts_on(RoleRow, day))
    staff = _counted(session, held.group_by(RoleRow.unit_code))
    opened = select(TaskRow.unit_code, func.count()).where(TaskRow.state == TaskState.OPEN)
    tasks = _counted(session, opened.group_by(TaskRow.unit_code))
    nodes = {row.code: Node(row, unit_name(row), staff.get(row.code, 0), tasks.get(row.code, 0)) for row in rows}
    tops: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.unit.parent_code or "")
        (above.under if above else tops).append(node)
    return tops


def queues(session: Session, code: str, today: date) -> list[Queue]:
    """The queues of a unit that hold open tasks."""
    taken = func.count(TaskRow.assignee_id)
    rows = (
        select(TaskRow.role, func.count(), taken)
        .where(TaskRow.unit_code == code, TaskRow.state == TaskState.OPEN, TaskRow.role != Role.APPLICANT)
        .group_by(TaskRow.role)
        .order_by(TaskRow.role)
    )
    return [
        Queue(role, count, held, len(people.holders(session, Role(role), code, today)))
        for role, count, held in session.execute(rows)
    ]


def staff(session: Session, code: str, day: date) -> Sequence[tuple[RoleRow, PersonRow]]:
    """Who holds which role in the unit on the day, by role and name."""
    rows = (
        select(RoleRow, PersonRow)
        .join(PersonRow, PersonRow.id == RoleRow.person_id)
        .where(RoleRow.unit_code == code, PersonRow.active.is_(True), *counts_on(RoleRow, day))
        .order_by(RoleRow.role, PersonRow.name)
    )
    return [(held, person) for held, person in session.execute(rows)]


def covers(session: Session, rows: Sequence[StandInRow]) -> list[Cover]:
    """Stand-ins with the people concerned."""
    identifiers = {one for row in rows for one in (row.person_id, row.absent_id)}
    found = {row.id: row for row in session.scalars(select(PersonRow).where(PersonRow.id.in_(identifiers)))}
    return [Cover(row, found[row.person_id], found[row.absent_id]) for row in rows]


def covers_in(session: Session, code: str, day: date) -> list[Cover]:
    """Stand-ins for people of the unit that have not ended before the day."""
    here = select(RoleRow.person_id).where(RoleRow.unit_code == code, *counts_on(RoleRow, day))
    rows = select(StandInRow).where(StandInRow.absent_id.in_(here), StandInRow.valid_to >= day)
    return covers(session, session.scalars(rows.order_by(StandInRow.valid_from)).all())


def roles_of(session: Session, person: PersonRow) -> Sequence[tuple[RoleRow, UnitRow]]:
    """Every post that a person holds or held, the newest first."""
    rows = (
        select(RoleRow, UnitRow)
        .join(UnitRow, UnitRow.code == RoleRow.unit_code)
        .where(RoleRow.person_id == person.id)
        .order_by(RoleRow.valid_to.is_not(None), RoleRow.valid_to.desc(), RoleRow.unit_code, RoleRow.role)
    )
    return [(held, unit) for held, unit in session.execute(rows)]


def taken(session: Session, person: PersonRow) -> Sequence[tuple[TaskRow, DossierRow]]:
    """The open tasks that a person has taken, due first."""
    rows = (
        select(TaskRow, DossierRow)
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .where(TaskRow.assignee_id == person.id, TaskRow.state == TaskState.OPEN)
        .order_by(TaskRow.due_at, TaskRow.id)
        .limit(100)
    )
    return [(task, dossier) for task, dossier in session.execute(rows)]


def delegates(session: Session, rows: Sequence[MandateRow]) -> Mapping[str, str]:
    """The names of the people whom mandates are given to, by the person's id as text."""
    identifiers = {row.person_id for row in rows if row.person_id}
    found = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(identifiers)))
    return defaultdict(str, {str(row.id): row.name for row in found})


def _counted(session: Session, query: object) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(query)}  # type: ignore[call-overload]
