"""Dossiers as people of the organisation see them: the list, one dossier, its papers, and ending it early."""

from functools import partial
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow_signed_in
from api.database import read
from api.pages import dossier_list, dossier_page, downloads, listing, live, looks
from api.pages.acting import Refused, carry_out, carry_out_typed, person
from api.pages.filling import posted_version
from api.site import site
from engine import documents
from engine import dossiers as use_cases
from engine.persistence import dossiers
from engine.procedures import pinned

blueprint = Blueprint("dossiers", __name__)


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


@blueprint.get("/dossiers/news")
@allow_signed_in
def news() -> AnyResponse:
    """What is new in a list of dossiers that somebody has open."""
    filters = dossier_list.Filters.of(request.args)
    with read() as session:
        rows = dossier_list.outline(session, person(), filters, live.LOOKED_ON * dossier_list.PAGE)
    return live.answer(rows, dossier_list.PAGE)


@blueprint.get("/dossiers/<uuid:dossier_id>")
@allow_signed_in
def show(dossier_id: UUID) -> str:
    """One dossier with everything about it. That somebody looked is recorded."""
    page = _page(dossier_id)
    looks.note_once(dossier_id, "dossier")
    return page


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
def withdraw(dossier_id: UUID) -> AnyResponse | tuple[str, int]:
    """Record at the desk that the applicant withdraws."""
    return _end(dossier_id, "withdraw", use_cases.WITHDRAWAL, _("Đã ghi nhận rút hồ sơ."))


@blueprint.post("/dossiers/<uuid:dossier_id>/stop")
@allow_signed_in
def stop(dossier_id: UUID) -> AnyResponse | tuple[str, int]:
    """Stop the dossier by decision of the authority."""
    return _end(dossier_id, "stop", use_cases.STOP, _("Đã dừng giải quyết hồ sơ."))


@blueprint.post("/dossiers/<uuid:dossier_id>/incidents/<uuid:incident_id>/retry")
@allow_signed_in
def retry(dossier_id: UUID, incident_id: UUID) -> AnyResponse:
    """Try a failed step once more."""
    act = partial(
        use_cases.retry, platform=site().platform, actor=person(), dossier_id=dossier_id, incident_id=incident_id
    )
    return carry_out(act, _("Đã chạy lại bước gặp sự cố."), url_for("dossiers.show", dossier_id=dossier_id))


def _page(dossier_id: UUID, returned: Refused | None = None) -> str:
    asked = request.args.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        variables = dossier_page.variables(session, person(), dossier, before)
        return render_template("pages/dossiers/show.html", returned=returned, **variables)


def _end(dossier_id: UUID, field: str, message: str, done: str) -> AnyResponse | tuple[str, int]:
    reason = request.form.get("reason", "")
    act = partial(
        use_cases.send_message,
        platform=site().platform,
        actor=person(),
        dossier_id=dossier_id,
        message=message,
        reason=reason,
        version=posted_version(),
    )
    onward = url_for("dossiers.show", dossier_id=dossier_id)
    return carry_out_typed(act, done, onward, Refused(field, reason), partial(_page, dossier_id))
