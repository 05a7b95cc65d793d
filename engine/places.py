"""The three places of a dossier: where somebody helped to file it, where it was received, which body decides.

They may be three different units (boundary-free filing: Decree 118/2025, Decree 309/2026 Article 7). The competent
body is the procedure's own, or what its routing table says of the filed answers; what the table does not know goes to
the unroutable queue, where somebody sends it on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.change import Change
from engine.decisions import DecisionModelError
from engine.errors import NotFoundError
from engine.feel import FeelError, from_feel, to_feel
from engine.organisation import units
from engine.organisation.validity import counts_on
from engine.persistence.organisation import unit_told
from engine.persistence.tables import DossierRow, UnitRow
from engine.platform import Platform
from engine.runtime.procedure import Procedure


@dataclass(frozen=True)
class Route:
    """The competent body, the rules of the table that said so, and why nobody was found (empty when found)."""

    unit: str
    rules: tuple[str, ...] = ()
    lost: str = ""


def route(
    session: Session, platform: Platform, procedure: Procedure, answers: Mapping[str, Any], facts: Mapping[str, Any]
) -> Route:
    """Which body is competent for these answers; `facts` is what the table reads of the dossier.

    Whatever is wrong with the table, the dossier is taken in: it goes to the unroutable queue with the reason.
    """
    rule = procedure.facts.routing
    today = platform.today()
    if rule is None:
        return Route(units.successor_of(session, procedure.unit("competent"), today))
    lost = unroutable(procedure)
    table = f"'{rule.decision}' ({rule.file})"
    given = {procedure.start_form: to_feel(answers), "dossier": to_feel(facts)}
    try:
        made = procedure.decision_model(rule.file).decide(rule.decision, given, now=platform.now())
        code = from_feel(made.value)
    except (FeelError, DecisionModelError) as error:
        return Route(lost, lost=_told("không tính được", f"{table} cannot be decided: {error}"))
    rules = tuple(str(matched) for matched in made.matched_rules)
    if not isinstance(code, str) or not code:
        return Route(lost, rules, _told("không nêu cơ quan nào", f"{table} names no body for these answers"))
    unit = session.get(UnitRow, code)
    if unit is None or not units.is_open(units.in_force(session, code, today), today):
        return Route(
            lost,
            rules,
            _told(f"nêu {code}, hôm nay không có đơn vị này", f"{table} names {code}, which is no unit today"),
        )
    return Route(units.successor_of(session, code, today), rules)


def _told(vi: str, en: str) -> str:
    """The reason as the history keeps it, for people of both languages."""
    return f"Bảng chọn cơ quan {vi} / {en}"


def reception_point(session: Session, today: date, wanted: str, default: str) -> UnitRow:
    """The place that receives a dossier: the one asked for, else the procedure's desk or whoever took over from it.

    Raises:
        NotFoundError: there is no such place, or it is closed today.
    """
    if not wanted:
        return units.in_force(session, default, today)
    row = session.get(UnitRow, wanted)
    if row is not None and units.is_open(row, today):
        return row
    vi, en = unit_told(session, wanted) if row else (f"'{wanted}'", f"'{wanted}'")
    found = f"{en}, which is {'closed' if row else 'unknown'}"
    after = row.successor_code if row and row.successor_code else ""
    after_vi, after_en = unit_told(session, after) if after else ("", "")
    raise NotFoundError(
        f"expected a reception point that is open, found {found}" + (f"; file at {after_en}" if after else ""),
        f"Không có điểm tiếp nhận {vi} đang hoạt động" + (f"; hãy nộp tại {after_vi}." if after else "."),
    )


def unit_for(procedure: Procedure, dossier: DossierRow, symbol: str) -> str:
    """The unit that a lane's symbol means for this dossier; who took over from it since is for the caller to ask."""
    own = {
        "receiving": dossier.receiving_unit,
        "competent": dossier.competent_unit,
        "support": dossier.support_unit or dossier.receiving_unit,
    }
    return own.get(procedure.place(symbol)) or procedure.unit(symbol)


def unroutable(procedure: Procedure) -> str:
    """The unit whose queue takes dossiers that no body is known for."""
    return procedure.facts.units.get("unroutable") or procedure.unit("receiving")


def is_lost(dossier: DossierRow, procedure: Procedure) -> bool:
    """Whether the dossier waits in the unroutable queue."""
    return dossier.competent_unit == unroutable(procedure)


def to_choose_from(session: Session, today: date) -> list[dict[str, str]]:
    """The units of the day, as a form offers them."""
    rows = select(UnitRow.code, UnitRow.name_vi).where(*counts_on(UnitRow, today)).order_by(UnitRow.name_vi)
    return [{"label": f"{name} ({code})", "value": code} for code, name in session.execute(rows)]


def filed_elsewhere(change: Change) -> bool:
    """Whether the dossier was received at another place than the competent body's own desk."""
    dossier = change.dossier
    if dossier.receiving_unit == dossier.competent_unit:
        return False
    codes = (change.procedure.unit(place) for place in ("receiving", "competent"))
    own = tuple(change.successors.get(code, code) for code in codes)
    return (dossier.receiving_unit, dossier.competent_unit) != own
