"""`motcua mandate`: who may decide what, by which instrument."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import click
import orjson
from sqlalchemy.orm import Session

from api.cli.setup import tools
from api.cli.telling import answer, as_json, complain, say, table
from api.database import keep_refusal
from engine import delegation
from engine.delegation import Question
from engine.errors import ActRefusedError
from engine.model import SYSTEM, Role
from engine.organisation import mandate_list, register_check
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind, Outcome
from engine.persistence.tables import MandateRow, PersonRow
from engine.persistence.transaction import reading, run

_DAY = click.DateTime(["%Y-%m-%d"])
_ROLES = [role.value for role in Role if role is not Role.APPLICANT]


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _answers(_context: click.Context, _option: click.Parameter, text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as problem:
        raise click.BadParameter(f'expected JSON such as {{"application": {{"area": 40000}}}}: {problem}') from problem
    if not isinstance(found, dict):
        raise click.BadParameter("expected a JSON object: data by name")
    return found


@click.group()
def mandate() -> None:
    """Thẩm quyền — who may decide what.

    Where nothing is recorded for an act, the leader of the body decides by law (MOTCUA_LEADER_BY_LAW=no asks for a
    recorded mandate of everybody). Once something is recorded for it, only what is recorded counts.
    """


@mandate.command("add")
@click.argument("unit", metavar="UNIT")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in MandateKind]), default="delegation", show_default=True
)
@click.option("--number", required=True, help="Số văn bản — number of the instrument.")
@click.option("--signed", type=_DAY, required=True, help="Ngày ký — day of the instrument.")
@click.option("--from", "valid_from", type=_DAY, help="First day; by default the day of the instrument.")
@click.option("--to", "valid_to", type=_DAY, help="Last day; open when left out.")
@click.option("--person", default="", help="Tên đăng nhập — who is authorised, by user name; or else")
@click.option("--role", "role_at_unit", default="", metavar="ROLE@UNIT", help="whoever holds this role in this unit.")
@click.option("--act", default="", help="Act of the diagram, such as approve; any when left out.")
@click.option("--procedure", "procedure_key", default="", help="Procedure key; any when left out.")
@click.option("--field", default="", help="Lĩnh vực — field of procedures, in Vietnamese; any when left out.")
@click.option("--ceiling", default="", help="FEEL that must be true, such as 'application.area <= 50000'.")
@click.option("--amount", type=float, nargs=1, help="Instead of --ceiling: the highest amount …")
@click.option("--of", "amount_of", default="application.amount", show_default=True, help="… of this value.")
@click.option("--under", "parent", type=click.UUID, help="The mandate that this one delegates further.")
@click.option("--may-subdelegate", is_flag=True, help="Được ủy quyền lại — may be delegated further.")
@click.option("--standin-may-decide", is_flag=True, help="Người thay được quyết định — a stand-in may decide.")
@as_json
def add(*, as_json: bool, **said: Any) -> None:
    """Record a mandate to decide in the name of UNIT. Open acts move to the queue that it says."""
    with tools() as at_hand:
        wanted = _wanted(said)
        try:
            row, moved = run(at_hand.db, lambda session: delegation.grant(session, at_hand.platform, SYSTEM, wanted))
        except ActRefusedError as refusal:
            keep_refusal(at_hand.db, refusal, at_hand.platform.now())
            raise
    if as_json:
        answer({"id": row.id, "moved_tasks": moved})
    else:
        say(f"Đã ghi nhận {row.instrument_number} ({row.id}); {moved} việc chuyển hàng chờ", f"recorded; {moved} moved")


@mandate.command("end")
@click.argument("mandate_id", type=click.UUID)
@click.option("--on", "last_day", type=_DAY, help="Last day; today when left out.")
@click.option("--reason", default="Kết thúc trước hạn.", show_default=True, help="Lý do — why.")
def end(*, mandate_id: UUID, last_day: datetime | None, reason: str) -> None:
    """Let a mandate end early. Acts that were done under it stay authorised."""
    with tools() as at_hand:
        day = _day(last_day) or at_hand.platform.today()
        _row, moved = run(
            at_hand.db,
            lambda session: delegation.revoke(session, at_hand.platform, SYSTEM, mandate_id, day, reason),
        )
    say(f"Đã kết thúc; {moved} việc chuyển hàng chờ", f"ended; {moved} moved")


@mandate.command("list")
@click.argument("unit", default="")
@click.option("--on", type=_DAY, help="Only what holds on this day.")
@as_json
def show(*, unit: str, on: datetime | None, as_json: bool) -> None:
    """The register, of UNIT or of all bodies."""
    with tools() as at_hand, reading(at_hand.db) as session:
        rows = mandate_list.listing(session, unit_code=unit, on=_day(on))
        found = [_described(session, row) for row in rows]
    if as_json:
        answer(found)
    else:
        table([tuple(str(value) for value in row.values()) for row in found])


@mandate.command("check")
@click.argument("username")
@click.option("--unit", default="", help="The body in whose name; by default the procedure's competent body.")
@click.option("--procedure", "procedure_key", default="", help="Procedure key.")
@click.option("--dossier", "code", default="", help="Dossier code: its body, procedure and data.")
@click.option("--act", default="approve", show_default=True)
@click.option("--on", type=_DAY, help="The day; today when left out.")
@click.option("--data", callback=_answers, default="", help="JSON that ceilings are judged on, by data name.")
@as_json
def check(*, username: str, on: datetime | None, as_json: bool, **said: Any) -> None:
    """May USERNAME do this act? Exit code 1 when not; nothing is written."""
    with tools() as at_hand, reading(at_hand.db) as session:
        day = _day(on) or at_hand.platform.today()
        _matter, judgement = delegation.ask(session, at_hand.platform, Question(username, day, **said))
    if as_json:
        answer({**judgement.as_json(), "reason_en": judgement.en})
    else:
        mark = "✓" if judgement.outcome is Outcome.AUTHORISED else "✗"
        say(f"{mark} {judgement.outcome}: {judgement.vi}", judgement.en)
    if judgement.outcome is not Outcome.AUTHORISED:
        raise SystemExit(1)


@mandate.command("verify")
@as_json
def verify(*, as_json: bool) -> None:
    """Is the journal of mandates and stand-ins whole, and do the registers say what it says? Exit code 1 when not."""
    with tools() as at_hand, reading(at_hand.db) as session:
        verdict = register_check.verify(session)
    if as_json:
        answer({"intact": verdict.intact, "entries": verdict.checked, "fault": verdict.fault})
    elif verdict.intact:
        say(f"✓ Sổ nguyên vẹn, {verdict.checked} mục", "the registers are whole")
    else:
        complain(verdict.fault_vi, verdict.fault)
    if not verdict.intact:
        raise SystemExit(1)


def _wanted(said: Mapping[str, Any]) -> Mandate:
    role, _at, delegate_unit = said["role_at_unit"].partition("@")
    if role and role not in _ROLES:
        raise click.BadParameter(f"expected ROLE@UNIT with a role of {', '.join(_ROLES)}; found {role!r}")
    signed = said["signed"].date()
    amount = said["amount"]
    return Mandate(
        unit_code=said["unit"],
        kind=MandateKind(said["kind"]),
        instrument_number=said["number"],
        instrument_date=signed,
        valid_from=_day(said["valid_from"]) or signed,
        valid_to=_day(said["valid_to"]),
        person=said["person"],
        delegate_role=Role(role) if role else None,
        delegate_unit=delegate_unit,
        ceiling=said["ceiling"] or (f"{said['amount_of']} <= {amount:g}" if amount is not None else ""),
        parent_id=said["parent"],
        **{key: said[key] for key in ("act", "procedure_key", "field", "may_subdelegate", "standin_may_decide")},
    )


def _described(session: Session, row: MandateRow) -> dict[str, Any]:
    person = session.get(PersonRow, row.person_id) if row.person_id else None
    return {
        "id": row.id,
        "unit": row.unit_code,
        "kind": row.kind,
        "instrument": f"{row.instrument_number} ({row.instrument_date})",
        "delegate": person.username if person else f"{row.delegate_role}@{row.delegate_unit}",
        "matter": "/".join(part or "*" for part in (row.act, row.procedure_key, row.field)),
        "days": f"{row.valid_from} – {row.valid_to or '…'}",
        "ceiling": row.ceiling or "-",
        "may": ", ".join(
            word for word, may in (("subdelegate", row.may_subdelegate), ("standin", row.standin_may_decide)) if may
        ),
    }
