"""`motcua deadline`: count a term and tell why, day by day; of a dossier, or of what the command line tells."""

from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import click

from api.cli.calendars_at_hand import in_file, in_force, known_on
from api.cli.setup import tools
from api.cli.telling import answer, as_json, say
from engine.deadlines.calendar import Calendar
from engine.deadlines.explain import DayLine, Explanation, explain
from engine.deadlines.ledger import ClockEvent, ClockEventKind, Due, check_next
from engine.deadlines.terms import Ends, Starts, Term, Unit
from engine.dossier_clock import explanation_of
from engine.persistence import calendars, dossiers
from engine.persistence.transaction import reading

AS_TOLD = "nêu trong lệnh / told on the command line"
UNITS = {unit.short: unit for unit in Unit} | {unit.value: unit for unit in Unit}


@click.group("deadline")
def deadline() -> None:
    """Thời hạn giải quyết — statutory terms."""


@deadline.command("explain")
@click.option("--dossier", "code", metavar="CODE", help="A dossier of this installation, by its code.")
@click.option("--received", help="When the dossier came in, ISO 8601; local time without an offset.")
@click.option("--accepted", help="When it was complete and correct (or the competent body had it); as received.")
@click.option("--days", "--amount", "amount", type=int, help="How many units.")
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
def explain_command(
    *, as_json: bool, code: str | None, file: Path | None, known_on: datetime | None, **told: Any
) -> None:
    """Tính hạn và nêu lý do từng ngày — count a term and say why, day by day.

    Either of a dossier (--dossier), as its page tells it, or of what --received, --days and the others say.
    """
    if code:
        _refuse_both(told, file, known_on)
        found = _of_dossier(code)
    else:
        found = _as_told(told, in_force(file, known_on))
    if as_json:
        answer(_as_json(found))
    else:
        _tell(found)


def _refuse_both(told: dict[str, Any], file: Path | None, known_on: datetime | None) -> None:
    given = [
        name for name, value in told.items() if value and (name, value) not in (("unit", "working"), ("basis", ""))
    ]
    if given or file or known_on:
        raise click.UsageError(
            "hồ sơ đã có sổ thời hạn của nó; bỏ các lựa chọn khác — a dossier has a ledger, a term and a calendar of"
            f" its own; leave out the other options (found: {', '.join(given) or 'another calendar'})"
        )


def _of_dossier(code: str) -> Explanation:
    with tools() as at_hand, reading(at_hand.db) as session:
        calendars.refresh(session, at_hand.platform)
        return explanation_of(session, at_hand.platform, dossiers.by_code(session, code))


def _as_told(told: dict[str, Any], calendar: Calendar) -> Explanation:
    if told["received"] is None or told["amount"] is None:
        raise click.UsageError(
            "cần --dossier, hoặc --received và --days — expected --dossier, or --received and --days"
        )
    term = _term(told)
    ledger = _ledger(told, term, calendar)
    until = _moment(told["until"], calendar, "--until") if told["until"] else None
    return explain(ledger, term, calendar, until=until)


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
