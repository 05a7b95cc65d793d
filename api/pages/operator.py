"""The operator: automatic steps that failed, and trying them again."""

from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from api.auth import allow
from api.database import read
from api.pages import dossier_view
from api.pages.acting import carry_out, person
from api.site import site
from engine import dossiers as use_cases
from engine.model import Role
from engine.persistence import dossiers
from engine.procedures import pinned

blueprint = Blueprint("operator", __name__)


@blueprint.get("/incidents")
@allow(Role.OPERATOR)
def incidents() -> str:
    """Open incidents of all dossiers, the oldest first."""
    with read() as session:
        found = []
        for row, dossier in dossiers.open_incidents(session):
            element = pinned(session, dossier).elements.get(row.element_id)
            found.append(
                {
                    "id": row.id,
                    "dossier_id": dossier.id,
                    "code": dossier.code,
                    "step": dossier_view.step_name(element, row.element_id),
                    "message": row.message,
                    "error": row.error,
                    "opened_at": row.opened_at,
                }
            )
    return render_template("pages/operator/incidents.html", incidents=found)


@blueprint.post("/incidents/<uuid:dossier_id>/<uuid:incident_id>/retry")
@allow(Role.OPERATOR)
def retry(dossier_id: UUID, incident_id: UUID) -> Response:
    """Try a failed step once more."""
    act = partial(
        use_cases.retry, platform=site().platform, actor=person(), dossier_id=dossier_id, incident_id=incident_id
    )
    return carry_out(act, _("Đã chạy lại bước gặp sự cố."), url_for(".incidents"))
