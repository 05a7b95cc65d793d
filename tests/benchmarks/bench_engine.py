"""What one step of a dossier costs: CPU, stored bytes, SQL statements, and how that grows with rework."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import Engine, event, select

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from city import City

from engine.clock import FixedClock
from engine.model import Opened, Step
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import DossierDataRow, DossierRow
from engine.procedures import governing_version, loaded
from engine.runtime import interpreter
from engine.runtime.evaluation import Evaluation
from engine.runtime.procedure import Procedure

KEY = "detailed_plan_adjustment"
NINE_O_CLOCK = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
REPEATS = 60
ROUNDS = 1_000


def benchmarks() -> list[dict[str, object]]:
    """The figures of this file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        upgrade(url)
        db = make_engine(url)
        city = City.found(db, FixedClock(NINE_O_CLOCK), KEY)
        figures = [*_steps(city), *_statements(city), *_rework(city)]
        db.dispose()
        return figures


def _figure(name: str, value: float, unit: str, limit: float) -> dict[str, object]:
    return {"name": name, "value": round(value, 3), "unit": unit, "limit": limit}


def _steps(city: City) -> Iterator[dict[str, object]]:
    """Load, complete one user task, advance, save: CPU without the database, at each step of an approved dossier."""
    walk = city.walk_file(KEY, "approved")
    steps, sizes = [], []
    for where in ("reception_check", "examination", "ward.give_opinion", "appraisal", "leader_decision"):
        dossier = city.walk(walk, until=where)
        task = next(task for task in city.open_tasks(dossier.id) if task.element_id == where)
        procedure, data = _loaded(city, dossier)
        data[task.data_key] = walk["answers"][task.data_key][0]
        for _ in range(REPEATS):
            begun = time.process_time()
            step = interpreter.complete(procedure.program, dossier.snapshot, _evaluation(procedure, data), task.id)
            steps.append(time.process_time() - begun)
            sizes.append(len(step.snapshot))
    nodes = len(procedure.elements)
    yield _figure(f"complete a user task, {nodes} nodes, without database (median)", median(steps) * 1e3, "ms CPU", 3)
    yield _figure("stored process state (largest)", max(sizes) / 1024, "KB", 5)


def _statements(city: City) -> Iterator[dict[str, object]]:
    """SQL statements and commits of one completion through the use case."""
    walk = city.walk_file(KEY, "approved")
    counts, commits = [], []
    for where in ("reception_check", "assignment", "examination", "appraisal", "leader_decision", "issuing"):
        dossier = city.walk(walk, until=where)
        task = next(task for task in city.open_tasks(dossier.id) if task.element_id == where)
        actor = city.holder(task)
        with _counting(city.db) as seen:
            city.complete_as(actor, task, walk["answers"][task.data_key][0])
        counts.append(seen["statements"])
        commits.append(seen["commits"])
    yield _figure("SQL statements per completion (most)", max(counts), "statements", 15)
    yield _figure("transactions per completion", max(commits), "transactions", 1)


def _rework(city: City) -> Iterator[dict[str, object]]:
    """A round is an appraisal that the head sends back; what the 300th costs, and that 1,000 end."""
    walk = city.walk_file(KEY, "approved")
    dossier = city.walk(walk, until="appraisal")
    procedure, data = _loaded(city, dossier)
    data["appraisal"] = walk["answers"]["appraisal"][0]
    data["division_review"] = {"decision": "return"}
    snapshot, costs = dossier.snapshot, []
    task = next(task.id for task in city.open_tasks(dossier.id) if task.element_id == "appraisal")
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _half in ("appraisal", "division_review"):
            step = interpreter.complete(procedure.program, snapshot, _evaluation(procedure, data), task)
            snapshot, task = step.snapshot, _only(step)
        costs.append(time.process_time() - begun)
    early, late = median(costs[1:21]), median(costs[290:310])
    yield _figure("300th rework round against the 3rd", late / early, "x", 1.3)
    yield _figure("1000th rework round against the 3rd", median(costs[-20:]) / early, "x", 1.3)


def _only(step: Step) -> UUID:
    opened: tuple[Opened, ...] = step.tasks_opened
    assert len(opened) == 1, opened
    return opened[0].id


def _loaded(city: City, dossier: DossierRow) -> tuple[Procedure, dict[str, object]]:
    procedure = city.see(lambda s: loaded(s, governing_version(s, KEY, city.platform.today()).id))
    rows = select(DossierDataRow).where(DossierDataRow.dossier_id == dossier.id)
    return procedure, city.see(lambda s: {row.key: row.data for row in s.scalars(rows)})


def _evaluation(procedure: Procedure, data: dict[str, object]) -> Evaluation:
    return Evaluation(procedure.elements, data, NINE_O_CLOCK, procedure.decision_model, {})


@contextmanager
def _counting(db: Engine) -> Iterator[dict[str, int]]:
    """Count statements and commits on an engine."""
    seen = {"statements": 0, "commits": 0}

    def on_statement(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's driver has to be told; the other counts it as no statement
            seen["statements"] += 1

    def on_commit(_connection: object) -> None:
        seen["commits"] += 1

    event.listen(db, "before_cursor_execute", on_statement)
    event.listen(db, "commit", on_commit)
    try:
        yield seen
    finally:
        event.remove(db, "before_cursor_execute", on_statement)
        event.remove(db, "commit", on_commit)
