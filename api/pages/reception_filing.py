"""Taking a dossier in on one screen: how it came, the form, the papers, what follows; sent once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.database import read
from api.pages import checklist, filing, papers_said, wording
from api.pages.filling import Filling
from api.site import site
from engine import applications, desk, documents, procedures
from engine.desk import AtDesk, Verdict
from engine.dossiers import Filed, Filing
from engine.errors import EngineError
from engine.model import Actor, Channel, Role
from engine.papers import asked_by_form, filed
from engine.runtime.cases import cases_of
from engine.runtime.procedure import Procedure
from forms.answers import InvalidAnswers, check
from forms.optional import files_optional
from forms.problems import FieldProblem
from forms.stored import typed

ASSISTED: Final = "assisted"
_ON_PAPER: Final = (Channel.DESK, Channel.POST, Channel.KIOSK)
_MOST_TEXT: Final = 4_000
_WORDS: Final = ("verdict", "set_count", "result_place", "refusal_reason", "refusal_ground", "note")


@dataclass(frozen=True)
class Shown:
    """The page again: for more to be typed, or because something is wrong (`refused`)."""

    page: str
    refused: bool = False


@dataclass(frozen=True)
class _Counter:
    """Who stands behind the counter, at which place, and how the dossier came to it."""

    actor: Actor
    place: str
    way: str

    @property
    def on_paper(self) -> bool:
        return self.way != ASSISTED

    @property
    def desk(self) -> filing.Desk:
        channel = Channel(self.way) if self.on_paper else Channel.ONLINE
        place = self.place if self.on_paper else ""
        return filing.Desk(self.actor, channel, place, documents.uploader_key(self.actor))


@dataclass
class _Screen:
    """Everything on the page at one moment."""

    key: str
    counter: _Counter
    procedure: Procedure
    shown: filing.Form
    said: papers_said.Said | None = None
    outcome: AtDesk = AtDesk()  # noqa: RUF009 - frozen

    @property
    def case(self) -> str:
        """The case that the answers so far make it; empty while they do not say."""
        filling = self.shown.filling
        try:
            answers = typed(filling.definition, filling.values, filling.context)
            return applications.case_of(self.procedure, answers, site().platform)
        except EngineError:
            return ""


def ways() -> list[tuple[str, str]]:
    """How a dossier may come to a desk."""
    known = [(one.value, wording.channel(one.value)) for one in _ON_PAPER]
    return [*known, (ASSISTED, _("Trực tuyến: giúp người dân nộp, hồ sơ vào hàng chờ trực tuyến"))]


def empty(key: str, actor: Actor) -> str:
    """The screen, with nothing typed.

    Raises:
        NotFoundError: the procedure cannot be filed today.
    """
    return _page(_screen(key, actor, request.args.get("channel", "")))


def take(key: str, actor: Actor) -> str | Shown:
    """Take in what was sent: the applicant's link, or the page again.

    Raises:
        NotFoundError: the procedure cannot be filed today.
    """
    screen = _screen(key, actor, request.form.get("channel", ""))
    filling, counter = screen.shown.filling, screen.counter
    pressed = filling.take_post()
    screen.said = papers_said.said(screen.procedure, actor.name, filling.uploader_key)
    screen.outcome = _outcome()
    problems = [*filling.problems, *screen.said.problems]
    if pressed.kind != "complete" or papers_said.ALL in request.form:
        filling.problems = problems
        return Shown(_page(screen))
    case = screen.case
    if counter.on_paper and screen.outcome.verdict is Verdict.BY_THE_LIST:
        there = [one.key for one in filed(screen.procedure, case, filling.values).values() if one.documents]
        problems += papers_said.unsaid(screen.procedure, case, screen.said, there)
    filling.problems = [*_unanswered(filling, problems), *problems] if problems else []
    link = "" if problems else filing.file(key, screen.shown, counter.desk, _taking_in(screen, case))
    return link or Shown(_page(screen), refused=True)


def _unanswered(filling: Filling, told: Sequence[FieldProblem]) -> list[FieldProblem]:
    """What else the form refuses, so that the officer reads all of it at once."""
    known = {one.path for one in told}
    try:
        check(filling.definition, filling.values, filling.context)
    except InvalidAnswers as wrong:
        return [one for one in wrong.problems if one.path not in known]
    return []


def _screen(key: str, actor: Actor, way: str) -> _Screen:
    chosen = way if way in dict(ways()) else Channel.DESK.value
    with read() as session:
        version = procedures.governing_version(session, key, site().platform.today())
        procedure = procedures.loaded(session, version.id)
    counter = _Counter(actor, _place(actor, procedure), chosen)
    shown = filing.form(key, counter.desk)
    if counter.on_paper:
        shown.filling.definition = files_optional(shown.filling.definition, asked_by_form(procedure))
    return _Screen(key, counter, procedure, shown)


def _place(actor: Actor, procedure: Procedure) -> str:
    """The procedure's own reception point when it is the officer's, else the officer's."""
    own = sorted(unit for role, unit in actor.roles if role is Role.RECEPTION_OFFICER)
    usual = procedure.unit("receiving")
    return usual if usual in own else own[0]


