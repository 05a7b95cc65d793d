"""A new version of a procedure comes while people have its forms open: nothing typed is lost, and it ends well."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from city import City
from persona import Persona
from playwright.sync_api import Page, expect
from sqlalchemy import select
from town import PROCEDURE, ROOT, Town

from engine.deadlines.calendar import vietnam
from engine.persistence.database import make_engine
from engine.persistence.tables import DossierDataRow, ProcedureVersionRow, TaskRow
from engine.platform import Platform
from engine.runtime.bundle import Bundle

pytestmark = pytest.mark.browser

WALK = json.loads((ROOT / "bpmn" / PROCEDURE / "walks" / "approved.json").read_text(encoding="utf-8"))
FAX = "028 3829 0000"
TOLD = "Thủ tục đã có phiên bản mới"
VISIBLE = "all => all.filter(one => one.type != 'hidden' && !one.closest('[hidden]')).map(one => one.name)"


@pytest.fixture
def city(town: Town) -> City:
    """The town, driven from behind."""
    return City(make_engine(f"sqlite:///{town.database}"), town.clock, Platform(town.clock, vietnam()))


def renew(city: City, form_name: str, key: str) -> None:
    """Deploy the procedure with one more question, which must be answered, at the end of a form's first group."""
    bundle = Bundle.find(ROOT, PROCEDURE)
    name = next(path for path in bundle.files if path.endswith(f"{form_name}.form.json"))
    form = json.loads(bundle.files[name])
    group = next((one for one in form["components"] if one["type"] == "group"), form)
    question = {
        "type": "textfield",
        "key": key,
        "id": f"Field_{key}",
        "label": "Số fax",
        "validate": {"required": True},
    }
    group["components"].append(question)
    city.deploy(replace(bundle, files={**bundle.files, name: json.dumps(form).encode()}))


def version_of(town: Town, code: str) -> int:
    """The number of the version to which a dossier is pinned."""
    pinned = town.dossier(code).procedure_version_id
    return int(town.look(lambda session: session.get_one(ProcedureVersionRow, pinned).number))


def answers_of(town: Town, code: str, key: str) -> dict[str, Any]:
    """What the dossier keeps under a key."""
    rows = select(DossierDataRow.data).where(DossierDataRow.dossier_id == town.dossier(code).id)
    found: dict[str, Any] = town.look(lambda session: session.scalars(rows.where(DossierDataRow.key == key)).one())
    return found


def first_section(page: Page) -> dict[str, Any]:
    """The answers of the walk whose questions stand on the page now."""
    shown = {str(name) for name in page.locator("main [name]").evaluate_all(VISIBLE)}
    application: dict[str, Any] = WALK["application"]
    return {key: value for key, value in application.items() if key in shown and not isinstance(value, list)}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_citizen_in_the_middle_of_the_form_is_told_and_files_under_the_new_version(
    town: Town, city: City, enter: Callable[..., Persona], barriers: Callable[[Page], list[str]], scripts: bool
) -> None:
    citizen = enter(scripts=scripts, width=320)
    page = citizen.page
    citizen.go(f"/procedures/{PROCEDURE}/file")
    citizen.fill({"applicant_kind": WALK["application"]["applicant_kind"]})
    if not scripts:
        citizen.press("Cập nhật biểu mẫu")
    typed = first_section(page)
    assert "applicant_name" in typed
    citizen.fill(typed)
    renew(city, "application", "fax")
    citizen.press("Tiếp tục")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text(TOLD)
    if scripts:
        expect(summary).to_be_focused()
        assert barriers(page) == []
    expect(page.locator("[name=applicant_name]")).to_have_value(typed["applicant_name"])
    citizen.fill({"fax": FAX})
    citizen.press("Tiếp tục")
    expect(summary).to_have_count(0)
    citizen.fill({key: value for key, value in WALK["application"].items() if key not in typed})
    citizen.go_to_the_end()
    citizen.press("Nộp hồ sơ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận hồ sơ")
    code = page.locator(".mc-code").inner_text()
    assert version_of(town, code) == 2
    kept = answers_of(town, code, "application")
    assert (kept["applicant_name"], kept["fax"]) == (typed["applicant_name"], FAX)


def test_an_officer_at_the_counter_is_told_and_keeps_every_word(
    town: Town, city: City, enter: Callable[..., Persona]
) -> None:
    officer = enter("lan.reception")
    page = officer.page
    officer.go(f"/reception/{PROCEDURE}")
    plain = {key: value for key, value in WALK["application"].items() if not isinstance(value, list)}
    officer.fill(plain)
    officer.press("Có đủ tất cả")
    renew(city, "application", "fax")
    officer.press("Nhận hồ sơ")
    expect(page.locator(".govuk-error-summary")).to_contain_text(TOLD)
    expect(page.locator("[name=applicant_name]")).to_have_value(plain["applicant_name"])
    expect(page.locator("#paper-drawings-present")).to_be_checked()
    lists = {key: value for key, value in WALK["application"].items() if isinstance(value, list)}
    officer.fill({**{key: rows for key, rows in lists.items() if isinstance(rows[0], dict)}, "fax": FAX})
    officer.press("Nhận hồ sơ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã tiếp nhận hồ sơ")
    code = page.locator(".mc-code").inner_text()
    assert version_of(town, code) == 2
    assert answers_of(town, code, "application")["fax"] == FAX


def test_an_officer_finishes_an_open_task_by_the_form_it_was_opened_with(
    town: Town, city: City, enter: Callable[..., Persona]
) -> None:
    dossier = city.walk(WALK, until="examination")
    task: TaskRow = city.open_tasks(dossier.id)[0]
    officer = enter("minh.case")
    page = officer.page
    officer.go(f"/tasks/{task.id}")
    claim = page.get_by_role("button", name="Nhận việc này")
    if claim.count():
        claim.click()
    answers = WALK["answers"]["examination"][0]
    officer.fill({**answers, "opinion": "Gõ trước khi thủ tục đổi phiên bản"})
    expect(page.locator("[data-draft-status]")).to_contain_text("Đã lưu nháp lúc")
    renew(city, "examination", "fax")
    page.locator("[name=opinion]").press("End")
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        page.keyboard.type(", và sau đó")
    page.reload()
    expect(page.locator("[name=opinion]")).to_have_value("Gõ trước khi thủ tục đổi phiên bản, và sau đó")
    expect(page.locator("[name=fax]")).to_have_count(0)
    officer.press("Hoàn thành việc")
    expect(page.get_by_role("alert").first).to_contain_text("Đã hoàn thành")
    assert version_of(town, dossier.code) == 1
    assert answers_of(town, dossier.code, task.data_key)["opinion"].endswith("và sau đó")
