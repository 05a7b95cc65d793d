"""Deny by default: every route says who may use it, and the list of all of them is kept here."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.auth.access import Access, access_of, routes
from api.settings import Settings
from engine.model import Actor, Role

LIST = Path(__file__).with_name("who_may_use_what.txt")
NOBODY_IN_PARTICULAR = Actor(id=uuid4(), name="Người không có vai trò")
APPLICANT = Actor(id=None, name="Người nộp", dossier_id=uuid4())
OFFICER = Actor(id=uuid4(), name="Cán bộ", roles=frozenset({(Role.CASE_OFFICER, "TD-QHXD")}))


@pytest.fixture(scope="module")
def any_app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application whose database nobody asks."""
    folder = tmp_path_factory.mktemp("routes")
    return create_app(Settings(f"sqlite:///{sqlite_template}", "k" * 32, folder))


def test_every_route_is_on_the_list_with_who_may_use_it(any_app: Flask) -> None:
    """Whoever adds or opens a route changes this list too, and a reviewer sees it. After a change:
    `motcua routes > tests/api/who_may_use_what.txt`."""
    found = [f"{route.methods}  {route.path}  {route.access}" for route in routes(any_app)]
    kept = [re.sub(" {2,}", "  ", line) for line in LIST.read_text(encoding="utf-8").splitlines()]
    assert found == kept


def test_no_route_is_undeclared(any_app: Flask) -> None:
    assert [rule.endpoint for rule in any_app.url_map.iter_rules() if not access_of(any_app, rule.endpoint)] == []


def test_a_route_that_nobody_has_declared_is_refused_to_everybody(app: Flask) -> None:
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/api/v1/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_what_is_not_public_asks_the_unknown_who_they_are(any_app: Flask) -> None:
    client = any_app.test_client()
    for rule in any_app.url_map.iter_rules():
        access = access_of(any_app, rule.endpoint)
        if access is None or access.kind in {"public", "operator-or-this-machine"}:
            continue
        path = re.sub(r"<uuid:[^>]+>", str(uuid4()), rule.rule)
        path = re.sub(r"<[^>]+>", "x", re.sub(r"<int:[^>]+>", "1", path))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            asked = answer.status_code == 401 or "/sign-in?next=" in answer.headers.get("Location", "")
            assert asked, (method, path, answer.status_code)


@pytest.mark.parametrize(
    ("access", "nobody", "person", "applicant", "officer"),
    [
        (Access("public"), True, True, True, True),
        (Access("signed-in"), False, True, False, True),
        (Access("parties"), False, True, True, True),
        (Access("roles", frozenset({Role.CASE_OFFICER})), False, False, False, True),
        (Access("roles", frozenset({Role.APPLICANT})), False, False, True, False),
        (Access("roles", frozenset({Role.OPERATOR})), False, False, False, False),
    ],
    ids=lambda value: str(value) if isinstance(value, Access) else "",
)
def test_a_declaration_lets_in_whom_it_names(
    access: Access, nobody: bool, person: bool, applicant: bool, officer: bool
) -> None:
    admitted = [access.admits(who) for who in (None, NOBODY_IN_PARTICULAR, APPLICANT, OFFICER)]
    assert admitted == [nobody, person, applicant, officer]


def test_an_officer_does_not_reach_what_belongs_to_operators(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    assert client.get("/api/v1/incidents", headers=bearer("minh.case")).status_code == 403
    assert client.get("/api/v1/incidents", headers=bearer("tam.operator")).status_code == 200


def test_a_dossier_of_another_unit_is_not_found(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], filed: dict[str, dict[str, str]]
) -> None:
    """Not even that it exists is told."""
    path = f"/api/v1/dossiers/{filed['dossier']['id']}"
    assert client.get(path, headers=bearer("minh.case")).status_code == 404
    assert client.get(path, headers=bearer("tuan.ward")).status_code == 200
    assert client.get("/api/v1/dossiers", headers=bearer("minh.case")).json == {"items": [], "next": None}


def test_an_applicant_s_link_opens_one_dossier_and_no_list(
    client: FlaskClient, filed: dict[str, dict[str, str]]
) -> None:
    link = {"Motcua-Link": str(filed["link"])}
    assert client.get(f"/api/v1/dossiers/{filed['dossier']['id']}", headers=link).status_code == 200
    assert client.get(f"/api/v1/dossiers/{uuid4()}", headers=link).status_code == 404
    assert client.get("/api/v1/dossiers", headers=link).status_code == 403
    assert client.get(f"/api/v1/dossiers/{filed['dossier']['id']}/history", headers=link).status_code == 403


def test_an_applicant_reads_only_what_the_applicant_has_written(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], filed: dict[str, dict[str, str]]
) -> None:
    dossier, link = filed["dossier"]["id"], {"Motcua-Link": str(filed["link"])}
    officer = bearer("tuan.ward")
    task = client.get(f"/api/v1/dossiers/{dossier}/tasks", headers=officer).json["items"][0]
    answers = {"decision": "certify", "pages": 3, "copies": 2}
    assert client.post(f"/api/v1/tasks/{task['id']}/complete", json={"answers": answers}, headers=officer).json
    seen = client.get(f"/api/v1/dossiers/{dossier}/data", headers=officer).json["data"]
    assert {"application", "compare"} <= set(seen)
    assert set(client.get(f"/api/v1/dossiers/{dossier}/data", headers=link).json["data"]) == {"application"}
    assert client.get(f"/api/v1/dossiers/{dossier}/tasks", headers=link).json["items"] == []


def test_measurements_are_for_this_machine_and_operators(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    assert client.get("/metrics").status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", environ_overrides=elsewhere).status_code == 401
    proxied = {"X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics", headers=proxied).status_code == 401
    told = client.get("/metrics", environ_overrides=elsewhere, headers=bearer("tam.operator"))
    assert "motcua_open_incidents 0.0" in told.text
    assert 'route="/metrics"' in client.get("/metrics").text
