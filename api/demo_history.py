"""SAMPLE DATA at full size: the network, a thousand people, and ten months of finished dossiers.

Real walks are gone once, in a database of their own; their histories are the patterns. Each dossier of the past is a
pattern with an applicant, a place and moments of its own, its due date counted by the ledger, its history chained.
What hangs on the running engine only (timers, papers, letters, notices) is left out.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from api.demo_past import Writer
from api.demo_patterns import patterns_of_walks
from engine.organisation import network, units
from engine.persistence.tables import (
    DossierRow,
    PersonRow,
    RoleRow,
    UnitRow,
)
from engine.persistence.transaction import reading, run
from engine.platform import Platform

DOSSIERS, PEOPLE = 20_798, 1_000
Tell = Callable[[str], None]


def load_network(db: Engine, platform: Platform) -> None:
    """Load the branches, points and people that are not there yet."""
    run(db, lambda session: _add_network(session, platform))


def load_history(
    db: Engine, platform: Platform, root: Path, organisation: Mapping[str, Any], tell: Tell, wanted: int = DOSSIERS
) -> int:
    """Bring the finished dossiers to 20,798 (or `wanted`) in all; how many were added."""
    with reading(db) as session:
        there = session.scalar(select(func.count()).select_from(DossierRow).where(DossierRow.snapshot == b"")) or 0
    if there >= wanted:
        return 0
    tell("Đi mẫu từng thủ tục — going one walk of each kind")
    patterns = patterns_of_walks(platform, root, organisation)
    writer = Writer(db, platform, patterns, skip=there)
    for done in writer.write(wanted - there):
        tell(f"{there + done:,} hồ sơ — dossiers") if done % 5_000 == 0 else None
    return wanted - there


def _add_network(session: Session, platform: Platform) -> None:
    known = set(session.scalars(select(UnitRow.code)))
    fresh = [unit for unit in network.units() if unit.code not in known]
    rows = [
        {
            "code": unit.code,
            "name_vi": unit.name_vi,
            "name_en": unit.name_en,
            "kind": unit.kind.value,
            "parent_code": unit.parent,
            "agency_code": unit.agency_code,
            "search_key": units.search_key(unit.code, unit.name_vi, unit.name_en),
        }
        for unit in fresh
    ]
    if rows:
        session.execute(insert(UnitRow), rows)
    usernames = set(session.scalars(select(PersonRow.username)))
    missing = PEOPLE - len(usernames)
    staff = [person for person in network.people(PEOPLE) if person.username not in usernames][: max(missing, 0)]
    if not staff:
        return
    ids = [uuid4() for _ in staff]
    now = platform.now()
    session.execute(
        insert(PersonRow),
        [
            {"id": key, "username": who.username, "name": who.name, "created_at": now}
            for key, who in zip(ids, staff, strict=True)
        ],
    )
    session.execute(
        insert(RoleRow),
        [
            {"person_id": key, "role": who.role.value, "unit_code": who.unit}
            for key, who in zip(ids, staff, strict=True)
        ],
    )
