"""`motcua organisation`: units, people who come and go, stand-ins."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from api.cli.setup import Tools, tools
from api.cli.telling import answer, as_json, complain, say, table
from engine import reorganisation, staffing
from engine.model import SYSTEM, Role
from engine.organisation import importing, people, standins, units
from engine.organisation.units import UnitKind
from engine.persistence.tables import DossierRow, PersonRow, StandInRow
from engine.persistence.transaction import reading, run

_DAY = click.DateTime(["%Y-%m-%d"])
_ROLES = [role.value for role in Role if role is not Role.APPLICANT]
_SHOWN = 20


@click.group()
def organisation() -> None:
    """Tổ chức — units and who works in them."""


@organisation.command("check")
@click.option("--mend", is_flag=True, help="Give tasks of people who left back, follow successors and mandates.")
@as_json
def check(*, mend: bool, as_json: bool) -> None:
    """Is there somebody for every open task? Exit code 1 when not."""
    with tools() as at_hand:
        if mend:
            moved = staffing.tidy(at_hand.db, at_hand.platform)
            say(f"Đã chuyển {moved} việc, hồ sơ", f"{moved} tasks and dossiers moved") if not as_json else None
        with reading(at_hand.db) as session:
            found = _troubles(session, at_hand)
    if as_json:
        answer({"troubles": found})
    for vi, en in () if as_json else found:
        complain(vi, en)
    if found:
        raise SystemExit(1)
    if not as_json:
        say("Mọi việc đang mở đều có người phụ trách", "every open task has somebody")


def _troubles(session: Session, at_hand: Tools) -> list[tuple[str, str]]:
    found = [
        (
            f"{count} việc tại {unit}/{role} không có ai phụ trách; hãy giao vai trò (motcua user grant) hoặc cử thay.",
            f"{count} open tasks of {unit}/{role} have nobody; grant the role or name a successor.",
        )
        for unit, role, count in staffing.ownerless(session, at_hand.platform)
    ]
    for task in staffing.stranded(session, at_hand.platform):
        holder = session.get(PersonRow, task.assignee_id) if task.assignee_id else None
        code = session.get_one(DossierRow, task.dossier_id).code
        name = holder.name if holder else "?"
        found.append(
            (
                f"{code}: {name} không còn giữ vai trò của việc {task.element_id}; chạy với --mend.",
                f"{code}: {name} no longer holds the role of {task.element_id}; run with --mend.",
            )
        )
    return found


@organisation.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change and what is wrong.")
@as_json
def import_(*, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import units or people from a CSV FILE.

    \b
    Units:  code,name_vi,name_en,kind,parent,agency_code,valid_from,valid_to,successor,
            address,phone,email
    People: username,name,email,lang,role,unit,valid_from,valid_to
    """
    text = _text_of(file)
    with tools() as at_hand:

        def work(session: Session) -> importing.Plan:
            planned = importing.plan(session, text)
            if not dry_run and not planned.problems:
                importing.carry_out(session, planned, now=at_hand.platform.now())
            return planned

        if dry_run:
            with reading(at_hand.db) as session:
                planned = work(session)
        else:
            planned = run(at_hand.db, work)
    _tell_plan(planned, dry_run=dry_run, as_json=as_json)
    if planned.problems:
        raise SystemExit(1)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise click.BadParameter(
            f"expected UTF-8 text, found other bytes at {problem.start}; save it as UTF-8"
        ) from None


def _tell_plan(planned: importing.Plan, *, dry_run: bool, as_json: bool) -> None:
    counts = {"new": planned.new, "changed": planned.changed, "same": planned.same}
    if as_json:
        problems = [{"line": each.line, "vi": each.vi, "en": each.en} for each in planned.problems]
        answer({"about": planned.about, "written": not dry_run and not problems, **counts, "problems": problems})
        return
    for each in planned.problems:
        complain(f"Dòng {each.line}: {each.vi}", f"line {each.line}: {each.en}")
    if not planned.problems:
        for word, keys in counts.items():
            names = ", ".join(keys[:_SHOWN]) + (" …" if len(keys) > _SHOWN else "")
            say(f"{word}: {len(keys)}" + (f" ({names})" if keys and word != "same" else ""))
    done = not dry_run and not planned.problems
    say(*(("Đã ghi", "written") if done else ("Chưa ghi gì", "nothing was written")))


