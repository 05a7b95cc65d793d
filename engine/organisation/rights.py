"""Who may change the organisation: operators everywhere, heads in their unit and in those below it.

Rights are not borrowed: whoever stands in for a head does the head's tasks and does not run the head's unit.
"""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.errors import NotAllowedError
from engine.model import SYSTEM, Actor, Role
from engine.persistence.tables import UnitRow

HEADS = (Role.AGENCY_LEADER, Role.DIVISION_HEAD)
BY_OPERATORS_ONLY = frozenset({Role.AGENCY_LEADER, Role.OPERATOR, Role.PROCESS_DESIGNER, Role.PROCEDURE_CONTROL})
"""Roles that a head cannot give."""
_MOST_LEVELS = 20  # stops a circle


def runs_everything(actor: Actor) -> bool:
    """Whether the actor is an operator, or the platform itself."""
    return actor.username == SYSTEM.username or (
        Role.OPERATOR in {role for role, _unit in actor.roles - actor.borrowed}
    )


def line_of(session: Session, code: str) -> list[str]:
    """The unit and those above it, the nearest first."""
    found: list[str] = []
    above: str | None = code
    while above is not None and above not in found and len(found) < _MOST_LEVELS:
        found.append(above)
        above = session.scalar(select(UnitRow.parent_code).where(UnitRow.code == above))
    return found


def may_run(session: Session, actor: Actor, code: str, *, from_above: bool = False) -> bool:
    """Whether the actor heads the unit or one above it; with `from_above` only one above it counts."""
    if runs_everything(actor):
        return True
    headed = {unit for role, unit in actor.roles - actor.borrowed if role in HEADS}
    return bool(headed) and not headed.isdisjoint(line_of(session, code)[1 if from_above else 0 :])


def refuse_unless_run(session: Session, actor: Actor, codes: Collection[str], *, from_above: bool = False) -> None:
    """Say nothing when the actor runs each of the units.

    Raises:
        NotAllowedError: one of them is run by others.
    """
    for code in sorted(codes):
        if not may_run(session, actor, code, from_above=from_above):
            raise NotAllowedError(
                f"expected an operator, or a head {'above' if from_above else 'of'} {code}, found {actor.name}",
                f"Chỉ người vận hành hoặc lãnh đạo {'cấp trên của ' if from_above else ''}{code} được làm việc này.",
            )


def near(session: Session, codes: Collection[str]) -> set[str]:
    """The units, those directly above and below them, and those beside them under the same parent."""
    parents = {code for code in session.scalars(select(UnitRow.parent_code).where(UnitRow.code.in_(codes))) if code}
    around = or_(UnitRow.parent_code.in_(codes), UnitRow.parent_code.in_(parents))
    return {*codes, *parents, *session.scalars(select(UnitRow.code).where(around))}
