"""Signing in: the cookie, the page's token, how often one may try, and what ends a session."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.settings import Settings
from engine.model import Role
from engine.organisation import credentials, people
from engine.persistence.tables import AccessTokenRow, SessionRow

SignedIn = Callable[[str], str]
TokenOfPage = Callable[[FlaskClient], str]


def _try(client: FlaskClient, token_of_page: TokenOfPage, username: str, password: str) -> int:
    sent = {"username": username, "password": password, "csrf_token": token_of_page(client)}
    return client.post("/sign-in", data=sent).status_code


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client: FlaskClient, signed_in: SignedIn) -> None:
    signed_in("lan.reception")
    cookie = client.get_cookie("motcua")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert not cookie.secure  # the address of this installation is http


def test_over_https_the_cookie_is_bound_to_this_host(
    make_app: Callable[..., Flask], settings: Settings, token_of_page: TokenOfPage
) -> None:
    app = make_app(replace(settings, public_url="https://motcua.example.vn"))
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://motcua.example.vn")
    assert page.headers["Set-Cookie"].startswith("__Host-motcua=")
    assert "Secure" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")


def test_the_database_knows_no_secret_of_a_session(client: FlaskClient, signed_in: SignedIn, city: City) -> None:
    signed_in("lan.reception")
    with client.session_transaction() as cookie:
        secret = cookie["sid"]
    kept = city.see(lambda session: session.scalars(select(SessionRow.digest)).all())
    assert kept == [credentials.digest(secret)]


def test_who_is_signed_in_uses_the_api_too(client: FlaskClient, signed_in: SignedIn) -> None:
    signed_in("lan.reception")
    told = client.get("/api/v1/me").json
    assert told["username"] == "lan.reception"
    assert told["roles"] == [{"role": "reception_officer", "unit": "TD-TTHCC"}]


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(
    app: Flask, client: FlaskClient, signed_in: SignedIn
) -> None:
    token = signed_in("lan.reception")
    kept = client.get_cookie("motcua")
    assert kept is not None
    client.post("/sign-out", data={"csrf_token": token})
    thief = app.test_client()
    thief.set_cookie("motcua", kept.value)
    assert thief.get("/api/v1/me").status_code == 401


def test_a_session_ends_by_itself(client: FlaskClient, signed_in: SignedIn, city: City) -> None:
    signed_in("lan.reception")
    city.later(hours=13)
    assert client.get("/api/v1/me").status_code == 401


def test_a_new_password_ends_every_session(client: FlaskClient, signed_in: SignedIn, city: City) -> None:
    signed_in("lan.reception")
    city.do(lambda s: people.set_password(s, people.get_person(s, "lan.reception"), "một mật khẩu hoàn toàn mới"))
    assert client.get("/api/v1/me").status_code == 401


def test_a_closed_account_is_shut_out_at_once(client: FlaskClient, signed_in: SignedIn, city: City) -> None:
    signed_in("lan.reception")
    city.do(lambda session: setattr(people.get_person(session, "lan.reception"), "active", False))
    assert client.get("/api/v1/me").status_code == 401


def test_a_form_of_another_site_is_refused(client: FlaskClient, signed_in: SignedIn) -> None:
    signed_in("lan.reception")
    answer = client.post("/sign-out", data={})
    assert answer.status_code == 400
    assert client.get("/api/v1/me").status_code == 200


def test_a_cookie_alone_changes_nothing_through_the_api(
    client: FlaskClient, signed_in: SignedIn, filed: dict[str, dict[str, str]], bearer: Callable[[str], dict[str, str]]
) -> None:
    """Other sites can make a browser send its cookie; a header with a token they cannot."""
    dossier = filed["dossier"]["id"]
    task = client.get(f"/api/v1/dossiers/{dossier}/tasks", headers=bearer("tuan.ward")).json["items"][0]["id"]
    token = signed_in("tuan.ward")
    refused = client.post(f"/api/v1/tasks/{task}/claim")
    assert (refused.status_code, refused.json["code"]) == (400, "forged-request")
    assert client.post(f"/api/v1/tasks/{task}/claim", headers={"X-CSRFToken": token}).status_code == 200


def test_signing_in_needs_the_page_s_token_too(client: FlaskClient) -> None:
    """Otherwise another site could sign a victim in as somebody else."""
    assert client.post("/sign-in", data={"username": "a", "password": "b"}).status_code == 400


def test_a_wrong_name_and_a_wrong_password_are_told_alike(
    client: FlaskClient, city: City, token_of_page: TokenOfPage
) -> None:
    city.do(lambda s: people.set_password(s, people.get_person(s, "lan.reception"), "một mật khẩu đủ dài"))
    pages = []
    for username in ("lan.reception", "lan.deception"):
        sent = {"username": username, "password": "không phải", "csrf_token": token_of_page(client)}
        page = client.post("/sign-in", data=sent)
        assert page.status_code == 422
        pages.append(re.sub(r'(content|value)="[\w-]+\.[\w-]+\.[\w-]+"', "…", page.text.replace(username, "…")))
    assert pages[0] == pages[1]


def test_after_ten_failures_one_name_has_to_wait_wherever_it_is_tried_from(
    client: FlaskClient, city: City, token_of_page: TokenOfPage, signed_in: SignedIn
) -> None:
    signed_in("son.head")  # signs in without trouble, and gets a password
    for number in range(10):
        sent = {"username": "son.head", "password": "sai", "csrf_token": token_of_page(client)}
        address = {"REMOTE_ADDR": f"203.0.113.{number}"}
        assert client.post("/sign-in", data=sent, environ_overrides=address).status_code == 422
    assert _try(client, token_of_page, "son.head", "một mật khẩu đủ dài") == 429
    assert _try(client, token_of_page, "lan.reception", "sai") == 422


def test_a_token_opens_the_api_until_it_expires_or_is_revoked(
    client: FlaskClient, city: City, bearer: Callable[[str], dict[str, str]]
) -> None:
    header = bearer("minh.case")
    token = header["Authorization"].removeprefix("Bearer ")
    assert client.get("/api/v1/me", headers=header).json["username"] == "minh.case"
    digests = city.see(lambda session: session.scalars(select(AccessTokenRow.digest)).all())
    assert digests == [credentials.digest(token)]
    assert city.do(lambda session: credentials.revoke_token(session, token, city.clock.now()))
    refused = client.get("/api/v1/me", headers=header)
    assert (refused.status_code, refused.json["code"]) == (401, "bad-credentials")
    other = bearer("minh.case")
    city.clock.moment += timedelta(days=366)
    assert client.get("/api/v1/me", headers=other).status_code == 401


@pytest.mark.parametrize("header", ["Bearer nothing", "Bearer", "Basic bGFuOnNlY3JldA==", "motcua_x"])
def test_a_wrong_token_is_refused_even_where_nobody_needs_one(client: FlaskClient, header: str) -> None:
    """A program whose token has expired shall hear of it, not go on as somebody unknown."""
    answer = client.post("/api/v1/dossiers", json={}, headers={"Authorization": header})
    assert answer.status_code in {401, 422}
    assert client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_role_that_has_ended_opens_nothing(
    client: FlaskClient, city: City, bearer: Callable[[str], dict[str, str]]
) -> None:
    header = bearer("tam.operator")
    assert client.get("/api/v1/incidents", headers=header).status_code == 200
    yesterday = city.platform.today() - timedelta(days=1)

    def end(session: Session) -> None:
        people.grant(session, people.get_person(session, "tam.operator"), Role.OPERATOR, "TD-UBND", valid_to=yesterday)

    city.do(end)
    assert client.get("/api/v1/incidents", headers=header).status_code == 403


def test_old_sessions_are_swept_out_when_somebody_signs_in(
    client: FlaskClient, signed_in: SignedIn, city: City, token_of_page: TokenOfPage
) -> None:
    token = signed_in("lan.reception")
    city.later(days=2)
    with client.session_transaction() as cookie:
        cookie.clear()
    assert token
    signed_in("lan.reception")
    assert city.see(lambda session: session.scalar(select(func.count()).select_from(SessionRow))) == 1
