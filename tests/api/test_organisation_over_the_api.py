"""Stand-ins, mandates and notices for programs: the same rules as the pages, refused in the same words."""

from collections.abc import Callable
from datetime import date
from typing import Any

from city import ROOT, City
from flask.testing import FlaskClient

from engine.events import EventType
from engine.history.journal import read
from engine.model import SYSTEM, Role
from engine.organisation import mandate_register, register, register_check
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.runtime.bundle import Bundle

Header = Callable[[str], dict[str, str]]
COVER = {"standin": "thu.case", "valid_from": "2026-11-23", "valid_to": "2026-11-27", "ground": "Nghỉ phép"}


def test_cover_is_named_listed_and_ended(client: FlaskClient, bearer: Header) -> None:
    mine = bearer("minh.case")
    made = client.post("/api/v1/stand-ins", json=COVER, headers=mine)
    assert made.status_code == 201, made.text
    assert (made.json["person"]["username"], made.json["absent"]["username"]) == ("thu.case", "minh.case")
    assert client.post("/api/v1/stand-ins", json=COVER, headers=mine).status_code == 409
    (received,) = client.get("/api/v1/stand-ins", headers=bearer("thu.case")).json["items"]
    assert received["id"] == made.json["id"]
    path = f"/api/v1/stand-ins/{received['id']}/end"
    assert client.post(path, json={}, headers=bearer("thu.case")).status_code == 403
    ended = client.post(path, json={"last_day": "2026-11-24"}, headers=mine)
    assert ended.json["valid_to"] == "2026-11-24"


def test_an_officer_arranges_no_cover_for_others(client: FlaskClient, bearer: Header) -> None:
    sent = COVER | {"absent": "son.head"}
    assert client.post("/api/v1/stand-ins", json=sent, headers=bearer("minh.case")).status_code == 403


def test_a_mandate_is_asked_about_with_its_four_outcomes(client: FlaskClient, bearer: Header, city: City) -> None:
    day = date(2026, 11, 23)
    wanted = Mandate("TD-UBND", MandateKind.DELEGATION, "9/QĐ", day, day, delegate_role=Role.DIVISION_HEAD,
                     delegate_unit="TD-QHXD", act="approve", ceiling="application.area <= 100")  # fmt: skip
    city.do(lambda s: mandate_register.record(s, SYSTEM, wanted, now=city.clock.now()))
    header = bearer("minh.case")

    def outcome(username: str, **data: Any) -> str:
        asked = {"username": username, "unit": "TD-UBND", "data": {"application": data}}
        answer = client.post("/api/v1/mandates/check", json=asked, headers=header)
        assert answer.status_code == 200, answer.text
        return str(answer.json["outcome"])

    assert outcome("son.head", area=50) == "authorised"
    assert outcome("son.head", area=500) == "ceiling-exceeded"
    assert outcome("minh.case", area=50) == "not-competent"
    asked = client.get("/api/v1/mandates/check?username=son.head&unit=TD-UBND", headers=header)
    assert (asked.status_code, asked.json["instrument"]) == (200, "9/QĐ")
    assert client.get("/api/v1/mandates/check?username=son.head", headers=header).status_code == 404
    assert client.get("/api/v1/mandates/check?username=x&unit=TD-UBND").status_code == 401


def test_a_refused_decision_is_rolled_back_and_kept_in_the_journal_of_the_organisation(
    client: FlaskClient, bearer: Header, city: City
) -> None:
    key, day = "detailed_plan_adjustment", date(2026, 11, 23)
    city.deploy(Bundle.find(ROOT, key))
    wanted = Mandate("TD-UBND", MandateKind.DELEGATION, "9/QĐ", day, day, person="hoa.leader")
    city.do(lambda s: mandate_register.record(s, SYSTEM, wanted, now=city.clock.now()))
    walk = city.walk_file(key, "approved")
    dossier = city.walk(walk, until="leader_decision")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == "leader_decision")
    sent = {"answers": walk["answers"]["leader_decision"][0]}
    answer = client.post(f"/api/v1/tasks/{task.id}/complete", json=sent, headers=bearer("phuc.leader"))
    assert (answer.status_code, answer.json["code"]) == (403, "not-competent")
    assert city.dossier(dossier.id).version == dossier.version
    (row,) = city.see(lambda s: register.newest(s, types=(EventType.ACT_REFUSED,)))
    entry = read(row)
    assert entry["actor"]["username"] == "phuc.leader"
    assert (entry["payload"]["code"], entry["payload"]["element"]) == (dossier.code, "leader_decision")
    assert entry["payload"]["outcome"] == "not-competent"
    assert city.see(register_check.verify).intact


def test_notices_are_listed_marked_and_chosen(client: FlaskClient, bearer: Header) -> None:
    client.post("/api/v1/stand-ins", json=COVER, headers=bearer("minh.case"))
    header = bearer("thu.case") | {"Accept-Language": "vi"}
    told = client.get("/api/v1/notices", headers=header).json
    (notice,) = told["items"]
    assert (told["new"], notice["seen"], notice["dossier_id"]) == (1, False, None)
    assert notice["path"] == "/organisation/absence"
    assert "Phạm Đức Minh" in notice["subject"]
    assert client.post(f"/api/v1/notices/{notice['id']}/seen", headers=bearer("son.head")).status_code == 404
    assert client.post(f"/api/v1/notices/{notice['id']}/seen", headers=header).status_code == 204
    assert client.get("/api/v1/notices", headers=header).json["new"] == 0
    assert client.post("/api/v1/notices/seen", json={}, headers=header).status_code == 204
    assert client.get("/api/v1/notices?before=nonsense", headers=header).status_code == 422
    ways = client.get("/api/v1/notices/choices", headers=header).json["ways"]
    assert (ways["stand-in"], ways["task-assigned"]) == ("mail", "page")
    chosen = client.put("/api/v1/notices/choices", json={"ways": {"stand-in": "off"}}, headers=header)
    assert chosen.json["ways"]["stand-in"] == "off"
    assert client.get("/api/v1/notices", headers=header).json["items"] == []
    assert client.put("/api/v1/notices/choices", json={"ways": {"x": "off"}}, headers=header).status_code == 422
