"""Statistics in a real browser: no barriers, no script needed, nothing that the security policy forbids."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from persona import Persona
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from town import MORNING, PROCEDURE, Town, copy_of, found

from engine.ids import new_id
from engine.persistence.tables import DossierRow, ProcedureVersionRow

pytestmark = pytest.mark.browser


def add_dossiers(session: Session) -> None:
    """One dossier decided early, one late, one open."""
    version = session.scalars(select(ProcedureVersionRow.id)).one()
    for number, decided in enumerate((-1, 1, None)):
        session.add(_dossier(number, version, decided))


def _dossier(number: int, version: UUID, decided: int | None) -> DossierRow:
    due = MORNING - timedelta(days=5)
    return DossierRow(
        id=new_id(),
        code=f"H29-{number}",
        procedure_key=PROCEDURE,
        procedure_version_id=version,
        channel="online",
        applicant_name="Nguyễn Thị Ánh",
        search_key="",
        link_digest="",
        receiving_unit="TD-TTHCC",
        competent_unit="TD-UBND",
        state="processing",
        submitted_at=MORNING - timedelta(days=20),
        received_at=MORNING - timedelta(days=20),
        due_at=due,
        original_due_at=due,
        decided_at=None if decided is None else due + timedelta(days=decided),
        snapshot=b"",
    )


def test_the_statistics_have_no_barriers_and_need_no_script(
    chromium: Browser,
    page: Page,
    serve: Callable[[Flask], str],
    barriers: Callable[[Page], list[str]],
    tmp_path: Path,
) -> None:
    town = Town.open(copy_of(found(tmp_path), tmp_path))
    town.do(add_dossiers)
    town.address = serve(town.app)
    operator = Persona(page, town.address, tmp_path, MORNING.date().isoformat())
    operator.sign_in("tam.operator")
    operator.go("/statistics")
    expect(page.locator("main svg")).to_have_count(2)
    assert barriers(page) == []
    page.get_by_role("link", name="1 (Tổng số, Số hồ sơ đã giải quyết: Quá hạn)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Số hồ sơ đã giải quyết: Quá hạn")
    expect(page.get_by_role("link", name="H29-1")).to_be_visible()
    assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    operator.go("/statistics")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.screenshot(path=tmp_path / "statistics.png", full_page=True)
    without = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = without.new_page()
    plain.goto(f"{town.address}/statistics?by=procedure")
    expect(plain.locator("main table").first).to_contain_text("Điều chỉnh cục bộ quy hoạch chi tiết")
    without.close()
