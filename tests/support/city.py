"""A small city for tests: the demo organisation, a clock that can be moved, procedures deployed from the tree."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import documents, dossiers, procedures, tasks
from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.deadlines.sweep import sweep
from engine.document_store import Content
from engine.dossiers import Filed, Filing
from engine.model import SYSTEM, Actor, Channel, DeadlineState, Role, TaskState
from engine.organisation import loading, people
from engine.persistence.tables import DeadlineRow, DossierRow, PersonRow, TaskRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.runtime.bundle import Bundle
from engine.runtime.side_tasks import SIDE_TASKS

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
MOST_STEPS = 60


@dataclass
class City:
    """Drives use cases as the people of the demo organisation."""

    db: Engine
    clock: FixedClock
    platform: Platform

    @classmethod
    def found(cls, db: Engine, clock: FixedClock, *keys: str) -> "City":
        """The demo organisation with the named procedures deployed."""
        city = cls(db, clock, Platform(clock, vietnam()))
        content = tomllib.loads((ROOT / "engine/organisation/demo.toml").read_text())
        known = {key: content[key] for key in ("unit", "person")}
        city.do(lambda session: loading.load(session, known, now=clock.now()))
        for key in keys:
            city.deploy(Bundle.find(ROOT, key))
        return city

    def do(self, work: Callable[[Session], T]) -> T:
        """Carry out `work` in one transaction."""
        return run(self.db, work)

    def see(self, look: Callable[[Session], T]) -> T:
        """Look at the database without changing it."""
        with reading(self.db) as session:
            return look(session)

    def deploy(self, bundle: Bundle) -> None:
        """Deploy a bundle as the platform itself."""
        self.do(lambda session: procedures.deploy(session, self.platform, SYSTEM, bundle))

    def later(self, **delta: float) -> None:
        """Move the clock forward."""
        self.clock.moment += timedelta(**delta)

    def actor(self, username: str) -> Actor:
        """A person of the organisation with today's roles."""
        today = self.platform.today()
        return self.see(lambda s: people.load_actor(s, people.get_person(s, username).id, today))

    def holder(self, task: TaskRow) -> Actor:
        """Who does a task: its assignee, else the first who holds its role in its unit, else the applicant."""
        if task.role == Role.APPLICANT:
            return Actor(id=None, name="Người nộp", dossier_id=task.dossier_id)

        def find(session: Session) -> str:
            if task.assignee_id is not None:
                return session.get_one(PersonRow, task.assignee_id).username
            able = people.holders(session, Role(task.role), task.unit_code, self.platform.today())
            assert able, f"nobody is {task.role} in {task.unit_code}"
            return able[0].username

        return self.actor(self.see(find))

    def walk_file(self, procedure: str, name: str) -> dict[str, Any]:
        """A walk of a procedure as its designers wrote it."""
        walk: dict[str, Any] = json.loads((ROOT / "bpmn" / procedure / "walks" / f"{name}.json").read_text())
        return walk

    def file(self, procedure: str, answers: Mapping[str, Any], desk: Mapping[str, str] | None = None) -> Filed:
        """File as a citizen without an account, or at the desk of a walk.

        "@name" stands for an uploaded paper, "@today" for today.
        """
        where = desk or {}
        channel = Channel(where.get("channel", Channel.ONLINE))

        def work(session: Session) -> Filed:
            filled = self.with_papers(session, answers, "citizen")
            unit, helper = where.get("receiving_unit", ""), where.get("support_unit", "")
            filing = Filing(
                procedure, filled, channel, receiving_unit=unit, support_unit=helper, uploader_key="citizen"
            )
            return dossiers.file(session, self.platform, self._filer(session, channel, helper or unit), filing)

        return self.do(work)

    def _filer(self, session: Session, channel: Channel, unit: str) -> Actor | None:
        """Who files: nobody known online, else an officer of the unit that helps, or that receives."""
        if channel is Channel.ONLINE:
            return None
        today = self.platform.today()
        return people.load_actor(session, people.holders(session, Role.RECEPTION_OFFICER, unit, today)[0].id, today)

    def with_papers(self, session: Session, value: Any, key: str) -> Any:
        """The answers with an uploaded paper in place of each "@name"."""
        if isinstance(value, Mapping):
            return {name: self.with_papers(session, each, key) for name, each in value.items()}
        if isinstance(value, list):
            return [self.with_papers(session, each, key) for each in value]
        if value == "@today":
            return self.platform.today().isoformat()
        if isinstance(value, str) and value.startswith("@"):
            paper = documents.Paper(Content("0" * 64, 1_000), value[1:], "application/pdf")
            return str(documents.keep(session, self.platform, paper, uploaded_by="test", uploader_key=key).id)
        return value

    def open_tasks(self, dossier_id: UUID) -> list[TaskRow]:
        """The dossier's open tasks, by element."""
        query = select(TaskRow).where(TaskRow.dossier_id == dossier_id, TaskRow.state == TaskState.OPEN)
        return self.see(lambda session: list(session.scalars(query.order_by(TaskRow.element_id))))

    def dossier(self, dossier_id: UUID) -> DossierRow:
        """The dossier as it stands."""
        return self.see(lambda session: session.get_one(DossierRow, dossier_id))

    def complete(self, task: TaskRow, answers: Mapping[str, Any]) -> DossierRow:
        """Do a task as whoever holds it."""
        return self.complete_as(self.holder(task), task, answers)

    def complete_as(self, actor: Actor, task: TaskRow, answers: Mapping[str, Any]) -> DossierRow:
        """Do a task as the given actor."""

        def work(session: Session) -> DossierRow:
            filled = self.with_papers(session, answers, "worker")
            return tasks.complete(session, self.platform, actor, task.id, filled, uploader_key="worker")

        return self.do(work)

    def go_to_next_timer(self, dossier_id: UUID) -> None:
        """Move the clock just past the dossier's next timer and let it fire."""
        pending = select(DeadlineRow.due_at).where(
            DeadlineRow.dossier_id == dossier_id,
            DeadlineRow.state == DeadlineState.PENDING,
            DeadlineRow.kind == "timer",
        )
        due = self.see(lambda session: session.scalars(pending.order_by(DeadlineRow.due_at)).first())
        assert due is not None, "no timer waits"
        self.clock.moment = max(self.clock.moment, due + timedelta(seconds=1))
        sweep(self.db, self.platform)

    def walk(self, walk: Mapping[str, Any], until: str = "") -> DossierRow:
        """Drive a dossier through a walk, to its end or until the task `until` is open."""
        dossier = self.file(walk["procedure"], walk["application"], walk.get("desk")).dossier
        left, rounds = set(walk.get("leave", ())), dict[str, int]()
        message = dict(walk.get("message") or {})
        for _ in range(MOST_STEPS):
            dossier = self.dossier(dossier.id)
            opened = self.open_tasks(dossier.id)
            names = {task.element_id for task in opened}
            if dossier.closed_at is not None or until in names:
                return dossier
            if message and message["at"] in names:
                self.send(dossier.id, message.pop("name"), message.pop("reason"))
                message.clear()
                continue
            # what is asked beside the process comes first where the walk answers it (an apology it does not)
            beside = [task for task in opened if task.element_id in SIDE_TASKS and task.data_key in walk["answers"]]
            inside = [task for task in opened if task.element_id not in left | set(SIDE_TASKS)]
            task = next(iter((*beside, *inside)), None)
            if task is None:
                self.go_to_next_timer(dossier.id)
                continue
            given = walk["answers"][task.data_key]
            turn = rounds[task.data_key] = rounds.get(task.data_key, -1) + 1
            self.complete(task, given[min(turn, len(given) - 1)])
        raise AssertionError(f"the dossier did not end within {MOST_STEPS} steps; open: {names}")

    def send(self, dossier_id: UUID, message: str, reason: str) -> DossierRow:
        """Withdraw as the applicant, or stop as the leader of the competent body."""
        applicant = Actor(id=None, name="Người nộp", dossier_id=dossier_id)
        competent = self.dossier(dossier_id).competent_unit
        leader = replace(SYSTEM, roles=frozenset({(Role.AGENCY_LEADER, competent)}))
        actor = applicant if message == dossiers.WITHDRAWAL else leader
        return self.do(lambda s: dossiers.send_message(s, self.platform, actor, dossier_id, message, reason))
