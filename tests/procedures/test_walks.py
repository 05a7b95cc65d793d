"""Every walk that a procedure's designers wrote ends where they say, on both databases."""

import json
from pathlib import Path

import pytest
from city import ROOT, City
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from engine.clock import FixedClock
from engine.history.journal import entries, read
from engine.history.verify import verify
from engine.model import DeadlineState, ElementKind, TaskState
from engine.persistence.tables import DeadlineRow, DossierRow, TaskRow
from engine.procedures import governing_version, loaded

WALKS = sorted(ROOT.glob("bpmn/*/walks/*.json"))


def _named(path: Path) -> str:
    return f"{path.parents[1].name}-{path.stem}"


@pytest.mark.parametrize("path", WALKS, ids=_named)
def test_a_walk_ends_where_it_says_with_a_whole_history_and_nothing_left_open(
    db: Engine, fixed_clock: FixedClock, path: Path
) -> None:
    walk = json.loads(path.read_text())
    city = City.found(db, _clock_for(walk, fixed_clock), walk["procedure"])

    dossier = city.walk(walk)

    assert dossier.outcome == walk["expect"]["outcome"]
    assert city.see(lambda session: _last_element(session, dossier)) == walk["expect"]["end"]
    assert city.see(lambda session: verify(session, dossier)).intact
    assert city.see(lambda session: _left_open(session, dossier)) == (0, 0)
    assert dossier.incidents == 0
    expected = walk["expect"]
    assert dossier.competent_unit == expected.get("competent_unit", dossier.competent_unit)
    if "clock_starts" in expected:
        assert city.see(lambda session: _clock_started(session, dossier)).endswith(expected["clock_starts"])


@pytest.mark.parametrize("key", sorted({path.parents[1].name for path in WALKS}))
def test_every_end_of_a_procedure_is_reached_by_some_walk(db: Engine, fixed_clock: FixedClock, key: str) -> None:
    walks = [json.loads(path.read_text()) for path in WALKS if path.parents[1].name == key]
    city = City.found(db, _clock_for(walks[0], fixed_clock), key)
    day = city.platform.today()
    elements = city.see(lambda s: loaded(s, governing_version(s, key, day).id)).elements
    main_ends = {each.id for each in elements.values() if each.kind is ElementKind.END and each.process_id == key}
    assert {walk["expect"]["end"] for walk in walks} >= main_ends


def _clock_for(walk: dict[str, object], clock: FixedClock) -> FixedClock:
    """A day on which the procedure's present version is in force."""
    clock.moment = clock.moment.replace(year=2026, month=11, day=23)
    return clock


def _last_element(session: Session, dossier: DossierRow) -> str:
    ended = [read(row) for row in entries(session, dossier.id, limit=1_000) if row.type == "dossier:ended"]
    return str(ended[-1]["payload"]["element"])


def _clock_started(session: Session, dossier: DossierRow) -> str:
    """What started the statutory clock: an element of the diagram, or the competent body's receipt."""
    payloads = (read(row) for row in entries(session, dossier.id, limit=1_000) if row.type == "clock:accepted")
    return str([each["payload"]["reason"] for each in payloads])[2:-2]


def _left_open(session: Session, dossier: DossierRow) -> tuple[int, int]:
    """How many tasks and deadlines of the dossier still wait."""
    tasks = select(func.count()).where(TaskRow.dossier_id == dossier.id, TaskRow.state == TaskState.OPEN)
    deadlines = select(func.count()).where(
        DeadlineRow.dossier_id == dossier.id, DeadlineRow.state == DeadlineState.PENDING
    )
    return session.scalar(tasks) or 0, session.scalar(deadlines) or 0
