"""A dossier as its history says that it stood (`engine.history.folding` makes the picture, entry by entry).

The same picture serves a page that asks for a past instant and whoever checks an archive without a database.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.deadlines.clock_events import ClockEvent

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """One entry of a history, ready to be told. `actor` is a name, `who` all that the history keeps of them."""

    seq: int
    type: str
    occurred_at: datetime  # the moment the law counts
    recorded_at: datetime
    actor: str
    payload: dict[str, Any]
    hash: str
    who: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenTask:
    """A user task that was open at an instant.

    `assignee` is the person's id (the user name in entries that say no id), `holder` the name where the history tells
    it. `due_at` is the step's own limit; a step without one is due with its dossier.
    """

    id: str
    element: str
    role: str
    unit: str
    assignee: str = ""
    since: datetime | None = None
    due_at: datetime | None = None
    holder: str = ""


@dataclass(frozen=True)
class Waiting:
    """A moment that something waited for: a timer of the diagram, a step's limit, the term."""

    id: str
    kind: str
    element: str
    due_at: datetime
    task: str = ""  # of a step's limit


@dataclass(frozen=True)
class ActDone:
    """An act of authority that had been done, with the mandate it rests on (`mandate` is "" for one by law)."""

    seq: int
    at: datetime
    element: str
    by: str
    name: str
    mandate: str
    kind: str
    instrument: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class PaperThen:
    """A paper that the dossier had; `letter` is set for one that the authority has printed."""

    id: str
    filename: str
    sha256: str
    size: int
    letter: str = ""


@dataclass(frozen=True)
class CalendarThen:
    """A working calendar that the dossier was counted by; old entries do not say its fingerprint."""

    number: int
    fingerprint: str = ""


@dataclass
class Picture:
    """A dossier as it stood at an instant."""

    at: datetime
    seq: int = 0
    code: str = ""
    procedure: str = ""
    version: str = ""  # id of the procedure version
    checksum: str = ""  # of its bundle
    channel: str = ""
    case: str | None = None  # of the procedure; None where the history does not say
    places: dict[str, str] = field(default_factory=dict)  # receiving, competent, support -> unit code
    on_its_way: bool = False  # handed over and not acknowledged
    passed: Counter[str] = field(default_factory=Counter)  # element -> how often
    tasks: dict[str, OpenTask] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)  # by data key, as last given
    clock: list[ClockEvent] = field(default_factory=list)
    calendars: list[CalendarThen] = field(default_factory=list)  # that the dossier was counted by, in order
    deadlines: dict[str, Waiting] = field(default_factory=dict)
    incidents: dict[str, str] = field(default_factory=dict)  # incident id -> element
    papers: dict[str, PaperThen] = field(default_factory=dict)
    acts: list[ActDone] = field(default_factory=list)
    promised: datetime | None = None  # the due date that was last set; it may have been met or missed since
    filed_at: datetime | None = None
    ended_at: datetime | None = None
    ended: str = ""
    outcome: str = ""

    @property
    def calendar(self) -> int | None:
        """The number of the calendar that counted; None where the history does not say."""
        return self.calendars[-1].number if self.calendars else None

    @property
    def timers(self) -> list[Waiting]:
        """The timers of the diagram that waited."""
        return [each for each in self.deadlines.values() if each.kind == "timer"]

    @property
    def present_elements(self) -> frozenset[str]:
        """Where the process stood: elements of open tasks, of timers and of steps that had failed."""
        waiting = {task.element for task in self.tasks.values()} | {timer.element for timer in self.timers}
        return frozenset(waiting | set(self.incidents.values())) - {""}
