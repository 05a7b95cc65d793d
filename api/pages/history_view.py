"""A dossier's history in sentences: all of it for auditors, the acts for officers, plain words for the applicant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, wording
from engine.events import CLOCK_PREFIX, EventType
from engine.history import journal
from engine.history.journal import Entry
from engine.model import Element, Role
from engine.persistence.organisation import unit_names
from engine.runtime.procedure import Procedure

# What an officer looks for; the machine's own book-keeping stays with the auditor.
BOOK_KEEPING = {
    EventType.ELEMENT_PASSED,
    EventType.RESULT_SET,
    EventType.DEADLINE_SET,
    EventType.DEADLINE_CANCELLED,
    EventType.DOSSIER_CODED,
    EventType.LETTER_REQUESTED,
}
# What an applicant is told: their own acts, the clock, and how it ended.
_FOR_APPLICANTS = {
    EventType.DOSSIER_FILED,
    EventType.DOSSIER_ENDED,
    EventType.MESSAGE_RECEIVED,
    EventType.CLOCK_ACCEPTED,
    EventType.CLOCK_SUSPENDED,
    EventType.CLOCK_RESUMED,
    EventType.CLOCK_RESTARTED,
    EventType.CLOCK_EXTENDED,
    EventType.CLOCK_DECIDED,
    EventType.CLOCK_STOPPED,
}


# What says enough without the step that brought it about.
_WITHOUT_STEP = {EventType.CLOCK_RECEIVED, EventType.CLOCK_ACCEPTED}

LONGEST_TEXT = 200  # characters of a comment in a list; the whole of it stands where comments stand
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Happening:
    """One line of a timeline, and what an auditor needs besides."""

    seq: int
    type: str
    title: str
    when: str
    moment: datetime
    recorded_at: datetime
    who: str
    text: str
    kind: str
    hash: str
    payload: Mapping[str, Any]

    @property
    def occurred_at(self) -> datetime:
        """The moment that the law counts."""
        return self.moment


def told(row: Entry, procedure: Procedure | None, units: Mapping[str, str] = NO_NAMES) -> Happening:
    """One journal entry in words; `units` are the names of units by code."""
    entry = journal.read(row)
    payload = entry["payload"]
    element = _element(payload, procedure)
    return Happening(
        seq=row.seq,
        type=row.type,
        title=_title(row.type, payload, element),
        when=present.moment_text(row.occurred_at),
        moment=row.occurred_at,
        recorded_at=row.recorded_at,
        who=_who(entry["actor"]),
        text=_text(row.type, payload, units),
        kind=_kind(row.type),
        hash=row.hash,
        payload=payload,
    )


def units_in(session: Session, rows: Iterable[Entry]) -> Mapping[str, str]:
    """The names of the units that the entries speak of, by code."""
    return unit_names(session, {journal.read(row)["payload"].get("unit") for row in rows}, current_language())


def for_officers(rows: Iterable[Entry], procedure: Procedure, units: Mapping[str, str] = NO_NAMES) -> list[Happening]:
    """The acts, in the order of the rows."""
    return [told(row, procedure, units) for row in rows if row.type not in BOOK_KEEPING]


@dataclass(frozen=True)
class Piece:
    """A piece of the history as the applicant is told it, newest first; `more` is where the next one begins, or 0."""

    lines: list[dict[str, Any]]
    more: int


def for_applicant(session: Session, dossier_id: UUID, procedure: Procedure, before: int, most: int) -> Piece:
    """The newest of what concerns the applicant, from before entry `before` (0: from the end)."""
    own = [element.id for element in procedure.elements.values() if element.role is Role.APPLICANT]
    which = journal.of_types_or_steps(_FOR_APPLICANTS, own)
    rows = journal.newest(session, dossier_id, before=before, which=which, limit=most + 1)
    return Piece(_for_applicants(rows[:most], procedure), rows[most - 1].seq if len(rows) > most else 0)


def _for_applicants(rows: Iterable[Entry], procedure: Procedure) -> list[dict[str, Any]]:
    """What concerns the applicant, without the names of officers."""
    kept = []
    for row in rows:
        entry = journal.read(row)
        element = _element(entry["payload"], procedure)
        own = element is not None and element.role is Role.APPLICANT
        task_of_mine = own and row.type in {EventType.TASK_OPENED, EventType.TASK_COMPLETED}
        if row.type not in _FOR_APPLICANTS and not task_of_mine:
            continue
        one = told(row, procedure)
        title = one.title
        if task_of_mine and element is not None:
            asked = row.type == EventType.TASK_OPENED
            step = element.title(current_language())
            title = _("Ông/Bà được yêu cầu: %(step)s", step=step) if asked else _("Ông/Bà đã gửi: %(step)s", step=step)
        kept.append({"title": title, "when": one.when, "moment": one.moment, "text": one.text, "kind": one.kind})
    return kept


def _element(payload: Mapping[str, Any], procedure: Procedure | None) -> Element | None:
    """The step that an entry is about; the clock's entries name the step that moved it as their reason."""
    where = payload.get("element") or payload.get("reason", "")
    return procedure.elements.get(str(where)) if procedure else None


def _title(kind: str, payload: Mapping[str, Any], element: Element | None) -> str:
    title = wording.word(wording.EVENTS, kind)
    if kind == EventType.DEADLINE_FIRED:
        title = str(wording.MOMENTS.get(str(payload.get("kind", "")), title))
    if kind == EventType.MESSAGE_RECEIVED:
        return wording.word(wording.MESSAGES, str(payload.get("message", "")))
    if kind == EventType.DOSSIER_ENDED:
        return f"{title}: {wording.word(wording.OUTCOMES, str(payload.get('outcome', '')))}"
    if element is not None and kind not in _WITHOUT_STEP:
        return f"{title}: {element.title(current_language())}"
    return title


def _text(kind: str, payload: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """What else there is to say, from what the entry carries."""
    parts = []
    if ground := payload.get("ground"):
        parts.append(str(ground))
    if (reason := payload.get("reason")) and not kind.startswith(CLOCK_PREFIX):
        parts.append(_("Lý do: %(reason)s", reason=reason))
    if unit := payload.get("unit"):
        parts.append(_("Đơn vị: %(unit)s", unit=units.get(unit, unit)))
    if kind in (EventType.COMMENT_ADDED, EventType.COMMENT_EDITED):
        parts.append(shorten(str(payload.get("text", "")), LONGEST_TEXT))
    if filename := payload.get("filename"):
        parts.append(str(filename))
    if due := payload.get("due_at"):
        parts.append(_("Hạn: %(due)s", due=present.moment_text(str(due))))
    if kind == EventType.TASK_ASSIGNED and payload.get("to"):
        parts.append(_("Giao cho: %(person)s", person=payload["to"]))
    if kind == EventType.INCIDENT_OPENED:
        parts.append(str(payload.get("message", "")))
    return ". ".join(parts)


def _kind(kind: str) -> str:
    if kind.startswith(CLOCK_PREFIX):
        return "clock"
    return "end" if kind == EventType.DOSSIER_ENDED else ""


def _who(actor: Mapping[str, Any]) -> str:
    """Who acted, and in whose place."""
    name, absent = str(actor.get("name", "")), actor.get("on_behalf_of")
    return _("%(person)s (thay %(absent)s)", person=name, absent=absent["name"]) if absent else name
