"""An applicant's own dossier, opened by its secret link: receipt, countdown, what happened, supplement, withdraw."""

from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow_public
from api.database import read, write
from api.language import current_language
from api.pages import (
    answers_view,
    clock,
    dossier_view,
    downloads,
    history_view,
    letters,
    notice_list,
    own_papers,
    present,
    procedure_view,
    task_view,
)
from api.pages.acting import Refused, carry_out, carry_out_typed
from api.pages.filling import Filling, posted_version
from api.pages.uploads import takes_files
from api.site import site
from engine import documents, letters_on_demand, mail_addresses, possible, task_forms, tasks
from engine import dossiers as use_cases
from engine.errors import EngineError, NotFoundError
from engine.model import Actor, Role
from engine.persistence import dossiers
from engine.persistence.organisation import unit_names
from engine.persistence.tables import DossierRow
from engine.procedures import pinned
from forms.answers import InvalidAnswers
from forms.problems import FieldProblem

blueprint = Blueprint("following", __name__, url_prefix="/my/<link>")
HISTORY_PAGE = 20  # entries shown at once


@blueprint.get("/")
@allow_public
def mine(link: str) -> str:
    """Everything the applicant may know: the same clock that the officer sees."""
    return page(link)


def page(link: str, returned: Refused | None = None) -> str:
    """The page of a dossier; `returned` is what one of its forms was not taken for."""
    asked = request.args.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    with read() as session:
        applicant, dossier = _opened(session, link)
        procedure = pinned(session, dossier)
        history = history_view.for_applicant(session, dossier.id, procedure, before, HISTORY_PAGE)
        waiting = dossier_view.open_tasks(session, dossier, procedure)
        own = own_papers.elements(procedure)
        data = dossiers.data_of(session, dossier.id)
        variables: dict[str, Any] = {
            "link": link,
            "returned": returned,
            "dossier": dossier,
            "procedure": procedure_view.view(procedure),
            "progress": present.progress_text(dossier),
            "tasks": [task for task in waiting if task.element_id in own],
            "waiting": _waiting(dossier, waiting),
            "clock": clock.view(session, dossier),
            "history": history.lines,
            "history_before": before,
            "more_href": url_for(".mine", link=link, before=history.more, _anchor="history") if history.more else "",
            "documents": own_papers.lines(session, dossier, procedure, link),
            "parts": answers_view.parts(procedure, data, dossier.id, own_papers.keys_of(procedure)),
            "facts": _facts(session, dossier),
            "notices": notice_list.lines(session, applicant),
            "mail": mail_addresses.of_dossier(session, dossier.id),
            "mails_leave": bool(site().settings.mail.host),
            "now": site().now(),
            "may_withdraw": possible.may_send(session, site().platform, applicant, dossier, use_cases.WITHDRAWAL),
        }
        return render_template("pages/citizen/mine.html", **variables)


@blueprint.get("/receipt")
@allow_public
def receipt(link: str) -> str:
    """The code and the link to keep, to print or to photograph."""
    with read() as session:
        _applicant, dossier = _opened(session, link)
        procedure = pinned(session, dossier)
        facts = [(_("Thủ tục"), procedure.title(current_language())), *_facts(session, dossier)]
        return render_template(
            "pages/citizen/receipt.html", dossier=dossier, facts=facts, link=link, address=_address(link)
        )


@blueprint.get("/receipt.pdf")
@allow_public
def receipt_pdf(link: str) -> Response:
    """The same as a PDF with the link as a QR code; the receipt with its due date once the dossier is accepted."""
    with read() as session:
        _applicant, dossier = _opened(session, link)
        sheet = letters_on_demand.for_applicant(session, site().platform, dossier, _address(link))
    return letters.send(sheet)


@blueprint.get("/qr.svg")
@allow_public
def qr(link: str) -> Response:
    """The link as a QR code, for a telephone's camera."""
    with read() as session:
        _opened(session, link)
    drawn = BytesIO()
    segno.make(_address(link), error="m").save(drawn, kind="svg", scale=4, border=2, xmldecl=False)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@blueprint.get("/papers/<uuid:document_id>")
@allow_public
def paper(link: str, document_id: UUID) -> Response:
    """A paper that the applicant filed, or the result."""
    with read() as session:
        applicant, dossier = _opened(session, link)
        row = documents.find(session, applicant, document_id, documents.uploader_key(applicant))
        if row.dossier_id is not None and row.id not in own_papers.readable(session, dossier, pinned(session, dossier)):
            raise NotFoundError(f"expected a paper of the applicant's, found {document_id}", "Không tìm thấy tài liệu.")
    return downloads.send(row)


@blueprint.get("/tasks/<uuid:task_id>")
@allow_public
def task(link: str, task_id: UUID) -> str:
    """What the applicant is asked to do, with its form."""
    return _page(link, task_id)


