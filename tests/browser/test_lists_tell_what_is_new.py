"""Lists that stay open tell what is new: dossiers, the queues of the desk, what is overdue. Nothing moves under a hand.

A press is a way down and a way up: whatever comes in between, what was pressed is what is done.
"""

import re
from collections.abc import Callable

import pytest
from city import ROOT, City
from keyboard import press
from persona import Persona
from playwright.sync_api import Page, expect
from sqlalchemy import select
from town import Town

from engine import tasks
from engine.deadlines.calendar import vietnam
from engine.dossiers import WITHDRAWAL
from engine.persistence.database import make_engine
from engine.persistence.tables import TaskRow
from engine.platform import Platform
from engine.runtime.bundle import Bundle

pytestmark = pytest.mark.browser

SIMPLE = "certified_copy"
NAMES = ("Nguyễn Văn An", "Trần Thị Bưởi", "Lê Đình Cường", "Đặng Thị Đào")
Enter = Callable[..., Persona]
Barriers = Callable[[Page], list[str]]


@pytest.fixture
def city(town: Town) -> City:
    """The town with four dossiers that wait at the ward's desk."""
    city = City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))
    city.deploy(Bundle.find(ROOT, SIMPLE))
    file(city, *NAMES)
    return city


def file(city: City, *names: str) -> list[TaskRow]:
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    filed = []
    for name in names:
        city.later(minutes=1)
        dossier = city.file(SIMPLE, {**application, "applicant_name": name}).dossier
        filed.append(city.open_tasks(dossier.id)[0])
    return filed


def first_task(city: City) -> TaskRow:
    """The task that has waited longest."""
    return city.see(lambda session: session.scalars(select(TaskRow).order_by(TaskRow.opened_at)).all()[0])


def claim(city: City, task: TaskRow, username: str = "tuan.ward") -> None:
    city.do(lambda session: tasks.claim(session, city.platform, city.actor(username), task.id))


def opened(person: Persona, path: str) -> Page:
    person.go(path)
    person.page.wait_for_load_state("networkidle")
    return person.page


def ask(page: Page) -> None:
    """Look for news now, as an open list does by itself after a while."""
    with page.expect_response(re.compile("/news")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def middle(page: Page, selector: str) -> tuple[float, float]:
    """Where to press to hit it."""
    page.locator(selector).first.scroll_into_view_if_needed()
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_list_of_dossiers_tells_of_new_ones_and_of_those_that_moved_on(
    enter: Enter, city: City, barriers: Barriers
) -> None:
    page = opened(enter("tuan.ward"), "/dossiers?q=")
    press(page, "j")
    ask(page)
    expect(page.locator("[data-live-load]")).to_be_hidden()
    city.send(first_task(city).dossier_id, WITHDRAWAL, "Không cần nữa")
    ask(page)
    expect(page.locator("[data-live-told]")).to_have_text("Danh sách này đã thay đổi.")
    expect(page.locator(".mc-stale__note")).to_have_text("Vừa thay đổi")
    file(city, "Mới Nộp Hồ Sơ")
    ask(page)
    expect(page.locator("[data-live-told]")).to_have_text("Có hồ sơ mới trong danh sách này.")
    expect(page.locator("[data-row]")).to_have_count(4)
    assert barriers(page) == []
    press(page, "n")
    expect(page.locator("[data-row]").first).to_contain_text("Mới Nộp Hồ Sơ")
    assert NAMES[3] in page.evaluate("document.activeElement.closest('[data-row]').textContent"), "one's own row"


def test_the_queues_of_the_desk_tell_what_has_come_and_what_has_gone(
    enter: Enter, city: City, barriers: Barriers
) -> None:
    page = opened(enter("tuan.ward"), "/reception/")
    ask(page)
    expect(page.locator("[data-live-load]")).to_be_hidden()
    file(city, "Mới Nộp Hồ Sơ")
    ask(page)
    expect(page.locator("[data-live-told]")).to_have_text("Có việc mới trong danh sách này.")
    expect(page).to_have_title(re.compile("^Quầy tiếp nhận"))
    assert barriers(page) == []
    page.get_by_role("button", name="Nạp lại danh sách").click()
    expect(page.locator("#queues")).to_contain_text("Mới Nộp Hồ Sơ")
    expect(page.locator("[data-live-load]")).to_be_hidden()


def test_the_overdue_list_tells_what_is_done(enter: Enter, city: City) -> None:
    city.later(days=60)
    officer = enter("tuan.ward")
    page = opened(officer, "/inbox?box=overdue")
    expect(page.locator("[data-row]")).to_have_count(4)
    claim(city, first_task(city))
    ask(page)
    expect(page.locator(".mc-stale__note")).to_have_text("Vừa thay đổi")


def test_news_wait_until_the_finger_is_up_and_the_press_counts(enter: Enter, city: City) -> None:
    page = opened(enter("tuan.ward"), "/dossiers?q=")
    target = "[data-row]:nth-child(2) [data-open]"
    code = page.locator(target).inner_text()
    page.mouse.move(*middle(page, target))
    page.mouse.down()
    file(city, "Mới Nộp Hồ Sơ")
    ask(page)
    page.wait_for_timeout(1000)
    assert page.locator("[data-live-told]").inner_text() == ""
    page.mouse.up()
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)


def test_news_wait_while_somebody_aims(enter: Enter, city: City) -> None:
    page = opened(enter("tuan.ward"), "/dossiers?q=")
    file(city, "Mới Nộp Hồ Sơ")
    page.mouse.move(300, 300)
    ask(page)
    page.mouse.move(310, 310)
    assert page.locator("[data-live-told]").inner_text() == ""
    expect(page.locator("[data-live-told]")).to_have_text("Có hồ sơ mới trong danh sách này.")


def test_news_push_no_row_out_of_its_place(enter: Enter, city: City) -> None:
    page = opened(enter("tuan.ward"), "/dossiers?q=")
    before = middle(page, "[data-row]")
    file(city, "Mới Nộp Hồ Sơ")
    ask(page)
    expect(page.locator("[data-live-load]")).to_be_visible()
    assert middle(page, "[data-row]") == before


@pytest.mark.parametrize("path", ["/dossiers?q=", "/inbox?box=queue"])
def test_a_list_that_comes_back_filtered_waits_until_the_finger_is_up(enter: Enter, city: City, path: str) -> None:
    page = opened(enter("tuan.ward"), path)
    page.locator("#q").fill("dinh cuong")  # asked for a moment later
    target = "[data-row]:nth-child(1) [data-open]"
    page.mouse.move(*middle(page, target))
    page.mouse.down()
    page.wait_for_timeout(1000)
    expect(page.locator("[data-row]")).to_have_count(4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("/(dossiers|tasks)/[0-9a-f-]{36}$"))


def test_a_tick_that_is_set_while_the_list_comes_back_is_kept_and_the_list_comes(enter: Enter, city: City) -> None:
    page = opened(enter("tuan.ward"), "/inbox?box=queue")
    page.locator("#q").fill("dinh cuong")
    page.mouse.move(*middle(page, "[data-row]:has-text('Lê Đình Cường') [data-choose]"))
    page.mouse.down()
    page.wait_for_timeout(1000)
    expect(page.locator("[data-row]")).to_have_count(4)
    page.mouse.up()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-choose]")).to_be_checked()
    expect(page).to_have_url(re.compile("q=dinh"))
