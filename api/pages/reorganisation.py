"""Changes of the organisation: close or merge a unit, let somebody leave, move or second somebody.

Each shows first what it would mean; the same form then does it.
"""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from api.auth import allow
from api.database import read, write
from api.pages import picking, present, wording
from api.pages.acting import person
from api.site import site
from engine import consequences, reorganisation
from engine.errors import EngineError, NotFoundError
from engine.model import Role
from engine.organisation import people, rights
from engine.persistence.tables import UnitRow
from engine.reorganisation import Post

blueprint = Blueprint("reorganisation", __name__, url_prefix="/organisation")
CHANGERS = (Role.OPERATOR, *rights.HEADS)
Answer = str | Response | tuple[str, int]


@blueprint.get("/units/<code>/close")
@allow(*CHANGERS)
def close_page(code: str) -> str:
    """Ask for the last day and the successor."""
    return _close_page(code)


@blueprint.post("/units/<code>/close")
@allow(*CHANGERS)
def close(code: str) -> Answer:
    """Show what closing would mean, or do it."""
    actor, platform = person(), site().platform
    try:
        last_day, moves = picking.needed_day("last_day"), "staff_moves" in request.form
        with read() as session:
            rights.refuse_unless_run(session, actor, {code}, from_above=True)
            heir = picking.unit_of(session, "successor", last_day, required=False)
        successor = heir.code if heir else ""
        if request.form.get("act") != "do":
            return _close_page(code, asked=(last_day, successor, moves))
        write(
            lambda session: reorganisation.close(session, platform, actor, code, last_day, successor, staff_moves=moves)
        )
    except EngineError as refusal:
        return _close_page(code, refusal=refusal), refusal.status
    flash(_("%(unit)s kết thúc hoạt động ngày %(day)s.", unit=code, day=f"{last_day:%d/%m/%Y}"), "success")
    return redirect(url_for("organisation.unit", code=code))


@blueprint.get("/people/<username>/leave")
@allow(*CHANGERS)
def leave_page(username: str) -> str:
    """Ask for the last day and who takes over."""
    return _leave_page(username)


@blueprint.post("/people/<username>/leave")
@allow(*CHANGERS)
def leave(username: str) -> Answer:
    """Show what leaving would mean, or do it."""
    actor, platform = person(), site().platform
    try:
        last_day = picking.needed_day("last_day")
        with read() as session:
            heir = picking.person_of(session, "heir", required=False)
        if request.form.get("act") != "do":
            return _leave_page(username, last_day=last_day)
        name = heir.username if heir else ""
        moved = write(lambda session: reorganisation.leave(session, platform, actor, username, last_day, name))
    except EngineError as refusal:
        return _leave_page(username, refusal=refusal), refusal.status
    flash(_("Đã ghi nhận. %(count)s việc đã chuyển ngay.", count=len(moved)), "success")
    return redirect(url_for("organisation.someone", username=username))


@blueprint.get("/people/<username>/post")
@allow(*CHANGERS)
def post_page(username: str) -> str:
    """Ask for the post that somebody gets."""
    return _post_page(username)


@blueprint.post("/people/<username>/post")
@allow(*CHANGERS)
def post(username: str) -> Answer:
    """Move or second somebody."""
    actor, platform = person(), site().platform
    try:
        first, role = picking.needed_day("valid_from"), picking.role_of("role")
        with read() as session:
            unit = picking.unit_of(session, "unit", first)
        if unit is None or role is None:
            raise picking.wrong("unit", "Hãy chọn đơn vị.", "expected a unit, found none")
        wanted = Post(role, unit.code, first, picking.day_of("valid_to"))
        before, _at, where = request.form.get("gives_up", "").partition("@")
        gives_up = (Role(before), where) if before in set(Role) and where else None
        write(lambda session: reorganisation.place(session, platform, actor, username, wanted, gives_up))
    except EngineError as refusal:
        return _post_page(username, refusal), refusal.status
    flash(_("Đã giao vai trò %(role)s tại %(unit)s.", role=wording.role(role), unit=unit.code), "success")
    return redirect(url_for("organisation.someone", username=username))


def _close_page(code: str, asked: tuple[date, str, bool] | None = None, refusal: EngineError | None = None) -> str:
    today = site().platform.today()
    with read() as session:
        unit = session.get(UnitRow, code)
        if unit is None:
            raise NotFoundError(f"expected the code of a unit, found '{code}'", f"Không có đơn vị '{code}'.")
        rights.refuse_unless_run(session, person(), {code}, from_above=True)
        planned = None
        if asked is not None:
            planned = consequences.look_at_closing(session, code, asked[0], asked[1], staff_moves=asked[2])
        return render_template(
            "pages/organisation/close.html",
            unit=unit,
            name=picking.unit_name(unit),
            planned=planned,
            successor=asked[1] if asked else "",
            staff_moves=asked[2] if asked else "staff_moves" in request.form,
            lines=[line for line in picking.unit_lines(session, today) if not line.endswith(f"({code})")],
            values=_values(last_day=today.isoformat()),
            errors=picking.errors_of(refusal),
        )


def _leave_page(username: str, last_day: date | None = None, refusal: EngineError | None = None) -> str:
    today = site().platform.today()
    with read() as session:
        who = people.get_person(session, username)
        units = {role.unit_code for role in consequences.look_at_leaving(session, username, today).roles}
        rights.refuse_unless_run(session, person(), units)
        around = None if rights.runs_everything(person()) else rights.near(session, units)
        return render_template(
            "pages/organisation/leave.html",
            who=who,
            planned=consequences.look_at_leaving(session, username, last_day) if last_day else None,
            lines=[line for line in picking.people_lines(session, today, around) if f"({username})" not in line],
            values=_values(last_day=today.isoformat()),
            errors=picking.errors_of(refusal),
        )


def _post_page(username: str, refusal: EngineError | None = None) -> str:
    actor, today = person(), site().platform.today()
    given = [role for role in Role if role is not Role.APPLICANT]
    if not rights.runs_everything(actor):
        given = [role for role in given if role not in rights.BY_OPERATORS_ONLY]
    with read() as session:
        who = people.get_person(session, username)
        held = consequences.look_at_leaving(session, username, today).roles
        return render_template(
            "pages/organisation/post.html",
            who=who,
            posts=[
                (f"{row.role}@{row.unit_code}", wording.role(row.role), present.unit_word(row.unit_code))
                for row in held
            ],
            roles=[(role.value, wording.role(role)) for role in given],
            lines=picking.unit_lines(session, today),
            values=_values(valid_from=today.isoformat()),
            errors=picking.errors_of(refusal),
        )


def _values(**first: str) -> dict[str, Any]:
    """What was typed, or what a fresh form begins with."""
    return {**first, **request.form.to_dict()}
