"""`motcua calendar`: show the working calendar, check a file, tell what a change does, and apply it."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.cli.calendars_at_hand import FILE, in_file, in_force, known_on, versions
from api.cli.setup import tools
from api.cli.telling import answer, as_json, say, table
from engine import calendars
from engine.calendars import Preview
from engine.deadlines.calendar import load_calendar, vietnam
from engine.deadlines.days import DayKind
from engine.deadlines.preview import CalendarChange, ChangedDay, Moved
from engine.model import SYSTEM, Actor
from engine.organisation import people
from engine.persistence.transaction import reading, run
from engine.platform import Platform


@click.group("calendar")
def calendar() -> None:
    """Lịch làm việc — working calendars."""


# ---- what there is --------------------------------------------------------------------------------------


@calendar.command("list")
@in_file
@known_on
@as_json
def list_command(*, file: Path | None, known_on: datetime | None, as_json: bool) -> None:
    """Các năm, các quyết định, các phiên bản — years and decisions of the calendar in force, and its versions."""
    found = in_force(file, known_on)
    imported = [] if file else versions()
    rows = [
        {
            "known_from": one.known_from.isoformat(),
            "document": one.document,
            "title_vi": one.title_vi,
            "title_en": one.title_en,
            "days": len(one.days),
            "sample": one.sample,
        }
        for one in sorted(found.decisions, key=lambda one: one.known_from)
    ]
    if as_json:
        covered = [{"year": year, "provisional": year in found.provisional_years} for year in found.years]
        listed = {"name": found.name, "version": found.version, "years": covered, "decisions": rows}
        answer({**listed, "imported": imported})
        return
    years = [
        f"{year} (tạm tính / provisional)" if year in found.provisional_years else str(year) for year in found.years
    ]
    say(f"{found.name} {found.version}: {', '.join(years) or '–'}")
    table([["", "Biết từ / known from", "Văn bản / document", "Nội dung / title"], *map(_decision_row, rows)])
    if any(row["sample"] for row in rows):
        say("* chưa đối chiếu với văn bản ký", "not yet compared with the signed text")
    if imported:
        click.echo()
        head = ["Bản / version", "Nhập lúc / imported", "Người nhập / by", "Căn cứ / cause"]
        table([head, *([str(one["number"]), one["imported_at"][:19], one["by"], one["cause"]] for one in imported)])


def _decision_row(row: dict[str, Any]) -> list[str]:
    return ["*" if row["sample"] else " ", row["known_from"], row["document"], f"{row['title_vi']} — {row['title_en']}"]


@calendar.command("show")
@click.argument("year", type=int)
@in_file
@known_on
@as_json
def show_command(year: int, *, file: Path | None, known_on: datetime | None, as_json: bool) -> None:
    """Các ngày khác thường của một năm — the days of YEAR that are not ordinary."""
    found = in_force(file, known_on)
    numbers = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    days = [found.day(date.fromordinal(number)) for number in numbers]
    special = [day for day in days if day.kind not in (DayKind.WORKING, DayKind.WEEKEND)]
    worked = sum(day.kind.counts for day in days)
    if as_json:
        answer(
            {"year": year, "version": found.version, "working_days": worked, "days": [asdict(day) for day in special]}
        )
        return
    say(f"{year}: {worked} ngày làm việc", f"{worked} working days")
    table([[f"{day.day:%d/%m/%Y}", day.kind, f"{day.reason_vi} — {day.reason_en}", day.source] for day in special])
    if year in found.provisional_years:
        say("Năm này còn tạm tính.", "This year is provisional.")


@calendar.command("check")
@click.argument("file", type=FILE)
def check_command(file: Path) -> None:
    """Kiểm tra một tệp lịch — check a calendar file and say what it changes in the shipped calendar."""
    found = load_calendar(file)
    say(f"{found.name} {found.version}: đạt", f"valid, {len(found.decisions)} decisions, {found.fingerprint[:12]}")
    _tell_days(CalendarChange(vietnam(), found).days())


# ---- changing it ----------------------------------------------------------------------------------------


@calendar.command("preview")
@click.argument("file", type=FILE)
@as_json
def preview_command(file: Path, *, as_json: bool) -> None:
    """Xem trước một lịch mới — the days and the open dossiers that importing FILE would move; nothing is written."""
    with tools() as at_hand, reading(at_hand.db) as session:
        found = calendars.preview(session, at_hand.platform, file.read_bytes())
        zone = at_hand.platform.zone
    if as_json:
        answer(_preview_as_json(found))
        return
    say(f"{len(found.days)} ngày thay đổi", f"{len(found.days)} days change")
    _tell_days(found.days)
    count = len(found.moved)
    if not count:
        say("Quyết định này không dời hồ sơ đang mở nào.", "This decision moves no open dossier.")
        return
    say(f"Quyết định này dời {count} hồ sơ đang mở:", f"this decision moves {count} open dossiers; here they are")
    _tell_moved(found.moved, zone)


@calendar.command("import")
@click.argument("file", type=FILE)
@click.option("--cause", required=True, help="Số, ngày văn bản — the decision that orders the change.")
@click.option("--as", "username", help="Nhân danh ai — who imports it; the system itself when left out.")
@as_json
def import_command(file: Path, *, cause: str, username: str | None, as_json: bool) -> None:
    """Áp dụng một lịch mới — make FILE the calendar that counts, and count open dossiers anew.

    The cause stands in the history of every dossier that is counted anew, and applicants whose due date moves are told.
    """
    content = file.read_bytes()
    with tools() as at_hand:
        db, platform = at_hand.db, at_hand.platform
        with reading(db) as session:
            found = calendars.preview(session, platform, content)
        number = run(db, lambda s: calendars.import_calendar(s, platform, _who(s, platform, username), content, cause))
        counted = _recount(db, platform)
        zone = platform.zone
    if as_json:
        answer({"number": number, "cause": cause.strip(), "recounted": counted, **_preview_as_json(found)})
        return
    say(f"Lịch số {number} đang áp dụng", f"calendar {number} counts from now on")
    say(f"Đã tính lại {counted} hồ sơ, dời {len(found.moved)}", f"{counted} counted anew, {len(found.moved)} moved")
    _tell_moved(found.moved, zone)


def _who(session: Session, platform: Platform, username: str | None) -> Actor:
    if username is None:
        return SYSTEM
    return people.load_actor(session, people.get_person(session, username).id, platform.today())


def _recount(db: Engine, platform: Platform) -> int:
    """Count every open dossier anew; a worker that runs beside may have done some of them already."""
    total = 0
    while done := calendars.recount_stale(db, platform):
        total += done
    return total


def _preview_as_json(found: Preview) -> dict[str, Any]:
    days = [
        {"day": one.day, "before": one.before and asdict(one.before), "after": one.after and asdict(one.after)}
        for one in found.days
    ]
    moved = [
        {"code": one.id, "before": one.before, "after": one.after, "days": one.days, "problem": one.problem}
        for one in found.moved
    ]
    return {"days": days, "moved": moved}


def _tell_days(days: Iterable[ChangedDay]) -> None:
    for one in days:
        before, after = (day.kind.value if day else "–" for day in (one.before, one.after))
        reason = f"  {one.after.reason_vi} — {one.after.reason_en}" if one.after else ""
        click.echo(f"  {one.day:%d/%m/%Y}  {before} → {after}{reason}")


def _tell_moved(moved: Iterable[Moved[str]], zone: ZoneInfo) -> None:
    rows = []
    for one in moved:
        before, after = (f"{m.astimezone(zone):%d/%m/%Y}" if m else "–" for m in (one.before, one.after))
        by = f"{one.days:+d} ngày / days" if one.days is not None else one.problem
        rows.append([f"  {one.id}", before, "→", after, by])
    table(rows)
