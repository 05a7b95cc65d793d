"""The page of one dossier: what can be done and why not, steps, comments, papers, a long history, who looked."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from city import ROOT, City
from flask.testing import FlaskClient
from pages import get, post

from api.settings import Settings
from api.walks.sample_papers import sample_pdf
from engine import comments, dossier_clock
from engine.deadlines.sweep import sweep
from engine.document_store import DocumentStore
from engine.history.archive_check import check
from engine.ids import new_id
from engine.persistence import access_log
from engine.persistence.tables import DocumentRow, DossierRow
from engine.runtime.bundle import Bundle

SIMPLE, PLANNING = "certified_copy", "detailed_plan_adjustment"
SignIn = Callable[[str], str]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3660000"
    "000049454e44ae426082"
)


@pytest.fixture
def planned(city: City) -> DossierRow:
    """A dossier that waits for three bodies' opinions."""
    city.deploy(Bundle.find(ROOT, PLANNING))
    return city.walk(city.walk_file(PLANNING, "approved"), until="ward.give_opinion")


def test_what_cannot_be_done_is_shown_disabled_with_the_reason(
    signed_in: SignIn, client: FlaskClient, planned: DossierRow
) -> None:
    signed_in("minh.case")
    page = get(client, f"/dossiers/{planned.id}")
    disabled = page.tree.xpath("//main//button[@disabled]")
    assert any("Dừng giải quyết" in one.text_content() for one in disabled)
    for one in disabled:
        [reason] = page.tree.xpath(f"//*[@id='{one.get('aria-describedby')}']")
        assert "Chưa làm được" in reason.text_content()
    assert "hãy trình lãnh đạo" in page.text
    assert not page.hrefs("/archive.zip")
    assert "Kiểm soát thủ tục hành chính" in page.text


def test_a_leader_may_stop_and_take_the_archive(signed_in: SignIn, client: FlaskClient, planned: DossierRow) -> None:
    signed_in("phuc.leader")
    page = get(client, f"/dossiers/{planned.id}")
    assert page.tree.xpath(f"//form[@action='/dossiers/{planned.id}/stop']")
    assert page.hrefs("/archive.zip")
    assert page.hrefs("/history/at")


def test_consultations_say_who_is_asked_until_when_and_what_silence_means(
    signed_in: SignIn, client: FlaskClient, city: City, planned: DossierRow
) -> None:
    signed_in("minh.case")
    page = get(client, f"/dossiers/{planned.id}")
    [table] = page.tree.xpath("//table[caption[contains(., 'được lấy ý kiến')]]")
    rows = [" ".join(row.text_content().split()) for row in table.xpath("tbody/tr")]
    assert len(rows) == 3
    assert all("Đang chờ ý kiến" in row and "được coi là đồng ý" in row for row in rows)
    city.later(days=12)
    signed_in("minh.case")  # the session has run out meanwhile
    page = get(client, f"/dossiers/{planned.id}")
    assert page.text.count("Chậm trả lời") == 3


def test_steps_say_who_had_them_and_what_they_used(signed_in: SignIn, client: FlaskClient, planned: DossierRow) -> None:
    signed_in("minh.case")
    page = get(client, f"/dossiers/{planned.id}")
    [table] = page.tree.xpath("//table[caption[contains(., 'bằng lời')]]")
    rows = {
        " ".join(row.xpath("string(th)").split()).split("Tiếp theo")[0].strip(): " ".join(
            row.xpath("string(td[2])").split()
        )
        for row in table.xpath("tbody/tr")
    }
    done = next(text for name, text in rows.items() if name.startswith("Thẩm tra"))
    assert "30/11" in done or "23/11" in done
    assert len(table.xpath("tbody/tr[@aria-current='step']")) >= 3
    assert "Đơn vị nào đã dùng bao nhiêu ngày?" in page.text


def test_the_account_of_days_counts_by_the_term_of_the_case(city: City) -> None:
    key = "investment_project_adjustment"
    city.deploy(Bundle.find(ROOT, key))
    dossier = city.walk(city.walk_file(key, "ct9_late_land"), until="leader_decision")
    told = city.see(lambda s: dossier_clock.explanation_of(s, city.platform, s.get_one(DossierRow, dossier.id)))
    assert dossier.procedure_case
    assert told.due.due_at == dossier.due_at


