"""`motcua deadline` and `motcua calendar`: count a term, tell why, show and check working calendars. No database."""

from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import click

from api.cli.telling import answer, as_json, say, table
from engine.deadlines.calendar import Calendar, load_calendar, vietnam
from engine.deadlines.days import DayKind
from engine.deadlines.explain import DayLine, Explanation, explain
from engine.deadlines.ledger import ClockEvent, ClockEventKind, Due, check_next
from engine.deadlines.preview import CalendarChange
from engine.deadlines.terms import Ends, Starts, Term, Unit

AS_TOLD = "nêu trong lệnh / told on the command line"
UNITS = {unit.short: unit for unit in Unit} | {unit.value: unit for unit in Unit}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])

in_file = click.option(
    "--calendar", "file", type=FILE, help="A calendar file instead of the shipped calendar of Viet Nam."
)
known_on = click.option("--known-on", type=DAY, help="Count with the decisions that were known on this day.")


# ---- deadline -------------------------------------------------------------------------------------------


@click.group("deadline")
def deadline() -> None:
    """Thời hạn giải quyết — statutory terms."""


@deadline.command("explain")
@click.option("--received", required=True, help="When the dossier came in, ISO 8601; local time without an offset.")
@click.option("--accepted", help="When it was complete and correct (or the competent body had it); as received.")
@click.option("--days", "--amount", "amount", type=int, required=True, help="How many units.")
@click.option("--unit", type=click.Choice(list(UNITS)), default="working", show_default=True)
@click.option("--starts", type=click.Choice([one.value for one in Starts]))
@click.option("--ends", type=click.Choice([one.value for one in Ends]))
@click.option("--cut-off", help="The hour after which a reception counts as the next working day's, e.g. 15:00.")
@click.option("--basis", default="", help="The legal basis of the term.")
@click.option("--suspended", multiple=True, metavar="FROM..TO", help="A suspension; FROM.. while it lasts.")
@click.option("--restarted", multiple=True, metavar="MOMENT", help="Recounted from zero at this moment.")
@click.option("--extended", multiple=True, metavar="MOMENT+DAYS", help="Extended, e.g. 2026-05-12T10:00+5.")
@click.option("--decided", metavar="MOMENT", help="When the result was there.")
@click.option("--until", metavar="MOMENT", help="Tell the days up to this moment as well.")
@in_file
@known_on
@as_json
def explain_command(*, as_json: bool, file: Path | None, known_on: datetime | None, **told: Any) -> None:
    """Tính hạn và nêu lý do từng ngày — count a term and say why, day by day."""
    calendar = _calendar(file, known_on)
    term = _term(told)
    ledger = _ledger(told, term, calendar)
    until = _moment(told["until"], calendar, "--until") if told["until"] else None
    found = explain(ledger, term, calendar, until=until)
    if as_json:
        answer(_as_json(found))
    else:
        _tell(found)


def _term(told: dict[str, Any]) -> Term:
    attributes = {key: told[key] for key in ("amount", "starts", "ends", "cut_off") if told[key] is not None}
    return Term.parse(attributes | {"unit": UNITS[told["unit"]].value, "legal_basis": told["basis"]})


def _ledger(told: dict[str, Any], term: Term, calendar: Calendar) -> list[ClockEvent]:
    """The events that the options tell, in order, each checked against those before it."""
    kind = ClockEventKind
    received = _moment(told["received"], calendar, "--received")
    accepted = _moment(told["accepted"], calendar, "--accepted") if told["accepted"] else received
    later = [ClockEvent(kind.RESTARTED, _moment(at, calendar, "--restarted")) for at in told["restarted"]]
    for span in told["suspended"]:
        start, dots, end = span.partition("..")
        if not dots:
            raise click.BadParameter(f"expected FROM..TO, found {span!r}", param_hint="--suspended")
        later.append(ClockEvent(kind.SUSPENDED, _moment(start, calendar, "--suspended"), ground=AS_TOLD))
        later += [ClockEvent(kind.RESUMED, _moment(end, calendar, "--suspended"))] if end else []
    for text in told["extended"]:
        at, plus, days = text.rpartition("+")
        if not plus or not days.isdecimal():
            raise click.BadParameter(f"expected MOMENT+DAYS, found {text!r}", param_hint="--extended")
        moment = _moment(at, calendar, "--extended")
        later.append(ClockEvent(kind.EXTENDED, moment, ground=AS_TOLD, days=int(days)))
    if told["decided"]:
        later.append(ClockEvent(kind.DECIDED, _moment(told["decided"], calendar, "--decided")))
    events = [ClockEvent(kind.RECEIVED, received)]
    for event in [ClockEvent(kind.ACCEPTED, accepted), *sorted(later, key=lambda event: event.at)]:
        check_next(events, event, term)
        events.append(event)
    return events


