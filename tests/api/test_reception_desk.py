"""The reception desk on one screen: papers ticked off, what follows, the queues, what is printed."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from city import ROOT, City
from flask.testing import FlaskClient
from pages import PageRead, get, post, posted
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from engine.deadlines.sweep import sweep
from engine.papers import CheckedPaper, Digitisation, PaperState, checked
from engine.persistence import dossiers
from engine.persistence.tables import CodeCounterRow, DossierRow
from engine.runtime.bundle import Bundle

HOUSE = "house_building_permit"
SignIn = Callable[[str], str]
HERE = {"state": "present", "copies": "1", "kind": "original"}


@pytest.fixture
def desk(signed_in: SignIn, client: FlaskClient, city: City) -> FlaskClient:
    """The reception officer of the ward that permits houses, signed in."""
    city.deploy(Bundle.find(ROOT, HOUSE))
    signed_in("tuan.ward")
    return client


@pytest.fixture
def typed(city: City) -> dict[str, Any]:
    """The application as typed at the desk, without any file."""
    answers = city.walk_file(HOUSE, "granted")["application"]
    plain = {key: value for key, value in answers.items() if not isinstance(value, list)}
    return {name: value for key, value in posted(plain).items() for name, value in dates(key, value).items()}


def dates(key: str, value: str) -> dict[str, str]:
    """A day in its three parts, as the page asks for it."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return {key: value}
    year, month, day = value.split("-")
    return {f"{key}-year": year, f"{key}-month": month, f"{key}-day": day}


def papers(**said: dict[str, str]) -> dict[str, str]:
    """The list of papers as the page posts it; those not named are there."""
    keys = ("request", "land_papers", "drawings", "safety")
    every: dict[str, dict[str, str]] = dict.fromkeys(keys, HERE) | said
    return {f"paper:{key}:{part}": text for key, parts in every.items() for part, text in parts.items()}


def send(client: FlaskClient, *parts: dict[str, Any], **more: Any) -> TestResponse:
    data = {"channel": "desk", "desk:verdict": "list", "_action": "complete", **more}
    for part in parts:
        data |= part
    return post(client, f"/reception/{HOUSE}", data)


def the_dossier(city: City) -> DossierRow:
    return city.see(lambda s: s.scalars(select(DossierRow)).one())


def seen(city: City) -> dict[str, CheckedPaper]:
    return city.see(lambda s: checked(dossiers.data_of(s, the_dossier(city).id)))


# ---- filing ---------------------------------------------------------------------------------------------


