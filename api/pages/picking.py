"""Choosing a unit, a person or a day in a form that also works without scripts.

A field offers "name (code)" from a list; what comes back may be such a line, a bare code, or a few words of the name,
with or without diacritics, as long as they mean one thing.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present
from engine.errors import EngineError, InvalidInputError
from engine.model import Role
from engine.organisation import people, units
from engine.organisation.validity import counts_on
from engine.persistence.tables import PersonRow, RoleRow, UnitRow
from engine.text import fold

_LAST_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")
_MOST_NAMED = 6
T = TypeVar("T")


class FieldError(InvalidInputError):
    """What was typed into a field does not fit."""

    @property
    def field(self) -> str:
        """The name of the field."""
        return str(self.details.get("field", ""))


def wrong(field: str, vi: str, en: str) -> FieldError:
    """The error that leads to a field."""
    return FieldError(en, vi, field=field)


def unit_name(unit: UnitRow) -> str:
    """The unit's name in the reader's language."""
    return (unit.name_en if current_language() == "en" else "") or unit.name_vi


def unit_line(unit: UnitRow) -> str:
    """A unit as a list offers it."""
    return f"{unit_name(unit)} ({unit.code})"


def person_line(person: PersonRow) -> str:
    """A person as a list offers them."""
    return f"{person.name} ({person.username})"


def unit_lines(session: Session, day: date) -> list[str]:
    """The units of a day as a list offers them."""
    rows = select(UnitRow).where(*counts_on(UnitRow, day)).order_by(UnitRow.code)
    return [unit_line(unit) for unit in session.scalars(rows)]


def people_lines(session: Session, day: date, codes: Iterable[str] | None = None) -> list[str]:
    """The people who work on a day, in the given units or anywhere, as a list offers them."""
    held = select(RoleRow.person_id).where(*counts_on(RoleRow, day))
    if codes is not None:
        held = held.where(RoleRow.unit_code.in_(list(codes)))
    rows = select(PersonRow).where(PersonRow.id.in_(held), PersonRow.active.is_(True))
    return [person_line(person) for person in session.scalars(rows.order_by(PersonRow.name, PersonRow.username))]


def unit_of(session: Session, field: str, day: date, *, required: bool = True) -> UnitRow | None:
    """The unit that the field of the posted form means; None for an empty one that need not be filled.

    Raises:
        FieldError: it means none, or several.
    """
    text = request.form.get(field, "").strip()
    if not text and not required:
        return None
    code = _LAST_IN_BRACKETS.search(text)
    unit = session.get(UnitRow, code[1] if code else text)
    if unit is not None:
        return unit
    found = units.search(session, text, on=day, limit=_MOST_NAMED) if text else []
    return _only(field, text, found, [unit_line(unit) for unit in found])


def person_of(session: Session, field: str, *, required: bool = True) -> PersonRow | None:
    """The person whom the field of the posted form means; None for an empty one that need not be filled.

    Raises:
        FieldError: it means nobody, or several.
    """
    text = request.form.get(field, "").strip()
    if not text and not required:
        return None
    code = _LAST_IN_BRACKETS.search(text)
    person = people.find_person(session, code[1] if code else text)
    if person is not None and person.active:
        return person
    words = fold(text).split()
    able = session.scalars(select(PersonRow).where(PersonRow.active.is_(True))).all() if words else []
    found = [each for each in able if all(word in fold(f"{each.name} {each.username}") for word in words)]
    return _only(field, text, found, [person_line(each) for each in found[:_MOST_NAMED]])


def code_in(line: str) -> str:
    """The code in "name (code)", or the text itself."""
    found = _LAST_IN_BRACKETS.search(line)
    return found[1] if found else line.strip()


def person_in(session: Session, line: str) -> PersonRow | None:
    """The person of "name (user name)" or a bare user name; None for anybody else."""
    return people.find_person(session, code_in(line)) if line.strip() else None


def day_of(field: str, otherwise: date | None = None) -> date | None:
    """The day in a field of the posted form; `otherwise` for an empty one.

    Raises:
        FieldError: it is no day.
    """
    text = request.form.get(field, "").strip()
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(
            field, f"“{text}” không phải một ngày, ví dụ 2026-11-23.", f"'{text}' is no day, such as 2026-11-23"
        ) from None


def needed_day(field: str) -> date:
    """`day_of` for a field that must be filled.

    Raises:
        FieldError: it is empty, or no day.
    """
    found = day_of(field)
    if found is None:
        raise wrong(field, "Hãy chọn ngày.", "expected a day, found none; choose one")
    return found


def role_of(field: str, *, required: bool = True) -> Role | None:
    """The role in a field of the posted form.

    Raises:
        FieldError: it is none.
    """
    text = request.form.get(field, "")
    if not text and not required:
        return None
    if text not in set(Role) - {Role.APPLICANT}:
        raise wrong(field, "Hãy chọn vai trò.", f"expected a role, found '{text}'")
    return Role(text)


def day_asked(otherwise: date) -> date:
    """The day that the address asks about (`?on=`); `otherwise` where it says none or nonsense."""
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return otherwise


def _only(field: str, text: str, found: Sequence[T], lines: Sequence[str]) -> T:
    if len(found) == 1:
        return found[0]
    if not found:
        raise wrong(
            field,
            (f"Không tìm thấy “{text}”. " if text else "") + "Hãy chọn trong danh sách.",
            f"nothing is called '{text}'; choose from the list",
        )
    more = "; …" if len(found) > len(lines) else ""
    raise wrong(
        field,
        f"“{text}” có thể là: {'; '.join(lines)}{more}. Hãy chọn một.",
        f"'{text}' may mean {'; '.join(lines)}{more}; choose one",
    )


def errors_of(refusal: EngineError | None) -> list[dict[str, str]]:
    """A refusal as the lines of an error summary; it leads to its field where there is one."""
    if refusal is None:
        return []
    field = refusal.field if isinstance(refusal, FieldError) else ""
    return [{"href": f"#{field}" if field else "", "text": present.told(refusal)}]
