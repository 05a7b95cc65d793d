"""What commands work with when no site runs: the settings, the platform and a database of the process's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from api.settings import Settings, from_environment
from engine.clock import SystemClock
from engine.deadlines.calendar import vietnam
from engine.document_store import DocumentStore
from engine.persistence.database import make_engine
from engine.platform import Platform


@dataclass(frozen=True)
class Tools:
    """What a command works with."""

    settings: Settings
    platform: Platform
    store: DocumentStore
    db: Engine


@contextmanager
def tools(settings: Settings | None = None) -> Iterator[Tools]:
    """Open the database that the settings name, and close it at the end."""
    settings = settings or from_environment()
    db = make_engine(settings.database_url)
    try:
        platform = Platform(SystemClock(), vietnam(), warn_at=settings.warn_days, leader_by_law=settings.leader_by_law)
        yield Tools(settings, platform, DocumentStore(settings.papers.place(settings.store)), db)
    finally:
        db.dispose()
