"""Signing in and out, and choosing the language."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.wrappers import Response

from api.auth import allow_public, current_actor, sign_in, sign_out
from api.auth.errors import BadCredentialsError, TooManyTriesError
from api.language import CHOSEN, LANGUAGES
from api.pages import frame, present
from engine.model import Actor, Role

blueprint = Blueprint("account", __name__)

# Who does one thing only begins there; everybody else with their tasks.
_DOORS = {
    Role.PROCESS_DESIGNER: "designer.procedures",
    Role.PROCEDURE_CONTROL: "dossiers.index",
    Role.OPERATOR: "operator.incidents",
}


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    """Pages need their frame wherever they are registered."""
    frame.install(state.app)  # type: ignore[arg-type]


@blueprint.get("/sign-in")
@allow_public
def sign_in_page() -> str | Response:
    """The form; somebody who is signed in already goes on."""
    actor = current_actor()
    if actor and actor.id:
        return redirect(_onward(actor))
    return render_template("pages/account/sign_in.html", username="", next=request.args.get("next", ""), errors=[])


@blueprint.post("/sign-in")
@allow_public
def enter() -> str | Response | tuple[str, int]:
    """Sign in and go to where the person wanted to be."""
    username = request.form.get("username", "")
    try:
        actor = sign_in(username, request.form.get("password", ""))
    except (BadCredentialsError, TooManyTriesError) as refusal:
        errors = [{"href": "#username", "text": present.told(refusal)}]
        if isinstance(refusal, BadCredentialsError):
            errors = [{"href": "#username", "text": _("Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại.")}]
        page = render_template(
            "pages/account/sign_in.html", username=username, next=request.form.get("next", ""), errors=errors
        )
        return page, 422 if isinstance(refusal, BadCredentialsError) else refusal.status
    return redirect(frame.safe_next(request.form.get("next", ""), _onward(actor)))


@blueprint.post("/sign-out")
@allow_public
def leave() -> Response:
    """End the browser's session."""
    sign_out()
    flash(_("Đã đăng xuất."), "success")
    return redirect(url_for("citizen.home"))


@blueprint.get("/language")
@allow_public
def language() -> Response:
    """Choose the language of this browser and come back to the page."""
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        session[CHOSEN] = wanted
        refresh()
    return redirect(frame.safe_next(request.args.get("next", ""), url_for("citizen.home")))


def _onward(actor: Actor) -> str:
    """Where somebody's day begins."""
    if actor.has_role(Role.RECEPTION_OFFICER):
        return url_for("reception.desk")
    for role, endpoint in _DOORS.items():
        if actor.has_role(role) and len(actor.roles) == 1:
            return url_for(endpoint)
    return url_for("officer.inbox")
