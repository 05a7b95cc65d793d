"""Absence: who stands in for me, for whom I stand in, and for heads: for somebody of the unit."""

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
from api.site import site
from engine import absence
from engine.absence import Wanted
from engine.errors import EngineError
from engine.model import Actor, Role
from engine.organisation import people, rights, standins
from engine.organisation.validity import counts_on
from engine.persistence.organisation import unit_names
from engine.persistence.tables import PersonRow, RoleRow, StandInRow
from engine.platform import Platform

blueprint = Blueprint("absence", __name__, url_prefix="/organisation/absence")


@blueprint.get("/")
@allow_signed_in
def index() -> str:
    """The cover that concerns oneself, that of the people one heads, and the form."""
    return _page()


@blueprint.post("/")
@allow_signed_in
def name() -> str | Response | tuple[str, int]:
    """Name who stands in."""
    actor, platform = person(), site().platform
    try:
        first, last = picking.needed_day("valid_from"), picking.needed_day("valid_to")
        role, unit = _scope()
        with read() as session:
            absent = picking.person_of(session, "absent", required=False)
            standin = picking.person_of(session, "standin")
        if standin is None:
            raise picking.wrong("standin", "Hãy chọn người thay.", "expected somebody, found nobody")
        who = absent.username if absent else actor.username
        wanted = Wanted(who, standin.username, first, last, request.form.get("ground", ""), role, unit)
        write(lambda session: absence.name(session, platform, actor, wanted))
    except EngineError as refusal:
        return _page(refusal), refusal.status
    flash(_("Đã cử %(name)s thay; người ấy được báo trong trang và qua thư.", name=standin.name), "success")
    return redirect(url_for(".index"))


@blueprint.post("/<uuid:stand_in_id>/end")
@allow_signed_in
def end(stand_in_id: UUID) -> Response:
    """End cover early."""
    actor, platform = person(), site().platform

    def act(session: Session) -> StandInRow:
        last_day = picking.day_of("last_day", platform.today()) or platform.today()
        return absence.end(session, platform, actor, stand_in_id, last_day)

    return carry_out(act, _("Đã kết thúc việc thay."), url_for(".index"))


def _scope() -> tuple[Role | None, str]:
    """The post that is covered: "role@unit", or all when empty."""
    role, _at, unit = request.form.get("scope", "").partition("@")
    return (Role(role) if role in set(Role) else None), unit


def _page(refusal: EngineError | None = None) -> str:
    actor, platform = person(), site().platform
    today = platform.today()
    with read() as session:
        me = people.get_person(session, actor.username)
        headed = _headed(session, actor, platform)
        mine = view.covers(session, standins.concerning(session, me.id, today))
        others = _covers_of(session, headed, platform)
        codes = {cover.row.unit_code for cover in (*mine, *others)}
        about = people.find_person(session, request.args.get("for", "")) or me
        return render_template(
            "pages/organisation/absence.html",
            today=today,
            units=unit_names(session, codes, current_language()),
            own=[(cover, True) for cover in mine if cover.absent.id == me.id],
            received=[cover for cover in mine if cover.person.id == me.id],
            others=[(cover, absence.may_end(session, platform, actor, cover.row)) for cover in others],
            about=about if about in headed or about.id == me.id else me,
            me=me,
            headed=[picking.person_line(one) for one in headed],
            scopes=_scopes(session, [me, *headed] if about.id == me.id else [about], platform),
            lines=[picking.person_line(one) for one in absence.candidates(session, platform, actor, about)],
            values={"valid_from": today.isoformat(), **request.form.to_dict()},
            errors=picking.errors_of(refusal),
        )


def _headed(session: Session, actor: Actor, platform: Platform) -> list[PersonRow]:
    """The people whose absence the actor may arrange: those of the units that the actor heads, not those below."""
    units = {unit for role, unit in actor.roles - actor.borrowed if role in rights.HEADS}
    held = select(RoleRow.person_id).where(*counts_on(RoleRow, platform.today()))
    if not rights.runs_everything(actor):
        if not units:
            return []
        held = held.where(RoleRow.unit_code.in_(units))
    rows = select(PersonRow).where(PersonRow.id.in_(held), PersonRow.active.is_(True), PersonRow.id != actor.id)
    return list(session.scalars(rows.order_by(PersonRow.name, PersonRow.username)))


def _covers_of(session: Session, headed: list[PersonRow], platform: Platform) -> list[view.Cover]:
    ids = [one.id for one in headed]
    rows = select(StandInRow).where(StandInRow.absent_id.in_(ids), StandInRow.valid_to >= platform.today())
    return view.covers(session, session.scalars(rows.order_by(StandInRow.valid_from).limit(200)).all())


def _scopes(session: Session, who: list[PersonRow], platform: Platform) -> list[tuple[str, str]]:
    """The posts that cover can be limited to, with their words."""
    ids = [one.id for one in who]
    rows = select(RoleRow.role, RoleRow.unit_code).where(
        RoleRow.person_id.in_(ids), *counts_on(RoleRow, platform.today())
    )
    pairs = sorted({(role, unit) for role, unit in session.execute(rows)})
    names = unit_names(session, {unit for _role, unit in pairs}, current_language())
    return [(f"{role}@{unit}", f"{wording.role(role)}, {names.get(unit, unit)}") for role, unit in pairs]
