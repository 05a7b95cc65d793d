"""The reception desk: take dossiers in at the counter, see what came online, hand results back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import allow, allow_signed_in
from api.database import read
from api.language import current_language
from api.pages import begun, frame, inbox, once, present, procedure_view, reception_filing, task_view, wording
from api.pages.acting import person
from api.pages.uploads import takes_files
from api.site import site
from engine.model import Actor, DossierState, Role, TaskState
from engine.papers import CHECK_FORM
from engine.persistence import dossiers, letters, tasks
from engine.persistence import reception as waiting
from engine.persistence.tables import DossierRow
from engine.procedures import pinned
from engine.runtime.facts import ReceptionLimit
from forms.letter_data import LetterKind

blueprint = Blueprint("reception", __name__, url_prefix="/reception")
SHOWN: Final = 15  # of each queue; the inbox has them all
_APPROVAL: Final = "supplement_approval"  # the form in which a leader approves a second request
_TO_RECEIVE: Final = {"online", "post", "desk"}
_LETTERS: Final = {"accept": LetterKind.RECEIPT, "supplement": LetterKind.SUPPLEMENT, "refuse": LetterKind.REFUSAL}


@dataclass(frozen=True)
class Line:
    """A task of the desk; `limit` is by when an online dossier must have been received, by which law."""

    task: task_view.TaskLine
    channel: str
    receive_by: present.Due | None
    limit: str


@dataclass(frozen=True)
class Queue:
    """Tasks of the desk under one heading; `late` counts the shown ones whose limit has passed."""

    id: str
    title: str
    empty: str
    total: int
    late: int
    lines: list[Line]
    href: str

    @property
    def receives(self) -> bool:
        """Whether these dossiers wait to be received, so that the limit of reception is the one that counts."""
        return self.id in _TO_RECEIVE


@blueprint.get("/")
@allow(Role.RECEPTION_OFFICER)
def desk() -> str:
    """What waits at the desk, and the procedures that can be filed here."""
    wanted = request.args.get("q", "").strip()[:200]
    today = site().platform.today()
    with read() as session:
        variables: dict[str, Any] = {
            "q": wanted,
            "procedures": procedure_view.offered(session, wanted, today),
            "queues": _queues(session, person()),
            "counted": _counted(session, person()),
        }
        return render_template("pages/reception/desk.html", **variables)


@blueprint.get("/<key>")
@allow(Role.RECEPTION_OFFICER)
def file(key: str) -> str | Response:
    """The start form and the list of papers, filled in by the officer for somebody at the counter.

    Its address names the attempt: the back button leads to what became of it, not to an empty form.
    """
    attempt = request.args.get("attempt", "")
    if not attempt:
        channel = request.args.get("channel") or None
        return redirect(url_for("reception.file", key=key, channel=channel, attempt=once.new_attempt()))
    if link := begun.filed(attempt):
        return redirect(url_for("reception.filed", link=link))
    return reception_filing.empty(key, person())


@blueprint.post("/<key>")
@allow(Role.RECEPTION_OFFICER)
@takes_files
def send(key: str) -> str | Response | tuple[str, int]:
    """Take the dossier in and show what to print and to hand over."""
    taken = reception_filing.take(key, person())
    if isinstance(taken, reception_filing.Shown):
        return (taken.page, 422) if taken.refused else taken.page
    return redirect(url_for("reception.filed", link=taken), 303)


@blueprint.get("/filed/<link>")
@allow(Role.RECEPTION_OFFICER)
def filed(link: str) -> str:
    """What has become of the dossier that was just taken in: the receipt, or what is missing, or the refusal."""
    with read() as session:
        dossier = dossiers.get(session, person(), dossiers.by_link(session, link).id)
        return _taken_in(session, dossier, link, url_for(".desk"))


@blueprint.get("/received/<uuid:dossier_id>")
@allow_signed_in
def received(dossier_id: UUID) -> str:
    """The same of a dossier that waited in the queue; its applicant has the link already."""
    with read() as session:
        dossier = dossiers.get(session, person(), dossier_id)
        return _taken_in(session, dossier, "", frame.safe_next(request.args.get("next", ""), url_for(".desk")))


def _taken_in(session: Session, dossier: DossierRow, link: str, then: str) -> str:
    data = dossiers.data_of(session, dossier.id)
    check = next((one for one in (data.get(CHECK_FORM),) if isinstance(one, dict)), {})
    decision = str(check.get("decision") or "")
    if decision == "supplement" and _awaits_approval(session, dossier):
        decision = "approval"
    kind = _LETTERS.get(decision)
    asked_for = kind is not None and letters.newest(session, dossier.id, kind) is not None
    return render_template(
        "pages/reception/filed.html",
        dossier=dossier,
        procedure=pinned(session, dossier).title(current_language()),
        due=present.dossier_due(dossier),
        decision=decision,
        missing=(check.get("missing") or []) if decision in ("supplement", "approval") else [],
        letter=kind if asked_for else "",
        link=link,
        then=then,
    )


def _awaits_approval(session: Session, dossier: DossierRow) -> bool:
    """Whether a second request waits until the leader has approved it (shared/supplement.bpmn)."""
    every = tasks.of_dossier(session, dossier.id)
    return any(one.form_key == _APPROVAL and one.state == TaskState.OPEN for one in every)


def own_units(actor: Actor) -> list[str]:
    """The places at whose desks the actor receives."""
    return sorted({unit for role, unit in actor.roles if role is Role.RECEPTION_OFFICER})


def _queues(session: Session, actor: Actor) -> list[Queue]:
    found = waiting.queues(session, own_units(actor), SHOWN)
    words = {
        "online": (_("Hồ sơ trực tuyến chưa tiếp nhận"), _("Không có hồ sơ trực tuyến nào chờ tiếp nhận.")),
        "post": (_("Hồ sơ đến qua bưu chính chưa kiểm tra"), _("Không có hồ sơ nào đến qua bưu chính.")),
        "desk": (_("Hồ sơ nhận tại quầy chưa kiểm tra xong"), _("Không có hồ sơ nào.")),
        "results": (_("Kết quả chờ trả"), _("Không có kết quả nào chờ trả.")),
        "others": (_("Việc khác của quầy"), _("Không có việc nào khác.")),
    }
    shown = [(row.task, row.dossier) for queue in found.values() for row in queue.first]
    drawn = {line.id: line for line in task_view.lines(session, actor, shown)}
    lines = {name: [_line(session, row, drawn[row.task.id]) for row in queue.first] for name, queue in found.items()}
    href = inbox.Filters(box=inbox.QUEUE).href
    return [
        Queue(name, *words[name], found[name].total, _late(lines[name]), lines[name], href) for name in waiting.WAITING
    ]


def _late(lines: Iterable[Line]) -> int:
    return sum(1 for line in lines if line.receive_by and line.receive_by.tone == "late")


def _line(session: Session, row: waiting.Waiting, task: task_view.TaskLine) -> Line:
    receive_by = row.receive_by if row.dossier.state == DossierState.FILED else None  # long past for a result
    limit = _limit_words(session, row.dossier) if receive_by else ""
    return Line(task, _channel(row.dossier), present.due(receive_by), limit)


def _channel(dossier: DossierRow) -> str:
    if dossier.support_unit and dossier.channel == "online":
        return _("Trực tuyến, có hỗ trợ")
    return wording.channel(dossier.channel)


def _limit_words(session: Session, dossier: DossierRow) -> str:
    """The limit of reception with its law, such as "1 ngày làm việc (Điều 17, Nghị định 118/2025/NĐ-CP)"."""
    said: ReceptionLimit = pinned(session, dossier).facts.reception
    basis = ", ".join(part for part in (said.legal_basis.article, said.legal_basis.document) if part)
    return f"{wording.limit(said.limit.amount, said.limit.unit)} ({basis})"


def _counted(session: Session, actor: Actor) -> list[tuple[str, int]]:
    """How many dossiers came in today, by channel."""
    midnight = datetime.combine(site().platform.today(), time.min, site().platform.zone)
    found = waiting.channels(session, own_units(actor), midnight)
    return [(text, found.get(way, 0)) for way, text in _ways()]


def _ways() -> Iterable[tuple[str, str]]:
    yield from ((way, wording.channel(way)) for way in ("desk", "post", "kiosk", "online"))
    yield "assisted", _("Trực tuyến, có hỗ trợ")
