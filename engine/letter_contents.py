"""What each letter of a dossier says, taken from the dossier at the moment at which the letter becomes due.

Whose words stand in a letter: the answers given in the same moment (a refusal's reason, the papers that are missing),
what procedure.toml and the diagram say (papers, legal grounds, term), the clock (due date), the organisation (names).
Fields of forms are found by their usual names, which docs/for-designers/letters.md lists. The applicant's secret link
is in none of them: the database does not know it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from engine.change import Change
from engine.deadlines.terms import Unit
from engine.errors import ConflictError
from engine.letter_pieces import (
    UnitNames,
    appointment,
    head_of,
    matter_of,
    names_of,
    papers_of,
    party_of,
    text_of,
    whole_of,
)
from engine.model import DeadlineKind, Element, LetterDue, Role
from engine.organisation.people import holders
from engine.papers import present
from engine.persistence.tables import DossierRow
from engine.runtime.evaluation import Evaluation
from forms.letter_data import Handover, HandoverEntry, Letter, LetterKind, Receipt, Refusal, Stop, Supplement
from forms.letter_parts import Letterhead, Officer, Paper, Party, Signer

_TERM_UNITS = {
    Unit.WORKING_DAYS: "ngày làm việc",
    Unit.CALENDAR_DAYS: "ngày",
    Unit.WORKING_HOURS: "giờ làm việc",
    Unit.MONTHS: "tháng",
}
_SIGNING = {Role.AGENCY_LEADER: "Lãnh đạo cơ quan", Role.DIVISION_HEAD: "Lãnh đạo phòng"}
_BY_POST, _ONLINE = "post", "online"
_RELATIONS = {
    "self": "chủ hồ sơ",
    "proxy": "người được ủy quyền",
    "representative": "người đại diện theo pháp luật",
}
_IDENTITY_PAPERS = {"cccd": "căn cước", "vneid": "VNeID", "passport": "hộ chiếu"}


class NoDueDateError(ConflictError):
    """The dossier has no due date yet."""

    code = "no-due-date"
    title_vi = "Hồ sơ chưa có ngày hẹn trả kết quả."


@dataclass(frozen=True)
class Occasion:
    """The moment at which a letter becomes due: `said` are the answers given in it, `by` who gave them."""

    change: Change
    evaluation: Evaluation
    element: Element
    due: LetterDue
    said: Mapping[str, Any]
    by: str
    at: datetime  # in the authority's zone

    @cached_property
    def units(self) -> Mapping[str, UnitNames]:
        """The units of the dossier by code."""
        dossier = self.change.dossier
        return names_of(self.change.session, {dossier.receiving_unit, dossier.competent_unit})

    @property
    def filed(self) -> Mapping[str, Any]:
        """What the applicant has filed."""
        answers = self.evaluation.data.get(self.change.procedure.start_form)
        return answers if isinstance(answers, Mapping) else {}

    @property
    def matter(self) -> str:
        """What is asked for."""
        return matter_of(self.change.procedure, self.change.dossier.summary)

    def text(self, feel: str, *names: str) -> str:
        """What the diagram says in FEEL, else the first of the answers that go by one of the names."""
        if feel:
            return text_of(self.evaluation.value(feel, self.element))
        return next((found for name in names if (found := text_of(self.said.get(name)))), "")

    def zoned(self, moment: datetime) -> datetime:
        """A moment as it is printed."""
        return moment.astimezone(self.change.platform.zone)


def content(occasion: Occasion) -> Letter:
    """What the letter says.

    Raises:
        EngineError: an expression of the diagram fails, or there is no due date to promise.
    """
    return _WRITERS[LetterKind(occasion.due.key)](occasion)


def signer_of(change: Change, role: Role | None = None) -> Signer:
    """Who signs for the competent body: whoever acted, when they hold an office there, else its leader."""
    body = change.dossier.competent_unit
    for office, title in _SIGNING.items():
        if role is office or any(held is office for held, _unit in change.actor.roles):
            return Signer(change.actor.signature, title)
    able = holders(change.session, Role.AGENCY_LEADER, body, change.platform.today())
    return Signer(able[0].name if able else "", _SIGNING[Role.AGENCY_LEADER])


def _head(occasion: Occasion, unit: str) -> Letterhead:
    return head_of(occasion.units, unit, occasion.change.dossier.competent_unit, occasion.at.date())


def _party(occasion: Occasion) -> Party:
    dossier = occasion.change.dossier
    return party_of(dossier.applicant_name, dossier.applicant_email, occasion.filed)


def _grounds(occasion: Occasion) -> tuple[str, ...]:
    if said := occasion.text(occasion.due.ground, "refusal_ground", "legal_ground"):
        return (said,)
    return tuple(f"{basis.article} {basis.document}".strip() for basis in occasion.element.legal_bases)


def _receipt(occasion: Occasion) -> Receipt:
    change, filed = occasion.change, occasion.filed
    dossier, term = change.dossier, change.term
    if dossier.due_at is None:
        raise NoDueDateError(f"expected a due date for the receipt at '{occasion.element.id}', found none yet")
    proxy = text_of(filed.get("proxy_name")) if filed.get("by_proxy") else ""
    return Receipt(
        head=_head(occasion, dossier.receiving_unit),
        dossier_code=dossier.code,
        applicant=_party(occasion),
        request=occasion.matter,
        papers=papers_of(change.procedure.facts.documents_of(dossier.procedure_case), filed, present(change)),
        set_count=whole_of(occasion.said.get("set_count")) or 1,
        statutory_limit=f"{term.amount} {_TERM_UNITS[term.unit]}",
        received_at=occasion.at,
        due_at=appointment(change.platform, dossier.due_at),
        result_place=_result_place(occasion),
        receiver=Officer(occasion.by),
        submitter=Party(proxy, identity_number=text_of(filed.get("proxy_identity_number"))) if proxy else None,
    )


def _result_place(occasion: Occasion) -> str:
    where = occasion.text("", "result_place") or text_of(occasion.filed.get("result_channel"))
    if where == _BY_POST:
        return "Gửi qua dịch vụ bưu chính công ích"
    if where == _ONLINE:
        return "Bản điện tử, trên trang theo dõi hồ sơ"
    return occasion.units.get(occasion.change.dossier.receiving_unit, UnitNames("", "")).place


def _supplement(occasion: Occasion) -> Supplement:
    dossier, missing = occasion.change.dossier, occasion.said.get("missing")
    asked = [one for one in missing if isinstance(one, Mapping)] if isinstance(missing, list) else []
    return Supplement(
        head=_head(occasion, dossier.receiving_unit),
        dossier_code=dossier.code,
        applicant=_party(occasion),
        request=occasion.matter,
        papers=tuple(Paper(text_of(one.get("paper")), note=text_of(one.get("wanted"))) for one in asked),
        reason=occasion.text(occasion.due.reason, "supplement_reason", "reason", "opinion"),
        contact=Officer(occasion.by),
        guide=Officer(occasion.by),
        grounds=_grounds(occasion),
        answer_by=_answer_by(occasion),
    )


def _answer_by(occasion: Occasion) -> date | None:
    """The day on which the timer on the applicant's step lapses."""
    change = occasion.change
    on_it = {each.id for each in change.procedure.elements.values() if each.attached_to == occasion.element.id}
    lapses = [
        row.legal_due_at
        for row in change.deadlines.values()
        if row.kind == DeadlineKind.TIMER and row.element_id in on_it
    ]
    return occasion.zoned(min(lapses)).date() if lapses else None


