"""Files in a browser: sent as soon as they are chosen, whole after a cut, a pause or a reload, refused kindly."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from persona import Persona
from playwright.sync_api import Page, Route, expect
from town import PROCEDURE, Town

from api.walks.sample_papers import sample_pdf
from engine.persistence.tables import UploadRow

pytestmark = pytest.mark.browser

FILE = f"/procedures/{PROCEDURE}/file"
LARGE = sample_pdf("bản vẽ") + os.urandom(9 * 1024 * 1024)  # three requests of four megabytes at most


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Megabytes take their time on a busy machine."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """A large drawing on the citizen's disk."""
    path = tmp_path / "bản vẽ lớn.pdf"
    path.write_bytes(LARGE)
    return path


def _at_papers(enter: Callable[..., Persona], town: Town, *, scripts: bool = True) -> Persona:
    """A citizen at the section for papers of an application that was begun."""
    citizen = enter(scripts=scripts, width=320)
    citizen.go(FILE)
    citizen.press("Lưu lại, làm tiếp sau")
    link = citizen.page.locator(".mc-link-to-keep a").get_attribute("href")
    assert link
    citizen.go(re.sub(r"^https?://[^/]+", "", link) + "?section=5")
    return citizen


class _Line:
    """A connection that can be cut: the next so many requests of an upload pass, then none until it is mended."""

    def __init__(self, page: Page) -> None:
        self.sent: list[int] = []  # bytes of each request that passed
        self._left = 99
        page.route("**/api/v1/uploads/**", self._pass)

    def cut_after(self, requests: int) -> None:
        """Let this many further requests with bytes pass."""
        self._left = requests

    def mend(self) -> None:
        """Let everything pass again."""
        self._left = 99

    def _pass(self, route: Route) -> None:
        if route.request.method == "PATCH":
            if self._left <= 0:
                route.abort("connectionreset")
                return
            self._left -= 1
            self.sent.append(int(route.request.headers.get("content-length") or 0))
        elif self._left <= 0:
            route.abort("connectionreset")
            return
        route.continue_()


def _received(town: Town) -> int:
    def newest(session):  # type: ignore[no-untyped-def]
        return max(row.received for row in session.query(UploadRow))

    return int(town.look(newest))


def test_a_file_goes_on_by_itself_after_the_connection_was_cut(
    town: Town, enter: Callable[..., Persona], drawing: Path, barriers: Callable[[Page], list[str]]
) -> None:
    citizen = _at_papers(enter, town)
    line = _Line(citizen.page)
    line.cut_after(1)
    citizen.page.locator("#f-drawings").set_input_files(drawing)
    upload = citizen.page.locator(".mc-upload")
    expect(upload.get_by_role("status")).to_contain_text("Mất kết nối")
    expect(upload).to_contain_text("44 %")  # four of nine megabytes
    assert _received(town) == 4 * 1024 * 1024
    assert barriers(citizen.page) == []
    line.mend()
    expect(citizen.page.locator('input[type=hidden][name="drawings"]')).to_have_count(1, timeout=30_000)
    expect(citizen.page.locator(".mc-upload")).to_have_count(0)
    expect(citizen.page.get_by_text("bản vẽ lớn.pdf").first).to_be_visible()


def test_a_paused_file_goes_on_after_a_reload_where_it_stopped(
    town: Town, enter: Callable[..., Persona], drawing: Path
) -> None:
    citizen = _at_papers(enter, town)
    line = _Line(citizen.page)
    line.cut_after(1)
    citizen.page.locator("#f-drawings").set_input_files(drawing)
    expect(citizen.page.locator(".mc-upload").get_by_role("status")).to_contain_text("Mất kết nối")
    citizen.page.get_by_role("button", name="Tạm dừng").click()
    expect(citizen.page.locator(".mc-upload")).to_contain_text("Đã tạm dừng")
    line.mend()
    citizen.page.reload()
    expect(citizen.page.locator("#f-drawings-uploads")).to_contain_text("Chọn lại đúng tệp ấy")
    line.sent.clear()
    citizen.page.locator("#f-drawings").set_input_files(drawing)
    expect(citizen.page.locator('input[type=hidden][name="drawings"]')).to_have_count(1, timeout=30_000)
    assert len(line.sent) == 2  # the rest alone: five of nine megabytes, in two requests
    expect(citizen.page.locator("#f-drawings-uploads")).to_be_hidden()


def test_the_form_waits_for_a_file_that_is_being_sent(town: Town, enter: Callable[..., Persona], drawing: Path) -> None:
    citizen = _at_papers(enter, town)
    line = _Line(citizen.page)
    line.cut_after(0)
    citizen.page.locator("#f-drawings").set_input_files(drawing)
    expect(citizen.page.locator(".mc-upload")).to_be_visible()
    citizen.page.locator("main").get_by_role("button", name="Tiếp tục", exact=True).click()
    expect(citizen.page.locator(".mc-upload").get_by_role("alert")).to_contain_text("Hãy đợi gửi xong")
    citizen.page.get_by_role("button", name="Hủy").click()
    expect(citizen.page.locator(".mc-upload")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_program_under_the_name_of_a_paper_is_refused_with_a_sentence(
    town: Town, enter: Callable[..., Persona], tmp_path: Path, scripts: bool
) -> None:
    program = tmp_path / "hồ sơ.pdf"
    program.write_bytes(b"MZ\x90\x00" + bytes(1000))
    citizen = _at_papers(enter, town, scripts=scripts)
    citizen.page.locator("#f-drawings").set_input_files(program)
    if not scripts:
        citizen.press("Cập nhật biểu mẫu")
    expect(citizen.page.locator("main")).to_contain_text("Nội dung của tệp không phải là PDF như tên tệp")


def test_a_name_with_folders_is_shown_and_kept_without_them(town: Town, enter: Callable[..., Persona]) -> None:
    citizen = _at_papers(enter, town)
    sent = {"name": "../../x.pdf", "mimeType": "application/pdf", "buffer": sample_pdf("x")}
    citizen.page.locator("#f-drawings").set_input_files([sent])
    paper = citizen.page.locator("[data-papers] li").filter(has=citizen.page.locator("[name=drawings]"))
    expect(paper).to_contain_text("x.pdf")
    expect(paper).not_to_contain_text("..")


def test_a_file_of_another_kind_is_refused_before_it_is_sent(
    town: Town, enter: Callable[..., Persona], tmp_path: Path
) -> None:
    picture = tmp_path / "ảnh chụp.gif"
    picture.write_bytes(b"GIF89a" + bytes(100))
    citizen = _at_papers(enter, town)
    line = _Line(citizen.page)
    citizen.page.locator("#f-drawings").set_input_files(picture)
    expect(citizen.page.locator("main")).to_contain_text("ảnh chụp.gif: chưa gửi, vì chỗ này chỉ nhận PDF")
    assert line.sent == []


def test_what_was_typed_is_there_after_the_window_was_closed(town: Town, enter: Callable[..., Persona]) -> None:
    citizen = enter()
    citizen.go(FILE)
    citizen.page.get_by_label("Cá nhân").check()
    citizen.page.locator("#f-applicant_name").fill("Trần Thị Bình")
    expect(citizen.page.locator("[data-draft-status]")).to_contain_text("Đã lưu nháp lúc")
    citizen.page.goto("about:blank")
    citizen.go(f"/procedures/{PROCEDURE}")
    citizen.page.get_by_role("link", name="Làm tiếp").click()
    expect(citizen.page.locator("#f-applicant_name")).to_have_value("Trần Thị Bình")
