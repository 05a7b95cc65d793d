"""Officers' pages: the inbox, a task with its form, the dossier, the desk; and what happens when two people act."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from city import ROOT, City
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from pages import PageRead, get, post, posted, relink
from sqlalchemy import select

from api.walks.sample_papers import sample_pdf
from engine.organisation import people
from engine.persistence.tables import DossierRow, TaskRow
from engine.runtime.bundle import Bundle

SIMPLE = "certified_copy"
PLANNING = "detailed_plan_adjustment"
PASSWORD = "một mật khẩu đủ dài"
COMPARED = {"decision": "certify", "pages": "3", "copies": "2"}
SignIn = Callable[[str], str]


@pytest.fixture
def desk(signed_in: SignIn, client: FlaskClient) -> FlaskClient:
    """The reception officer of the ward, signed in."""
    signed_in("tuan.ward")
    return client


@pytest.fixture
def colleague(app: Flask, city: City) -> FlaskClient:
    """A second reception officer of the same ward, in another browser."""

    def hire(session: Any) -> None:
        person = people.add_person(session, "second.ward", "Tô Thị Hai", now=city.clock.now())
        people.grant(session, person, people.Role.RECEPTION_OFFICER, "TD-P-HB")
        people.set_password(session, person, PASSWORD)

    city.do(hire)
    other = app.test_client()
    assert post(other, "/sign-in", {"username": "second.ward", "password": PASSWORD}).status_code == 302
    return other


@pytest.fixture
def task(city: City) -> TaskRow:
    """An open task of the ward's desk."""
    walk = city.walk_file(SIMPLE, "handed_over")
    return city.open_tasks(city.file(SIMPLE, walk["application"]).dossier.id)[0]


def file_many(city: City, names: list[str]) -> list[DossierRow]:
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    filed = []
    for name in names:
        filed.append(city.file(SIMPLE, {**application, "applicant_name": name}).dossier)
        city.later(minutes=1)
    return filed


# ---- the inbox --------------------------------------------------------------------------------------------


def test_what_the_inbox_counts_is_what_it_lists(desk: FlaskClient, city: City) -> None:
    file_many(city, ["Nguyễn Văn An", "Trần Thị Bưởi", "Lê Đình Cường"])
    page = get(desk, "/inbox?box=queue")
    assert "Hàng chờ của đơn vị (3)" in page.text
    assert len(page.rows()) == 3
    narrowed = get(desk, "/inbox?box=queue&q=le+dinh")
    assert "1 việc theo bộ lọc" in narrowed.text
    assert ["Lê Đình Cường" in row for row in narrowed.rows()] == [True]
    assert "Không có việc nào khớp bộ lọc" in get(desk, "/inbox?box=queue&q=khong+ai").text


def test_what_is_due_first_stands_first_and_pages_neither_repeat_nor_skip(desk: FlaskClient, city: City) -> None:
    filed = file_many(city, [f"Người thứ {number}" for number in range(27)])
    first = get(desk, "/inbox?box=queue")
    second = get(desk, next(href for href in first.hrefs("after=")))
    shown = [next(one.code for one in filed if one.code in row) for row in first.rows() + second.rows()]
    assert (len(first.rows()), len(second.rows())) == (25, 2)
    assert shown == [one.code for one in filed]


@pytest.mark.parametrize(("due", "found"), [("overdue", 0), ("today", 1), ("", 1)])
def test_the_inbox_is_narrowed_by_how_near_the_due_date_is(
    desk: FlaskClient, task: TaskRow, due: str, found: int
) -> None:
    page = get(desk, f"/inbox?box=queue&due={due}")
    assert len(page.tree.xpath("//tbody/tr")) == found


def test_an_address_that_somebody_has_meddled_with_shows_the_first_page(desk: FlaskClient, task: TaskRow) -> None:
    for query in ("after=nonsense", "after=AAAA", "box=everything", "due=never", "procedure=no&step=none"):
        get(desk, f"/inbox?box=queue&{query}")


# ---- a task -----------------------------------------------------------------------------------------------


def test_a_task_says_how_long_by_which_law_and_why_it_is_shown(desk: FlaskClient, task: TaskRow) -> None:
    page = get(desk, f"/tasks/{task.id}")
    assert page.heading == "Đối chiếu bản sao với bản chính"
    assert "Anh/chị giữ vai trò Cán bộ tiếp nhận" in page.text
    assert "Căn cứ pháp lý của bước này" in page.text
    assert "Trần Văn An" in page.text


def test_an_officer_claims_and_the_next_one_is_told_who_has_it(
    desk: FlaskClient, colleague: FlaskClient, task: TaskRow
) -> None:
    version = get(colleague, f"/tasks/{task.id}").value("version")
    assert post(desk, f"/tasks/{task.id}/claim", {"version": version}).status_code == 302
    assert "Đã nhận việc này" in get(desk, f"/tasks/{task.id}").text
    post(colleague, f"/tasks/{task.id}/claim", {})
    page = get(colleague, f"/tasks/{task.id}")
    assert "Ngô Anh Tuấn đang giữ công việc này" in page.text
    assert not page.has("decision")
    post(desk, f"/tasks/{task.id}/release", {})
    assert get(colleague, f"/tasks/{task.id}").has("decision")


