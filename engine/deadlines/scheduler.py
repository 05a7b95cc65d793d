"""The ticker: APScheduler calls the sweep every few seconds in each process; the claim decides who does what.

The jobs live in memory. Deadlines live in the database, so any number of processes may tick at once, and one that
dies loses nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from engine import staffing
from engine.calendars import recount_stale
from engine.deadlines.sweep import Backlog, Swept, backlog, sweep
from engine.errors import EngineError
from engine.persistence.transaction import reading
from engine.platform import Platform

log = logging.getLogger(__name__)
TIDY_MINUTES = 10  # roles, stand-ins, units and mandates end with a day: nobody waits longer than this for it


@dataclass(frozen=True)
class Tick:
    """One round: when it ended, what it did, and what waits after it."""

    at: datetime
    swept: Swept
    recounted: int
    waiting: Backlog


Observer = Callable[[Tick], None]


@dataclass(frozen=True)
class Ticker:
    """A running scheduler."""

    scheduler: BackgroundScheduler
    stopping: Event = field(default_factory=Event)

    def stop(self) -> None:
        """Finish the effect under way, then stop."""
        self.stopping.set()
        self.scheduler.shutdown(wait=True)


def start(
    db: Engine,
    platform: Platform,
    interval_seconds: float = 5,
    observe: Observer = lambda _tick: None,
    jobs: Sequence[Callable[[], None]] = (),
    chores: Sequence[Callable[[], None]] = (),
) -> Ticker:
    """Sweep now and then every `interval_seconds` in a background thread until stopped.

    `observe` is told of every round that the database answered: for measurements. `jobs` run in the same rhythm, each
    beside the sweep and in a thread of its own, so that a slow one holds nothing up; `chores` every ten minutes.
    """
    ticker = Ticker(BackgroundScheduler(timezone="UTC"))

    def job() -> None:
        try:
            observe(tick(db, platform, ticker.stopping.is_set))
        except SQLAlchemyError:
            log.exception("expected the database to answer the sweep, found an error; the next tick tries again")

    for each in (job, *(_beside(extra) for extra in jobs)):
        ticker.scheduler.add_job(
            each, "interval", seconds=interval_seconds, max_instances=1, coalesce=True, next_run_time=platform.now()
        )
    for each in (lambda: _tidy(db, platform), *chores):
        ticker.scheduler.add_job(
            _beside(each),
            "interval",
            minutes=TIDY_MINUTES,
            max_instances=1,
            coalesce=True,
            next_run_time=platform.now(),
        )
    ticker.scheduler.start()
    return ticker


def _tidy(db: Engine, platform: Platform) -> None:
    try:
        if moved := staffing.tidy(db, platform):
            log.info("tidied: %d tasks and dossiers moved", moved)
    except EngineError:
        log.exception("expected tasks to follow people, units and mandates, found an error; the next turn tries again")


def _beside(extra: Callable[[], None]) -> Callable[[], None]:
    """A job that waits for the next round when the database does not answer."""

    def job() -> None:
        try:
            extra()
        except (SQLAlchemyError, EngineError):
            log.exception("expected the database and the store to answer a job, found an error; the next round tries")

    return job


def tick(db: Engine, platform: Platform, stop: Callable[[], bool] = lambda: False) -> Tick:
    """One round: dossiers that a new calendar concerns first, then what is due."""
    recounted = _recount(db, platform, stop)
    swept = sweep(db, platform, stop=stop)
    if swept.fired or swept.failed:
        log.info("swept: %d fired, %d failed, latest by %s", swept.fired, swept.failed, swept.lateness)
    with reading(db) as session:
        return Tick(platform.now(), swept, recounted, backlog(session, platform))


def _recount(db: Engine, platform: Platform, stop: Callable[[], bool]) -> int:
    total = 0
    try:
        while not stop() and (done := recount_stale(db, platform)):
            total += done
    except EngineError:
        # such as a calendar that this release cannot read: what is due must not wait for it
        log.exception("expected to count open dossiers anew, found an error; they keep their dates for now")
    return total