def test_a_comment_is_written_edited_and_told(
    signed_in: SignIn, client: FlaskClient, city: City, planned: DossierRow
) -> None:
    signed_in("minh.case")
    path = f"/dossiers/{planned.id}"
    answer = post(client, f"{path}/comments", {"text": "<b>Xem</b> giúp @ha.control và @nobody.here"})
    assert answer.headers["Location"] == f"{path}#comments"
    page = get(client, path)
    assert "<b>Xem</b> giúp @ha.control" in page.text
    assert "Đã báo cho Cao Thu Hà" in page.text
    assert "Không báo được cho @nobody.here" in page.text
    [one] = city.see(lambda s: comments.of_dossier(s, planned.id))
    post(client, f"{path}/comments/{one.id}", {"text": "Đã xong"})
    page = get(client, path)
    assert "Nội dung trước khi sửa (1)" in page.text
    assert "<b>Xem</b>" in page.text
    post(client, f"{path}/comments", {"text": "  "})
    assert "Hãy viết nội dung ghi chú" in get(client, path).text
    post(client, "/sign-out", {})
    signed_in("ha.control")
    assert "Anh/chị được nhắc tên" in get(client, "/notices").text
    assert not get(client, path).tree.xpath(f"//form[@action='{path}/comments/{one.id}']")


