"""Hand-overs: what is on its way between units, receipts, and dossiers for which no body is known."""

from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read, write
from api.language import current_language
from api.pages import picking, present
from api.pages.acting import person
from api.site import site
from engine import handovers
from engine.errors import EngineError, NotAllowedError
from engine.persistence import dossiers
from engine.persistence.organisation import unit_names
from engine.places import is_lost
from engine.procedures import pinned

blueprint = Blueprint("handovers", __name__, url_prefix="/organisation/handovers")
MOST = 200


@blueprint.get("/")
@allow_signed_in
def index() -> str:
    """What is on the way, and what nobody is known for."""
    actor, now = person(), site().platform.now()
    with read() as session:
        way = handovers.on_the_way(session, actor, MOST)
        lost = handovers.unrouted(session, actor, MOST)
        codes = {code for row, _dossier in way for code in (row.from_unit, row.to_unit)}
        return render_template(
            "pages/organisation/handovers.html",
            way=[
                {
                    "row": row,
                    "dossier": dossier,
                    "due": present.due(row.due_at),
                    "late": row.due_at < now,
                    "mine": handovers.may_acknowledge(actor, dossier),
                }
                for row, dossier in way
            ],
            lost=[
                {"dossier": dossier, "due": present.due(task.due_at), "mine": handovers.may_send(actor, dossier)}
                for task, dossier in lost
            ],
            names=unit_names(session, codes, current_language()),
        )


@blueprint.post("/acknowledge")
@allow_signed_in
def acknowledge() -> Response:
    """Confirm the receipt of those that are ticked, each in a transaction of its own."""
    actor, platform = person(), site().platform
    chosen = request.form.getlist("dossier")[:MOST]
    done, refused = 0, []
    for text in chosen:
        try:
            identifier = UUID(text)
            write(partial(handovers.acknowledge, platform=platform, actor=actor, dossier_id=identifier))
            done += 1
        except ValueError:
            continue
        except EngineError as refusal:
            refused.append(present.told(refusal))
    if not chosen:
        flash(_("Hãy chọn ít nhất một hồ sơ."), "error")
    if done:
        flash(ngettext("Đã xác nhận nhận %(num)s hồ sơ.", "Đã xác nhận nhận %(num)s hồ sơ.", done), "success")
    for sentence in dict.fromkeys(refused):
        flash(sentence, "error")
    return redirect(url_for(".index"))


@blueprint.get("/<uuid:dossier_id>/send")
@allow_signed_in
def send_page(dossier_id: UUID) -> str:
    """Ask for the competent body."""
    return _send_page(dossier_id)


@blueprint.post("/<uuid:dossier_id>/send")
@allow_signed_in
def send(dossier_id: UUID) -> str | Response | tuple[str, int]:
    """Name the competent body."""
    actor, platform = person(), site().platform
    reason = request.form.get("reason", "")
    try:
        with read() as session:
            unit = picking.unit_of(session, "unit", platform.today())
        if unit is None:
            raise picking.wrong("unit", "Hãy chọn đơn vị.", "expected a unit, found none")
        if not reason.strip():
            raise picking.wrong("reason", "Hãy nêu lý do.", "expected a reason, found none; say why this body")
        dossier = write(lambda session: handovers.send_on(session, platform, actor, dossier_id, unit.code, reason))
    except EngineError as refusal:
        return _send_page(dossier_id, refusal), refusal.status
    flash(_("Hồ sơ %(code)s đã chuyển đến %(unit)s.", code=dossier.code, unit=picking.unit_line(unit)), "success")
    return redirect(url_for(".index"))


def _send_page(dossier_id: UUID, refusal: EngineError | None = None) -> str:
    actor, today = person(), site().platform.today()
    with read() as session:
        dossier = dossiers.get(session, actor, dossier_id)
        if not handovers.may_send(actor, dossier):
            raise NotAllowedError(
                f"expected somebody of {dossier.competent_unit}, found {actor.name}",
                "Chỉ người của đơn vị đang giữ hồ sơ được chuyển hồ sơ này.",
            )
        procedure = pinned(session, dossier)
        return render_template(
            "pages/organisation/send.html",
            dossier=dossier,
            procedure=procedure.title(current_language()),
            lost=is_lost(dossier, procedure),
            holder=unit_names(session, {dossier.competent_unit}, current_language()),
            lines=picking.unit_lines(session, today),
            values=request.form.to_dict(),
            errors=picking.errors_of(refusal),
        )