def test_of_two_officers_who_complete_one_task_one_wins_and_the_other_is_told_who_and_when(
    desk: FlaskClient, colleague: FlaskClient, task: TaskRow, city: City
) -> None:
    shown = get(colleague, f"/tasks/{task.id}")
    sent = posted(COMPARED, _action="complete", version=shown.value("version"))
    assert post(desk, f"/tasks/{task.id}", sent).status_code == 302
    answer = post(colleague, f"/tasks/{task.id}", sent)
    page = PageRead(answer)
    assert answer.status_code == 409
    assert "Ngô Anh Tuấn" in " ".join(page.errors().values())
    assert "09:00 ngày 23/11/2026" in " ".join(page.errors().values())
    done = [one.element_id for one in city.open_tasks(task.dossier_id)]
    assert done == ["certify"]


def test_a_mistake_in_a_task_is_told_beside_its_field(desk: FlaskClient, task: TaskRow) -> None:
    answer = post(desk, f"/tasks/{task.id}", posted({**COMPARED, "pages": "many"}, _action="complete"))
    page = PageRead(answer)
    assert answer.status_code == 422
    assert "#f-pages" in page.errors()
    assert page.value("pages") == "many"


def test_a_draft_is_there_after_signing_out_and_in_again(
    desk: FlaskClient, task: TaskRow, signed_in: SignIn, app: Flask
) -> None:
    post(desk, f"/tasks/{task.id}", {**COMPARED, "pages": "7", "_action": "save"})
    assert "Đã lưu nháp" in get(desk, f"/tasks/{task.id}").text
    assert post(desk, f"/tasks/{task.id}/draft", {**COMPARED, "pages": "8"}).status_code == 204
    post(desk, "/sign-out", {})
    assert desk.get(f"/tasks/{task.id}").status_code == 302
    signed_in("tuan.ward")
    page = get(desk, f"/tasks/{task.id}")
    assert page.value("pages") == "8"
    assert "Nháp lưu lúc 23/11/2026 09:00" in page.text


def test_a_draft_of_a_task_that_somebody_else_has_taken_is_refused(
    desk: FlaskClient, colleague: FlaskClient, task: TaskRow
) -> None:
    post(desk, f"/tasks/{task.id}/claim", {})
    assert post(colleague, f"/tasks/{task.id}/draft", {"pages": "8"}).status_code == 409


def test_a_task_of_another_unit_is_not_found(signed_in: SignIn, client: FlaskClient, task: TaskRow) -> None:
    signed_in("minh.case")
    get(client, f"/tasks/{task.id}", 404)
    get(client, f"/dossiers/{task.dossier_id}", 404)
    get(client, f"/dossiers/{task.dossier_id}/diagram", 404)
    assert "Không có hồ sơ nào khớp" in get(client, "/dossiers").text


