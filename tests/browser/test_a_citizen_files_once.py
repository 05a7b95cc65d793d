"""A citizen who presses twice, goes back, or has two tabs open, files one dossier; with scripts or none."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from city import City
from persona import Persona
from playwright.sync_api import expect
from sqlalchemy import func, select
from town import PROCEDURE, ROOT, Town

from engine.deadlines.calendar import vietnam
from engine.persistence.database import make_engine
from engine.persistence.tables import DossierRow
from engine.platform import Platform
from engine.runtime.bundle import Bundle

pytestmark = pytest.mark.browser

SHORT = "certified_copy"
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
RECEIVED = "Đã nhận hồ sơ"


@pytest.fixture
def answers(town: Town) -> dict[str, Any]:
    """What a citizen answers in a short form, whose procedure is deployed."""
    city = City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))
    city.deploy(Bundle.find(ROOT, SHORT))
    found: dict[str, Any] = city.walk_file(SHORT, "handed_over")["application"]
    city.db.dispose()
    return found


def dossiers(town: Town) -> int:
    """How many there are."""
    return int(town.look(lambda session: session.scalar(select(func.count()).select_from(DossierRow))))


def filled_in(citizen: Persona, answers: dict[str, Any]) -> Persona:
    """A citizen who has only to press the button."""
    citizen.go(f"/procedures/{SHORT}/file")
    citizen.fill(answers)
    return citizen


def code(citizen: Persona) -> str:
    """The code on the receipt that the citizen has come to."""
    expect(citizen.page.get_by_role("heading", level=1)).to_have_text(RECEIVED)
    return citizen.page.locator(".mc-code").first.inner_text()


def _back(citizen: Persona) -> None:
    citizen.page.go_back()
    citizen.page.wait_for_load_state()


@BOTH
def test_a_double_press_files_once(
    town: Town, enter: Callable[..., Persona], answers: dict[str, Any], *, scripts: bool
) -> None:
    citizen = filled_in(enter(scripts=scripts), answers)
    citizen.page.get_by_role("button", name="Nộp hồ sơ", exact=True).dblclick()
    assert code(citizen)
    assert dossiers(town) == 1


@BOTH
def test_back_leads_to_the_receipt_and_not_to_a_form_to_file_again(
    town: Town, enter: Callable[..., Persona], answers: dict[str, Any], *, scripts: bool
) -> None:
    citizen = filled_in(enter(scripts=scripts), answers)
    citizen.press("Nộp hồ sơ")
    first = code(citizen)
    _back(citizen)
    assert code(citizen) == first
    assert dossiers(town) == 1
    filled_in(citizen, answers).press("Nộp hồ sơ")  # who wants to file another, begins at its page
    assert code(citizen) != first


@BOTH
def test_back_to_a_page_that_said_what_is_missing_files_nothing_twice(
    town: Town, enter: Callable[..., Persona], answers: dict[str, Any], *, scripts: bool
) -> None:
    citizen = filled_in(enter(scripts=scripts), {**answers, "phone": ""})
    citizen.press("Nộp hồ sơ")
    expect(citizen.page.get_by_role("alert").first).to_contain_text("Có lỗi")
    citizen.fill({"phone": answers["phone"]})
    citizen.press("Nộp hồ sơ")
    first = code(citizen)
    citizen.page.evaluate("history.go(-2)")  # past the posted page, about which a browser asks before it posts again
    citizen.page.wait_for_timeout(500)
    assert code(citizen) == first
    assert dossiers(town) == 1


@BOTH
def test_two_tabs_of_one_draft_file_once(
    town: Town, enter: Callable[..., Persona], answers: dict[str, Any], *, scripts: bool
) -> None:
    first = filled_in(enter(scripts=scripts), answers)
    first.press("Lưu lại, làm tiếp sau")
    link = first.page.locator(".mc-link-to-keep a").get_attribute("href")
    assert link
    path = re.sub(r"^https?://[^/]+", "", link)
    second = Persona(first.page.context.new_page(), town.address, first.papers, first.today, scripts=scripts)
    for tab in (first, second):
        tab.go(path)
        expect(tab.page.locator("[name=applicant_name]")).to_have_value(answers["applicant_name"])
    first.press("Nộp hồ sơ")
    second.page.locator("[name=applicant_name]").fill("Ai đó khác")
    second.press("Nộp hồ sơ")
    assert code(second) == code(first)
    assert dossiers(town) == 1
    second.go(path)  # the bookmark of the draft
    assert code(second) == code(first)


@BOTH
def test_two_presses_at_the_end_of_a_long_form_file_once(
    town: Town, enter: Callable[..., Persona], *, scripts: bool
) -> None:
    citizen = enter(scripts=scripts)
    citizen.go(f"/procedures/{PROCEDURE}/file")
    walk = json.loads((ROOT / "bpmn" / PROCEDURE / "walks" / "approved.json").read_text(encoding="utf-8"))
    citizen.fill(walk["application"])
    citizen.go_to_the_end()
    citizen.page.get_by_role("button", name="Nộp hồ sơ", exact=True).dblclick()
    first = code(citizen)
    _back(citizen)
    again = citizen.page.get_by_role("button", name="Nộp hồ sơ", exact=True)
    if again.count():  # kept by the browser as it was
        citizen.page.wait_for_timeout(1100)  # within a second a button takes a second click for a slip of the hand
        again.click()
    assert code(citizen) == first
    assert dossiers(town) == 1
