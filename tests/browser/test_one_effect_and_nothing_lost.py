"""Hasty fingers, two tabs, a session that ends: one effect, and nothing typed is lost."""

from collections.abc import Callable
from uuid import UUID

import pytest
from city import City
from persona import Persona
from playwright.sync_api import expect
from sqlalchemy import func, select
from town import PROCEDURE, Town

from engine.deadlines.calendar import vietnam
from engine.persistence.database import make_engine
from engine.persistence.tables import TaskRow
from engine.platform import Platform

pytestmark = pytest.mark.browser

STEP = "Thẩm tra hồ sơ"


@pytest.fixture
def city(town: Town) -> City:
    return City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))


@pytest.fixture
def walk(city: City) -> dict[str, dict[str, list[dict[str, object]]]]:
    found: dict[str, dict[str, list[dict[str, object]]]] = city.walk_file(PROCEDURE, "approved")
    return found


@pytest.fixture
def task(city: City, walk: dict[str, object]) -> TaskRow:
    """A task that waits for the case officer."""
    dossier = city.walk(walk, until="examination")
    return city.open_tasks(dossier.id)[0]


def opened(enter: Callable[..., Persona], task: TaskRow) -> Persona:
    officer = enter("minh.case")
    officer.go(f"/tasks/{task.id}")
    claim = officer.page.get_by_role("button", name="Nhận việc này")
    if claim.count():
        claim.click()
    expect(officer.page.get_by_role("button", name="Hoàn thành việc")).to_be_visible()
    return officer


def times_done(town: Town, dossier_id: UUID, element_id: str) -> int:
    """How many steps of this kind the dossier has behind it; each step after it would show as a second task."""
    done = select(func.count()).where(
        TaskRow.dossier_id == dossier_id, TaskRow.element_id == element_id, TaskRow.state == "completed"
    )
    return int(town.look(lambda session: session.scalar(done)))


def test_what_was_typed_before_and_after_the_session_ended_is_kept(
    town: Town, task: TaskRow, walk: dict[str, dict[str, list[dict[str, object]]]], enter: Callable[..., Persona]
) -> None:
    officer = opened(enter, task)
    page = officer.page
    officer.fill({**walk["answers"]["examination"][0], "opinion": "Trước khi phiên hết hạn"})
    expect(page.locator("[data-draft-status]")).to_contain_text("Đã lưu nháp lúc")
    page.context.clear_cookies()
    page.locator("[name=opinion]").fill("Trước và sau khi phiên hết hạn")
    expect(page.locator("[data-draft-status]")).to_contain_text("Phiên làm việc đã hết")
    expect(page.get_by_role("link", name="Đăng nhập lại")).to_be_visible()
    page.get_by_role("button", name="Hoàn thành việc").click()  # not sent: the words would be gone with the page
    expect(page.locator("[name=opinion]")).to_have_value("Trước và sau khi phiên hết hạn")
    other = Persona(page.context.new_page(), town.address, officer.papers, officer.today)
    other.sign_in("minh.case")
    other.go(f"/tasks/{task.id}")
    expect(other.page.locator("[name=opinion]")).to_have_value("Trước khi phiên hết hạn")
    other.page.close()
    page.locator("[name=opinion]").press("End")
    page.keyboard.type(".")
    page.get_by_role("button", name="Hoàn thành việc").click()
    expect(page.locator("[data-draft-status]")).to_contain_text("Đã lưu nháp lúc")
    page.wait_for_timeout(1100)  # within a second a button takes a second click for a slip of the hand
    officer.press("Hoàn thành việc")
    expect(page.get_by_role("alert").first).to_contain_text(f"Đã hoàn thành “{STEP}”")
    assert times_done(town, task.dossier_id, "examination") == 1


def test_a_double_click_completes_once(
    town: Town, task: TaskRow, walk: dict[str, dict[str, list[dict[str, object]]]], enter: Callable[..., Persona]
) -> None:
    officer = opened(enter, task)
    officer.fill(walk["answers"]["examination"][0])
    officer.page.get_by_role("button", name="Hoàn thành việc").dblclick()
    expect(officer.page.get_by_role("alert").first).to_contain_text(f"Đã hoàn thành “{STEP}”")
    assert times_done(town, task.dossier_id, "examination") == 1


def test_the_second_of_two_tabs_is_told_that_the_step_is_done(
    town: Town, task: TaskRow, walk: dict[str, dict[str, list[dict[str, object]]]], enter: Callable[..., Persona]
) -> None:
    first = opened(enter, task)
    second = Persona(first.page.context.new_page(), town.address, first.papers, first.today)
    second.go(f"/tasks/{task.id}")
    for tab in (first, second):
        tab.fill(walk["answers"]["examination"][0])
    first.press("Hoàn thành việc")
    expect(first.page.get_by_role("alert").first).to_contain_text(f"Đã hoàn thành “{STEP}”")
    second.press("Hoàn thành việc")
    expect(second.page.locator("main")).to_contain_text("đã hoàn thành việc này")
    assert times_done(town, task.dossier_id, "examination") == 1
    first.page.go_back()
    expect(first.page.locator("main")).to_contain_text("đã hoàn thành việc này")