def test_a_head_assigns_a_task_of_the_division(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    walk = city.walk_file(PLANNING, "approved")
    dossier = city.walk(walk, until="examination")
    task = city.open_tasks(dossier.id)[0]
    signed_in("son.head")
    page = get(client, f"/tasks/{task.id}")
    assert [option.get("value") for option in page.tree.xpath("//select[@name='username']/option")] == ["thu.case"]
    post(client, f"/tasks/{task.id}/assign", {"username": "thu.case", "version": page.value("version") or ""})
    assert "Võ Thị Anh Thư" in get(client, f"/tasks/{task.id}").text


# ---- the dossier ------------------------------------------------------------------------------------------


def test_officer_and_applicant_read_the_same_clock(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    dossier = city.walk(city.walk_file(PLANNING, "approved"), until="appraisal")
    signed_in("minh.case")
    link = relink(city, dossier.id)
    officer, applicant = get(client, f"/dossiers/{dossier.id}"), get(client, f"/my/{link}/")
    for told in ("Thời hạn 8 ngày làm việc", "Ngày tiếp nhận hồ sơ, không tính", "ngày làm việc"):
        assert told in officer.text
        assert told in applicant.text
    table = "//table[caption[contains(., 'Từng ngày')]]"
    assert officer.tree.xpath(f"string({table})") == applicant.tree.xpath(f"string({table})")


def test_the_list_of_steps_names_every_step_of_the_diagram_and_where_the_dossier_is(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    dossier = city.walk(city.walk_file(PLANNING, "approved"), until="appraisal")
    signed_in("minh.case")
    page = get(client, f"/dossiers/{dossier.id}")
    table = page.tree.xpath("//table[caption[contains(., 'bằng lời')]]")[0]
    steps = table.text_content()
    diagram = client.get(f"/dossiers/{dossier.id}/diagram")
    assert diagram.mimetype == "application/xml"
    named = etree.fromstring(diagram.data).xpath("//*[local-name()='userTask' or local-name()='endEvent']/@name")
    assert len(named) > 15
    assert [name for name in named if name not in steps] == []
    now = table.xpath(".//tr[@aria-current='step']//th")
    assert [one.text_content().split("Tiếp theo")[0].strip() for one in now] == ["Thẩm định, dự thảo kết quả"]


def test_a_leader_stops_a_dossier_with_a_reason_and_others_see_no_such_button(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    dossier = city.walk(city.walk_file(PLANNING, "approved"), until="appraisal")
    signed_in("minh.case")
    assert not get(client, f"/dossiers/{dossier.id}").hrefs("/stop")
    post(client, f"/dossiers/{dossier.id}/stop", {"reason": "không"})
    assert "hãy trình lãnh đạo" in get(client, f"/dossiers/{dossier.id}").text
    post(client, "/sign-out", {})
    signed_in("phuc.leader")
    post(client, f"/dossiers/{dossier.id}/stop", {"reason": "Quy hoạch bị bãi bỏ"})
    page = get(client, f"/dossiers/{dossier.id}")
    assert "Dừng giải quyết" in page.text
    assert "Quy hoạch bị bãi bỏ" in page.text


def test_dossiers_are_listed_filtered_and_found_without_diacritics(desk: FlaskClient, city: City) -> None:
    file_many(city, ["Nguyễn Văn An", "Đặng Thị Đào"])
    assert "2 hồ sơ" in get(desk, "/dossiers").text
    assert ["Đặng Thị Đào" in row for row in get(desk, "/dossiers?q=dang+dao").rows()] == [True]
    assert get(desk, "/dossiers?state=filed").rows() != []
    assert "Không có hồ sơ nào khớp" in get(desk, "/dossiers?overdue=1").text


# ---- the desk ---------------------------------------------------------------------------------------------


def test_the_desk_files_for_somebody_at_the_counter(desk: FlaskClient, city: City) -> None:
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    seen = {"paper:original:state": "present"}
    sent = posted(application, _action="complete", channel="post")
    assert "Cho biết “Bản chính" in PageRead(post(desk, f"/reception/{SIMPLE}", sent)).text
    answer = post(desk, f"/reception/{SIMPLE}", {**sent, **seen})
    assert answer.status_code == 303
    assert city.see(lambda session: session.scalars(select(DossierRow.channel)).one()) == "post"
    assert get(desk, answer.headers["Location"]).heading == "Đã nhận hồ sơ"
    assert "1 hồ sơ" in get(desk, "/reception/").text
    get(desk, f"/reception/{SIMPLE}")


def test_a_paper_is_sent_as_a_download_that_no_browser_runs(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    dossier = city.walk(city.walk_file(PLANNING, "approved"), until="appraisal")
    task = city.open_tasks(dossier.id)[0]
    signed_in("minh.case")
    sent = {"draft_file": (io.BytesIO(sample_pdf("draft")), "dự thảo.pdf"), "_action": "save"}
    assert post(client, f"/tasks/{task.id}", sent).status_code == 302
    page = get(client, f"/tasks/{task.id}")
    paper = client.get(page.hrefs("/papers/")[0])
    assert paper.data == sample_pdf("draft")
    assert paper.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''d%E1%BB%B1%20th")
    assert "sandbox" in paper.headers["Content-Security-Policy"]


def test_every_task_of_the_procedure_can_be_opened_by_whoever_does_it(
    city: City, signed_in: SignIn, client: FlaskClient
) -> None:
    """One look at each form with the data that the steps before have given."""
    city.deploy(Bundle.find(ROOT, PLANNING))
    walk = city.walk_file(PLANNING, "approved")
    for step in ("reception_check", "assignment", "examination", "appraisal", "issuing", "handover"):
        dossier = city.walk(walk, until=step)
        task = next(one for one in city.open_tasks(dossier.id) if one.element_id == step)
        actor = city.holder(task)
        signed_in(actor.username)
        assert get(client, f"/tasks/{task.id}").heading == task.name_vi
        post(client, "/sign-out", {})


@pytest.mark.parametrize(
    ("asked", "leads"),
    [("/inbox?box=all&q=an", "/inbox?box=all&q=an"), ("//elsewhere.example/", "/inbox"), ("", "/inbox")],
)
def test_who_has_done_a_task_goes_on_where_the_list_was_left(
    desk: FlaskClient, task: TaskRow, asked: str, leads: str
) -> None:
    claimed = post(desk, f"/tasks/{task.id}/claim", {"version": str(task.version)})
    page = get(desk, claimed.headers["Location"])
    [version] = page.tree.xpath("//form[@id='form']//input[@name='version']/@value")
    typed = {**COMPARED, "version": version, "_action": "complete", "_back": asked}
    answer = post(desk, f"/tasks/{task.id}", typed)
    assert (answer.status_code, answer.headers.get("Location")) == (302, leads)
