"""The officer's day: the inbox, and a task with its form."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read, write
from api.pages import checklist, frame, listing, live, once, papers_said, present, task_view
from api.pages import inbox as boxes
from api.pages.acting import carry_out, person
from api.pages.filling import Filling, posted_version
from api.pages.uploads import takes_files
from api.site import site
from engine import documents, task_forms, tasks
from engine.errors import EngineError
from engine.model import Actor
from engine.papers import CHECK_FORM
from engine.persistence import tasks as stored
from engine.persistence.tables import DossierRow
from engine.procedures import pinned
from engine.runtime.procedure import Procedure
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
        total = boxes.count(session, actor, filters)
        rows = boxes.outline(session, actor, filters, live.LOOKED_ON * boxes.PAGE)
    return live.answer(rows, boxes.PAGE, total)


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
    filling, data_title, checked = _filling(task_id, actor)
    pressed = filling.take_post()
    said = papers_said.said(checked, actor.name, filling.uploader_key) if checked else None
    filling.problems = [*filling.problems, *(said.problems if said else ())]
    if papers_said.ALL in request.form:
        return _page(task_id, filling, said)
    if pressed.kind == "complete" and not filling.problems:
        return _complete(task_id, actor, filling, data_title, said)
    if pressed.kind == "save":
        return _save(task_id, actor, filling, said)
    return _again(task_id, filling, pressed, said)


@blueprint.post("/tasks/<uuid:task_id>/draft")
@allow_signed_in
def draft(task_id: UUID) -> tuple[str, int]:
    """Keep what has been typed; called by the page's script while somebody types."""
    actor = person()
    filling, _title, _checked = _filling(task_id, actor)
    values = from_html(filling.definition, list(request.form.items(multi=True)), (), filling.context)
    write(lambda session: task_forms.save_draft(session, site().platform, actor, task_id, values))
    return "", 204


@blueprint.post("/tasks/<uuid:task_id>/claim")
@allow_signed_in
def claim(task_id: UUID) -> Response:
    """Take a task that nobody has."""
    act = partial(tasks.claim, platform=site().platform, actor=person(), task_id=task_id, version=posted_version())
    return carry_out(act, _("Đã nhận việc này."), url_for("officer.task", task_id=task_id))


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


def _complete(
    task_id: UUID, actor: Actor, filling: Filling, title: str, said: papers_said.Said | None
) -> str | Response | tuple[str, int]:
    def act(session: Session) -> DossierRow:
        seen = papers_said.of_task(session, task_id, said) if said else ()
        sent = tasks.Check(filling.values, seen, filling.uploader_key)
        return tasks.complete_check(session, site().platform, actor, task_id, sent, posted_version())

    try:
        dossier = write(act)
    except InvalidAnswers as wrong:
        filling.problems = wrong.problems
        return _page(task_id, filling, said), 422
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
        return _page(task_id, filling, said), refusal.status
    back = frame.safe_next(request.form.get("_back", ""), url_for("officer.inbox"))
    if said is not None:  # of a reception: what is printed for the applicant comes next
        return redirect(url_for("reception.received", dossier_id=dossier.id, next=back))
    flash(_("Đã hoàn thành “%(step)s” của hồ sơ %(code)s.", step=title, code=dossier.code), "success")
    return redirect(back)


def _save(
    task_id: UUID, actor: Actor, filling: Filling, said: papers_said.Said | None
) -> str | Response | tuple[str, int]:
    def act(session: Session) -> None:
        task_forms.save_draft(session, site().platform, actor, task_id, filling.values)
        if said and (seen := papers_said.of_task(session, task_id, said)):
            tasks.check_papers(session, site().platform, actor, task_id, seen, filling.uploader_key)

    try:
        write(act)
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
        return _page(task_id, filling, said), refusal.status
    if filling.problems:
        return _page(task_id, filling, said), 422
    flash(_("Đã lưu nháp. Việc vẫn đang mở."), "success")
    return redirect(url_for("officer.task", task_id=task_id))


def _again(task_id: UUID, filling: Filling, pressed: Action, said: papers_said.Said | None) -> str | tuple[str, int]:
    refused = bool(filling.problems) and pressed.kind == "complete"
    page = _page(task_id, filling, said)
    return (page, 422) if refused else page


def _filling(task_id: UUID, actor: Actor) -> tuple[Filling, str, Procedure | None]:
    """The task's form for this person, the task's title, and the procedure whose papers it checks, if it does."""
    with read() as session:
        opened = task_forms.open_form(session, site().platform, actor, task_id)
        procedure = pinned(session, opened.dossier) if opened.task.form_key == CHECK_FORM else None
        return _filling_of(opened, actor), task_view.title(opened.task), procedure


def _filling_of(opened: task_forms.TaskForm, actor: Actor) -> Filling:
    return Filling(
        definition=opened.definition,
        context=opened.context,
        values=opened.values,
        uploader_key=documents.uploader_key(actor),
        uploaded_by=actor.name,
        dossier_id=opened.dossier.id,
        href=lambda identifier: url_for("dossiers.paper", document_id=identifier),
    )


def _page(task_id: UUID, filling: Filling | None = None, said: papers_said.Said | None = None) -> str:
    actor = person()
    with read() as session:
        opened = task_forms.open_form(session, site().platform, actor, task_id)
        kept = stored.draft_of(session, opened.task)
        checks = opened.may_complete and opened.task.form_key == CHECK_FORM
        variables: dict[str, Any] = {
            "task": task_view.view(session, actor, opened),
            "dossier": opened.dossier,
            "dossier_due": present.dossier_due(opened.dossier),
            "candidates": task_view.candidates(session, site().platform, actor, opened.task),
            "filling": filling or _filling_of(opened, actor),
            "editable": opened.may_complete,
            "checklist": checklist.of_dossier(session, actor, opened.dossier, said) if checks else None,
            "saved_at": kept.saved_at if kept else None,
            "back": url_for("officer.inbox"),
        }
        return render_template("pages/officer/task.html", **variables)
