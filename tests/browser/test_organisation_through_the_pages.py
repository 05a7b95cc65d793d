"""Absence, delegation and closing a unit through the pages, as the people concerned; no barriers on any of them."""

import json
from collections.abc import Callable, Iterator

import pytest
from city import City
from persona import Persona
from playwright.sync_api import Page, expect
from town import PROCEDURE, ROOT, Town

from engine.deadlines.calendar import vietnam
from engine.model import SYSTEM, Role
from engine.organisation import mandate_register
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.persistence.database import make_engine
from engine.platform import Platform

pytestmark = pytest.mark.browser

WALK = json.loads((ROOT / "bpmn" / PROCEDURE / "walks" / "approved.json").read_text(encoding="utf-8"))
BASE = "/organisation"
PAGES = (
    "/",
    "/?q=trung tam",
    "/units/TD-QHXD",
    "/units/TD-KT/close",
    "/people/minh.case",
    "/people/minh.case/leave",
    "/people/minh.case/post",
    "/absence/",
    "/mandates/",
    "/mandates/{mandate}",
    "/mandates/new",
    "/mandates/new?under={mandate}",
    "/mandates/check",
    "/mandates/check?who=phuc.leader&unit=TD-UBND&amount=100",
    "/mandates/check?who=zzz",
    "/handovers/",
    "/handovers/{dossier}/send",
    "/import",
    "/register",
)


@pytest.fixture
def city(town: Town) -> Iterator[City]:
    """The same town, driven by its use cases."""
    db = make_engine(f"sqlite:///{town.database}")
    yield City(db, town.clock, Platform(town.clock, vietnam()))
    db.dispose()


def looked_at(person: Persona, path: str, barriers: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with a page, also in a narrow window."""
    page = person.page
    page.set_viewport_size({"width": 1280, "height": 900})
    person.go(path)
    wrong = [f"{path}: {one}" for one in barriers(page)]
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    return wrong + ([f"{path}: {width} pixels wide in a window of 320"] if width > 320 else [])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_page_of_the_organisation_has_barriers(
    enter: Callable[..., Persona], city: City, barriers: Callable[[Page], list[str]], lang: str
) -> None:
    today = city.platform.today()
    wanted = Mandate(
        "TD-UBND", MandateKind.DELEGATION, "12/QĐ", today, today, person="phuc.leader", may_subdelegate=True
    )
    row = city.do(lambda s: mandate_register.record(s, SYSTEM, wanted, now=city.clock.now()))
    dossier = city.file(PROCEDURE, WALK["application"]).dossier
    person = enter("tam.operator")
    person.go(f"/language?lang={lang}&next=/inbox")
    known = {"mandate": row.id, "dossier": dossier.id}
    found = [one for path in PAGES for one in looked_at(person, BASE + path.format_map(known), barriers)]
    assert found == []


def test_an_officer_goes_absent_and_the_history_says_who_acted_in_whose_place(
    enter: Callable[..., Persona], city: City, town: Town
) -> None:
    dossier = city.walk(WALK, until="examination")
    holder = city.holder(next(task for task in city.open_tasks(dossier.id) if task.element_id == "examination"))
    officer = enter(holder.username)
    officer.page.get_by_role("link", name="Tổ chức", exact=True).click()
    officer.page.get_by_role("link", name="Vắng mặt", exact=True).click()
    officer.page.get_by_label("Người thay").fill("le hoang son")
    officer.page.get_by_label("Đến hết ngày").fill("2026-12-04")
    officer.page.get_by_label("Lý do vắng mặt").fill("Nghỉ phép năm")
    officer.press("Cử người thay")
    expect(officer.page.get_by_role("alert").first).to_contain_text("Đã cử Lê Hoàng Sơn thay")
    standin = enter("son.head")
    standin.go("/notices")
    expect(standin.page.locator("main")).to_contain_text(f"Được cử thay {holder.name}")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == "examination")
    standin.go(f"/tasks/{task.id}")
    standin.fill(WALK["answers"]["examination"][0])
    standin.press("Hoàn thành việc")
    expect(standin.page.get_by_role("alert").first).to_contain_text("Đã hoàn thành")
    auditor = enter("ha.control")
    auditor.go(f"/dossiers/{dossier.id}/history")
    expect(auditor.page.locator("main")).to_contain_text(f"thay {holder.name}")


def test_a_leader_delegates_the_delegate_delegates_on_and_whoever_is_last_decides(
    enter: Callable[..., Persona], city: City
) -> None:
    dossier = city.walk(WALK, until="leader_decision")
    leader = enter("phuc.leader", scripts=False)
    leader.go(f"{BASE}/mandates/new")
    delegate(leader, "21/QĐ-UBND", "division_head")
    leader.page.get_by_label("Được ủy quyền lại").check()
    leader.press("Ghi vào sổ")
    expect(leader.page.get_by_role("heading", level=1)).to_have_text("Văn bản 21/QĐ-UBND")
    head = enter("son.head", scripts=False)
    head.go(leader.page.url.removeprefix(head.address))
    head.page.get_by_role("link", name="Ủy quyền lại").click()
    delegate(head, "22/QHXD", "case_officer")
    head.press("Ghi vào sổ")
    expect(head.page.get_by_role("heading", level=1)).to_have_text("Văn bản 22/QHXD")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == "leader_decision")
    assert task.queue == "TD-QHXD/case_officer"
    officer = enter("thu.case")
    officer.open_task(dossier.code, task.name_vi)
    officer.fill(WALK["answers"]["leader_decision"][0])
    officer.press("Hoàn thành việc")
    expect(officer.page.get_by_role("alert").first).to_contain_text("Đã hoàn thành")


def delegate(person: Persona, number: str, role: str) -> None:
    """Fill what a delegation to a role of the planning division needs."""
    person.page.get_by_label("Số văn bản").fill(number)
    person.page.get_by_label("Người giữ vai trò").select_option(role)
    person.page.get_by_label("tại đơn vị").fill("TD-QHXD")


def test_a_leader_closes_a_unit_below_with_its_people_and_its_work(
    enter: Callable[..., Persona], city: City, town: Town
) -> None:
    dossier = city.walk(WALK, until="examination")
    leader = enter("phuc.leader", scripts=False)
    leader.go(f"{BASE}/units/TD-QHXD")
    leader.page.get_by_role("link", name="Đóng hoặc sáp nhập đơn vị này").click()
    leader.page.get_by_label("Ngày hoạt động cuối cùng").fill("2026-11-29")
    leader.page.get_by_label("Đơn vị kế thừa", exact=True).fill("kinh te ke hoach")
    leader.press("Xem trước")
    expect(leader.page.locator("main")).to_contain_text("Điều sẽ xảy ra")
    leader.page.get_by_label("Người của đơn vị chuyển sang").check()
    leader.press("Xem trước")
    leader.press("Đóng đơn vị")
    expect(leader.page.get_by_role("alert").first).to_contain_text("kết thúc hoạt động ngày 29/11/2026")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == "examination")
    assert task.queue == "TD-KT/case_officer"
    assert (Role.CASE_OFFICER, "TD-KT") in city.holder(task).roles