def _taking_in(screen: _Screen, case: str) -> Callable[[Session, Filing], Filed]:
    counter, said = screen.counter, screen.said or papers_said.Said()

    def take_in(session: Session, wanted: Filing) -> Filed:
        if not counter.on_paper:
            helped = replace(wanted, support_unit=counter.place)
            return desk.receive(session, site().platform, counter.actor, helped, AtDesk(Verdict.LATER))
        seen = papers_said.presented(screen.procedure, case, said)
        full = replace(wanted, presented=seen)
        return desk.receive(session, site().platform, counter.actor, full, screen.outcome)

    return take_in


def _outcome() -> AtDesk:
    said = {name: request.form.get(f"desk:{name}", "").strip()[:_MOST_TEXT] for name in _WORDS}
    verdict = said["verdict"] if said["verdict"] in set(Verdict) else Verdict.BY_THE_LIST
    sets = said["set_count"]
    return AtDesk(
        verdict=Verdict(verdict),
        set_count=int(sets) if sets.isdecimal() and len(sets) < 4 else 1,
        result_place=said["result_place"] if said["result_place"] in wording.PLACES_OF_RESULT else "desk",
        refusal_reason=said["refusal_reason"],
        refusal_ground=said["refusal_ground"],
        note=said["note"],
    )


def _page(screen: _Screen) -> str:
    filling, counter = screen.shown.filling, screen.counter
    values = typed(filling.definition, filling.values, filling.context)
    form, uploads = checklist.split(filling.view, asked_by_form(screen.procedure))
    with read() as session:
        said = checklist.Typed(screen.case, values, uploads)
        papers = checklist.at_desk(session, counter.actor, screen.procedure, said, screen.said)
    variables: Mapping[str, Any] = {
        "procedure": screen.shown.procedure,
        "filling": filling,
        "form": form,
        "attempt": screen.shown.attempt,
        "version": screen.shown.version,
        "ways": ways(),
        "way": counter.way,
        "checklist": papers,
        "has_check": desk.check_step(screen.procedure) is not None,
        "has_cases": bool(cases_of(screen.procedure)),
        "outcome": screen.outcome,
        "places": [(key, str(text)) for key, text in wording.PLACES_OF_RESULT.items()],
        "verdicts": _verdicts(),
        "back": url_for("reception.desk"),
    }
    return render_template("pages/reception/file.html", **variables)


def _verdicts() -> list[tuple[str, str, str]]:
    return [
        (
            Verdict.BY_THE_LIST,
            _("Theo danh sách giấy tờ"),
            _("Đủ: tiếp nhận và in giấy hẹn. Thiếu: một phiếu yêu cầu bổ sung nêu đúng những giấy tờ thiếu."),
        ),
        (Verdict.REFUSE, _("Từ chối tiếp nhận"), _("Nêu lý do và căn cứ; người nộp nhận phiếu từ chối.")),
        (Verdict.LATER, _("Kiểm tra sau"), _("Hồ sơ vào hàng chờ của quầy, ví dụ khi mở một túi bưu gửi.")),
    ]
