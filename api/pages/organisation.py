"""The organisation: the tree of units on a day, a unit, a person; bringing in and taking out as CSV; its history."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow, allow_signed_in
from api.database import read, write
from api.language import current_language
from api.pages import organisation_view as view
from api.pages import picking, present, spreadsheets, wording
from api.pages.acting import person
from api.site import site
from engine import staffing
from engine.errors import EngineError, InvalidInputError, NotFoundError
from engine.events import EventType
from engine.history import journal
from engine.model import Role
from engine.organisation import (
    exporting,
    importing,
    mandate_list,
    people,
    register,
    register_check,
    rights,
    standins,
    units,
)
from engine.persistence.tables import JournalRow, UnitRow

blueprint = Blueprint("organisation", __name__, url_prefix="/organisation")
PAGE = 50
LARGEST_FILE = 5 * 1024 * 1024  # bytes of a CSV file
REGISTER_READERS = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.AGENCY_LEADER)


@blueprint.get("/")
@allow_signed_in
def index() -> str:
    """The tree of units on a day, or the units that a search finds."""
    day, text = picking.day_asked(site().platform.today()), request.args.get("q", "").strip()
    with read() as session:
        return render_template(
            "pages/organisation/tree.html",
            day=day,
            q=text,
            tops=[] if text else view.tree(session, day),
            found=[(unit, picking.unit_name(unit)) for unit in units.search(session, text, on=day)] if text else [],
            ownerless=staffing.ownerless(session, site().platform) if _cares(person()) else [],
            may_import=rights.runs_everything(person()),
        )


@blueprint.get("/units/<code>")
@allow_signed_in
def unit(code: str) -> str:
    """A unit on a day: who works there, what waits there, what it came from and goes to."""
    actor, today = person(), site().platform.today()
    day = picking.day_asked(today)
    with read() as session:
        row = _unit(session, code)
        kin = select(UnitRow).order_by(UnitRow.code)
        return render_template(
            "pages/organisation/unit.html",
            day=day,
            unit=row,
            name=picking.unit_name(row),
            above=session.get(UnitRow, row.parent_code) if row.parent_code else None,
            successor=session.get(UnitRow, row.successor_code) if row.successor_code else None,
            predecessors=session.scalars(kin.where(UnitRow.successor_code == code)).all(),
            under=session.scalars(kin.where(UnitRow.parent_code == code)).all(),
            staff=view.staff(session, code, day),
            queues=view.queues(session, code, today),
            covers=view.covers_in(session, code, today),
            runs=rights.may_run(session, actor, code),
            may_close=rights.may_run(session, actor, code, from_above=True) and row.valid_to is None,
            unit_name=picking.unit_name,
        )


@blueprint.get("/people/<username>")
@allow_signed_in
def someone(username: str) -> str:
    """A person: posts, what they have taken, who stands in, what they may decide."""
    actor, today = person(), site().platform.today()
    with read() as session:
        who = people.find_person(session, username)
        if who is None:
            raise NotFoundError(f"expected the user name of a person, found '{username}'", "Không có người này.")
        posts = view.roles_of(session, who)
        present_units = {held.unit_code for held, _unit in posts if held.valid_to is None or held.valid_to >= today}
        return render_template(
            "pages/organisation/person.html",
            who=who,
            today=today,
            posts=posts,
            taken=view.taken(session, who),
            covers=view.covers(session, standins.concerning(session, who.id, today)),
            mandates=mandate_list.search(session, mandate_list.Wanted(person=who.id), today),
            runs=bool(present_units) and all(rights.may_run(session, actor, code) for code in present_units),
            unit_name=picking.unit_name,
        )


@blueprint.get("/import")
@allow(Role.OPERATOR)
def import_page() -> str:
    """Where a CSV file is brought in."""
    return _import_page("")


@blueprint.post("/import")
@allow(Role.OPERATOR)
def bring_in() -> str | AnyResponse | tuple[str, int]:
    """Say what each line would do; write it when that is asked for."""
    try:
        text = _text_sent()
        with read() as session:
            planned = importing.plan(session, text)
        if request.form.get("act") == "apply" and not planned.problems:
            now, actor = site().platform.now(), person()
            write(lambda session: importing.carry_out(session, importing.plan(session, text), now=now, by=actor))
            done = len(planned.new) + len(planned.changed)
            flash(_("Đã ghi %(count)s mục; còn lại không đổi.", count=done), "success")
            return redirect(url_for(".index"))
    except EngineError as refusal:
        return _import_page(request.form.get("text", ""), problem=present.told(refusal)), refusal.status
    return _import_page(text, planned=planned), 422 if planned.problems else 200


@blueprint.get("/export/<what>.csv")
@allow(Role.OPERATOR, Role.PROCEDURE_CONTROL)
def take_out(what: str) -> Response:
    """Units or people as the CSV file that can be brought in again."""
    if what not in ("units", "people"):
        raise NotFoundError(f"expected units or people, found '{what}'", "Chỉ xuất được units hoặc people.")
    day = picking.day_asked(site().platform.today()) if request.args.get("on") else None
    with read() as session:
        rows = list((exporting.unit_rows if what == "units" else exporting.people_rows)(session, day))
    return spreadsheets.as_csv(rows, f"{what}-{(day or site().platform.today()).isoformat()}.csv")


@blueprint.get("/register")
@allow(*REGISTER_READERS)
def history() -> str:
    """What has changed in the organisation, what was refused, and whether the registers were altered."""
    before = request.args.get("before", "")
    only = request.args.get("only", "")
    types = (journal_type,) if (journal_type := _TYPES.get(only)) else ()
    with read() as session:
        rows = register.newest(session, types=types, before=int(before) if before.isdecimal() else None, limit=PAGE + 1)
        verdict = register_check.verify(session)
    shown, more = rows[:PAGE], len(rows) > PAGE
    return render_template(
        "pages/organisation/register.html",
        verdict=verdict,
        fault=verdict.fault_vi if current_language() == "vi" else verdict.fault,
        entries=[_told(row) for row in shown],
        only=only,
        next_href=url_for(".history", only=only, before=shown[-1].seq) if more else "",
        first_href=url_for(".history", only=only) if before else "",
    )


_TYPES = {"refused": EventType.ACT_REFUSED}


def _told(row: JournalRow) -> dict[str, Any]:
    entry = journal.read(row)
    payload = entry["payload"]
    return {
        "seq": row.seq,
        "at": row.recorded_at,
        "what": wording.word(wording.EVENTS, row.type),
        "who": entry["actor"].get("name", ""),
        "code": payload.get("code", ""),
        "dossier": payload.get("dossier", ""),
        "text": _sentence(payload),
        "refused": row.type == EventType.ACT_REFUSED,
    }


def _sentence(payload: dict[str, Any]) -> str:
    """The entry's facts in one line."""
    if "vi" in payload:
        return str(payload["en" if current_language() == "en" else "vi"])
    if mandate := payload.get("mandate"):
        return " · ".join(
            str(mandate[key]) for key in ("instrument_number", "unit_code", "act", "revocation") if mandate.get(key)
        )
    if cover := payload.get("stand_in"):
        days = f"{present.day_text(date.fromisoformat(cover['valid_from']))} – "
        return days + f"{present.day_text(date.fromisoformat(cover['valid_to']))} · {cover['ground']}"
    plain = (f"{key}: {value}" for key, value in payload.items() if isinstance(value, str | int) and value)
    listed = (f"{key}: {', '.join(map(str, value[:10]))}" for key, value in payload.items() if _codes(value))
    return " · ".join([*plain, *listed])


