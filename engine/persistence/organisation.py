"""Reads the names of units and people, for lists that show them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.persistence.once import once
from engine.persistence.tables import PersonRow, UnitRow

_MANY = 50  # units: beyond that reading all of them takes less than naming each


def unit_names(session: Session, codes: Collection[str | None], lang: str = "vi") -> Mapping[str, str]:
    """The names of units by code, in the reader's language where there is one; unknown codes are left out."""
    wanted = {code for code in codes if code}
    known: dict[str, tuple[str, str] | None] = once(session, "names of units", dict)
    if missing := wanted - known.keys():
        rows = select(UnitRow.code, UnitRow.name_vi, UnitRow.name_en)
        if len(missing) <= _MANY:
            rows = rows.where(UnitRow.code.in_(missing))
        found: dict[str, tuple[str, str]] = {code: (vi, en) for code, vi, en in session.execute(rows)}
        known.update({code: found.get(code) for code in {*missing, *found}})
    named = ((code, known[code]) for code in wanted)
    return {code: (names[1] if lang == "en" else names[0]) or names[0] for code, names in named if names}


def unit_told(session: Session, code: str) -> tuple[str, str]:
    """How a message names a unit, in Vietnamese and in English: its name, with the code by which lists know it."""
    names = (unit_names(session, {code}, lang).get(code, "") for lang in ("vi", "en"))
    vi, en = (f"{name} ({code})" if name else code for name in names)
    return vi, en


def person_names(session: Session, identifiers: Collection[UUID | None]) -> Mapping[UUID, str]:
    """The names of people by id; unknown ids are left out."""
    wanted = {identifier for identifier in identifiers if identifier}
    if not wanted:
        return {}
    rows = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def all_units(session: Session) -> list[str]:
    """The codes of all units, those that are no more among them: reports look back."""
    return list(session.scalars(select(UnitRow.code).order_by(UnitRow.code)))
