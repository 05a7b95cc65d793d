"""Over the API: what a dossier was, its way through the diagram, its days, archive and comments, who looked."""

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from city import City
from flask.testing import FlaskClient

from engine.history.archive_check import check
from engine.persistence.tables import DossierRow

SIMPLE = "certified_copy"
Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def dossier(city: City) -> DossierRow:
    """A dossier that has gone all its way."""
    return city.walk(city.walk_file(SIMPLE, "handed_over"))


def get(client: FlaskClient, dossier: DossierRow, path: str, who: dict[str, str], status: int = 200) -> Any:
    answer = client.get(f"/api/v1/dossiers/{dossier.id}/{path}", headers=who)
    assert answer.status_code == status, answer.text
    return answer.json


def test_the_past_is_told_by_entry_and_by_moment(
    client: FlaskClient, city: City, dossier: DossierRow, bearer: Bearer
) -> None:
    auditor = bearer("ha.control")
    now = get(client, dossier, "history/at", auditor)
    assert (now["entry"], now["outcome"], now["tasks"]) == (dossier.journal_seq, "granted", [])
    first = get(client, dossier, "history/at?entry=1", auditor)
    assert (first["state"], first["progress"], first["due_at"]) == ("filed", 0, None)
    assert first["data"]["application"]["applicant_name"] == dossier.applicant_name
    moment = city.clock.now().isoformat().replace("+", "%2B")
    assert get(client, dossier, f"history/at?moment={moment}", auditor) == {**now, "at": get_at(now, city)}
    assert "hãy chọn một trong số đó" in str(get(client, dossier, "history/at?entry=9999", auditor, 404))
    get(client, dossier, "history/at?entry=0", auditor, 422)
    get(client, dossier, f"history/at?entry=1&moment={moment}", auditor, 422)
    looks = get(client, dossier, "looks", auditor)["items"]
    assert {look["what"] for look in looks} == {"past"}


def get_at(_now: dict[str, Any], city: City) -> str:
    """The instant that was asked for."""
    return city.clock.now().astimezone(city.platform.zone).isoformat()


def test_steps_say_what_is_done_now_and_ahead(client: FlaskClient, city: City, bearer: Bearer) -> None:
    under_way = city.walk(city.walk_file(SIMPLE, "handed_over"), until="certify")
    officer = bearer("tuan.ward")
    steps = {each["id"]: each for each in get(client, under_way, "steps", officer)["items"]}
    assert steps["compare"]["standing"] == "done"
    assert steps["certify"]["standing"] == "now"
    assert {each["standing"] for each in steps.values()} == {"done", "now", "ahead"}
    [turn] = steps["compare"]["turns"]
    assert turn["person"]
    assert turn["end"]
    ended = city.walk(city.walk_file(SIMPLE, "refused"))
    assert "passed-by" in {each["standing"] for each in get(client, ended, "steps", officer)["items"]}


def test_days_are_told_by_unit(client: FlaskClient, dossier: DossierRow, bearer: Bearer) -> None:
    days = get(client, dossier, "days", bearer("tuan.ward"))
    assert days["unit"]
    assert {each["unit"] for each in days["items"]} == {"TD-P-HB"}
    assert all(each["used"] == sum(step["used"] for step in each["steps"]) for each in days["items"])
    assert sum(each["used"] for each in days["items"]) <= days["consumed"] <= days["allowed"]


def test_an_archive_is_taken_and_that_is_recorded(client: FlaskClient, dossier: DossierRow, bearer: Bearer) -> None:
    auditor = bearer("ha.control")
    answer = client.get(f"/api/v1/dossiers/{dossier.id}/archive", headers=auditor)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].endswith(f"{dossier.code}.zip")
    report = check(io.BytesIO(answer.data), dossier.journal_head)
    assert {fault.part.split("/")[0] for fault in report.faults} <= {"papers"}  # the walk's papers are in no store
    assert (report.code, report.head) == (dossier.code, dossier.journal_head)
    [look] = get(client, dossier, "looks", auditor)["items"]
    assert (look["person"], look["what"]) == ("ha.control", "archive")


@pytest.mark.parametrize("path", ["history/at", "archive", "looks"])
def test_whole_histories_are_for_those_who_control_and_lead(
    client: FlaskClient, dossier: DossierRow, bearer: Bearer, path: str
) -> None:
    get(client, dossier, path, bearer("tuan.ward"), 403)


def test_comments_are_said_reworded_and_read(client: FlaskClient, dossier: DossierRow, bearer: Bearer) -> None:
    officer, auditor = bearer("tuan.ward"), bearer("ha.control")
    url = f"/api/v1/dossiers/{dossier.id}/comments"
    key = {"Idempotency-Key": "the-same-comment-once"}
    sent = {"text": "Xem giúp @ha.control, @nobody"}
    first = client.post(url, json=sent, headers={**officer, **key})
    again = client.post(url, json=sent, headers={**officer, **key})
    assert (first.status_code, first.json) == (201, again.json)
    assert first.json["untold"] == ["@nobody"]
    comment = f"{url}/{first.json['id']}"
    assert client.put(comment, json={"text": "Khác"}, headers=auditor).status_code == 403
    assert client.put(comment, json={"text": "Xong rồi"}, headers=officer).status_code == 200
    assert client.put(f"{url}/{uuid4()}", json={"text": "Xong"}, headers=officer).status_code == 404
    [one] = client.get(url, headers=auditor).json["items"]
    assert (one["text"], [each["text"] for each in one["wordings"]]) == ("Xong rồi", [sent["text"], "Xong rồi"])
    assert client.post(url, json={"text": "\u202e \n"}, headers=officer).status_code == 422


def test_an_applicant_meets_no_comment_anywhere(client: FlaskClient, filed: dict[str, Any], bearer: Bearer) -> None:
    dossier, link = filed["dossier"]["id"], filed["link"]
    secret = "Bí mật giữa các cán bộ"
    url = f"/api/v1/dossiers/{dossier}/comments"
    assert client.post(url, json={"text": secret}, headers=bearer("tuan.ward")).status_code == 201
    own = {"Motcua-Link": link}
    for path in ("comments", "history", "steps", "days", "history/at", "archive", "looks"):
        assert client.get(f"/api/v1/dossiers/{dossier}/{path}", headers=own).status_code == 403, path
    assert client.post(url, json={"text": "Tôi"}, headers=own).status_code == 403
    for path in (
        f"/api/v1/dossiers/{dossier}",
        f"/api/v1/dossiers/{dossier}/data",
        f"/api/v1/dossiers/{dossier}/clock",
    ):
        answer = client.get(path, headers=own)
        assert answer.status_code == 200
        assert secret not in answer.text
    for path in (f"/my/{link}/", f"/my/{link}/receipt", f"/my/{link}/notices"):
        assert secret not in client.get(path, follow_redirects=True).get_data(as_text=True)
