"""Many tasks at one stroke: claim, give back, assign, complete, sign.

With scripts the page sends the rows a few at a time and shows how far it has come (web/src/app/bulk.js); without, one
post does them all and answers with the outcomes. Both are the same requests.
"""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow_signed_in
from api.bulk import Chosen, Fate, Outcome, carry_out
from api.database import read
from api.pages import batch, frame, inbox
from api.pages.acting import person
from api.pages.batch import ASSIGN, CLAIM, COMPLETE, RELEASE, SIGN, Group, Stroke
from api.pages.filling import Filling
from api.site import site
from engine import documents, task_forms, tasks
from engine.model import Actor

blueprint = Blueprint("bulk", __name__)
TITLES = {
    CLAIM: lazy("Nhận nhiều việc"),
    RELEASE: lazy("Trả nhiều việc về hàng chờ"),
    ASSIGN: lazy("Giao nhiều việc"),
    COMPLETE: lazy("Hoàn thành nhiều việc"),
    SIGN: lazy("Ký nhiều quyết định"),
}
Page = str | AnyResponse | tuple[str, int]


@blueprint.get("/inbox/rows")
@allow_signed_in
def rows() -> Response:
    """The rows of a whole list, for the script that works on all of them a few at a time."""
    filters = inbox.Filters.of(request.args)
    with read() as session:
        found, total = batch.everything(session, person(), filters)
    return jsonify({"rows": list(map(str, found)), "total": total})


@blueprint.post("/inbox/bulk")
@allow_signed_in
def begin() -> Page:
    """What a button over the list asks for: done at once, or shown first where more has to be said."""
    asked = batch.stroke(person())
    if asked.action not in TITLES or not asked.rows:
        flash(_("Hãy đánh dấu ít nhất một việc."), "error")
        return redirect(asked.back)
    if asked.action == ASSIGN:
        return _assignment(asked)
    if asked.action in (COMPLETE, SIGN):
        return _form(asked)
    act = {CLAIM: tasks.claim, RELEASE: tasks.release}[asked.action]
    actor = person()

    def work(session: Session, row: Chosen) -> Any:
        return act(session, site().platform, actor, row.task_id, row.version)

    return _outcome(asked, carry_out(asked.batch(actor), asked.rows, work))


@blueprint.post("/inbox/bulk/assign")
@allow_signed_in
def assign() -> Page:
    """Give the chosen tasks to somebody."""
    asked, actor = batch.stroke(person(), ASSIGN), person()
    username = request.form.get("_username", "")[:64]
    if not asked.rows or not username:
        flash(_("Hãy chọn người nhận việc."), "error")
        return redirect(asked.back)

    def work(session: Session, row: Chosen) -> Any:
        return tasks.assign(session, site().platform, actor, row.task_id, username, row.version)

    return _outcome(asked, carry_out(asked.batch(actor, username), asked.rows, work))


@blueprint.post("/inbox/bulk/complete")
@allow_signed_in
def complete() -> Page:
    """Send the same answers for each chosen task, as one form says them."""
    return _completed(COMPLETE)


@blueprint.post("/inbox/bulk/sign")
@allow_signed_in
def sign() -> Page:
    """Decide the same for each chosen dossier; the mandate is checked for each."""
    return _completed(SIGN)


def _completed(action: str) -> Page:
    asked, actor = batch.stroke(person(), action), person()
    with read() as session:
        found = batch.groups(session, actor, asked)
        if len(found) != 1:
            return _choice(asked, found)
        filling = _filling(session, actor, found[0])
    pressed = filling.take_post()
    if pressed.kind != "complete" or filling.problems:
        return _form_page(asked, found[0], filling), 422 if filling.problems else 200

    def work(session: Session, row: Chosen) -> Any:
        return tasks.complete(session, site().platform, actor, row.task_id, filling.values, row.version)

    outcomes = carry_out(asked.batch(actor, repr(filling.values)), asked.rows, work)
    first = next((one for one in outcomes if one.problems), None)
    if first and all(one.problems for one in outcomes) and not request.form.get("_begun"):
        filling.problems = first.problems  # nothing has been done: the answers themselves are wrong
        return _form_page(asked, found[0], filling), 422
    return _outcome(asked, outcomes)


def _outcome(asked: Stroke, outcomes: list[Outcome]) -> str:
    variables = {"asked": asked, "title": TITLES[asked.action], **batch.told(person(), outcomes)}
    if frame.is_fragment():
        return render_template("pages/officer/bulk_rows.html", **variables)
    done = sum(one.fate is Fate.DONE for one in outcomes)
    headline = ngettext("Đã xong %(num)s việc", "Đã xong %(num)s việc", done)
    return render_template("pages/officer/bulk_outcome.html", headline=headline, **variables)


def _assignment(asked: Stroke) -> str:
    with read() as session:
        return render_template(
            "pages/officer/bulk_assign.html",
            title=TITLES[ASSIGN],
            asked=asked,
            candidates=batch.candidates(session, person(), asked),
        )


def _form(asked: Stroke) -> Page:
    with read() as session:
        found = batch.groups(session, person(), asked)
        if len(found) != 1:
            return _choice(asked, found)
        return _form_page(asked, found[0], _filling(session, person(), found[0]))


def _choice(asked: Stroke, found: list[Group]) -> Page:
    """Several steps: the person says which; none: told why."""
    if not found:
        told = _("Trong những việc đã chọn không có quyết định nào để ký.") if asked.action == SIGN else ""
        flash(told or _("Những việc đã chọn không còn nữa."), "error")
        return redirect(asked.back)
    return render_template("pages/officer/bulk_choice.html", title=TITLES[asked.action], asked=asked, groups=found)


def _form_page(asked: Stroke, group: Group, filling: Filling) -> str:
    return render_template(
        "pages/officer/bulk_form.html",
        title=TITLES[asked.action],
        asked=asked,
        group=group,
        filling=filling,
        url=url_for("bulk.sign" if asked.action == SIGN else "bulk.complete"),
    )


def _filling(session: Session, actor: Actor, group: Group) -> Filling:
    """The form as the first of the tasks shows it that the actor may do; nobody's draft stands in it."""
    opened = [task_forms.open_form(session, site().platform, actor, line.id) for line in group.lines[:1]]
    if not opened[0].may_complete:
        later = (task_forms.open_form(session, site().platform, actor, line.id) for line in group.lines[1:])
        opened += [one for one in [next((each for each in later if each.may_complete), None)] if one]
    shown = opened[-1]
    return Filling(
        definition=shown.definition,
        context=shown.context,
        values={},
        uploader_key=documents.uploader_key(actor),
        uploaded_by=actor.name,
        dossier_id=shown.dossier.id,
    )
