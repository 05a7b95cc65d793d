"""The OpenAPI description says what the API does: random requests made from it get answers that it describes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EACH = 6  # requests for each operation, asker and database
ASKERS = ["tam.operator", "applicant"]


@schemathesis.serializer("application/zip")
def _as_it_is(_context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_the_description_is_openapi_3_1_and_names_who_may_do_what(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    operations = [op for item in spec["paths"].values() for op in item.values() if isinstance(op, dict)]
    assert len(operations) > 25
    assert all(operation["x-allowed"] and operation["summary"] for operation in operations)
    problems = spec["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert list(problems) == ["application/problem+json"]
    listing = spec["paths"]["/api/v1/dossiers"]
    assert {} in listing["post"]["security"]  # everybody may file
    assert listing["get"]["security"] == [{"token": []}]


def test_the_page_lists_every_operation_without_anything_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/api/docs").text
    spec = client.get("/api/v1/openapi.json").json
    assert all(path in page for path in spec["paths"])
    assert "https://" not in page
    assert "//cdn" not in page


@pytest.mark.parametrize("asker", ASKERS)
def test_whatever_is_sent_is_answered_as_described(
    app: Flask, bearer: Callable[[str], dict[str, str]], filed: dict[str, Any], asker: str
) -> None:
    headers = {"Motcua-Link": str(filed["link"])} if asker == "applicant" else bearer(asker)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    known = {"dossier_id": filed["dossier"]["id"], "key": "certified_copy"}
    for found in schema.get_all_operations():
        _try(found.ok(), headers, known)


def _try(operation: Any, headers: dict[str, str], known: dict[str, str]) -> None:
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(), at_home=st.booleans())
    def ask(case: Any, at_home: bool) -> None:
        if at_home:  # things that are there, or every path would lead nowhere
            case.path_parameters.update({name: known[name] for name in known if name in case.path_parameters})
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()


def test_the_description_is_the_same_every_time(app: Flask) -> None:
    first, second = (app.test_client().get("/api/v1/openapi.json").text for _ in range(2))
    assert json.loads(first) == json.loads(second)
