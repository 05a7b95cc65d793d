"""The only way a dossier changes: lock it, let a command act, settle what follows, append the history.

Everything a command causes (answers, new tasks, timers, the clock, incidents) is in the caller's one transaction, and
all its events stand in the journal before it commits.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import agenda, clockwork, letter_requests, news, receipt, settlement
from engine.change import NO_SUCCESSIONS, Change
from engine.errors import DossierClosedError, NotFoundError, StaleVersionError
from engine.events import EventType
from engine.history import journal
from engine.model import Actor, DossierState, Element, Step
from engine.organisation import units
from engine.persistence import calendars
from engine.persistence.tables import DossierRow, TaskRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.evaluation import Evaluation

Command = Callable[[Change], None]


def apply(
    session: Session,
    platform: Platform,
    actor: Actor,
    dossier_id: UUID,
    command: Command,
    *,
    version: int | None = None,
    legal_at: datetime | None = None,
) -> DossierRow:
    """Let `command` change the dossier and record what happened.

    `version` is the one the caller has seen (None: whichever). `legal_at` is the moment that the law counts when it
    lies before the present, as for a timer that is processed late.

    Raises:
        NotFoundError: there is no such dossier.
        StaleVersionError: it has changed since `version`.
        DossierClosedError: it has ended.
        EngineError: whatever the command refuses.
    """
    dossier = lock(session, platform, dossier_id)
    _refuse_unfit(dossier, version)
    return carry_out(session, platform, actor, dossier, command, legal_at)


def apply_to_task(session: Session, platform: Platform, actor: Actor, task_id: UUID, command: Command) -> DossierRow:
    """`apply` on the dossier that a user task belongs to.

    Raises:
        NotFoundError: there is no such task.
        DossierClosedError: its dossier has ended.
        EngineError: whatever the command refuses.
    """
    owner = select(TaskRow.dossier_id).where(TaskRow.id == task_id).scalar_subquery()
    dossier = _locked(session, platform, DossierRow.id == owner)
    if dossier is None:
        raise NotFoundError(f"expected a task with the id {task_id}, found none", "Không tìm thấy công việc.")
    return carry_out(session, platform, actor, dossier, command)


def carry_out(
    session: Session,
    platform: Platform,
    actor: Actor,
    dossier: DossierRow,
    command: Command,
    legal_at: datetime | None = None,
) -> DossierRow:
    """`apply` on a dossier whose row the caller has locked or just made."""
    now = platform.now()
    change = Change(session, platform, actor, dossier, pinned(session, dossier), now, legal_at or now)
    undated = dossier.due_at is None
    with session.no_autoflush:  # one flush at the end writes each row once
        command(change)
        if undated and dossier.due_at is not None:
            letter_requests.capture_what_waited(change)
        journal.append(session, dossier, change.actor, change.events, now)
    session.flush()
    return dossier


def lock(session: Session, platform: Platform, dossier_id: UUID) -> DossierRow:
    """The dossier's row, locked until the transaction ends and read afresh; the platform learns the newest calendar.

    Raises:
        NotFoundError: there is no such dossier.
    """
    dossier = _locked(session, platform, DossierRow.id == dossier_id)
    if dossier is None:
        raise NotFoundError(f"expected a dossier with the id {dossier_id}, found none", "Không tìm thấy hồ sơ.")
    return dossier


def _locked(session: Session, platform: Platform, condition: ColumnElement[bool]) -> DossierRow | None:
    query = select(DossierRow, calendars.NEWEST_NUMBER, units.SUCCEEDED).where(condition).with_for_update(of=DossierRow)
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return None
    calendars.know(session, platform, found[1])
    session.info[NO_SUCCESSIONS] = found[2] is None
    dossier: DossierRow = found[0]
    return dossier


def _refuse_unfit(dossier: DossierRow, version: int | None) -> None:
    if version is not None and dossier.version != version:
        raise StaleVersionError(
            f"expected version {version} of dossier {dossier.code}, found {dossier.version}; read it again",
            f"Hồ sơ {dossier.code} đã thay đổi kể từ khi trang được mở; hãy tải lại.",
        )
    refuse_ended(dossier)


def refuse_ended(dossier: DossierRow) -> None:
    """Say nothing while a dossier is open.

    Raises:
        DossierClosedError: it has ended.
    """
    if dossier.closed_at is not None:
        raise DossierClosedError(
            f"expected dossier {dossier.code} to be open, found that it ended ({dossier.outcome}); an ended dossier is "
            "not reopened, the applicant may file anew",
            f"Hồ sơ {dossier.code} đã kết thúc và không mở lại được; người nộp có thể nộp hồ sơ mới.",
        )


def settle(change: Change, step: Step, evaluation: Evaluation, *, completed: UUID | None = None) -> None:
    """Turn what the process did into data, events, tasks, timers and incidents (called by commands)."""
    dossier, elements = change.dossier, change.procedure.elements
    dossier.snapshot = step.snapshot
    for key, value in step.results.items():
        rules = [rule for where, matched in step.decisions if elements[where].result == key for rule in matched]
        change.note(EventType.RESULT_SET, key=key, value=value, rules=rules)
        change.keep(key, value)
    for where in step.passed:
        change.note(EventType.ELEMENT_PASSED, element=where)
        dossier.progress = max(dossier.progress, elements[where].milestone)
    clockwork.note_effects(change, step)
    receipt.hand_over_when_complete(change, step)
    clockwork.recount(change)
    settlement.settle_tasks(change, step, evaluation, completed)
    settlement.settle_timers(change, step, evaluation)
    settlement.settle_incidents(change, step)
    letter_requests.settle_letters(change, step, evaluation)
    dossier.supplement_requests += letter_requests.supplements(elements, step)
    if step.ended_at:
        _end(change, elements[step.ended_at])
    news.tell_applicant(change)


def _end(change: Change, end: Element) -> None:
    """Close the dossier, and whatever still waits in it beside the process."""
    settlement.close_side_tasks(change)
    for row in change.deadlines.values():
        agenda.cancel(change, row)
    change.dossier.closed_at = change.legal_at
    change.dossier.state = DossierState.CLOSED
    change.dossier.outcome = end.outcome
    change.note(EventType.DOSSIER_ENDED, element=end.id, outcome=end.outcome)
