"""Who is there to do the work: people who leave, units that close, mandates that lapse. No task is without a queue.

Whatever moves a task is a step of its dossier, with an event of its own. `tidy` is called by the scheduler; it makes
true by itself what the days of roles, units, stand-ins and mandates say.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import Session

from engine import access, authority, transition
from engine.change import Change
from engine.errors import ConflictError, NotFoundError
from engine.events import EventType
from engine.model import SYSTEM, Actor, Role, TaskState
from engine.organisation import people, register, rights, units
from engine.organisation.validity import counts_on
from engine.persistence.tables import DossierRow, MandateRow, RoleRow, TaskRow, UnitRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform

_PLACES = ("receiving_unit", "competent_unit", "support_unit")


def leave(session: Session, platform: Platform, actor: Actor, username: str, last_day: date) -> list[TaskRow]:
    """Let every role of a person end with `last_day`; what the person has taken goes back to its queue.

    The tasks go back at once when the day has passed, else when it has (`tidy`). They are returned.

    Raises:
        NotAllowedError: the actor does not run every unit in which the person works.
        NotFoundError: there is no such person.
    """
    person = people.get_person(session, username)
    held = session.scalars(select(RoleRow).where(RoleRow.person_id == person.id)).all()
    today = platform.today()
    present = {role.unit_code for role in held if role.valid_to is None or role.valid_to >= today}
    rights.refuse_unless_run(session, actor, present or {role.unit_code for role in held})
    for role in held:
        role.valid_to = min(role.valid_to or last_day, last_day)
    session.flush()
    left = {"person": person.username, "name": person.name, "last_day": last_day.isoformat()}
    register.note(session, actor, platform.now(), EventType.PERSON_LEFT, **left)
    return _give_back(
        session, platform, [task for task in stranded(session, platform) if task.assignee_id == person.id]
    )


def close_unit(
    session: Session, platform: Platform, actor: Actor, code: str, last_day: date, successor: str = ""
) -> UnitRow:
    """Let a unit end with `last_day`; from the next day on its work is its successor's.

    Raises:
        NotAllowedError: the actor neither runs a unit above it nor everything.
        NotFoundError: the unit or its successor is unknown or will be closed then.
        ConflictError: it has open work and no successor; `details` lists it.
    """
    rights.refuse_unless_run(session, actor, {code}, from_above=True)
    unit = session.get(UnitRow, code, with_for_update=True)
    if unit is None:
        raise NotFoundError(f"expected a unit '{code}', found none", f"Không có đơn vị '{code}'.")
    if successor and (successor == code or units.in_force(session, successor, last_day).code != successor):
        raise NotFoundError(
            f"expected another unit in force after {last_day} as successor, found '{successor}'",
            f"'{successor}' không phải đơn vị còn hoạt động sau ngày {last_day:%d/%m/%Y}.",
        )
    if not successor and (work := open_work(session, code)):
        some = "; ".join(work[:5]) + (f"; … ({len(work)})" if len(work) > 5 else "")
        raise ConflictError(
            f"expected no open work in {code} or a successor for it, found {len(work)}: {some}; name the successor",
            f"{code} còn {len(work)} việc, hồ sơ chưa xong: {some}. Hãy nêu đơn vị kế thừa.",
            work=work,
        )
    unit.valid_to, unit.successor_code = last_day, successor or None
    session.flush()
    closed = {"unit": code, "last_day": last_day.isoformat(), "successor": successor}
    register.note(session, actor, platform.now(), EventType.UNIT_CLOSED, **closed)
    if last_day < platform.today():
        _move_from_closed(session, platform)
    return unit


def open_work(session: Session, code: str) -> list[str]:
    """What a unit still has to do: its open tasks and the open dossiers it receives, decides or supports."""
    tasks = session.execute(
        select(DossierRow.code, TaskRow.element_id)
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .where(TaskRow.unit_code == code, TaskRow.state == TaskState.OPEN)
        .order_by(DossierRow.code)
    )
    found = [f"{dossier}: {element}" for dossier, element in tasks]
    named = {text.partition(":")[0] for text in found}
    places = or_(*(getattr(DossierRow, place) == code for place in _PLACES))
    dossiers = session.scalars(select(DossierRow.code).where(places, DossierRow.closed_at.is_(None)))
    return found + sorted(code for code in dossiers if code not in named)


def tidy(db: Engine, platform: Platform) -> int:
    """Put right what the days say today; how many tasks and dossiers moved. Looks before it takes a lock."""
    with reading(db) as session:
        if not (stranded(session, platform) or _in_closed(session, platform) or _lapsed(session, platform)):
            return 0

    def work(session: Session) -> int:
        moved = _move_from_closed(session, platform)
        moved += sum(rehome(session, platform, task.id) for task in _lapsed(session, platform))
        return moved + len(_give_back(session, platform, stranded(session, platform)))

    return run(db, work)


def stranded(session: Session, platform: Platform) -> list[TaskRow]:
    """Open tasks that somebody has taken who may not do them any more: the role, the cover or the account ended."""
    today = platform.today()
    holds = (
        select(RoleRow.person_id)
        .where(
            RoleRow.person_id == TaskRow.assignee_id,
            RoleRow.role == TaskRow.role,
            RoleRow.unit_code == TaskRow.unit_code,
            *counts_on(RoleRow, today),
        )
        .exists()
    )
    rows = select(TaskRow).where(TaskRow.state == TaskState.OPEN, TaskRow.assignee_id.is_not(None), ~holds)
    actors: dict[UUID, Actor | None] = {}
    found = []
    for task in session.scalars(rows):
        if task.assignee_id is None:
            continue
        if task.assignee_id not in actors:
            actors[task.assignee_id] = _actor(session, task.assignee_id, today)
        actor = actors[task.assignee_id]
        if actor is None or not access.may_work_on(actor, task):
            found.append(task)
    return found


def ownerless(session: Session, platform: Platform) -> list[tuple[str, str, int]]:
    """Queues with open tasks that nobody works on today: unit, role, how many tasks."""
    today = platform.today()
    queues = session.execute(
        select(TaskRow.unit_code, TaskRow.role, func.count())
        .where(TaskRow.state == TaskState.OPEN, TaskRow.role != Role.APPLICANT)
        .group_by(TaskRow.unit_code, TaskRow.role)
        .order_by(TaskRow.unit_code, TaskRow.role)
    ).all()
    return [(unit, role, count) for unit, role, count in queues if not people.holders(session, Role(role), unit, today)]


def rehome(session: Session, platform: Platform, task_id: UUID) -> bool:
    """Put an open act of authority into the queue that today's mandates say; whether it moved."""
    moved: list[bool] = []

    def command(change: Change) -> None:
        task = change.task(task_id)
        if task.state != TaskState.OPEN or not task.principal_unit:
            return
        element = change.procedure.elements[task.element_id]
        role, unit = authority.place_of(change, element, task.principal_unit, change.evaluation())
        if (role, unit) != (task.role, task.unit_code):
            _move(change, task, unit, role)
            moved.append(True)

    transition.apply_to_task(session, platform, SYSTEM, task_id, command)
    return bool(moved)


