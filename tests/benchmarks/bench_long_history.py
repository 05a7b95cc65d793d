"""What the pages of one dossier cost when its history is long: 1,000 entries against the 64 of its usual way.

The dossier stands at the same step both times; the longer one was sent back to it 104 times. Every figure is the CPU
time of our process and of PostgreSQL's; SQLite works inside our process. MOTCUA_BENCH_PAGES keeps to the pages whose
name holds one of these words, MOTCUA_BENCH_DATABASES to "sqlite" or "postgresql".
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parent))

import bench_pages
from big_pages import ANYBODY, Asked
from city import City
from flask.testing import FlaskClient
from long_history import KEY, answers_of_a_round, reworked
from sqlalchemy import create_engine, make_url, text
from throwaway_postgres import ThrowawayPostgres
from werkzeug.test import TestResponse

from engine.clock import FixedClock
from engine.history.journal import digest
from engine.organisation import people
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import DossierRow

LIMIT = 50  # ms, 95 of 100
BEGUN = datetime.fromisoformat("2026-10-12T09:00:00+07:00")
SHORT, LONG = 1, 1_000  # entries at least
OFFICER, HEAD, CONTROL = "minh.case", "son.head", "ha.control"


def benchmarks() -> list[dict[str, object]]:
    """The figures of this file."""
    wanted = os.environ.get("MOTCUA_BENCH_DATABASES", "sqlite postgresql").split()
    return [figure for kind in wanted for figure in _figures(kind)]


def _figures(kind: str) -> Iterator[dict[str, object]]:
    words = [word.replace("_", " ") for word in os.environ.get("MOTCUA_BENCH_PAGES", "").split()]
    with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
        upgrade(url)
        db = make_engine(url)
        city = City.found(db, FixedClock(BEGUN), KEY)
        short, long = (_grown(city, entries) for entries in (SHORT, LONG))
        with bench_pages._application(url, folder) as app:
            for usual, asked in zip(_asked(city, short), _asked(city, long), strict=True):
                if words and not any(word in asked.name for word in words):
                    continue
                client = bench_pages._client(app, db, asked.username)
                before, after = (bench_pages._cost(db, app, client, each) for each in (usual, asked))
                ratio = after.half / before.half
                print(f"{before.half:8.1f} {after.half:8.1f} {ratio:6.2f} x  {kind}: {asked.name}", file=sys.stderr)
                yield {
                    "name": f"{kind}: {asked.name} of a dossier with {long.journal_seq} entries (p95)",
                    "value": round(after.most, 1),
                    "unit": "ms",
                    "limit": LIMIT,
                    "p50": round(after.half, 1),
                    "statements": after.statements,
                    "ratio": round(ratio, 2),
                    "usual_entries": short.journal_seq,
                }
        db.dispose()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """An empty database of this kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/long.sqlite"
        return
    postgres = ThrowawayPostgres()
    try:
        server = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("CREATE DATABASE long TEMPLATE template0"))
        server.dispose()
        url = make_url(postgres.url).set(database="long")
        yield url.update_query_dict({"application_name": bench_pages.OURS}).render_as_string(hide_password=False)
    finally:
        postgres.stop()


def _grown(city: City, entries: int) -> DossierRow:
    """A dossier with so many entries, whose link is known."""
    dossier = reworked(city, entries)

    def name(session: Any) -> None:
        session.get_one(DossierRow, dossier.id).link_digest = digest(f"link-{entries}")

    city.do(name)
    return dossier


def _asked(city: City, dossier: DossierRow) -> Iterator[Asked]:
    link = f"link-{LONG if dossier.journal_seq >= LONG else SHORT}"
    task = city.open_tasks(dossier.id)[0].id
    where, api = f"/dossiers/{dossier.id}", f"/api/v1/dossiers/{dossier.id}"
    newest = f"entry={dossier.journal_seq}"
    for name, username, path in (
        ("dossier page", CONTROL, where),
        ("dossier page, an officer's", OFFICER, where),
        ("history page, newest", CONTROL, f"{where}/history?after={dossier.journal_seq - 50}"),
        ("history page, oldest", CONTROL, f"{where}/history"),
        ("dossier at its newest entry", CONTROL, f"{where}/history/at?{newest}"),
        ("task page", OFFICER, f"/tasks/{task}"),
        ("applicant's page", ANYBODY, f"/my/{link}/"),
        ("API: dossier", OFFICER, api),
        ("API: clock", OFFICER, f"{api}/clock"),
        ("API: steps", OFFICER, f"{api}/steps"),
        ("API: history", OFFICER, f"{api}/history"),
        ("API: task", OFFICER, f"/api/v1/tasks/{task}"),
    ):
        yield Asked(name, username, _get(path))
    yield Asked("API: completing a task", ANYBODY, _round(city, dossier))


def _get(path: str) -> Callable[[FlaskClient, int], TestResponse]:
    return lambda client, _number: client.get(path)


def _round(city: City, dossier: DossierRow) -> Callable[[FlaskClient, int], TestResponse]:
    """Sends the dossier once more to the appraisal and back; finding the task costs a millisecond of its own."""
    known = answers_of_a_round(city)
    tokens = {step: _token(city, person) for step, person in (("appraisal", OFFICER), ("division_review", HEAD))}

    def ask(client: FlaskClient, _number: int) -> TestResponse:
        (task,) = city.open_tasks(dossier.id)
        sent = {"answers": known[task.element_id]}
        who = {"Authorization": f"Bearer {tokens[task.element_id]}"}
        return client.post(f"/api/v1/tasks/{task.id}/complete", json=sent, headers=who)

    return ask


def _token(city: City, username: str) -> str:
    until = BEGUN.replace(year=2027)
    return city.do(
        lambda session: people.issue_token(
            session, people.get_person(session, username), "bench", now=BEGUN, expires_at=until
        )
    )
