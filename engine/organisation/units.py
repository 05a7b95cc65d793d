"""Units with their days and their successors: who does the work of a unit that has closed; finding units by name."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.organisation.validity import counts_on
from engine.persistence.tables import UnitRow
from engine.text import fold

_MOST_SUCCESSIONS = 20  # longer than any chain of mergers; stops a circle


class UnitKind(StrEnum):
    """What a unit is."""

    AUTHORITY = "authority"
    CENTRE = "centre"
    BRANCH = "branch"
    RECEPTION_POINT = "reception_point"
    DIVISION = "division"
    CONSULTED_BODY = "consulted_body"
    WARD = "ward"


def in_force(session: Session, code: str, day: date) -> UnitRow:
    """The unit itself, or whoever took over from it if it has closed before that day.

    Raises:
        NotFoundError: there is no such unit.
    """
    unit = session.get(UnitRow, code)
    if unit is None:
        raise NotFoundError(
            f"expected a unit '{code}', found none; load the organisation first", f"Không có đơn vị '{code}'."
        )
    for _ in range(_MOST_SUCCESSIONS):
        if unit.valid_to is None or unit.valid_to >= day or unit.successor_code is None:
            return unit
        unit = session.get_one(UnitRow, unit.successor_code)
    return unit


SUCCEEDED = select(UnitRow.code).where(UnitRow.successor_code.is_not(None)).limit(1).scalar_subquery()
"""Some unit that has a successor, null when there is none: asked along with other things, to spare `successions`."""


def successions(session: Session, day: date) -> Mapping[str, str]:
    """Who does the work of each unit that has closed before that day."""
    closed = session.execute(
        select(UnitRow.code, UnitRow.successor_code).where(UnitRow.successor_code.is_not(None), UnitRow.valid_to < day)
    )
    next_one = {code: successor for code, successor in closed if successor}
    found = {}
    for code in next_one:
        last = code
        for _ in range(_MOST_SUCCESSIONS):
            last = next_one.get(last, last)
        found[code] = last
    return found


def successor_of(session: Session, code: str, day: date) -> str:
    """The code of `in_force`; a code that the organisation does not know stands for itself (a check tells of it)."""
    return in_force(session, code, day).code if session.get(UnitRow, code) else code


def is_open(unit: UnitRow, day: date) -> bool:
    """Whether the unit exists on that day."""
    return (unit.valid_from or date.min) <= day <= (unit.valid_to or date.max)


def search(
    session: Session, text: str = "", *, kind: UnitKind | None = None, on: date | None = None, limit: int = 50
) -> Sequence[UnitRow]:
    """Units whose code or name holds every word, with or without diacritics; with `on` those of that day."""
    rows = select(UnitRow).order_by(UnitRow.code).limit(limit)
    for word in fold(text).split():
        rows = rows.where(UnitRow.search_key.contains(word, autoescape=True))
    if kind is not None:
        rows = rows.where(UnitRow.kind == kind)
    return session.scalars(rows.where(*counts_on(UnitRow, on)) if on else rows).all()


def search_key(code: str, name_vi: str, name_en: str) -> str:
    """What `search` looks through."""
    return fold(f"{code} {name_vi} {name_en}")