def rehome_all(session: Session, platform: Platform, principal: str) -> int:
    """`rehome` every open act in the name of a body, after its register has changed."""
    acts = select(TaskRow.id).where(TaskRow.principal_unit == principal, TaskRow.state == TaskState.OPEN)
    return sum(rehome(session, platform, task_id) for task_id in session.scalars(acts).all())


def _give_back(session: Session, platform: Platform, tasks: Sequence[TaskRow]) -> list[TaskRow]:
    def command_for(task_id: UUID) -> transition.Command:
        def command(change: Change) -> None:
            task = change.task(task_id)
            task.assignee_id = None
            change.note(EventType.TASK_RELEASED, task=str(task.id), element=task.element_id, reason="assignee-left")

        return command

    for task in tasks:
        transition.apply_to_task(session, platform, SYSTEM, task.id, command_for(task.id))
    return list(tasks)


def _move_from_closed(session: Session, platform: Platform) -> int:
    """Move what lies in units that have closed to those who took over; how many dossiers."""
    dossiers = _in_closed(session, platform)
    for dossier_id in dossiers:
        transition.apply(session, platform, SYSTEM, dossier_id, _follow_successors)
    return len(dossiers)


def _in_closed(session: Session, platform: Platform) -> Sequence[UUID]:
    """Open dossiers with a place or an open task in a unit that has closed and has a successor."""
    closed = select(UnitRow.code).where(UnitRow.valid_to < platform.today(), UnitRow.successor_code.is_not(None))
    tasks = select(TaskRow.dossier_id).where(TaskRow.state == TaskState.OPEN, TaskRow.unit_code.in_(closed))
    places = or_(*(getattr(DossierRow, place).in_(closed) for place in _PLACES))
    rows = select(DossierRow.id).where(DossierRow.closed_at.is_(None), or_(places, DossierRow.id.in_(tasks)))
    return session.scalars(rows.order_by(DossierRow.id)).all()


def _follow_successors(change: Change) -> None:
    after = change.successors
    for place in _PLACES:
        code = getattr(change.dossier, place)
        if code in after:
            setattr(change.dossier, place, after[code])
            change.note(EventType.DOSSIER_MOVED, place=place, unit=after[code], before=code)
    open_tasks = select(TaskRow).where(TaskRow.dossier_id == change.dossier.id, TaskRow.state == TaskState.OPEN)
    for task in change.session.scalars(open_tasks):
        task.principal_unit = after.get(task.principal_unit, task.principal_unit)
        task.receiving_unit = change.dossier.receiving_unit
        if task.unit_code in after:
            _move(change, task, after[task.unit_code], Role(task.role))


def _move(change: Change, task: TaskRow, unit: str, role: Role) -> None:
    """Put a task into another queue; who has taken it keeps it when able to do it there."""
    before = task.unit_code
    task.unit_code, task.role, task.queue = unit, role, f"{unit}/{role}"
    holder = _actor(change.session, task.assignee_id, change.platform.today()) if task.assignee_id else None
    if holder is None or not access.may_work_on(holder, task):
        task.assignee_id = None
    change.note(
        EventType.TASK_MOVED,
        task=str(task.id),
        element=task.element_id,
        role=str(role),
        unit=unit,
        before=before,
        assignee=str(task.assignee_id) if task.assignee_id else None,
    )


def _lapsed(session: Session, platform: Platform) -> Sequence[TaskRow]:
    """Open acts in the queue of a unit whose delegation does not hold today."""
    holds = (
        select(MandateRow.id)
        .where(
            MandateRow.unit_code == TaskRow.principal_unit,
            MandateRow.delegate_unit == TaskRow.unit_code,
            MandateRow.delegate_role == TaskRow.role,
            *counts_on(MandateRow, platform.today()),
        )
        .exists()
    )
    rows = select(TaskRow).where(
        TaskRow.state == TaskState.OPEN,
        TaskRow.principal_unit != "",
        TaskRow.principal_unit != TaskRow.unit_code,
        ~holds,
    )
    return session.scalars(rows).all()


def _actor(session: Session, person_id: UUID, today: date) -> Actor | None:
    try:
        return people.load_actor(session, person_id, today)
    except NotFoundError:
        return None
