"""Who comes back from a task finds the list with its filters and stands where one stood; on a phone no list is cut."""

import re
from collections.abc import Callable

import pytest
from city import ROOT, City
from keyboard import press
from persona import Persona
from playwright.sync_api import expect
from town import Town

from engine.deadlines.calendar import vietnam
from engine.persistence.database import make_engine
from engine.platform import Platform
from engine.runtime.bundle import Bundle

pytestmark = pytest.mark.browser

SIMPLE = "certified_copy"
NAMES = ("Nguyễn Văn An", "Nguyễn Thị Bưởi", "Lê Đình Cường", "Nguyễn Thị Đào")
FILTERED = re.compile(r"/inbox\?box=queue&q=nguyen")
Enter = Callable[..., Persona]


@pytest.fixture
def queue(enter: Enter, town: Town) -> Persona:
    """The ward's desk with four dossiers, of which three match the filter that the officer has set."""
    city = City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))
    city.deploy(Bundle.find(ROOT, SIMPLE))
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    for name in NAMES:
        city.file(SIMPLE, {**application, "applicant_name": name})
        city.later(minutes=1)
    officer = enter("tuan.ward")
    officer.go("/inbox?box=queue")
    page = officer.page
    press(page, "f")
    page.keyboard.type("nguyen")
    expect(page).to_have_url(FILTERED)
    expect(page.locator("[data-row]")).to_have_count(3)
    return officer


def test_escape_leads_out_of_the_field_so_that_keys_walk_the_list_again(queue: Persona) -> None:
    queue.page.keyboard.press("Escape")
    press(queue.page, "j")
    expect(queue.page.locator(".mc-row-now")).to_contain_text(NAMES[0])


def test_the_way_back_keeps_the_filters_and_the_row(queue: Persona) -> None:
    page = queue.page
    press(page, "Escape j j o")
    expect(page.get_by_role("link", name="Về danh sách việc")).to_be_visible()
    press(page, "o")
    expect(page.get_by_role("link", name="Lịch sử", exact=True)).to_be_visible()
    press(page, "u")
    expect(page).to_have_url(FILTERED)
    expect(page.locator(".mc-row-now")).to_contain_text(NAMES[1])


def test_a_task_is_claimed_by_its_key_and_done_leads_back_to_the_filtered_list(queue: Persona) -> None:
    page = queue.page
    press(page, "Escape j j o")
    expect(page.get_by_role("button", name="Nhận việc này")).to_be_visible()
    press(page, "c")
    expect(page.get_by_role("alert").first).to_contain_text("Đã nhận việc này")
    queue.fill({"decision": "certify", "pages": 3, "copies": 2})
    queue.press("Hoàn thành việc")
    expect(page).to_have_url(FILTERED)
    press(page, "j")
    expect(page.locator(".mc-row-now")).to_contain_text(NAMES[3])


def test_on_a_phone_a_row_is_read_from_top_to_bottom(queue: Persona, enter: Enter) -> None:
    officer = enter("tuan.ward", width=320)
    officer.go("/inbox?box=queue")
    row = officer.page.locator("[data-row]").first
    widths = officer.page.evaluate(
        "[...document.querySelectorAll('.mc-scroll')].map((one) => [one.scrollWidth, one.clientWidth])"
    )
    assert widths
    assert all(whole <= shown for whole, shown in widths)
    assert row.locator("[data-label='Đến hạn']").evaluate("one => getComputedStyle(one, '::before').content") == (
        '"Đến hạn: "'
    )
