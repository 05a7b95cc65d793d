"""The officer's day: the inbox, and a task with its form."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read, write
from api.pages import inbox as boxes
from api.pages import listing, once, present, task_view
from api.pages.acting import carry_out, person
from api.pages.filling import Filling, posted_version
from api.pages.uploads import takes_files
from api.site import site
from engine import documents, tasks
from engine.errors import EngineError
from engine.model import Actor
from engine.persistence import tasks as stored
from forms.answers import InvalidAnswers
from forms.posted import Action, from_html
from forms.problems import FieldProblem

blueprint = Blueprint("officer", __name__)


@blueprint.get("/inbox")
@allow_signed_in
def inbox() -> str | Response:
    """The person's tasks, those of the queues the person works on, everybody's that may be seen, what is overdue."""
    actor = person()
    with read() as session:
        wishes = listing.wishes(session, actor, "inbox", boxes.COLUMNS)
        if not request.args and wishes.beginning:
            return redirect(f"{url_for('officer.inbox')}?{wishes.beginning.query}")
        variables = boxes.page(session, actor, boxes.Filters.of(request.args), wishes)
        limit = site().settings.bulk_limit
        return render_template("pages/officer/inbox.html", attempt=once.new_attempt(), limit=limit, **variables)


@blueprint.get("/inbox/news")
@allow_signed_in
def news() -> Response:
    """What is new in a list that somebody has open: asked for often, so answered by 304 while nothing is."""
    actor, filters = person(), boxes.Filters.of(request.args)
    with read() as session:
        total, rows = boxes.count(session, actor, filters), boxes.outline(session, actor, filters)
    told = jsonify({"count": total, "rows": {str(identifier): version for identifier, version in rows}})
    told.set_etag(boxes.etag(rows, total))
    return told.make_conditional(request)


@blueprint.get("/tasks/<uuid:task_id>")
@allow_signed_in
def task(task_id: UUID) -> str:
    """A task with its form."""
    return _page(task_id)


@blueprint.post("/tasks/<uuid:task_id>")
@allow_signed_in
@takes_files
def work(task_id: UUID) -> str | Response | tuple[str, int]:
    """What a button of the form asks for: complete, save a draft, or show the form again with what was typed."""
    actor = person()
    filling, data_title = _filling(task_id, actor)
    pressed = filling.take_post()
    if pressed.kind == "complete" and not filling.problems:
        return _complete(task_id, actor, filling, data_title)
    if pressed.kind == "save":
        return _save(task_id, actor, filling)
    return _again(task_id, filling, pressed)


@blueprint.post("/tasks/<uuid:task_id>/draft")
@allow_signed_in
def draft(task_id: UUID) -> tuple[str, int]:
    """Keep what has been typed; called by the page's script while somebody types."""
    actor = person()
    filling, _title = _filling(task_id, actor)
    values = from_html(filling.definition, list(request.form.items(multi=True)), (), filling.context)
    write(lambda session: tasks.save_draft(session, site().platform, actor, task_id, values))
    return "", 204


@blueprint.post("/tasks/<uuid:task_id>/claim")
@allow_signed_in
def claim(task_id: UUID) -> Response:
    """Take a task that nobody has."""
    act = partial(tasks.claim, platform=site().platform, actor=person(), task_id=task_id, version=posted_version())
    return carry_out(act, _("Bạn đã nhận việc này."), url_for("officer.task", task_id=task_id))


@blueprint.post("/tasks/<uuid:task_id>/release")
@allow_signed_in
def release(task_id: UUID) -> Response:
    """Give a task back to its queue."""
    act = partial(tasks.release, platform=site().platform, actor=person(), task_id=task_id, version=posted_version())
    return carry_out(act, _("Việc đã trở về hàng chờ."), url_for("officer.task", task_id=task_id))


@blueprint.post("/tasks/<uuid:task_id>/assign")
@allow_signed_in
def assign(task_id: UUID) -> Response:
    """Give a task to somebody, as head of the unit."""
    act = partial(
        tasks.assign,
        platform=site().platform,
        actor=person(),
        task_id=task_id,
        username=request.form.get("username", ""),
        version=posted_version(),
    )
    return carry_out(act, _("Đã giao việc."), url_for("officer.task", task_id=task_id))


def _complete(task_id: UUID, actor: Actor, filling: Filling, title: str) -> str | Response | tuple[str, int]:
    act = partial(
        tasks.complete,
        platform=site().platform,
        actor=actor,
        task_id=task_id,
        raw=filling.values,
        version=posted_version(),
        uploader_key=filling.uploader_key,
    )
    try:
        dossier = write(act)
    except InvalidAnswers as wrong:
        filling.problems = wrong.problems
        return _page(task_id, filling), 422
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
        return _page(task_id, filling), refusal.status
    flash(_("Đã hoàn thành “%(step)s” của hồ sơ %(code)s.", step=title, code=dossier.code), "success")
    return redirect(url_for("officer.inbox"))


def _save(task_id: UUID, actor: Actor, filling: Filling) -> str | Response | tuple[str, int]:
    try:
        write(lambda session: tasks.save_draft(session, site().platform, actor, task_id, filling.values))
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
        return _page(task_id, filling), refusal.status
    if filling.problems:
        return _page(task_id, filling), 422
    flash(_("Đã lưu nháp. Việc vẫn đang mở."), "success")
    return redirect(url_for("officer.task", task_id=task_id))


def _again(task_id: UUID, filling: Filling, pressed: Action) -> str | tuple[str, int]:
    refused = bool(filling.problems) and pressed.kind == "complete"
    return (_page(task_id, filling), 422) if refused else _page(task_id, filling)


def _filling(task_id: UUID, actor: Actor) -> tuple[Filling, str]:
    """The task's form for this person, and the task's title."""
    with read() as session:
        opened = tasks.open_form(session, site().platform, actor, task_id)
        return _filling_of(opened, actor), task_view.title(opened.task)


def _filling_of(opened: tasks.TaskForm, actor: Actor) -> Filling:
    return Filling(
        definition=opened.definition,
        context=opened.context,
        values=opened.values,
        uploader_key=documents.uploader_key(actor),
        uploaded_by=actor.name,
        dossier_id=opened.dossier.id,
        href=lambda identifier: url_for("dossiers.paper", document_id=identifier),
    )


def _page(task_id: UUID, filling: Filling | None = None) -> str:
    actor = person()
    with read() as session:
        opened = tasks.open_form(session, site().platform, actor, task_id)
        kept = stored.draft_of(session, opened.task)
        variables: dict[str, Any] = {
            "task": task_view.view(session, actor, opened),
            "dossier": opened.dossier,
            "dossier_due": present.dossier_due(opened.dossier),
            "candidates": task_view.candidates(session, site().platform, actor, opened.task),
            "filling": filling or _filling_of(opened, actor),
            "editable": opened.may_complete,
            "saved_at": kept.saved_at if kept else None,
            "back": url_for("officer.inbox"),
        }
        return render_template("pages/officer/task.html", **variables)
