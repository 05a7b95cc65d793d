"""A dossier goes all the way over the JSON API, as the people involved; and what they read of it meanwhile."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from city import ROOT, City
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.walks.drive import drive
from api.walks.over_http import Api, HttpDriver
from api.walks.script import read_walk
from api.walks.tokens import TokensFromDatabase
from engine.errors import NotWaitingError
from engine.history.verify import verify
from engine.persistence import access_log
from engine.persistence.tables import DossierRow
from engine.runtime.bundle import Bundle

PLAN = "detailed_plan_adjustment"
WALKS = ROOT / "bpmn" / PLAN / "walks"
Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def http(app: Flask, city: City) -> Iterator[httpx.Client]:
    """The application as a site, with the procedure of the walks."""
    city.deploy(Bundle.find(ROOT, PLAN))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://site") as client:
        yield client


@pytest.mark.parametrize("name", ["approved", "supplemented", "refused", "withdrawn", "stopped"])
def test_a_dossier_goes_its_way_over_http(http: httpx.Client, city: City, name: str) -> None:
    walk = read_walk(WALKS / f"{name}.json")
    driver = HttpDriver(Api(http), TokensFromDatabase(city.db, city.platform), city.platform.today())
    steps = list(drive(driver, walk))
    assert steps[-1].standing.outcome == walk.outcome
    assert all(step.who for step in steps)
    dossier = city.see(lambda session: session.scalars(select(DossierRow)).one())
    assert city.see(lambda session: verify(session, dossier)).intact


def test_where_only_time_helps_the_walk_says_so(http: httpx.Client, city: City) -> None:
    driver = HttpDriver(Api(http), TokensFromDatabase(city.db, city.platform), city.platform.today())
    with pytest.raises(NotWaitingError, match="waits for a moment"):
        list(drive(driver, read_walk(WALKS / "silent.json")))
    assert not driver.standing().ended


def test_a_walk_stops_where_it_is_told_to(http: httpx.Client, city: City) -> None:
    driver = HttpDriver(Api(http), TokensFromDatabase(city.db, city.platform), city.platform.today())
    steps = list(drive(driver, read_walk(WALKS / "approved.json"), until="examination"))
    assert [step.element_id for step in steps] == ["", "reception_check", "assignment"]
    assert [task.element_id for task in driver.open_tasks()] == ["examination"]


def test_the_procedures_that_can_be_filed_are_public_with_their_form(client: FlaskClient) -> None:
    listed = client.get("/api/v1/procedures").json["items"]
    assert [each["key"] for each in listed] == ["certified_copy"]
    told = client.get("/api/v1/procedures/certified_copy").json
    assert told["title"]["vi"]
    assert told["start_form"]["components"]
    assert told["facts"]["key"] == "certified_copy"


def test_the_inbox_holds_what_its_owner_may_do(client: FlaskClient, bearer: Bearer, filed: dict[str, Any]) -> None:
    mine = client.get("/api/v1/tasks", headers=bearer("tuan.ward")).json["items"]
    assert [each["dossier"]["code"] for each in mine] == [filed["dossier"]["code"]]
    assert client.get("/api/v1/tasks", headers=bearer("lan.reception")).json["items"] == []
    assert client.get("/api/v1/tasks?text=khong+co", headers=bearer("tuan.ward")).json["items"] == []
    found = client.get("/api/v1/tasks?text=tran+van+an", headers=bearer("tuan.ward")).json["items"]
    assert len(found) == 1


def test_a_task_is_claimed_released_and_not_taken_from_its_holder(
    client: FlaskClient, bearer: Bearer, filed: dict[str, Any], city: City
) -> None:
    officer = bearer("tuan.ward")
    task = client.get("/api/v1/tasks", headers=officer).json["items"][0]["task"]
    path = f"/api/v1/tasks/{task['id']}"
    claimed = client.post(f"{path}/claim", headers=officer).json
    assert claimed["assignee_id"]
    assert client.post(f"{path}/claim", headers=bearer("minh.case")).status_code == 403
    assert client.post(f"{path}/release", headers=officer).json["assignee_id"] is None
    assigned = client.post(f"{path}/assign", json={"username": "tuan.ward"}, headers=bearer("tam.operator"))
    assert assigned.status_code == 200, assigned.text
    refused = client.post(f"{path}/assign", json={"username": "lan.reception"}, headers=bearer("tam.operator"))
    assert (refused.status_code, refused.json["code"]) == (422, "invalid-input")


def test_lists_go_on_where_the_page_before_ended(client: FlaskClient, bearer: Bearer, city: City) -> None:
    filing = {"procedure_key": "certified_copy"} | {
        "answers": city.walk_file("certified_copy", "handed_over")["application"]
    }
    codes = []
    for _ in range(5):
        codes.append(client.post("/api/v1/dossiers", json=filing).json["dossier"]["code"])
        city.later(minutes=1)
    for path, of in (
        ("/api/v1/dossiers", lambda row: row["code"]),
        ("/api/v1/tasks", lambda row: row["dossier"]["code"]),
    ):
        seen, query = [], "?limit=2"
        while query:
            page = client.get(path + query, headers=bearer("tuan.ward")).json
            assert len(page["items"]) <= 2
            seen += [of(row) for row in page["items"]]
            query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
        assert sorted(seen) == codes
        assert seen == (list(reversed(codes)) if path.endswith("dossiers") else codes)


def test_officer_and_applicant_read_the_same_clock(client: FlaskClient, bearer: Bearer, filed: dict[str, Any]) -> None:
    path = f"/api/v1/dossiers/{filed['dossier']['id']}/clock"
    officers = client.get(path, headers=bearer("tuan.ward")).json
    assert officers == client.get(path, headers={"Motcua-Link": filed["link"]}).json
    assert officers["events"][0]["kind"] == "received"
    dossier = client.get(f"/api/v1/dossiers/{filed['dossier']['id']}", headers=bearer("tuan.ward")).json
    assert officers["due_at"] == dossier["due_at"]


def test_moments_carry_their_offset(filed: dict[str, Any]) -> None:
    moment = filed["dossier"]["submitted_at"]
    assert datetime.fromisoformat(moment).utcoffset() is not None
    assert moment == "2026-11-23T09:00:00+07:00"


def test_looking_at_a_history_is_noted_even_when_it_is_refused(
    client: FlaskClient, bearer: Bearer, filed: dict[str, Any], city: City
) -> None:
    path = f"/api/v1/dossiers/{filed['dossier']['id']}/history"
    told = client.get(path, headers=bearer("tuan.ward")).json
    assert [entry["seq"] for entry in told["items"]] == list(range(1, len(told["items"]) + 1))
    assert client.get(path, headers=bearer("minh.case")).status_code == 404
    dossier = city.see(lambda session: session.scalars(select(DossierRow)).one()).id
    looked = city.see(lambda session: access_log.of_dossier(session, dossier))
    assert {look.person for look in looked} == {"tuan.ward", "minh.case"}


def test_a_history_comes_in_pages(client: FlaskClient, bearer: Bearer, filed: dict[str, Any]) -> None:
    path, officer = f"/api/v1/dossiers/{filed['dossier']['id']}/history", bearer("tuan.ward")
    whole = client.get(path, headers=officer).json["items"]
    pages, after = [], 0
    while after is not None:
        page = client.get(f"{path}?limit=2&after={after}", headers=officer).json
        pages += page["items"]
        after = page["next"]
    assert pages == whole


def test_the_desk_files_for_somebody_and_others_may_not(client: FlaskClient, bearer: Bearer, city: City) -> None:
    answers = city.walk_file("certified_copy", "handed_over")["application"]
    filing = {"procedure_key": "certified_copy", "answers": answers, "channel": "desk"}
    assert client.post("/api/v1/dossiers", json=filing).status_code == 403
    assert client.post("/api/v1/dossiers", json=filing, headers=bearer("minh.case")).status_code == 403
    assert client.post("/api/v1/dossiers", json=filing, headers=bearer("tuan.ward")).status_code == 201


def test_a_procedure_is_checked_and_deployed_over_http(client: FlaskClient, bearer: Bearer) -> None:
    packed = Bundle.find(ROOT, PLAN).to_zip()
    sent: dict[str, Any] = {"data": packed, "content_type": "application/zip"}
    designer = bearer("dung.designer")
    checked = client.post("/api/v1/procedures/check", headers=designer, **sent).json
    assert checked["deployable"] is True
    first = client.post("/api/v1/procedures", headers=designer, **sent)
    assert (first.status_code, first.json["number"]) == (201, 1)
    assert client.post("/api/v1/procedures", headers=designer, **sent).json == first.json
    assert client.post("/api/v1/procedures", headers=bearer("minh.case"), **sent).status_code == 403


def test_a_faulty_procedure_is_refused_with_its_findings(client: FlaskClient, bearer: Bearer) -> None:
    bundle = Bundle.find(ROOT, PLAN)
    files = {**bundle.files, "process.bpmn": bundle.files["process.bpmn"].replace(b"userTask", b"manualTask")}
    sent: dict[str, Any] = {"data": Bundle(files).to_zip(), "content_type": "application/zip"}
    designer = bearer("dung.designer")
    checked = client.post("/api/v1/procedures/check", headers=designer, **sent).json
    assert checked["deployable"] is False
    assert any(finding["line"] and finding["element_id"] and finding["fix"] for finding in checked["findings"])
    refused = client.post("/api/v1/procedures", headers=designer, **sent)
    assert (refused.status_code, refused.json["code"]) == (422, "bundle-rejected")
    assert refused.json["findings"][0]["fix"]
    assert client.post("/api/v1/procedures", headers=designer, data=b"no zip").status_code == 422


def test_who_am_i(client: FlaskClient, bearer: Bearer, filed: dict[str, Any]) -> None:
    assert client.get("/api/v1/me", headers=bearer("lan.reception")).json["name"] == "Nguyễn Thị Lan"
    told = client.get("/api/v1/me", headers={"Motcua-Link": filed["link"]}).json
    assert (told["id"], told["dossier_id"]) == (None, filed["dossier"]["id"])
    assert client.get("/api/v1/me", headers={"Motcua-Link": "wrong"}).status_code == 401