def _moment(text: str, calendar: Calendar, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"cần ISO 8601, ví dụ 2026-08-20T16:10 — expected ISO 8601, found {text!r}", param_hint=option
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def _tell(found: Explanation) -> None:
    say(f"Lịch {found.calendar}", f"calendar {found.calendar}")
    for line in found.lines:
        number = f"{line.number:g}" if line.number is not None else "–"
        mark = "◆" if line.last else ("+" if line.counted else " ")
        click.echo(f"{line.day:%d/%m/%Y} {mark} {number:>5}  {line.reason_vi}")
        click.echo(f"{'':20}{line.reason_en}{f' [{line.article}]' if line.article else ''}")
    click.echo()
    click.echo(found.summary_vi)
    click.echo(found.summary_en)


def _as_json(found: Explanation) -> dict[str, Any]:
    return {
        "calendar": found.calendar,
        "term": {key: _plain(value) for key, value in asdict(found.term).items()},
        "due": _due_as_json(found.due),
        "days": [_line_as_json(line) for line in found.lines],
        "summary_vi": found.summary_vi,
        "summary_en": found.summary_en,
    }


def _due_as_json(due: Due) -> dict[str, Any]:
    plain = {key: _plain(value) for key, value in asdict(due).items()}
    for steps in ("history", "missed"):
        plain[steps] = [{key: _plain(value) for key, value in asdict(step).items()} for step in getattr(due, steps)]
    return plain


def _line_as_json(line: DayLine) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(line).items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else value


# ---- calendar -------------------------------------------------------------------------------------------


@click.group("calendar")
def calendar() -> None:
    """Lịch làm việc — working calendars."""


@calendar.command("list")
@in_file
@known_on
@as_json
def list_command(*, file: Path | None, known_on: datetime | None, as_json: bool) -> None:
    """Các năm và các quyết định của lịch — the years and decisions of a calendar."""
    found = _calendar(file, known_on)
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
        answer({"name": found.name, "version": found.version, "years": covered, "decisions": rows})
        return
    years = [
        f"{year} (tạm tính / provisional)" if year in found.provisional_years else str(year) for year in found.years
    ]
    say(f"{found.name} {found.version}: {', '.join(years) or '–'}")
    table([["", "Biết từ / known from", "Văn bản / document", "Nội dung / title"], *map(_decision_row, rows)])
    if any(row["sample"] for row in rows):
        say("* chưa đối chiếu với văn bản ký", "not yet compared with the signed text")


def _decision_row(row: dict[str, Any]) -> list[str]:
    return ["*" if row["sample"] else " ", row["known_from"], row["document"], f"{row['title_vi']} — {row['title_en']}"]


@calendar.command("show")
@click.argument("year", type=int)
@in_file
@known_on
@as_json
def show_command(year: int, *, file: Path | None, known_on: datetime | None, as_json: bool) -> None:
    """Các ngày khác thường của một năm — the days of YEAR that are not ordinary."""
    found = _calendar(file, known_on)
    numbers = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    days = [found.day(date.fromordinal(number)) for number in numbers]
    special = [day for day in days if day.kind not in (DayKind.WORKING, DayKind.WEEKEND)]
    worked = sum(day.kind.counts for day in days)
    if as_json:
        listed = [{key: _plain(value) for key, value in asdict(day).items()} for day in special]
        answer({"year": year, "version": found.version, "working_days": worked, "days": listed})
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
    for one in CalendarChange(vietnam(), found).days():
        before, after = (day.kind.value if day else "–" for day in (one.before, one.after))
        click.echo(f"  {one.day:%d/%m/%Y}  {before} → {after}")


def _calendar(file: Path | None, known_on: datetime | None) -> Calendar:
    found = load_calendar(file) if file else vietnam()
    return found.as_known_on(known_on.date()) if known_on else found
