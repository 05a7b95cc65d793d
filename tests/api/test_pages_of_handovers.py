"""Hand-overs in the pages: what is on its way, several receipts at once, the body for what nobody is known for."""

from collections.abc import Callable

import pytest
from city import ROOT, City
from flask.testing import FlaskClient
from pages import PageRead, get, post
from sqlalchemy.orm import Session

from engine import dossiers
from engine.dossiers import Filing
from engine.persistence.tables import DossierRow
from engine.runtime.bundle import Bundle
from engine.runtime.side_tasks import ACKNOWLEDGE, ROUTE

KEY, POINT, BASE = "detailed_plan_adjustment", "TD-TTHCC-01", "/organisation/handovers"
SignIn = Callable[[str], str]


@pytest.fixture
def on_the_way(city: City) -> Callable[[], DossierRow]:
    """Makes dossiers that a branch has received and handed over to the committee."""
    city.deploy(Bundle.find(ROOT, KEY))
    walk = city.walk_file(KEY, "approved")

    def make() -> DossierRow:
        def file(session: Session) -> DossierRow:
            answers = city.with_papers(session, walk["application"], "citizen")
            filing = Filing(KEY, answers, uploader_key="citizen", receiving_unit=POINT)
            return dossiers.file(session, city.platform, None, filing).dossier

        dossier = city.do(file)
        task = next(task for task in city.open_tasks(dossier.id) if task.element_id == "reception_check")
        city.complete(task, walk["answers"]["reception_check"][0])
        return city.dossier(dossier.id)

    return make


def test_several_receipts_are_confirmed_at_once(
    signed_in: SignIn, client: FlaskClient, city: City, on_the_way: Callable[[], DossierRow]
) -> None:
    first, second = on_the_way(), on_the_way()
    assert first.hand_over_id is not None
    signed_in("mai.clerk")
    page = get(client, f"{BASE}/")
    assert "2 hồ sơ đang bàn giao" in page.text
    assert page.has("dossier")
    answer = post(client, f"{BASE}/acknowledge", {"dossier": [str(first.id), str(second.id), "nonsense"]})
    assert answer.status_code == 302
    page = get(client, f"{BASE}/")
    assert "Đã xác nhận nhận 2 hồ sơ" in page.text
    assert "Không có hồ sơ nào đang trên đường" in page.text
    assert city.dossier(first.id).hand_over_id is None
    post(client, f"{BASE}/acknowledge", {"dossier": str(first.id)})
    assert "không ở trạng thái chờ" in get(client, f"{BASE}/").text
    post(client, f"{BASE}/acknowledge", {})
    assert "Hãy chọn ít nhất một hồ sơ" in get(client, f"{BASE}/").text


def test_what_is_not_confirmed_in_time_is_marked_and_only_the_body_confirms(
    signed_in: SignIn, client: FlaskClient, city: City, on_the_way: Callable[[], DossierRow]
) -> None:
    dossier = on_the_way()
    city.later(hours=10)
    signed_in("hung.reception")  # of the branch: sees it and confirms nothing
    page = get(client, f"{BASE}/")
    assert "Chưa nhận đúng hạn" in page.text
    assert not page.has("dossier")
    post(client, f"{BASE}/acknowledge", {"dossier": str(dossier.id)})
    assert city.dossier(dossier.id).hand_over_id is not None
    get(client, f"{BASE}/{dossier.id}/send", 403)
    post(client, "/sign-out", {})
    signed_in("khoa.case")  # of another division
    assert "Không có hồ sơ nào" in get(client, f"{BASE}/").text


def test_what_is_sent_back_waits_until_somebody_names_the_body_by_a_few_words(
    signed_in: SignIn, client: FlaskClient, city: City, on_the_way: Callable[[], DossierRow]
) -> None:
    dossier = on_the_way()
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == ACKNOWLEDGE)
    city.complete(task, {"decision": "not_ours", "reason": "Thuộc phường Hiệp Bình."})
    signed_in("lan.reception")
    page = get(client, f"{BASE}/")
    assert "Chưa xác định được cơ quan giải quyết" in page.text
    (path,) = page.hrefs("/send")
    routed = next(task for task in city.open_tasks(dossier.id) if task.element_id == ROUTE)
    offered = get(client, f"/tasks/{routed.id}").tree.xpath("//select[@name='unit']/option/@value")
    assert {"TD-P-HB", "TD-UBND"} <= set(offered)
    for said, told in (
        ({"unit": "", "reason": "x"}, "Hãy chọn trong danh sách"),
        ({"unit": "zzz", "reason": "x"}, "Không tìm thấy “zzz”"),
        ({"unit": "phong", "reason": "x"}, "có thể là"),
        ({"unit": "TD-P-HB", "reason": " "}, "Hãy nêu lý do"),
        ({"unit": dossier.receiving_unit, "reason": ""}, "Hãy nêu lý do"),
    ):
        answer = post(client, path, said)
        assert (answer.status_code, told in PageRead(answer).text) == (422, True), PageRead(answer).text
    answer = post(client, path, {"unit": "phuong hiep binh", "reason": "Thuộc địa bàn phường."})
    assert answer.status_code == 302, PageRead(answer).text
    assert city.dossier(dossier.id).competent_unit == "TD-P-HB"
    assert "Mọi hồ sơ đều có cơ quan giải quyết" in get(client, f"{BASE}/").text