def _codes(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _import_page(text: str, planned: importing.Plan | None = None, problem: str = "") -> str:
    keys = [line["username" if planned.about == "people" else "code"] for line in planned.lines] if planned else []
    lines = [
        {"number": number, "key": key, "fate": planned.fate_of(key.lower() if planned.about == "people" else key)}
        | {"faults": [each.vi if current_language() == "vi" else each.en for each in planned.faults_of(number)]}
        for number, key in enumerate(keys, start=2)
        if planned
    ]
    return render_template(
        "pages/organisation/import.html",
        text=text,
        planned=planned,
        lines=lines,
        problem=problem,
        unit_columns=",".join(importing.UNIT_COLUMNS),
        people_columns=",".join(importing.PEOPLE_COLUMNS),
    )


def _text_sent() -> str:
    """The CSV that was uploaded, else what stands in the field.

    Raises:
        InvalidInputError: it is empty, too large or no UTF-8.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        text = request.form.get("text", "")
    else:
        content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise InvalidInputError("expected at most 5 MB, found more; divide the file", "Tệp lớn hơn 5 MB.")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidInputError(
                "expected UTF-8 text, found other bytes; save the file as CSV UTF-8",
                "Tệp không phải văn bản UTF-8; hãy lưu dạng CSV UTF-8.",
            ) from None
    if not text.strip():
        raise InvalidInputError("expected a CSV file, found nothing; choose one", "Hãy chọn tệp CSV.")
    return text


def _unit(session: Any, code: str) -> UnitRow:
    row: UnitRow | None = session.get(UnitRow, code)
    if row is None:
        raise NotFoundError(f"expected the code of a unit, found '{code}'", f"Không có đơn vị '{code}'.")
    return row


def _cares(actor: Any) -> bool:
    return rights.runs_everything(actor) or actor.has_role(Role.PROCEDURE_CONTROL)