@blueprint.post("/tasks/<uuid:task_id>")
@allow_public
@takes_files
def work(link: str, task_id: UUID) -> str | AnyResponse | tuple[str, int]:
    """Send the form, keep it for later, or show it again with what was typed."""
    with read() as session:
        applicant, _dossier = _opened(session, link)
        opened = task_forms.open_form(session, site().platform, applicant, task_id)
    filling = _filling(opened, applicant, link)
    pressed = filling.take_post()
    if pressed.kind == "complete" and not filling.problems:
        return _complete(link, task_id, applicant, filling)
    if pressed.kind == "save" and not filling.problems:
        act = partial(
            task_forms.save_draft, platform=site().platform, actor=applicant, task_id=task_id, raw=filling.values
        )
        return carry_out(
            act, _("Đã lưu. Ông/Bà có thể quay lại làm tiếp."), url_for(".task", link=link, task_id=task_id)
        )
    page = _page(link, task_id, filling)
    return (page, 422) if filling.problems else page


@blueprint.post("/withdraw")
@allow_public
def withdraw(link: str) -> AnyResponse | tuple[str, int]:
    """The applicant takes the dossier back."""
    with read() as session:
        applicant, dossier = _opened(session, link)
    reason = request.form.get("reason", "")
    act = partial(
        use_cases.send_message,
        platform=site().platform,
        actor=applicant,
        dossier_id=dossier.id,
        message=use_cases.WITHDRAWAL,
        reason=reason,
        version=posted_version(),
    )
    done, typed = _("Đã rút hồ sơ."), Refused("withdraw", reason)
    return carry_out_typed(act, done, url_for(".mine", link=link), typed, partial(page, link))


def _opened(session: Session, link: str) -> tuple[Actor, DossierRow]:
    applicant = use_cases.applicant_by_link(session, link)
    if applicant.dossier_id is None:
        raise NotFoundError("expected the link of a dossier, found another", "Đường dẫn hồ sơ không đúng.")
    return applicant, dossiers.get(session, applicant, applicant.dossier_id)


def _complete(link: str, task_id: UUID, applicant: Actor, filling: Filling) -> AnyResponse | tuple[str, int]:
    act = partial(
        tasks.complete,
        platform=site().platform,
        actor=applicant,
        task_id=task_id,
        raw=filling.values,
        version=posted_version(),
        uploader_key=filling.uploader_key,
    )
    try:
        write(act)
    except InvalidAnswers as wrong:
        filling.problems = wrong.problems
        return _page(link, task_id, filling), 422
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
        return _page(link, task_id, filling), refusal.status
    flash(_("Đã gửi. Cảm ơn Ông/Bà."), "success")
    return redirect(url_for(".mine", link=link), 303)


def _filling(opened: task_forms.TaskForm, applicant: Actor, link: str) -> Filling:
    return Filling(
        definition=opened.definition,
        context=opened.context,
        values=opened.values,
        uploader_key=documents.uploader_key(applicant),
        uploaded_by=applicant.name,
        dossier_id=opened.dossier.id,
        href=lambda identifier: url_for(".paper", link=link, document_id=identifier),
    )


def _page(link: str, task_id: UUID, filling: Filling | None = None) -> str:
    with read() as session:
        applicant, dossier = _opened(session, link)
        opened = task_forms.open_form(session, site().platform, applicant, task_id)
        if opened.task.role != Role.APPLICANT:
            raise NotFoundError("expected a task of the applicant, found an officer's", "Không tìm thấy công việc.")
        return render_template(
            "pages/citizen/task.html",
            link=link,
            dossier=dossier,
            task=task_view.view(session, applicant, opened),
            filling=filling or _filling(opened, applicant, link),
        )


def _address(link: str) -> str:
    return site().settings.public_url + url_for("following.mine", link=link)


def _facts(session: Session, dossier: DossierRow) -> list[tuple[str, str]]:
    units = unit_names(session, {dossier.receiving_unit, dossier.competent_unit}, current_language())
    due = present.dossier_due(dossier)
    rows = [
        (_("Người nộp"), dossier.applicant_name),
        (_("Nội dung"), dossier.summary),
        (_("Nộp lúc"), present.moment_text(dossier.submitted_at)),
        (_("Nơi tiếp nhận"), units.get(dossier.receiving_unit, dossier.receiving_unit)),
        (_("Cơ quan giải quyết"), units.get(dossier.competent_unit, dossier.competent_unit)),
        (
            _("Hẹn trả kết quả"),
            (due.date or due.text) if due else _("Hẹn ngày khi hồ sơ được tiếp nhận đầy đủ, hợp lệ"),
        ),
    ]
    return [(key, value) for key, value in rows if value]


def _waiting(dossier: DossierRow, waiting: list[dossier_view.OpenTask]) -> str:
    """Who has the dossier now, down to the unit and no further."""
    if dossier.closed_at is not None or not waiting:
        return dossier_view.waiting_words(dossier)
    told = [f"{task.name} ({task.unit})" for task in waiting]
    return _("Hồ sơ đang ở bước: %(steps)s.", steps="; ".join(told))
