"""Opens a database the way this platform needs it, and brings its schema up to date."""

import random
import sqlite3
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

MIGRATIONS = Path(__file__).with_name("migrations")
READ_ONLY = "readonly"  # execution option: begin without the write lock

_PATIENCE = 10  # seconds that a writer waits for its turn on SQLite
_WAIT = f"PRAGMA busy_timeout={_PATIENCE * 1000}"
_SQLITE_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _WAIT, "PRAGMA foreign_keys=ON")


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…), set up by `prepare`."""
    if make_url(url).get_backend_name() == "postgresql":
        options.setdefault("pool_pre_ping", True)
    engine = create_engine(url, **engine_options(url), **options)
    prepare(engine)
    return engine


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` must be told for this kind of database."""
    if make_url(url).get_backend_name() != "postgresql":
        return {}
    # Moments travel in UTC; a worker that hangs inside a transaction gives its rows back after half a minute. To
    # translate a statement into machine code takes longer than any of ours.
    settings = "-c timezone=UTC -c idle_in_transaction_session_timeout=30000 -c jit=off"
    return {"connect_args": {"options": settings}}


def prepare(engine: Engine) -> None:
    """Attach what SQLite needs to be as safe as PostgreSQL: WAL, full sync, foreign keys, BEGIN IMMEDIATE."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred BEGIN would fail at the first write when another writer came in between.
        if connection.get_execution_options().get(READ_ONLY):
            connection.exec_driver_sql("BEGIN")
        else:
            _take_turn(connection)


def _take_turn(connection: Connection) -> None:
    """BEGIN IMMEDIATE, asked for again after short random pauses while somebody else writes.

    SQLite's own waiting grows to a tenth of a second; beside a process that commits and begins again at once, such as
    a sweep with much to do, whoever waits like that would find the turn taken for ever.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            break
        except OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.001, 0.005))  # noqa: S311 - jitter, not a secret
    driver.execute(_WAIT)


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the schema at `url` to the newest version."""
    command.upgrade(alembic_config(url), "head")


def newest() -> str | None:
    """The newest version of the schema that this release knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def is_current(engine: Engine) -> bool:
    """Whether the schema is at the newest version."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()
