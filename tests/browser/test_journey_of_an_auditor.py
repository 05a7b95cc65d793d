"""An auditor asks what happened to a dossier: goes through its past, looks at a paper, takes it all and proves it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from city import City
from persona import Persona
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session
from town import PROCEDURE, Town

from api.walks.sample_papers import sample_pdf
from engine import comments
from engine.deadlines.calendar import vietnam
from engine.document_store import DocumentStore
from engine.history.archive_check import check
from engine.persistence import documents
from engine.persistence.database import make_engine
from engine.persistence.tables import DossierRow
from engine.platform import Platform

pytestmark = pytest.mark.browser


@pytest.fixture
def dossier(town: Town) -> DossierRow:
    """A dossier that has been granted, with papers that can be looked at and a comment that names the auditor."""
    db = make_engine(f"sqlite:///{town.database}")
    city = City(db, town.clock, Platform(town.clock, vietnam()))
    dossier = city.walk(city.walk_file(PROCEDURE, "approved"))
    kept = DocumentStore(town.database.parent / "documents").put(BytesIO(sample_pdf("Giấy tờ")), 10**6)

    def fill(session: Session) -> None:
        for row in documents.of_dossier(session, dossier.id):
            row.sha256, row.size = kept.sha256, kept.size

    city.do(fill)
    case = city.actor("minh.case")
    city.do(lambda s: comments.add(s, city.platform, case, dossier.id, "@ha.control xem giúp"))
    after = city.dossier(dossier.id)
    db.dispose()
    return after


def current(page: Page) -> int:
    """How many elements of the drawing are marked as passed."""
    count: int = page.evaluate("document.querySelectorAll('.mc-diagram .is-done').length")
    return count


def test_an_auditor_goes_through_the_past_and_takes_the_proof(
    enter: Callable[..., Persona], dossier: DossierRow, barriers: Callable[[Page], list[str]]
) -> None:
    auditor = enter("ha.control")
    page = auditor.page
    auditor.go("/notices")
    page.get_by_role("link", name="Anh/chị được nhắc tên").first.click()
    expect(page.get_by_text("@ha.control xem giúp").first).to_be_visible()
    page.get_by_role("button", name="Xem lại theo thời gian").click()
    expect(page.locator(".mc-diagram[data-ready=yes]")).to_be_visible()
    slider = page.locator("#entry")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#past h2")).to_contain_text("Mục 1 trong")
    at_first = current(page)
    for number in (2, 3, 4):
        page.get_by_role("link", name="Mục sau").click()
        expect(page.locator("#past h2")).to_contain_text(f"Mục {number} trong")
    expect(slider).to_have_value("4")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#past h2")).to_contain_text(f"Mục {dossier.journal_seq} trong")
    expect(page.get_by_text("Quyết định và thẩm quyền")).to_be_visible()
    assert current(page) > at_first
    assert "entry=" in page.url
    assert barriers(page) == []
    page.go_back()
    expect(page.locator("#past h2")).to_contain_text("Mục 4 trong")

    auditor.go(f"/dossiers/{dossier.id}")
    page.locator("#papers ~ .mc-scroll a").first.click()
    expect(page.locator("iframe")).to_be_visible()
    assert barriers(page) == []

    auditor.go(f"/dossiers/{dossier.id}/history")
    expect(page.get_by_text("Lịch sử nguyên vẹn.")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Tải toàn bộ hồ sơ (ZIP)").click()
    content = Path(taken.value.path()).read_bytes()
    assert check(BytesIO(content), dossier.journal_head).head == dossier.journal_head

    auditor.go("/looks?person=ha.control")
    expect(page.get_by_role("row").filter(has_text="Tải tệp lưu trữ")).to_be_visible()
    assert barriers(page) == []


def test_the_past_is_gone_through_by_links_where_no_script_runs(
    enter: Callable[..., Persona], dossier: DossierRow
) -> None:
    auditor = enter("ha.control", scripts=False)
    auditor.go(f"/dossiers/{dossier.id}/history/at?entry=5")
    auditor.page.get_by_role("link", name="Mục sau").click()
    expect(auditor.page.locator("#past h2")).to_contain_text("Mục 6 trong")
    auditor.page.get_by_role("button", name="Xem mục này").click()
    expect(auditor.page.locator("#past h2")).to_contain_text("Mục 6 trong")