def _refusal(occasion: Occasion) -> Refusal:
    dossier = occasion.change.dossier
    return Refusal(
        head=_head(occasion, dossier.receiving_unit),
        dossier_code=dossier.code,
        applicant=_party(occasion),
        request=occasion.matter,
        reason=occasion.text(occasion.due.reason, "refusal_reason", "reason"),
        contact=Officer(occasion.by),
        refuser=Officer(occasion.by),
        grounds=_grounds(occasion),
    )


def _stop(occasion: Occasion) -> Stop:
    dossier = occasion.change.dossier
    return Stop(
        head=_head(occasion, dossier.competent_unit),
        addressee=_party(occasion),
        dossier_code=dossier.code,
        request=occasion.matter,
        received_on=occasion.zoned(dossier.received_at or dossier.submitted_at).date(),
        stopped_at=occasion.at,
        grounds=_grounds(occasion),
        reason=occasion.text(occasion.due.reason, "reason") or occasion.element.title(),
        asked_by=occasion.by or occasion.units.get(dossier.receiving_unit, UnitNames("", "")).name,
        signer=signer_of(occasion.change),
        recipients=("Như trên", "Bộ phận Một cửa", "Lưu: VT, hồ sơ"),
    )


def _handover(occasion: Occasion) -> Handover:
    change, filed = occasion.change, occasion.filed
    dossier, facts = change.dossier, change.procedure.facts
    issued = occasion.evaluation.data.get("issuing")
    number = occasion.text("", "number") or (text_of(issued.get("number")) if isinstance(issued, Mapping) else "")
    by_post = text_of(filed.get("result_channel")) == _BY_POST
    units = {code: occasion.units.get(code, UnitNames("", "")).name for code in _places(dossier)}
    recipient = occasion.text("", "recipient")
    return Handover(
        head=_head(occasion, dossier.receiving_unit if recipient else dossier.competent_unit),
        giving_unit=units[dossier.receiving_unit if recipient else dossier.competent_unit],
        receiving_unit=_who_receives(occasion) if recipient else units[dossier.receiving_unit],
        handed_over_at=occasion.at,
        entries=(
            HandoverEntry(
                dossier_code=dossier.code,
                content=change.procedure.title(),
                result=f"Văn bản số {number}" if number else facts.result.vi,
                applicant=dossier.applicant_name,
                address=text_of(filed.get("address")),
                fee=facts.fee.vi not in ("", "Không"),
                by_post=occasion.text("", "method") == _BY_POST if recipient else by_post,
            ),
        ),
        giver=Officer(occasion.by),
        taker=Officer(recipient),
    )


def _places(dossier: DossierRow) -> tuple[str, str]:
    return dossier.receiving_unit, dossier.competent_unit


def _who_receives(occasion: Occasion) -> str:
    """Who takes the result at the desk, as what, and by which paper: "Trần Văn An, người được ủy quyền, căn cước …"."""
    number = occasion.text("", "recipient_identity_number", "passport_number", "postal_number")
    said = (
        occasion.text("", "recipient"),
        _RELATIONS.get(occasion.text("", "relation"), ""),
        occasion.text("", "authorisation"),
        f"{_IDENTITY_PAPERS.get(occasion.text('', 'identity_paper'), 'số')} {number}" if number else "",
    )
    return ", ".join(part for part in said if part)


_WRITERS: Mapping[LetterKind, Callable[[Occasion], Letter]] = {
    LetterKind.RECEIPT: _receipt,
    LetterKind.SUPPLEMENT: _supplement,
    LetterKind.REFUSAL: _refusal,
    LetterKind.STOP: _stop,
    LetterKind.HANDOVER: _handover,
}
