"""The inbox's boxes and filters, what a person keeps of them, columns, news, reasons, and the search box."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from city import ROOT, City
from flask.testing import FlaskClient
from pages import PageRead, get, post

from engine import tasks
from engine.model import SYSTEM
from engine.organisation import people, standins
from engine.organisation.standins import Absence
from engine.persistence.tables import DossierRow, TaskRow
from engine.runtime.bundle import Bundle

SIMPLE = "certified_copy"
PLANNING = "detailed_plan_adjustment"
SignIn = Callable[[str], str]


@pytest.fixture
def desk(signed_in: SignIn, client: FlaskClient) -> FlaskClient:
    """The reception officer of the ward, signed in."""
    signed_in("tuan.ward")
    return client


def file(city: City, *names: str) -> list[DossierRow]:
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    return [city.file(SIMPLE, {**application, "applicant_name": name}).dossier for name in names]


def first_task(city: City, dossier: DossierRow) -> TaskRow:
    return city.open_tasks(dossier.id)[0]


# ---- boxes and filters -------------------------------------------------------------------------------------


def test_the_boxes_are_mine_the_queue_everybodys_and_what_is_overdue(
    client: FlaskClient, city: City, signed_in: SignIn
) -> None:
    task = first_task(city, file(city, "Nguyễn Văn An", "Trần Thị Bưởi", "Lê Đình Cường")[0])
    city.do(lambda session: tasks.claim(session, city.platform, city.actor("tuan.ward"), task.id))
    city.clock.moment += timedelta(days=3)
    signed_in("tuan.ward")
    desk = client
    page = get(desk, "/inbox?box=overdue")
    for told in ("Của tôi (1)", "Hàng chờ của đơn vị (2)", "Tất cả tôi được xem (3)", "Quá hạn (3)"):
        assert told in page.text
    assert [len(get(desk, f"/inbox?box={box}").rows()) for box in ("mine", "queue", "all", "overdue")] == [1, 2, 3, 3]
    assert get(desk, "/inbox?box=all").title == "(3) Công việc – motcua"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=taken", 1),
        ("state=untaken", 2),
        ("state=suspended", 0),
        ("state=incident", 0),
        ("unit=TD-P-HB", 3),
        ("point=TD-P-HB", 3),
        ("point=TD-TTHCC", 0),
        ("step=compare&procedure=certified_copy", 3),
        ("q=dinh+cuong", 1),
        ("due=7", 3),
        ("state=nonsense&holder=nobody&due=never", 3),
    ],
)
def test_a_box_is_narrowed_by_what_stands_in_the_address(desk: FlaskClient, city: City, query: str, found: int) -> None:
    dossiers = file(city, "Nguyễn Văn An", "Trần Thị Bưởi", "Lê Đình Cường")
    post(desk, f"/tasks/{first_task(city, dossiers[0]).id}/claim", {})
    page = get(desk, f"/inbox?box=all&{query}")
    assert len(page.tree.xpath("//tbody/tr[@data-row]")) == found
    assert f"Tất cả tôi được xem ({found})" in page.text


def test_a_list_is_narrowed_to_who_has_the_task(desk: FlaskClient, city: City) -> None:
    dossiers = file(city, "Nguyễn Văn An", "Trần Thị Bưởi")
    post(desk, f"/tasks/{first_task(city, dossiers[0]).id}/claim", {})
    page = get(desk, "/inbox?box=all")
    options = page.tree.xpath("//select[@name='holder']/option")
    assert [option.text for option in options] == ["Tất cả", "Ngô Anh Tuấn"]
    narrowed = get(desk, f"/inbox?box=all&holder={options[1].get('value')}")
    assert ["Nguyễn Văn An" in row for row in narrowed.rows()] == [True]


# ---- what a person keeps -----------------------------------------------------------------------------------


def test_a_filter_is_kept_opened_renamed_made_the_first_and_dropped(desk: FlaskClient, city: City) -> None:
    file(city, "Nguyễn Văn An")
    saving = next(href for href in get(desk, "/inbox?box=queue&due=7").hrefs("/lists/inbox?query="))
    form = get(desk, saving)
    answer = post(desk, "/lists/inbox/filters", {"query": form.value("query"), "name": "Tuần này"})
    assert answer.headers["Location"] == "/inbox?box=queue&due=7"
    shown = get(desk, answer.headers["Location"]).tree.xpath("//nav[@aria-label='Bộ lọc đã lưu']//a")[0]
    assert (shown.text, shown.get("aria-current")) == ("Tuần này", "true")
    post(desk, "/lists/inbox/filters/change", {"which": "Tuần này", "name": "Sắp hết hạn", "_do": "rename"})
    post(desk, "/lists/inbox/filters/change", {"which": "Sắp hết hạn", "_do": "first"})
    assert desk.get("/inbox").headers["Location"] == "/inbox?box=queue&due=7"
    assert desk.get("/inbox?box=mine").status_code == 200, "an address that says something is what it says"
    post(desk, "/lists/inbox/filters/change", {"which": "Sắp hết hạn", "_do": "not-first"})
    assert desk.get("/inbox").status_code == 200
    post(desk, "/lists/inbox/filters/change", {"which": "Sắp hết hạn", "_do": "drop"})
    assert "Chưa có bộ lọc nào" in get(desk, "/lists/inbox").text


def test_filters_and_columns_are_the_persons_own(desk: FlaskClient, city: City, signed_in: SignIn) -> None:
    file(city, "Nguyễn Văn An")
    post(desk, "/lists/inbox/filters", {"query": "box=all", "name": "Của Tuấn"})
    post(desk, "/lists/inbox/columns", {"column": ["code", "unit", "nonsense"]})
    page = get(desk, "/inbox?box=queue")
    assert [cell.text_content() for cell in page.tree.xpath("//thead//th")] == ["Bước", "Mã hồ sơ", "Đơn vị"]
    post(desk, "/sign-out", {})
    signed_in("vinh.ward")
    other = get(desk, "/inbox?box=all")
    assert "Của Tuấn" not in other.text
    assert len(other.tree.xpath("//thead//th")) == 7


def test_what_is_kept_holds_only_what_the_list_knows(desk: FlaskClient) -> None:
    post(desk, "/lists/dossiers/filters", {"query": "state=closed&x=1&overdue=1&state2=%3Cb%3E", "name": " Đã  xong "})
    assert "/dossiers?state=closed&overdue=1" in get(desk, "/lists/dossiers").hrefs("/dossiers?")
    assert "Đã xong" in get(desk, "/dossiers?q=").text
    assert desk.get("/lists/nonsense").status_code == 404
    refused = post(desk, "/lists/inbox/filters", {"query": "box=all", "name": "  "})
    assert refused.headers["Location"].startswith("/lists/inbox?query=")


def test_the_filters_of_dossiers_offer_the_units_that_dossiers_name_and_what_is_chosen(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    dossier = file(city, "Nguyễn Văn An")[0]
    signed_in("ha.control")

    def offered(query: str, name: str) -> list[str]:
        page = get(client, f"/dossiers?q={query}")
        return [value for value in page.tree.xpath(f"//select[@name='{name}']/option/@value") if value]

    assert offered("", "unit") == [dossier.competent_unit]
    assert offered("", "point") == [dossier.receiving_unit]
    assert set(offered("&unit=TD-QHXD", "unit")) == {dossier.competent_unit, "TD-QHXD"}
    page = get(client, "/dossiers?q=&unit=TD-QHXD")
    assert "Phòng Quy hoạch" in page.tree.xpath("string(//select[@name='unit']/option[@selected])")


# ---- what is new -------------------------------------------------------------------------------------------


def test_the_news_of_a_list_are_empty_until_something_changes(desk: FlaskClient, city: City) -> None:
    dossiers = file(city, "Nguyễn Văn An")
    page = get(desk, "/inbox?box=queue")
    tag = f'"{page.tree.xpath("string(//@data-live-etag)")}"'
    address = page.tree.xpath("string(//@data-live)")
    same = desk.get(address, headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    task = first_task(city, dossiers[0])
    file(city, "Trần Thị Bưởi")
    news = desk.get(address, headers={"If-None-Match": tag})
    assert news.json is not None
    assert news.json["count"] == 2
    assert news.json["rows"][str(task.id)] == task.version
    assert len(news.json["rows"]) == 2
    assert desk.get(address, headers={"If-None-Match": news.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(("path", "counted"), [("/dossiers?q=", None), ("/reception/", 2)])
def test_other_lists_tell_their_news_in_the_same_way(
    desk: FlaskClient, city: City, path: str, counted: int | None
) -> None:
    file(city, "Nguyễn Văn An")
    page = get(desk, path)
    address = page.tree.xpath("string(//@data-live)")
    first = desk.get(address)
    assert first.json is not None
    assert [":".join(map(str, row)) for row in first.json["rows"].items()] == page.tree.xpath("//@data-row")
    same = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    file(city, "Trần Thị Bưởi")
    news = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert news.json is not None
    assert news.json["count"] == counted
    assert len(news.json["rows"]) == 2


def test_a_row_that_another_pushes_off_the_page_has_not_left_the_list(desk: FlaskClient, city: City) -> None:
    shown = [str(dossier.id) for dossier in file(city, *(f"Người thứ {number}" for number in range(26)))]
    address = get(desk, "/dossiers?q=").tree.xpath("string(//@data-live)")
    news = desk.get(address)
    assert news.json is not None
    assert sorted(news.json["rows"]) == sorted(shown[1:])
    assert list(news.json["further"]) == shown[:1]


def test_only_those_at_a_desk_are_told_what_is_new_there(
    signed_in: SignIn, client: FlaskClient, desk: FlaskClient
) -> None:
    signed_in("minh.case")
    assert client.get("/reception/news").status_code == 403


# ---- why ---------------------------------------------------------------------------------------------------


def why(page: PageRead) -> str:
    return " ".join(page.tree.xpath("string(//details[@class='mc-why'])").split())


def test_each_row_says_by_which_rule_it_is_seen(
    desk: FlaskClient, city: City, signed_in: SignIn, client: FlaskClient
) -> None:
    task = first_task(city, file(city, "Nguyễn Văn An")[0])
    assert "Anh/chị giữ vai trò Cán bộ tiếp nhận tại" in why(get(desk, "/inbox?box=queue"))
    post(desk, f"/tasks/{task.id}/claim", {})
    assert "đang do anh/chị giữ" in why(get(desk, "/inbox?box=mine"))
    told = {
        "vinh.ward": "Anh/chị là lãnh đạo",
        "ngan.ward": "đơn vị của anh/chị. Anh/chị chỉ xem",
        "ha.control": "mọi hồ sơ",
    }
    for username, words in told.items():
        post(client, "/sign-out", {})
        signed_in(username)
        assert words in why(get(client, "/inbox?box=all")), username


def test_a_stand_in_reads_in_whose_place_and_until_when(city: City, signed_in: SignIn, client: FlaskClient) -> None:
    file(city, "Nguyễn Văn An")
    today = city.platform.today()

    def appoint(session: Any) -> None:
        absent, other = (people.get_person(session, name) for name in ("tuan.ward", "nhat.ward"))
        absence = Absence(absent, today, today + timedelta(days=9), "Nghỉ phép")
        standins.appoint(session, SYSTEM, other, absence, now=city.clock.now())

    city.do(appoint)
    signed_in("nhat.ward")
    told = why(get(client, "/inbox?box=queue"))
    assert "Anh/chị thay Ngô Anh Tuấn đến hết ngày 02/12/2026" in told


def test_a_task_that_is_a_decision_says_by_which_mandate(city: City, signed_in: SignIn, client: FlaskClient) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    dossier = city.walk(city.walk_file(PLANNING, "approved"), until="leader_decision")
    task = next(one for one in city.open_tasks(dossier.id) if one.principal_unit)
    signed_in("phuc.leader")
    page = get(client, f"/tasks/{task.id}")
    assert "Quyết định thuộc thẩm quyền của" in page.text
    assert "Quyết định" in get(client, "/inbox?box=queue").rows()[0]


# ---- the search box ----------------------------------------------------------------------------------------


def test_an_exact_code_leads_straight_to_the_dossier(desk: FlaskClient, city: City) -> None:
    dossier = file(city, "Nguyễn Văn An")[0]
    assert desk.get(f"/search?q={dossier.code.lower()}").headers["Location"] == f"/dossiers/{dossier.id}"
    assert desk.get("/search?q=Nguyễn Văn").headers["Location"].startswith("/dossiers?q=Nguy")
    assert ["Nguyễn Văn An" in row for row in get(desk, "/dossiers?q=nguyen").rows()] == [True]
    assert desk.get("/search?q=").headers["Location"].startswith("/dossiers")


def test_a_code_of_a_dossier_that_one_may_not_see_leads_nowhere(
    city: City, signed_in: SignIn, client: FlaskClient
) -> None:
    dossier = file(city, "Nguyễn Văn An")[0]
    signed_in("minh.case")
    answer = client.get(f"/search?q={dossier.code}")
    assert answer.headers["Location"] == f"/dossiers?q={dossier.code}"
    assert "Không có hồ sơ nào khớp" in get(client, answer.headers["Location"]).text


# ---- keys --------------------------------------------------------------------------------------------------


def test_keys_are_changed_turned_off_and_put_back_for_one_person(desk: FlaskClient) -> None:
    assert post(desk, "/keys", {"key j": "h", "key g i": "g w", "off": "1"}).status_code == 302
    dialog = get(desk, "/inbox").tree.xpath("//dialog[@id='keys']")[0]
    assert dialog.get("data-keys-own") == '{"g i": "g w", "j": "h"}'
    assert dialog.get("data-keys-never") is not None
    assert post(desk, "/keys", {"_reset": "1"}).status_code == 302
    dialog = get(desk, "/inbox").tree.xpath("//dialog[@id='keys']")[0]
    assert (dialog.get("data-keys-own"), dialog.get("data-keys-never")) == (None, None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"key j": "k"}, "đã dùng"),
        ({"key j": "g"}, "đã dùng"),
        ({"key j": "xy"}, "một ký tự"),
        ({"key j": "a b c"}, "một ký tự"),
        ({"key j": " "}, "một ký tự"),
    ],
)
def test_keys_that_a_keyboard_could_not_tell_apart_are_refused(
    desk: FlaskClient, fields: dict[str, str], told: str
) -> None:
    answer = post(desk, "/keys", fields)
    assert answer.status_code == 422
    assert told in " ".join(PageRead(answer).errors().values())
