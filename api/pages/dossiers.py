"""Dossiers as people of the organisation see them: the list, one dossier, its papers, and ending it early."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow_signed_in
from api.database import read
from api.pages import (
    answers_view,
    clock,
    dossier_list,
    dossier_view,
    downloads,
    history_view,
    listing,
    present,
    procedure_view,
    steps,
)
from api.pages.acting import carry_out, person
from api.pages.filling import posted_version
from api.site import site
from engine import documents
from engine import dossiers as use_cases
from engine.model import Actor, Role
from engine.persistence import dossiers
from engine.persistence.tables import DossierRow
from engine.procedures import pinned

blueprint = Blueprint("dossiers", __name__)
HISTORY_READERS = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.DIVISION_HEAD, Role.AGENCY_LEADER)


@blueprint.get("/dossiers")
@allow_signed_in
def index() -> str | AnyResponse:
    """The dossiers that the person may see, newest first."""
    actor = person()
    with read() as session:
        wishes = listing.wishes(session, actor, "dossiers", dossier_list.COLUMNS)
        if not request.args and wishes.beginning:
            return redirect(f"{url_for('dossiers.index')}?{wishes.beginning.query}")
        filters = dossier_list.Filters.of(request.args)
        return render_template("pages/dossiers/list.html", **dossier_list.page(session, actor, filters, wishes))


@blueprint.get("/dossiers/<uuid:dossier_id>")
@allow_signed_in
def show(dossier_id: UUID) -> str:
    """One dossier with everything about it."""
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        return render_template("pages/dossiers/show.html", **_shown(session, person(), dossier))


@blueprint.get("/dossiers/<uuid:dossier_id>/diagram")
@allow_signed_in
def diagram(dossier_id: UUID) -> Response:
    """The diagram that the dossier runs on, as it was deployed."""
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        return Response(pinned(session, dossier).diagram, mimetype="application/xml")


@blueprint.get("/papers/<uuid:document_id>")
@allow_signed_in
def paper(document_id: UUID) -> AnyResponse:
    """The bytes of a paper that the person may read."""
    actor = person()
    with read() as session:
        row = documents.find(session, actor, document_id, documents.uploader_key(actor))
    return downloads.send(row)


@blueprint.post("/dossiers/<uuid:dossier_id>/withdraw")
@allow_signed_in
def withdraw(dossier_id: UUID) -> AnyResponse:
    """Record at the desk that the applicant withdraws."""
    return _end(dossier_id, use_cases.WITHDRAWAL, _("Đã ghi nhận rút hồ sơ."))


@blueprint.post("/dossiers/<uuid:dossier_id>/stop")
@allow_signed_in
def stop(dossier_id: UUID) -> AnyResponse:
    """Stop the dossier by decision of the authority."""
    return _end(dossier_id, use_cases.STOP, _("Đã dừng giải quyết hồ sơ."))


@blueprint.post("/dossiers/<uuid:dossier_id>/incidents/<uuid:incident_id>/retry")
@allow_signed_in
def retry(dossier_id: UUID, incident_id: UUID) -> AnyResponse:
    """Try a failed step once more."""
    act = partial(
        use_cases.retry, platform=site().platform, actor=person(), dossier_id=dossier_id, incident_id=incident_id
    )
    return carry_out(act, _("Đã chạy lại bước gặp sự cố."), url_for("dossiers.show", dossier_id=dossier_id))


def _end(dossier_id: UUID, message: str, done: str) -> AnyResponse:
    act = partial(
        use_cases.send_message,
        platform=site().platform,
        actor=person(),
        dossier_id=dossier_id,
        message=message,
        reason=request.form.get("reason", ""),
        version=posted_version(),
    )
    return carry_out(act, done, url_for("dossiers.show", dossier_id=dossier_id))


def _shown(session: Session, actor: Actor, dossier: DossierRow) -> dict[str, Any]:
    procedure = pinned(session, dossier)
    history = dossier_view.whole_history(session, dossier)
    waiting = dossier_view.open_tasks(session, dossier, procedure)
    place = dossier_view.place(session, dossier, history, waiting)
    return {
        "dossier": dossier,
        "procedure": procedure_view.view(procedure),
        "progress": present.progress_text(dossier),
        "facts": dossier_view.facts(session, dossier),
        "tasks": waiting,
        "waiting": dossier_view.waiting_words(dossier),
        "clock": clock.view(session, dossier),
        "shares": clock.shares(session, procedure, dossier),
        "place": {"current": " ".join(sorted(place.current)), "done": " ".join(sorted(place.done))},
        "steps": steps.lines(steps.main_process(procedure), place),
        "documents": dossier_view.paper_lines(session, dossier),
        "printing": dossier_view.letters_to_come(session, dossier),
        "parts": answers_view.parts(procedure, dossiers.data_of(session, dossier.id), dossier.id),
        "history": history_view.for_officers(history, procedure, history_view.units_in(session, history)),
        "incidents": dossier_view.incidents(session, dossier, procedure),
        "may": {
            "withdraw": use_cases.may_send(actor, dossier, use_cases.WITHDRAWAL),
            "stop": use_cases.may_send(actor, dossier, use_cases.STOP),
            "retry": actor.has_role(Role.OPERATOR),
            "audit": any(actor.has_role(role) for role in HISTORY_READERS),
        },
    }
