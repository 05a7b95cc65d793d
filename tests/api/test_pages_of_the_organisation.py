"""Pages of the organisation: absence, mandates, hand-overs, units and people; who may, what is refused and why."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from city import City
from flask.testing import FlaskClient
from pages import PageRead, get, post
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.model import SYSTEM, Role
from engine.notices import STAND_IN
from engine.organisation import mandate_register, people, register_check, standins
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.persistence.tables import MandateRow, NoticeRow, RoleRow, StandInRow, UnitRow

TODAY = date(2026, 11, 23)
SignIn = Callable[[str], str]
BASE = "/organisation"


def mandate(city: City, **said: Any) -> MandateRow:
    wanted: dict[str, Any] = {
        "unit_code": "TD-UBND",
        "kind": MandateKind.DELEGATION,
        "instrument_number": "12/QĐ-UBND",
        "instrument_date": TODAY,
        "valid_from": TODAY,
        "person": "phuc.leader",
        "act": "approve",
    } | said
    return city.do(lambda s: mandate_register.record(s, SYSTEM, Mandate(**wanted), now=city.clock.now()))


# ---- everybody finds the pages -----------------------------------------------------------------------------------


def test_everybody_finds_the_organisation_in_the_menu_and_its_pages(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("minh.case")
    page = get(client, "/inbox")
    assert "Tổ chức" in page.tree.xpath("string(//nav[@aria-label='Trình đơn chính'])")
    tree = get(client, f"{BASE}/")
    assert "Phòng Quy hoạch – Xây dựng" in tree.text
    assert len(tree.tree.xpath("//nav[@aria-label='Các trang về tổ chức']//a")) == 4
    for path in ("absence/", "mandates/", "mandates/check", "handovers/", "units/TD-QHXD", "people/minh.case"):
        get(client, f"{BASE}/{path}")
    for path in ("register", "import", "export/units.csv", "units/TD-KT/close"):
        get(client, f"{BASE}/{path}", 403)
    get(client, f"{BASE}/units/NOWHERE", 404)
    get(client, f"{BASE}/people/nobody", 404)


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get(f"{BASE}/").status_code == 302


def test_the_tree_is_that_of_the_day_asked_about(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    def close(session: Session) -> None:
        session.get_one(UnitRow, "TD-KT").valid_to = TODAY

    city.do(close)
    signed_in("minh.case")
    assert "Kinh tế" in get(client, f"{BASE}/?on=2026-11-23").text
    assert "Kinh tế" not in get(client, f"{BASE}/?on=2026-11-24").text
    assert "TD-QHXD" in get(client, f"{BASE}/?q=quy hoach xay dung").text
    assert "Không có đơn vị nào" in get(client, f"{BASE}/?q=zzz").text
    assert get(client, f"{BASE}/?on=nonsense").heading == "Tổ chức"


# ---- absence -----------------------------------------------------------------------------------------------------


def cover(client: FlaskClient, **said: str) -> Any:
    asked = {"standin": "Võ Thị Anh Thư (thu.case)", "valid_from": "2026-11-23", "valid_to": "2026-11-27"}
    return post(client, f"{BASE}/absence/", asked | {"ground": "Nghỉ phép năm"} | said)


def test_an_officer_names_a_stand_in_who_is_told_in_the_page_and_by_mail(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("minh.case")
    assert cover(client).status_code == 302
    page = get(client, f"{BASE}/absence/")
    assert "Võ Thị Anh Thư thay Phạm Đức Minh" in page.text
    (notice,) = city.see(lambda s: s.scalars(select(NoticeRow).where(NoticeRow.kind == STAND_IN)).all())
    signed_in_as(client, signed_in, "thu.case")
    assert "Được cử thay Phạm Đức Minh" in get(client, "/notices").text
    assert "Phạm Đức Minh" in get(client, f"{BASE}/absence/").text
    assert notice.dossier_id is None
    assert city.actor("thu.case").covers[0].username == "minh.case"


def signed_in_as(client: FlaskClient, signed_in: SignIn, username: str) -> None:
    post(client, "/sign-out", {})
    signed_in(username)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"valid_to": "2026-11-22"}, "không thể trước ngày đầu"),
        ({"valid_from": "2026-11-20"}, "Ngày đầu phải từ hôm nay"),
        ({"valid_from": ""}, "Hãy chọn ngày"),
        ({"valid_from": "mai"}, "không phải một ngày"),
        ({"ground": " "}, "Hãy nêu lý do vắng mặt"),
        ({"standin": ""}, "Hãy chọn trong danh sách"),
        ({"standin": "minh.case"}, "không thể tự thay mình"),
        ({"standin": "nguoi la"}, "Không tìm thấy “nguoi la”"),
        ({"absent": "thao.head", "standin": "minh.case"}, "lãnh đạo TD-KT"),
        ({"scope": "division_head@TD-QHXD"}, "không giữ vai trò nào thuộc phạm vi thay"),
    ],
)
def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(
    signed_in: SignIn, client: FlaskClient, said: dict[str, str], told: str
) -> None:
    signed_in("minh.case")
    answer = cover(client, **said)
    page = PageRead(answer)
    assert answer.status_code >= 400
    assert told in page.text
    assert page.title.startswith("Lỗi:")
    assert page.value("valid_to") == said.get("valid_to", "2026-11-27")


def test_a_few_words_of_a_name_are_enough_where_they_mean_one_person(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("minh.case")
    assert cover(client, standin="vo thi anh thu").status_code == 302
    assert "có thể là" in PageRead(cover(client, standin="nguyen")).text


def test_cover_that_overlaps_is_refused_with_the_way_on(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("minh.case")
    cover(client)
    answer = cover(client, standin="son.head")
    assert answer.status_code == 409
    assert "hãy kết thúc việc thay đó trước" in PageRead(answer).text


def test_a_head_arranges_cover_for_somebody_of_the_unit_and_ends_it_early(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("son.head")
    assert cover(client, absent="minh.case").status_code == 302
    assert "Trong đơn vị tôi phụ trách" in get(client, f"{BASE}/absence/").text
    row = city.see(lambda s: s.scalars(select(StandInRow)).one())
    assert post(client, f"{BASE}/absence/{row.id}/end", {"last_day": "2026-11-24"}).status_code == 302
    assert city.see(lambda s: s.get_one(StandInRow, row.id)).valid_to == date(2026, 11, 24)
    told = city.see(lambda s: s.scalars(select(NoticeRow.audience).where(NoticeRow.kind == STAND_IN)).all())
    assert len(set(told)) == 2
    signed_in_as(client, signed_in, "thao.head")
    post(client, f"{BASE}/absence/{row.id}/end", {"last_day": "2026-11-23"})
    assert "Chỉ người vắng mặt hoặc lãnh đạo" in get(client, f"{BASE}/absence/").text


# ---- mandates ----------------------------------------------------------------------------------------------------

GIVEN = {
    "unit": "TD-UBND",
    "kind": "delegation",
    "number": "15/QĐ-UBND",
    "signed": "2026-11-23",
    "person": "",
    "role": "division_head",
    "delegate_unit": "Phòng Quy hoạch – Xây dựng (mẫu) (TD-QHXD)",
    "act": "approve",
    "procedure": "",
    "ceiling": "application.area <= 5000",
    "may_subdelegate": "yes",
}


def test_a_leader_delegates_and_the_delegate_delegates_further(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("phuc.leader")
    answer = post(client, f"{BASE}/mandates/new", GIVEN)
    assert answer.status_code == 302, PageRead(answer).text
    parent = city.see(lambda s: s.scalars(select(MandateRow)).one())
    assert "15/QĐ-UBND" in get(client, f"{BASE}/mandates/?unit=TD-QHXD&state=in-force").text
    signed_in_as(client, signed_in, "son.head")
    assert "Ủy quyền lại" in get(client, f"{BASE}/mandates/{parent.id}").text
    assert get(client, f"{BASE}/mandates/new?under={parent.id}").value("act") == "approve"
    further = GIVEN | {"under": str(parent.id), "number": "16/QHXD", "role": "case_officer"}
    further.pop("may_subdelegate")
    answer = post(client, f"{BASE}/mandates/new", further)
    assert answer.status_code == 302, PageRead(answer).text
    child = get(client, answer.headers["Location"])
    assert "Dựa trên" in child.text
    assert "15/QĐ-UBND" in child.text
    verdict = city.see(register_check.verify)
    assert (verdict.intact, verdict.checked) == (True, 3)


def test_who_does_not_lead_the_body_gives_nothing_and_the_attempt_is_kept(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("minh.case")
    answer = post(client, f"{BASE}/mandates/new", GIVEN)
    assert answer.status_code == 403
    assert city.see(lambda s: s.scalars(select(MandateRow)).all()) == []
    signed_in_as(client, signed_in, "ha.control")
    page = get(client, f"{BASE}/register?only=refused")
    assert "Phạm Đức Minh" in page.text
    assert "Chỉ người đứng đầu Ủy ban nhân dân Thủ Đức (mẫu) (TD-UBND)" in page.text
    assert "Nguyên vẹn" in page.text


def test_a_mandate_that_overlaps_is_refused_with_a_link_to_the_other(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("phuc.leader")
    post(client, f"{BASE}/mandates/new", GIVEN)
    answer = post(client, f"{BASE}/mandates/new", GIVEN | {"number": "17/QĐ-UBND"})
    page = PageRead(answer)
    other = city.see(lambda s: s.scalars(select(MandateRow)).one())
    assert answer.status_code == 409
    assert f"{BASE}/mandates/{other.id}" in page.hrefs("mandates/")
    assert page.value("number") == "17/QĐ-UBND"


def test_what_may_not_be_delegated_further_is_refused_and_kept(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    parent = mandate(city)
    signed_in("phuc.leader")
    answer = post(client, f"{BASE}/mandates/new", GIVEN | {"under": str(parent.id)})
    assert answer.status_code == 403
    assert "không cho ủy quyền lại" in PageRead(answer).text
    assert "không cho ủy quyền lại" in get(client, f"{BASE}/register?only=refused").text


def test_a_mandate_is_revoked_with_a_reason_and_is_told_so(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    row = mandate(city, person="hoa.leader")
    signed_in("phuc.leader")
    post(client, f"{BASE}/mandates/{row.id}/revoke", {"last_day": "2026-11-22", "reason": ""})
    assert "Hãy nêu lý do" in get(client, f"{BASE}/mandates/{row.id}").text
    post(client, f"{BASE}/mandates/{row.id}/revoke", {"last_day": "2026-11-22", "reason": "Ghi nhầm người"})
    page = get(client, f"{BASE}/mandates/{row.id}")
    assert "Đã thu hồi" in page.text
    assert "Ghi nhầm người" in page.text
    assert "12/QĐ-UBND" in get(client, f"{BASE}/mandates/?state=revoked").text
    assert "12/QĐ-UBND" not in get(client, f"{BASE}/mandates/?state=in-force").text
    signed_in_as(client, signed_in, "hoa.leader")
    assert "thôi giao thẩm quyền cho anh/chị" in get(client, "/notices").text


@pytest.mark.parametrize(
    ("amount", "who", "told"),
    [
        ("400", "phuc.leader", "Có thẩm quyền"),
        ("60000", "phuc.leader", "Vượt giới hạn"),
        ("400", "minh.case", "Không có thẩm quyền"),
    ],
)
def test_the_check_says_which_of_the_four_outcomes_and_why(
    signed_in: SignIn, client: FlaskClient, city: City, amount: str, who: str, told: str
) -> None:
    mandate(city, ceiling="application.area <= 5000")
    signed_in("minh.case")
    asked = f"who={who}&unit=TD-UBND&act=approve&amount={amount}&value=application.area"
    page = get(client, f"{BASE}/mandates/check?{asked}")
    assert told in page.tree.xpath("string(//section)")


def test_a_check_that_cannot_be_answered_says_what_is_missing(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("minh.case")
    assert "Hãy chọn một người" in get(client, f"{BASE}/mandates/check?who=zzz", 422).text
    assert "Hãy nêu đơn vị" in get(client, f"{BASE}/mandates/check?who=minh.case", 404).text
    asked = "who=minh.case&unit=TD-UBND&amount=nhieu"
    assert "Hãy nhập một con số" in get(client, f"{BASE}/mandates/check?{asked}", 422).text


def test_a_register_that_somebody_altered_beside_its_history_is_told_so(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    mandate(city)
    city.do(lambda s: s.execute(text("UPDATE mandate SET ceiling = 'true'")))
    signed_in("ha.control")
    page = get(client, f"{BASE}/register")
    assert "Không còn nguyên vẹn" in page.text
    assert "đã bị sửa ngoài lịch sử: ceiling" in page.text
    city.do(lambda s: s.execute(text("DELETE FROM mandate")))
    assert "không còn trong sổ" in get(client, f"{BASE}/register").text


# ---- units and people --------------------------------------------------------------------------------------------


def test_an_operator_sees_what_closing_would_mean_and_then_closes(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("tam.operator")
    asked = {"last_day": "2026-11-30", "successor": "TD-KT", "staff_moves": "yes", "act": "preview"}
    page = PageRead(post(client, f"{BASE}/units/TD-QHXD/close", asked))
    assert "Lê Hoàng Sơn" in page.text
    assert city.see(lambda s: s.get_one(UnitRow, "TD-QHXD")).valid_to is None
    assert post(client, f"{BASE}/units/TD-QHXD/close", asked | {"act": "do"}).status_code == 302
    unit = city.see(lambda s: s.get_one(UnitRow, "TD-QHXD"))
    assert (unit.valid_to, unit.successor_code) == (date(2026, 11, 30), "TD-KT")
    moved = city.see(lambda s: s.scalars(select(RoleRow).where(RoleRow.unit_code == "TD-KT")).all())
    assert {row.valid_from for row in moved} == {None, date(2026, 12, 1)}
    assert "Kế thừa từ" in get(client, f"{BASE}/units/TD-KT").text


def test_a_head_closes_only_what_lies_below(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("son.head")
    get(client, f"{BASE}/units/TD-QHXD/close", 403)
    signed_in_as(client, signed_in, "phuc.leader")
    get(client, f"{BASE}/units/TD-QHXD/close")
    get(client, f"{BASE}/units/TD-UBND/close", 403)


def test_a_unit_with_open_work_needs_a_successor_where_somebody_works(
    signed_in: SignIn, client: FlaskClient, filed: dict[str, Any]
) -> None:
    signed_in("tam.operator")
    unit = filed["dossier"]["receiving_unit"]
    asked = {"last_day": "2026-11-30", "successor": "", "act": "do"}
    answer = post(client, f"{BASE}/units/{unit}/close", asked)
    assert answer.status_code == 409
    answer = post(client, f"{BASE}/units/{unit}/close", asked | {"successor": "TD-QHXD"})
    assert answer.status_code == 409
    assert "không còn ai phụ trách tại TD-QHXD" in PageRead(answer).text
    preview = PageRead(post(client, f"{BASE}/units/{unit}/close", asked | {"successor": "TD-QHXD", "act": "preview"}))
    assert "Chưa đóng được" in preview.text


def test_somebody_leaves_and_an_heir_takes_over(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    mandate(city, person="hoa.leader")
    signed_in("tam.operator")
    asked = {"last_day": "2026-11-30", "heir": "", "act": "preview"}
    page = PageRead(post(client, f"{BASE}/people/hoa.leader/leave", asked))
    assert "Thu hồi văn bản giao quyền 12/QĐ-UBND" in page.text
    answer = post(client, f"{BASE}/people/hoa.leader/leave", asked | {"heir": "mai.clerk", "act": "do"})
    assert answer.status_code == 302
    assert (Role.AGENCY_LEADER, "TD-UBND") in city.actor("mai.clerk").roles
    city.later(days=8)
    assert city.actor("hoa.leader").roles == frozenset()
    assert city.see(register_check.verify).intact


def test_a_queue_is_not_left_with_nobody(
    signed_in: SignIn, client: FlaskClient, filed: dict[str, Any], city: City
) -> None:
    unit = filed["dossier"]["receiving_unit"]
    there = city.see(lambda s: people.holders(s, Role.RECEPTION_OFFICER, unit, TODAY))
    signed_in("tam.operator")
    for person in there[:-1]:
        asked = {"last_day": "2026-11-23", "heir": "", "act": "do"}
        assert post(client, f"{BASE}/people/{person.username}/leave", asked).status_code == 302
    last = there[-1].username
    answer = post(client, f"{BASE}/people/{last}/leave", {"last_day": "2026-11-23", "heir": "", "act": "do"})
    assert answer.status_code == 409
    assert "không còn ai phụ trách" in PageRead(answer).text
    preview = post(client, f"{BASE}/people/{last}/leave", {"last_day": "2026-11-23", "heir": "", "act": "preview"})
    assert "Hàng chờ không còn ai khác" in PageRead(preview).text


def test_a_head_seconds_and_moves_people_and_gives_no_role_above_the_own(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("phuc.leader")
    asked = {"unit": "TD-KT", "role": "case_officer", "valid_from": "2026-11-24", "valid_to": "2026-12-31"}
    assert post(client, f"{BASE}/people/minh.case/post", asked | {"gives_up": ""}).status_code == 302
    assert post(client, f"{BASE}/people/minh.case/post", asked | {"role": "operator"}).status_code == 403
    assert post(client, f"{BASE}/people/minh.case/post", asked | {"role": "king"}).status_code == 422
    city.later(days=1)
    assert (Role.CASE_OFFICER, "TD-KT") in city.actor("minh.case").roles
    assert (Role.CASE_OFFICER, "TD-QHXD") in city.actor("minh.case").roles
    signed_in_as(client, signed_in, "phuc.leader")
    move = asked | {"unit": "TD-KT", "gives_up": "case_officer@TD-QHXD", "valid_from": "2026-11-25", "valid_to": ""}
    assert post(client, f"{BASE}/people/thu.case/post", move).status_code == 302
    city.later(days=1)
    assert city.actor("thu.case").roles == {(Role.CASE_OFFICER, "TD-KT")}


def test_a_file_is_shown_line_by_line_before_it_is_written(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    signed_in("tam.operator")
    content = "code,name_vi,kind,parent,address,phone\nN-1,Điểm mới,reception_point,TD-TTHCC,1 đường Mẫu,'+84 28\n"
    sent = {"file": (io.BytesIO(content.encode()), "units.csv"), "act": "preview"}
    page = PageRead(post(client, f"{BASE}/import", sent))
    assert page.rows() == ["2 N-1 Thêm mới"]
    assert city.see(lambda s: s.get(UnitRow, "N-1")) is None
    assert post(client, f"{BASE}/import", {"text": content, "act": "apply"}).status_code == 302
    unit = city.see(lambda s: s.get_one(UnitRow, "N-1"))
    assert (unit.address, unit.phone) == ("1 đường Mẫu", "+84 28")
    assert "1 đường Mẫu" in get(client, f"{BASE}/units/N-1").text
    bad = PageRead(post(client, f"{BASE}/import", {"text": content + ",,,,,\n", "act": "apply"}))
    assert "Lỗi" in bad.rows()[-1]
    for nonsense in ("", "tên,mã\n"):
        assert post(client, f"{BASE}/import", {"text": nonsense, "act": "preview"}).status_code == 422
    binary = {"file": (io.BytesIO(b"\xff\xfe\x00"), "x.csv"), "act": "preview"}
    assert "UTF-8" in PageRead(post(client, f"{BASE}/import", binary)).text


@pytest.mark.parametrize("what", ["units", "people"])
def test_what_is_taken_out_comes_in_again_unchanged(
    signed_in: SignIn, client: FlaskClient, city: City, what: str
) -> None:
    signed_in("tam.operator")
    answer = client.get(f"{BASE}/export/{what}.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) > 8
    page = PageRead(post(client, f"{BASE}/import", {"text": answer.text, "act": "preview"}))
    assert "Mới: 0. Thay đổi: 0." in page.text
    get(client, f"{BASE}/export/secrets.csv", 404)


def test_cover_ends_with_whoever_leaves(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    def absent(session: Session) -> StandInRow:
        away = standins.Absence(people.get_person(session, "minh.case"), TODAY, TODAY + timedelta(days=30), "Ốm")
        return standins.appoint(session, SYSTEM, people.get_person(session, "thu.case"), away, now=city.clock.now())

    row = city.do(absent)
    signed_in("tam.operator")
    asked = {"last_day": "2026-11-25", "heir": "", "act": "do"}
    assert post(client, f"{BASE}/people/minh.case/leave", asked).status_code == 302
    assert city.see(lambda s: s.get_one(StandInRow, row.id)).valid_to == date(2026, 11, 25)
