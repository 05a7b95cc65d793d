"""A person who has no mouse: everything by keys, and never without seeing where one is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from town import PASSWORD

FOCUS = (Path(__file__).parents[1] / "browser" / "looks" / "focus.js").read_text(encoding="utf-8")
MOST_STOPS = 150


def press(page: Page, keys: str) -> None:
    """Press keys one after the other, as they stand between spaces, as soon as the page listens to them."""
    page.wait_for_load_state()
    for key in keys.split():
        page.keyboard.press(key)


class Keyboard:
    """Drives a page by the keyboard alone; a stop at which the focus cannot be seen fails the test."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.address + path)

    def reach(self, wanted: Locator, key: str = "Tab") -> None:
        """Press Tab until `wanted` has the focus; each stop on the way must be visible."""
        for _ in range(MOST_STOPS):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press(key)
            self._look()
        raise AssertionError(f"{wanted} is not reached within {MOST_STOPS} stops; at {self.page.evaluate(FOCUS)}")

    def _look(self) -> None:
        stop = self.page.evaluate(FOCUS)
        assert stop["seen"], f"the focus on {stop['name']} cannot be seen at {self.page.url}"
        assert stop["inView"], f"{stop['name']} has the focus outside the window at {self.page.url}"

    def type_into(self, field: Locator, text: str) -> None:
        """Reach a field and type in place of what stands there."""
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def press(self, button: Locator) -> None:
        """Reach a button or a link and press Enter."""
        self.reach(button)
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def use_shortcut_of(self, field: Locator) -> None:
        """Press the key that the page says leads to the field."""
        self.page.keyboard.press(field.get_attribute("data-shortcut") or "")
        expect(field).to_be_focused()

    def sign_in(self, username: str) -> None:
        """Sign in as a person of the demo organisation."""
        self.go("/sign-in")
        self.type_into(self.page.locator("[name=username]"), username)
        self.type_into(self.page.locator("[name=password]"), PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Đăng xuất")).to_be_visible()

    def fill(self, answers: Mapping[str, Any], today: str) -> None:
        """Answer the questions of the form on the page, in the order given."""
        for name, value in answers.items():
            self._answer(name, today if value == "@today" else value)

    def _answer(self, name: str, value: Any) -> None:
        date = self.page.locator(f'[name="{name}-day"]')
        field = self.page.locator(f'[name="{name}"]:not([type=hidden])')
        if date.count():
            year, month, day = str(value).split("-")
            for part, text in (("day", day), ("month", month), ("year", year)):
                self.type_into(self.page.locator(f'[name="{name}-{part}"]'), text)
        elif field.first.evaluate("one => one.type") == "radio":
            self._choose(name, str(value))
        elif field.first.evaluate("one => one.type") == "checkbox":
            self._tick(field, wanted=bool(value))
        elif field.first.evaluate("one => one.tagName") == "SELECT":
            self._select(field, str(value))
        else:
            self.type_into(field, str(value))
        self.settle()

    def _choose(self, name: str, value: str) -> None:
        """Into the group by Tab, to the choice by the arrows."""
        group = self.page.locator(f'[name="{name}"]')
        wanted = self.page.locator(f'[name="{name}"][value="{value}"]')
        entry = group.and_(self.page.locator(":checked"))
        self.reach(entry.first if entry.count() else group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
            self.settle()
        raise AssertionError(f"the arrows do not reach {value} of {name}")

    def _tick(self, field: Locator, *, wanted: bool) -> None:
        self.reach(field)
        if field.is_checked() != wanted:
            self.page.keyboard.press("Space")

    def _select(self, field: Locator, value: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Home")
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")

    def settle(self) -> None:
        """Wait until the page has answered a change."""
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(".htmx-request, .htmx-settling, .htmx-swapping")).to_have_count(0)
