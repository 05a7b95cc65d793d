"""A repeated request has one effect and one answer, whichever process it reaches; a stale one has none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from engine.persistence.tables import DossierRow, IdempotencyRow, JournalRow

Bearer = Callable[[str], dict[str, str]]
CERTIFY = {"decision": "certify", "pages": 3, "copies": 2}


@pytest.fixture
def filing(city: City) -> dict[str, Any]:
    """What a citizen sends."""
    return {
        "procedure_key": "certified_copy",
        "answers": city.walk_file("certified_copy", "handed_over")["application"],
    }


@pytest.fixture
def task(client: FlaskClient, filed: dict[str, Any], bearer: Bearer) -> str:
    """The path of the task that the filed dossier waits for; `tuan.ward` may do it."""
    found = client.get(f"/api/v1/dossiers/{filed['dossier']['id']}/tasks", headers=bearer("tuan.ward")).json["items"]
    return f"/api/v1/tasks/{found[0]['id']}"


def _dossiers(city: City) -> int:
    return city.see(lambda session: session.scalar(select(func.count()).select_from(DossierRow))) or 0


def test_the_same_filing_again_is_answered_by_another_process_without_a_second_dossier(
    make_app: Callable[[], Flask], filing: dict[str, Any], city: City
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = make_app().test_client().post("/api/v1/dossiers", json=filing, headers=key)
    again = make_app().test_client().post("/api/v1/dossiers", json=filing, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert _dossiers(city) == 1


def test_six_at_once_with_one_key_make_one_dossier(
    make_app: Callable[[], Flask], filing: dict[str, Any], city: City
) -> None:
    key, gate, apps = {"Idempotency-Key": str(uuid4())}, Barrier(6), [make_app(), make_app()]

    def send(number: int) -> tuple[int, str]:
        gate.wait()
        answer = apps[number % 2].test_client().post("/api/v1/dossiers", json=filing, headers=key)
        return answer.status_code, answer.json["link"]

    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(send, range(6)))
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert _dossiers(city) == 1


def test_a_key_used_for_something_else_is_refused(client: FlaskClient, filing: dict[str, Any], city: City) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert client.post("/api/v1/dossiers", json=filing, headers=key).status_code == 201
    other = {**filing, "answers": {**filing["answers"], "pages": 4}}
    refused = client.post("/api/v1/dossiers", json=other, headers=key)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency-key-reused")
    assert _dossiers(city) == 1


@pytest.mark.parametrize("key", ["short", "k" * 129, "with a space in it, long", "chìa-khóa-không-ascii"])
def test_a_key_that_others_could_use_too_is_refused(client: FlaskClient, filing: dict[str, Any], key: str) -> None:
    answer = client.post("/api/v1/dossiers", json=filing, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-input")


def test_the_same_key_of_two_people_is_two_keys(client: FlaskClient, task: str, bearer: Bearer) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    refused = client.post(f"{task}/claim", headers={**bearer("minh.case"), **key})
    assert refused.status_code == 403
    assert client.post(f"{task}/claim", headers={**bearer("tuan.ward"), **key}).status_code == 200


def test_a_refusal_is_not_kept(client: FlaskClient, filing: dict[str, Any]) -> None:
    """Whoever mends the fault outside the request may repeat it."""
    key = {"Idempotency-Key": str(uuid4())}
    faulty = {**filing, "receiving_unit": "TD-NOWHERE"}
    assert client.post("/api/v1/dossiers", json=faulty, headers=key).status_code == 404
    assert client.post("/api/v1/dossiers", json=filing, headers=key).status_code == 201


def test_nobody_who_reads_the_database_learns_the_applicant_s_link(
    client: FlaskClient, filing: dict[str, Any], city: City
) -> None:
    key = str(uuid4())
    link = client.post("/api/v1/dossiers", json=filing, headers={"Idempotency-Key": key}).json["link"]
    row = city.see(lambda session: session.scalars(select(IdempotencyRow)).one())
    kept = f"{row.key} {bytes.fromhex(row.body)!r} {row.headers}"
    assert key not in kept
    assert link not in kept


def test_answers_are_kept_for_a_day(
    make_app: Callable[[], Flask], filing: dict[str, Any], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_app().test_client()
    key = {"Idempotency-Key": str(uuid4())}
    first = client.post("/api/v1/dossiers", json=filing, headers=key).json
    city.later(hours=23)
    assert client.post("/api/v1/dossiers", json=filing, headers=key).json == first
    city.clock.moment += timedelta(hours=2)
    monkeypatch.setattr("api.idempotency._swept_at", -3600.0)  # as if this process had run for an hour
    assert client.post("/api/v1/dossiers", json=filing, headers=key).json != first


def test_a_task_is_completed_once_however_often_it_is_sent(
    client: FlaskClient, task: str, bearer: Bearer, city: City, filed: dict[str, Any]
) -> None:
    headers = {**bearer("tuan.ward"), "Idempotency-Key": str(uuid4())}
    first = client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=headers)
    again = client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=headers)
    assert (first.status_code, again.json) == (200, first.json)
    without = client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=bearer("tuan.ward"))
    assert (without.status_code, without.json["code"]) == (409, "task-not-open")
    assert "Ngô Anh Tuấn" in without.json["detail"]  # who was faster
    done = select(func.count()).select_from(JournalRow).where(JournalRow.type == "task:completed")
    assert city.see(lambda session: session.scalar(done)) == 1


def test_a_task_tells_its_version_and_refuses_a_stale_one(client: FlaskClient, task: str, bearer: Bearer) -> None:
    officer = bearer("tuan.ward")
    seen = client.get(task, headers=officer)
    assert seen.headers["ETag"] == f'"{seen.json["task"]["version"]}"'
    claimed = client.post(f"{task}/claim", headers={**officer, "If-Match": seen.headers["ETag"]})
    assert claimed.status_code == 200
    assert claimed.headers["ETag"] != seen.headers["ETag"]
    stale = {**officer, "If-Match": seen.headers["ETag"]}
    refused = client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=stale)
    assert (refused.status_code, refused.json["code"]) == (412, "stale-version")
    weak = {**officer, "If-Match": f"W/{claimed.headers['ETag']}"}  # as a compressing proxy makes it
    assert client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=weak).status_code == 200


@pytest.mark.parametrize("tag", ["3", '"abc"', '"1", "2"', '""'])
def test_a_tag_that_is_none_of_ours_matches_nothing(client: FlaskClient, task: str, bearer: Bearer, tag: str) -> None:
    assert client.post(f"{task}/claim", headers={**bearer("tuan.ward"), "If-Match": tag}).status_code == 412


def test_a_dossier_that_has_moved_on_is_not_withdrawn_by_who_saw_it_before(
    client: FlaskClient, filed: dict[str, Any], task: str, bearer: Bearer
) -> None:
    link, path = {"Motcua-Link": filed["link"]}, f"/api/v1/dossiers/{filed['dossier']['id']}"
    seen = client.get(path, headers=link).headers["ETag"]
    assert client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=bearer("tuan.ward")).status_code == 200
    refused = client.post(f"{path}/withdrawal", json={"reason": "Đổi ý"}, headers={**link, "If-Match": seen})
    assert refused.status_code == 412
    assert client.get(path, headers=link).json["state"] != "closed"


def test_of_many_tasks_each_stands_for_itself(
    client: FlaskClient, bearer: Bearer, filing: dict[str, Any], city: City
) -> None:
    officer, tasks = bearer("tuan.ward"), []
    for _ in range(2):
        dossier = client.post("/api/v1/dossiers", json=filing).json["dossier"]["id"]
        tasks.append(client.get(f"/api/v1/dossiers/{dossier}/tasks", headers=officer).json["items"][0])
    sent = {
        "tasks": [
            {"task_id": tasks[0]["id"], "answers": CERTIFY, "version": tasks[0]["version"]},
            {"task_id": str(uuid4()), "answers": {}},
            {"task_id": tasks[1]["id"], "answers": {"decision": "certify"}},
            {"task_id": tasks[1]["id"], "answers": CERTIFY, "version": 77},
        ]
    }
    headers = {**officer, "Idempotency-Key": str(uuid4())}
    told = client.post("/api/v1/tasks/complete", json=sent, headers=headers).json["outcomes"]
    assert [each["status"] for each in told] == [200, 404, 422, 412]
    assert [(each["problem"] or {}).get("code") for each in told] == [
        None, "not-found", "invalid-answers", "stale-version",
    ]  # fmt: skip
    again = client.post("/api/v1/tasks/complete", json=sent, headers=headers).json["outcomes"]
    assert again[0] == told[0]


def test_a_draft_survives_and_goes_with_the_task(client: FlaskClient, task: str, bearer: Bearer) -> None:
    officer = bearer("tuan.ward")
    half = {"decision": "certify"}
    kept = client.put(f"{task}/draft", json={"answers": half}, headers=officer)
    assert kept.json["answers"]["decision"] == "certify"
    shown = client.get(task, headers=officer).json
    assert shown["values"]["decision"] == "certify"
    assert shown["may_complete"] is True
    assert shown["form"]["components"]
    assert client.post(f"{task}/complete", json={"answers": CERTIFY}, headers=officer).status_code == 200
    assert client.get(task, headers=officer).json["may_complete"] is False
