"""Notices for programs: what one has been told, marking it as seen, how one wants to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow_signed_in
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.language import current_language
from api.routes.common import actor, parameters
from api.schemas.organisation import ChoicesSchema, NoticeList, NoticeQuery, SeenUntil
from api.site import site
from engine import notices
from engine.errors import InvalidInputError
from engine.notice_texts import for_officer
from engine.persistence import notices as stored
from engine.persistence.notices import Listed, Position

blueprint = Blueprint("api-notices", __name__, url_prefix="/notices", description="Notices")


@blueprint.route("")
@blueprint.arguments(NoticeQuery, location="query")
@blueprint.response(200, NoticeList)
@allow_signed_in
def list_notices(query: dict[str, Any]) -> dict[str, Any]:
    """What you have been told in the last 60 days, newest first."""
    asking, now, limit = actor(), site().platform.now(), query["limit"]
    with read() as session:
        found = stored.listing(session, asking, now, before=_position(query["before"]), limit=limit + 1)
        new = stored.count_new(session, asking, now)
    shown = found[:limit]
    more = f"{shown[-1].notice.created_at.isoformat()}~{shown[-1].notice.id}" if len(found) > limit else None
    return {"items": [_told(each) for each in shown], "new": new, "next": more}


@blueprint.route("/seen", methods=["POST"], parameters=parameters())
@blueprint.arguments(SeenUntil)
@blueprint.response(204)
@allow_signed_in
def see_all_notices(sent: dict[str, Any]) -> Response:
    """Mark as seen all that you were told up to a moment."""
    asking, now = actor(), site().platform.now()

    def work(session: Session) -> Reply:
        notices.see_all(session, asking, now, sent["until"] or now)
        return Reply({}, 204)

    answer_once(work)
    return Response(status=204)


@blueprint.route("/<uuid:notice_id>/seen", methods=["POST"], parameters=parameters())
@blueprint.response(204)
@allow_signed_in
def see_notice(notice_id: UUID) -> Response:
    """Mark one notice as seen."""
    asking, now = actor(), site().platform.now()

    def work(session: Session) -> Reply:
        notices.see(session, asking, now, notice_id)
        return Reply({}, 204)

    answer_once(work)
    return Response(status=204)


@blueprint.route("/choices")
@blueprint.response(200, ChoicesSchema)
@allow_signed_in
def read_choices() -> dict[str, Any]:
    """How you are told of each kind."""
    with read() as session:
        return _choices(session)


@blueprint.route("/choices", methods=["PUT"])
@blueprint.arguments(ChoicesSchema)
@blueprint.response(200, ChoicesSchema)
@allow_signed_in
def write_choices(sent: dict[str, Any]) -> Response:
    """Choose how you are told; kinds that are left out stay as they are."""
    asking = actor()

    def work(session: Session) -> Reply:
        notices.choose(session, asking, sent["ways"])
        return Reply(_choices(session))

    return answer_once(work)


def _choices(session: Session) -> dict[str, Any]:
    asking = actor()
    chosen = stored.choices_of(session, asking.id) if asking.id else {}
    return {"ways": {kind: str(chosen.get(kind, way)) for kind, way in notices.USUAL.items()}}


def _told(listed: Listed) -> dict[str, Any]:
    notice = listed.notice
    words = for_officer(notice.kind, notice.payload, listed.subject, current_language(), site().platform.zone)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "subject": words.subject,
        "sentences": words.sentences,
        "path": words.path,
        "at": notice.created_at,
        "seen": listed.seen,
        "dossier_id": notice.dossier_id,
    }


def _position(text: str) -> Position | None:
    """Where the page before ended.

    Raises:
        InvalidInputError: it is nothing that a page has given.
    """
    if not text:
        return None
    at, _tilde, identifier = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        found = (moment, UUID(identifier))
    except ValueError:
        found = None
    if found is None or found[0].tzinfo is None:
        raise InvalidInputError(f"expected `next` of the page before, found '{text}'", "Vị trí trang không hợp lệ.")
    return found
