"""Somebody who has begun an application has its link sent by mail: on their wish, once, and nothing of it stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from pages import PageRead, get, post
from post_office import PostOffice
from sqlalchemy import select

from api import draft_mail, mailing
from api.settings import Mail, Settings
from engine.clock import FixedClock
from engine.errors import InvalidInputError
from engine.outbox import claim
from engine.persistence.tables import MailRow, NoticeRow

SHORT = "certified_copy"
CITIZEN = "binh@example.vn"


@pytest.fixture
def mailing_settings(settings: Settings, post_office: PostOffice) -> Settings:
    """An installation that knows the post office."""
    server = Mail(host="127.0.0.1", port=post_office.port, sender="mot.cua@example.vn")
    return replace(settings, mail=server, public_url="https://motcua.example.vn")


@pytest.fixture
def citizen(make_app: Callable[..., Flask], mailing_settings: Settings) -> FlaskClient:
    """A citizen without an account and without scripts."""
    return make_app(mailing_settings).test_client()


@pytest.fixture
def send(city: City, mailing_settings: Settings) -> Callable[[], mailing.Sent]:
    """One round of the mail job."""
    return lambda: mailing.send_pending(city.db, city.platform, mailing_settings)


def _begin(client: FlaskClient) -> str:
    """Begin and save an application; the path of the draft."""
    shown = get(client, f"/procedures/{SHORT}/file")
    filled = {"applicant_name": "Trần Thị Bình", "attempt": shown.value("attempt"), "_action": "save"}
    kept = post(client, f"/procedures/{SHORT}/file", filled)
    return kept.headers["Location"].removesuffix("/saved")


def _waiting(city: City) -> list[str]:
    """All that the database holds about mails of drafts, as text."""
    rows = city.see(lambda s: list(s.scalars(select(NoticeRow).where(NoticeRow.kind == "draft-link"))))
    mails = city.see(lambda s: list(s.scalars(select(MailRow).where(MailRow.recipient == "draft"))))
    return [f"{row.audience} {row.payload}" for row in rows] + [f"{row.last_error}" for row in mails]


def test_the_link_comes_by_mail_and_opens_the_draft_elsewhere(
    citizen: FlaskClient, city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    draft = _begin(citizen)
    asked = post(citizen, f"{draft}/mail", {"address": f" {CITIZEN} "})
    assert asked.status_code == 303
    assert CITIZEN in PageRead(citizen.get(asked.headers["Location"])).tree.xpath("string(//body)")
    assert send() == mailing.Sent(1, 0)
    (message,) = post_office.to(CITIZEN)
    assert message["Subject"] == "Đường dẫn đến hồ sơ Ông/Bà đang khai dở"
    plain = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert plain.count(f"https://motcua.example.vn{draft}") == 2  # in both languages
    assert f'href="https://motcua.example.vn{draft}"' in html
    assert "23/12/2026" in plain  # until when it is kept
    assert "Trần" not in plain  # nothing of what was typed
    elsewhere = citizen.application.test_client()
    assert get(elsewhere, draft).value("applicant_name") == "Trần Thị Bình"


def test_nothing_stays_of_who_has_begun_what(
    citizen: FlaskClient, city: City, send: Callable[[], mailing.Sent]
) -> None:
    draft = _begin(citizen)
    post(citizen, f"{draft}/mail", {"address": CITIZEN})
    waiting = " ".join(_waiting(city))
    assert waiting  # sealed as long as it waits
    assert CITIZEN not in waiting
    assert draft.rpartition("/")[2] not in waiting
    send()
    assert _waiting(city) == []


def test_a_refusal_of_the_server_leaves_nothing_either(
    citizen: FlaskClient, city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    post_office.refuse = lambda _address: "550 nobody here"
    post(citizen, f"{_begin(citizen)}/mail", {"address": CITIZEN})
    assert send() == mailing.Sent(0, 1)
    assert _waiting(city) == []


def test_a_server_that_is_away_is_waited_for_and_then_given_up(
    citizen: FlaskClient, city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    post_office.close()
    post(citizen, f"{_begin(citizen)}/mail", {"address": CITIZEN})
    assert send() == mailing.Sent(0, 0)
    assert _waiting(city)
    assert isinstance(city.platform.clock, FixedClock)
    city.platform.clock.moment += timedelta(days=4)
    post_office.open()
    assert send() == mailing.Sent(0, 0)
    assert (_waiting(city), post_office.taken) == ([], [])


def test_what_is_asked_for_again_before_it_left_goes_once_and_to_the_last_address(
    citizen: FlaskClient, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    draft = _begin(citizen)
    for address in ("bimh@example.vn", CITIZEN, CITIZEN):  # mistyped, put right, pressed twice
        post(citizen, f"{draft}/mail", {"address": address})
    assert send() == mailing.Sent(1, 0)
    assert len(post_office.to(CITIZEN)) == 1


def test_a_draft_that_is_forgotten_meanwhile_sends_nothing(
    citizen: FlaskClient, city: City, send: Callable[[], mailing.Sent]
) -> None:
    draft = _begin(citizen)
    post(citizen, f"{draft}/mail", {"address": CITIZEN})
    post(citizen, f"{draft}/forget", {})
    assert send() == mailing.Sent(0, 0)
    assert _waiting(city) == []


@pytest.mark.parametrize("address", ["", "nonsense", "a@b.vn, everybody@example.vn", "a@example.vn\nBcc: b@example.vn"])
def test_what_is_no_address_is_said_beside_the_field_and_kept_there(
    citizen: FlaskClient, city: City, address: str
) -> None:
    answer = post(citizen, f"{_begin(citizen)}/mail", {"address": address})
    page = PageRead(answer)
    assert answer.status_code == 422
    assert list(page.errors()) == ["#address"]
    assert page.title.startswith("Lỗi: ")
    assert _waiting(city) == []


def test_nobody_is_flooded_with_links(citizen: FlaskClient, post_office: PostOffice) -> None:
    drafts = [_begin(citizen) for _ in range(2)]
    # five of one draft in an hour, and five to one address in a day, whichever draft they are of
    codes = [post(citizen, f"{drafts[0]}/mail", {"address": CITIZEN}).status_code for _ in range(3)]
    codes += [post(citizen, f"{drafts[1]}/mail", {"address": CITIZEN.upper()}).status_code for _ in range(3)]
    assert codes == [303] * 5 + [429]
    told = PageRead(post(citizen, f"{drafts[1]}/mail", {"address": CITIZEN}))
    assert "quá nhiều thư" in told.errors()["#address"]
    assert told.hrefs(drafts[1])  # the link itself is still there to copy


def test_a_guessed_link_sends_nothing(citizen: FlaskClient, city: City) -> None:
    assert post(citizen, f"/applications/{'x' * 43}/mail", {"address": CITIZEN}).status_code == 404
    assert _waiting(city) == []


def test_a_site_that_sends_no_mail_offers_none(client: FlaskClient, city: City) -> None:
    draft = _begin(client)
    assert not get(client, f"{draft}/saved").has("address")
    assert post(client, f"{draft}/mail", {"address": CITIZEN}).status_code == 422
    assert _waiting(city) == []


def test_a_mail_sealed_under_another_secret_is_not_sent(
    citizen: FlaskClient, city: City, mailing_settings: Settings, post_office: PostOffice
) -> None:
    post(citizen, f"{_begin(citizen)}/mail", {"address": CITIZEN})
    other = replace(mailing_settings, secret_key="o" * 32)
    waiting = claim(city.db, city.platform)
    assert waiting is not None
    with pytest.raises(InvalidInputError):
        draft_mail.opened(other, waiting)
    assert isinstance(city.platform.clock, FixedClock)
    city.platform.clock.moment += timedelta(minutes=6)
    assert mailing.send_pending(city.db, city.platform, other) == mailing.Sent(0, 1)
    assert (_waiting(city), post_office.taken) == ([], [])
