"""What an archive says of its dossier: all of it follows from the history, the bundle and the calendar beside it.

So whoever has the archive can work it out again, and sees when somebody has changed a part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.deadlines import ledger
from engine.deadlines.calendar import Calendar
from engine.deadlines.ledger import Due
from engine.deadlines.terms import Term, resolve_term
from engine.history.picture import Picture
from engine.runtime.facts import Facts

FORMAT: Final = "motcua-dossier-archive"
VERSION: Final = 1

README, MANIFEST, HISTORY, DOSSIER = "README.txt", "manifest.json", "history.jsonl", "dossier.json"
PAPERS, LETTERS, PROCEDURE, CALENDARS = "papers/", "letters/", "procedure/", "calendars/"


@dataclass(frozen=True)
class Law:
    """What a dossier's clock is counted by: what procedure.toml says, the case, the calendar and its number."""

    facts: Facts
    case: str
    calendar: Calendar
    number: int

    def due(self, picture: Picture) -> tuple[Due, Term]:
        """The due date that follows from the clock's ledger, and the term that governs it."""
        filed = picture.filed_at or picture.at
        term = resolve_term(self.facts.terms_of(self.case), filed.astimezone(self.calendar.zone).date())
        return ledger.due(picture.clock, term, self.calendar), term


def calendar_path(number: int) -> str:
    """Where the calendar of this number lies in an archive."""
    return f"{CALENDARS}{number}.toml"


def described(picture: Picture, law: Law, papers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of dossier.json; `papers` tells where each paper lies in the archive."""
    due, term = law.due(picture)
    return {
        "format": FORMAT,
        "version": VERSION,
        "code": picture.code,
        "procedure": {"key": picture.procedure, "version": picture.version, "checksum": picture.checksum},
        "case": law.case,
        "channel": picture.channel,
        "places": picture.places,
        "filed_at": _moment(picture.filed_at),
        "ended_at": _moment(picture.ended_at),
        "outcome": picture.outcome,
        "data": picture.answers,
        "open_tasks": [_task(each) for each in picture.tasks.values()],
        "acts": [_act(each) for each in picture.acts],
        "clock": {
            "calendar": law.number,
            "term": term.describe("vi"),
            "term_en": term.describe("en"),
            "legal_basis": term.legal_basis,
            "state": due.state.value,
            "due_at": _moment(due.due_at),
            "original_due_at": _moment(due.original_due_at),
            "used": due.consumed,
            "allowed": due.allowed,
        },
        "papers": list(papers),
    }


def _task(task: Any) -> dict[str, Any]:
    kept = {name: getattr(task, name) for name in ("id", "element", "role", "unit", "assignee")}
    return {**kept, "since": _moment(task.since), "due_at": _moment(task.due_at)}


def _act(act: Any) -> dict[str, Any]:
    kept = {name: getattr(act, name) for name in ("seq", "element", "by", "name", "mandate", "kind", "reason")}
    return {**kept, "at": _moment(act.at), "instrument": dict(act.instrument)}


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
