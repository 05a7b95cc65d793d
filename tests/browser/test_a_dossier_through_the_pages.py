"""The first procedure from filing to the returned result, through the pages, as each of the persons involved."""

import json
import re
from collections.abc import Callable

import pytest
from persona import Persona
from playwright.sync_api import Page, expect
from town import MORNING, PROCEDURE, ROOT, Town

pytestmark = pytest.mark.browser

WALK = json.loads((ROOT / "bpmn" / PROCEDURE / "walks" / "approved.json").read_text(encoding="utf-8"))
TODAY = MORNING.date().isoformat()

# Who does which step, by its heading, with which answers of the walk.
STEPS = (
    ("lan.reception", "Tiếp nhận, kiểm tra thành phần hồ sơ", "reception_check"),
    ("son.head", "Phân công chuyên viên thụ lý", "assignment"),
    ("minh.case", "Thẩm tra hồ sơ", "examination"),
    ("nam.land", "Góp ý: Phòng Tài nguyên và Môi trường", "natural_resources_opinion"),
    ("quang.urban", "Góp ý: Phòng Quản lý đô thị", "urban_management_opinion"),
    ("yen.ward", "Góp ý: UBND phường nơi có khu đất", "ward_opinion"),
    ("minh.case", "Thẩm định, dự thảo kết quả", "appraisal"),
    ("son.head", "Lãnh đạo phòng soát xét dự thảo", "division_review"),
    ("phuc.leader", "Lãnh đạo UBND quyết định", "leader_decision"),
    ("mai.clerk", "Lấy số, đóng dấu, phát hành", "issuing"),
    ("lan.reception", "Trả kết quả", "handover"),
)


def file_online(citizen: Persona) -> tuple[str, str]:
    """File as a citizen; the code and the path of the private link."""
    citizen.go("/?q=dieu+chinh+quy+hoach")
    citizen.page.get_by_role("link", name="Điều chỉnh cục bộ quy hoạch chi tiết").click()
    citizen.page.get_by_role("button", name="Nộp hồ sơ trực tuyến").click()
    citizen.fill(WALK["application"])
    citizen.go_to_the_end()
    citizen.press("Nộp hồ sơ")
    expect(citizen.page.get_by_role("heading", level=1)).to_have_text("Đã nhận hồ sơ")
    code = citizen.page.locator(".mc-code").inner_text()
    return code, re.sub(r"https?://[^/]+", "", citizen.page.url).removesuffix("receipt")


def test_a_dossier_goes_from_the_citizen_through_every_hand_and_back(
    town: Town, enter: Callable[..., Persona], barriers: Callable[[Page], list[str]]
) -> None:
    citizen = enter()
    code, link = file_online(citizen)
    assert barriers(citizen.page) == []
    windows: dict[str, Persona] = {}
    for username, step, key in STEPS:
        if username not in windows:
            windows[username] = enter(username)
        officer = windows[username]
        officer.open_task(code, step)
        assert barriers(officer.page) == [], step
        officer.fill(WALK["answers"][key][0])
        officer.press("Hoàn thành việc")
        if key == "reception_check":
            expect(officer.page.get_by_role("heading", level=1)).to_have_text("Đã tiếp nhận hồ sơ")
        else:
            expect(officer.page.get_by_role("alert").first).to_contain_text(f"Đã hoàn thành “{step}”")
        town.later(minutes=20)
    dossier = town.dossier(code)
    assert (dossier.outcome, dossier.progress) == ("granted", 100)
    citizen.go(link)
    expect(citizen.page.locator("main")).to_contain_text("Đã trả kết quả")
    assert barriers(citizen.page) == []


def test_a_citizen_files_and_follows_without_scripts(town: Town, enter: Callable[..., Persona]) -> None:
    citizen = enter(scripts=False, width=320)
    code, link = file_online(citizen)
    citizen.page.get_by_role("button", name="Theo dõi hồ sơ").click()
    expect(citizen.page.locator("main")).to_contain_text("Chờ tiếp nhận")
    citizen.go("/follow")
    citizen.page.get_by_label("Mã hồ sơ").fill(code.lower())
    citizen.press("Xem tình trạng")
    expect(citizen.page.locator("main")).to_contain_text("Mức độ hoàn thành")
    citizen.go(link)
    citizen.page.get_by_text("Tôi muốn rút hồ sơ này").click()
    citizen.page.get_by_label("Lý do rút hồ sơ").fill("Đổi phương án")
    citizen.press("Rút hồ sơ")
    expect(citizen.page.locator("main")).to_contain_text("Đã rút hồ sơ")
    assert town.dossier(code).outcome == "withdrawn"
