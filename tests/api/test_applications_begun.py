"""An application is begun, kept, continued and filed once, whatever happens to the browser meanwhile."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from city import ROOT, City
from flask.testing import FlaskClient
from pages import PageRead, get, post, posted
from sqlalchemy import func, select

from api.walks.sample_papers import sample_pdf
from engine.clock import FixedClock
from engine.persistence.tables import DossierRow, FilingDraftRow
from engine.runtime.bundle import Bundle

LONG, SHORT = "detailed_plan_adjustment", "certified_copy"


@pytest.fixture
def answers(city: City) -> dict[str, Any]:
    """What a citizen answers in the short form."""
    walk: dict[str, Any] = city.walk_file(SHORT, "handed_over")["application"]
    return walk


def _dossiers(city: City) -> int:
    return city.see(lambda session: session.scalar(select(func.count()).select_from(DossierRow))) or 0


def _drafts(city: City) -> int:
    return city.see(lambda session: session.scalar(select(func.count()).select_from(FilingDraftRow))) or 0


def _path(address: str) -> str:
    return "/" + address.split("/", 3)[3] if "://" in address else address


def _keep(client: FlaskClient, answers: dict[str, Any]) -> str:
    """Save for later; the link to come back by."""
    shown = get(client, f"/procedures/{SHORT}/file")
    filled = posted(answers, attempt=shown.value("attempt"), _action="save")
    kept = post(client, f"/procedures/{SHORT}/file", filled)
    assert kept.status_code == 303, kept.text
    page = get(client, kept.headers["Location"])
    assert page.heading == "Đã lưu, chưa nộp"
    assert "23/12/2026" in page.text  # thirty days from the test's Monday
    return _path(page.hrefs("/applications/")[0])


def test_what_was_kept_is_found_by_its_link_on_another_machine(
    client: FlaskClient, answers: dict[str, Any], city: City
) -> None:
    link = _keep(client, {**answers, "pages": "dở"})
    assert _dossiers(city) == 0
    elsewhere = client.application.test_client()
    page = get(elsewhere, link)
    assert page.value("applicant_name") == answers["applicant_name"]
    assert page.value("pages") == "dở"  # not even what is wrong is lost
    filled = posted(answers, attempt=page.value("attempt"), _action="complete")
    filed = post(elsewhere, f"/procedures/{SHORT}/file", filled)
    assert filed.status_code == 303
    assert (_dossiers(city), _drafts(city)) == (1, 0)
    # the link of the draft leads to the receipt now: in the other browser's window, in a mail, in a bookmark
    assert client.get(link).headers["Location"] == filed.headers["Location"]


def test_two_tabs_a_double_press_and_the_back_button_file_once(
    client: FlaskClient, answers: dict[str, Any], city: City
) -> None:
    link = _keep(client, answers)
    tabs = [get(client, link) for _ in range(2)]
    filings = [
        post(client, f"/procedures/{SHORT}/file", posted(answers, attempt=tab.value("attempt"), _action="complete"))
        for tab in (*tabs, tabs[0])
    ]
    assert len({filed.headers["Location"] for filed in filings}) == 1
    assert _dossiers(city) == 1
    saved = post(client, f"/procedures/{SHORT}/file", posted(answers, attempt=tabs[1].value("attempt"), _action="save"))
    assert saved.headers["Location"] == filings[0].headers["Location"]  # nothing to save any more: the receipt
    late = post(client, f"/procedures/{SHORT}/draft", posted(answers, attempt=tabs[1].value("attempt")))
    assert late.status_code == 204
    assert _drafts(city) == 0  # a tab that types on brings nothing back


def test_what_is_typed_is_kept_by_itself_and_offered_again_in_this_browser(
    client: FlaskClient, answers: dict[str, Any]
) -> None:
    shown = get(client, f"/procedures/{SHORT}/file")
    typed = {"applicant_name": "Trần Thị", "attempt": shown.value("attempt")}
    assert post(client, f"/procedures/{SHORT}/draft", typed).status_code == 204
    page = get(client, f"/procedures/{SHORT}")
    (link,) = page.hrefs("/applications/")
    assert "đang khai dở" in page.text
    assert get(client, link).value("applicant_name") == "Trần Thị"
    assert get(client.application.test_client(), f"/procedures/{SHORT}").hrefs("/applications/") == []


def test_who_shares_a_computer_can_have_it_forgotten(client: FlaskClient, answers: dict[str, Any], city: City) -> None:
    link = _keep(client, answers)
    gone = post(client, f"{link}/forget", {})
    assert gone.headers["Location"] == f"/procedures/{SHORT}"
    assert _drafts(city) == 0
    assert get(client, link, 404).text


def test_a_draft_lapses_and_a_guessed_link_opens_nothing(
    client: FlaskClient, answers: dict[str, Any], city: City
) -> None:
    link = _keep(client, answers)
    assert "bắt đầu lại" in get(client, f"/applications/{'x' * 43}", 404).text
    clock = city.platform.clock
    assert isinstance(clock, FixedClock)
    clock.moment += timedelta(days=31)
    get(client, link, 404)


def _with_another_question(bundle: Bundle) -> Bundle:
    """The planning procedure with one question more in the first section."""
    name = next(path for path in bundle.files if path.endswith("application.form.json"))
    form = json.loads(bundle.files[name])
    group = next(one for one in form["components"] if one["type"] == "group")
    group["components"].append({"type": "textfield", "key": "fax", "id": "Field_fax", "label": "Số fax"})
    return replace(bundle, files={**bundle.files, name: json.dumps(form).encode()})


class TestALongForm:
    """The planning form has five sections and a page for checking."""

    @pytest.fixture(autouse=True)
    def _deployed(self, city: City) -> None:
        city.deploy(Bundle.find(ROOT, LONG))

    @pytest.fixture
    def first(self, city: City) -> dict[str, Any]:
        """The answers of the first section."""
        walk = city.walk_file(LONG, "approved")["application"]
        names = (
            "applicant_kind",
            "applicant_name",
            "identity_number",
            "tax_code",
            "representative",
            "address",
            "phone",
            "email",
        )
        return {name: walk[name] for name in names if name in walk}

    def test_one_section_is_seen_at_a_time(self, client: FlaskClient) -> None:
        page = get(client, f"/procedures/{LONG}/file")
        assert page.heading.startswith("Phần 1 trong 6")
        assert page.heading.endswith("Chủ hồ sơ")
        seen = page.tree.xpath("//*[@id='form']//*[@name='project_name']/ancestor::div[@hidden]")
        assert seen, "the third section is there, and hidden"
        assert not page.tree.xpath("//*[@id='form']//*[@name='applicant_name']/ancestor::div[@hidden]")

    def test_the_title_of_a_section_is_said_once(self, client: FlaskClient) -> None:
        page = get(client, f"/procedures/{LONG}/file")
        shown = page.tree.xpath("//*[@id='form']//legend[not(ancestor::div[@hidden])]")
        assert "Chủ hồ sơ" not in {" ".join(one.text_content().split()) for one in shown}
        assert page.heading.endswith("Chủ hồ sơ")

    def test_going_on_asks_for_what_is_missing_in_this_section_only(
        self, client: FlaskClient, first: dict[str, Any]
    ) -> None:
        shown = get(client, f"/procedures/{LONG}/file")
        more = {"attempt": shown.value("attempt"), "section": "1", "_action": "go:2"}
        refused = PageRead(post(client, f"/procedures/{LONG}/file", {**posted(first), "phone": "", **more}))
        assert refused.answer.status_code == 422
        assert list(refused.errors()) == ["#f-phone"]
        passed = post(client, f"/procedures/{LONG}/file", {**posted(first), **more})
        assert passed.status_code == 303
        second = get(client, passed.headers["Location"])
        assert second.heading.startswith("Phần 2 trong 6")
        assert second.value("applicant_name") == first["applicant_name"]
        back = second.tree.xpath("//a[contains(@class, 'govuk-back-link')]/@href")
        assert get(client, back[0]).heading.startswith("Phần 1 trong 6")

    def test_filing_too_early_leads_to_the_first_section_that_is_wrong(
        self, client: FlaskClient, first: dict[str, Any]
    ) -> None:
        shown = get(client, f"/procedures/{LONG}/file")
        sent = {**posted(first), "attempt": shown.value("attempt"), "section": "6", "_action": "complete"}
        refused = PageRead(post(client, f"/procedures/{LONG}/file", sent))
        assert refused.answer.status_code == 422
        assert refused.heading.startswith("Phần 3 trong 6")
        assert "#f-project_name" in refused.errors()
        assert "#f-petition" not in refused.errors()

    def test_everything_is_shown_to_be_checked_before_it_is_filed(
        self, client: FlaskClient, first: dict[str, Any]
    ) -> None:
        shown = get(client, f"/procedures/{LONG}/file")
        sent = {**posted(first), "attempt": shown.value("attempt"), "_action": "save"}
        kept = post(client, f"/procedures/{LONG}/file", sent).headers["Location"].removesuffix("/saved")
        page = get(client, f"{kept}?section=6")
        assert page.heading.endswith("Kiểm tra trước khi nộp")
        assert first["applicant_name"] in page.text
        assert page.tree.xpath("//button[@value='go:1']")

    def test_a_new_version_in_the_middle_is_told_and_keeps_what_was_typed(
        self, client: FlaskClient, first: dict[str, Any], city: City
    ) -> None:
        shown = get(client, f"/procedures/{LONG}/file")
        city.deploy(_with_another_question(Bundle.find(ROOT, LONG)))
        page_of = {"attempt": shown.value("attempt"), "version": shown.value("version"), "section": "1"}
        told = PageRead(post(client, f"/procedures/{LONG}/file", {**posted(first), **page_of, "_action": "go:2"}))
        assert told.answer.status_code == 422
        assert "phiên bản mới" in told.errors()[""]
        assert told.value("applicant_name") == first["applicant_name"]
        assert told.has("fax")
        # whoever closes the window now and comes back by the link is told as well
        link = f"/applications/{shown.value('attempt')}"
        back = get(client.application.test_client(), link)
        assert "phiên bản mới" in back.errors()[""]
        assert back.value("applicant_name") == first["applicant_name"]
        again = {**page_of, "version": back.value("version"), "fax": "028 3829 0000", "_action": "go:2"}
        passed = post(client, f"/procedures/{LONG}/file", {**posted(first), **again})
        assert passed.status_code == 303
        assert get(client, passed.headers["Location"]).errors() == {}

    def test_what_is_saved_by_itself_under_the_old_version_is_told_on_return(
        self, client: FlaskClient, first: dict[str, Any], city: City
    ) -> None:
        shown = get(client, f"/procedures/{LONG}/file")
        city.deploy(_with_another_question(Bundle.find(ROOT, LONG)))
        page_of = {"attempt": shown.value("attempt"), "version": shown.value("version")}
        assert post(client, f"/procedures/{LONG}/draft", {**posted(first), **page_of}).status_code == 204
        back = get(client, f"/applications/{shown.value('attempt')}")
        assert "phiên bản mới" in back.errors()[""]
        assert back.value("phone") == first["phone"]

    def test_papers_wait_under_the_drafts_own_secret(self, client: FlaskClient, first: dict[str, Any]) -> None:
        shown = get(client, f"/procedures/{LONG}/file")
        paper = (io.BytesIO(sample_pdf("x")), "tờ trình.pdf")
        sent = {**posted(first), "petition": paper, "attempt": shown.value("attempt"), "_action": "save"}
        kept = post(client, f"/procedures/{LONG}/file", sent).headers["Location"].removesuffix("/saved")
        elsewhere = client.application.test_client()
        page = get(elsewhere, f"{kept}?section=5")
        document = page.value("petition")
        assert "tờ trình.pdf" in page.text
        key = {"Motcua-Upload-Key": shown.value("attempt")}
        assert elsewhere.get(f"/api/v1/documents/{document}", headers=key).status_code == 200
        assert elsewhere.get(f"/api/v1/documents/{document}").status_code == 404
