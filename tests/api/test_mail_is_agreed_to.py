"""An applicant gives an address on the dossier's page; its owner agrees with a press, not by a link being opened."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from pages import PageRead, get, post
from sqlalchemy import select

from api.settings import Mail, Settings
from engine.persistence.tables import MailAddressRow


@pytest.fixture
def mailing(make_app: Callable[..., Flask], settings: Settings) -> FlaskClient:
    """A client of a site that sends mail."""
    return make_app(replace(settings, mail=Mail(host="mail.example.vn"))).test_client()


def _token(city: City) -> str:
    return city.see(lambda session: session.scalars(select(MailAddressRow.token)).one())


def test_an_address_is_given_agreed_to_and_stopped(mailing: FlaskClient, city: City, filed: dict[str, str]) -> None:
    mine = f"/my/{filed['link']}"
    if city.see(lambda session: session.scalars(select(MailAddressRow)).first()):
        post(mailing, f"{mine}/mail", {"wanted": "no"})
    assert get(mailing, f"{mine}/").has("address")
    post(mailing, f"{mine}/mail", {"address": "binh@example.vn"})
    assert "Đã gửi thư hỏi đến binh@example.vn" in get(mailing, f"{mine}/").text
    question = get(mailing, f"/mail/{_token(city)}")  # a program that looks into mails opens it, too
    assert "Ông/Bà có muốn nhận" in question.text
    assert "Đã gửi thư hỏi" in get(mailing, f"{mine}/").text
    agreed = post(mailing, f"/mail/{_token(city)}", {})
    told = get(mailing, agreed.headers["Location"])
    assert "đã được xác nhận" in told.text
    assert told.hrefs("/follow?code="), "the page leads on to the dossier"
    assert "được gửi đến binh@example.vn" in get(mailing, f"{mine}/").text
    post(mailing, f"{mine}/mail", {"wanted": "no"})
    assert get(mailing, f"{mine}/").has("address")


def test_what_is_no_address_is_said_to_be_none(mailing: FlaskClient, filed: dict[str, str]) -> None:
    mine = f"/my/{filed['link']}"
    page = PageRead(post(mailing, f"{mine}/mail", {"address": "a@b.vn, everybody@example.vn"}))
    assert "không hợp lệ" in page.errors()["#address"]
    assert page.value("address") == "a@b.vn, everybody@example.vn", "what was typed is still there to be put right"


def test_a_guessed_token_and_a_guessed_link_open_nothing(mailing: FlaskClient) -> None:
    assert mailing.get("/mail/guessed").status_code == 404
    assert post(mailing, "/my/guessed/mail", {"address": "a@b.vn"}).status_code == 404


def test_a_site_that_sends_no_mail_asks_for_no_address(client: FlaskClient, filed: dict[str, str]) -> None:
    assert not get(client, f"/my/{filed['link']}/").has("address")
