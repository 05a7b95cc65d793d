"""The reception desk: take dossiers in at the counter, see what came online, hand results back."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import allow
from api.database import read
from api.pages import filing, inbox, procedure_view, task_view, wording
from api.pages.acting import person
from api.pages.uploads import takes_files
from api.site import site
from engine import documents, dossier_register
from engine.access import assignees_of
from engine.model import Actor, Channel, Role
from engine.persistence import tasks
from engine.persistence.tasks import InboxFilter
from engine.procedures import governing_version, loaded

blueprint = Blueprint("reception", __name__, url_prefix="/reception")
SHOWN = 15  # of each queue; the inbox has them all
_CHANNELS = (Channel.DESK, Channel.POST)


@dataclass(frozen=True)
class Queue:
    """Tasks of the desk under one heading."""

    id: str
    title: str
    empty: str
    total: int
    tasks: list[task_view.TaskLine]
    href: str


@blueprint.get("/")
@allow(Role.RECEPTION_OFFICER)
def desk() -> str:
    """What waits at the desk, and the procedures that can be filed here."""
    wanted = request.args.get("q", "").strip()[:200]
    with read() as session:
        variables: dict[str, Any] = {
            "q": wanted,
            "procedures": procedure_view.offered(session, wanted, site().platform.today()),
            "queues": _queues(session, person()),
            "points": dossier_register.reception_points(session, person()),
            "today": site().platform.today().isoformat(),
            "month": site().platform.today().replace(day=1).isoformat(),
        }
        return render_template("pages/reception/desk.html", **variables)


@blueprint.get("/<key>")
@allow(Role.RECEPTION_OFFICER)
def file(key: str) -> str:
    """The start form, filled in by the officer for somebody at the counter."""
    return _form(key, filing.form(key, _at_desk(key)))


@blueprint.post("/<key>")
@allow(Role.RECEPTION_OFFICER)
@takes_files
def send(key: str) -> str | Response | tuple[str, int]:
    """Take the dossier in and show the receipt to print."""
    at_desk = _at_desk(key)
    shown = filing.form(key, at_desk)
    pressed = shown.filling.take_post()
    if pressed.kind != "complete":
        return _form(key, shown, at_desk.channel)
    link = "" if shown.filling.problems else filing.file(key, shown, at_desk)
    if not link:
        return _form(key, shown, at_desk.channel), 422
    return redirect(url_for("following.receipt", link=link), 303)


def _at_desk(key: str) -> filing.Desk:
    """The officer, at the procedure's own reception point when it is theirs, else at theirs."""
    actor = person()
    own = sorted(unit for role, unit in actor.roles if role is Role.RECEPTION_OFFICER)
    with read() as session:
        version = governing_version(session, key, site().platform.today())
        usual = loaded(session, version.id).unit("receiving")
    channel = Channel.POST if request.form.get("channel") == Channel.POST else Channel.DESK
    return filing.Desk(actor, channel, usual if usual in own else own[0], documents.uploader_key(actor))


def _form(key: str, shown: filing.Form, channel: Channel = Channel.DESK) -> str:
    return render_template(
        "pages/citizen/file.html",
        procedure=shown.procedure,
        filling=shown.filling,
        attempt=shown.attempt,
        back=url_for("reception.desk"),
        channels=[(one.value, wording.channel(one.value)) for one in _CHANNELS],
        channel=channel.value,
    )


def _queues(session: Session, actor: Actor) -> list[Queue]:
    return [
        _queue(session, actor, "waiting", InboxFilter(mine=False), _("Chờ người nhận việc"), inbox.QUEUE),
        _queue(session, actor, "mine", InboxFilter(queues=False), _("Việc của tôi"), inbox.MINE),
    ]


def _queue(session: Session, actor: Actor, identifier: str, asked: InboxFilter, title: str, box: str) -> Queue:
    """The desk's own queues only: an officer who is also something else finds the rest in the inbox."""
    if actor.id is None:
        return Queue(identifier, title, "", 0, [], "")
    queues = {f"{unit}/{role}" for role, unit in actor.roles if role is Role.RECEPTION_OFFICER}
    rows = tasks.inbox(session, assignees_of(actor), queues, asked, limit=SHOWN)
    return Queue(
        id=identifier,
        title=title,
        empty=_("Không có việc nào."),
        total=tasks.count(session, assignees_of(actor), queues, asked),
        tasks=task_view.lines(session, actor, rows),
        href=inbox.Filters(box=box).href,
    )
