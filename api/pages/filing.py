"""Filing a dossier through a page: a citizen at home and a reception officer at the desk use the same form."""

from dataclasses import dataclass

from flask import request
from flask import session as browser
from sqlalchemy.orm import Session

from api.database import read, write
from api.pages import once, procedure_view
from api.pages.filling import Filling, context_now
from api.site import site
from engine import dossiers, procedures
from engine.dossiers import Filing
from engine.errors import EngineError
from engine.ids import new_secret
from engine.model import Actor, Channel
from forms.answers import InvalidAnswers
from forms.problems import FieldProblem

_UPLOADS = "uploads"  # the key in the browser's session


@dataclass
class Desk:
    """Who files, and how the dossier comes in; `actor` is None for a citizen."""

    actor: Actor | None
    channel: Channel
    receiving_unit: str
    uploader_key: str


@dataclass
class Form:
    """The start form of a procedure on a page."""

    procedure: procedure_view.ProcedureView
    filling: Filling
    attempt: str


def visitor() -> Desk:
    """A citizen without an account; the browser's session says whose uploads are whose."""
    if _UPLOADS not in browser:
        browser[_UPLOADS] = new_secret()
    return Desk(None, Channel.ONLINE, "", f"visitor:{browser[_UPLOADS]}")


def form(key: str, desk: Desk) -> Form:
    """The start form, empty.

    Raises:
        NotFoundError: the procedure cannot be filed today.
    """
    with read() as session:
        version = procedures.governing_version(session, key, site().platform.today())
        procedure = procedures.loaded(session, version.id)
    filling = Filling(
        definition=procedure.forms[procedure.start_form],
        context=context_now(),
        values={},
        uploader_key=desk.uploader_key,
        uploaded_by=desk.actor.name if desk.actor else "",
    )
    return Form(procedure_view.view(procedure), filling, request.form.get("attempt", "") or once.new_attempt())


def file(key: str, shown: Form, desk: Desk) -> str:
    """Take the dossier in; the applicant's link, or "" when something is wrong (`shown.filling.problems` say what)."""
    filling = shown.filling
    try:
        return write(lambda session: _file(session, key, shown, desk))
    except InvalidAnswers as wrong:
        filling.problems = wrong.problems
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
    return ""


def _file(session: Session, key: str, shown: Form, desk: Desk) -> str:
    before = once.link_of(session, site().platform, shown.attempt, key)
    if before:
        return before
    filing = Filing(
        procedure_key=key,
        answers=shown.filling.values,
        channel=desk.channel,
        receiving_unit=desk.receiving_unit,
        uploader_key=desk.uploader_key,
    )
    filed = dossiers.file(session, site().platform, desk.actor, filing)
    once.remember(session, shown.attempt, filed.link)
    return filed.link
