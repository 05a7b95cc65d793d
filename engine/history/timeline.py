"""Reads a dossier's history: as lines for people, and as the picture that held at any past instant.

Both are folds over the journal alone; no present row is looked at, so an auditor sees what the history says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.events import CLOCK_PREFIX
from engine.history.journal import entries, read
from engine.persistence.tables import JournalRow

_PAGE = 500


@dataclass(frozen=True)
class Line:
    """One entry of a history, ready to be told."""

    seq: int
    type: str
    occurred_at: datetime  # the moment the law counts
    recorded_at: datetime
    actor: str
    payload: dict[str, Any]
    hash: str


@dataclass(frozen=True)
class OpenTask:
    """A user task that was open at an instant."""

    id: str
    element: str
    role: str
    unit: str
    assignee: str = ""
    since: datetime | None = None
    due_at: str = ""


@dataclass
class Picture:
    """A dossier as it stood at an instant."""

    at: datetime
    seq: int = 0
    passed: Counter[str] = field(default_factory=Counter)  # element -> how often
    tasks: dict[str, OpenTask] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)  # by data key, as last given
    clock: list[ClockEvent] = field(default_factory=list)
    deadlines: dict[str, str] = field(default_factory=dict)  # deadline id -> due moment
    incidents: dict[str, str] = field(default_factory=dict)  # incident id -> element
    version: str = ""
    ended: str = ""
    outcome: str = ""

    @property
    def present_elements(self) -> frozenset[str]:
        """Where the process stood: elements of open tasks and of steps that had failed."""
        return frozenset(task.element for task in self.tasks.values()) | frozenset(self.incidents.values())


def lines(session: Session, stream_id: UUID, after: int = 0, limit: int = 200) -> list[Line]:
    """A page of a history, oldest first, from the entry behind number `after`."""
    return [_line(row) for row in entries(session, stream_id, after, limit)]


def as_of(session: Session, stream_id: UUID, moment: datetime) -> Picture:
    """The dossier as it had been recorded by `moment` (aware)."""
    picture = Picture(moment)
    for line in _recorded_by(_all(session, stream_id), moment):
        _take(picture, line)
    return picture


def _all(session: Session, stream_id: UUID) -> Iterator[Line]:
    seq = 0
    while page := lines(session, stream_id, seq, _PAGE):
        yield from page
        seq = page[-1].seq


def _recorded_by(history: Iterable[Line], moment: datetime) -> Iterator[Line]:
    for line in history:
        if line.recorded_at > moment:
            return  # entries are recorded in order
        yield line


def _line(row: JournalRow) -> Line:
    entry = read(row)
    actor = entry["actor"].get("name", "")
    if absent := entry["actor"].get("on_behalf_of"):
        actor = f"{actor} (thay {absent['name']})"
    return Line(row.seq, row.type, row.occurred_at, row.recorded_at, actor, entry["payload"], row.hash)


def _take(picture: Picture, line: Line) -> None:
    """Let one entry change the picture."""
    picture.seq = line.seq
    said = line.payload
    if line.type.startswith(CLOCK_PREFIX):
        picture.clock.append(
            ClockEvent(
                ClockEventKind(said["kind"]),
                line.occurred_at,
                reason=said.get("reason", ""),
                ground=said.get("ground", ""),
                document=said.get("document"),
                days=said.get("days", 0),
                sequence=line.seq,
            )
        )
        return
    subject, _, what = line.type.partition(":")
    taker = {
        "task": _take_task,
        "deadline": _take_deadline,
        "incident": _take_incident,
        "dossier": _take_dossier,
    }.get(subject)
    if taker:
        taker(picture, what, line)
    elif line.type == "element:passed":
        picture.passed[said["element"]] += 1
    elif line.type == "result:set":
        picture.answers[said["key"]] = said["value"]


def _take_task(picture: Picture, what: str, line: Line) -> None:
    said = line.payload
    known = picture.tasks.get(said["task"])
    if what == "opened":
        picture.tasks[said["task"]] = OpenTask(
            said["task"],
            said["element"],
            said["role"],
            said["unit"],
            said.get("assignee") or "",
            line.occurred_at,
            said.get("due_at") or "",
        )
    elif what in {"completed", "cancelled"}:
        picture.tasks.pop(said["task"], None)
        if said.get("key"):
            picture.answers[said["key"]] = said["answers"]
    elif known and what == "moved":
        picture.tasks[known.id] = replace(
            known, role=said["role"], unit=said["unit"], assignee=said.get("assignee") or ""
        )
    elif known:
        holder = {"claimed": line.actor, "assigned": said.get("to", ""), "released": ""}.get(what, known.assignee)
        picture.tasks[known.id] = OpenTask(
            known.id, known.element, known.role, known.unit, holder, known.since, known.due_at
        )


def _take_deadline(picture: Picture, what: str, line: Line) -> None:
    if what in {"set", "moved"}:
        picture.deadlines[line.payload["deadline"]] = line.payload["due_at"]
    else:
        picture.deadlines.pop(line.payload["deadline"], None)


def _take_incident(picture: Picture, what: str, line: Line) -> None:
    if what == "opened":
        picture.incidents[line.payload["incident"]] = line.payload["element"]
    else:
        picture.incidents.pop(line.payload["incident"], None)


def _take_dossier(picture: Picture, what: str, line: Line) -> None:
    if what == "filed":
        picture.version = line.payload["version"]
        picture.answers[line.payload["form"]] = line.payload["answers"]
    elif what == "ended":
        picture.ended, picture.outcome = line.payload["element"], line.payload["outcome"]
