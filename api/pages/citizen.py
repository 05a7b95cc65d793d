"""What anybody may see and do: find a procedure, read what it asks for, file, look a dossier up by its code."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow_public
from api.auth.limits import limiter
from api.database import read
from api.pages import begun, filing, once, present, procedure_view, steps
from api.pages.uploads import takes_files
from api.site import site
from engine import applications_begun, procedures
from engine.errors import EngineError, NotFoundError
from engine.persistence import dossiers

blueprint = Blueprint("citizen", __name__)


@blueprint.get("/")
@allow_public
def home() -> str:
    """Find a procedure in everyday words, or follow a dossier."""
    wanted = request.args.get("q", "").strip()[:200]
    with read() as session:
        found = procedure_view.offered(session, wanted, site().platform.today())
    return render_template("pages/citizen/home.html", q=wanted, procedures=found)


@blueprint.get("/procedures/<key>")
@allow_public
def procedure(key: str) -> str:
    """What a procedure is for, what it asks for, how long it takes and by which law."""
    with read() as session:
        version = procedures.governing_version(session, key, site().platform.today())
        loaded = procedures.loaded(session, version.id)
        unfinished = begun.unfinished(session, key)
    return render_template(
        "pages/citizen/procedure.html",
        procedure=procedure_view.view(loaded),
        steps=steps.for_citizens(loaded),
        unfinished=unfinished,
    )


@blueprint.get("/procedures/<key>/file")
@allow_public
def file(key: str) -> str | AnyResponse:
    """The form to fill in; no account is needed. Its address names the attempt, so that the back button of a browser
    leads to what became of it and not to an empty form that would be filed a second time."""
    attempt = request.args.get("attempt", "")
    if len(attempt) < applications_begun.SHORTEST:
        return redirect(url_for("citizen.file", key=key, attempt=once.new_attempt()))
    if begun.known(attempt):
        return redirect(url_for("citizen.application", secret=attempt))
    return _form(key, begun.fresh(key))


@blueprint.post("/procedures/<key>/file")
@allow_public
@limiter.limit("120/minute")
@takes_files
def send(key: str) -> str | AnyResponse | tuple[str, int]:
    """File, keep for later, go to another section, or show the form again with what was typed."""
    sheet = begun.fresh(key)
    if link := begun.filed(sheet.form.attempt):  # a second press, another tab, the back button
        return redirect(url_for("following.receipt", link=link), 303)
    filling = sheet.form.filling
    pressed = filling.take_post()
    if sheet.form.renewed and "HX-Request" not in request.headers:
        return _renewed(key, sheet)
    if target := begun.wanted():
        return _go(key, sheet, target)
    if pressed.kind == "save" and not filling.problems:
        begun.keep(key, sheet)
        return redirect(url_for("citizen.saved", secret=sheet.form.attempt), 303)
    return _file(key, sheet) if pressed.kind == "complete" else _form(key, sheet)


@blueprint.post("/procedures/<key>/draft")
@allow_public
@limiter.limit("240/minute")
def autosave(key: str) -> tuple[str, int]:
    """Keep what has been typed; called by the page's script while somebody types."""
    sheet = begun.fresh(key)
    if not begun.filed(sheet.form.attempt):  # another tab was quicker
        sheet.form.filling.take_post()
        begun.keep(key, sheet)
    return "", 204


@blueprint.get("/applications/<secret>")
@allow_public
@limiter.limit("120/minute")
def application(secret: str) -> str | AnyResponse:
    """Go on with what was begun; once it is filed, its receipt."""
    if link := begun.filed(secret):
        return redirect(url_for("following.receipt", link=link))
    sheet = _begun(secret)
    if sheet.form.renewed:
        sheet.form.filling.problems = [filing.RENEWED]
    return _form(sheet.key, sheet)


@blueprint.get("/applications/<secret>/saved")
@allow_public
@limiter.limit("120/minute")
def saved(secret: str) -> str | AnyResponse:
    """The link to come back by, and until when."""
    if link := begun.filed(secret):
        return redirect(url_for("following.receipt", link=link))
    return _saved(secret)


