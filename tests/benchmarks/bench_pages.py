"""What a page costs the servers in a city of 1,000,000 dossiers with 20,000 open tasks on PostgreSQL.

Every figure is the time that both processes, ours and PostgreSQL's, worked for a request that went the whole way
through the application: on a machine with nothing else to do that is the time until the answer. What a loaded machine
adds is told apart (`wall_p95`). Each page is asked for in a city of 10,000 dossiers too; `ratio` is how many times more
it takes in the big one.

Filling takes minutes. MOTCUA_BENCH_CITIES ("small=<url> big=<url>", as `big_city.py` prints them) names cities that are
there already; MOTCUA_BENCH_PAGES keeps to the pages whose name holds one of these words.
"""

import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parent))

import structlog
from big_city import NOON, SIZES, Cities, server
from big_pages import ANYBODY, Asked, completions, pages
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, make_url, text

from api.app import create_app
from api.cli.serving import settle
from api.database import db as flask_db
from api.settings import Settings
from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.organisation import people
from engine.persistence.database import make_engine
from engine.persistence.transaction import run
from engine.platform import Platform

LIMIT = 50  # ms, 95 of 100
OURS = f"bench_pages {os.getpid()}"  # tells our connections from those of whoever else looks at the city
ROUNDS, WARM = 20, 3


@dataclass(frozen=True)
class Cost:
    """What a page took, in milliseconds."""

    half: float
    most: float  # 95 of 100
    wall: float  # 95 of 100 on this machine as it was
    statements: int


def benchmarks() -> list[dict[str, object]]:
    """The figures of this file."""
    with _cities() as urls:
        costs = {name: _measured(url) for name, url in urls.items()}
    big, small = costs["big"], costs.get("small", {})
    return [
        {
            "name": f"server time of {name} (p95)",
            "value": round(cost.most, 1),
            "unit": "ms",
            "limit": LIMIT,
            "p50": round(cost.half, 1),
            "wall_p95": round(cost.wall, 1),
            "statements": cost.statements,
            "ratio": round(cost.half / small[name].half, 2) if name in small else None,
        }
        for name, cost in big.items()
    ]


@contextmanager
def _cities() -> Iterator[dict[str, str]]:
    """The URLs of the cities by name."""
    if named := os.environ.get("MOTCUA_BENCH_CITIES"):
        yield dict(each.split("=", 1) for each in named.split())
        return
    postgres = server()
    try:
        cities = Cities(postgres)
        cities.found()
        yield {name: cities.grow(name, *size) for name, size in SIZES.items()}
    finally:
        postgres.stop()


def _measured(url: str) -> dict[str, Cost]:
    url = make_url(url).update_query_dict({"application_name": OURS}).render_as_string(hide_password=False)
    db = make_engine(url)
    wanted = os.environ.get("MOTCUA_BENCH_PAGES", "").split()
    found = {}
    with tempfile.TemporaryDirectory() as folder, _application(url, folder) as app:
        clients: dict[str, FlaskClient] = {}
        for asked in [*pages(db), *completions(db, ROUNDS + WARM)]:
            if wanted and not any(word.replace("_", " ") in asked.name for word in wanted):
                continue
            client = clients.get(asked.username) or clients.setdefault(asked.username, _client(app, db, asked.username))
            found[asked.name] = _cost(db, app, client, asked)
            _tell(asked.name, found[asked.name])
    db.dispose()
    return found


@contextmanager
def _application(url: str, folder: str) -> Iterator[Flask]:
    settings = Settings(database_url=url, secret_key="k" * 32, store=Path(folder) / "documents")
    app = create_app(settings, Platform(FixedClock(NOON), vietnam()))
    settle()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # a line a request
    yield app
    with app.app_context():
        flask_db.engine.dispose()


def _client(app: Flask, db: Engine, username: str) -> FlaskClient:
    """A client that comes with an access token of this person: the same way in for pages and for the API."""
    client = app.test_client()
    if username == ANYBODY:
        return client
    token = run(
        db,
        lambda session: people.issue_token(
            session, people.get_person(session, username), "bench", now=NOON, expires_at=NOON.replace(year=2027)
        ),
    )
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def _cost(db: Engine, app: Flask, client: FlaskClient, asked: Asked) -> Cost:
    with app.app_context():
        engine = flask_db.engine
    with _kept(engine) as statements:
        return _asked(db, client, asked, statements)


def _asked(db: Engine, client: FlaskClient, asked: Asked, statements: list[str]) -> Cost:
    works, walls = list[float](), list[float]()
    for number in range(WARM + ROUNDS):
        backends = _backends(db)
        statements.clear()
        before, begun, ours = _worked(backends), time.perf_counter(), time.process_time()
        answer = asked.ask(client, number)
        ours, wall = time.process_time() - ours, time.perf_counter() - begun
        if answer.status_code != asked.status:
            raise AssertionError(
                f"{asked.name}: expected {asked.status}, found {answer.status_code}: {answer.text[:2000]}"
            )
        if number >= WARM:
            works.append(1e3 * (ours + _worked(backends) - before))
            walls.append(1e3 * wall)
    return Cost(median(works), _most(works), _most(walls), len(statements))


def _most(values: list[float]) -> float:
    return sorted(values)[ceil(len(values) * 0.95) - 1]


def _backends(db: Engine) -> list[int]:
    """The process ids of PostgreSQL's side of our connections, when it runs on this machine; SQLite has none."""
    if db.dialect.name != "postgresql":
        return []
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = :ours AND pid <> pg_backend_pid()"
    with db.connect() as connection:
        found = [pid for (pid,) in connection.execute(text(query), {"ours": OURS})]
        return [pid for pid in found if Path(f"/proc/{pid}/schedstat").exists()]


def _worked(backends: list[int]) -> float:
    """The seconds that these processes have worked so far."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in backends) / 1e9


@contextmanager
def _kept(engine: Engine) -> Iterator[list[str]]:
    """The statements that go through the engine meanwhile."""
    found = list[str]()

    def keep(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)


def _tell(name: str, cost: Cost) -> None:
    print(
        f"{cost.half:8.1f} {cost.most:8.1f} {cost.wall:8.1f} {cost.statements:4d}  {name}", file=sys.stderr, flush=True
    )
