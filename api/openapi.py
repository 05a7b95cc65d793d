"""The JSON API: its blueprints, its OpenAPI 3.1 description at /api/v1/openapi.json, its page at /api/docs."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, current_app, render_template
from flask_smorest import Api

from api.auth.access import Access, access_of, allow_public
from api.auth.identity import LINK_HEADER
from api.problems import MEDIA_TYPE
from api.routes import blueprints
from api.schemas.problem import ProblemSchema

PREFIX = "/api/v1"
_VARIABLE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")  # of a Flask rule
_METHODS = ("get", "post", "put", "patch", "delete")

_ABOUT = """\
Files, follows and resolves dossiers of administrative procedures.

**Who asks.** Officers and programs send `Authorization: Bearer <access token>` (made with `motcua token create`);
applicants send `Motcua-Link: <secret of the dossier's link>`. Pages of the site use their cookie and must send the
page's CSRF token in `X-CSRFToken` with every request that changes something.

**Errors** are RFC 9457 problem details, in the language of `Accept-Language` (vi, en).

**Changes that somebody else made.** Tasks and dossiers carry their version as `ETag`. `If-Match` with that value is
optional; where it is sent and the thing has changed since, the answer is 412 and nothing happens. A completed task is
never completed twice, with or without it.

**Repeating a request.** Every POST that files, completes or deploys takes an `Idempotency-Key` (16 to 128 visible
characters, best a UUID). The same key with the same content gives the first answer again within 24 hours
(`Idempotent-Replayed: true`); with other content the answer is 422.

**Lists** are pages of at most 100; `next` is the `cursor` of the page after it.
"""

page = Blueprint("api-docs", __name__)


class ProblemApi(Api):
    """flask-smorest whose errors are ours."""

    ERROR_SCHEMA = ProblemSchema  # type: ignore[assignment]  # flask-smorest has no types

    def _register_error_handlers(self) -> None:
        """`api.problems` answers errors for the whole application."""


def install(app: Flask) -> None:
    """Register the API's routes and their description."""
    app.config.update(API_TITLE="motcua", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api: Any = ProblemApi(app, spec_kwargs={"info": {"description": _ABOUT}})  # type: ignore[no-untyped-call]
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme("link", {"type": "apiKey", "in": "header", "name": LINK_HEADER})
    for blueprint in blueprints:
        api.register_blueprint(blueprint, url_prefix=PREFIX + (blueprint.url_prefix or ""))
    app.register_blueprint(page)
    app.extensions["motcua-openapi"] = api.spec


@page.get(f"{PREFIX}/openapi.json")
@allow_public
def openapi_json() -> dict[str, Any]:
    """The API in OpenAPI 3.1."""
    return description(current_app)


@page.get("/api/docs")
@allow_public
def docs() -> str:
    """The API for people: every operation, read from the description; explorable where the scripts are built."""
    spec = description(current_app)
    return render_template("api_docs.html", spec=spec, operations=list(_operations(spec)))


def description(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, with who may use each operation."""
    spec: dict[str, Any] = app.extensions["motcua-openapi"].to_dict()
    for response in spec["components"]["responses"].values():
        if "content" in response:
            response["content"] = {MEDIA_TYPE: next(iter(response["content"].values()))}
    allowed = _access_by_operation(app)
    for path, method, operation in _operations(spec):
        access = allowed[path, method]
        operation["security"] = _security(access)
        operation["x-allowed"] = str(access)
    return spec


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _access_by_operation(app: Flask) -> dict[tuple[str, str], Access]:
    found = {}
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if rule.rule.startswith(PREFIX) and access is not None:
            path = _VARIABLE.sub(r"{\1}", rule.rule)
            for method in rule.methods or ():
                found[path, method.lower()] = access
    return found


def _security(access: Access) -> list[dict[str, list[str]]]:
    known: list[dict[str, list[str]]] = [{"token": []}]
    if access.kind in {"public", "parties"} or "applicant" in access.roles:
        known.append({"link": []})
    return [*known, {}] if access.kind == "public" else known
