"""The ticker: APScheduler calls the sweep every few seconds in each process; the claim decides who does what.

The jobs live in memory. Deadlines live in the database, so any number of processes may tick at once, and one that
dies loses nothing.
"""

import logging
from dataclasses import dataclass
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from engine.calendars import recount_stale
from engine.deadlines.sweep import sweep
from engine.platform import Platform

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ticker:
    """A running scheduler."""

    scheduler: BackgroundScheduler
    stopping: Event

    def stop(self) -> None:
        """Finish the effect under way, then stop."""
        self.stopping.set()
        self.scheduler.shutdown(wait=True)


def start(db: Engine, platform: Platform, interval_seconds: float = 5) -> Ticker:
    """Sweep now and then every `interval_seconds` in a background thread until stopped."""
    stopping = Event()

    def tick() -> None:
        try:
            recount_stale(db, platform)
            swept = sweep(db, platform, stop=stopping.is_set)
        except SQLAlchemyError:
            log.exception("expected the database to answer the sweep, found an error; the next tick tries again")
            return
        if swept.fired or swept.failed:
            log.info("swept: %d fired, %d failed, latest by %s", swept.fired, swept.failed, swept.lateness)

    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        tick, "interval", seconds=interval_seconds, max_instances=1, coalesce=True, next_run_time=platform.now()
    )
    scheduler.start()
    return Ticker(scheduler, stopping)
