"""Dossiers: file, list, read, withdraw, stop."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow, allow_parties, allow_public, allow_signed_in, current_actor
from api.auth.uploads import upload_key
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.preconditions import etag, expected_version
from api.routes.common import ETAG, actor, note_look, page, parameters
from api.schemas.dossiers import (
    DataSchema,
    DossierDetail,
    DossierPage,
    DossierQuery,
    DossierSchema,
    FiledSchema,
    FilingSchema,
    MessageSchema,
)
from api.schemas.tasks import TaskList
from api.site import site
from engine import dossiers, papers, portal_status
from engine.dossiers import STOP, WITHDRAWAL, Filing
from engine.model import Role
from engine.persistence import dossiers as stored
from engine.persistence import tasks
from engine.persistence.dossiers import DossierFilter
from engine.persistence.tables import DossierRow
from engine.procedures import pinned

blueprint = Blueprint("api-dossiers", __name__, url_prefix="/dossiers", description="Dossiers")


@blueprint.route("", methods=["POST"], parameters=parameters())
@blueprint.arguments(FilingSchema)
@blueprint.response(201, FiledSchema)
@allow_public
def file_dossier(filing: dict[str, Any]) -> Response:
    """File a dossier: a citizen online, or a reception officer for somebody at the desk or by post."""
    filer, uploads = current_actor(), upload_key()
    if filer is not None and filer.dossier_id is not None:
        filer = None  # the link of one dossier says nothing about who files another

    def work(session: Session) -> Reply:
        wanted = Filing(**filing, uploader_key=uploads)
        filed = dossiers.file(session, site().platform, filer, wanted)
        told = FiledSchema().dump(filed)
        return Reply(told, 201, {"Location": f"/api/v1/dossiers/{filed.dossier.id}", **etag(filed.dossier.version)})

    return answer_once(work)


@blueprint.route("")
@blueprint.arguments(DossierQuery, location="query")
@blueprint.response(200, DossierPage)
@allow_signed_in
def list_dossiers(query: dict[str, Any]) -> dict[str, Any]:
    """The dossiers that you may see, newest first."""
    narrowed = DossierFilter(
        procedure_key=query["procedure_key"],
        state=query["state"].value if query["state"] else "",
        text=query["text"],
        overdue_at=site().platform.now() if query["overdue"] else None,
        with_incident=query["with_incident"],
    )
    with read() as session:
        rows = stored.listing(session, actor(), narrowed, after=query.get("cursor"), limit=query["limit"] + 1)
    return page(rows, query["limit"], lambda row: (row.submitted_at, row.id))


@blueprint.route("/<uuid:dossier_id>")
@blueprint.response(200, DossierDetail, headers=ETAG)
@allow_parties
def read_dossier(dossier_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """A dossier that you may see, with its status at the national portal and its papers as the desk checked them."""
    with read() as session:
        dossier = stored.get(session, actor(), dossier_id)
        return _detail(session, dossier), etag(dossier.version)


def _detail(session: Session, dossier: DossierRow) -> dict[str, Any]:
    status = portal_status.of_dossier(session, dossier)
    title = portal_status.TITLES[status]
    own = {name: getattr(dossier, name) for name in DossierSchema().fields}
    seen = papers.checked(stored.data_of(session, dossier.id)).values()
    return {**own, "papers": list(seen), "portal_status": {"code": status.value, "vi": title.vi, "en": title.en}}


@blueprint.route("/<uuid:dossier_id>/data")
@blueprint.response(200, DataSchema)
@allow_parties
def read_data(dossier_id: UUID) -> dict[str, Any]:
    """What the dossier says, by the form that gave it. An applicant reads what the applicant has filed."""
    asking = actor()
    with read() as session:
        dossier = stored.get(session, asking, dossier_id)
        data = stored.data_of(session, dossier_id)
        if asking.dossier_id is not None:
            own = {task.data_key for task in tasks.of_dossier(session, dossier_id) if task.role == Role.APPLICANT}
            own.add(pinned(session, dossier).start_form)
            data = {key: value for key, value in data.items() if key in own}
    note_look(dossier_id, "data")
    return {"data": data}


@blueprint.route("/<uuid:dossier_id>/tasks")
@blueprint.response(200, TaskList)
@allow_parties
def list_tasks_of_dossier(dossier_id: UUID) -> dict[str, Any]:
    """The tasks of a dossier, oldest first; an applicant's own ones for an applicant."""
    asking = actor()
    with read() as session:
        stored.get(session, asking, dossier_id)
        found = tasks.of_dossier(session, dossier_id)
    if asking.dossier_id is not None:
        found = [task for task in found if task.role == Role.APPLICANT]
    return {"items": found}


@blueprint.route("/<uuid:dossier_id>/withdrawal", methods=["POST"], parameters=parameters(if_match=True))
@blueprint.arguments(MessageSchema)
@blueprint.response(200, DossierSchema, headers=ETAG)
@allow(Role.APPLICANT, Role.RECEPTION_OFFICER)
def withdraw_dossier(message: dict[str, Any], dossier_id: UUID) -> Response:
    """Withdraw a dossier: the applicant, or the receiving desk at the applicant's request."""
    return _send(dossier_id, WITHDRAWAL, message["reason"])


@blueprint.route("/<uuid:dossier_id>/stop", methods=["POST"], parameters=parameters(if_match=True))
@blueprint.arguments(MessageSchema)
@blueprint.response(200, DossierSchema, headers=ETAG)
@allow(Role.DIVISION_HEAD, Role.AGENCY_LEADER)
def stop_dossier(message: dict[str, Any], dossier_id: UUID) -> Response:
    """Stop resolving a dossier, with the reason that the law asks for."""
    return _send(dossier_id, STOP, message["reason"])


def _send(dossier_id: UUID, message: str, reason: str) -> Response:
    version = expected_version()

    def work(session: Session) -> Reply:
        row = dossiers.send_message(session, site().platform, actor(), dossier_id, message, reason, version)
        return Reply(DossierSchema().dump(row), 200, etag(row.version))

    return answer_once(work)