@organisation.command("search")
@click.argument("text", default="")
@click.option("--kind", type=click.Choice([kind.value for kind in UnitKind]), help="Only units of this kind.")
@click.option("--on", type=_DAY, help="Only units of this day.")
@as_json
def search(*, text: str, kind: str | None, on: datetime | None, as_json: bool) -> None:
    """Find units by code or name, with or without diacritics."""
    with tools() as at_hand, reading(at_hand.db) as session:
        day = on.date() if on else None
        rows = units.search(session, text, kind=UnitKind(kind) if kind else None, on=day)
        found: list[dict[str, Any]] = [
            {"code": row.code, "kind": row.kind, "name": row.name_vi, "parent": row.parent_code or ""} for row in rows
        ]
    if as_json:
        answer(found)
    else:
        table([tuple(row.values()) for row in found])


@organisation.command("close")
@click.argument("unit")
@click.option("--on", type=_DAY, required=True, help="Last day of the unit.")
@click.option("--successor", default="", help="The unit that takes over its work.")
@click.option("--staff-moves", is_flag=True, help="Its people keep their roles at the successor.")
def close(*, unit: str, on: datetime, successor: str, staff_moves: bool) -> None:
    """Close UNIT. With open work it needs a successor that has somebody for it; the refusal lists the work."""
    with tools() as at_hand:
        run(
            at_hand.db,
            lambda session: reorganisation.close(
                session, at_hand.platform, SYSTEM, unit, on.date(), successor, staff_moves=staff_moves
            ),
        )
    say(f"{unit} kết thúc ngày {on:%d/%m/%Y}" + (f", {successor} kế thừa" if successor else ""), "closed")


@organisation.command("leave")
@click.argument("username")
@click.option("--on", type=_DAY, required=True, help="Last day in every role.")
@click.option("--heir", default="", help="Who gets the roles and what has been taken; else it goes back to its queues.")
def leave(*, username: str, on: datetime, heir: str) -> None:
    """Let USERNAME leave: every role ends. A queue with open tasks may not be left with nobody: name an heir."""
    with tools() as at_hand:
        moved = run(
            at_hand.db,
            lambda session: reorganisation.leave(session, at_hand.platform, SYSTEM, username, on.date(), heir),
        )
    say(f"{username} thôi việc ngày {on:%d/%m/%Y}; {len(moved)} việc đã chuyển", f"{len(moved)} tasks moved")


@organisation.command("stand-in")
@click.argument("username")
@click.option("--for", "absent", required=True, help="Tên đăng nhập — who is absent.")
@click.option("--from", "valid_from", type=_DAY, required=True, help="First day.")
@click.option("--to", "valid_to", type=_DAY, required=True, help="Last day.")
@click.option("--ground", required=True, help="Lý do — why.")
@click.option("--role", type=click.Choice(_ROLES), help="Only this role; all when left out.")
@click.option("--unit", default="", help="Only in this unit; all when left out.")
def stand_in(*, username: str, absent: str, valid_from: datetime, valid_to: datetime, **said: Any) -> None:
    """Let USERNAME stand in for somebody who is absent."""
    with tools() as at_hand:

        def work(session: Session) -> StandInRow:
            absence = standins.Absence(
                people.get_person(session, absent),
                valid_from.date(),
                valid_to.date(),
                said["ground"],
                Role(said["role"]) if said["role"] else None,
                said["unit"],
            )
            person = people.get_person(session, username)
            return standins.appoint(session, SYSTEM, person, absence, now=at_hand.platform.now())

        row = run(at_hand.db, work)
    say(f"{username} thay {absent} từ {row.valid_from:%d/%m/%Y} đến {row.valid_to:%d/%m/%Y} ({row.id})", "appointed")


@organisation.command("stand-in-end")
@click.argument("stand_in_id", type=click.UUID)
@click.option("--on", type=_DAY, help="Last day; today when left out.")
def stand_in_end(*, stand_in_id: UUID, on: datetime | None) -> None:
    """Let cover end early."""
    with tools() as at_hand:
        last_day = on.date() if on else at_hand.platform.today()
        now = at_hand.platform.now()
        run(at_hand.db, lambda session: standins.end(session, SYSTEM, stand_in_id, last_day, now=now))
    say("Đã kết thúc việc thay", "ended")


@organisation.command("stand-ins")
@click.option("--on", type=_DAY, help="Only those of this day.")
@as_json
def list_stand_ins(*, on: datetime | None, as_json: bool) -> None:
    """Who stands in for whom."""
    with tools() as at_hand, reading(at_hand.db) as session:
        found: list[dict[str, Any]] = [
            {
                "id": str(row.id),
                "person": session.get_one(PersonRow, row.person_id).username,
                "absent": session.get_one(PersonRow, row.absent_id).username,
                "scope": f"{row.role or '*'}@{row.unit_code or '*'}",
                "days": f"{row.valid_from} – {row.valid_to}",
                "ground": row.ground,
            }
            for row in standins.listing(session, on.date() if on else None)
        ]
    if as_json:
        answer(found)
    else:
        table([tuple(row.values()) for row in found])
