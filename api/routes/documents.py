"""Papers: sending them in, reading them."""

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from api import papers
from api.auth import allow_parties, allow_public, current_actor
from api.auth.limits import limiter
from api.auth.uploads import HEADER, upload_key
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.routes.common import actor, parameters
from api.schemas.documents import DocumentListSchema, DocumentSchema, UploadSchema
from api.settings import MEBIBYTE
from api.site import site
from engine import documents
from engine.documents import Paper
from engine.errors import InvalidInputError
from engine.persistence.tables import DocumentRow

blueprint = Blueprint("api-documents", __name__, description="Papers of dossiers")

_UPLOAD_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 32},
    "description": "without account and link: a secret of your own, sent again with the filing",
}


@blueprint.before_app_request
def _let_papers_in() -> None:
    """Papers may be larger than other requests."""
    if request.endpoint in {f"{blueprint.name}.upload_document", f"{blueprint.name}.attach_document"}:
        request.max_content_length = site().settings.upload_limit + MEBIBYTE  # and what surrounds it


@blueprint.route("/documents", methods=["POST"], parameters=[*parameters(), _UPLOAD_KEY])
@blueprint.arguments(UploadSchema, location="files")
@blueprint.response(201, DocumentSchema)
@allow_public
@limiter.limit("120/minute")
def upload_document(files: dict[str, Any]) -> Response:
    """Send a paper in. It waits, for you alone, until a filing or a task's answers name its id."""
    key, asking = upload_key(), current_actor()
    if not key:
        raise InvalidInputError(
            f"expected {HEADER} with a secret of 32 characters or more of your own, found none; "
            "send the same with the filing",
            f"Hãy gửi kèm {HEADER} (một chuỗi bí mật từ 32 ký tự), và gửi lại chuỗi đó khi nộp hồ sơ.",
        )
    paper = papers.receive(files["file"])

    def work(session: Session) -> Reply:
        by = asking.name if asking else ""
        return _reply(papers.keep(session, paper, uploaded_by=by, uploader_key=key))

    return answer_once(work, _content(paper))


@blueprint.route("/dossiers/<uuid:dossier_id>/documents", methods=["POST"], parameters=parameters())
@blueprint.arguments(UploadSchema, location="files")
@blueprint.response(201, DocumentSchema)
@allow_parties
@limiter.limit("120/minute")
def attach_document(files: dict[str, Any], dossier_id: UUID) -> Response:
    """Add a paper to a dossier, outside any form."""
    paper = papers.receive(files["file"])

    def work(session: Session) -> Reply:
        row = documents.attach(session, site().platform, actor(), dossier_id, paper, site().store)
        return _reply(row)

    return answer_once(work, _content(paper))


@blueprint.route("/dossiers/<uuid:dossier_id>/documents")
@blueprint.response(200, DocumentListSchema)
@allow_parties
def list_documents(dossier_id: UUID) -> dict[str, Any]:
    """The papers of a dossier that you may see."""
    with read() as session:
        return {"items": documents.of_dossier(session, actor(), dossier_id)}


@blueprint.route("/documents/<uuid:document_id>")
@blueprint.response(200, DocumentSchema)
@allow_public
def read_document(document_id: UUID) -> DocumentRow:
    """What is known of a paper: for whoever sees its dossier, or sent it in."""
    with read() as session:
        return documents.find(session, current_actor(), document_id, upload_key())


@blueprint.route("/documents/<uuid:document_id>/content")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@allow_public
def read_content(document_id: UUID) -> Response:
    """The paper itself, to be saved, never to be shown inside a page of this site."""
    with read() as session:
        row = documents.find(session, current_actor(), document_id, upload_key())
    return papers.hand_out(row)


def _content(paper: Paper) -> bytes:
    """What makes two uploads the same request."""
    return f"{paper.content.sha256} {paper.filename}".encode()


def _reply(row: DocumentRow) -> Reply:
    return Reply(DocumentSchema().dump(row), 201, {"Location": f"/api/v1/documents/{row.id}"})
