"""Stand-ins: dated, scoped cover for somebody's absence (Decree 309/2026 Article 6: a counter never closes for leave).

A stand-in works on the queues of the absent person and on what that person has taken; the history says in whose place.
Whether a stand-in may also decide is for the mandate to say (`mandates`). Cover is not handed on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.events import EventType
from engine.ids import new_id
from engine.model import Actor, Cover, Role
from engine.organisation import register
from engine.organisation.validity import TODAY, counts_on, overlap
from engine.persistence.organisation import unit_names
from engine.persistence.tables import PersonRow, RoleRow, StandInRow

_NAMED_ONLY = frozenset({Role.OPERATOR, Role.PROCESS_DESIGNER, Role.PROCEDURE_CONTROL})
"""Roles over the whole installation: cover for "any role" leaves them out."""
_COVERED = (
    select(StandInRow.role, StandInRow.unit_code, PersonRow, RoleRow.role, RoleRow.unit_code)
    .join(PersonRow, PersonRow.id == StandInRow.absent_id)
    .join(RoleRow, RoleRow.person_id == StandInRow.absent_id)
    .where(StandInRow.person_id == bindparam("person"), *counts_on(StandInRow, TODAY), *counts_on(RoleRow, TODAY))
    .order_by(PersonRow.username)
)


@dataclass(frozen=True)
class Absence:
    """Whose absence is covered, from a day to a day (both included), why, and for what: all when nothing is named."""

    absent: PersonRow
    valid_from: date
    valid_to: date
    ground: str
    role: Role | None = None
    unit_code: str = ""


def appoint(session: Session, by: Actor, person: PersonRow, absence: Absence, *, now: datetime) -> StandInRow:
    """Let `person` stand in for the absent one.

    Raises:
        InvalidInputError: the days are in the wrong order, no ground is given, it is the same person, or the absent
            person holds nothing that could be covered.
        ConflictError: somebody covers the same already on one of these days.
    """
    absent = absence.absent
    _refuse_senseless(session, person, absence)
    for other in _of(session, absent.id):
        if _same_cover(other, absence):
            name = session.get_one(PersonRow, other.person_id).name
            raise ConflictError(
                f"{name} covers {absent.name} from {other.valid_from} to {other.valid_to} already; end that first",
                f"{name} đã được cử thay {absent.name} từ {other.valid_from:%d/%m/%Y} đến {other.valid_to:%d/%m/%Y}; "
                "hãy kết thúc việc thay đó trước.",
            )
    row = StandInRow(
        id=new_id(),
        person_id=person.id,
        absent_id=absent.id,
        role=absence.role or "",
        unit_code=absence.unit_code or None,
        valid_from=absence.valid_from,
        valid_to=absence.valid_to,
        ground=absence.ground.strip(),
        recorded_at=now,
        recorded_by=by.name,
    )
    session.add(row)
    session.flush()
    register.note(session, by, now, EventType.STAND_IN_NAMED, stand_in=register.as_kept(row))
    return row


def get(session: Session, stand_in_id: UUID) -> StandInRow:
    """A stand-in.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = session.get(StandInRow, stand_in_id)
    if row is None:
        raise NotFoundError(f"expected a stand-in with the id {stand_in_id}, found none", "Không có việc thay này.")
    return row


def end(session: Session, by: Actor, stand_in_id: UUID, last_day: date, *, now: datetime) -> StandInRow:
    """Let cover end after `last_day` (before its first day: never), for somebody who is back earlier.

    Raises:
        NotFoundError: there is no such cover.
        InvalidInputError: it would end later than it does.
    """
    row = get(session, stand_in_id)
    if last_day > row.valid_to:
        raise InvalidInputError(
            f"expected a day up to {row.valid_to}, found {last_day}; appoint a stand-in for the days after it",
            f"Việc thay kết thúc ngày {row.valid_to:%d/%m/%Y}; muốn kéo dài hãy cử thay tiếp.",
        )
    row.valid_to = max(last_day, row.valid_from - timedelta(days=1))
    session.flush()
    register.note(session, by, now, EventType.STAND_IN_ENDED, stand_in=register.as_kept(row))
    return row


