"""Real walks through the procedures, as patterns for the dossiers of the demo's past."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.walks.direct import DirectDriver
from api.walks.drive import drive
from api.walks.script import read_walk
from engine import procedures
from engine.clockwork import events_of
from engine.deadlines.clock_events import ClockEvent
from engine.document_store import DocumentStore
from engine.errors import EngineError
from engine.events import CLOCK_PREFIX
from engine.history import bulk
from engine.history.journal import Entry, entries, read
from engine.model import SYSTEM, Channel
from engine.organisation import loading
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import (
    DossierDataRow,
    DossierRow,
    TaskRow,
)
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.runtime.bundle import Bundle
from forms.answers import InvalidAnswers

_KEPT = ("dossier:filed", "dossier:ended", "element:passed", "result:set", "task:opened", "task:claimed")
_KEPT_TOO = ("task:assigned", "task:completed", "task:cancelled", "task:moved", "message:received", CLOCK_PREFIX)
_WALKS: Mapping[str, int] = {
    "handed_over": 90, "granted": 86, "approved": 86, "approval": 86, "supplemented": 6, "refused": 5, "withdrawn": 1,
}  # fmt: skip
_WEIGHTS = {"certified_copy": 60, "household_business_registration": 18, "house_building_permit": 12}


@dataclass(frozen=True)
class Pattern:
    """A dossier that went all the way: commands in order, each a list of (type, actor, payload)."""

    key: str
    weight: float
    dossier: DossierRow
    commands: list[list[tuple[str, str, str]]]
    clock: list[ClockEvent]
    clock_at: list[int]  # the command of each clock event
    tasks: list[TaskRow]
    data: list[DossierDataRow]


def patterns_of_walks(platform: Platform, root: Path, organisation: Mapping[str, Any]) -> list[Pattern]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/patterns.sqlite"
        upgrade(url)
        db = make_engine(url)
        try:
            run(db, lambda session: loading.load(session, organisation, now=platform.now()))
            found: list[Pattern] = []
            for path in sorted((root / "bpmn").glob("*/procedure.toml")):
                found += _patterns_of(db, platform, DocumentStore(Path(folder) / "papers"), root, path.parent.name)
            return found
        finally:
            db.dispose()


def _patterns_of(db: Engine, platform: Platform, store: DocumentStore, root: Path, key: str) -> Iterator[Pattern]:
    bundle = Bundle.find(root, key)
    run(db, lambda session: procedures.deploy(session, platform, SYSTEM, bundle))
    for name, weight in _WALKS.items():
        walk = root / "bpmn" / key / "walks" / f"{name}.json"
        if not walk.is_file():
            continue
        opened = datetime.combine(platform.today() - timedelta(days=90), datetime.min.time(), platform.zone)
        driver = DirectDriver(db, platform, store, Channel.ONLINE, opened + timedelta(hours=8))
        try:
            for _step in drive(driver, read_walk(walk)):
                pass
        except (EngineError, InvalidAnswers):
            continue  # it waits for a moment, or its answers have a day in them: no pattern for the past
        with reading(db) as session:
            code = driver.standing().code
            dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
            yield _pattern(session, dossier, weight * _WEIGHTS.get(key, 2))


def _pattern(session: Session, dossier: DossierRow, weight: float) -> Pattern:
    rows = entries(session, dossier.id, limit=10_000)
    commands: list[list[tuple[str, str, str]]] = []
    recorded: datetime | None = None
    clock_rows: list[Entry] = []
    clock_at = []
    for row in rows:
        if not row.type.startswith(_KEPT + _KEPT_TOO):
            continue
        if row.recorded_at != recorded:
            commands.append([])
            recorded = row.recorded_at
        entry = read(row)
        commands[-1].append((row.type, bulk.text_of(entry["actor"]), bulk.text_of(entry["payload"])))
        if row.type.startswith(CLOCK_PREFIX):
            clock_rows.append(row)
            clock_at.append(len(commands) - 1)
    tasks = list(session.scalars(select(TaskRow).where(TaskRow.dossier_id == dossier.id)))
    data = list(session.scalars(select(DossierDataRow).where(DossierDataRow.dossier_id == dossier.id)))
    return Pattern(dossier.procedure_key, weight, dossier, commands, events_of(clock_rows), clock_at, tasks, data)
