"""Notices leave by mail, through a real SMTP server, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from city import City
from post_office import PostOffice
from sqlalchemy import Engine, delete, select, update

from api import mailing
from api.settings import Mail, Settings
from engine import mail_addresses, notices, outbox, tasks
from engine.clock import FixedClock
from engine.document_store import DocumentStore
from engine.errors import InvalidInputError
from engine.letters import print_pending
from engine.mail_addresses import Address
from engine.model import Actor
from engine.outbox import MailState
from engine.persistence.tables import MailAddressRow, MailRow, NoticeRow, PersonRow, TaskRow

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
PROCEDURE = "detailed_plan_adjustment"
APPLICANT = "songxanh@example.vn"


@pytest.fixture
def city(db: Engine) -> City:
    """The demo organisation with one procedure."""
    return City.found(db, FixedClock(MONDAY), PROCEDURE)


@pytest.fixture
def settings(database_url: str, tmp_path: Path, post_office: PostOffice) -> Settings:
    """An installation that knows the post office."""
    server = Mail(host="127.0.0.1", port=post_office.port, sender="mot.cua@example.vn")
    return Settings(database_url, "k" * 32, tmp_path, public_url="https://motcua.example.vn", mail=server)


@pytest.fixture
def send(city: City, settings: Settings) -> Callable[[], mailing.Sent]:
    """One round of the mail job."""
    return lambda: mailing.send_pending(city.db, city.platform, settings)


def file(city: City) -> UUID:
    return city.file(PROCEDURE, city.walk_file(PROCEDURE, "approved")["application"]).dossier.id


def wants_mail(city: City, username: str, *kinds: str) -> None:
    actor = city.actor(username)
    city.do(lambda s: notices.choose(s, actor, dict.fromkeys(kinds, "mail")))


def email_of(city: City, username: str) -> str:
    return city.see(lambda s: s.scalars(select(PersonRow.email).where(PersonRow.username == username)).one())


def agree(city: City) -> None:
    """The owners of all addresses agree to mail."""
    for token in city.see(lambda s: list(s.scalars(select(MailAddressRow.token)))):
        city.do(lambda s, token=token: mail_addresses.confirm(s, city.platform, token))


def mails(city: City) -> list[MailRow]:
    return city.see(lambda s: list(s.scalars(select(MailRow))))


def assign_examination(city: City, walk: str = "approved") -> TaskRow:
    """A dossier whose examination waits for its case officer, assigned by the head of the division."""
    dossier = city.walk(city.walk_file(PROCEDURE, walk), until="examination")
    return next(task for task in city.open_tasks(dossier.id) if task.element_id == "examination")


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_the_applicant_who_gave_an_address_hears_that_the_dossier_came_in(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    dossier = city.dossier(file(city))
    assert send() == mailing.Sent(1, 0)
    (message,) = post_office.to(APPLICANT)
    assert message["Subject"] == f"Đã nhận hồ sơ {dossier.code}"
    assert message["From"] == "mot.cua@example.vn"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    plain, html = parts(message)
    assert plain.index("Kính gửi") < plain.index("Dear Sir or Madam")
    assert "Điều chỉnh cục bộ quy hoạch chi tiết" in plain
    assert f"https://motcua.example.vn/follow?code={dossier.code}" in plain
    assert f'href="https://motcua.example.vn/follow?code={dossier.code}"' in html
    assert send() == mailing.Sent(0, 0)


def test_the_headers_are_plain_ascii_on_the_wire(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    file(city)
    send()
    (message,) = post_office.to(APPLICANT)
    head = message.as_bytes().split(b"\r\n\r\n" if b"\r\n" in message.as_bytes() else b"\n\n")[0]
    assert head.isascii()
    assert b"=?utf-8?" in head.lower()


def test_who_gave_no_address_gets_no_mail_but_a_notice(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    dossier_id = file(city)
    city.do(lambda s: s.execute(delete(MailAddressRow)))
    assert send() == mailing.Sent(0, 0)
    assert post_office.taken == []
    assert [one.kind for one in city.see(lambda s: notices.about(s, dossier_id))] == ["filed"]


def test_an_officer_who_chose_mail_is_mailed_what_is_assigned(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    wants_mail(city, "minh.case", "task-assigned")
    task = assign_examination(city)
    send()
    (message,) = post_office.to(email_of(city, "minh.case"))
    assert message["Subject"].startswith(f"Việc mới: {task.name_vi}, hồ sơ ")
    assert message["List-Unsubscribe"] == "<https://motcua.example.vn/account/notices>"
    plain, html = parts(message)
    assert f"https://motcua.example.vn/tasks/{task.id}" in plain
    assert f'href="https://motcua.example.vn/tasks/{task.id}"' in html


def test_an_officer_who_did_not_choose_mail_gets_none(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    wants_mail(city, "minh.case", "dossier-overdue")
    assign_examination(city)
    send()
    assert post_office.to(email_of(city, "minh.case")) == []


def test_nobody_is_mailed_what_they_did_themselves(city: City) -> None:
    task = assign_examination(city)
    head = city.actor("son.head")
    before = len(city.see(lambda s: notices.about(s, task.dossier_id)))
    city.do(lambda s: tasks.claim(s, city.platform, city.actor("minh.case"), task.id))
    city.do(lambda s: tasks.assign(s, city.platform, head, task.id, "thu.case"))
    told = city.see(lambda s: notices.about(s, task.dossier_id))[before:]
    assert [(one.kind, one.audience) for one in told] == [
        ("task-assigned", f"person:{city.actor('thu.case').id}"),
    ]


def test_a_queues_notice_goes_to_every_holder_of_the_role_who_chose_mail(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    dossier_id = file(city)
    for username in ("minh.case", "thu.case"):
        wants_mail(city, username, "dossier-overdue")
    tell_queue(city, dossier_id, "queue:TD-QHXD/case_officer", "dossier-overdue")
    send()
    for username in ("minh.case", "thu.case"):
        assert len(post_office.to(email_of(city, username))) == 1
    assert post_office.to(email_of(city, "son.head")) == []


def tell_queue(city: City, dossier_id: UUID, audience: str, kind: str) -> None:
    row = NoticeRow(
        id=UUID(int=1), audience=audience, dossier_id=dossier_id, kind=kind, payload={}, created_at=city.platform.now()
    )
    city.do(lambda s: s.add(row))


def test_no_mail_names_a_person(city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]) -> None:
    wants_mail(city, "minh.case", *notices.OFFICER_KINDS)
    city.walk(city.walk_file(PROCEDURE, "approved"))
    agree(city)
    while send().sent:
        pass
    names = city.see(lambda s: list(s.scalars(select(PersonRow.name))))
    applicant = city.walk_file(PROCEDURE, "approved")["application"]
    secrets = [*names, applicant["applicant_name"], applicant["phone"], applicant["tax_code"]]
    assert len(post_office.taken) >= 4
    for recipients, message in post_office.taken:
        assert len(recipients) == 1
        assert message["To"] == recipients[0]
        whole = " ".join(parts(message)) + message["Subject"]
        assert [secret for secret in secrets if secret in whole] == []


def test_two_senders_at_once_send_each_mail_once(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    for _ in range(6):
        file(city)
    with ThreadPoolExecutor(3) as pool:
        done = [future.result() for future in [pool.submit(send) for _ in range(3)]]
    assert sum(one.sent for one in done) == 6
    identifiers = [message["Message-ID"] for _recipients, message in post_office.taken]
    assert len(identifiers) == len(set(identifiers)) == 6


def test_a_server_that_is_down_loses_nothing_and_uses_up_no_attempt(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    post_office.close()
    file(city)
    assert send() == mailing.Sent(0, 0)
    assert [(row.state, row.attempts) for row in mails(city)] == [(MailState.PENDING, 0)]
    post_office.open()
    assert send() == mailing.Sent(1, 0)
    assert len(post_office.to(APPLICANT)) == 1


def test_a_refusal_for_now_is_tried_again_later_and_later(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    post_office.refuse = lambda _address: "451 greylisted"
    file(city)
    assert send() == mailing.Sent(0, 1)
    assert send() == mailing.Sent(0, 0)
    city.later(seconds=61)
    assert send() == mailing.Sent(0, 1)
    city.later(seconds=61)
    assert send() == mailing.Sent(0, 0)
    city.later(seconds=60)
    post_office.refuse = lambda _address: ""
    assert send() == mailing.Sent(1, 0)
    assert [(row.state, row.attempts) for row in mails(city)] == [(MailState.SENT, 3)]


def test_a_refusal_for_good_is_given_up_and_the_notice_stays(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent], caplog: pytest.LogCaptureFixture
) -> None:
    post_office.refuse = lambda address: f"550 no such mailbox {address}"
    dossier_id = file(city)
    assert send() == mailing.Sent(0, 1)
    (row,) = mails(city)
    assert (row.state, row.attempts) == (MailState.GIVEN_UP, 1)
    assert "550" in row.last_error
    assert "gave up" in caplog.text
    assert APPLICANT not in caplog.text + row.last_error
    city.later(days=1)
    assert send() == mailing.Sent(0, 0)
    assert [one.seen_at for one in city.see(lambda s: notices.about(s, dossier_id))] == [None]


def test_after_the_last_attempt_a_mail_is_given_up(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    post_office.refuse = lambda _address: "451 not now"
    file(city)
    for _ in range(outbox.ATTEMPTS):
        assert send() == mailing.Sent(0, 1)
        city.clock.moment = mails(city)[0].due_at
    assert [row.state for row in mails(city)] == [MailState.GIVEN_UP]
    assert send() == mailing.Sent(0, 0)


def test_what_a_dead_sender_had_claimed_is_sent_under_the_same_id(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent], settings: Settings
) -> None:
    file(city)
    outbox.fill(city.db, city.platform)
    claimed = outbox.claim(city.db, city.platform)  # and then its process dies, perhaps after it has sent
    assert claimed is not None
    assert send() == mailing.Sent(0, 0)
    city.clock.moment += outbox.CLAIM + timedelta(seconds=1)
    assert send() == mailing.Sent(1, 0)
    (message,) = post_office.to(APPLICANT)
    assert message["Message-ID"] == mailing.compose(claimed, city.platform, settings)["Message-ID"]


def test_old_news_is_no_mail_when_mail_is_switched_on(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    file(city)
    city.later(days=4)
    assert send() == mailing.Sent(0, 0)
    assert mails(city) == []
    assert city.see(lambda s: list(s.scalars(select(NoticeRow.id).where(NoticeRow.mailed_at.is_(None))))) == []


def test_a_mail_that_waited_too_long_for_a_server_is_given_up(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    file(city)
    outbox.fill(city.db, city.platform)
    city.later(days=4)
    assert send() == mailing.Sent(0, 0)
    assert [row.state for row in mails(city)] == [MailState.GIVEN_UP]
    assert post_office.taken == []


@pytest.mark.parametrize(
    "address",
    [
        "a@example.vn\r\nBcc: everybody@example.vn",
        "a@example.vn, everybody@example.vn",
        "a@example.vn\nSubject: x\n\nHello",
        '"a" <everybody@example.vn>',
        "nonsense",
    ],
)
def test_an_address_can_smuggle_in_neither_header_nor_recipient(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent], address: str
) -> None:
    file(city)
    city.do(lambda s: s.execute(update(MailAddressRow).values(address=address)))
    assert send() == mailing.Sent(0, 1)
    assert post_office.taken == []
    assert [row.state for row in mails(city)] == [MailState.GIVEN_UP]


def test_a_reason_can_smuggle_in_neither_header_nor_markup(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    dossier_id = file(city)
    reason = "Đổi ý\r\nBcc: everybody@example.vn\r\n\r\n<script>alert(1)</script>{code.__class__}"
    agree(city)
    city.send(dossier_id, "withdrawal", reason)
    send()
    message = post_office.to(APPLICANT)[-1]
    assert message["Bcc"] is None
    plain, html = parts(message)
    assert "Đổi ý Bcc: everybody@example.vn <script>" in plain
    assert "<script" not in html
    assert "{code.__class__}" in plain
    assert {address for recipients, _message in post_office.taken for address in recipients} == {APPLICANT}


def test_without_a_server_the_ticker_has_nothing_to_do_with_mail(city: City, settings: Settings) -> None:
    assert len(mailing.jobs(city.db, city.platform, settings)) == 1
    assert mailing.jobs(city.db, city.platform, Settings(settings.database_url, "k" * 32, settings.store)) == ()


def test_an_address_that_nobody_confirmed_gets_one_mail_that_asks(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    dossier_id = file(city)
    city.send(dossier_id, "withdrawal", "Đổi ý")
    assert send() == mailing.Sent(1, 0)
    (message,) = post_office.to(APPLICANT)
    plain, html = parts(message)
    token = city.see(lambda s: s.scalars(select(MailAddressRow.token)).one())
    assert plain.count(f"https://motcua.example.vn/mail/{token}") == 2  # in both languages
    assert f'href="https://motcua.example.vn/mail/{token}"' in html
    assert "sẽ không có thư nào nữa" in plain


def test_after_yes_notices_come_and_letters_come_with_them(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent], settings: Settings
) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "supplemented"), until="at_examination.submit_supplement")
    agree(city)
    print_pending(city.db, city.platform, DocumentStore(settings.store))
    send()
    letters = [one for one in post_office.to(APPLICANT) if "có văn bản gửi Ông/Bà" in str(one["Subject"])]
    assert letters
    assert all(f"Hồ sơ {dossier.code}" in str(one["Subject"]) for one in letters)
    for one in letters:
        (enclosed,) = one.iter_attachments()
        assert enclosed.get_content_type() == "application/pdf"
        assert enclosed.get_filename().endswith(f"{dossier.code}.pdf")
        assert enclosed.get_content().startswith(b"%PDF-")
    assert "/mail/" not in parts(letters[0])[0]  # nothing is asked any more


def test_who_wants_no_more_mail_gets_none(
    city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]
) -> None:
    dossier_id = file(city)
    send()
    agree(city)
    city.do(lambda s: mail_addresses.stop(s, dossier_id))
    city.send(dossier_id, "withdrawal", "Đổi ý")
    assert send() == mailing.Sent(0, 0)


def test_another_address_is_asked_anew(city: City, post_office: PostOffice, send: Callable[[], mailing.Sent]) -> None:
    dossier_id = file(city)
    send()
    agree(city)
    applicant = Actor(id=None, name="Người nộp", dossier_id=dossier_id)
    city.do(lambda s: mail_addresses.give(s, city.platform, applicant, dossier_id, "binh@example.vn"))
    send()
    (message,) = post_office.to("binh@example.vn")
    assert "xác nhận địa chỉ" in message["Subject"]
    assert "/mail/" in parts(message)[0]
    assert city.see(lambda s: mail_addresses.of_dossier(s, dossier_id)) == Address("binh@example.vn", confirmed=False)
    with pytest.raises(InvalidInputError):
        city.do(lambda s: mail_addresses.give(s, city.platform, applicant, dossier_id, "a@b.vn, c@d.vn"))
