"""What lists and pages ask for lies in an index: on SQLite by the plan, whatever the number of dossiers."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.model import Actor, Role
from engine.persistence import dossiers, notices, tasks
from engine.persistence.database import make_engine
from engine.persistence.dossiers import DossierFilter
from engine.persistence.search import found_by
from engine.persistence.tasks import InboxFilter

NOW = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
OFFICER = Actor(uuid4(), "Cán bộ", roles=frozenset({(Role.CASE_OFFICER, "A"), (Role.DIVISION_HEAD, "B")}))
CONTROL = Actor(uuid4(), "Kiểm soát", roles=frozenset({(Role.PROCEDURE_CONTROL, "A")}))
AFTER = (NOW, uuid4())
GROWING = (
    *("dossier", "dossier_unit", "dossier_data", "user_task", "journal", "notice", "deadline", "document", "letter"),
)


@pytest.fixture
def plans(sqlite_url: str) -> Iterator[Callable[[Callable[[Session], object]], list[str]]]:
    """Tells how the database goes about what is read."""
    db = make_engine(sqlite_url)
    yield lambda read: _plans(db, read)
    db.dispose()


def _plans(db: Engine, read: Callable[[Session], object]) -> list[str]:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(db, "before_cursor_execute", note)
    with Session(db) as session:
        with suppress(NotFoundError):  # nobody has filed anything here
            read(session)
        event.remove(db, "before_cursor_execute", note)
        raw = session.connection().connection.driver_connection
        assert asked
        assert raw is not None
        return [row[3] for statement, given in asked for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", given)]


LISTS = {
    "all dossiers": lambda s: dossiers.listing(s, CONTROL, DossierFilter(), after=AFTER),
    "all of a procedure": lambda s: dossiers.listing(s, CONTROL, DossierFilter(procedure_key="p")),
    "all in a state": lambda s: dossiers.listing(s, CONTROL, DossierFilter(state="processing"), after=AFTER),
    "those of units": lambda s: dossiers.listing(s, OFFICER, DossierFilter(), after=AFTER),
    "those of units in a state": lambda s: dossiers.listing(s, OFFICER, DossierFilter(state="filed")),
    "those of units, overdue": lambda s: dossiers.listing(s, OFFICER, DossierFilter(overdue_at=NOW)),
    "how many of units": lambda s: dossiers.count(s, OFFICER, DossierFilter()),
    "how many in all": lambda s: dossiers.count(s, CONTROL, DossierFilter()),
    "search in all": lambda s: dossiers.listing(s, CONTROL, DossierFilter(text="nguyen van")),
    "search in units": lambda s: dossiers.listing(s, OFFICER, DossierFilter(text="nguyen van"), after=AFTER),
    "how many are found": lambda s: dossiers.count(s, OFFICER, DossierFilter(text="nguyen van")),
    "inbox": lambda s: tasks.inbox(s, uuid4(), ["A/case_officer"], InboxFilter(), after=AFTER),
    "inbox by words": lambda s: tasks.inbox(s, uuid4(), ["A/case_officer"], InboxFilter(text="nguyen")),
    "everybody's inbox": lambda s: tasks.inbox(s, uuid4(), [], InboxFilter(everyone_in=None), after=AFTER),
    "how much is in the inbox": lambda s: tasks.count(s, uuid4(), ["A/case_officer"], InboxFilter()),
    "a dossier": lambda s: dossiers.get(s, OFFICER, uuid4()),
    "a dossier by its code": lambda s: dossiers.by_code(s, "C-1"),
    "a dossier by its link": lambda s: dossiers.by_link(s, "x"),
    "a task": lambda s: tasks.get(s, uuid4()),
    "notices": lambda s: notices.listing(s, OFFICER, NOW),
    "the bell": lambda s: notices.count_new(s, OFFICER, NOW),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_reads_a_whole_table(plans: Callable[..., list[str]], name: str) -> None:
    steps = plans(LISTS[name])
    whole = [step for step in steps if step.startswith("SCAN ") and step.split()[1] in GROWING and "INDEX" not in step]
    assert not whole, steps


@pytest.mark.parametrize("name", ["all dossiers", "those of units", "all of a procedure", "all in a state", "inbox"])
def test_pages_come_out_of_their_index_in_order(plans: Callable[..., list[str]], name: str) -> None:
    """Only the few rows of a page, put together from several heaps, are ever sorted."""
    steps = plans(LISTS[name])
    heaps = [step for step in steps if " USING " in step and "INDEX ix_" in step]
    assert heaps, steps
    sorting = [step for step in steps if "TEMP B-TREE FOR" in step]
    assert len(sorting) <= 4, steps


def test_a_search_goes_by_the_index_of_words(plans: Callable[..., list[str]]) -> None:
    assert any(
        "dossier_search VIRTUAL TABLE INDEX" in step for step in plans(lambda s: s.scalars(found_by("nguyen")).all())
    )