def test_a_complete_dossier_is_accepted_at_once_and_the_receipt_is_ready(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    answer = send(desk, typed, papers())
    assert answer.status_code == 303, PageRead(answer).errors()
    page = get(desk, answer.location)
    assert page.heading == "Đã tiếp nhận hồ sơ"
    dossier = the_dossier(city)
    assert dossier.due_at is not None
    assert dossier.code in page.text
    printed = desk.get(page.hrefs("receipt.pdf")[0])
    assert printed.data[:5] == b"%PDF-"
    assert (dossier.papers, dossier.papers_digitised) == (4, 0)
    assert {one.copies for one in seen(city).values() if one.state is PaperState.PRESENT} == {1}


def test_an_incomplete_dossier_asks_once_for_exactly_what_is_missing(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    plain = {**HERE, "kind": "plain"}
    answer = send(desk, typed, papers(drawings={"state": "missing"}, land_papers=plain))
    assert answer.status_code == 303, PageRead(answer).errors()
    page = get(desk, answer.location)
    assert page.heading == "Đã yêu cầu bổ sung"
    asked = [
        " ".join(line.text_content().split()) for line in page.tree.xpath("//main//ul[contains(@class,'--bullet')]/li")
    ]
    assert asked == [
        "Giấy tờ về quyền sử dụng đất: Nộp 01 bản chứng thực (đã có bản chụp)",
        "Bộ bản vẽ thiết kế: Nộp 01 bản chính",
    ]
    assert [task.role for task in city.open_tasks(the_dossier(city).id)] == ["applicant"]


def test_a_dossier_is_refused_with_reason_and_ground(desk: FlaskClient, city: City, typed: dict[str, Any]) -> None:
    refused = {"desk:verdict": "refuse", "desk:refusal_reason": "", "desk:refusal_ground": ""}
    page = PageRead(send(desk, typed, papers(), refused))
    assert "Nhập lý do từ chối Nhập căn cứ pháp lý" in page.text
    why = {"desk:refusal_reason": "Thửa đất nằm ngoài địa bàn được giao", "desk:refusal_ground": "Điều 8 NĐ 309/2026"}
    answer = send(desk, typed, papers(), refused, why)
    assert get(desk, answer.location).heading == "Đã từ chối tiếp nhận"
    assert the_dossier(city).outcome == "not_received"


def test_every_required_paper_has_to_be_looked_at(desk: FlaskClient, city: City, typed: dict[str, Any]) -> None:
    answer = send(desk, typed, papers(drawings={}))
    page = PageRead(answer)
    assert answer.status_code == 422
    assert "Cho biết “Bộ bản vẽ thiết kế” có, thiếu hay không cần" in page.errors().values()
    assert page.value("applicant_name") == typed["applicant_name"]
    assert page.tree.xpath("//input[@name='paper:request:state'][@checked]/@value") == ["present"]
    everything = PageRead(send(desk, typed, papers(drawings={}), {"paper:all": "1"}))
    assert len(everything.tree.xpath("//input[@value='present'][@checked]")) == len(
        everything.tree.xpath("//input[@value='present']")
    )


def test_a_dossier_is_accepted_without_a_paper_only_for_a_reason(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    page = PageRead(send(desk, typed, papers(land_papers={"state": "waived"})))
    assert "Nêu lý do tiếp nhận khi không có" in " ".join(page.errors().values())
    why = {"state": "waived", "reason": "Đã có trong cơ sở dữ liệu đất đai"}
    assert send(desk, typed, papers(land_papers=why)).status_code == 303
    assert seen(city)["land_papers"].reason == why["reason"]


def test_a_sack_of_post_is_taken_in_first_and_checked_in_the_queue(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    answer = send(desk, typed, {"channel": "post", "desk:verdict": "later"})
    assert answer.status_code == 303, PageRead(answer).errors()
    page = get(desk, "/reception/")
    assert "Bưu chính công ích 1" in page.text
    (row,) = [row for row in page.rows() if the_dossier(city).code in row]
    assert "Tiếp nhận, kiểm tra thành phần hồ sơ" in row
    (task,) = city.open_tasks(the_dossier(city).id)
    checking = {"decision": "accept", "set_count": "1", "result_place": "desk", "_action": "complete"}
    assert post(desk, f"/tasks/{task.id}", {**checking, **papers()}).status_code == 302
    assert the_dossier(city).due_at is not None


def test_somebody_helped_at_the_desk_files_online_and_is_counted_apart(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    assert "Tải lên" in " ".join(PageRead(send(desk, typed, {"channel": "assisted"})).errors().values())
    scans = {
        key: (io.BytesIO(b"%PDF-1.7\n%%EOF\n"), f"{key}.pdf")
        for key in ("request", "land_papers", "drawings", "safety")
    }
    answer = send(desk, typed, scans, {"channel": "assisted"})
    assert answer.status_code == 303, PageRead(answer).errors()
    dossier = the_dossier(city)
    assert (dossier.channel, dossier.support_unit, dossier.due_at) == ("online", "TD-P-HB", None)
    assert "Trực tuyến, có hỗ trợ 1" in get(desk, "/reception/").text


def test_scans_of_papers_without_a_field_are_kept_with_their_paper(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    scans = [(io.BytesIO(b"%PDF-1.7\n%%EOF\n"), f"trang {number}.pdf") for number in (1, 2)]
    first = PageRead(send(desk, typed, papers(drawings={}), {"scan:verification": scans}))
    kept = first.tree.xpath("//input[@name='paper:verification:scan']/@value")
    assert len(kept) == 2
    answer = send(desk, typed, papers(), {"paper:verification:scan": kept})
    assert answer.status_code == 303, PageRead(answer).errors()
    paper = seen(city)["verification"]
    assert (paper.state, paper.digitisation, list(paper.documents)) == (
        PaperState.PRESENT,
        Digitisation.DIGITISED,
        kept,
    )


def test_pressing_twice_files_once(desk: FlaskClient, city: City, typed: dict[str, Any]) -> None:
    attempt = get(desk, f"/reception/{HOUSE}").value("attempt")
    first, second = (send(desk, typed, papers(), {"attempt": attempt}) for _ in range(2))
    assert first.location == second.location
    the_dossier(city)


# ---- papers used again ------------------------------------------------------------------------------------


def test_what_the_same_person_gave_before_is_used_again(desk: FlaskClient, city: City, typed: dict[str, Any]) -> None:
    walk = city.walk_file(HOUSE, "granted")
    before = city.walk(walk, until="assignment")
    page = PageRead(send(desk, typed, {"_action": "refresh"}))
    choice = page.tree.xpath("//select[@name='paper:land_papers:reuse']/option")
    assert before.code in choice[1].text
    again = {**HERE, "reuse": choice[1].get("value")}
    answer = send(desk, typed, papers(land_papers=again))
    assert answer.status_code == 303, PageRead(answer).errors()
    dossier = city.see(lambda s: s.scalars(select(DossierRow).where(DossierRow.id != before.id)).one())
    paper = city.see(lambda s: checked(dossiers.data_of(s, dossier.id)))["land_papers"]
    assert (paper.digitisation, paper.source) == (Digitisation.REUSED_PAPER, before.code)
    assert dossier.papers_reused == 1
    assert paper.documents != (choice[1].get("value"),)
    assert "dùng lại từ hồ sơ" in get(desk, f"/dossiers/{dossier.id}").text


def test_nothing_of_somebody_else_is_offered(desk: FlaskClient, city: City, typed: dict[str, Any]) -> None:
    city.walk(city.walk_file(HOUSE, "granted"), until="assignment")
    number = "identity_number" if "identity_number" in typed else "tax_code"
    for other in ({number: "079099999999"}, {number: ""}, {"applicant_name": "Người Khác"}):
        page = PageRead(send(desk, typed, other, {"_action": "refresh"}))
        assert not page.tree.xpath("//select[contains(@name, ':reuse')]")


# ---- the queues -------------------------------------------------------------------------------------------


def online(city: City) -> DossierRow:
    return city.file(HOUSE, city.walk_file(HOUSE, "granted")["application"]).dossier


def test_what_came_online_is_ordered_by_its_own_limit_and_late_ones_are_marked(
    desk: FlaskClient, city: City, signed_in: SignIn
) -> None:
    first = online(city)
    city.later(days=3)  # a holiday lies between
    sweep(city.db, city.platform)
    second = online(city)
    signed_in("tuan.ward")
    page = get(desk, "/reception/")
    codes = [code for row in page.rows() for code in (first.code, second.code) if code in row]
    assert codes == [first.code, second.code]
    late, fresh = page.rows()[:2]
    assert "1 chậm tiếp nhận" in page.text
    assert "1 ngày làm việc (Điều 17, Điều 18, Nghị định 118/2025/NĐ-CP)" in late
    assert "quá hạn" in late.lower()
    assert "quá hạn" not in fresh.lower()


def test_an_online_dossier_is_received_against_the_same_list(desk: FlaskClient, city: City) -> None:
    dossier = online(city)
    (task,) = city.open_tasks(dossier.id)
    page = get(desk, f"/tasks/{task.id}")
    assert page.tree.xpath("//input[@name='paper:drawings:state'][@checked]/@value") == ["present"]
    answers = {"decision": "accept", "set_count": "1", "result_place": "desk", "_action": "complete"}
    missing = {"paper:drawings:state": "missing"}
    refused = PageRead(post(desk, f"/tasks/{task.id}", {**answers, **missing}))
    assert "Còn thiếu: Bộ bản vẽ thiết kế" in " ".join(refused.errors().values())
    post(desk, f"/tasks/{task.id}", {**answers, **missing, "_action": "save"})
    assert get(desk, f"/tasks/{task.id}").tree.xpath("//input[@name='paper:drawings:state'][@checked]/@value") == [
        "missing"
    ]
    answer = post(desk, f"/tasks/{task.id}", {**answers, "paper:drawings:state": "present", "_back": "/reception/"})
    page = get(desk, answer.location)
    assert page.heading == "Đã tiếp nhận hồ sơ"
    assert page.hrefs("/reception/")
    receipt = desk.get(page.hrefs("receipt.pdf")[0])
    assert (receipt.status_code, receipt.data[:5]) == (200, b"%PDF-")
    shown = get(desk, f"/dossiers/{dossier.id}")
    assert "2. Được tiếp nhận" in shown.text
    assert "Đã số hóa" in shown.text


@pytest.mark.parametrize(
    ("decision", "heading", "letter"),
    [
        (
            {
                "decision": "refuse",
                "refusal_reason": "Thửa đất nằm ngoài địa bàn được giao",
                "refusal_ground": "Điều 8",
            },
            "Đã từ chối tiếp nhận",
            "refusal.pdf",
        ),
        (
            {
                "decision": "supplement",
                "missing[0].paper": "Bộ bản vẽ",
                "missing[0].wanted": "Nộp 01 bản chính",
                "supplement_reason": "Thiếu bản vẽ",
            },
            "Đã yêu cầu bổ sung",
            "supplement.pdf",
        ),
    ],
)
def test_what_follows_from_a_check_in_the_queue_is_printed_at_once(
    desk: FlaskClient, city: City, decision: dict[str, str], heading: str, letter: str
) -> None:
    dossier = online(city)
    (task,) = city.open_tasks(dossier.id)
    answer = post(desk, f"/tasks/{task.id}", {**decision, "_action": "complete"})
    assert answer.status_code == 302, PageRead(answer).errors()
    page = get(desk, answer.location)
    assert page.heading == heading
    assert desk.get(page.hrefs(letter)[0]).data[:5] == b"%PDF-"
    assert desk.get(f"/dossiers/{dossier.id}/letters/receipt.pdf").status_code == 404


def test_a_second_request_is_said_to_wait_for_the_leader_and_has_no_letter_yet(desk: FlaskClient, city: City) -> None:
    walk = city.walk_file(HOUSE, "second_supplement_at_reception")
    dossier = city.walk(walk, until="at_reception.approve_supplement")
    shown = get(desk, f"/reception/received/{dossier.id}")
    assert shown.heading == "Đã trình lãnh đạo duyệt yêu cầu bổ sung"
    assert not shown.hrefs(".pdf")
    dossier = city.walk(city.walk_file(HOUSE, "supplemented_at_reception"), until="at_reception.submit_supplement")
    assert get(desk, f"/reception/received/{dossier.id}").heading == "Đã yêu cầu bổ sung"
    (asked,) = city.open_tasks(dossier.id)
    city.complete(asked, walk["answers"]["at_reception_supplement"][0])
    assert get(desk, f"/reception/received/{dossier.id}").heading == "Đã yêu cầu bổ sung"


def test_what_was_received_is_shown_to_those_who_may_see_the_dossier(
    desk: FlaskClient, city: City, signed_in: SignIn
) -> None:
    dossier = online(city)
    assert get(desk, f"/reception/received/{dossier.id}").heading == "Đã nhận hồ sơ"
    signed_in("dat.invest")
    get(desk, f"/reception/received/{dossier.id}", 404)
    assert desk.get(f"/dossiers/{dossier.id}/letters/receipt.pdf").status_code == 404


def test_results_wait_at_the_desk_until_they_are_handed_over(desk: FlaskClient, city: City) -> None:
    dossier = city.walk(city.walk_file(HOUSE, "granted"), until="hand_over")
    rows = get(desk, "/reception/").rows()
    assert any(dossier.code in row and "Trả kết quả" in row for row in rows)


# ---- finding the procedure --------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["xây nhà", "xay nha", "SUA NHA", "giấy phép xây dựng"])
def test_a_procedure_is_found_by_everyday_words_with_and_without_diacritics(desk: FlaskClient, words: str) -> None:
    assert get(desk, f"/reception/?q={words}").hrefs(f"/reception/{HOUSE}")
    assert not get(desk, "/reception/?q=ly+hon").hrefs(f"/reception/{HOUSE}")


# ---- JSON -------------------------------------------------------------------------------------------------


def test_the_api_tells_the_status_of_the_portal_and_the_papers(
    desk: FlaskClient, city: City, bearer: Callable[[str], dict[str, str]]
) -> None:
    dossier = online(city)

    def told() -> dict[str, Any]:
        answer = desk.get(f"/api/v1/dossiers/{dossier.id}", headers=bearer("tuan.ward"))
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return dict(answer.json)

    assert told()["portal_status"] == {"code": 1, "vi": "Mới đăng ký", "en": "Registered"}
    (task,) = city.open_tasks(dossier.id)
    city.complete(task, city.walk_file(HOUSE, "granted")["answers"]["reception_check"][0])
    assert told()["portal_status"]["code"] == 2
    assert {one["digitisation"] for one in told()["papers"] if one["state"] == "present"} == {1}


def test_the_public_look_up_tells_the_code_and_how_far_it_is_and_no_more(client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, HOUSE))
    dossier = online(city)
    page = get(client, f"/follow?code={dossier.code}")
    keys = [" ".join(key.text_content().split()) for key in page.tree.xpath("//dt")]
    assert keys == ["Mã hồ sơ", "Mức độ hoàn thành"]
    assert dossier.applicant_name not in page.text


# ---- bad input --------------------------------------------------------------------------------------------


def test_when_the_numbers_of_the_day_are_used_up_the_page_says_so_and_keeps_what_was_typed(
    desk: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    first = send(desk, typed, papers())
    assert first.status_code == 303
    city.do(lambda s: s.execute(update(CodeCounterRow).values(last=9_999)))
    page = PageRead(send(desk, typed, papers()))
    assert "đã dùng hết 9999 số hồ sơ" in page.text
    assert "hãy nhận tại cơ quan khác hoặc vào ngày hôm sau" in page.text
    assert page.value("applicant_name") == typed["applicant_name"]
    the_dossier(city)


def test_copies_that_are_no_number_are_refused_with_the_name_of_the_paper(
    desk: FlaskClient, typed: dict[str, Any]
) -> None:
    page = PageRead(send(desk, typed, papers(drawings={**HERE, "copies": "hai"})))
    assert "Số bản của “Bộ bản vẽ thiết kế” phải là số nguyên" in page.text


def test_a_result_that_waits_is_not_called_late_because_reception_is_long_over(
    desk: FlaskClient, city: City, signed_in: SignIn
) -> None:
    city.deploy(Bundle.find(ROOT, "certified_copy"))
    walk = city.walk_file("certified_copy", "handed_over")
    city.walk(walk, until="handover")
    city.later(days=4)
    signed_in("tuan.ward")
    page = get(desk, "/reception/")
    assert "Không có kết quả nào chờ trả" not in page.text
    assert "chậm tiếp nhận" not in page.text
    assert "Nghị định 118/2025/NĐ-CP" not in page.text


def test_an_officer_reads_at_once_what_the_form_lacks_and_what_the_papers_lack(
    desk: FlaskClient, typed: dict[str, Any]
) -> None:
    page = PageRead(send(desk, typed, {"applicant_name": ""}))
    told = page.text
    assert "Nhập tên chủ hồ sơ" in told
    assert "có, thiếu hay không cần" in told
