"""An officer works through the inbox without a mouse: walks over rows, chooses, claims, completes, signs, searches.

Keys rest while somebody types, can be changed and turned off; what is new is told and moves nothing; without scripts
the same is done by one post.
"""

import re
from collections.abc import Callable

import pytest
from city import ROOT, City
from keyboard import press
from persona import Persona
from playwright.sync_api import Page, expect
from sqlalchemy import select
from town import PROCEDURE, Town

from engine import tasks
from engine.deadlines.calendar import vietnam
from engine.model import TaskState
from engine.persistence.database import make_engine
from engine.persistence.tables import TaskRow
from engine.platform import Platform
from engine.runtime.bundle import Bundle

pytestmark = pytest.mark.browser

SIMPLE = "certified_copy"
NAMES = ("Nguyễn Văn An", "Trần Thị Bưởi", "Lê Đình Cường", "Đặng Thị Đào", "Phạm Văn Giàu", "Hồ Thị Hoa")
Enter = Callable[..., Persona]
Barriers = Callable[[Page], list[str]]


@pytest.fixture
def city(town: Town) -> City:
    """The town with six dossiers that wait at the ward's desk."""
    city = City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))
    city.deploy(Bundle.find(ROOT, SIMPLE))
    file(city, *NAMES)
    return city


def file(city: City, *names: str) -> list[TaskRow]:
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    filed = []
    for name in names:
        dossier = city.file(SIMPLE, {**application, "applicant_name": name}).dossier
        filed.append(city.open_tasks(dossier.id)[0])
        city.later(minutes=1)
    return filed


def focused(page: Page) -> str:
    """The row in which the focus stands."""
    text: str = page.evaluate("document.activeElement.closest('[data-row]')?.textContent ?? ''")
    return " ".join(text.split())


def at_inbox(person: Persona, query: str) -> Page:
    person.go(f"/inbox?{query}")
    person.page.wait_for_load_state("networkidle")
    return person.page


