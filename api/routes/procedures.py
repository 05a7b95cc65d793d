"""Procedures: what can be filed, and deploying new versions."""

from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from api.auth import allow, allow_public
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.routes.common import actor, parameters
from api.schemas.procedures import FindingsSchema, ProcedureDetailSchema, ProcedureListSchema, VersionSchema
from api.site import site
from engine import procedures
from engine.model import Role
from engine.persistence.tables import ProcedureVersionRow
from engine.runtime.bundle import Bundle

blueprint = Blueprint("api-procedures", __name__, url_prefix="/procedures", description="Procedures and their versions")

_ZIP = {
    "requestBody": {
        "required": True,
        "description": "the procedure's folder as a ZIP: procedure.toml, process.bpmn, forms/…",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@blueprint.route("")
@blueprint.response(200, ProcedureListSchema)
@allow_public
def list_procedures() -> dict[str, Any]:
    """The procedures that can be filed today."""
    with read() as session:
        return {"items": [_told(session, version) for version in procedures.offered(session, site().platform.today())]}


@blueprint.route("/<string:key>")
@blueprint.response(200, ProcedureDetailSchema)
@allow_public
def read_procedure(key: str) -> dict[str, Any]:
    """The version of a procedure that governs today, with its start form."""
    with read() as session:
        version = procedures.governing_version(session, key, site().platform.today())
        loaded = procedures.loaded(session, version.id)
        form = orjson.loads(loaded.bundle.files[f"forms/{loaded.start_form}.form.json"])
        return {**_told(session, version), "facts": version.facts, "start_form": form}


@blueprint.route("/check", methods=["POST"])
@blueprint.doc(**_ZIP)
@blueprint.response(200, FindingsSchema)
@allow(Role.PROCESS_DESIGNER, Role.OPERATOR)
def check_procedure() -> dict[str, Any]:
    """What is wrong with a procedure's files; nothing is written."""
    found = procedures.check(Bundle.from_zip(request.get_data()), frozenset(site().platform.services))
    return {"deployable": not any(finding.error for finding in found), "findings": found}


@blueprint.route("", methods=["POST"], parameters=parameters())
@blueprint.doc(**_ZIP)
@blueprint.response(201, VersionSchema)
@allow(Role.PROCESS_DESIGNER, Role.OPERATOR)
def deploy_procedure() -> Response:
    """Make the files the newest version of their procedure; the same files again make no new version."""
    bundle = Bundle.from_zip(request.get_data())

    def work(session: Session) -> Reply:
        version = procedures.deploy(session, site().platform, actor(), bundle)
        return Reply(VersionSchema().dump(version), 201)

    return answer_once(work)


def _told(session: Session, version: ProcedureVersionRow) -> dict[str, Any]:
    procedure = procedures.loaded(session, version.id)
    return {
        "key": version.procedure_key,
        "title": {lang: procedure.title(lang) for lang in ("vi", "en")},
        "version": version,
    }
