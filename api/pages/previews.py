"""Looking at a paper inside the site: a page around it, and the bytes in a frame that can do nothing.

Only PDF and pictures are shown, by the kind that was recognised when they came in; whatever else is saved to disk.
"""

from typing import Final
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from sqlalchemy.orm import Session

from api.auth import allow_signed_in
from api.database import read
from api.pages import dossier_view, looks, present
from api.pages.acting import person
from api.site import site
from engine import documents
from engine.errors import NotFoundError
from engine.persistence import dossiers
from engine.persistence.tables import DocumentRow

blueprint = Blueprint("previews", __name__)

PICTURES: Final = frozenset({"image/jpeg", "image/png"})
PDF: Final = "application/pdf"
SHOWN: Final = PICTURES | {PDF}

# The browser's own PDF viewer does not start in a sandbox; a PDF's bytes are never read as a page (nosniff).
_BYTES = {PDF: "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"}
_PICTURE = "default-src 'none'; sandbox; frame-ancestors 'self'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@blueprint.get("/papers/<uuid:document_id>/view")
@allow_signed_in
def view(document_id: UUID) -> Response:
    """The paper inside a page, with the papers before and behind it."""
    with read() as session:
        row = _found(session, document_id)
        dossier = dossiers.get(session, person(), row.dossier_id) if row.dossier_id else None
        papers = dossier_view.paper_lines(session, dossier) if dossier else []
    if row.dossier_id is not None:
        looks.note_once(row.dossier_id, f"paper: {row.filename}")
    place = next((number for number, paper in enumerate(papers) if paper.id == row.id), 0)
    answer = make_response(
        render_template(
            "pages/dossiers/paper.html",
            dossier=dossier,
            paper=row,
            size=present.size_text(row.size),
            picture=row.media_type in PICTURES,
            source=url_for(".content", document_id=row.id) if row.media_type in SHOWN else "",
            number=place + 1,
            papers=papers,
            before=papers[place - 1] if place else None,
            behind=papers[place + 1] if place + 1 < len(papers) else None,
            wide=True,
        )
    )
    answer.headers["Content-Security-Policy"] = _PAGE
    return answer


@blueprint.get("/papers/<uuid:document_id>/content")
@allow_signed_in
def content(document_id: UUID) -> Response:
    """The bytes of a paper of a kind that browsers show without running anything; 404 for every other kind."""
    with read() as session:
        row = _found(session, document_id)
    if row.media_type not in SHOWN:
        raise NotFoundError(
            f"expected a PDF or a picture to show, found {row.media_type}; save the file instead",
            "Loại tệp này không xem được trong trang; hãy tải về.",
        )
    response = Response(site().store.read(row.sha256), mimetype=row.media_type)
    response.content_length = row.size
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(row.filename)}"
    response.headers["Content-Security-Policy"] = _BYTES.get(row.media_type, _PICTURE)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _found(session: Session, document_id: UUID) -> DocumentRow:
    actor = person()
    return documents.find(session, actor, document_id, documents.uploader_key(actor))
