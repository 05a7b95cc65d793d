"""Whatever a dossier has been at some moment, its history alone tells the same years later."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from city import City
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import dossier_past, tasks
from engine.clock import FixedClock
from engine.deadlines.sweep import sweep
from engine.dossier_past import Past
from engine.errors import NotFoundError
from engine.history import timeline
from engine.model import DeadlineState, Role
from engine.organisation import people
from engine.persistence import documents, dossiers
from engine.persistence import tasks as stored
from engine.persistence.tables import DeadlineRow, DossierRow, TaskRow
from engine.runtime.side_tasks import SIDE_TASKS

WALKS = (
    ("detailed_plan_adjustment", "approved"),
    ("detailed_plan_adjustment", "supplemented"),
    ("house_building_permit", ""),
    ("certified_copy", "handed_over"),
)
KEYS = tuple(dict.fromkeys(key for key, _walk in WALKS))
MOST = 40


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """The demo city in the autumn of 2026, when every procedure is in force."""
    fixed_clock.moment = fixed_clock.moment.replace(month=11, day=23)
    return City.found(db, fixed_clock, *KEYS)


def as_it_is(session: Session, dossier_id: UUID) -> dict[str, Any]:
    """What the tables say of a dossier now."""
    dossier = session.get_one(DossierRow, dossier_id)
    pending = session.scalars(
        select(DeadlineRow).where(DeadlineRow.dossier_id == dossier_id, DeadlineRow.state == DeadlineState.PENDING)
    ).all()
    opened = [task for task in stored.of_dossier(session, dossier_id) if task.state == "open"]
    return {
        "tasks": {
            str(each.id): (each.element_id, each.role, each.unit_code, str(each.assignee_id or "")) for each in opened
        },
        "limits": {str(row.task_id): row.legal_due_at for row in pending if row.kind == "step"},
        "timers": {str(row.id): (row.element_id, row.legal_due_at) for row in pending if row.kind == "timer"},
        "data": dossiers.data_of(session, dossier_id),
        "papers": {str(row.id): (row.filename, row.sha256) for row in documents.of_dossier(session, dossier_id)},
        "incidents": {str(r.id): r.element_id for r in dossiers.incidents_of(session, dossier_id) if not r.resolved_at},
        "places": (dossier.receiving_unit, dossier.competent_unit, dossier.support_unit),
        "on its way": dossier.hand_over_id is not None,
        "ended": (dossier.closed_at, dossier.outcome),
        "due": (dossier.due_at, dossier.original_due_at),
        "state": (str(dossier.state), dossier.progress),
    }


def as_told(past: Past) -> dict[str, Any]:
    """The same, as the history tells it."""
    picture = past.picture
    places = (picture.places.get("receiving"), picture.places.get("competent"), picture.places.get("support"))
    return {
        "tasks": {each.id: (each.element, each.role, each.unit, each.assignee) for each in picture.tasks.values()},
        "limits": {each.task: each.due_at for each in picture.deadlines.values() if each.kind == "step"},
        "timers": {each.id: (each.element, each.due_at) for each in picture.timers},
        "data": picture.answers,
        "papers": {each.id: (each.filename, each.sha256) for each in picture.papers.values()},
        "incidents": picture.incidents,
        "places": places,
        "on its way": picture.on_its_way,
        "ended": (picture.ended_at, picture.outcome),
        "due": (past.due.due_at, past.due.original_due_at),
        "state": (str(past.state), past.progress),
    }


class Walker:
    """Drives one dossier through a walk with detours, and keeps what the tables said after every act."""

    def __init__(self, city: City, walk: dict[str, Any], draw: Any) -> None:
        self.city, self.walk, self.draw = city, walk, draw
        self.id = city.file(walk["procedure"], walk["application"]).dossier.id
        self.rounds: dict[str, int] = {}
        self.kept: list[tuple[int, Any, dict[str, Any]]] = []
        self.keep()

    def keep(self) -> None:
        """Remember what the tables say now, and let some time go by."""
        seq = self.city.dossier(self.id).journal_seq
        self.kept.append((seq, self.city.clock.moment, self.city.see(lambda s: as_it_is(s, self.id))))
        self.city.clock.moment += timedelta(minutes=self.draw(st.integers(1, 3000)))
        sweep(self.city.db, self.city.platform)

    def go(self) -> None:
        """Act until the dossier has ended, or until it is enough."""
        for _ in range(self.draw(st.integers(1, MOST))):
            if self.city.dossier(self.id).closed_at is not None:
                return
            opened = [task for task in self.city.open_tasks(self.id) if task.element_id not in SIDE_TASKS]
            if not opened:
                self.city.go_to_next_timer(self.id)
            else:
                self.act(self.draw(st.sampled_from(opened)))
            self.keep()

    def act(self, task: TaskRow) -> None:
        """Complete the task, or only claim, assign or release it."""
        detour = self.draw(st.sampled_from(["complete", "complete", "claim", "assign", "release"]))
        if task.role == Role.APPLICANT or detour == "complete":
            self.complete(task)
            return
        city, platform = self.city, self.city.platform
        able = city.see(lambda s: people.holders(s, Role(task.role), task.unit_code, platform.today()))
        someone = city.actor(self.draw(st.sampled_from([each.username for each in able])))
        operator = city.actor("tam.operator")
        if detour == "claim" and task.assignee_id is None:
            city.do(lambda s: tasks.claim(s, platform, someone, task.id))
        elif detour == "assign":
            city.do(lambda s: tasks.assign(s, platform, operator, task.id, someone.username))
        elif task.assignee_id is not None:
            city.do(lambda s: tasks.release(s, platform, operator, task.id))

    def complete(self, task: TaskRow) -> None:
        """Do the task as the walk says, round by round."""
        given = self.walk["answers"][task.data_key]
        turn = self.rounds[task.data_key] = self.rounds.get(task.data_key, -1) + 1
        self.city.complete(task, given[min(turn, len(given) - 1)])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_past_instant_is_told_as_it_was(city: City, data: Any) -> None:
    key, name = data.draw(st.sampled_from(WALKS))
    walker = Walker(city, city.walk_file(key, name or "granted"), data.draw)
    walker.go()

    dossier = city.dossier(walker.id)
    for seq, moment, was in walker.kept:
        assert as_told(city.see(lambda s, n=seq: dossier_past.at_entry(s, city.platform, dossier, n))) == was
        by_moment = city.see(lambda s, at=moment: dossier_past.at_moment(s, city.platform, dossier, at))
        assert as_told(by_moment) == was
    now = city.see(lambda s: dossier_past.at_entry(s, city.platform, dossier, dossier.journal_seq))
    assert as_told(now) == city.see(lambda s: as_it_is(s, dossier.id))


def test_a_moment_shows_what_the_last_entry_recorded_by_then_shows(city: City) -> None:
    dossier = city.walk(city.walk_file(*WALKS[0]))
    history = city.see(lambda s: timeline.lines(s, dossier.id, limit=10_000))
    last = {line.recorded_at: line.seq for line in history}
    for moment, seq in last.items():
        by_moment = city.see(lambda s, at=moment: timeline.as_of(s, dossier.id, at))
        assert by_moment == city.see(lambda s, n=seq: timeline.as_of_entry(s, dossier.id, n))


def test_the_mandate_stands_with_the_act(city: City) -> None:
    dossier = city.walk(city.walk_file(*WALKS[0]))
    past = city.see(lambda s: dossier_past.at_entry(s, city.platform, dossier, dossier.journal_seq))
    assert [(act.name, act.mandate) for act in past.picture.acts] == [("approve", "")]
    assert past.picture.acts[0].by
    assert "luật" in past.picture.acts[0].reason
    before = city.see(lambda s: dossier_past.at_entry(s, city.platform, dossier, past.picture.acts[0].seq - 1))
    assert before.picture.acts == []


def test_what_never_was_is_not_told(city: City) -> None:
    dossier = city.walk(city.walk_file(*WALKS[0]), until="assignment")
    for seq in (0, dossier.journal_seq + 1):
        with pytest.raises(NotFoundError, match="choose one of the history"):
            city.see(lambda s, n=seq: dossier_past.at_entry(s, city.platform, dossier, n))
    with pytest.raises(NotFoundError, match="did not exist yet"):
        city.see(
            lambda s: dossier_past.at_moment(s, city.platform, dossier, dossier.submitted_at - timedelta(seconds=1))
        )
