"""Reads the statutory clock of a dossier from its journal: what it says, why, and who used how many of its days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.clockwork import events_of
from engine.deadlines import ledger
from engine.deadlines.calendar import Calendar
from engine.deadlines.consumption import Holding, consumption
from engine.deadlines.explain import Explanation, explain
from engine.deadlines.ledger import ClockEvent, Due
from engine.deadlines.terms import Term, resolve_term
from engine.events import EventType
from engine.history.journal import Happened, clock_entries, read, task_entries
from engine.model import Element
from engine.persistence.tables import DossierRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.procedure import Procedure
from engine.runtime.side_tasks import SIDE_TASKS


@dataclass(frozen=True)
class Account:
    """A dossier's clock: what happened to it, the term that governs it, and what follows."""

    events: tuple[ClockEvent, ...]
    term: Term
    due: Due


@dataclass(frozen=True)
class TaskShare:
    """What one user task used of the term, in the term's unit (days for months).

    `person` is whoever completed it or has it now, empty while it lies in its queue. `end` is None while it is open.
    """

    step: str
    unit: str
    role: str
    person: str
    start: datetime
    end: datetime | None
    used: float


@dataclass(frozen=True)
class StepShare:
    """What a step used of the term in one unit, all its rounds together."""

    step: str
    unit: str
    role: str
    times: int
    used: float


@dataclass(frozen=True)
class UnitShare:
    """What a unit used of the term, step by step; `unit` is empty for the applicant."""

    unit: str
    steps: tuple[StepShare, ...]
    used: float


def account(session: Session, platform: Platform, dossier: DossierRow) -> Account:
    """The clock as of now, counted anew from the ledger."""
    events, term = _ledger(session, platform, dossier)
    return Account(events, term, ledger.due(events, term, platform.calendar, now=platform.now()))


def explanation_of(session: Session, platform: Platform, dossier: DossierRow) -> Explanation:
    """Why the due date is what it is, day by day, up to now or to the dossier's end.

    Whoever asks, on a page, through the API or on the command line, is told the same words.
    """
    events, term = _ledger(session, platform, dossier)
    elements = pinned(session, dossier).elements
    return explained(events, term, platform.calendar, dossier.closed_at or platform.now(), elements)


def explained(
    events: Sequence[ClockEvent], term: Term, calendar: Calendar, until: datetime, elements: Mapping[str, Element]
) -> Explanation:
    """A ledger's due date with its reasons, in which steps bear their names and not their ids."""
    known = {**elements, **SIDE_TASKS}

    def told(lang: str) -> Explanation:
        named = [replace(e, reason=known[e.reason].title(lang)) if e.reason in known else e for e in events]
        return explain(named, term, calendar, until=until)

    vi, en = told("vi"), told("en")
    lines = tuple(replace(one, reason_en=other.reason_en) for one, other in zip(vi.lines, en.lines, strict=True))
    return replace(vi, lines=lines, summary_en=en.summary_en)


def consumption_of(session: Session, platform: Platform, dossier: DossierRow) -> list[TaskShare]:
    """What each user task used of the legal days up to now, in the order in which the tasks were opened.

    A day belongs to the task that was open when it began; bodies consulted at the same time each bear it. A task of
    the applicant uses nothing while the clock waits for the applicant.
    """
    events, term = _ledger(session, platform, dossier)
    tasks = _held(task_entries(session, dossier.id))
    holdings = [Holding(task.unit, task.step, task.start, task.end) for task in tasks]
    shares = consumption(holdings, events, term, platform.calendar, now=platform.now())
    return [task.share(share.used) for task, share in zip(tasks, shares, strict=True)]


def by_step(shares: Iterable[TaskShare]) -> list[StepShare]:
    """The shares added up per step and unit, in the order in which the steps were first reached."""
    rounds: dict[tuple[str, str], list[TaskShare]] = {}
    for one in shares:
        rounds.setdefault((one.step, one.unit), []).append(one)
    return [
        StepShare(step, unit, every[0].role, len(every), round(sum(one.used for one in every), 4))
        for (step, unit), every in rounds.items()
    ]


def by_unit(shares: Iterable[TaskShare]) -> list[UnitShare]:
    """The shares added up per unit, with the steps of each, in the order in which the units were first reached."""
    found: dict[str, list[StepShare]] = {}
    for one in by_step(shares):
        found.setdefault(one.unit, []).append(one)
    return [UnitShare(unit, tuple(steps), round(sum(s.used for s in steps), 4)) for unit, steps in found.items()]


def term_of(procedure: Procedure, case: str, day: date) -> Term:
    """The term that governs a dossier of this case that was submitted on `day`."""
    return resolve_term(procedure.terms_of(case), day)


def _ledger(session: Session, platform: Platform, dossier: DossierRow) -> tuple[tuple[ClockEvent, ...], Term]:
    events = tuple(events_of(clock_entries(session, dossier.id)))
    return events, term_of(pinned(session, dossier), dossier.procedure_case, platform.day_of(dossier.submitted_at))


@dataclass(slots=True)
class _Held:
    """A user task, as the entries read so far tell of it."""

    step: str
    unit: str
    role: str
    start: datetime
    person: str = ""
    end: datetime | None = None

    def take(self, row: Happened, entry: Mapping[str, Any]) -> None:
        """Let one more entry tell of it."""
        actor = str(entry["actor"].get("name", ""))
        if row.type == EventType.TASK_CLAIMED:
            self.person = actor
        elif row.type == EventType.TASK_ASSIGNED:
            self.person = entry["payload"]["to"]
        elif row.type == EventType.TASK_RELEASED:
            self.person = ""
        elif row.type == EventType.TASK_COMPLETED:
            self.person, self.end = actor, row.occurred_at
        elif row.type == EventType.TASK_CANCELLED:
            self.end = row.occurred_at

    def share(self, used: float) -> TaskShare:
        """What it used of the term."""
        return TaskShare(self.step, self.unit, self.role, self.person, self.start, self.end, used)


def _held(rows: Iterable[Happened]) -> list[_Held]:
    """Who had which step from when to when; what officers do beside the process holds nothing up."""
    found: dict[str, _Held] = {}
    for row in rows:
        entry: dict[str, Any] = read(row)
        said = entry["payload"]
        if row.type == EventType.TASK_OPENED and said["element"] not in SIDE_TASKS:
            found[said["task"]] = _Held(said["element"], said["unit"], said["role"], row.occurred_at)
        elif held := found.get(said["task"]):
            held.take(row, entry)
    return list(found.values())