def test_a_long_history_comes_in_pages_newest_first(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    dossier = city.file(SIMPLE, city.walk_file(SIMPLE, "handed_over")["application"]).dossier
    tuan = city.actor("tuan.ward")
    for number in range(45):
        city.do(lambda s, n=number: comments.add(s, city.platform, tuan, dossier.id, f"Ghi chú số {n}."))
    signed_in("tuan.ward")
    path, seen = f"/dossiers/{dossier.id}", []
    while path:
        page = get(client, path)
        items = page.tree.xpath("//ol[contains(@class, 'mc-timeline')]/li")
        assert len(items) <= 20
        seen += [item.text_content() for item in items]
        older = page.tree.xpath("//*[@id='older']//a/@href")
        path = older[0].split("#")[0] if older else ""
    numbers = [number for text in seen for number in range(45) if f"Ghi chú số {number}." in text]
    assert numbers == list(range(44, -1, -1))
    assert any("Đã nộp hồ sơ" in text for text in seen)


# ---- papers -----------------------------------------------------------------------------------------------


@pytest.fixture
def paper_of(city: City, settings: Settings) -> Callable[[bytes, str, str], tuple[UUID, UUID]]:
    """Files a dossier that has the given paper; answers the ids of both."""

    def make(content: bytes, name: str, media_type: str) -> tuple[UUID, UUID]:
        dossier = city.file(SIMPLE, city.walk_file(SIMPLE, "handed_over")["application"]).dossier
        kept = DocumentStore(settings.store).put(io.BytesIO(content), 10**6)

        row = DocumentRow(
            id=new_id(),
            dossier_id=dossier.id,
            sha256=kept.sha256,
            filename=name,
            media_type=media_type,
            size=kept.size,
            uploaded_by="Người nộp",
            uploader_key="test",
            uploaded_at=city.platform.now(),
        )
        city.do(lambda session: session.add(row))
        return dossier.id, row.id

    return make


PaperOf = Callable[[bytes, str, str], tuple[UUID, UUID]]


def test_a_pdf_is_shown_in_a_frame_of_its_own(signed_in: SignIn, client: FlaskClient, paper_of: PaperOf) -> None:
    dossier, paper = paper_of(sample_pdf("Giấy tờ"), "bản sao.pdf", "application/pdf")
    signed_in("tuan.ward")
    assert f"/papers/{paper}/view" in get(client, f"/dossiers/{dossier}").hrefs("/view")
    page = get(client, f"/papers/{paper}/view")
    assert page.tree.xpath("//iframe/@src") == [f"/papers/{paper}/content"]
    assert "frame-src 'self'" in page.answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in page.answer.headers["Content-Security-Policy"]
    shown = client.get(f"/papers/{paper}/content")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["Cache-Control"] == "no-store"


def test_a_picture_is_shown_in_a_sandbox(signed_in: SignIn, client: FlaskClient, paper_of: PaperOf) -> None:
    _dossier, paper = paper_of(PNG, "ảnh.png", "image/png")
    signed_in("tuan.ward")
    assert get(client, f"/papers/{paper}/view").tree.xpath("//main//img/@src") == [f"/papers/{paper}/content"]
    shown = client.get(f"/papers/{paper}/content")
    assert "sandbox" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/vnd.oasis.opendocument.text"])
def test_what_a_browser_could_run_is_never_shown(
    signed_in: SignIn, client: FlaskClient, paper_of: PaperOf, kind: str
) -> None:
    _dossier, paper = paper_of(b"<script>alert(1)</script>", "x.html", kind)
    signed_in("tuan.ward")
    page = get(client, f"/papers/{paper}/view")
    assert not page.tree.xpath("//main//iframe | //main//img | //main//object | //main//embed")
    assert client.get(f"/papers/{paper}/content").status_code == 404
    assert client.get(f"/papers/{paper}").headers["Content-Disposition"].startswith("attachment")


def test_a_paper_of_a_dossier_that_one_may_not_see_is_not_shown(
    signed_in: SignIn, client: FlaskClient, paper_of: PaperOf
) -> None:
    _dossier, paper = paper_of(PNG, "ảnh.png", "image/png")
    signed_in("dung.designer")
    for path in ("view", "content"):
        assert client.get(f"/papers/{paper}/{path}").status_code == 404


# ---- auditors ---------------------------------------------------------------------------------------------


def test_who_looked_is_kept_once_in_a_while_and_shown_to_auditors(
    signed_in: SignIn, client: FlaskClient, city: City, paper_of: PaperOf
) -> None:
    dossier, paper = paper_of(PNG, "ảnh.png", "image/png")
    signed_in("tuan.ward")
    for _ in range(3):
        assert "Ai đã xem hồ sơ này" not in get(client, f"/dossiers/{dossier}").text
    get(client, f"/papers/{paper}/view")
    looks = city.see(lambda s: access_log.of_dossier(s, dossier))
    assert sorted(one.what for one in looks) == ["dossier", "paper: ảnh.png"]
    city.later(minutes=20)
    get(client, f"/dossiers/{dossier}")
    assert len(city.see(lambda s: access_log.of_dossier(s, dossier))) == 3
    assert client.get("/looks").status_code == 403
    post(client, "/sign-out", {})
    signed_in("ha.control")
    page = get(client, "/looks?person=tuan.ward")
    assert len(page.rows()) == 3
    assert "Giấy tờ: ảnh.png" in page.text
    assert get(client, "/looks?code=nothing").text.count("Không có lần xem nào khớp") == 1
    assert "Ai đã xem hồ sơ này" in get(client, f"/dossiers/{dossier}").text


def test_the_past_is_gone_through_without_scripts(
    signed_in: SignIn, client: FlaskClient, city: City, planned: DossierRow
) -> None:
    signed_in("phuc.leader")
    path = f"/dossiers/{planned.id}/history/at"
    page = get(client, f"{path}?entry=1")
    assert "Mục 1 trong" in page.text
    assert not page.tree.xpath("//a[@rel='prev']")
    forward = page.tree.xpath("//a[@rel='next']/@href")[0]
    assert "Mục 2 trong" in get(client, forward).text
    last = get(client, path)
    assert f"Mục {planned.journal_seq} trong {planned.journal_seq}" in last.text
    assert last.text.count("Góp ý") >= 3
    moment = city.clock.now().astimezone(city.platform.zone).strftime("%Y-%m-%dT%H:%M:%S")
    assert "Đang xử lý" in get(client, f"{path}?moment={moment}").text
    assert "chưa được nộp" in get(client, f"{path}?moment=2020-01-01T00:00", 404).text
    get(client, f"{path}?moment=yesterday", 422)
    get(client, f"{path}?entry=99999", 404)


def test_the_archive_is_taken_from_the_page(
    signed_in: SignIn, client: FlaskClient, city: City, planned: DossierRow
) -> None:
    signed_in("phuc.leader")
    answer = client.get(f"/dossiers/{planned.id}/archive.zip")
    report = check(io.BytesIO(answer.data), planned.journal_head)
    assert report.head == planned.journal_head
    assert [one.what for one in city.see(lambda s: access_log.of_dossier(s, planned.id))] == ["archive"]


def test_history_says_what_a_moment_was_for(
    signed_in: SignIn, client: FlaskClient, city: City, planned: DossierRow
) -> None:
    city.later(days=20)
    sweep(city.db, city.platform)
    signed_in("minh.case")
    titles = [
        one.text_content()
        for one in get(client, f"/dossiers/{planned.id}").tree.xpath("//*[@class='mc-timeline__title']")
    ]
    assert "Nhắc: sắp hết thời hạn giải quyết" in titles
    assert "Hết thời hạn giải quyết" in titles
    assert "Đến hạn" not in titles
