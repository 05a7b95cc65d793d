"""Use cases of absence: somebody names who stands in, a head does it for somebody of the unit, it ends early."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import notices
from engine.errors import InvalidInputError, NotAllowedError
from engine.model import Actor, Role
from engine.organisation import people, rights, standins
from engine.organisation.standins import Absence
from engine.organisation.validity import counts_on
from engine.persistence.tables import PersonRow, RoleRow, StandInRow
from engine.platform import Platform

PATH = "/organisation/absence"


@dataclass(frozen=True)
class Wanted:
    """Who is absent and who stands in (user names), from a day to a day, why, and for what: all when left empty."""

    absent: str
    standin: str
    valid_from: date
    valid_to: date
    ground: str
    role: Role | None = None
    unit_code: str = ""


def name(session: Session, platform: Platform, actor: Actor, wanted: Wanted) -> StandInRow:
    """Let somebody stand in, and tell both.

    Raises:
        NotAllowedError: it is neither the actor's own absence nor that of somebody whose units the actor heads.
        InvalidInputError: the days lie behind us or in the wrong order, no ground, or somebody of a far unit.
        ConflictError: somebody covers the same already on one of these days.
    """
    absent, standin = people.get_person(session, wanted.absent), people.get_person(session, wanted.standin)
    units = units_covered(session, absent.id, wanted.valid_from, wanted.role, wanted.unit_code)
    if absent.id != actor.id:
        rights.refuse_unless_run(session, actor, units or {wanted.unit_code})
    if wanted.valid_from < platform.today():
        raise InvalidInputError(
            f"expected a first day from {platform.today()} on, found {wanted.valid_from}",
            f"Ngày đầu phải từ hôm nay ({platform.today():%d/%m/%Y}) trở đi.",
        )
    if (
        units
        and not rights.runs_everything(actor)
        and standin.id not in {each.id for each in _near(session, units, wanted)}
    ):
        raise InvalidInputError(
            f"expected somebody of the same unit or of one beside it, found {standin.name}; ask an operator for others",
            f"{standin.name} không làm việc tại đơn vị này hoặc đơn vị liền kề; muốn cử người khác hãy nhờ người vận "
            "hành.",
        )
    absence = Absence(absent, wanted.valid_from, wanted.valid_to, wanted.ground, wanted.role, wanted.unit_code)
    row = standins.appoint(session, actor, standin, absence, now=platform.now())
    told = {**_days(row), "scope_vi": _scope(row, "mọi việc"), "scope_en": _scope(row, "everything")}
    said = {"what": "named", "person": absent.name, "reason": row.ground, "path": PATH, **told}
    notices.to_person(session, standin.id, notices.STAND_IN, platform.now(), **said)
    if absent.id != actor.id:
        said = {"what": "arranged", "person": standin.name, "path": PATH, **told}
        notices.to_person(session, absent.id, notices.STAND_IN, platform.now(), **said)
    session.flush()
    return row


def end(session: Session, platform: Platform, actor: Actor, stand_in_id: UUID, last_day: date) -> StandInRow:
    """Let cover end early, and tell who stood in.

    Raises:
        NotFoundError: there is no such cover.
        NotAllowedError: the actor is neither absent nor heads the units of the absent person.
        InvalidInputError: it would end later than it does, or on a day that has passed.
    """
    row = standins.get(session, stand_in_id)
    if not may_end(session, platform, actor, row):
        raise NotAllowedError(
            f"expected the absent person or the head of the unit, found {actor.name}",
            "Chỉ người vắng mặt hoặc lãnh đạo đơn vị được kết thúc việc thay.",
        )
    if last_day < platform.today() - timedelta(days=1):
        raise InvalidInputError(
            f"expected a last day from yesterday on, found {last_day}; what was done stays done",
            "Ngày cuối cùng sớm nhất là hôm qua.",
        )
    standins.end(session, actor, stand_in_id, last_day, now=platform.now())
    absent = session.get_one(PersonRow, row.absent_id)
    said = {"what": "ended", "person": absent.name, "path": PATH, **_days(row)}
    notices.to_person(session, row.person_id, notices.STAND_IN, platform.now(), **said)
    session.flush()
    return row


def may_end(session: Session, platform: Platform, actor: Actor, row: StandInRow) -> bool:
    """Whether the actor may end this cover early."""
    if row.absent_id == actor.id or rights.runs_everything(actor):
        return True
    role = Role(row.role) if row.role else None
    units = units_covered(session, row.absent_id, platform.today(), role, row.unit_code or "")
    return bool(units) and all(rights.may_run(session, actor, code) for code in units)


def candidates(session: Session, platform: Platform, actor: Actor, absent: PersonRow) -> Sequence[PersonRow]:
    """Who may stand in for the absent person: people of the same units and of those beside them; all for operators."""
    units = units_covered(session, absent.id, platform.today())
    today = platform.today()
    able = select(RoleRow.person_id).where(*counts_on(RoleRow, today))
    if not rights.runs_everything(actor):
        able = able.where(RoleRow.unit_code.in_(rights.near(session, units)))
    rows = select(PersonRow).where(PersonRow.id.in_(able), PersonRow.active.is_(True), PersonRow.id != absent.id)
    return session.scalars(rows.order_by(PersonRow.name, PersonRow.username)).all()


def units_covered(
    session: Session, absent_id: UUID, day: date, role: Role | None = None, unit_code: str = ""
) -> set[str]:
    """The units in which somebody works on that day, as far as cover for the role and the unit reaches."""
    rows = select(RoleRow.unit_code).where(RoleRow.person_id == absent_id, *counts_on(RoleRow, day))
    if role is not None:
        rows = rows.where(RoleRow.role == role.value)
    return {code for code in session.scalars(rows) if unit_code in ("", code)}


def _near(session: Session, units: set[str], wanted: Wanted) -> Sequence[PersonRow]:
    there = select(RoleRow.person_id).where(
        RoleRow.unit_code.in_(rights.near(session, units)), *counts_on(RoleRow, wanted.valid_from)
    )
    return session.scalars(select(PersonRow).where(PersonRow.id.in_(there))).all()


def _days(row: StandInRow) -> dict[str, str]:
    return {"first": row.valid_from.isoformat(), "last": row.valid_to.isoformat()}


def _scope(row: StandInRow, everything: str) -> str:
    return " – ".join(part for part in (row.role, row.unit_code) if part) or everything
