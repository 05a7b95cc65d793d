"""What anybody may see and do: find a procedure, read what it asks for, file, look a dossier up by its code."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow_public
from api.auth.limits import limiter
from api.database import read
from api.pages import filing, procedure_view, steps
from api.pages.uploads import takes_files
from api.site import site
from engine import procedures
from engine.errors import NotFoundError
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
    return render_template(
        "pages/citizen/procedure.html", procedure=procedure_view.view(loaded), steps=steps.for_citizens(loaded)
    )


@blueprint.get("/procedures/<key>/file")
@allow_public
def file(key: str) -> str:
    """The form to fill in; no account is needed."""
    return _form(key, filing.form(key, filing.visitor()))


@blueprint.post("/procedures/<key>/file")
@allow_public
@limiter.limit("120/minute")
@takes_files
def send(key: str) -> str | AnyResponse | tuple[str, int]:
    """File, or show the form again with what was typed."""
    desk = filing.visitor()
    shown = filing.form(key, desk)
    pressed = shown.filling.take_post()
    if pressed.kind != "complete":
        return _form(key, shown)
    link = "" if shown.filling.problems else filing.file(key, shown, desk)
    if not link:
        return _form(key, shown), 422
    return redirect(url_for("following.receipt", link=link), 303)


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


def _form(key: str, shown: filing.Form) -> str:
    return render_template(
        "pages/citizen/file.html",
        procedure=shown.procedure,
        filling=shown.filling,
        attempt=shown.attempt,
        back=url_for("citizen.procedure", key=key),
    )
