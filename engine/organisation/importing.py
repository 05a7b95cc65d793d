"""Units and people from CSV files: first a plan that says what would change and what is wrong, then the change.

Units:  code,name_vi,name_en,kind,parent,agency_code,valid_from,valid_to,successor,address,phone,email
People: username,name,email,lang,role,unit,valid_from,valid_to   (one line for each role a person holds)

The first line names the columns, in any order; columns with another name are refused. Empty fields stay empty. An
apostrophe before what a spreadsheet would calculate ("'+84 …", as our own export writes it) is dropped.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.events import EventType
from engine.model import SYSTEM, Actor, Role
from engine.organisation import people, register
from engine.organisation.units import UnitKind, search_key
from engine.persistence.tables import PersonRow, UnitRow

_DAYS, _CONTACT = ("valid_from", "valid_to"), ("address", "phone", "email")
UNIT_COLUMNS = ("code", "name_vi", "name_en", "kind", "parent", "agency_code", *_DAYS, "successor", *_CONTACT)
PEOPLE_COLUMNS = ("username", "name", "email", "lang", "role", "unit", *_DAYS)
_NEEDED = {"code": ("code", "name_vi", "kind"), "username": ("username", "name", "role", "unit")}
MOST_LINES = 100_000

Line = Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line of the file."""

    line: int
    vi: str
    en: str


@dataclass
class Plan:
    """What an import would do: keys that are new, changed, or stay as they are; nothing is done while `problems`."""

    about: str = "units"
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def fate_of(self, key: str) -> str:
        """What becomes of a key: "new", "changed" or "same"."""
        return "new" if key in self.new else "changed" if key in self.changed else "same"

    def faults_of(self, number: int) -> list[Problem]:
        """What is wrong with the line of this number; the first line of data is number 2."""
        return [problem for problem in self.problems if problem.line == number]


