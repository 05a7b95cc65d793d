"""Officers' work by the keyboard alone: from signing in to the finished step, with the focus in sight all the way."""

from collections.abc import Callable

import pytest
from city import City
from keyboard import Keyboard, press
from persona import Persona
from playwright.sync_api import expect
from town import MORNING, PROCEDURE, Town

from engine.deadlines.calendar import vietnam
from engine.persistence.database import make_engine
from engine.platform import Platform

pytestmark = pytest.mark.browser

TODAY = MORNING.date().isoformat()
BY_HAND = {
    "reception_check": ("lan.reception", "Tiếp nhận, kiểm tra thành phần hồ sơ"),
    "assignment": ("son.head", "Phân công chuyên viên thụ lý"),
    "examination": ("minh.case", "Thẩm tra hồ sơ"),
    "leader_decision": ("phuc.leader", "Lãnh đạo UBND quyết định"),
    "issuing": ("mai.clerk", "Lấy số, đóng dấu, phát hành"),
}


@pytest.fixture
def city(town: Town) -> City:
    return City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))


def do_by_keys(keys: Keyboard, code: str, step: str, answers: dict[str, object], *, assigned: bool) -> None:
    """Find the task by its code, take it unless it has been given, answer, complete."""
    page = keys.page
    keys.go("/inbox?box=mine" if assigned else "/inbox?box=queue")
    keys.use_shortcut_of(page.locator("#q"))
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=code).filter(has_text=step)
    expect(row).to_have_count(1)
    keys.settle()
    expect(page.locator("#q")).to_be_focused()  # what the search replaced, did not take the keyboard away
    keys.press(row.get_by_role("link", name=step))
    expect(page.get_by_role("heading", level=1)).to_have_text(step)
    if not assigned:
        keys.press(page.get_by_role("button", name="Nhận việc này"))
        expect(page.get_by_role("alert").first).to_contain_text("Đã nhận việc này")
    keys.fill(answers, TODAY)
    keys.press(page.get_by_role("button", name="Hoàn thành việc"))
    if step == BY_HAND["reception_check"][1]:
        expect(page.get_by_role("heading", level=1)).to_have_text("Đã tiếp nhận hồ sơ")
    else:
        expect(page.get_by_role("alert").first).to_contain_text(f"Đã hoàn thành “{step}”")


def test_five_officers_work_without_a_mouse(town: Town, city: City, enter: Callable[..., Persona]) -> None:
    walk = city.walk_file(PROCEDURE, "approved")
    dossier = city.file(PROCEDURE, walk["application"]).dossier
    done: set[str] = set()
    for _ in range(20):
        opened = city.open_tasks(dossier.id)
        if not opened or BY_HAND.keys() <= done:
            break
        task = opened[0]
        answers = walk["answers"][task.data_key][0]
        if task.element_id in BY_HAND:
            username, step = BY_HAND[task.element_id]
            keys = Keyboard(enter().page, town.address)
            keys.sign_in(username)
            do_by_keys(keys, dossier.code, step, answers, assigned=task.assignee_id is not None)
            done.add(task.element_id)
        else:
            city.complete(task, answers)
    assert done == BY_HAND.keys()


def test_a_refused_form_takes_the_keyboard_to_its_mistakes(
    town: Town, city: City, enter: Callable[..., Persona]
) -> None:
    walk = city.walk_file(PROCEDURE, "approved")
    dossier = city.walk(walk, until="examination")
    keys = Keyboard(enter().page, town.address)
    page = keys.page
    keys.sign_in("minh.case")
    keys.go(f"/tasks/{city.open_tasks(dossier.id)[0].id}")
    claim = page.get_by_role("button", name="Nhận việc này")
    if claim.count():
        keys.press(claim)
    keys.press(page.get_by_role("button", name="Hoàn thành việc"))
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    first = page.locator(".govuk-error-summary__list a").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "adjustment_allowed"
    keys.fill(walk["answers"]["examination"][0], TODAY)
    keys.press(page.get_by_role("button", name="Hoàn thành việc"))
    expect(page.get_by_role("alert").first).to_contain_text("Đã hoàn thành")


def test_the_skip_link_leads_past_the_navigation(town: Town, enter: Callable[..., Persona]) -> None:
    keys = Keyboard(enter().page, town.address)
    keys.sign_in("son.head")
    keys.go("/dossiers")
    keys.page.keyboard.press("Tab")
    expect(keys.page.locator(":focus")).to_have_text("Đến nội dung chính")
    keys.page.keyboard.press("Enter")
    expect(keys.page.locator("main")).to_be_focused()


def test_the_list_of_keys_opens_and_gives_the_keyboard_back(town: Town, enter: Callable[..., Persona]) -> None:
    keys = Keyboard(enter().page, town.address)
    keys.sign_in("minh.case")
    keys.go("/inbox")
    press(keys.page, "?")
    expect(keys.page.locator("dialog#keys")).to_be_visible()
    expect(keys.page.locator("dialog#keys").locator(":focus")).to_have_count(1)
    keys.page.keyboard.press("Escape")
    expect(keys.page.locator("dialog#keys")).to_be_hidden()
    keys.use_shortcut_of(keys.page.locator("#q"))
