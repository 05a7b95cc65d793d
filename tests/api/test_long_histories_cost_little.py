"""A dossier that was sent back again and again: its pages ask the database no more often, and show it in pieces."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from city import ROOT, City
from flask import Flask
from flask.testing import FlaskClient
from long_history import KEY, reworked
from pages import PageRead, get
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from api import database
from api.database import db as flask_db
from api.pages import following, step_story
from engine.history import journal
from engine.persistence import dossiers, once
from engine.persistence.tables import DossierRow
from engine.runtime.bundle import Bundle

LONG = 200  # entries; the usual way to the same step makes some sixty
AUTHORIZATION = Callable[[str], dict[str, str]]


@pytest.fixture
def short(city: City) -> DossierRow:
    """A dossier that came to its appraisal for the first time."""
    city.deploy(Bundle.find(ROOT, KEY))
    return reworked(city, 1)


@pytest.fixture
def long(city: City, short: DossierRow) -> DossierRow:
    """One that was sent back to it again and again."""
    return reworked(city, LONG)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that go through the engine meanwhile, without those that only begin a transaction."""
    found = list[str]()

    def keep(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("minh.case", "/dossiers/{}", 22),
        ("ha.control", "/dossiers/{}/history", 13),
        ("ha.control", "/dossiers/{}/history/at", 13),
        ("minh.case", "/api/v1/dossiers/{}", 9),
        ("minh.case", "/api/v1/dossiers/{}/clock", 6),
        ("minh.case", "/api/v1/dossiers/{}/steps", 8),
    ],
)
def test_a_long_history_costs_no_statement_more(
    app: Flask, client: FlaskClient, short: DossierRow, long: DossierRow, bearer: AUTHORIZATION, who: str, path: str,
    most: int,
) -> None:  # fmt: skip
    headers, costs = bearer(who), []
    with app.app_context():
        engine = flask_db.engine
    for dossier in (short, long):
        client.get(path.format(dossier.id), headers=headers)  # the first one notes that somebody looked
        with counted(engine) as statements:
            assert client.get(path.format(dossier.id), headers=headers).status_code == 200
        costs.append(len(statements))
    assert costs[1] <= costs[0] <= most, (costs, statements)


def test_a_step_tells_its_latest_times_and_how_many_there_were_before(
    client: FlaskClient, long: DossierRow, bearer: AUTHORIZATION
) -> None:
    page = PageRead(client.get(f"/dossiers/{long.id}", headers=bearer("minh.case")))
    [row] = page.tree.xpath("//tr[@aria-current='step']")
    turns = [" ".join(turn.text_content().split()) for turn in row.xpath(".//p[contains(@class, 'mc-turn')]")]
    steps = client.get(f"/api/v1/dossiers/{long.id}/steps", headers=bearer("minh.case")).json
    every = next(step["turns"] for step in steps["items"] if step["id"] == "appraisal")
    assert turns[0].startswith(f"{len(every) - step_story.MOST_TURNS} lần trước đó")
    assert len(turns) == step_story.MOST_TURNS + 1
    assert turns[-1].endswith("đến nay")


def test_an_applicant_turns_the_pages_of_the_history(
    client: FlaskClient, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = city.walk(city.walk_file("certified_copy", "handed_over"))

    def name_link(session: Session) -> None:
        session.get_one(DossierRow, dossier.id).link_digest = journal.digest("link")

    city.do(name_link)
    link = "link"
    whole = told(get(client, f"/my/{link}/"))
    assert len(whole) > 1
    monkeypatch.setattr(following, "HISTORY_PAGE", 1)
    found, address = [], f"/my/{link}/"
    while address:
        page = get(client, address)
        found += told(page)
        address = next(iter(page.hrefs("before=")), "")
    assert found == whole


def told(page: PageRead) -> list[str]:
    """The lines of the history, as they stand on the page."""
    lines = page.tree.xpath("//h2[@id='history']/following::ol[contains(@class, 'mc-timeline')][1]/li")
    return [" ".join(line.text_content().split()) for line in lines]


def test_what_is_read_inside_a_reading_is_one_transaction_until_something_is_written(app: Flask) -> None:
    with app.app_context(), database.read() as outer:
        with database.read() as inner:
            assert inner is outer
        database.write(lambda session: None)
        with database.read() as anew:
            assert anew is not outer


def test_only_a_session_that_remembers_reads_once(city: City, long: DossierRow) -> None:
    with counted(city.db) as statements:
        city.see(lambda s: [dossiers.data_of(s, long.id), dossiers.data_of(s, long.id)])
        assert len(statements) == 2
        statements.clear()
        city.see(lambda s: [once.remember(s), dossiers.data_of(s, long.id), dossiers.data_of(s, long.id)])
        assert len(statements) == 1


def test_what_is_gathered_at_once_is_what_is_read_one_after_the_other(city: City, long: DossierRow) -> None:
    kinds = ("clock:", journal.TASK_PREFIX, journal.COMMENT_PREFIX, "element:passed")
    apart = city.see(lambda s: [journal.of_kind(s, long.id, kind) for kind in kinds])

    def gathered(session: Session) -> list[list[journal.Happened]]:
        journal.gather(session, long.id, *kinds)
        return [journal.of_kind(session, long.id, kind) for kind in kinds]

    assert city.see(gathered) == apart
    assert apart[1]
    assert apart[3]
