"""The real application on each database, with the demo organisation and two procedures, on an ordinary Monday."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from api.app import create_app
from api.auth import limits
from api.database import db as flask_db
from api.settings import Settings
from engine.clock import FixedClock
from engine.organisation import people

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
PASSWORD = "một mật khẩu đủ dài"
SIMPLE = "certified_copy"
AUTHORIZATION = Callable[[str], dict[str, str]]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """An installation of this test's own."""
    return Settings(database_url=database_url, secret_key="k" * 32, store=tmp_path / "documents")


@pytest.fixture
def city(db: Engine) -> City:
    """The demo organisation with a short procedure that can be filed; nobody has a password."""
    return City.found(db, FixedClock(MONDAY), SIMPLE)


@pytest.fixture
def make_app(settings: Settings, city: City) -> Iterator[Callable[..., Flask]]:
    """Makes further applications on the same database, as other processes of the installation would."""
    made: list[Flask] = []

    def make(chosen: Settings = settings) -> Flask:
        app = create_app(chosen, city.platform)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            flask_db.engine.dispose()
            limits.limiter.reset()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without account."""
    return app.test_client()


@pytest.fixture
def bearer(city: City) -> AUTHORIZATION:
    """The header that says who somebody of the demo organisation is."""

    def header(username: str) -> dict[str, str]:
        now = city.platform.now()
        token = city.do(
            lambda session: people.issue_token(
                session, people.get_person(session, username), "test", now=now, expires_at=now.replace(year=2027)
            )
        )
        return {"Authorization": f"Bearer {token}"}

    return header


@pytest.fixture
def filed(client: FlaskClient, city: City) -> dict[str, Any]:
    """A dossier that a citizen has just filed: {"dossier": …, "link": …}."""
    walk = city.walk_file(SIMPLE, "handed_over")
    answer = client.post("/api/v1/dossiers", json={"procedure_key": SIMPLE, "answers": walk["application"]})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


@pytest.fixture
def signed_in(client: FlaskClient, city: City) -> Callable[[str], str]:
    """Signs this test's client in through the page; gives the page's CSRF token."""

    def enter(username: str) -> str:
        city.do(lambda session: people.set_password(session, people.get_person(session, username), PASSWORD))
        answer = client.post(
            "/sign-in", data={"username": username, "password": PASSWORD, "csrf_token": csrf_token(client)}
        )
        assert answer.status_code == 302, answer.text
        return csrf_token(client)

    return enter


def csrf_token(client: FlaskClient) -> str:
    """The token that a page of the site carries for this client."""
    page = client.get("/sign-in", follow_redirects=True).text
    return page.split('name="csrf-token" content="')[1].split('"')[0]


@pytest.fixture
def token_of_page() -> Callable[[FlaskClient], str]:
    """`csrf_token`, for tests."""
    return csrf_token
