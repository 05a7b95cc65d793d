"""The step that checks the papers, over the JSON API: the same rule and the same history as by the page."""

from typing import Any

import pytest
from city import ROOT, City
from flask.testing import FlaskClient

from engine.persistence.tables import DossierRow, TaskRow
from engine.runtime.bundle import Bundle

HOUSE = "house_building_permit"
REASON = "Dữ liệu đất đai đã có trong cơ sở dữ liệu quốc gia"


@pytest.fixture
def dossier(city: City) -> DossierRow:
    """A dossier that came online and waits to be received."""
    city.deploy(Bundle.find(ROOT, HOUSE))
    return city.file(HOUSE, city.walk_file(HOUSE, "granted")["application"]).dossier


@pytest.fixture
def task(city: City, dossier: DossierRow) -> TaskRow:
    """Its step that checks the papers."""
    return next(one for one in city.open_tasks(dossier.id) if one.form_key == "reception_check")


@pytest.fixture
def accepted(city: City) -> dict[str, Any]:
    """The answers that accept it."""
    found: dict[str, Any] = city.walk_file(HOUSE, "granted")["answers"]["reception_check"][0]
    return found


@pytest.fixture
def officer(city: City, task: TaskRow, bearer: Any) -> dict[str, str]:
    """The header of an officer of the desk."""
    holder = city.holder(task)
    found: dict[str, str] = bearer(holder.username)
    return found


def complete(client: FlaskClient, officer: dict[str, str], task: TaskRow, answers: Any, *papers: Any) -> Any:
    sent = {"answers": answers, "papers": list(papers)}
    return client.post(f"/api/v1/tasks/{task.id}/complete", json=sent, headers=officer)


def test_a_paper_is_waived_with_a_reason_that_the_history_keeps(
    client: FlaskClient, officer: dict[str, str], dossier: DossierRow, task: TaskRow, accepted: dict[str, Any]
) -> None:
    waived = {"key": "land_papers", "state": "waived", "reason": REASON}
    answer = complete(client, officer, task, accepted, waived)
    assert answer.status_code == 200, answer.text
    assert answer.json["due_at"]
    shown = client.get(f"/api/v1/dossiers/{dossier.id}", headers=officer).json
    (paper,) = [one for one in shown["papers"] if one["key"] == "land_papers"]
    assert (paper["state"], paper["reason"]) == ("waived", REASON)
    entries = client.get(f"/api/v1/dossiers/{dossier.id}/history?limit=100", headers=officer).json["items"]
    (entry,) = [one for one in entries if one["type"] == "document:checked"]
    assert REASON in {one["reason"] for one in entry["payload"]["papers"]}


def test_no_paper_is_waived_without_a_reason(
    client: FlaskClient, officer: dict[str, str], dossier: DossierRow, task: TaskRow, accepted: dict[str, Any]
) -> None:
    answer = complete(client, officer, task, accepted, {"key": "land_papers", "state": "waived", "reason": " "})
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert "Nêu lý do tiếp nhận khi không có" in answer.json["detail"]
    assert client.get(f"/api/v1/dossiers/{dossier.id}", headers=officer).json["due_at"] is None


def test_what_is_missing_hinders_acceptance_as_at_the_desk(
    client: FlaskClient, officer: dict[str, str], task: TaskRow, accepted: dict[str, Any]
) -> None:
    answer = complete(client, officer, task, accepted, {"key": "land_papers", "state": "missing"})
    assert answer.status_code == 409
    assert answer.json["type"].endswith("dossier-incomplete")


@pytest.mark.parametrize(
    "paper",
    [
        {"key": "land_papers", "state": "lost"},
        {"key": "land_papers", "state": "present", "copies": "1"},
        {"key": "land_papers", "state": "present", "documents": ["../x"]},
        {"key": "no_such_paper", "state": "waived", "reason": REASON},
    ],
)
def test_what_is_no_paper_or_no_state_is_refused(
    client: FlaskClient, officer: dict[str, str], task: TaskRow, accepted: dict[str, Any], paper: dict[str, Any]
) -> None:
    answer = complete(client, officer, task, accepted, paper)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_other_steps_take_no_papers(
    client: FlaskClient, city: City, officer: dict[str, str], dossier: DossierRow, task: TaskRow, bearer: Any
) -> None:
    walk = city.walk_file(HOUSE, "granted")
    further = city.walk(walk, until=walk_step_after(walk))
    other = next(one for one in city.open_tasks(further.id) if one.form_key != "reception_check")
    holder = bearer(city.holder(other).username)
    waived = {"key": "land_papers", "state": "waived", "reason": REASON}
    answer = complete(client, holder, other, walk["answers"][other.element_id][0], waived)
    assert answer.status_code == 422
    assert "không phải bước kiểm tra thành phần hồ sơ" in answer.json["detail"]


def test_many_are_checked_at_one_stroke_each_with_its_papers(
    client: FlaskClient, officer: dict[str, str], task: TaskRow, accepted: dict[str, Any]
) -> None:
    waived = {"key": "land_papers", "state": "waived", "reason": REASON}
    sent = {"tasks": [{"task_id": str(task.id), "version": task.version, "answers": accepted, "papers": [waived]}]}
    answer = client.post("/api/v1/tasks/complete", json=sent, headers=officer)
    assert [one["status"] for one in answer.json["outcomes"]] == [200], answer.text


def walk_step_after(walk: dict[str, Any]) -> str:
    """The step of a walk after the check of the papers."""
    steps = list(walk["answers"])
    return str(steps[steps.index("reception_check") + 1])
