"""The reception officer's work by the keyboard alone: find, file, tick off, print, receive what came online."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from city import City
from keyboard import Keyboard, press
from persona import Persona
from playwright.sync_api import Page, expect
from town import MORNING, PROCEDURE, Town

from engine.deadlines.calendar import vietnam
from engine.persistence.database import make_engine
from engine.platform import Platform

pytestmark = pytest.mark.browser

TODAY = MORNING.date().isoformat()
TITLE = "Điều chỉnh cục bộ quy hoạch chi tiết tỷ lệ 1/500"
MISSING = "Bản vẽ điều chỉnh"


@pytest.fixture
def city(town: Town) -> City:
    """The town's people and procedures, driven from behind."""
    return City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))


@pytest.fixture
def keys(town: Town, enter: Callable[..., Persona]) -> Keyboard:
    """The reception officer at the desk, without a mouse."""
    keys = Keyboard(enter().page, town.address)
    keys.sign_in("lan.reception")
    return keys


@pytest.fixture
def typed(city: City) -> dict[str, Any]:
    """The application without its files: the papers lie on the table."""
    application = city.walk_file(PROCEDURE, "approved")["application"]
    found: dict[str, Any] = {}
    for name, value in application.items():
        if not isinstance(value, list):
            found[name] = value
        elif isinstance(value[0], dict):  # the first row of a list is on the page already
            found |= {f"{name}[0].{inner}": text for inner, text in value[0].items()}
    return found


def find_and_fill(keys: Keyboard, typed: dict[str, Any]) -> None:
    """From the desk to the filled form, by everyday words without diacritics."""
    page = keys.page
    press(page, "g q")
    expect(page).to_have_url(keys.address + "/reception/")
    keys.use_shortcut_of(page.locator("#q"))
    page.keyboard.type("sua quy hoach")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    keys.press(page.get_by_role("link", name=TITLE, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    keys.fill(typed, TODAY)


def test_a_complete_dossier_is_taken_in_and_its_receipt_printed(
    keys: Keyboard, town: Town, typed: dict[str, Any], barriers: Callable[[Page], list[str]]
) -> None:
    find_and_fill(keys, typed)
    page = keys.page
    keys.press(page.get_by_role("button", name="Có đủ tất cả"))
    expect(page.locator("#paper-drawings-present")).to_be_checked()
    expect(page.locator("input[value=present]:checked")).to_have_count(page.locator("input[value=present]").count())
    assert barriers(page) == []
    keys.press(page.get_by_role("button", name="Nhận hồ sơ"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã tiếp nhận hồ sơ")
    assert barriers(page) == []
    assert town.newest().due_at is not None
    with page.expect_download() as printed:
        press(page, "p")
    assert Path(printed.value.path()).read_bytes().startswith(b"%PDF-")


def test_what_is_missing_is_asked_for_once_and_no_more(keys: Keyboard, town: Town, typed: dict[str, Any]) -> None:
    find_and_fill(keys, typed)
    page = keys.page
    keys.press(page.get_by_role("button", name="Có đủ tất cả"))
    expect(page.locator("#paper-drawings-present")).to_be_checked()
    entry = page.locator("#paper-drawings-present")
    keys.reach(entry)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#paper-drawings-missing")).to_be_checked()
    keys.press(page.get_by_role("button", name="Nhận hồ sơ"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã yêu cầu bổ sung")
    expect(page.locator("main .govuk-list--bullet li")).to_have_text([f"{MISSING}: Nộp 01 bản chính"])
    assert town.newest().due_at is None


def test_what_came_online_is_received_from_the_queue(
    keys: Keyboard, city: City, barriers: Callable[[Page], list[str]]
) -> None:
    dossier = city.file(PROCEDURE, city.walk_file(PROCEDURE, "approved")["application"]).dossier
    keys.go("/reception/")
    page = keys.page
    expect(page.locator("#online + .mc-scroll tbody tr")).to_have_count(1)
    assert barriers(page) == []
    press(page, "j o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiếp nhận, kiểm tra thành phần hồ sơ")
    assert barriers(page) == []
    keys.fill(city.walk_file(PROCEDURE, "approved")["answers"]["reception_check"][0], TODAY)
    keys.press(page.get_by_role("button", name="Hoàn thành việc"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã tiếp nhận hồ sơ")
    assert barriers(page) == []
    with page.expect_download() as printed:
        press(page, "p")
    assert Path(printed.value.path()).read_bytes().startswith(b"%PDF-")
    press(page, "u")
    expect(page).to_have_url(keys.address + "/reception/")
    keys.go(f"/dossiers/{dossier.id}")
    expect(page.get_by_text("2. Được tiếp nhận")).to_be_visible()


@pytest.mark.parametrize("path", ["/reception/", f"/reception/{PROCEDURE}"])
def test_the_desk_fits_a_narrow_window(path: str, town: Town, enter: Callable[..., Persona]) -> None:
    officer = enter("lan.reception", width=320)
    officer.go(path)
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 320
