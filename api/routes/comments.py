"""Internal comments on dossiers. Applicants neither read nor write them."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow_signed_in
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.routes.common import actor, parameters
from api.schemas.history import CommentList, CommentText, SaidSchema
from api.site import site
from engine import comments
from engine.persistence import dossiers

blueprint = Blueprint(
    "api-comments", __name__, url_prefix="/dossiers/<uuid:dossier_id>/comments", description="Internal comments"
)


@blueprint.route("")
@blueprint.response(200, CommentList)
@allow_signed_in
def list_comments(dossier_id: UUID) -> dict[str, Any]:
    """What officers have said beside a dossier, oldest first, with every earlier wording."""
    with read() as session:
        dossiers.get(session, actor(), dossier_id)
        return {"items": comments.of_dossier(session, dossier_id)}


@blueprint.route("", methods=["POST"], parameters=parameters())
@blueprint.arguments(CommentText)
@blueprint.response(201, SaidSchema)
@allow_signed_in
def add_comment(sent: dict[str, Any], dossier_id: UUID) -> Response:
    """Say something beside a dossier, also after it has ended. It stays in the history."""

    def work(session: Session) -> Reply:
        said = comments.add(session, site().platform, actor(), dossier_id, sent["text"])
        return Reply(SaidSchema().dump(said), 201)

    return answer_once(work)


@blueprint.route("/<uuid:comment_id>", methods=["PUT"], parameters=parameters())
@blueprint.arguments(CommentText)
@blueprint.response(200, SaidSchema)
@allow_signed_in
def edit_comment(sent: dict[str, Any], dossier_id: UUID, comment_id: UUID) -> Response:
    """Word your own comment anew; the wording before is kept."""

    def work(session: Session) -> Reply:
        said = comments.edit(session, site().platform, actor(), dossier_id, comment_id, sent["text"])
        return Reply(SaidSchema().dump(said))

    return answer_once(work)
