"""The headers of every answer leave a browser no room for what an attacker would like."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Headers do not depend on the database: one is enough."""
    return sqlite_url


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/procedures", "/api/docs", "/healthz", "/nowhere"])
def test_every_answer_carries_the_strict_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers  # only where the site is reached over https


@pytest.mark.parametrize("path", ["/sign-in", "/", "/api/docs"])
def test_no_page_has_anything_inline(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_a_request_gets_an_id_and_a_malformed_one_is_replaced(client: FlaskClient) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": "no good\tid"}).headers["X-Request-ID"]
    assert len(given) == 32
    mine = uuid4().hex
    assert client.get("/healthz", headers={"X-Request-ID": mine}).headers["X-Request-ID"] == mine
