"""A dossier moves through use cases on a real database: who wins, what is refused, what the history says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from city import City
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from engine import dossiers, task_forms, tasks
from engine.clock import FixedClock
from engine.deadlines.sweep import sweep
from engine.errors import (
    DossierClosedError,
    EngineError,
    NotAllowedError,
    NotFoundError,
    NotWaitingError,
    StaleVersionError,
    TaskNotOpenError,
    TaskTakenError,
)
from engine.history.timeline import as_of
from engine.history.verify import verify
from engine.model import DossierState, Role, TaskState
from engine.organisation.people import holders
from engine.persistence import dossiers as dossier_reads
from engine.persistence import tasks as task_reads
from engine.persistence.tables import DeadlineRow, DossierRow, JournalRow, TaskRow
from engine.persistence.tasks import InboxFilter
from engine.procedures import versions_of
from engine.runtime.bundle import Bundle
from forms.answers import InvalidAnswers

KEY = "detailed_plan_adjustment"


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


@pytest.fixture
def approved(city: City) -> dict[str, Any]:
    """A walk that ends with an approval."""
    return city.walk_file(KEY, "approved")


def _task(city: City, dossier: DossierRow, element: str) -> TaskRow:
    return next(task for task in city.open_tasks(dossier.id) if task.element_id == element)


def test_two_officers_who_complete_one_task_at_once_have_one_effect(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="reception_check")
    task = _task(city, dossier, "reception_check")
    actor, gate = city.holder(task), Barrier(2)

    def attempt(_number: int) -> str:
        gate.wait()
        try:
            city.complete_as(actor, task, approved["answers"]["reception_check"][0])
        except EngineError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, range(2)))

    assert outcomes == ["done", "task-not-open"]
    completed = select(func.count()).where(JournalRow.stream_id == dossier.id, JournalRow.type == "task:completed")
    assert city.see(lambda s: s.scalar(completed)) == 1
    assert city.see(lambda s: verify(s, city.dossier(dossier.id))).intact


def test_the_second_officer_is_told_who_was_first_and_when(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="reception_check")
    task = _task(city, dossier, "reception_check")
    actor = city.holder(task)
    city.complete_as(actor, task, approved["answers"]["reception_check"][0])

    with pytest.raises(TaskNotOpenError) as told:
        city.complete_as(actor, task, approved["answers"]["reception_check"][0])

    assert actor.name in told.value.message_vi
    assert "09:00 ngày 23/11/2026" in told.value.message_vi


def test_a_task_that_somebody_holds_is_not_taken_from_them(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="reception_check")
    task = _task(city, dossier, "reception_check")
    able = [city.actor(name) for name in _usernames(city, "reception_officer", task.unit_code)]
    assert len(able) >= 2, "the demo needs two reception officers at the centre"
    city.do(lambda s: tasks.claim(s, city.platform, able[0], task.id))

    with pytest.raises(TaskTakenError, match=able[0].name):
        city.do(lambda s: tasks.claim(s, city.platform, able[1], task.id))
    with pytest.raises(TaskTakenError):
        city.complete_as(able[1], task, approved["answers"]["reception_check"][0])

    city.do(lambda s: tasks.release(s, city.platform, able[0], task.id))
    city.do(lambda s: tasks.claim(s, city.platform, able[1], task.id))


def _usernames(city: City, role: str, unit: str) -> list[str]:
    today = city.platform.today()
    return city.see(lambda s: [person.username for person in holders(s, Role(role), unit, today)])


def test_a_stale_page_is_told_to_read_again(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="reception_check")
    task = _task(city, dossier, "reception_check")
    actor = city.holder(task)
    city.do(lambda s: tasks.claim(s, city.platform, actor, task.id))
    with pytest.raises(StaleVersionError):
        city.do(lambda s: tasks.complete(s, city.platform, actor, task.id, {}, version=task.version))


def test_somebody_of_another_role_can_neither_claim_nor_complete(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="leader_decision")
    task = _task(city, dossier, "leader_decision")
    stranger = city.actor(_usernames(city, "case_officer", "TD-QHXD")[0])
    with pytest.raises(NotAllowedError):
        city.do(lambda s: tasks.claim(s, city.platform, stranger, task.id))
    with pytest.raises(NotAllowedError):
        city.complete_as(stranger, task, approved["answers"]["leader_decision"][0])


def test_answers_that_do_not_fit_change_nothing(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="reception_check")
    task = _task(city, dossier, "reception_check")
    before = city.dossier(dossier.id)
    with pytest.raises(InvalidAnswers):
        city.complete(task, {"decision": "grant everything"})
    after = city.dossier(dossier.id)
    assert (after.version, after.journal_seq, after.snapshot) == (before.version, before.journal_seq, before.snapshot)


def test_a_draft_survives_and_is_gone_once_the_task_is_done(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="examination")
    task = _task(city, dossier, "examination")
    actor = city.holder(task)
    typed = {"opinion": "Đang xem xét"}
    city.do(lambda s: task_forms.save_draft(s, city.platform, actor, task.id, typed))
    assert (
        city.see(lambda s: task_forms.open_form(s, city.platform, actor, task.id)).values["opinion"] == "Đang xem xét"
    )
    city.complete_as(actor, task, approved["answers"]["examination"][0])
    assert city.see(lambda s: task_reads.draft_of(s, task)) is None


def test_the_head_of_division_names_the_case_officer_who_gets_the_examination(
    city: City, approved: dict[str, Any]
) -> None:
    dossier = city.walk(approved, until="examination")
    wanted = approved["answers"]["assignment"][0]["case_officer"]
    assert _task(city, dossier, "examination").assignee_id == city.actor(wanted).id


def test_the_inbox_lists_mine_and_my_queues_by_due_date_and_counts_the_same(
    city: City, approved: dict[str, Any]
) -> None:
    for _ in range(3):
        city.walk(approved, until="reception_check")
    actor = city.holder(city.open_tasks(city.walk(approved, until="reception_check").id)[0])
    queues = {f"{unit}/{role}" for role, unit in actor.roles}

    def look(session: Session) -> tuple[list[TaskRow], int]:
        listed: list[TaskRow] = []
        after = None
        while page := task_reads.inbox(session, actor.id, queues, InboxFilter(), after=after, limit=2):
            listed += [task for task, _dossier in page]
            after = (listed[-1].due_at, listed[-1].id)
        return listed, task_reads.count(session, actor.id, queues, InboxFilter())

    listed, counted = city.see(look)
    assert len(listed) == counted == 4
    assert listed == sorted(listed, key=lambda task: (task.due_at, task.id))


@pytest.mark.parametrize("typed", ["song xanh", "Sông Xanh", "SONG  XANH", "công ty cổ phần"])
def test_search_finds_text_with_and_without_diacritics(city: City, approved: dict[str, Any], typed: str) -> None:
    city.walk(approved, until="reception_check")
    operator = city.actor(_usernames(city, "operator", "TD-UBND")[0])
    found = city.see(lambda s: dossier_reads.listing(s, operator, dossier_reads.DossierFilter(text=typed)))
    assert [dossier.applicant_name for dossier in found] == [approved["application"]["applicant_name"]]


def test_a_dossier_is_pinned_to_the_version_it_was_filed_under(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="appraisal")
    newer = Bundle.find(Path(__file__).parents[2], KEY)
    files = dict(newer.files)
    files["procedure.toml"] = files["procedure.toml"].replace("(mẫu)".encode(), b"") + b"\n# a newer text\n"
    city.deploy(Bundle(files))
    still = city.dossier(dossier.id)
    assert still.procedure_version_id == dossier.procedure_version_id
    filed = city.file(KEY, approved["application"]).dossier
    assert filed.procedure_version_id != dossier.procedure_version_id


def test_deploying_the_same_content_again_makes_no_new_version(city: City) -> None:
    city.deploy(Bundle.find(Path(__file__).parents[2], KEY))
    assert [version.number for version in city.see(lambda s: versions_of(s, KEY))] == [1]


def test_silence_of_a_consulted_body_is_consent_once_the_term_has_gone_by(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="ward.give_opinion")
    timer = select(DeadlineRow).where(
        DeadlineRow.dossier_id == dossier.id, DeadlineRow.element_id == "ward.opinion_lapsed"
    )
    due = city.see(lambda s: s.scalars(timer).one()).legal_due_at
    city.later(days=30)  # the machine was down for a month
    sweep(city.db, city.platform)
    row = city.see(lambda s: s.scalars(timer).one())
    fired = select(JournalRow).where(JournalRow.stream_id == dossier.id, JournalRow.type == "deadline:fired")
    entry = city.see(lambda s: s.scalars(fired).all())[-1]
    assert row.state == "fired"
    assert entry.recorded_at == city.clock.moment
    assert due + timedelta(seconds=1) in {each.occurred_at for each in city.see(lambda s: s.scalars(fired).all())}


def test_a_sweep_with_nothing_due_changes_nothing(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="appraisal")
    assert sweep(city.db, city.platform).fired == 0
    assert city.dossier(dossier.id).version == dossier.version


def test_a_dossier_that_has_ended_takes_no_more_commands(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved)
    with pytest.raises((DossierClosedError, NotAllowedError)):
        city.send(dossier.id, dossiers.WITHDRAWAL, "Muộn rồi")


def test_a_withdrawal_closes_every_open_task_and_timer(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="ward.give_opinion")
    ended = city.send(dossier.id, dossiers.WITHDRAWAL, "Chủ đầu tư đổi ý")
    assert (ended.state, ended.outcome) == (DossierState.CLOSED, "withdrawn")
    left = select(func.count()).where(TaskRow.dossier_id == dossier.id, TaskRow.state == TaskState.OPEN)
    waiting = select(func.count()).where(DeadlineRow.dossier_id == dossier.id, DeadlineRow.state == "pending")
    assert city.see(lambda s: (s.scalar(left), s.scalar(waiting))) == (0, 0)


def test_a_stranger_sees_no_dossier_and_the_applicant_only_the_own(city: City, approved: dict[str, Any]) -> None:
    first, second = (city.file(KEY, approved["application"]) for _ in range(2))
    applicant = city.see(lambda s: dossiers.applicant_by_link(s, first.link))
    city.see(lambda s: dossier_reads.get(s, applicant, first.dossier.id))
    with pytest.raises(NotFoundError):
        city.see(lambda s: dossier_reads.get(s, applicant, second.dossier.id))


def test_codes_of_a_day_have_no_gaps_and_no_doubles_under_load(city: City, approved: dict[str, Any]) -> None:
    with ThreadPoolExecutor(4) as pool:
        filed = list(pool.map(lambda _: city.file(KEY, approved["application"]), range(12)))
    numbers = sorted(int(each.dossier.code.rsplit("-", 1)[1]) for each in filed)
    assert numbers == list(range(1, 13))


def test_a_tampered_entry_is_found(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="appraisal")
    with city.db.begin() as connection:
        if city.db.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER journal_no_update"))
        else:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER journal_no_change"))
        connection.execute(text("UPDATE journal SET entry = replace(entry, 'proceed', 'refuse')"))
    verdict = city.see(lambda s: verify(s, dossier))
    assert not verdict.intact
    assert "hash" in verdict.fault


def test_an_auditor_sees_the_dossier_as_it_stood_at_any_instant(city: City, approved: dict[str, Any]) -> None:
    dossier = city.walk(approved, until="assignment")
    then = city.clock.moment
    city.later(hours=1)
    task = _task(city, dossier, "assignment")
    city.complete(task, approved["answers"]["assignment"][0])

    past = city.see(lambda s: as_of(s, dossier.id, then))
    present = city.see(lambda s: as_of(s, dossier.id, city.clock.moment))

    assert past.present_elements == {"assignment"}
    assert present.present_elements == {"examination"}
    assert "assignment" not in past.answers
    assert present.answers["assignment"] == approved["answers"]["assignment"][0]


def test_a_condition_that_cannot_be_judged_becomes_an_incident_and_can_be_retried(
    city: City, approved: dict[str, Any]
) -> None:
    bundle = Bundle.find(Path(__file__).parents[2], KEY)
    files = dict(bundle.files)
    broken = files["process.bpmn"].replace(
        b'leader_decision.decision in ("approve", "refuse")', b"number(leader_decision.reason) &gt; 3"
    )
    assert broken != files["process.bpmn"]
    files["process.bpmn"] = broken
    city.deploy(Bundle(files))

    dossier = city.walk(approved, until="leader_decision")
    task = _task(city, dossier, "leader_decision")
    city.complete(task, approved["answers"]["leader_decision"][0])

    stuck = city.dossier(dossier.id)
    incident = city.see(lambda s: dossier_reads.incidents_of(s, dossier.id))[0]
    assert stuck.incidents == 1
    assert incident.error == "condition-not-boolean"
    assert city.open_tasks(dossier.id) == []
    operator = city.actor(_usernames(city, "operator", "TD-UBND")[0])
    again = city.do(lambda s: dossiers.retry(s, city.platform, operator, dossier.id, incident.id))
    assert again.incidents == 1
    with pytest.raises(NotWaitingError):
        city.do(lambda s: dossiers.retry(s, city.platform, operator, dossier.id, task.id))
