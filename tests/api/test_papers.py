"""Papers: what is taken, who may read them, and how they are handed out."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from city import ROOT, City
from flask import Flask
from flask.testing import FlaskClient

from api.settings import Settings
from api.walks.sample_papers import sample_pdf
from engine.history import journal
from engine.runtime.bundle import Bundle

Bearer = Callable[[str], dict[str, str]]
PDF = sample_pdf("giấy tờ")
MINE = {"Motcua-Upload-Key": "a secret of my own, long enough to be one"}
PLAN = "detailed_plan_adjustment"


def _send(client: FlaskClient, content: bytes, name: str, headers: dict[str, str], path: str = "/documents") -> Any:
    sent = {"file": (io.BytesIO(content), name)}
    return client.post(f"/api/v1{path}", data=sent, headers=headers, content_type="multipart/form-data")


def test_a_paper_waits_for_its_sender_alone_until_a_filing_names_it(
    client: FlaskClient, city: City, bearer: Bearer
) -> None:
    city.deploy(Bundle.find(ROOT, PLAN))
    sent = _send(client, PDF, "Tờ trình số 1.pdf", MINE)
    assert sent.status_code == 201, sent.text
    assert (sent.json["filename"], sent.json["media_type"]) == ("Tờ trình số 1.pdf", "application/pdf")
    path = f"/api/v1/documents/{sent.json['id']}"
    assert client.get(path, headers=MINE).status_code == 200
    assert client.get(path).status_code == 404
    assert client.get(path, headers=bearer("ha.control")).status_code == 404  # sees every dossier; this is in none

    application = city.walk_file(PLAN, "approved")["application"]
    for key, value in application.items():
        if isinstance(value, list) and str(value[0]).startswith("@"):
            application[key] = [sent.json["id"]]
    stranger = client.post("/api/v1/dossiers", json={"procedure_key": PLAN, "answers": application})
    assert stranger.status_code == 422  # who did not send it cannot name it
    filed = client.post("/api/v1/dossiers", json={"procedure_key": PLAN, "answers": application}, headers=MINE)
    assert filed.status_code == 201, filed.text

    assert client.get(path, headers=bearer("ha.control")).status_code == 200
    assert client.get(path, headers={"Motcua-Link": filed.json["link"]}).status_code == 200
    assert client.get(path, headers=MINE).status_code == 404  # it is the dossier's now
    assert client.get(path, headers=bearer("tuan.ward")).status_code == 404
    told = client.get(f"/api/v1/dossiers/{filed.json['dossier']['id']}/documents", headers=bearer("lan.reception"))
    assert [each["id"] for each in told.json["items"]] == [sent.json["id"]]


def test_a_paper_is_handed_out_to_be_saved_never_to_be_shown(client: FlaskClient) -> None:
    sent = _send(client, PDF, "bản vẽ; <số 2>.pdf", MINE).json
    answer = client.get(f"/api/v1/documents/{sent['id']}/content", headers=MINE)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''b%E1%BA%A3n")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert int(answer.headers["Content-Length"]) == len(PDF)


def test_what_is_not_on_the_list_is_refused(client: FlaskClient) -> None:
    refused = _send(client, b"<html><script>alert(1)</script></html>", "page.html", MINE)
    assert (refused.status_code, refused.json["code"]) == (415, "file-kind-refused")
    assert "PDF" in refused.json["detail"]
    assert ".html" in refused.json["detail"]


def test_a_paper_larger_than_the_limit_is_refused(make_app: Callable[..., Flask], settings: Settings) -> None:
    client = make_app(replace(settings, upload_limit=200_000)).test_client()
    refused = _send(client, PDF + b"\0" * 200_000, "large.pdf", MINE)
    assert (refused.status_code, refused.json["code"]) == (413, "file-too-large")
    huge = client.post("/api/v1/documents", data=b"\0" * 2_000_000, headers=MINE, content_type="multipart/form-data")
    assert (huge.status_code, huge.mimetype) == (413, "application/problem+json")


def test_an_unknown_sender_needs_a_secret_of_their_own(client: FlaskClient) -> None:
    assert _send(client, PDF, "a.pdf", {}).status_code == 422
    assert _send(client, PDF, "a.pdf", {"Motcua-Upload-Key": "short"}).status_code == 422


def test_the_same_upload_again_is_one_paper(client: FlaskClient) -> None:
    headers = {**MINE, "Idempotency-Key": str(uuid4())}
    first, again = (_send(client, PDF, "a.pdf", headers).json for _ in range(2))
    assert first == again
    assert _send(client, PDF, "b.pdf", headers).status_code == 422


def test_a_paper_added_to_a_dossier_stands_in_its_history(
    client: FlaskClient, city: City, filed: dict[str, Any], bearer: Bearer
) -> None:
    path = f"/dossiers/{filed['dossier']['id']}/documents"
    assert _send(client, PDF, "a.pdf", bearer("minh.case"), path).status_code == 404
    assert _send(client, PDF, "a.pdf", bearer("ha.control"), path).status_code == 403
    added = _send(client, PDF, "bổ sung.pdf", {"Motcua-Link": filed["link"]}, path)
    assert added.status_code == 201
    entries = client.get(f"/api/v1/dossiers/{filed['dossier']['id']}/history", headers=bearer("tuan.ward")).json[
        "items"
    ]
    noted = [entry["payload"] for entry in entries if entry["type"] == "document:attached"]
    assert [note["sha256"] for note in noted] == [added.json["sha256"]]
    assert all(journal.digest(entry["entry"]) == entry["hash"] for entry in entries)
