"""tus: a file that comes in several goes is the same paper as one that comes at once, and nobody else's meanwhile."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient

from api.settings import Settings
from api.walks.sample_papers import sample_pdf
from engine.clock import FixedClock

Bearer = Callable[[str], dict[str, str]]
PDF = sample_pdf("giấy tờ")
TUS = {"Tus-Resumable": "1.0.0"}
MINE = {**TUS, "Motcua-Upload-Key": "a secret of my own, long enough to be one"}
OTHERS = {**TUS, "Motcua-Upload-Key": "a secret of somebody else, as long as mine"}
CONTENT = "application/offset+octet-stream"


def _announce(
    client: FlaskClient, name: str = "Tờ trình.pdf", size: int = len(PDF), headers: dict[str, str] = MINE
) -> Any:
    told = {"Upload-Length": str(size), "Upload-Metadata": f"filename {b64encode(name.encode()).decode()},other eA=="}
    return client.post("/api/v1/uploads", headers={**headers, **told})


def _send(client: FlaskClient, address: str, offset: int, content: bytes, **more: str) -> Any:
    headers = {**MINE, "Upload-Offset": str(offset), **more}
    return client.patch(address, data=content, headers=headers, content_type=CONTENT)


def test_the_site_says_what_it_speaks(client: FlaskClient) -> None:
    told = client.options("/api/v1/uploads").headers
    assert told["Tus-Version"] == told["Tus-Resumable"] == "1.0.0"
    assert told["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert told["Tus-Max-Size"] == str(200 * 1024 * 1024)


def test_a_file_in_three_goes_becomes_one_paper(client: FlaskClient) -> None:
    begun = _announce(client)
    assert begun.status_code == 201, begun.text
    address = begun.headers["Location"]
    assert "Upload-Expires" in begun.headers
    assert _send(client, address, 0, PDF[:100]).headers["Upload-Offset"] == "100"
    stand = client.head(address, headers=MINE)
    assert (stand.headers["Upload-Offset"], stand.headers["Upload-Length"]) == ("100", str(len(PDF)))
    assert stand.headers["Cache-Control"] == "no-store"
    assert _send(client, address, 100, PDF[100:300]).status_code == 204
    last = _send(client, address, 300, PDF[300:])
    document = last.headers["Motcua-Document"]
    paper = client.get(f"/api/v1/documents/{document}", headers=MINE).json
    assert (paper["filename"], paper["media_type"], paper["sha256"]) == (
        "Tờ trình.pdf",
        "application/pdf",
        hashlib.sha256(PDF).hexdigest(),
    )
    # the answer to the last bytes may be lost: who asks is told again
    assert client.head(address, headers=MINE).headers["Motcua-Document"] == document
    assert _send(client, address, len(PDF), b"").headers["Motcua-Document"] == document


def test_nobody_else_can_see_continue_or_end_an_upload(client: FlaskClient, bearer: Bearer, city: City) -> None:
    address = _announce(client).headers["Location"]
    for headers in (OTHERS, {**TUS, **bearer("ha.control")}):
        assert client.head(address, headers=headers).status_code == 404
        assert (
            client.patch(address, data=PDF, headers={**headers, "Upload-Offset": "0"}, content_type=CONTENT).status_code
            == 404
        )
        assert client.delete(address, headers=headers).status_code == 404
    assert client.head(address, headers=TUS).status_code == 422  # nobody: there is no upload of nobody
    assert client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "5"}).status_code == 422


def test_a_file_too_large_is_refused_before_a_byte_of_it(make_app: Callable[..., Flask], settings: Settings) -> None:
    client = make_app(replace(settings, upload_limit=2 * 1024 * 1024)).test_client()
    refused = _announce(client, size=2 * 1024**3)
    assert (refused.status_code, refused.json["code"]) == (413, "file-too-large")
    assert "2 MB" in refused.json["detail"]
    assert refused.json["limit"] == 2 * 1024 * 1024


@pytest.mark.parametrize("name", ["virus.exe", "trang.html", "../../etc/passwd", "không đuôi"])
def test_a_name_that_no_paper_has_is_refused_before_a_byte_of_it(client: FlaskClient, name: str) -> None:
    refused = _announce(client, name)
    assert (refused.status_code, refused.json["code"]) == (415, "file-kind-refused")


def test_a_program_under_the_name_of_a_paper_is_refused_when_it_is_whole(client: FlaskClient) -> None:
    program = b"MZ\x90\x00" + bytes(400)
    address = _announce(client, "hồ sơ.pdf", len(program)).headers["Location"]
    refused = _send(client, address, 0, program)
    assert (refused.status_code, refused.json["code"]) == (415, "file-kind-refused")
    assert "PDF" in refused.json["detail"]
    assert client.head(address, headers=MINE).status_code == 404  # and nothing of it is kept


def test_a_name_with_folders_and_control_characters_loses_them(client: FlaskClient) -> None:
    address = _announce(client, "../..\\a/\u202egpj\r\nX: y.pdf").headers["Location"]
    document = _send(client, address, 0, PDF).headers["Motcua-Document"]
    kept = client.get(f"/api/v1/documents/{document}", headers=MINE).json["filename"]
    assert kept == "gpjX y.pdf"


def test_bytes_that_do_not_follow_on_are_refused(client: FlaskClient) -> None:
    address = _announce(client).headers["Location"]
    _send(client, address, 0, PDF[:100])
    refused = _send(client, address, 50, PDF[50:])
    assert (refused.status_code, refused.json["received"]) == (409, 100)
    assert client.head(address, headers=MINE).headers["Upload-Offset"] == "100"


def test_more_bytes_than_announced_are_refused(client: FlaskClient) -> None:
    address = _announce(client).headers["Location"]
    assert _send(client, address, 0, PDF + b"more").status_code == 413


def test_damaged_bytes_are_not_counted(client: FlaskClient) -> None:
    address = _announce(client).headers["Location"]
    right = b64encode(hashlib.sha1(PDF).digest()).decode()
    damaged = _send(client, address, 0, PDF[:-1] + b"?", **{"Upload-Checksum": f"sha1 {right}"})
    assert (damaged.status_code, damaged.json["code"]) == (460, "checksum-mismatch")
    assert client.head(address, headers=MINE).headers["Upload-Offset"] == "0"
    assert "Motcua-Document" in _send(client, address, 0, PDF, **{"Upload-Checksum": f"sha1 {right}"}).headers
    unknown = _announce(client).headers["Location"]
    assert _send(client, unknown, 0, PDF, **{"Upload-Checksum": "crc32 AAAA"}).status_code == 422


def test_an_upload_that_is_ended_is_gone(client: FlaskClient) -> None:
    address = _announce(client).headers["Location"]
    _send(client, address, 0, PDF[:100])
    assert client.delete(address, headers=MINE).status_code == 204
    assert client.head(address, headers=MINE).status_code == 404


def test_an_upload_lapses_a_day_after_its_last_byte(client: FlaskClient, city: City) -> None:
    address = _announce(client).headers["Location"]
    clock = city.platform.clock
    assert isinstance(clock, FixedClock)
    clock.moment += timedelta(hours=23)
    _send(client, address, 0, PDF[:100])
    clock.moment += timedelta(hours=23)
    assert client.head(address, headers=MINE).status_code == 200
    clock.moment += timedelta(hours=2)
    assert _send(client, address, 100, PDF[100:]).status_code == 410


def test_other_versions_and_other_contents_are_refused(client: FlaskClient) -> None:
    address = _announce(client).headers["Location"]
    wrong = client.head(address, headers={**MINE, "Tus-Resumable": "0.2.2"})
    assert (wrong.status_code, wrong.headers["Tus-Version"]) == (412, "1.0.0")
    assert client.patch(address, data=PDF, headers={**MINE, "Upload-Offset": "0"}).status_code == 415
    assert client.post("/api/v1/uploads", headers={**MINE, "Upload-Length": "-5"}).status_code == 422
    assert client.post("/api/v1/uploads", headers={**MINE, "Upload-Length": "0"}).status_code == 422


def test_who_can_only_post_says_which_method_is_meant(client: FlaskClient) -> None:
    address = _announce(client).headers["Location"]
    headers = {**MINE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    sent = client.post(address, data=PDF, headers=headers, content_type=CONTENT)
    assert "Motcua-Document" in sent.headers
    assert client.post(address, headers=MINE).status_code == 422


def test_an_officers_upload_needs_the_pages_token(client: FlaskClient, signed_in: Callable[[str], str]) -> None:
    token = signed_in("lan.reception")
    assert _announce(client, headers=TUS).status_code == 400  # another site could cause this
    assert _announce(client, headers={**TUS, "X-CSRFToken": token}).status_code == 201
