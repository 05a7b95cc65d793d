"""Units and people as the rows of the CSV files that `importing` reads: what goes out comes in again unchanged."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.organisation.importing import PEOPLE_COLUMNS, UNIT_COLUMNS, as_line
from engine.organisation.validity import counts_on
from engine.persistence.tables import PersonRow, RoleRow, UnitRow


def unit_rows(session: Session, on: date | None = None) -> Iterator[Sequence[str]]:
    """The units, those of one day when it is given, below the names of the columns."""
    yield UNIT_COLUMNS
    rows = select(UnitRow).order_by(UnitRow.code)
    like = dict.fromkeys(UNIT_COLUMNS, "")
    for unit in session.scalars(rows.where(*counts_on(UnitRow, on)) if on else rows):
        line = as_line(unit, like)
        yield [line[column] for column in UNIT_COLUMNS]


def people_rows(session: Session, on: date | None = None) -> Iterator[Sequence[str]]:
    """The roles that people hold, one a row, those of one day when it is given, below the names of the columns."""
    yield PEOPLE_COLUMNS
    rows = select(PersonRow, RoleRow).join(RoleRow, RoleRow.person_id == PersonRow.id).where(PersonRow.active.is_(True))
    rows = rows.order_by(PersonRow.username, RoleRow.unit_code, RoleRow.role)
    for person, held in session.execute(rows.where(*counts_on(RoleRow, on)) if on else rows):
        days = (day.isoformat() if day else "" for day in (held.valid_from, held.valid_to))
        yield [person.username, person.name, person.email, person.lang, held.role, held.unit_code, *days]
