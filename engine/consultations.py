"""The bodies that are asked for an opinion on a dossier: since when, until when, who is late, what silence means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import DeadlineKind, DeadlineState, Element, Role, TaskState
from engine.persistence.tables import FAR_FUTURE, DeadlineRow, DossierRow, TaskRow
from engine.procedures import pinned
from engine.runtime.procedure import Procedure


class Answer(StrEnum):
    """How a consultation stands."""

    WAITING = "waiting"
    LATE = "late"
    GIVEN = "given"
    GIVEN_LATE = "given-late"
    SILENT = "silent"  # the time ran out; by law that is consent where `silence_consents`
    DROPPED = "dropped"  # the dossier went another way


@dataclass(frozen=True)
class Consultation:
    """One body asked once. `due_at` is its own limit, `lapses_at` when its silence takes effect."""

    task: TaskRow
    element: Element
    answer: Answer
    due_at: datetime | None
    lapses_at: datetime | None
    silence_consents: bool


def of_dossier(session: Session, dossier: DossierRow, now: datetime) -> list[Consultation]:
    """Every consultation of a dossier, oldest first."""
    procedure = pinned(session, dossier)
    asked = select(TaskRow).where(TaskRow.dossier_id == dossier.id, TaskRow.role == Role.CONSULTED_OFFICER)
    tasks = session.scalars(asked.order_by(TaskRow.opened_at, TaskRow.id)).all()
    if not tasks:
        return []
    timers = session.scalars(
        select(DeadlineRow).where(DeadlineRow.dossier_id == dossier.id, DeadlineRow.kind == DeadlineKind.TIMER)
    ).all()
    return [_consultation(procedure, task, timers, now) for task in tasks]


def _consultation(procedure: Procedure, task: TaskRow, timers: Iterable[DeadlineRow], now: datetime) -> Consultation:
    lapses = {one.id: one for one in procedure.elements.values() if one.attached_to == task.element_id and one.timer}
    # a task and the timer attached to it end in one command, and neither has ended while both wait
    mine = [row for row in timers if row.element_id in lapses and row.processed_at == task.closed_at]
    due = None if task.due_at >= FAR_FUTURE else task.due_at
    return Consultation(
        task,
        procedure.elements[task.element_id],
        _answer(task, mine, due, now),
        due,
        min((row.legal_due_at for row in mine), default=None),
        any(one.silence_consents for one in lapses.values()),
    )


def _answer(task: TaskRow, timers: Sequence[DeadlineRow], due: datetime | None, now: datetime) -> Answer:
    ended = task.closed_at or now
    late = due is not None and ended > due
    if task.state == TaskState.COMPLETED:
        return Answer.GIVEN_LATE if late else Answer.GIVEN
    if task.state == TaskState.OPEN:
        return Answer.LATE if late else Answer.WAITING
    fired = any(row.state == DeadlineState.FIRED for row in timers)
    return Answer.SILENT if fired else Answer.DROPPED
