"""Citizens' pages: find, read, file, keep the link, follow, withdraw; all of it plain HTML."""

import io
from typing import Any

import pytest
from city import ROOT, City
from flask import Flask
from flask.testing import FlaskClient
from pages import PageRead, get, post, posted, relink
from sqlalchemy import func, select

from api.walks.sample_papers import sample_pdf
from engine.persistence.tables import DossierRow
from engine.runtime.bundle import Bundle

SIMPLE = "certified_copy"
PLANNING = "detailed_plan_adjustment"
KEPT = "a secret of a page, long enough to be one"


@pytest.fixture
def application(city: City) -> dict[str, Any]:
    """What a citizen answers."""
    answers: dict[str, Any] = city.walk_file(SIMPLE, "handed_over")["application"]
    return answers


@pytest.fixture
def receipt(client: FlaskClient, application: dict[str, Any]) -> str:
    """The address of the receipt of a dossier filed through the page."""
    answer = post(client, f"/procedures/{SIMPLE}/file", posted(application, _action="complete"))
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return answer.headers["Location"]


def dossiers(city: City) -> int:
    return city.see(lambda session: session.scalar(select(func.count()).select_from(DossierRow))) or 0


def test_a_procedure_is_found_in_everyday_words_without_diacritics(client: FlaskClient) -> None:
    page = get(client, "/?q=chung thuc ban sao")
    assert page.hrefs("/procedures/") == [f"/procedures/{SIMPLE}"]
    assert "1 thủ tục khớp" in page.text
    assert get(client, "/?q=giấy phép bay").hrefs("/procedures/") == []


def test_who_says_more_than_a_known_word_finds_what_is_meant_first(client: FlaskClient, city: City) -> None:
    for key in ("household_business_registration", PLANNING):
        city.deploy(Bundle.find(ROOT, key))
    meant = "/procedures/household_business_registration"
    assert get(client, "/?q=mở quán cà phê").hrefs("/procedures/")[0] == meant
    assert get(client, "/?q=mo quan nhau").hrefs("/procedures/") == [meant]  # "nhậu" stands nowhere


def test_the_steps_of_a_procedure_are_those_of_called_processes_too(client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, "household_business_registration"))
    page = get(client, "/procedures/household_business_registration")
    for step in ("Tiếp nhận, kiểm tra thành phần hồ sơ", "Thẩm tra hồ sơ", "Trả kết quả"):
        assert step in page.text


def test_before_starting_a_citizen_reads_limit_fee_papers_steps_and_law(client: FlaskClient) -> None:
    page = get(client, f"/procedures/{SIMPLE}")
    assert page.heading == "Chứng thực bản sao từ bản chính"
    for told in (
        "1 ngày làm việc",
        "2.000 đồng/trang",
        "Bản chính",
        "Điều 7, Điều 21",
        "Đối chiếu bản sao với bản chính",
    ):
        assert told in page.text


