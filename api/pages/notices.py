"""What somebody has been told: the list, marking as seen, the number in the header, and how one wants to be told."""

from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from api.auth import allow_public, allow_signed_in
from api.database import read, write
from api.pages import frame, notice_list
from api.pages.acting import carry_out, person
from api.site import site
from engine import dossiers, notices
from engine.errors import EngineError
from engine.persistence import notices as reading
from engine.persistence.notices import Position

blueprint = Blueprint("notices", __name__)
of_applicant = Blueprint("own_notices", __name__, url_prefix="/my/<link>/notices")

PAGE = 30

KINDS = {
    notices.TASK_ASSIGNED: lazy("Có việc được giao cho tôi"),
    notices.TERM_NEARS: lazy("Hồ sơ có bước đang mở sắp hết hạn giải quyết"),
    notices.STEP_OVERDUE: lazy("Một bước quá hạn"),
    notices.DOSSIER_OVERDUE: lazy("Hồ sơ quá hạn giải quyết"),
    notices.RECEPTION_LATE: lazy("Hồ sơ trực tuyến chậm được tiếp nhận"),
    notices.HAND_OVER_LATE: lazy("Hồ sơ chậm được bàn giao"),
    notices.STAND_IN: lazy("Tôi được cử thay người khác, hoặc có người được cử thay tôi"),
    notices.MENTIONED: lazy("Có người nhắc tên tôi trong ghi chú của một hồ sơ"),
    notices.MANDATE: lazy("Tôi được giao, hoặc thôi được giao, thẩm quyền quyết định"),
}
WAYS = {
    notices.Way.PAGE: lazy("Trong trang"),
    notices.Way.MAIL: lazy("Trong trang và qua thư điện tử"),
    notices.Way.OFF: lazy("Không báo"),
}


@blueprint.get("/notices")
@allow_signed_in
def index() -> str:
    """The list, newest first."""
    actor, before = person(), _position(request.args.get("before", ""))
    with read() as session:
        found = notice_list.lines(session, actor, before, PAGE + 1)
    shown, more = found[:PAGE], len(found) > PAGE
    onward = f"{shown[-1].at.isoformat()}~{shown[-1].id}" if more else ""
    return render_template(
        "pages/notices/list.html",
        notices=shown,
        now=site().now(),
        next_href=url_for(".index", before=onward) if more else "",
        first_href=url_for(".index") if before else "",
    )


@blueprint.get("/notices/new")
@allow_public
def bell() -> str | tuple[str, int]:
    """The number in the header, asked for by open pages; nothing for a page whose session has ended meanwhile, so
    that what stands on it is not lost."""
    return render_template("components/bell.html") if frame.signed_in() else ("", 204)


@blueprint.post("/notices/seen")
@allow_signed_in
def see_all() -> Response:
    """Mark everything that stood on the page as seen."""
    act = partial(notices.see_all, actor=person(), now=site().platform.now(), until=_until())
    return carry_out(act, _("Đã đánh dấu tất cả là đã xem."), url_for(".index"))


@blueprint.post("/notices/<uuid:notice_id>/seen")
@allow_signed_in
def see(notice_id: UUID) -> Response:
    """Mark one notice as seen."""
    act = partial(notices.see, actor=person(), now=site().platform.now(), notice_id=notice_id)
    back = frame.safe_next(request.form.get("next", ""), url_for(".index"))
    try:
        write(act)
    except EngineError:
        flash(_("Không có thông báo này."), "error")
    return redirect(back)


@blueprint.get("/account/notices")
@allow_signed_in
def choices() -> str:
    """How one is told of what."""
    actor = person()
    with read() as session:
        chosen = reading.choices_of(session, actor.id) if actor.id else {}
        email = reading.email_of(session, actor.id) if actor.id else ""
    return render_template(
        "pages/notices/choices.html",
        kinds=[(kind, text, chosen.get(kind, notices.USUAL[kind])) for kind, text in KINDS.items()],
        ways=WAYS,
        email=email,
        mails_leave=bool(site().settings.mail.host),
    )


@blueprint.post("/account/notices")
@allow_signed_in
def choose() -> Response:
    """Keep the choices."""
    ways = {kind: request.form[kind] for kind in KINDS if kind in request.form}
    act = partial(notices.choose, actor=person(), ways=ways)
    return carry_out(act, _("Đã lưu cách nhận thông báo."), url_for(".choices"))


@of_applicant.post("/seen")
@allow_public
def see_own(link: str) -> Response:
    """The applicant has seen the notices of the dossier."""
    with read() as session:
        applicant = dossiers.applicant_by_link(session, link)
    act = partial(notices.see_all, actor=applicant, now=site().platform.now(), until=_until())
    return carry_out(act, _("Đã đánh dấu tất cả là đã xem."), url_for("following.mine", link=link))


def _until() -> datetime:
    """The moment at which the page was made; what came after has not been on it."""
    try:
        moment = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        return site().now()
    return moment if moment.tzinfo else site().now()


def _position(text: str) -> Position | None:
    """Where the page before ended; the beginning when that cannot be read."""
    at, _tilde, identifier = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(identifier)) if moment.tzinfo else None
    except ValueError:
        return None
