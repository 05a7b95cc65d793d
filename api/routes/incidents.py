"""Incidents: automatic steps that failed."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.preconditions import etag
from api.routes.common import ETAG, actor, parameters
from api.schemas.dossiers import DossierSchema
from api.schemas.operations import IncidentList
from api.site import site
from engine import dossiers
from engine.model import Role
from engine.persistence.dossiers import open_incidents

blueprint = Blueprint("api-incidents", __name__, description="Failed steps")


@blueprint.route("/incidents")
@blueprint.response(200, IncidentList)
@allow(Role.OPERATOR)
def list_incidents() -> dict[str, Any]:
    """The hundred oldest open incidents."""
    with read() as session:
        found = open_incidents(session, limit=100)
    return {"items": [{"incident": incident, "dossier": dossier} for incident, dossier in found]}


@blueprint.route(
    "/dossiers/<uuid:dossier_id>/incidents/<uuid:incident_id>/retry", methods=["POST"], parameters=parameters()
)
@blueprint.response(200, DossierSchema, headers=ETAG)
@allow(Role.OPERATOR)
def retry_incident(dossier_id: UUID, incident_id: UUID) -> Response:
    """Try a failed step once more."""

    def work(session: Session) -> Reply:
        dossier = dossiers.retry(session, site().platform, actor(), dossier_id, incident_id)
        return Reply(DossierSchema().dump(dossier), 200, etag(dossier.version))

    return answer_once(work)
