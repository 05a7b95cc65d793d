"""Internal comments on a dossier's page. No page of an applicant uses this module."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import write
from api.pages import present
from api.pages.acting import person
from api.site import site
from engine import comments
from engine.comments import Said, Wording
from engine.errors import EngineError
from engine.model import Actor

blueprint = Blueprint("comments", __name__, url_prefix="/dossiers/<uuid:dossier_id>/comments")


@dataclass(frozen=True)
class CommentLine:
    """One comment; `before` are its earlier wordings, `mine` says whether the reader may word it anew."""

    id: UUID
    author: str
    at: datetime
    edited_at: datetime | None
    text: str
    before: tuple[Wording, ...]
    mine: bool


def lines(session: Session, actor: Actor, dossier_id: UUID) -> list[CommentLine]:
    """The comments, oldest first."""
    return [
        CommentLine(
            one.id,
            one.author,
            one.at,
            one.wordings[-1].at if len(one.wordings) > 1 else None,
            one.text,
            one.wordings[:-1],
            one.author_id == str(actor.id),
        )
        for one in comments.of_dossier(session, dossier_id)
    ]


@blueprint.post("")
@allow_signed_in
def add(dossier_id: UUID) -> Response:
    """Say something."""
    act = partial(comments.add, platform=site().platform, actor=person(), dossier_id=dossier_id, text=_text())
    return _told(dossier_id, act)


@blueprint.post("/<uuid:comment_id>")
@allow_signed_in
def edit(dossier_id: UUID, comment_id: UUID) -> Response:
    """Word one's own comment anew."""
    act = partial(
        comments.edit,
        platform=site().platform,
        actor=person(),
        dossier_id=dossier_id,
        comment_id=comment_id,
        text=_text(),
    )
    return _told(dossier_id, act)


def _text() -> str:
    return request.form.get("text", "")


def _told(dossier_id: UUID, act: "partial[Said]") -> Response:
    back = redirect(url_for("dossiers.show", dossier_id=dossier_id, _anchor="comments"))
    try:
        said = write(act)
    except EngineError as refusal:
        flash(present.told(refusal), "error")
        return back
    done = _("Đã ghi chú.")
    if said.told:
        done += " " + _("Đã báo cho %(people)s.", people=", ".join(said.told))
    flash(done, "success")
    if said.untold:
        flash(
            _(
                "Không báo được cho %(people)s: không có người này, hoặc người này không được xem hồ sơ.",
                people=", ".join(said.untold),
            ),
            "error",
        )
    return back
