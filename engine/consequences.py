"""What it would mean to close a unit or to let somebody leave: tasks, people, papers, and queues left with nobody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError
from engine.model import Role, TaskState
from engine.organisation import people, standins
from engine.organisation.validity import counts_on
from engine.persistence.tables import DossierRow, MandateRow, PersonRow, RoleRow, StandInRow, TaskRow, UnitRow

Queue = tuple[Role, str]


@dataclass(frozen=True)
class QueueMove:
    """So many open tasks of a queue, and how many people would work on the queue that they go to."""

    role: Role
    unit: str
    count: int
    able: int


@dataclass(frozen=True)
class Closing:
    """What closing a unit means: its queues, its dossiers, those who work there, what lies under it, its mandates."""

    unit: UnitRow
    queues: Sequence[QueueMove]
    dossiers: int
    staff: Sequence[tuple[RoleRow, PersonRow]]
    under: Sequence[UnitRow]
    mandates: Sequence[MandateRow]

    @property
    def ownerless(self) -> list[QueueMove]:
        """Queues with tasks that nobody of the successor works on."""
        return [queue for queue in self.queues if not queue.able]


@dataclass(frozen=True)
class Leaving:
    """What somebody's leaving means: the roles, what they have taken, queues nobody else works on, papers, cover."""

    person: PersonRow
    roles: Sequence[RoleRow]
    taken: Sequence[tuple[TaskRow, DossierRow]]
    alone: Sequence[QueueMove]
    mandates: Sequence[MandateRow]
    cover: Sequence[StandInRow]


def look_at_closing(
    session: Session, code: str, last_day: date, successor: str = "", *, staff_moves: bool = False
) -> Closing:
    """What closing the unit would mean; `staff_moves` takes its people along to the successor."""
    unit = session.get_one(UnitRow, code)
    staff = _staff(session, code, last_day)
    roles_along = {row.role for row, _person in staff} if staff_moves and successor else set()
    queues = [
        replace(move, able=move.able + (move.role.value in roles_along))
        for move in _queues(session, {code}, last_day + timedelta(days=1), instead=successor)
    ]
    places = or_(DossierRow.receiving_unit == code, DossierRow.competent_unit == code, DossierRow.support_unit == code)
    count = select(func.count()).select_from(DossierRow).where(places, DossierRow.closed_at.is_(None))
    under = select(UnitRow).where(UnitRow.parent_code == code, *counts_on(UnitRow, last_day + timedelta(days=1)))
    papers = select(MandateRow).where(
        or_(MandateRow.unit_code == code, MandateRow.delegate_unit == code),
        or_(MandateRow.valid_to.is_(None), MandateRow.valid_to > last_day),
    )
    return Closing(
        unit,
        queues,
        session.scalar(count) or 0,
        staff,
        session.scalars(under.order_by(UnitRow.code)).all(),
        session.scalars(papers.order_by(MandateRow.valid_from)).all(),
    )


def look_at_leaving(session: Session, username: str, last_day: date, only: Queue | None = None) -> Leaving:
    """What it would mean that somebody leaves after that day; with `only`, that they give up this one role."""
    person = people.get_person(session, username)
    held = select(RoleRow).where(RoleRow.person_id == person.id)
    held = held.where(or_(RoleRow.valid_to.is_(None), RoleRow.valid_to >= last_day))
    if only is not None:
        held = held.where(RoleRow.role == only[0].value, RoleRow.unit_code == only[1])
    roles = session.scalars(held.order_by(RoleRow.unit_code, RoleRow.role)).all()
    tasks = (
        select(TaskRow, DossierRow)
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .where(TaskRow.assignee_id == person.id, TaskRow.state == TaskState.OPEN)
        .order_by(TaskRow.due_at, TaskRow.id)
    )
    if only is not None:
        tasks = tasks.where(TaskRow.role == only[0].value, TaskRow.unit_code == only[1])
    papers = select(MandateRow).where(
        MandateRow.person_id == person.id, or_(MandateRow.valid_to.is_(None), MandateRow.valid_to > last_day)
    )
    mine = {(row.role, row.unit_code) for row in roles}
    moves = _queues(session, {row.unit_code for row in roles}, last_day + timedelta(days=1), without=person.id)
    return Leaving(
        person,
        roles,
        [(task, dossier) for task, dossier in session.execute(tasks)],
        [move for move in moves if not move.able and (move.role.value, move.unit) in mine],
        session.scalars(papers.order_by(MandateRow.valid_from)).all() if only is None else [],
        standins.concerning(session, person.id, last_day + timedelta(days=1)) if only is None else [],
    )


def _staff(session: Session, code: str, last_day: date) -> list[tuple[RoleRow, PersonRow]]:
    rows = (
        select(RoleRow, PersonRow)
        .join(PersonRow, PersonRow.id == RoleRow.person_id)
        .where(RoleRow.unit_code == code, or_(RoleRow.valid_to.is_(None), RoleRow.valid_to >= last_day))
        .order_by(RoleRow.role, PersonRow.name)
    )
    return [(held, person) for held, person in session.execute(rows)]


def _queues(
    session: Session, units: Collection[str], day: date, *, instead: str = "", without: UUID | None = None
) -> list[QueueMove]:
    """The queues of the units that hold open tasks, with how many people work there (or `instead`) on that day."""
    counted = (
        select(TaskRow.role, TaskRow.unit_code, func.count())
        .where(TaskRow.unit_code.in_(units), TaskRow.state == TaskState.OPEN, TaskRow.role != Role.APPLICANT)
        .group_by(TaskRow.role, TaskRow.unit_code)
        .order_by(TaskRow.unit_code, TaskRow.role)
    )
    found = []
    for role, unit, count in session.execute(counted):
        able = people.holders(session, Role(role), instead or unit, day)
        found.append(QueueMove(Role(role), unit, count, sum(person.id != without for person in able)))
    return found


def nobody(queues: Sequence[QueueMove], successor: str = "") -> ConflictError:
    """The refusal that names the queues and the way on."""
    listed = ", ".join(f"{move.unit}/{move.role} ({move.count})" for move in queues)
    where = f" tại {successor}" if successor else ""
    details: Mapping[str, object] = {"queues": [f"{move.unit}/{move.role}" for move in queues]}
    return ConflictError(
        f"expected somebody for every queue with open tasks, found nobody{' at ' + successor if successor else ''} for "
        f"{listed}; name who takes over first (an heir, another holder of the role, or take the people along)",
        f"Hàng chờ còn việc mà không còn ai phụ trách{where}: {listed}. Hãy chọn người tiếp nhận, giao vai trò cho "
        "người khác, hoặc chuyển cả người sang.",
        **details,
    )
