"""Reads the register of mandates: filtered, with the state of each on a day, and from what each was derived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from engine.organisation.validity import counts_on
from engine.persistence.tables import MandateRow, RoleRow


def listing(session: Session, *, unit_code: str = "", on: date | None = None) -> Sequence[MandateRow]:
    """The register, by body and first day; with `on` what holds on that day."""
    rows = select(MandateRow).order_by(MandateRow.unit_code, MandateRow.valid_from, MandateRow.id)
    if unit_code:
        rows = rows.where(MandateRow.unit_code == unit_code)
    return session.scalars(rows.where(*counts_on(MandateRow, on)) if on else rows).all()


class State(StrEnum):
    """How a mandate stands on a day."""

    COMING = "coming"
    IN_FORCE = "in-force"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Wanted:
    """Narrows the register; empty means any. `unit` is the body or where the delegate works, `person` an id."""

    unit: str = ""
    person: UUID | None = None
    act: str = ""
    procedure_key: str = ""
    state: State | None = None


def state_of(row: MandateRow, day: date) -> State:
    """How the mandate stands on that day."""
    if row.valid_to is not None and row.valid_to < day:
        return State.REVOKED if row.revoked_at else State.ENDED
    return State.COMING if row.valid_from > day else State.IN_FORCE


def search(session: Session, wanted: Wanted, day: date) -> Sequence[MandateRow]:
    """The mandates that are wanted, the newest first. One for any act or procedure is one for each."""
    rows = select(MandateRow).order_by(MandateRow.valid_from.desc(), MandateRow.id)
    if wanted.unit:
        rows = rows.where(or_(MandateRow.unit_code == wanted.unit, MandateRow.delegate_unit == wanted.unit))
    if wanted.person is not None:
        held = exists().where(
            RoleRow.person_id == wanted.person,
            RoleRow.role == MandateRow.delegate_role,
            RoleRow.unit_code == MandateRow.delegate_unit,
            *counts_on(RoleRow, day),
        )
        rows = rows.where(or_(MandateRow.person_id == wanted.person, held))
    if wanted.act:
        rows = rows.where(MandateRow.act.in_(("", wanted.act)))
    if wanted.procedure_key:
        rows = rows.where(MandateRow.procedure_key.in_(("", wanted.procedure_key)))
    found = session.scalars(rows).all()
    return [row for row in found if wanted.state is None or state_of(row, day) is wanted.state]


def parents_of(session: Session, row: MandateRow) -> list[MandateRow]:
    """What the mandate was derived from, the first of all first."""
    found: list[MandateRow] = []
    while row.parent_id is not None:
        row = session.get_one(MandateRow, row.parent_id)
        found.insert(0, row)
    return found


def children_of(session: Session, row: MandateRow) -> Sequence[MandateRow]:
    """What was derived from the mandate at once, oldest first."""
    rows = select(MandateRow).where(MandateRow.parent_id == row.id)
    return session.scalars(rows.order_by(MandateRow.valid_from, MandateRow.id)).all()
