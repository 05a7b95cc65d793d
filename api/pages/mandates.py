"""The register of mandates: who may decide what by which instrument; giving, delegating on, taking back, asking."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read, write
from api.language import current_language
from api.pages import organisation_view as view
from api.pages import picking, wording
from api.pages.acting import carry_out, person
from api.pages.mandate_words import KINDS, OUTCOMES, STATES
from api.site import site
from engine import delegation
from engine.delegation import Question
from engine.errors import ConflictError, EngineError
from engine.model import Role
from engine.organisation import mandate_list, mandate_register, rights
from engine.organisation.mandate_list import State
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.persistence.tables import MandateRow, ProcedureRow

blueprint = Blueprint("mandates", __name__, url_prefix="/organisation/mandates")
Answer = str | Response | tuple[str, int]


@blueprint.get("/")
@allow_signed_in
def index() -> str:
    """The register, narrowed by who, what and state."""
    actor, today = person(), site().platform.today()
    asked = {key: request.args.get(key, "").strip() for key in ("who", "unit", "act", "procedure", "state")}
    state = State(asked["state"]) if asked["state"] in set(State) else None
    with read() as session:
        who = picking.person_in(session, asked["who"])
        unit = picking.code_in(asked["unit"])
        wanted = mandate_list.Wanted(unit, who.id if who else None, asked["act"], asked["procedure"], state)
        rows = [] if asked["who"] and who is None else mandate_list.search(session, wanted, today)
        return render_template(
            "pages/organisation/mandates.html",
            asked=asked,
            unknown=bool(asked["who"]) and who is None,
            rows=_lines(session, rows, today),
            names=view.delegates(session, rows),
            states=[(state.value, text) for state, (text, _colour) in STATES.items()],
            procedures=_procedures(session),
            people=picking.people_lines(session, today),
            units=picking.unit_lines(session, today),
            may_grant=rights.runs_everything(actor) or actor.has_role(Role.AGENCY_LEADER),
        )


@blueprint.get("/<uuid:mandate_id>")
@allow_signed_in
def show(mandate_id: UUID) -> str:
    """One mandate, what it rests on, and what rests on it."""
    actor, today = person(), site().platform.today()
    with read() as session:
        row = mandate_register.get(session, mandate_id)
        chain = mandate_list.parents_of(session, row)
        under = mandate_list.children_of(session, row)
        return render_template(
            "pages/organisation/mandate.html",
            one=_line(row, today),
            chain=_lines(session, chain, today),
            under=_lines(session, under, today),
            names=view.delegates(session, [row, *chain, *under]),
            today=today,
            may_revoke=delegation.may_grant(actor, row.unit_code, chain[-1] if chain else None)
            and mandate_list.state_of(row, today) in (State.COMING, State.IN_FORCE),
            may_delegate=row.may_subdelegate
            and delegation.may_grant(actor, row.unit_code, row)
            and mandate_list.state_of(row, today) in (State.COMING, State.IN_FORCE),
        )


@blueprint.get("/new")
@allow_signed_in
def new() -> str:
    """The form of a mandate; with `?under=` of one that is delegated further."""
    return _form()


@blueprint.post("/new")
@allow_signed_in
def grant() -> Answer:
    """Record a mandate."""
    actor, platform = person(), site().platform
    try:
        wanted = _wanted()
        row, moved = write(lambda session: delegation.grant(session, platform, actor, wanted))
    except EngineError as refusal:
        return _form(refusal), refusal.status
    flash(_("Đã ghi nhận văn bản %(number)s.", number=row.instrument_number) + _moved(moved), "success")
    return redirect(url_for(".show", mandate_id=row.id))


@blueprint.post("/<uuid:mandate_id>/revoke")
@allow_signed_in
def revoke(mandate_id: UUID) -> Response:
    """End a mandate early."""
    actor, platform = person(), site().platform

    def act(session: Session) -> Any:
        last_day = picking.day_of("last_day", platform.today()) or platform.today()
        reason = request.form.get("reason", "")
        return delegation.revoke(session, platform, actor, mandate_id, last_day, reason)

    return carry_out(act, _("Đã thu hồi văn bản."), url_for(".show", mandate_id=mandate_id))


@blueprint.get("/check")
@allow_signed_in
def check() -> str | tuple[str, int]:
    """May somebody do an act on a day? The answer, with its reason."""
    today = site().platform.today()
    asked = {"act": "approve", "value": "application.amount", **request.args.to_dict()}
    answer, refusal = None, None
    with read() as session:
        if asked.get("who"):
            try:
                answer = _answer(session, asked)
            except EngineError as error:
                refusal = error
        page = render_template(
            "pages/organisation/mandate_check.html",
            asked=asked,
            answer=answer,
            outcomes=list(OUTCOMES.values()),
            errors=picking.errors_of(refusal),
            day=picking.day_asked(today),
            units=picking.unit_lines(session, today),
            procedures=_procedures(session),
            people=picking.people_lines(session, today),
        )
    return (page, refusal.status) if refusal else page


def _answer(session: Session, asked: dict[str, str]) -> dict[str, Any]:
    who = picking.person_in(session, asked["who"])
    if who is None:
        raise picking.wrong("who", "Hãy chọn một người trong danh sách.", f"expected a person, found '{asked['who']}'")
    question = Question(
        who.username,
        picking.day_asked(site().platform.today()),
        asked["act"].strip() or "approve",
        unit=picking.code_in(asked.get("unit", "")),
        procedure_key=asked.get("procedure", ""),
        code=asked.get("code", "").strip(),
        data=_data(asked.get("amount", ""), asked["value"]),
    )
    matter, judgement = delegation.ask(session, site().platform, question)
    word, meaning, colour = OUTCOMES[judgement.outcome]
    return {
        "who": who,
        "day": question.day,
        "matter": matter,
        "outcome": word,
        "meaning": meaning,
        "colour": colour,
        "reason": judgement.en if current_language() == "en" else judgement.vi,
        "mandate": judgement.mandate,
        "in_place_of": judgement.in_place_of,
    }


def _data(amount: str, path: str) -> dict[str, Any]:
    """The amount under its path in the dossier, such as application.amount."""
    if not amount.strip():
        return {}
    try:
        value: Any = float(amount.strip().replace(" ", ""))
    except ValueError:
        raise picking.wrong("amount", "Hãy nhập một con số.", f"expected a number, found '{amount}'") from None
    for name in reversed([part for part in path.strip().split(".") if part] or ["amount"]):
        value = {name: int(value) if isinstance(value, float) and value.is_integer() else value}
    return dict(value)


def _wanted() -> Mandate:
    """The mandate that the form describes.

    Raises:
        FieldError: something in it cannot be read.
    """
    signed = picking.needed_day("signed")
    first = picking.day_of("valid_from", signed) or signed
    today = site().platform.today()
    with read() as session:
        body = picking.unit_of(session, "unit", today)
        who = picking.person_of(session, "person", required=False)
        delegate = picking.unit_of(session, "delegate_unit", today, required=False)
    role = picking.role_of("role", required=False)
    said = request.form
    return Mandate(
        unit_code=body.code if body else "",
        kind=MandateKind(said.get("kind", "")) if said.get("kind") in set(MandateKind) else MandateKind.DELEGATION,
        instrument_number=said.get("number", ""),
        instrument_date=signed,
        valid_from=first,
        valid_to=picking.day_of("valid_to"),
        person=who.username if who else "",
        delegate_role=role,
        delegate_unit=delegate.code if delegate and role else "",
        act=said.get("act", "").strip(),
        procedure_key=said.get("procedure", ""),
        ceiling=said.get("ceiling", ""),
        parent_id=_identifier(said.get("under", "")),
        may_subdelegate="may_subdelegate" in said,
        standin_may_decide="standin_may_decide" in said,
    )


def _form(refusal: EngineError | None = None) -> str:
    actor, today = person(), site().platform.today()
    under = _identifier(request.values.get("under", ""))
    with read() as session:
        parent = mandate_register.get(session, under) if under else None
        led = [unit for role, unit in sorted(actor.roles - actor.borrowed) if role is Role.AGENCY_LEADER]
        lines = picking.unit_lines(session, today)
        body = parent.unit_code if parent else led[0] if led else ""
        first = {
            "unit": next((line for line in lines if line.endswith(f"({body})")), body),
            "signed": today.isoformat(),
            "kind": MandateKind.DELEGATION.value,
            "act": parent.act if parent else "approve",
            "procedure": parent.procedure_key if parent else "",
            "valid_to": parent.valid_to.isoformat() if parent and parent.valid_to else "",
        }
        other = refusal.details.get("mandate") if isinstance(refusal, ConflictError) else None
        return render_template(
            "pages/organisation/mandate_new.html",
            parent=_line(parent, today) if parent else None,
            names=view.delegates(session, [parent] if parent else []),
            kinds=[(kind.value, text) for kind, text in KINDS.items()],
            roles=[(role.value, wording.role(role)) for role in Role if role is not Role.APPLICANT],
            procedures=_procedures(session),
            people=picking.people_lines(session, today),
            units=lines,
            values={**first, **request.form.to_dict()},
            errors=picking.errors_of(refusal),
            overlaps=other,
        )


def _line(row: MandateRow, today: date) -> dict[str, Any]:
    text, colour = STATES[mandate_list.state_of(row, today)]
    return {"row": row, "state": text, "colour": colour, "kind": KINDS[MandateKind(row.kind)]}


def _lines(session: Session, rows: Sequence[MandateRow], today: date) -> list[dict[str, Any]]:
    """Mandates as a list shows them; `unfounded` are those in force that rest on one that is not."""
    known = {row.id: row for row in rows}
    lines = []
    for row in rows:
        parent = known.get(row.parent_id) or session.get(MandateRow, row.parent_id) if row.parent_id else None
        in_force = mandate_list.state_of(row, today) is State.IN_FORCE
        fallen = parent is not None and mandate_list.state_of(parent, today) is not State.IN_FORCE
        lines.append(_line(row, today) | {"unfounded": in_force and fallen})
    return lines


def _procedures(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(ProcedureRow).order_by(ProcedureRow.title_vi))
    return [(row.key, (row.title_en if current_language() == "en" else "") or row.title_vi) for row in rows]


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _moved(count: int) -> str:
    return " " + _("%(count)s việc đã chuyển hàng chờ.", count=count) if count else ""