def plan(session: Session, text: str) -> Plan:
    """What importing the CSV would do; nothing is written.

    Raises:
        InvalidInputError: the first line does not name the columns, or the file is too long.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = tuple(reader.fieldnames or ())
    key = "username" if "username" in columns else "code"
    known = PEOPLE_COLUMNS if key == "username" else UNIT_COLUMNS
    if not set(_NEEDED[key]) <= set(columns) or (set(columns) - set(known)):
        raise InvalidInputError(
            f"expected a first line with columns of {', '.join(known)} ({', '.join(_NEEDED[key])} at least), found "
            f"{', '.join(columns) or 'nothing'}",
            f"Dòng đầu phải nêu các cột trong số {', '.join(known)}; ít nhất {', '.join(_NEEDED[key])}.",
        )
    found = Plan("people" if key == "username" else "units")
    found.lines = [{name: _text(value) for name, value in row.items() if name} for row in reader]
    if len(found.lines) > MOST_LINES:
        raise InvalidInputError(f"expected at most {MOST_LINES} lines, found {len(found.lines)}; divide the file")
    if found.about == "units":
        _plan_units(session, found)
    else:
        _plan_people(session, found)
    return found


def carry_out(session: Session, planned: Plan, *, now: datetime, by: Actor = SYSTEM) -> None:
    """Write what `plan` found.

    Raises:
        InvalidInputError: the plan has problems; nothing is written.
    """
    if planned.problems:
        first = planned.problems[0]
        raise InvalidInputError(
            f"expected a file without faults, found {len(planned.problems)}; line {first.line}: {first.en}",
            f"Tệp có {len(planned.problems)} lỗi; dòng {first.line}: {first.vi}",
        )
    if planned.about == "units":
        _write_units(session, planned)
    else:
        _write_people(session, planned, now)
    session.flush()
    type_ = EventType.UNITS_IMPORTED if planned.about == "units" else EventType.PEOPLE_IMPORTED
    if planned.new or planned.changed:
        register.note(session, by, now, type_, new=planned.new, changed=planned.changed)


def _text(value: str | None) -> str:
    text = (value or "").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _plan_units(session: Session, found: Plan) -> None:
    stored = {unit.code: unit for unit in session.scalars(select(UnitRow))}
    codes = {line["code"] for line in found.lines} | set(stored)
    seen: set[str] = set()
    for number, line in enumerate(found.lines, start=2):
        found.problems += [Problem(number, vi, en) for vi, en in _unit_faults(line, codes, seen)]
        seen.add(line["code"])
        unit = stored.get(line["code"])
        if unit is None:
            found.new.append(line["code"])
        else:
            (found.same if as_line(unit, line) == dict(line) else found.changed).append(line["code"])


def _unit_faults(line: Line, codes: set[str], seen: set[str]) -> Iterator[tuple[str, str]]:
    code = line["code"]
    if not code or len(code) > 64:
        yield "thiếu mã đơn vị, hoặc dài quá 64 ký tự", "the unit's code is missing or longer than 64 characters"
    if code in seen:
        yield f"mã {code} lặp lại", f"the code {code} stands twice"
    if not line["name_vi"]:
        yield "thiếu tên đơn vị", "the unit's name is missing"
    if line["kind"] not in set(UnitKind):
        yield f"loại đơn vị '{line['kind']}' không có", f"'{line['kind']}' is no kind; kinds are {', '.join(UnitKind)}"
    for column in ("parent", "successor"):
        other = line.get(column, "")
        if other and (other not in codes or other == code):
            yield f"{column} '{other}' không phải đơn vị khác", f"{column} '{other}' is no other unit known"
    yield from _day_faults(line)


def _day_faults(line: Line) -> Iterator[tuple[str, str]]:
    days = {}
    for column in ("valid_from", "valid_to"):
        try:
            days[column] = _day(line.get(column, ""))
        except ValueError:
            yield f"{column} phải có dạng 2026-11-23", f"{column} should read like 2026-11-23, found {line[column]!r}"
            return
    first, last = days["valid_from"], days["valid_to"]
    if first and last and last < first:
        yield "ngày cuối trước ngày đầu", "the last day lies before the first"


def as_line(unit: UnitRow, like: Line) -> dict[str, str]:
    """The unit as a line of a file with the columns of `like`."""
    held = {
        "code": unit.code,
        "name_vi": unit.name_vi,
        "name_en": unit.name_en,
        "kind": unit.kind,
        "parent": unit.parent_code or "",
        "agency_code": unit.agency_code,
        "valid_from": unit.valid_from.isoformat() if unit.valid_from else "",
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else "",
        "successor": unit.successor_code or "",
        **{column: getattr(unit, column) for column in _CONTACT},
    }
    return {column: held[column] for column in like}


def _write_units(session: Session, planned: Plan) -> None:
    units = {unit.code: unit for unit in session.scalars(select(UnitRow))}
    wanted = [line for line in planned.lines if line["code"] in {*planned.new, *planned.changed}]
    for line in wanted:
        unit = units.get(line["code"])
        if unit is None:
            unit = units[line["code"]] = UnitRow(code=line["code"], name_en="", agency_code="")
            session.add(unit)
        unit.name_vi, unit.kind = line["name_vi"], line["kind"]
        unit.name_en = line.get("name_en", unit.name_en)
        unit.agency_code = line.get("agency_code", unit.agency_code)
        for column in {"valid_from", "valid_to"} & set(line):
            setattr(unit, column, _day(line[column]))
        for column in set(_CONTACT) & set(line):
            setattr(unit, column, line[column])
        unit.search_key = search_key(unit.code, unit.name_vi, unit.name_en)
    session.flush()  # every unit is there before one refers to another
    for line in wanted:
        if "parent" in line:
            units[line["code"]].parent_code = line["parent"] or None
        if "successor" in line:
            units[line["code"]].successor_code = line["successor"] or None


def _plan_people(session: Session, found: Plan) -> None:
    stored = {person.username: person for person in session.scalars(select(PersonRow))}
    codes = set(session.scalars(select(UnitRow.code)))
    for number, line in enumerate(found.lines, start=2):
        username = line["username"].lower()
        faults = [*_day_faults(line)]
        if not line["username"] or not line["name"]:
            faults.append(("thiếu tên đăng nhập hoặc họ tên", "the user name or the name is missing"))
        if line["role"] not in set(Role) - {Role.APPLICANT}:
            faults.append((f"vai trò '{line['role']}' không có", f"'{line['role']}' is no role"))
        if line["unit"] not in codes:
            faults.append((f"không có đơn vị '{line['unit']}'", f"'{line['unit']}' is no unit; import units first"))
        found.problems += [Problem(number, vi, en) for vi, en in faults]
        person = stored.get(username)
        target = found.new if person is None else found.same if person.name == line["name"] else found.changed
        if username not in target:
            target.append(username)


def _write_people(session: Session, planned: Plan, now: datetime) -> None:
    for line in planned.lines:
        person = people.find_person(session, line["username"])
        if person is None:
            person = people.add_person(session, line["username"], line["name"], now=now)
        person.name = line["name"]
        person.email = line.get("email") or person.email
        person.lang = line.get("lang") or person.lang or "vi"
        first, last = (_day(line.get(column, "")) for column in ("valid_from", "valid_to"))
        people.grant(session, person, Role(line["role"]), line["unit"], valid_from=first, valid_to=last)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
