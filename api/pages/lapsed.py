"""What somebody is told who has a form open, or kept, of a procedure that has lapsed since: why, and how to go on."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from api.auth import current_actor
from api.database import read
from api.language import current_language
from api.pages import present, procedure_view
from api.pages.filling import context_now
from api.site import site
from engine import applications_begun, procedures
from engine.errors import ProcedureLapsedError
from engine.model import Role
from engine.persistence.tables import ProcedureVersionRow
from forms.posted import from_html
from forms.summary import Line, lines

MOST_OTHERS = 5


def page(error: ProcedureLapsedError) -> tuple[str, int]:
    """The page in place of the form: what was typed stands on it, to be copied into the form that took its place."""
    key = str(error.details["procedure"])
    with read() as session:
        version = procedures.versions_of(session, key)[0]
        words = procedures.loaded(session, version.id).title(current_language())
        offered = procedure_view.offered(session, "", site().platform.today())
    actor = current_actor()
    at_desk = request.blueprint == "reception" and actor is not None and actor.has_role(Role.RECEPTION_OFFICER)
    shown = render_template(
        "pages/citizen/lapsed.html",
        title=words,
        why=present.told(error),
        typed=_typed(version),
        others=_alike(words, offered),
        at_desk=at_desk,
        back=url_for("reception.desk") if at_desk else url_for("citizen.home"),
        back_text=_("Về quầy tiếp nhận") if at_desk else _("Các thủ tục"),
    )
    return shown, error.status


def _alike(title: str, offered: list[procedure_view.ProcedureView]) -> list[procedure_view.ProcedureView]:
    """The procedures of today that share most words with the one that lapsed."""
    words = set(title.casefold().split())
    scored = [(len(words & set(one.title.casefold().split())), one) for one in offered]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score > 1][:MOST_OTHERS]


def _typed(version: ProcedureVersionRow) -> tuple[Line, ...]:
    """What has been answered so far: as posted, or as it was kept."""
    with read() as session:
        procedure = procedures.loaded(session, version.id)
        secret = (request.view_args or {}).get("secret", "")
        kept = applications_begun.find(session, site().platform, secret) if secret else None
    definition, context = procedure.forms[procedure.start_form], context_now()
    values: Mapping[str, object] = kept.data if kept is not None else {}
    if request.method == "POST":
        values = from_html(definition, list(request.form.items(multi=True)), (), context)
    return tuple(line for line in lines(definition, values, context, current_language()) if line.value)


def install(*blueprints: Blueprint) -> None:
    """Let the pages of these blueprints say it in this way; the API answers with a problem."""
    for one in blueprints:
        one.register_error_handler(ProcedureLapsedError, page)
