"""A person at a browser: signs in, fills forms as a walk says, presses buttons."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from town import PASSWORD, paper


class Persona:
    """Somebody with a window of their own; `scripts` says whether scripts run in it."""

    def __init__(self, page: Page, address: str, papers: Path, today: str, *, scripts: bool = True) -> None:
        self.page = page
        self.address = address
        self.papers = papers
        self.today = today
        self.scripts = scripts

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.address + path)

    def sign_in(self, username: str) -> None:
        """Sign in as a person of the demo organisation."""
        self.go("/sign-in")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập", exact=True).click()
        expect(self.page.get_by_role("button", name="Đăng xuất")).to_be_visible()

    def fill(self, answers: Mapping[str, Any], prefix: str = "") -> None:
        """Answer the questions of the form on the page, in the order given."""
        for key, value in answers.items():
            self._answer(f"{prefix}.{key}" if prefix else key, value)

    def press(self, name: str) -> None:
        """Press the button with this name in the main part of the page."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def open_task(self, code: str, step: str) -> None:
        """Find the task in the inbox, take it, and open it."""
        self.go(f"/inbox?box=queue&q={code}")
        row = self.page.get_by_role("row").filter(has_text=code).filter(has_text=step)
        if not row.count():
            self.go(f"/inbox?box=mine&q={code}")
            row = self.page.get_by_role("row").filter(has_text=code).filter(has_text=step)
        row.get_by_role("link", name=step).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(step)
        claim = self.page.get_by_role("button", name="Nhận việc này")
        if claim.count():
            claim.click()
            expect(self.page.get_by_role("alert").first).to_contain_text("Đã nhận việc này")

    def _answer(self, name: str, value: Any) -> None:
        if isinstance(value, Sequence) and not isinstance(value, str):
            self._rows_or_papers(name, value)
        elif isinstance(value, bool):
            self._tick(self._shown(name), value)
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}|@today", str(value)):
            self._date(name, self.today if value == "@today" else str(value))
        else:
            self._write(self._shown(name), name, str(value))

    def _rows_or_papers(self, name: str, values: Sequence[Any]) -> None:
        if all(isinstance(value, str) for value in values):
            files = [paper(self.papers, value.removeprefix("@")) for value in values]
            self._shown(name).and_(self.page.locator("[type=file]")).set_input_files(files)
            self._settle()
            return
        for index, row in enumerate(values):
            if not self.page.locator(f'[name="{name}[{index}]"]').count():
                add = self.page.locator(f'button[value="add:{name}"]')
                add.click()
                self._settle()
            self.fill(row, f"{name}[{index}]")

    def _write(self, field: Locator, name: str, value: str) -> None:
        kind = field.first.evaluate("node => node.type")
        if kind == "radio":
            self.page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)
            field.blur()
        self._settle()

    def _tick(self, field: Locator, value: bool) -> None:
        field.set_checked(value)
        self._settle()

    def _date(self, name: str, day: str) -> None:
        year, month, date = day.split("-")
        for part, text in (("day", date), ("month", month), ("year", year)):
            self._shown(f"{name}-{part}").fill(text)
        self._settle()

    def _shown(self, name: str) -> Locator:
        """The field, made to show itself where no script does: by the button that updates the form."""
        field = self.page.locator(f'[name="{name}"]:not([type=hidden])')
        if not self.scripts and not field.count():
            self.press("Cập nhật biểu mẫu")
        field.first.wait_for(state="attached")
        while field.locator("xpath=ancestor::div[@hidden]").count():  # in a later section of a long form
            self.press("Tiếp tục")
            assert not self.page.locator(".govuk-error-summary").count(), self.page.inner_text("main")
        return field

    def go_to_the_end(self) -> None:
        """Through what is left of a long form, to the page for checking."""
        while self.page.locator("main").get_by_role("button", name="Tiếp tục", exact=True).count():
            self.press("Tiếp tục")
            assert not self.page.locator(".govuk-error-summary").count(), self.page.inner_text("main")

    def _settle(self) -> None:
        """Wait until the page has answered a change."""
        if self.scripts:
            self.page.wait_for_load_state("networkidle")
            expect(self.page.locator(".htmx-request, .htmx-settling, .htmx-swapping")).to_have_count(0)