def test_filing_gives_a_code_a_private_link_and_a_picture_of_it(client: FlaskClient, city: City, receipt: str) -> None:
    page = get(client, receipt)
    dossier = city.see(lambda session: session.scalars(select(DossierRow)).one())
    assert page.heading == "Đã nhận hồ sơ"
    assert dossier.code in page.text
    link = receipt.removesuffix("receipt")
    assert link in page.text
    picture = client.get(f"{link}qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert b"style=" not in picture.data


def test_a_second_press_of_the_button_files_nothing_and_shows_the_same_receipt(
    client: FlaskClient, city: City, application: dict[str, Any]
) -> None:
    attempt = get(client, f"/procedures/{SIMPLE}/file").value("attempt")
    filled = posted(application, attempt=attempt, _action="complete")
    first, second = (post(client, f"/procedures/{SIMPLE}/file", filled) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert dossiers(city) == 1


def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, city: City, application: dict[str, Any]
) -> None:
    wrong = posted({**application, "identity_number": "123"}, attempt=KEPT, _action="complete")
    answer = post(client, f"/procedures/{SIMPLE}/file", wrong)
    page = PageRead(answer)
    assert answer.status_code == 422
    assert page.title.startswith("Lỗi:")
    assert list(page.errors()) == ["#f-identity_number"]
    assert page.value("applicant_name") == application["applicant_name"]
    assert page.value("attempt") == KEPT
    assert dossiers(city) == 0


def test_updating_the_form_files_nothing(client: FlaskClient, city: City, application: dict[str, Any]) -> None:
    answer = post(client, f"/procedures/{SIMPLE}/file", posted(application, _action="refresh"))
    assert answer.status_code == 200
    assert PageRead(answer).errors() == {}
    assert dossiers(city) == 0


def test_a_post_without_the_page_s_token_is_refused(
    client: FlaskClient, city: City, application: dict[str, Any]
) -> None:
    assert client.post(f"/procedures/{SIMPLE}/file", data=posted(application, _action="complete")).status_code == 400
    assert dossiers(city) == 0


def test_a_code_tells_how_far_and_nothing_of_whom(client: FlaskClient, city: City, receipt: str) -> None:
    dossier = city.see(lambda session: session.scalars(select(DossierRow)).one())
    page = get(client, f"/follow?code={dossier.code.lower()}")
    assert "Mức độ hoàn thành" in page.text
    assert "Chờ tiếp nhận" not in page.text  # nor how it stands: the law allows code and degree alone
    assert "0 %" in page.text
    assert dossier.applicant_name not in page.answer.get_data(as_text=True)
    assert get(client, "/follow?code=none", 404).errors() != {}
    assert list(get(client, "/follow?code=").errors()) == ["#code"]


def test_the_private_link_shows_everything_and_another_one_nothing(client: FlaskClient, receipt: str) -> None:
    page = get(client, receipt.removesuffix("receipt"))
    assert "Trần Văn An" in page.text
    assert "Đối chiếu bản sao với bản chính" in page.text
    assert "Đã nộp hồ sơ" in page.text
    get(client, "/my/not-a-link/", 404)
    assert client.get(receipt).headers["Referrer-Policy"] == "same-origin"
    assert client.get(receipt).headers["Cache-Control"] == "no-store"


def test_a_withdrawal_needs_a_reason_and_then_ends_the_dossier(client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    filed = city.file(PLANNING, city.walk_file(PLANNING, "approved")["application"])
    path = f"/my/{filed.link}"
    post(client, f"{path}/withdraw", {"reason": " "})
    refused = post(client, f"{path}/withdraw", {"reason": " "})
    page = PageRead(refused)
    assert (refused.status_code, page.errors()) == (422, {"#withdraw": "Hãy nêu lý do."})
    assert not page.tree.xpath("//a[contains(@href, 'withdraw') and not(starts-with(@href, '#'))]"), "no page is there"
    post(client, f"{path}/withdraw", {"reason": "Đổi phương án"})
    page = get(client, f"{path}/")
    assert "Đã rút hồ sơ" in page.text
    assert "Đổi phương án" in page.text
    assert page.hrefs(f"/procedures/{PLANNING}"), "whoever has withdrawn may file anew"
    assert not page.has("reason")


def test_an_applicant_supplements_through_the_link_and_sees_the_clock_s_reason(client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    walk = city.walk_file(PLANNING, "supplemented")
    dossier = city.walk(walk, until="at_examination.submit_supplement")
    link = relink(city, dossier.id)
    page = get(client, f"/my/{link}/")
    assert "Việc của Ông/Bà" in page.text
    assert "Đang tạm dừng" in page.text
    assert "Chờ bổ sung; đủ hồ sơ thì tính lại thời hạn từ đầu" in page.text
    task = page.hrefs("/tasks/")[0]
    form = get(client, task)
    assert form.heading == "Người nộp hoàn thiện hồ sơ: Bổ sung theo yêu cầu thẩm tra"
    refused = post(client, task, {"_action": "complete", "version": form.value("version")})
    assert refused.status_code == 422
    assert PageRead(refused).errors() != {}


def test_papers_survive_a_refused_form_and_belong_to_the_dossier_afterwards(client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    path = f"/procedures/{PLANNING}/file"
    sent = {
        "applicant_kind": "person",
        "petition": (io.BytesIO(sample_pdf("x")), "tờ trình.pdf"),
        "_action": "complete",
    }
    page = PageRead(post(client, path, sent))
    assert "tờ trình.pdf" in page.text
    kept = page.value("petition")
    more = {"applicant_kind": "person", "attempt": page.value("attempt")}  # whose papers they are
    again = PageRead(post(client, path, {**more, "petition": kept, "_action": "refresh"}))
    assert again.value("petition") == kept
    stranger = client.application.test_client()
    foreign = PageRead(post(stranger, path, {"petition": kept, "_action": "refresh"}))
    assert "tờ trình.pdf" not in foreign.text


@pytest.mark.parametrize(
    ("name", "content"), [("đơn.pdf", b"MZ\x90\x00 this is a program"), ("../../etc/passwd", b"root:x:0:0")]
)
def test_a_file_that_is_not_what_it_says_is_refused_with_a_sentence(
    client: FlaskClient, city: City, name: str, content: bytes
) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    sent = {"petition": (io.BytesIO(content), name), "_action": "refresh"}
    page = PageRead(post(client, f"/procedures/{PLANNING}/file", sent))
    told = " ".join(page.errors().values())
    assert "lưu hoặc quét giấy tờ thành PDF rồi gửi lại" in told
    assert "Mục này chỉ nhận PDF." in told
    assert ".gpkg" not in told, "what other fields take helps nobody here"


def test_an_applicant_does_not_get_an_officer_s_paper(client: FlaskClient, city: City, app: Flask) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    walk = city.walk_file(PLANNING, "approved")
    walk["answers"]["appraisal"][0]["draft_file"] = ["@du-thao-noi-bo.pdf"]
    dossier = city.walk(walk, until="leader_decision")
    page = get(client, f"/my/{relink(city, dossier.id)}/")
    assert "to-trinh.pdf" in page.text
    assert "du-thao-noi-bo.pdf" not in page.text
