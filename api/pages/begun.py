"""The citizen's form: in sections where it is long, kept while it is filled in, found again by its own link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import request
from flask import session as browser
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api import draft_mail
from api.auth.limits import count_link_by_mail
from api.auth.uploads import key_of
from api.database import read, write
from api.language import current_language
from api.pages import filing, once
from api.site import site
from engine import applications_begun, outbox
from engine.applications_begun import Begun
from engine.errors import InvalidInputError
from engine.mail import checked_address
from engine.model import Channel
from engine.persistence.tables import FilingDraftRow
from forms.answers import InvalidAnswers, check
from forms.page import ComponentView
from forms.problems import FieldProblem
from forms.sections import Section, sections
from forms.summary import Line, lines

_BEGUN = "begun"  # in the browser's session: procedure -> secret of what this browser has begun and kept
_MOST = 5  # such applications in one browser's session


@dataclass(frozen=True)
class Part:
    """A section on the page; all are there, one is seen."""

    section: Section
    components: tuple[ComponentView, ...]
    current: bool


@dataclass
class Sheet:
    """The form with where the applicant stands in it. `number` is the section that is seen, 0 for a short form."""

    form: filing.Form
    sections: tuple[Section, ...]
    number: int
    until: datetime | None = None  # when what was kept lapses

    @property
    def key(self) -> str:
        """Of the procedure."""
        return self.form.procedure.key

    @property
    def desk(self) -> filing.Desk:
        """Who files: a citizen without an account, whose uploads wait under the page's secret."""
        return _visitor(self.form.attempt)

    @property
    def count(self) -> int:
        """How many pages there are: the sections and the one for checking."""
        return len(self.sections) + 1

    @property
    def checking(self) -> bool:
        """Whether everything is shown to be checked before it is filed."""
        return bool(self.sections) and self.number == self.count

    @property
    def parts(self) -> list[Part]:
        """Every section with its questions."""
        shown = self.form.filling.view.components
        return [Part(one, one.shown(shown), one.number == self.number) for one in self.sections]

    @property
    def answers(self) -> list[tuple[Section, list[Line]]]:
        """What has been answered, section by section."""
        filling = self.form.filling
        told = lines(filling.definition, filling.values, filling.context, current_language())
        return [(one, [line for line in told if one.holds(line.name)]) for one in self.sections]

    def title(self) -> str:
        """What the page in view is called."""
        if self.checking:
            return _("Kiểm tra trước khi nộp")
        return self.sections[self.number - 1].title if self.sections else self.form.filling.title


def fresh(key: str) -> Sheet:
    """The form with nothing in it, or with what was posted."""
    secret = request.values.get("attempt", "")
    secret = secret if len(secret) >= applications_begun.SHORTEST else once.new_attempt()
    shown = filing.form(key, _visitor(secret))
    shown.attempt = secret
    return _sheet(shown, request.form.get("section", "1"))


def continued(secret: str, number: str) -> Sheet | None:
    """The form as it was kept under a secret; None when there is none."""
    with read() as session:
        row = applications_begun.find(session, site().platform, secret)
    if row is None:
        return None
    shown = filing.form(row.procedure_key, _visitor(secret))
    shown.attempt = secret
    shown.filling.values = row.data
    sheet = _sheet(shown, number)
    sheet.until = row.expires_at
    if row.version_id is not None:
        shown.opened = str(row.version_id)
    return sheet


def filed(secret: str) -> str:
    """The link of the dossier that was filed under a secret; "" when none was."""
    with read() as session:
        return once.known_link(session, secret)


def known(secret: str) -> bool:
    """Whether something was kept or filed under a secret."""
    with read() as session:
        if once.known_link(session, secret):
            return True
        return applications_begun.find(session, site().platform, secret) is not None


def keep(key: str, sheet: Sheet) -> FilingDraftRow:
    """Keep what has been typed, and let this browser find it again."""
    filling = sheet.form.filling
    kept = timedelta(days=site().settings.papers.draft_days)
    begun = Begun(key, filling.definition, filling.values, kept, UUID(sheet.form.opened))
    row = write(lambda session: applications_begun.save(session, site().platform, sheet.form.attempt, begun))
    mine = {name: secret for name, secret in browser.get(_BEGUN, {}).items() if name != key}
    browser[_BEGUN] = dict([*mine.items(), (key, sheet.form.attempt)][-_MOST:])
    return row


def unfinished(session: Session, key: str) -> tuple[str, FilingDraftRow] | None:
    """What this browser has begun for a procedure: its secret, and when it was kept."""
    secret = browser.get(_BEGUN, {}).get(key, "")
    row = applications_begun.find(session, site().platform, secret)
    return (secret, row) if row is not None else None


def forget(secret: str) -> None:
    """Let go of what was kept, here and in this browser."""
    write(lambda session: applications_begun.forget(session, secret))
    browser[_BEGUN] = {name: one for name, one in browser.get(_BEGUN, {}).items() if one != secret}


def mail_link(secret: str, recipient: str) -> None:
    """Send the link of what was kept to a mail address, which is not kept.

    Raises:
        InvalidInputError: it is no plain mail address, or this site sends no mail.
        TooManyTriesError: too many such mails went to the address, or about this draft.
    """
    settings = site().settings
    if not settings.mail.host:
        raise InvalidInputError(
            "expected a site that sends mail, found one that does not; copy the link instead",
            "Hệ thống hiện chưa gửi thư; hãy chép lại đường dẫn.",
        )
    count_link_by_mail(settings, checked_address(recipient), secret)
    sealed = draft_mail.seal(settings, recipient, secret)

    def post(session: Session) -> None:
        row = applications_begun.find(session, site().platform, secret)
        if row is not None:
            outbox.post_draft_link(session, site().platform, row, sealed)

    write(post)


def wanted() -> int:
    """Which section the pressed button leads to; 0 for another button."""
    kind, _colon, number = request.form.get("_action", "").partition(":")
    return int(number) if kind == "go" and number.isdecimal() and len(number) < 4 else 0


def problems_on_the_way(sheet: Sheet, target: int) -> Sequence[FieldProblem]:
    """What has to be put right before going on; nothing hinders going back."""
    if target <= sheet.number or sheet.checking:
        return ()
    filling = sheet.form.filling
    try:
        check(filling.definition, filling.values, filling.context)
    except InvalidAnswers as wrong:
        section = sheet.sections[sheet.number - 1]
        return [one for one in wrong.problems if section.holds(one.path)]
    return ()


def go_to_problems(sheet: Sheet) -> None:
    """Show the first section in which something is wrong, and what is wrong there."""
    problems = sheet.form.filling.problems
    for one in sheet.sections:
        here = [problem for problem in problems if one.holds(problem.path)]
        if here:
            elsewhere = [problem for problem in problems if not problem.path]
            sheet.number, sheet.form.filling.problems = one.number, [*elsewhere, *here]
            return


def _sheet(shown: filing.Form, number: str) -> Sheet:
    parts = sections(shown.filling.definition, current_language())
    asked = int(number) if number.isdecimal() and len(number) < 4 else 1
    return Sheet(shown, parts, max(1, min(asked, len(parts) + 1)) if parts else 0)


def _visitor(secret: str) -> filing.Desk:
    """A citizen without an account; whoever has the page's secret has its uploads."""
    return filing.Desk(None, Channel.ONLINE, "", key_of(secret))
