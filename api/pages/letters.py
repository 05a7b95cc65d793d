"""Letters that are printed on demand: the control sheet of a dossier, the register of a reception point."""

from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, request

from api.auth import allow_signed_in
from api.database import read
from api.pages.acting import person
from api.site import site
from engine import dossier_register, letters_on_demand
from engine.letters import MEDIA_TYPE
from engine.letters_on_demand import Sheet
from engine.persistence import dossiers

blueprint = Blueprint("letters", __name__)


@blueprint.get("/dossiers/<uuid:dossier_id>/control.pdf")
@allow_signed_in
def control(dossier_id: UUID) -> Response:
    """The control sheet that goes with the papers."""
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        return send(letters_on_demand.control_sheet(session, site().platform, dossier))


@blueprint.get("/register.pdf")
@allow_signed_in
def register() -> Response:
    """The register of the point `unit` from the day `from` to the day `to`; this month when no day is named."""
    wanted = {key: request.args.get(key, "").strip()[:64] for key in ("unit", "from", "to")}
    platform = site().platform
    period = dossier_register.period_of(wanted["from"], wanted["to"], platform.today())
    with read() as session:
        return send(dossier_register.register(session, platform, person(), wanted["unit"], period))


def send(sheet: Sheet) -> Response:
    """A printed letter as a download that nobody but the reader keeps."""
    response = Response(sheet.content, mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(sheet.filename)}"
    response.headers["Cache-Control"] = "no-store"
    return response