def test_rows_are_walked_over_chosen_and_claimed_without_a_mouse(enter: Enter, city: City) -> None:
    page = at_inbox(enter("tuan.ward"), "box=queue")
    press(page, "j j")
    assert NAMES[1] in focused(page)
    press(page, "ArrowDown k k k")
    assert NAMES[0] in focused(page), "the first row is the end of the way up"
    press(page, "x j j x")
    expect(page.locator("[data-chosen-count]")).to_have_text("(2)")
    press(page, "c")
    expect(page.locator("[data-bulk-told]")).to_have_text("Xong 2, bị từ chối 0, đã thay đổi 0.")
    expect(page.get_by_role("link", name="Của tôi (2)")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(4\) "))
    assert page.evaluate("document.activeElement.id") == "progress-title"
    press(page, "1")
    expect(page.locator("[data-row]")).to_have_count(2)


def test_a_key_means_the_row_one_stands_on_when_none_is_chosen(enter: Enter, city: City) -> None:
    page = at_inbox(enter("tuan.ward"), "box=queue")
    press(page, "j j j c")
    expect(page.locator("[data-fate=done]")).to_have_count(1)
    press(page, "g i")
    expect(page.locator("[data-row]")).to_contain_text(NAMES[2])
    press(page, "j o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đối chiếu bản sao với bản chính")
    press(page, "u")
    expect(page).to_have_url(re.compile("/inbox"))


def test_one_form_completes_all_that_are_chosen_and_wrong_answers_come_back_first(
    enter: Enter, city: City, barriers: Barriers
) -> None:
    page = at_inbox(enter("tuan.ward"), "box=queue")
    press(page, "* e")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đối chiếu bản sao với bản chính")
    assert barriers(page) == []
    page.locator("[name=decision][value=certify]").focus()
    press(page, "Space")
    page.locator("[name=pages]").wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("[name=pages]").fill("many")
    page.locator("[name=copies]").fill("2")
    page.locator("button[value=complete]").focus()
    press(page, "Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.locator("[name=pages]").fill("3")
    page.wait_for_timeout(1100)  # a second press within a second is taken for a double click
    page.locator("button[value=complete]").focus()
    press(page, "Enter")
    expect(page.locator("[data-bulk-told]")).to_have_text("Xong 6, bị từ chối 0, đã thay đổi 0.")
    expect(page.locator("[data-fate=done]")).to_have_count(6)
    assert barriers(page) == []


def test_a_leader_signs_several_decisions_with_the_keyboard(enter: Enter, town: Town, city: City) -> None:
    walk = city.walk_file(PROCEDURE, "approved")
    rows = [city.open_tasks(city.walk(walk, until="leader_decision").id)[0] for _ in range(2)]
    leader = enter("phuc.leader")
    page = at_inbox(leader, "box=queue")
    press(page, "* s")
    expect(page.get_by_role("heading", level=1)).to_have_text(rows[0].name_vi)
    leader.fill(walk["answers"]["leader_decision"][0])
    page.locator("button[value=complete]").focus()
    press(page, "Enter")
    expect(page.locator("[data-fate=done]")).to_have_count(2)
    states = [
        city.see(lambda session, row=row: session.get_one(TaskRow, (row.dossier_id, row.id)).state) for row in rows
    ]
    assert states == [TaskState.COMPLETED] * 2


def test_what_is_new_is_told_and_moves_nothing(enter: Enter, city: City) -> None:
    page = at_inbox(enter("tuan.ward"), "box=queue")
    press(page, "j x j")
    before = focused(page)
    file(city, "Mới Nộp Hồ Sơ")
    first = city.see(lambda session: session.scalars(select(TaskRow).order_by(TaskRow.due_at, TaskRow.id)).first())
    assert first is not None
    city.do(lambda session: tasks.claim(session, city.platform, city.actor("tuan.ward"), first.id))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-live-told]")).to_have_text("Có việc mới trong danh sách này.")
    expect(page.locator(".mc-stale__note")).to_have_text("Không còn trong danh sách")
    assert focused(page) == before
    expect(page.locator("[data-row]")).to_have_count(6)
    press(page, "n")
    expect(page.locator("[data-row]").last).to_contain_text("Mới Nộp Hồ Sơ")
    expect(page.locator("[data-live-load]")).to_be_hidden()
    assert NAMES[1] in focused(page), "one stands where one stood"


def test_keys_rest_while_somebody_types_and_the_help_lists_what_the_page_offers(enter: Enter, city: City) -> None:
    page = at_inbox(enter("tuan.ward"), "box=queue")
    press(page, "f x")
    expect(page.locator("#q")).to_have_value("x")
    expect(page.locator("[data-choose]:checked")).to_have_count(0)
    page.locator("#q").fill("")
    page.locator("h1").click()
    press(page, "?")
    told = page.locator("#keys")
    expect(told).to_be_visible()
    for words in ("Dòng sau", "Đánh dấu dòng đang xem", "Nhận việc", "Ký…", "Tìm hồ sơ", "Hàng chờ của đơn vị"):
        expect(told).to_contain_text(words)
    press(page, "Escape")
    expect(told).to_be_hidden()


def test_a_person_changes_keys_and_turns_them_off(enter: Enter, city: City) -> None:
    officer = enter("tuan.ward")
    officer.go("/keys")
    officer.page.get_by_label("Dòng sau").fill("h")
    officer.press("Lưu phím tắt")
    page = at_inbox(officer, "box=queue")
    press(page, "j")
    assert focused(page) == ""
    press(page, "h")
    assert NAMES[0] in focused(page)
    officer.go("/keys")
    officer.page.get_by_label("Tắt mọi phím tắt của tôi, trên mọi máy").check()
    officer.press("Lưu phím tắt")
    page = at_inbox(officer, "box=queue")
    press(page, "h g i")
    assert focused(page) == ""


def test_the_search_box_leads_straight_to_a_code_and_finds_names_without_diacritics(
    enter: Enter, town: Town, city: City
) -> None:
    code = town.newest().code
    page = at_inbox(enter("tuan.ward"), "box=mine")
    press(page, "/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(code.lower())
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/dossiers/[0-9a-f-]{36}$"))
    press(page, "/")
    page.keyboard.type("le dinh cuong")
    press(page, "Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text("Lê Đình Cường")


def test_without_scripts_one_post_does_it_and_tells_how_each_fared(
    enter: Enter, city: City, barriers: Barriers
) -> None:
    officer = enter("tuan.ward", scripts=False)
    page = at_inbox(officer, "box=queue")
    page.locator("#scope-page").check()
    page.locator("button[value=claim]").click()
    expect(page.locator("[data-fate=done]")).to_have_count(6)
    expect(page.locator("main")).to_contain_text("Đã xong 6 việc")
    page.get_by_role("link", name="Về danh sách việc").click()
    expect(page.locator("main")).to_contain_text("Không có việc nào đang chờ")


def test_a_head_gives_tasks_to_somebody_on_a_narrow_screen(enter: Enter, city: City, barriers: Barriers) -> None:
    city.walk(city.walk_file(PROCEDURE, "approved"), until="examination")
    page = at_inbox(enter("son.head", width=320), "box=all")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert barriers(page) == []
    press(page, "j a")
    expect(page.get_by_label(re.compile("Giao 1 việc cho"))).to_be_focused()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_label(re.compile("Giao 1 việc cho")).select_option("thu.case")
    page.get_by_role("button", name="Giao việc").press("Enter")
    expect(page.locator("[data-fate=done]")).to_have_count(1)
