"""Filing a dossier through a page: a citizen at home and a reception officer at the desk use the same form."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from api.database import read, write
from api.pages import once, procedure_view
from api.pages.filling import Filling, context_now
from api.site import site
from engine import applications_begun, dossiers, procedures
from engine.dossiers import Filed, Filing
from engine.errors import EngineError
from engine.model import Actor, Channel
from forms.answers import InvalidAnswers
from forms.problems import FieldProblem

RENEWED = FieldProblem(
    "",
    "procedure-renewed",
    "Thủ tục đã có phiên bản mới kể từ khi trang này được mở. Những gì đã khai vẫn còn ở các mục còn dùng; hãy "
    "kiểm tra lại rồi gửi lần nữa",
    "The procedure has a new version since you opened this page. What you typed is kept wherever the questions are the "
    "same; check it and send it again",
)

TakeIn = Callable[[Session, Filing], Filed]


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
    version: str = ""  # the procedure's version that governs now
    opened: str = ""  # the version under which the page was opened

    @property
    def renewed(self) -> bool:
        """Whether the procedure has changed since the page was opened."""
        return self.opened != self.version


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
    current = str(version.id)
    opened = _version_of_page() or current
    attempt = request.values.get("attempt", "") or once.new_attempt()
    return Form(procedure_view.view(procedure), filling, attempt, current, opened)


def _version_of_page() -> str:
    """The version under which the posted page was opened; "" when it does not say."""
    try:
        return str(UUID(request.form.get("version", "")))
    except ValueError:
        return ""


def file(key: str, shown: Form, desk: Desk, take_in: TakeIn | None = None) -> str:
    """Take the dossier in; the applicant's link, or "" when something is wrong (`shown.filling.problems` say what).

    `take_in` does it instead of the plain filing, where a desk does more at once.
    """
    filling = shown.filling
    if shown.renewed:
        filling.problems = [RENEWED]
        return ""
    try:
        return write(lambda session: _file(session, key, shown, (desk, take_in)))
    except InvalidAnswers as wrong:
        filling.problems = wrong.problems
    except EngineError as refusal:
        filling.problems = [FieldProblem("", refusal.code, refusal.message_vi, refusal.message)]
    return ""


def _file(session: Session, key: str, shown: Form, how: tuple[Desk, TakeIn | None]) -> str:
    desk, take_in = how
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
    filed = take_in(session, filing) if take_in else dossiers.file(session, site().platform, desk.actor, filing)
    once.remember(session, shown.attempt, filed.link)
    applications_begun.forget(session, shown.attempt)
    return filed.link
