"""SAMPLE DATA: the register of mandates of the demo: each state of a mandate, each answer to "who may decide?".

They are recorded after the sample dossiers, and their ceilings leave out what the walks decide: so every walk goes the
way that its diagram shows, and a smaller matter goes where the register sends it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import SYSTEM, Role
from engine.organisation import mandate_register
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.persistence.tables import MandateRow
from engine.platform import Platform


def load(session: Session, platform: Platform, content: Mapping[str, Any]) -> None:
    """Record the mandates of the description that are not there yet, then end those that were revoked.

    Raises:
        EngineError: one names something unknown or contradicts the register.
    """
    now, today = platform.now(), platform.today()
    for described in content.get("demo_mandate", ()):
        if _find(session, described) is None:
            mandate_register.record(session, SYSTEM, _mandate(session, today, described), now=now)
    for described in content.get("demo_revocation", ()):
        row = _find(session, described)
        if row is not None and row.revoked_at is None:
            last = today - timedelta(days=described["days_ago"])
            mandate_register.revoke(session, SYSTEM, row.id, last, described["reason"], now=now)


def _mandate(session: Session, today: date, described: Mapping[str, Any]) -> Mandate:
    role, _at, unit = described.get("role", "").partition("@")
    under = _find(session, {"unit": described["unit"], "number": described["under"]}) if "under" in described else None
    first, last = described["first_day"], described.get("last_day")
    return Mandate(
        unit_code=described["unit"],
        kind=MandateKind(described["kind"]),
        instrument_number=described["number"],
        instrument_date=today + timedelta(days=min(first, 0)),
        valid_from=today + timedelta(days=first),
        valid_to=None if last is None else today + timedelta(days=last),
        person=described.get("person", ""),
        delegate_role=Role(role) if role else None,
        delegate_unit=unit,
        act=described.get("act", ""),
        procedure_key=described.get("procedure", ""),
        ceiling=described.get("ceiling", ""),
        parent_id=under.id if under else None,
        may_subdelegate=described.get("may_subdelegate", False),
    )


def _find(session: Session, described: Mapping[str, Any]) -> MandateRow | None:
    wanted = MandateRow.unit_code == described["unit"], MandateRow.instrument_number == described["number"]
    return session.scalars(select(MandateRow).where(*wanted)).first()
