"""What goes wrong is told as RFC 9457 says, in the reader's language, with the way out."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from api.auth.access import declare

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


def test_a_problem_has_the_standard_members_and_the_request_s_id(client: FlaskClient) -> None:
    answer = client.get("/api/v1/procedures/nothing", headers={"X-Request-ID": "my-request-1"})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "urn:motcua:problem:not-found",
        "title": "Không tìm thấy.",
        "status": 404,
        "detail": "Không có phiên bản nào của thủ tục 'nothing' có hiệu lực ngày 23/11/2026.",
        "code": "not-found",
        "request_id": "my-request-1",
    }
    assert answer.headers["X-Request-ID"] == "my-request-1"


@pytest.mark.parametrize(("asked", "told"), [({}, "vi"), (ENGLISH, "en"), ({"Accept-Language": "fr"}, "vi")])
def test_the_language_is_the_reader_s_and_vietnamese_otherwise(
    client: FlaskClient, asked: dict[str, str], told: str
) -> None:
    answer = client.get("/api/v1/me", headers=asked)
    assert answer.headers["Content-Language"] == told
    assert answer.json["title"] == {"vi": "Cần đăng nhập.", "en": "You have to say who you are."}[told]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_fault_of_a_body_is_told_with_its_place(client: FlaskClient) -> None:
    sent = {"procedure_key": 7, "answers": {}, "chanel": "online"}
    answer = client.post("/api/v1/dossiers", json=sent, headers=ENGLISH)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json["errors"]} == {"#/procedure_key", "#/chanel"}
    assert {error["detail"] for error in answer.json["errors"]} == {"Not a valid string.", "Unknown field."}
    in_vietnamese = client.post("/api/v1/dossiers", json=sent).json["errors"]
    assert {error["detail"] for error in in_vietnamese} == {"Phải là chữ.", "Không có trường này."}


def test_answers_that_break_the_form_s_rules_point_into_the_answers(client: FlaskClient) -> None:
    answer = client.post("/api/v1/dossiers", json={"procedure_key": "certified_copy", "answers": {"pages": -1}})
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid-answers"
    pointers = {error["pointer"] for error in answer.json["errors"]}
    assert {"#/answers/applicant_name", "#/answers/pages"} <= pointers
    assert all(error["detail"] for error in answer.json["errors"])


def test_a_body_that_is_no_json_is_a_bad_request(client: FlaskClient) -> None:
    answer = client.post("/api/v1/dossiers", data="{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_a_method_that_is_not_allowed_keeps_its_list_of_those_that_are(client: FlaskClient) -> None:
    answer = client.delete("/api/v1/procedures")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["Allow"].split(",")}
    assert answer.mimetype == "application/problem+json"


def test_a_page_tells_its_errors_as_a_page(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "Không tìm thấy" in answer.text


def test_an_unexpected_fault_is_told_without_its_inside(make_app: Callable[[], Flask]) -> None:
    app = make_app()

    def broken() -> str:
        raise KeyError("a secret of the inside")

    app.add_url_rule("/api/v1/broken", "broken", broken)
    declare(app, "broken")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/api/v1/broken", headers=ENGLISH)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_a_busy_database_is_no_fault_of_the_officer(make_app: Callable[[], Flask]) -> None:
    app = make_app()

    def locked() -> str:
        raise OperationalError("UPDATE dossier", {}, Exception("database is locked"))

    app.add_url_rule("/api/v1/locked", "locked", locked)
    declare(app, "locked")
    answer = app.test_client().get("/api/v1/locked")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "locked" not in answer.json["detail"]
    assert answer.json["detail"] == "Chưa có gì được ghi. Hãy thử lại."


QUERIES = [
    *("limit=0", "limit=101", "limit=ten", "limit=99999999999999999999"),
    *("cursor=abc", "cursor=WyIyMDI2Il0=", "state=lost", "text=%00", "unknown=1"),
]


def test_a_list_refuses_what_it_does_not_understand(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    control = bearer("ha.control")
    for query in QUERIES:
        answer = client.get(f"/api/v1/dossiers?{query}", headers=control)
        assert answer.status_code == 422, (query, answer.text)
        assert answer.json["errors"][0]["parameter"] == query.split("=")[0]
