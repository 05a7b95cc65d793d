"""Fires what has fallen due.

1. Claim the oldest pending row whose moment has come by locking it and its dossier. Dossiers that somebody works on
   are skipped, so a sweep and an officer never wait for each other in a circle.
2. Let the dossier move on through the one `transition`, at the moment the law says.
3. Mark the row as fired in the same transaction and commit: the effect and the mark happen together or not at all.

One transaction an effect: a row that fails does not hold up the others. It is tried again later and later, and after
the last attempt it is parked and becomes an incident that an operator sees.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, func, literal_column, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engine import transition
from engine.agenda import lapse_of
from engine.calendars import count_anew
from engine.change import Change
from engine.clock_incidents import EFFECT_FAILED, open_incident
from engine.effects import EFFECTS
from engine.errors import EngineError
from engine.events import EventType
from engine.model import SYSTEM, DeadlineKind, DeadlineState
from engine.persistence import calendars
from engine.persistence.tables import DeadlineRow, DossierRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.runtime import interpreter

log = logging.getLogger(__name__)

ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Swept:
    """What a sweep did: how many rows fired, failed, and the greatest lateness among them."""

    fired: int = 0
    failed: int = 0
    lateness: timedelta = timedelta()


@dataclass(frozen=True)
class Backlog:
    """What waits: for how long the oldest moment has been due, how many dossiers the newest calendar has to reach."""

    oldest: timedelta = timedelta()
    stale: int = 0


def sweep(db: Engine, platform: Platform, limit: int = 200, stop: Callable[[], bool] = lambda: False) -> Swept:
    """Fire up to `limit` rows that are due, oldest first, until nothing is due."""
    done = Swept()
    if not _anything_due(db, platform):
        return done  # on SQLite, looking first spares the write lock
    while done.fired + done.failed < limit and not stop():
        outcome = fire_next(db, platform)
        if outcome is None:
            break
        late = max(done.lateness, outcome.lateness)
        done = Swept(done.fired + outcome.fired, done.failed + outcome.failed, late)
    return done


def fire_next(db: Engine, platform: Platform) -> Swept | None:
    """Fire the oldest row that is due, in one transaction; None when nothing is due."""
    claimed: list[tuple[UUID, UUID]] = []

    def work(session: Session) -> Swept | None:
        claimed.clear()
        found = claim(session, platform.now())
        if found is None:
            return None
        row, dossier, newest_calendar = found
        claimed.append((row.dossier_id, row.id))
        calendars.know(session, platform, newest_calendar)
        late = platform.now() - row.legal_due_at
        return Swept(fired=1, lateness=late) if _fire(session, platform, row, dossier) else Swept()

    try:
        return run(db, work)
    except SQLAlchemyError:
        raise  # the database's trouble is not the row's
    except Exception as error:
        # whatever it is, a row that cannot fire must not hold up those behind it
        if not claimed:
            raise
        message = str(error) if isinstance(error, EngineError) else f"{type(error).__name__}: {error}"
        log.warning("expected to fire %s, found an error: %s", claimed[0], message, exc_info=error)
        run(db, lambda session: _postpone(session, platform, *claimed[0], message))
        return Swept(failed=1)


def claim(session: Session, now: datetime) -> tuple[DeadlineRow, DossierRow, int] | None:
    """The oldest pending row that is due, with its dossier, both locked, and the number of the newest calendar.

    None when nothing is left to claim. PostgreSQL looks at the conditions again when it has locked the rows; on SQLite
    whoever writes is alone.
    """
    due = (
        select(DeadlineRow, DossierRow, calendars.NEWEST_NUMBER)
        .join(DossierRow, DossierRow.id == DeadlineRow.dossier_id)
        .where(*_is_due(now))
        .order_by(DeadlineRow.due_at, DeadlineRow.id)
        .limit(1)
        .with_for_update(of=(DossierRow, DeadlineRow), skip_locked=True)
    )
    found = session.execute(due).one_or_none()
    return (found[0], found[1], found[2]) if found else None


def backlog(session: Session, platform: Platform) -> Backlog:
    """What waits at this moment."""
    pending = select(func.min(DeadlineRow.due_at)).where(DeadlineRow.state == literal_column("'pending'"))
    oldest = session.scalar(pending)
    return Backlog(
        oldest=max(timedelta(), platform.now() - oldest) if oldest else timedelta(),
        stale=session.scalar(calendars.stale_dossiers()) or 0,
    )


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (DeadlineRow.state == literal_column("'pending'"), DeadlineRow.due_at <= now)


def _anything_due(db: Engine, platform: Platform) -> bool:
    with reading(db) as session:
        return session.scalar(select(DeadlineRow.id).where(*_is_due(platform.now())).limit(1)) is not None


def _fire(session: Session, platform: Platform, row: DeadlineRow, dossier: DossierRow) -> bool:
    """Let the row's moment have its effect; False where it has none any more, or another calendar counts by now."""
    if dossier.closed_at is not None:
        row.state, row.processed_at = DeadlineState.CANCELLED, platform.now()
        return False
    fired = []

    def command(change: Change) -> None:
        if change.dossier.calendar_number < change.platform.calendar_number:
            count_anew(change)  # the moment may have moved; where it has not, the row is claimed again
            return
        fired.append(row.id)
        row.state, row.processed_at = DeadlineState.FIRED, change.now
        change.note(
            EventType.DEADLINE_FIRED,
            deadline=str(row.id),
            kind=row.kind,
            element=row.element_id,
            due_at=row.legal_due_at.isoformat(),
        )
        if row.kind == DeadlineKind.TIMER:
            evaluation = change.evaluation()
            step = interpreter.fire(change.procedure.program, change.dossier.snapshot, evaluation, row.id)
            # the row is settled here already; the rest of the step is settled as always
            settled = replace(step, timers_closed=step.timers_closed - {row.id})
            transition.settle(change, settled, evaluation)
        else:
            EFFECTS[row.kind](change, row)

    legal_at = row.legal_due_at + lapse_of(row.kind)
    transition.carry_out(session, platform, SYSTEM, dossier, command, legal_at)
    return bool(fired)


def _postpone(session: Session, platform: Platform, dossier_id: UUID, deadline_id: UUID, message: str) -> None:
    """Try the row again later, or park it after the last attempt and tell the operators."""
    dossier = transition.lock(session, platform, dossier_id)
    row = session.get_one(DeadlineRow, (dossier_id, deadline_id), with_for_update=True)
    if row.state != DeadlineState.PENDING:
        return
    row.attempts += 1
    row.last_error = message
    if dossier.closed_at is not None:
        row.state, row.processed_at = DeadlineState.CANCELLED, platform.now()
    elif row.attempts < ATTEMPTS:
        row.due_at = platform.now() + FIRST_PAUSE * 2 ** (row.attempts - 1)
    else:
        _park(session, platform, row, message)


def _park(session: Session, platform: Platform, row: DeadlineRow, message: str) -> None:
    def command(change: Change) -> None:
        row.state, row.processed_at = DeadlineState.PARKED, change.now
        open_incident(change, row.id, EFFECT_FAILED, message, row.element_id)

    transition.apply(session, platform, SYSTEM, row.dossier_id, command)
