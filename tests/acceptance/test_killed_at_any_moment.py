"""Real processes are killed with SIGKILL at random moments: every step has happened whole or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from city import City
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from engine.clock import FixedClock
from engine.history.journal import read
from engine.history.verify import verify
from engine.ids import new_id
from engine.model import DeadlineState, TaskState
from engine.persistence.tables import (
    DeadlineRow,
    DossierDataRow,
    DossierRow,
    JournalRow,
    NoticeRow,
    TaskRow,
)
from engine.procedures import loaded
from engine.runtime.evaluation import Evaluation
from engine.runtime.interpreter import present
from engine.runtime.snapshot import load

ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"
KEY = "detailed_plan_adjustment"
MORNING = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
KILLS = 8
EFFECTS = int(os.environ.get("MOTCUA_TEST_EFFECTS", "600"))  # due at once, of every kind
PATIENCE = max(600, EFFECTS // 5)  # seconds, for a machine that has other things to do

pytestmark = pytest.mark.acceptance


def _start(*arguments: str) -> subprocess.Popen[str]:
    """A worker of its own process, past its start."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    worker = subprocess.Popen(
        [sys.executable, str(SUPPORT / "killed_worker.py"), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def _kill(worker: subprocess.Popen[str]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    if worker.stdout:
        worker.stdout.close()


def test_a_worker_killed_while_dossiers_move_leaves_each_step_whole_or_undone(database_url: str, db: Engine) -> None:
    city = City.found(db, FixedClock(MORNING), KEY)
    chance = random.Random(20261123)
    for _ in range(KILLS):
        worker = _start("walk", database_url)
        time.sleep(chance.uniform(0.05, 0.6))
        _kill(worker)

    dossiers = city.see(lambda s: list(s.scalars(select(DossierRow))))
    assert dossiers, "the workers were killed before they did anything"
    for dossier in dossiers:
        city.see(lambda s, dossier=dossier: _assert_whole(s, dossier))
    assert city.walk(city.walk_file(KEY, "approved")).outcome == "granted"


def _assert_whole(session: Session, dossier: DossierRow) -> None:
    """What the process waits for, what the rows say and what the journal tells are one."""
    assert verify(session, dossier).intact
    procedure = loaded(session, dossier.procedure_version_id)
    evaluation = Evaluation(procedure.elements, {}, MORNING, procedure.decision_model, {})
    waits = present(load(dossier.snapshot, procedure.program, evaluation))
    of_dossier = TaskRow.dossier_id == dossier.id
    tasks = session.scalars(select(TaskRow.id).where(of_dossier, TaskRow.state == TaskState.OPEN))
    timers = session.scalars(
        select(DeadlineRow.id).where(
            DeadlineRow.dossier_id == dossier.id,
            DeadlineRow.state == DeadlineState.PENDING,
            DeadlineRow.kind == "timer",
        )
    )
    assert set(tasks) == set(waits.tasks)
    assert set(timers) == set(waits.timers)
    done = session.scalar(select(func.count()).where(of_dossier, TaskRow.state == TaskState.COMPLETED))
    told = session.scalar(
        select(func.count()).where(JournalRow.stream_id == dossier.id, JournalRow.type == "task:completed")
    )
    assert done == told


def test_four_workers_killed_at_random_fire_every_effect_exactly_once(database_url: str, db: Engine) -> None:
    city = City.found(db, FixedClock(MORNING), KEY)
    consulted = city.walk(city.walk_file(KEY, "approved"), until="ward.give_opinion")
    late = (MORNING + timedelta(days=60)).isoformat()
    pending = select(func.count()).where(DeadlineRow.state == DeadlineState.PENDING)
    each = city.see(lambda s: s.scalar(pending)) or 0
    dossiers = [consulted.id, *_copies(city, consulted, EFFECTS // each - 1)]
    chance = random.Random(7)
    workers = [_start("sweep", database_url, late) for _ in range(4)]
    for _ in range(6):
        time.sleep(chance.uniform(0.2, 0.8))
        victim = chance.randrange(4)
        _kill(workers[victim])
        workers[victim] = _start("sweep", database_url, late)
    for worker in workers:
        assert worker.wait(timeout=PATIENCE) == 0
        if worker.stdout:
            worker.stdout.close()

    rows = city.see(lambda s: s.execute(select(DeadlineRow.dossier_id, DeadlineRow.id, DeadlineRow.state)).all())
    told = select(JournalRow).where(JournalRow.type == "deadline:fired")
    entries = city.see(lambda s: [(row.stream_id, UUID(read(row)["payload"]["deadline"])) for row in s.scalars(told)])
    fired = [(dossier, row) for dossier, row, state in rows if state == DeadlineState.FIRED]
    assert sorted(entries) == sorted(fired)  # none twice, none forgotten
    assert {state for _dossier, _row, state in rows} <= {DeadlineState.FIRED, DeadlineState.CANCELLED}
    per_dossier = Counter(dossier for dossier, _row in fired)
    assert set(per_dossier) == set(dossiers)
    assert len(set(per_dossier.values())) == 1  # they all stood in the same place
    told_overdue = select(NoticeRow.dossier_id, NoticeRow.audience).where(NoticeRow.kind == "dossier-overdue")
    notices = city.see(lambda s: s.execute(told_overdue).all())
    assert len(notices) == len(set(notices))
    appraisals = select(TaskRow.dossier_id).where(TaskRow.element_id == "appraisal")
    assert sorted(city.see(lambda s: list(s.scalars(appraisals)))) == sorted(dossiers)


def _copies(city: City, dossier: DossierRow, count: int) -> list:  # type: ignore[type-arg]
    """Dossiers that stand where `dossier` stands; their journals begin empty."""

    def work(session: Session) -> list:  # type: ignore[type-arg]
        made = []
        kinds = (DossierRow, DossierDataRow, TaskRow, DeadlineRow)
        rows = {
            kind: [
                dict(row._mapping) for row in session.execute(select(kind.__table__).where(_owner(kind) == dossier.id))
            ]
            for kind in kinds
        }
        copies: dict[type, list] = {kind: [] for kind in kinds}  # type: ignore[type-arg]
        for number in range(count):
            identifier = new_id()
            made.append(identifier)
            for kind in kinds:
                for stored in rows[kind]:
                    row = dict(stored)
                    row["id" if kind is DossierRow else "dossier_id"] = identifier
                    if kind is DossierRow:
                        row |= {"code": f"COPY-{number}", "journal_seq": 0, "journal_head": ""}
                    copies[kind].append(row)
        for kind in kinds:
            session.execute(insert(kind.__table__), copies[kind])
        return made

    return city.do(work)


def _owner(kind: type) -> object:
    return DossierRow.id if kind is DossierRow else kind.dossier_id  # type: ignore[attr-defined]
