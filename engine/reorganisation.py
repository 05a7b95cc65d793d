"""Closing a unit, letting somebody leave, moving somebody: first what it would mean, then the change.

Nothing here may leave a task in a queue that nobody works on: such a change is refused, with the queues and the way on.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine import access, notices, staffing, transition
from engine.change import Change
from engine.consequences import Leaving, Queue, look_at_closing, look_at_leaving, nobody
from engine.errors import ConflictError, InvalidInputError, NotAllowedError
from engine.events import EventType
from engine.model import Actor, Role
from engine.organisation import mandate_register, people, register, rights, standins
from engine.persistence.tables import PersonRow, RoleRow, TaskRow, UnitRow
from engine.platform import Platform

_LEFT = "Người được giao quyền thôi việc"


def close(
    session: Session,
    platform: Platform,
    actor: Actor,
    code: str,
    last_day: date,
    successor: str = "",
    *,
    staff_moves: bool = False,
) -> UnitRow:
    """Close a unit with all that hangs on it: its people go along or lose their roles there, units under it move.

    Raises:
        NotAllowedError: the actor does not run both units, the closing one from above.
        NotFoundError, ConflictError: as `staffing.close_unit`.
        ConflictError: a queue with open tasks would have nobody at the successor.
    """
    rights.refuse_unless_run(session, actor, {code}, from_above=True)
    rights.refuse_unless_run(session, actor, {successor} if successor else set())
    planned = look_at_closing(session, code, last_day, successor, staff_moves=staff_moves)
    if successor and planned.ownerless:
        raise nobody(planned.ownerless, successor)
    if planned.under and not successor:
        names = ", ".join(unit.code for unit in planned.under)
        raise ConflictError(
            f"expected no unit under {code}, or a successor for them, found {names}; name the successor",
            f"{code} còn đơn vị trực thuộc: {names}. Hãy nêu đơn vị kế thừa.",
        )
    for held, person in planned.staff:
        if staff_moves and successor:
            _carry_over(session, held, person, successor, last_day)
        held.valid_to = min(held.valid_to or last_day, last_day)
    for unit in planned.under:
        unit.parent_code = successor
    session.flush()
    return staffing.close_unit(session, platform, actor, code, last_day, successor)


def leave(
    session: Session, platform: Platform, actor: Actor, username: str, last_day: date, heir: str = ""
) -> list[TaskRow]:
    """Let somebody leave. The heir gets the roles from today and at once what they have taken.

    Without an heir it goes back to its queues when the day has passed. Cover ends with the day; mandates to the person
    are revoked. The tasks that moved at once are returned.

    Raises:
        NotAllowedError: the actor does not run every unit in which the person works.
        NotFoundError: there is no such person.
        ConflictError: a queue with open tasks would have nobody, and there is no heir.
    """
    planned = look_at_leaving(session, username, last_day)
    rights.refuse_unless_run(session, actor, {row.unit_code for row in planned.roles})
    if planned.alone and not heir:
        raise nobody(planned.alone)
    moved: list[TaskRow] = []
    if heir:
        moved = _hand_to(session, platform, actor, people.get_person(session, heir), planned)
    given = staffing.leave(session, platform, actor, username, last_day)
    for row in planned.cover:
        standins.end(session, actor, row.id, min(last_day, row.valid_to), now=platform.now())
    for paper in planned.mandates:
        mandate_register.revoke(session, actor, paper.id, last_day, _LEFT, now=platform.now())
    return moved + given


@dataclass(frozen=True)
class Post:
    """A role in a unit from a day on, to a day (open when None)."""

    role: Role
    unit_code: str
    valid_from: date
    valid_to: date | None = None


def place(
    session: Session, platform: Platform, actor: Actor, username: str, post: Post, gives_up: Queue | None = None
) -> RoleRow:
    """Give somebody a role in a unit: a secondment, or with `gives_up` a move from another post, which then ends.

    Raises:
        NotAllowedError: the actor does not run both units, or the role is for operators to give.
        NotFoundError, InvalidInputError: no such person or unit, or the days are in the wrong order.
        ConflictError: the post that is given up has open tasks and nobody else.
    """
    person = people.get_person(session, username)
    rights.refuse_unless_run(session, actor, {post.unit_code, *([gives_up[1]] if gives_up else [])})
    if post.role is Role.APPLICANT or (post.role in rights.BY_OPERATORS_ONLY and not rights.runs_everything(actor)):
        raise NotAllowedError(
            f"expected an operator to give the role {post.role}, found {actor.name}",
            "Vai trò này chỉ người vận hành được giao.",
        )
    if gives_up is not None:
        _give_up(session, person, gives_up, post.valid_from - timedelta(days=1))
    row = people.grant(session, person, post.role, post.unit_code, valid_from=post.valid_from, valid_to=post.valid_to)
    said = {"person": person.username, "name": person.name, "role": post.role.value, "unit": post.unit_code}
    days = {"from": post.valid_from.isoformat(), "to": post.valid_to.isoformat() if post.valid_to else None}
    before = {"gives_up": f"{gives_up[0]}@{gives_up[1]}"} if gives_up else {}
    register.note(session, actor, platform.now(), EventType.ROLE_GRANTED, **said, **days, **before)
    return row


def _give_up(session: Session, person: PersonRow, queue: Queue, last_day: date) -> None:
    planned = look_at_leaving(session, person.username, last_day, queue)
    if planned.alone:
        raise nobody(planned.alone)
    held = session.get(RoleRow, (person.id, queue[0].value, queue[1]))
    if held is None:
        raise InvalidInputError(
            f"expected {person.name} to be {queue[0]} in {queue[1]}, found no such post",
            f"{person.name} không giữ vai trò đó tại {queue[1]}.",
        )
    held.valid_to = min(held.valid_to or last_day, last_day)
    session.flush()


def _hand_to(session: Session, platform: Platform, actor: Actor, heir: PersonRow, planned: Leaving) -> list[TaskRow]:
    """Give the heir the roles and what the person who leaves has taken."""
    today = platform.today()
    for row in planned.roles:
        if people.find_holder(session, heir.username, Role(row.role), row.unit_code, today) is None:
            place(session, platform, actor, heir.username, Post(Role(row.role), row.unit_code, today, row.valid_to))
    able = people.load_actor(session, heir.id, today)
    handed = [task for task, _dossier in planned.taken if access.may_work_on(able, task)]
    for task in handed:
        transition.apply_to_task(session, platform, actor, task.id, _assign(task.id, heir))
    return handed


def _assign(task_id: UUID, heir: PersonRow) -> transition.Command:
    def command(change: Change) -> None:
        task = change.task(task_id)
        task.assignee_id = heir.id
        to = {"to": heir.username, "reason": "assignee-leaves"}
        change.note(EventType.TASK_ASSIGNED, task=str(task.id), element=task.element_id, **to)
        notices.of_assignment(change, task)

    return command


def _carry_over(session: Session, held: RoleRow, person: PersonRow, successor: str, last_day: date) -> None:
    there = session.get(RoleRow, (person.id, held.role, successor))
    first = max(held.valid_from or date.min, last_day + timedelta(days=1))
    if there is None or (there.valid_to is not None and there.valid_to <= last_day):
        people.grant(session, person, Role(held.role), successor, valid_from=first, valid_to=held.valid_to)
