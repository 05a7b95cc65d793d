"""Letters of a dossier that are printed on demand."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response

from api.auth import allow_signed_in
from api.database import read
from api.pages.acting import person
from api.site import site
from engine import letters_on_demand
from engine.errors import NotFoundError
from engine.letters import MEDIA_TYPE
from engine.letters_on_demand import Sheet
from engine.persistence import dossiers
from forms.letter_data import LetterKind

blueprint = Blueprint("letters", __name__)
_HANDED_OVER: Final = (LetterKind.RECEIPT, LetterKind.SUPPLEMENT, LetterKind.REFUSAL)


@blueprint.get("/dossiers/<uuid:dossier_id>/control.pdf")
@allow_signed_in
def control(dossier_id: UUID) -> Response:
    """The control sheet that goes with the papers."""
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        return send(letters_on_demand.control_sheet(session, site().platform, dossier))


@blueprint.get("/dossiers/<uuid:dossier_id>/letters/<kind>.pdf")
@allow_signed_in
def again(dossier_id: UUID, kind: str) -> Response:
    """A letter to the applicant as a desk hands it over, without waiting until its document has been made."""
    if kind not in _HANDED_OVER:
        raise NotFoundError(f"expected one of {', '.join(_HANDED_OVER)}, found '{kind}'", "Không có văn bản này.")
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        return send(letters_on_demand.again(session, site().platform, dossier, LetterKind(kind)))


def send(sheet: Sheet) -> Response:
    """A printed letter as a download that nobody but the reader keeps."""
    response = Response(sheet.content, mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(sheet.filename)}"
    response.headers["Cache-Control"] = "no-store"
    return response
