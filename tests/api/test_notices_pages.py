"""What people are told stands in the pages: the number in the header, the list, the applicant's own, the choices."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from pages import PageRead, get, post
from sqlalchemy import select

from engine import notices
from engine.ids import new_id
from engine.persistence import notices as reading
from engine.persistence.tables import DossierRow, NoticeRow


@pytest.fixture
def dossier_id(filed: dict[str, Any]) -> UUID:
    """A dossier that a citizen has filed."""
    return UUID(filed["dossier"]["id"])


def tell(city: City, dossier_id: UUID, audience: str, kind: str = "dossier-overdue", **payload: Any) -> UUID:
    row = NoticeRow(
        id=new_id(),
        audience=audience,
        dossier_id=dossier_id,
        kind=kind,
        payload=payload,
        created_at=city.platform.now(),
    )
    city.do(lambda s: s.add(row))
    return row.id


def bell(client: FlaskClient) -> str:
    """What the header says of notices."""
    tree = get(client, "/notices").tree
    return " ".join(tree.xpath("string(//header//a[contains(@class, 'mc-bell')])").split())


def test_who_is_signed_in_sees_the_number_of_new_notices_on_every_page(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    assert bell(client) == "Thông báo"
    tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    tell(city, dossier_id, f"person:{city.actor('minh.case').id}", "task-assigned", step_vi="Thẩm tra")
    tell(city, dossier_id, "queue:TD-TNMT/case_officer")
    assert bell(client) == "Thông báo (2 mới)"
    fragment = client.get("/notices/new", headers={"HX-Request": "true"})
    assert "(2" in fragment.text
    assert "<html" not in fragment.text


def test_the_number_stops_at_ninety_nine(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    for _ in range(101):
        tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    assert bell(client) == "Thông báo (99+ mới)"


def test_a_page_left_open_after_the_session_is_not_thrown_away(client: FlaskClient) -> None:
    answer = client.get("/notices/new", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (204, "")


def test_the_list_says_what_happened_newest_first_and_leads_there(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    task = new_id()
    tell(city, dossier_id, "queue:TD-QHXD/case_officer", due_at="2026-11-20T17:00:00+07:00")
    city.later(minutes=1)
    mine = f"person:{city.actor('minh.case').id}"
    tell(city, dossier_id, mine, "task-assigned", task=str(task), step_vi="Thẩm tra", step_en="Examination")
    code = city.dossier(dossier_id).code
    page = get(client, "/notices")
    headings = [" ".join(one.text_content().split()) for one in page.tree.xpath("//main//li/h2")]
    assert headings == [f"Việc mới: Thẩm tra, hồ sơ {code} Mới", f"Hồ sơ quá hạn: {code} Mới"]
    assert "Hạn giải quyết là: 20/11/2026." in page.text or "17:00 20/11/2026" in page.text
    assert page.hrefs(f"/tasks/{task}")
    assert page.hrefs(f"/dossiers/{dossier_id}")
    client.get("/language?lang=en")
    assert f"New task: Examination, dossier {code}" in get(client, "/notices").text


def test_marking_one_and_marking_all_work_without_scripts(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    one = tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    tell(city, dossier_id, f"person:{city.actor('minh.case').id}")
    tell(city, dossier_id, "queue:TD-QHXD/case_officer", "step-overdue")
    assert press(client, f"/notices/{one}/seen").status_code == 302
    assert bell(client) == "Thông báo (2 mới)"
    until = get(client, "/notices").value("until")
    city.later(minutes=5)
    tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    assert press(client, "/notices/seen", until=until).status_code == 302
    assert bell(client) == "Thông báo (1 mới)"


def press(client: FlaskClient, path: str, **fields: str) -> Any:
    """Press a button of the list."""
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/notices").text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **fields})


def test_a_queues_notice_is_seen_by_each_for_themselves(
    city: City, app: Flask, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    notice = tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    signed_in("minh.case")
    press(client, f"/notices/{notice}/seen")
    press(client, f"/notices/{notice}/seen")
    now = city.platform.now()
    assert city.see(lambda s: reading.count_new(s, city.actor("minh.case"), now)) == 0
    assert city.see(lambda s: reading.count_new(s, city.actor("thu.case"), now)) == 1


def test_nobody_sees_or_marks_what_was_told_to_others(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    others = tell(city, dossier_id, f"person:{city.actor('thu.case').id}")
    told = tell(city, dossier_id, f"applicant:{dossier_id}", "accepted")
    assert "Không có thông báo nào" in get(client, "/notices").text
    for identifier in (others, told):
        press(client, f"/notices/{identifier}/seen")
    rows = city.see(lambda s: list(s.scalars(select(NoticeRow.seen_at).where(NoticeRow.id.in_([others, told])))))
    assert rows == [None, None]


def test_marking_asks_for_the_pages_token(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    notice = tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    for path in (f"/notices/{notice}/seen", "/notices/seen", "/account/notices"):
        assert client.post(path).status_code == 400
    assert bell(client) == "Thông báo (1 mới)"


def test_a_long_list_comes_in_pages(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    for _ in range(35):
        tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    first = get(client, "/notices")
    (onward,) = first.hrefs("before=")
    second = get(client, onward)
    shown = [page.tree.xpath("//main//li[contains(@class, 'mc-notice')]/@id") for page in (first, second)]
    assert [len(each) for each in shown] == [30, 5]
    assert set(shown[0]).isdisjoint(shown[1])
    assert len(get(client, "/notices?before=nonsense").tree.xpath("//main//li[@id]")) == 30


def test_news_older_than_sixty_days_is_history(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    now = city.platform.now() + timedelta(days=61)
    assert city.see(lambda s: reading.count_new(s, city.actor("minh.case"), now)) == 0


def test_what_somebody_does_not_want_to_be_told_is_neither_counted_nor_listed(
    city: City, client: FlaskClient, dossier_id: UUID, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    tell(city, dossier_id, "queue:TD-QHXD/case_officer", "step-overdue", step_vi="Thẩm tra")
    tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    assert press(client, "/account/notices", **{"step-overdue": "off", "task-assigned": "mail"}).status_code == 302
    page = get(client, "/account/notices")
    checked = {one.get("name"): one.get("value") for one in page.tree.xpath("//input[@checked]")}
    assert checked == dict(notices.USUAL) | {"step-overdue": "off", "task-assigned": "mail"}
    assert "minh.case@example.vn" in page.text
    assert bell(client) == "Thông báo (1 mới)"
    assert "Bước quá hạn" not in get(client, "/notices").text


def test_a_way_that_does_not_exist_is_refused(client: FlaskClient, signed_in: Callable[[str], str]) -> None:
    signed_in("minh.case")
    press(client, "/account/notices", **{"task-assigned": "pigeon"})
    page = get(client, "/account/notices")
    assert "Cách nhận thông báo không hợp lệ" in page.text
    assert {one.get("value") for one in page.tree.xpath("//input[@checked and @name='task-assigned']")} == {"page"}


def test_each_kind_that_officers_are_told_of_has_a_name_to_choose_by(
    client: FlaskClient, signed_in: Callable[[str], str]
) -> None:
    signed_in("minh.case")
    names = set(get(client, "/account/notices").tree.xpath("//input[@type='radio']/@name"))
    assert names == set(notices.OFFICER_KINDS)


def test_the_applicant_reads_what_happened_on_the_dossiers_own_page(
    city: City, client: FlaskClient, filed: dict[str, Any], dossier_id: UUID
) -> None:
    link = filed["link"].rstrip("/").rpartition("/")[2]
    tell(city, dossier_id, "queue:TD-QHXD/case_officer")
    page = get(client, f"/my/{link}/")
    assert f"Đã nhận hồ sơ {city.dossier(dossier_id).code}" in page.text
    assert "quá hạn" not in own(page)
    assert "Mới" in own(page)
    answer = post(client, f"/my/{link}/notices/seen", {"until": page.value("until")})
    assert answer.headers["Location"] == f"/my/{link}/"
    assert "Mới" not in own(get(client, f"/my/{link}/"))


def own(page: PageRead) -> str:
    """The applicant's notices."""
    return " ".join(page.tree.xpath("string(//ol[contains(@class, 'mc-notices')])").split())


def test_a_wrong_link_marks_nothing(city: City, client: FlaskClient, dossier_id: UUID) -> None:
    assert post(client, "/my/not-a-link/notices/seen", {}).status_code == 404
    seen = city.see(lambda s: list(s.scalars(select(NoticeRow.seen_at).join(DossierRow))))
    assert set(seen) == {None}
