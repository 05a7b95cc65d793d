"""What every test may ask for: a migrated database on each of the two servers, and a clock that stands still.

A test that takes `database_url` runs twice, on SQLite and on PostgreSQL, each time with a database of its own
that is a copy of one migrated template. What MOTCUA_TEST_REQUIRE lists ("postgresql", "browser") must be
there; what it does not list is skipped, with the reason, where the machine lacks it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from post_office import PostOffice
from sqlalchemy import Engine, create_engine, make_url, text
from throwaway_postgres import NoPostgresError, ThrowawayPostgres

from engine.clock import FixedClock
from engine.persistence.database import make_engine, upgrade

BOTH = ("sqlite", "postgresql")
SERVER = pytest.StashKey[ThrowawayPostgres]()


def required(part: str) -> bool:
    """Whether this run must not go on without the named part."""
    return part in os.environ.get("MOTCUA_TEST_REQUIRE", "").split(",")


# ---- one PostgreSQL server for the run ------------------------------------------------------------------


def start_postgres(config: pytest.Config) -> str:
    """The maintenance URL of the server of this run, which is started when it is first asked for.

    Raises:
        NoPostgresError: nothing here can be started.
    """
    if named := os.environ.get("MOTCUA_TEST_POSTGRES_URL"):
        return named
    if SERVER not in config.stash:
        config.stash[SERVER] = ThrowawayPostgres()
    return config.stash[SERVER].url


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Under xdist the controller owns the server and tells each worker where it is."""
    try:
        node.workerinput["postgres_server"] = start_postgres(node.config)  # type: ignore[attr-defined]
    except NoPostgresError as problem:
        node.workerinput["no_postgres"] = str(problem)  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the server down, if this process started it."""
    if server := config.stash.get(SERVER, None):
        del config.stash[SERVER]
        server.stop()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """The URL of the maintenance database of a PostgreSQL server."""
    told = getattr(request.config, "workerinput", {})
    try:
        if "no_postgres" in told:
            raise NoPostgresError(told["no_postgres"])
        return told.get("postgres_server") or start_postgres(request.config)
    except NoPostgresError as problem:
        if required("postgresql"):
            raise
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {problem}")


class Databases:
    """Makes and drops databases on one PostgreSQL server."""

    def __init__(self, server: str) -> None:
        self.server = make_url(server)
        self._engine = create_engine(self.server, isolation_level="AUTOCOMMIT")

    def create(self, template: str = "template0") -> str:
        """A new database, copied from the template; its name."""
        name = f"motcua_test_{uuid4().hex}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Drop the database even where somebody is still connected."""
        self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        """The URL of a database on this server."""
        return self.server.set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Let go of the server."""
        self._engine.dispose()

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[Databases]:
    """Makes and drops databases on the PostgreSQL server of this run."""
    databases = Databases(postgres_server)
    yield databases
    databases.close()


# ---- migrated templates, one of each kind per process ---------------------------------------------------


@pytest.fixture(scope="session")
def postgres_template(postgres_databases: Databases) -> Iterator[str]:
    """The name of a migrated database that nobody writes to."""
    name = postgres_databases.create()
    upgrade(postgres_databases.url(name))
    yield name
    postgres_databases.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that nobody writes to."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite"
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:  # so that the one file holds everything
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


# ---- databases for one test -----------------------------------------------------------------------------


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    path = tmp_path / "motcua.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_databases: Databases, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    name = postgres_databases.create(postgres_template)
    yield postgres_databases.url(name)
    postgres_databases.drop(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own: the test runs on SQLite and on PostgreSQL."""
    chosen: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return chosen


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, on SQLite and on PostgreSQL: for tests of the migrations themselves."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    name = databases.create()
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def db(database_url: str) -> Iterator[Engine]:
    """An engine on `database_url`, disposed of when the test ends."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


# ---- time -----------------------------------------------------------------------------------------------


@pytest.fixture
def fixed_clock() -> FixedClock:
    """Tuesday 10 March 2026, nine in the morning in Ho Chi Minh City: an ordinary working day."""
    return FixedClock(datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")))


# ---- mail -----------------------------------------------------------------------------------------------


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server that takes everything and keeps it."""
    office = PostOffice()
    office.open()
    yield office
    office.close()
