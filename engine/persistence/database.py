"""Opens a database the way this platform needs it, and brings its schema up to date."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url

MIGRATIONS = Path(__file__).with_name("migrations")
READ_ONLY = "readonly"  # execution option: begin without the write lock

_SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON")


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
    # Moments travel in UTC; a worker that hangs inside a transaction gives its rows back after half a minute.
    settings = "-c timezone=UTC -c idle_in_transaction_session_timeout=30000"
    return {"connect_args": {"options": settings}}


def prepare(engine: Engine) -> None:
    """Attach what SQLite needs to be as safe as PostgreSQL: WAL, full sync, foreign keys, BEGIN IMMEDIATE."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in _SQLITE_PRAGMAS:
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred BEGIN would fail at the first write when another writer came in between.
        read_only = connection.get_execution_options().get(READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


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