@blueprint.post("/applications/<secret>/mail")
@allow_public
@limiter.limit("10/hour")
def mail_link(secret: str) -> AnyResponse | tuple[str, int]:
    """Send the link to the address that the applicant names, once; the address is not kept."""
    recipient = request.form.get("address", "").strip()[:320]
    _begun(secret)  # nothing is sent for a link that leads nowhere
    try:
        begun.mail_link(secret, recipient)
    except EngineError as refusal:
        return _saved(secret, recipient, present.told(refusal)), refusal.status
    flash(_("Đường dẫn sẽ đến %(address)s trong ít phút.", address=recipient), "success")
    return redirect(url_for("citizen.saved", secret=secret), 303)


@blueprint.post("/applications/<secret>/forget")
@allow_public
def forget(secret: str) -> AnyResponse:
    """Let go of what was kept: for those who share a computer, or have changed their mind."""
    key = _begun(secret).key
    begun.forget(secret)
    flash(_("Đã xóa bản nháp."), "success")
    return redirect(url_for("citizen.procedure", key=key), 303)


@blueprint.get("/follow")
@allow_public
@limiter.limit("120/minute")
def follow() -> str | tuple[str, int]:
    """Look a dossier up by its code: how it stands and how far it has come, and nothing else (privacy)."""
    code = request.args.get("code", "").strip()[:64]
    if not code:
        return _follow(code, None, _("Nhập mã hồ sơ") if "code" in request.args else "")
    try:
        with read() as session:
            return _follow("", dossiers.by_code(session, code), "")
    except NotFoundError:
        return _follow(code, None, _("Không có hồ sơ nào mang mã “%(code)s”. Hãy kiểm tra lại.", code=code)), 404


def _follow(code: str, found: object, error: str) -> str:
    errors = [{"href": "#code", "text": error}] if error else []
    return render_template("pages/citizen/follow.html", code=code, found=found, errors=errors)


def _file(key: str, sheet: begun.Sheet) -> AnyResponse | tuple[str, int]:
    link = "" if sheet.form.filling.problems else filing.file(key, sheet.form, sheet.desk)
    if not link:
        begun.go_to_problems(sheet)
        return _form(key, sheet), 422
    return redirect(url_for("following.receipt", link=link), 303)


def _renewed(key: str, sheet: begun.Sheet) -> tuple[str, int]:
    """The procedure has changed since the page was opened: what was typed is kept, and the person is told."""
    if not sheet.form.filling.problems:
        begun.keep(key, sheet)
    sheet.form.filling.problems = [filing.RENEWED, *sheet.form.filling.problems]
    return _form(key, sheet), 422


def _go(key: str, sheet: begun.Sheet, target: int) -> AnyResponse | tuple[str, int]:
    """To another section, once this one is right; what was typed is kept, so that the page has an address."""
    filling = sheet.form.filling
    filling.problems = [*filling.problems, *begun.problems_on_the_way(sheet, target)]
    if filling.problems:
        return _form(key, sheet), 422
    begun.keep(key, sheet)
    return redirect(url_for("citizen.application", secret=sheet.form.attempt, section=target), 303)


def _begun(secret: str) -> begun.Sheet:
    sheet = begun.continued(secret, request.args.get("section", "1"))
    if sheet is None:
        raise NotFoundError(
            "expected the link of an application that was begun, found none; it may have lapsed, begin anew",
            "Không có bản nháp nào ở đường dẫn này: có thể đã quá hạn lưu hoặc đã bị xóa. Hãy bắt đầu lại.",
        )
    return sheet


def _saved(secret: str, recipient: str = "", error: str = "") -> str:
    sheet = _begun(secret)
    return render_template(
        "pages/citizen/saved.html",
        procedure=sheet.form.procedure,
        secret=secret,
        address=site().settings.public_url + url_for("citizen.application", secret=secret),
        until=sheet.until,
        mails_leave=bool(site().settings.mail.host),
        recipient=recipient,
        errors=[{"href": "#address", "text": error}] if error else [],
    )


def _form(key: str, sheet: begun.Sheet) -> str:
    return render_template(
        "pages/citizen/file.html",
        procedure=sheet.form.procedure,
        sheet=sheet,
        filling=sheet.form.filling,
        attempt=sheet.form.attempt,
        version=sheet.form.version,
        back=url_for("citizen.procedure", key=key),
        days=site().settings.papers.draft_days,
    )