def covers_of(session: Session, person_id: UUID, today: date) -> tuple[Cover, ...]:
    """Whom the person stands in for today, and with which of their roles."""
    found = session.execute(_COVERED, {"person": person_id, "today": today})
    opened: dict[UUID, tuple[PersonRow, set[tuple[Role, str]]]] = {}
    for only_role, only_unit, absent, role, unit in found:
        if _covers(only_role, only_unit, Role(role), unit):
            opened.setdefault(absent.id, (absent, set()))[1].add((Role(role), unit))
    return tuple(Cover(who.id, who.name, who.username, frozenset(roles)) for who, roles in opened.values())


def last_days(session: Session, person_id: UUID, today: date) -> dict[UUID, date]:
    """Until when the person stands in for each absent one today, by the absent person's id."""
    rows = select(StandInRow.absent_id, func.max(StandInRow.valid_to)).where(StandInRow.person_id == person_id)
    found = session.execute(rows.where(*counts_on(StandInRow, today)).group_by(StandInRow.absent_id))
    return {row[0]: row[1] for row in found}


def listing(session: Session, on: date | None = None) -> Sequence[StandInRow]:
    """All cover, newest first; with `on` what counts on that day."""
    rows = select(StandInRow).order_by(StandInRow.valid_from.desc(), StandInRow.id)
    return session.scalars(rows.where(*counts_on(StandInRow, on)) if on else rows).all()


def concerning(session: Session, person_id: UUID, day: date) -> Sequence[StandInRow]:
    """Cover by or for a person that has not ended before that day, the earliest first."""
    mine = or_(StandInRow.person_id == person_id, StandInRow.absent_id == person_id)
    rows = select(StandInRow).where(mine, StandInRow.valid_to >= day)
    return session.scalars(rows.order_by(StandInRow.valid_from, StandInRow.id)).all()


def _covers(only_role: str, only_unit: str | None, role: Role, unit: str) -> bool:
    right_role = only_role == role if only_role else role not in _NAMED_ONLY
    return right_role and only_unit in (None, unit)


def _of(session: Session, absent_id: UUID) -> Sequence[StandInRow]:
    return session.scalars(select(StandInRow).where(StandInRow.absent_id == absent_id)).all()


def _same_cover(other: StandInRow, absence: Absence) -> bool:
    """Whether two covers have a day, a role and a unit in common."""
    days = overlap((other.valid_from, other.valid_to), (absence.valid_from, absence.valid_to))
    role = not other.role or not absence.role or other.role == absence.role
    unit = not other.unit_code or not absence.unit_code or other.unit_code == absence.unit_code
    return days and role and unit


def _refuse_senseless(session: Session, person: PersonRow, absence: Absence) -> None:
    absent = absence.absent
    if absence.valid_to < absence.valid_from:
        raise InvalidInputError(
            f"expected the last day not before {absence.valid_from}, found {absence.valid_to}",
            f"Ngày cuối {absence.valid_to:%d/%m/%Y} không thể trước ngày đầu {absence.valid_from:%d/%m/%Y}.",
        )
    if not absence.ground.strip():
        raise InvalidInputError("expected the ground of the absence, found none; say why", "Hãy nêu lý do vắng mặt.")
    if person.id == absent.id:
        raise InvalidInputError(
            f"expected somebody else to stand in for {absent.name}", f"{absent.name} không thể tự thay mình."
        )
    held = session.execute(
        select(RoleRow.role, RoleRow.unit_code).where(
            RoleRow.person_id == absent.id, *counts_on(RoleRow, absence.valid_from)
        )
    ).all()
    if not any(_covers(absence.role or "", absence.unit_code or None, Role(role), unit) for role, unit in held):
        names = unit_names(session, {unit for _role, unit in held}, "en")
        raise InvalidInputError(
            f"expected {absent.name} to hold what is to be covered on {absence.valid_from}, found "
            f"{', '.join(f'{role} in {names.get(unit, unit)}' for role, unit in held) or 'no role'}",
            f"{absent.name} không giữ vai trò nào thuộc phạm vi thay vào ngày {absence.valid_from:%d/%m/%Y}.",
        )
