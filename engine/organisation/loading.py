"""Loads units, people and roles from a description such as demo.toml. Loading it again changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.model import Role
from engine.organisation import passwords, people, units
from engine.persistence.tables import PersonRow, UnitRow

_CONTACT = ("address", "phone", "email")
_UNIT_KEYS = {"code", "name_vi", "name_en", "kind", "parent", "agency_code", *_CONTACT}
_PERSON_KEYS = {"username", "name", "email", "lang", "roles"}


@dataclass(frozen=True)
class Loaded:
    """What a load added; nothing the second time."""

    units: tuple[str, ...]
    people: tuple[str, ...]


def load(session: Session, content: Mapping[str, Any], *, now: datetime, password: str = "") -> Loaded:
    """Bring units, people and their roles to what `content` says.

    Units and people that exist are renamed where they differ; nobody loses a role or a password. People who are
    new get `password` (none when it is empty: they cannot sign in until they are given one).

    Raises:
        InvalidInputError: something in `content` is missing, unknown or refers to nothing.
    """
    units = _entries(content, "unit", _UNIT_KEYS, ("code", "name_vi", "kind"))
    persons = _entries(content, "person", _PERSON_KEYS, ("username", "name"))
    new_units = tuple(unit["code"] for unit in _parents_first(session, units) if _put_unit(session, unit))
    # one password for all is hashed once: that it is the same is no secret, and each hash takes its time
    hashed = cache(lambda: passwords.hash_password(password) if password else "")
    new_people = tuple(entry["username"] for entry in persons if _put_person(session, entry, now=now, hashed=hashed))
    return Loaded(units=new_units, people=new_people)


def _entries(
    content: Mapping[str, Any], kind: str, known: set[str], required: Sequence[str]
) -> list[Mapping[str, Any]]:
    entries = content.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise InvalidInputError(f"Expected [[{kind}]] tables, found {entries!r}.")
    for place, entry in enumerate(entries, start=1):
        if unknown := set(entry) - known:
            raise InvalidInputError(
                f"[[{kind}]] number {place} says {sorted(unknown)}, which means nothing; known are {sorted(known)}."
            )
        if missing := [key for key in required if not entry.get(key)]:
            raise InvalidInputError(f"[[{kind}]] number {place} lacks {missing}. Add it.")
    return entries


def _parents_first(session: Session, units: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    waiting, ordered, known = list(units), list[Mapping[str, Any]](), set[str]()
    while waiting:
        ready = [unit for unit in waiting if _parent_known(session, unit, known)]
        if not ready:
            raise InvalidInputError(
                f"The parents of {[unit['code'] for unit in waiting]} are unknown, or each other's. "
                "Name a unit that stands in the same file or in the database."
            )
        ordered += ready
        known.update(unit["code"] for unit in ready)
        waiting = [unit for unit in waiting if unit not in ready]
    return ordered


def _parent_known(session: Session, unit: Mapping[str, Any], known: set[str]) -> bool:
    parent = unit.get("parent")
    return not parent or parent in known or session.get(UnitRow, parent) is not None


def _put_unit(session: Session, entry: Mapping[str, Any]) -> bool:
    unit = session.get(UnitRow, entry["code"])
    is_new = unit is None
    if unit is None:
        unit = UnitRow(code=entry["code"])
        session.add(unit)
    unit.name_vi, unit.name_en = entry["name_vi"], entry.get("name_en", "")
    unit.kind, unit.parent_code = entry["kind"], entry.get("parent") or None
    unit.agency_code = entry.get("agency_code", "")
    for key in _CONTACT:
        setattr(unit, key, entry.get(key, getattr(unit, key) or ""))
    unit.search_key = units.search_key(unit.code, unit.name_vi, unit.name_en)
    session.flush()
    return is_new


def _put_person(session: Session, entry: Mapping[str, Any], *, now: datetime, hashed: Callable[[], str]) -> bool:
    person = people.find_person(session, entry["username"])
    is_new = person is None
    if person is None:
        person = people.add_person(session, entry["username"], entry["name"], now=now)
        person.password_hash = hashed()
    person.name, person.email = entry["name"], entry.get("email", "")
    person.lang = entry.get("lang", person.lang or "vi")
    _grant_all(session, person, entry.get("roles", []))
    return is_new


def _grant_all(session: Session, person: PersonRow, roles: Sequence[Mapping[str, Any]]) -> None:
    for held in roles:
        if set(held) != {"role", "unit"}:
            raise InvalidInputError(
                f"Expected roles of {person.username} as {{role = …, unit = …}}, found {dict(held)}."
            )
        if held["role"] not in set(Role):
            raise InvalidInputError(
                f"{person.username} should hold {held['role']!r}, which is no role; roles are {', '.join(Role)}."
            )
        people.grant(session, person, Role(held["role"]), held["unit"])
