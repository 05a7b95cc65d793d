"""What the clock makes happen by itself: warnings, reminders, the apology, pauses, a calendar that changes."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from city import ROOT, City
from sqlalchemy import Engine, select

import engine.deadlines.calendar as calendar_module
from engine import calendars, notices
from engine.clock import FixedClock
from engine.deadlines.errors import ClockRefusedError
from engine.deadlines.sweep import sweep
from engine.errors import ConflictError, NotAllowedError
from engine.history.journal import entries, read
from engine.model import SYSTEM, TaskState
from engine.persistence.tables import FAR_FUTURE, DeadlineRow, DossierRow, NoticeRow, TaskRow
from engine.runtime.bundle import Bundle
from engine.runtime.side_tasks import APOLOGY

KEY = "detailed_plan_adjustment"
SHIPPED = Path(calendar_module.__file__).with_name("calendars") / "vietnam.toml"
APOLOGISE = {
    "decision": "send",
    "reason": "Một cơ quan được lấy ý kiến trả lời muộn.",
    "unit": "Phòng Quản lý đô thị",
    "new_date": "2026-12-11",
    "document": "77/UBND-XL",
}


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on Monday 23 November 2026, the day before the first Vietnamese Culture Day."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


@pytest.fixture
def walk(city: City) -> dict[str, Any]:
    """A walk that ends with an approval."""
    return city.walk_file(KEY, "approved")


def _go_to(city: City, moment: str) -> None:
    city.clock.moment = datetime.fromisoformat(moment)
    sweep(city.db, city.platform)


def _kinds(city: City, dossier: DossierRow) -> list[tuple[str, str]]:
    told = city.see(lambda s: notices.about(s, dossier.id))
    return [(notice.kind, notice.audience.partition(":")[0]) for notice in told]


def _pending(city: City, dossier: DossierRow) -> dict[str, datetime]:
    rows = select(DeadlineRow).where(DeadlineRow.dossier_id == dossier.id, DeadlineRow.state == "pending")
    return {
        f"{row.kind} {row.element_id}".strip(): row.legal_due_at for row in city.see(lambda s: list(s.scalars(rows)))
    }


def test_a_dossier_accepted_on_23_november_is_due_at_the_end_of_4_december(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="examination")
    assert dossier.due_at == datetime.fromisoformat("2026-12-04T23:59:59+07:00")
    assert dossier.original_due_at == dossier.due_at


def test_warnings_come_three_and_two_working_days_before_the_last(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    pending = _pending(city, dossier)
    assert pending["warning 3"] == datetime.fromisoformat("2026-12-01T00:00:00+07:00")
    assert pending["warning 2"] == datetime.fromisoformat("2026-12-02T00:00:00+07:00")
    _go_to(city, "2026-12-02T08:00:00+07:00")
    assert [kind for kind, _ in _kinds(city, dossier)].count("term-nears") == 2


def test_the_apology_is_prepared_once_one_working_day_before_the_last(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    _go_to(city, "2026-12-02T23:00:00+07:00")
    assert APOLOGY not in {task.element_id for task in city.open_tasks(dossier.id)}
    _go_to(city, "2026-12-03T07:00:00+07:00")
    assert [task.element_id for task in city.open_tasks(dossier.id)].count(APOLOGY) == 1
    sweep(city.db, city.platform)
    assert [task.element_id for task in city.open_tasks(dossier.id)].count(APOLOGY) == 1


def test_an_approved_apology_moves_the_due_date_once_and_keeps_the_first(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    _go_to(city, "2026-12-03T07:00:00+07:00")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == APOLOGY)

    extended = city.complete(task, APOLOGISE)

    assert extended.due_at == datetime.fromisoformat("2026-12-11T23:59:59+07:00")
    assert extended.original_due_at == datetime.fromisoformat("2026-12-04T23:59:59+07:00")
    assert extended.extended
    assert ("due-date-moved", "applicant") in _kinds(city, dossier)
    _go_to(city, "2026-12-10T07:00:00+07:00")
    assert APOLOGY not in {task.element_id for task in city.open_tasks(dossier.id)}


def test_a_second_extension_is_refused_and_changes_nothing(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    _go_to(city, "2026-12-03T07:00:00+07:00")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == APOLOGY)
    city.complete(task, APOLOGISE)
    before = city.dossier(dossier.id)

    def open_again(session: Any) -> None:
        row = session.get_one(TaskRow, (dossier.id, task.id))
        row.state = TaskState.OPEN

    city.do(open_again)
    again = next(each for each in city.open_tasks(dossier.id) if each.element_id == APOLOGY)
    with pytest.raises(ClockRefusedError):
        city.complete(again, {**APOLOGISE, "new_date": "2026-12-18"})
    after = city.dossier(dossier.id)
    assert (after.due_at, after.journal_seq) == (before.due_at, before.journal_seq)


def test_an_apology_that_is_not_needed_leaves_the_due_date(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    _go_to(city, "2026-12-03T07:00:00+07:00")
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == APOLOGY)
    assert city.complete(task, {"decision": "not_needed"}).due_at == dossier.due_at


def test_an_overdue_dossier_is_told_to_its_heads_and_the_leader(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    _go_to(city, "2026-12-05T00:00:01+07:00")
    assert [kind for kind, _ in _kinds(city, dossier)].count("dossier-overdue") == 2


def test_a_step_over_its_limit_is_told_to_the_head_of_its_unit(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="examination")
    _go_to(city, "2026-11-27T17:30:00+07:00")
    told = select(NoticeRow.audience).where(NoticeRow.kind == "step-overdue", NoticeRow.dossier_id == dossier.id)
    assert "queue:TD-QHXD/division_head" in city.see(lambda s: list(s.scalars(told)))


def test_an_online_dossier_left_unreceived_for_a_working_day_is_told_to_the_desk(
    city: City, walk: dict[str, Any]
) -> None:
    dossier = city.walk(walk, until="reception_check")
    _go_to(city, "2026-11-25T23:59:58+07:00")  # the 24th is a holiday
    assert "reception-late" not in {kind for kind, _ in _kinds(city, dossier)}
    _go_to(city, "2026-11-26T00:00:00+07:00")
    assert "reception-late" in {kind for kind, _ in _kinds(city, dossier)}


def test_a_dossier_received_in_time_is_not_told_late(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="assignment")
    assert "reception" not in _pending(city, dossier)


def test_while_the_applicant_is_awaited_no_term_lapses(city: City) -> None:
    walk = city.walk_file(KEY, "supplemented")
    dossier = city.walk(walk, until="at_examination.submit_supplement")
    assert (dossier.state, dossier.due_at) == ("awaiting_applicant", None)
    assert {name.split()[0] for name in _pending(city, dossier)} == {"timer"}
    _go_to(city, "2026-12-10T09:00:00+07:00")
    assert "dossier-overdue" not in {kind for kind, _ in _kinds(city, dossier)}


def _with_closed_day(day: str) -> bytes:
    """The shipped calendar, with one more day off by a decision of its own."""
    decision = f"""
[[decision]]
id = "test-{day}"
document = "Công văn mẫu 999/VPCP-KGVX"
issued = 2026-11-23
known_from = 2026-11-23
checked = 2026-11-23
sample = true
title_vi = "Nghỉ thêm một ngày (mẫu)"
title_en = "One more day off (sample)"
holidays = [{{ day = {day}, vi = "Nghỉ (mẫu)", en = "Day off (sample)" }}]
"""
    return SHIPPED.read_bytes().replace(b'version = "2026-11-23"', b'version = "test"') + decision.encode()


def test_a_calendar_change_is_previewed_applied_with_its_cause_and_told(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="appraisal")
    finished = city.walk(walk)
    content = _with_closed_day("2026-12-02")

    seen = city.see(lambda s: calendars.preview(s, city.platform, content))
    assert [(moved.id, moved.days) for moved in seen.moved] == [(dossier.code, 3)]  # from Friday to Monday
    assert city.dossier(dossier.id).due_at == dossier.due_at

    city.do(lambda s: calendars.import_calendar(s, city.platform, SYSTEM, content, "Công văn mẫu 999"))
    assert calendars.recount_stale(city.db, city.platform) == 1
    assert calendars.recount_stale(city.db, city.platform) == 0

    moved = city.dossier(dossier.id)
    assert moved.due_at == datetime.fromisoformat("2026-12-07T23:59:59+07:00")
    assert city.dossier(finished.id).due_at == finished.due_at
    history = [read(row) for row in city.see(lambda s: entries(s, dossier.id, limit=500))]
    causes = {entry["payload"].get("cause") for entry in history if entry["type"] == "deadline:moved"}
    assert "Công văn mẫu 999" in causes
    assert ("due-date-moved", "applicant") in _kinds(city, dossier)


def test_after_a_change_every_node_counts_by_the_new_calendar(city: City, walk: dict[str, Any]) -> None:
    other = City(city.db, city.clock, type(city.platform)(city.clock, city.platform.calendar))
    content = _with_closed_day("2026-12-02")
    city.do(lambda s: calendars.import_calendar(s, city.platform, SYSTEM, content, "Công văn mẫu 999"))
    dossier = other.walk(walk, until="examination")
    assert dossier.due_at == datetime.fromisoformat("2026-12-07T23:59:59+07:00")


def test_the_same_calendar_twice_and_a_stranger_are_refused(city: City) -> None:
    content = SHIPPED.read_bytes()
    with pytest.raises(ConflictError):
        city.do(lambda s: calendars.import_calendar(s, city.platform, SYSTEM, content, "x"))
    stranger = city.actor("minh.case")
    with pytest.raises(NotAllowedError):
        city.do(lambda s: calendars.import_calendar(s, city.platform, stranger, _with_closed_day("2026-12-02"), "x"))


def test_a_machine_whose_clock_was_put_back_never_turns_the_ledger_back(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="issuing")
    city.clock.moment -= timedelta(days=2)
    task = city.open_tasks(dossier.id)[0]
    decided = city.complete(task, walk["answers"]["issuing"][0])
    clock = [
        read(row) for row in city.see(lambda s: entries(s, dossier.id, limit=500)) if row.type.startswith("clock:")
    ]
    assert [entry["occurred_at"] for entry in clock] == sorted(entry["occurred_at"] for entry in clock)
    assert decided.decided_at is not None


def test_far_future_stands_for_no_due_date(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="reception_check")
    assert all(task.due_at < FAR_FUTURE or dossier.due_at is None for task in city.open_tasks(dossier.id))


@pytest.mark.parametrize(
    ("timer", "fires"),
    [
        ("<bpmn:timeDate>2026-12-31</bpmn:timeDate>", "2026-12-31T23:59:59.999999+07:00"),
        ("<bpmn:timeDate>2026-12-31T10:00:00+07:00</bpmn:timeDate>", "2026-12-31T10:00:00+07:00"),
        ("<bpmn:timeDuration>P10D</bpmn:timeDuration>", "2026-12-03T09:00:00+07:00"),
        ('<bpmn:timeDuration>=duration("PT1H")</bpmn:timeDuration>', "2026-11-23T10:00:00+07:00"),
    ],
)
def test_a_timer_fires_when_its_date_or_duration_says(city: City, timer: str, fires: str) -> None:
    bundle = Bundle.find(ROOT, KEY)
    files = dict(bundle.files)
    marked = re.sub(
        rb'(<bpmn:boundaryEvent id="supplement_lapsed".*?)<motcua:limit[^>]*/>(.*?)'
        rb"<bpmn:timerEventDefinition([^>]*)/>",
        lambda found: found[1] + found[2] + b"<bpmn:timerEventDefinition" + found[3] + b">" + timer.encode()
        + b"</bpmn:timerEventDefinition>",
        files["shared/supplement.bpmn"],
        count=1,
        flags=re.DOTALL,
    )  # fmt: skip
    assert marked != files["shared/supplement.bpmn"]
    files["shared/supplement.bpmn"] = marked
    city.deploy(Bundle(files))
    dossier = city.walk(city.walk_file(KEY, "unanswered_at_reception"), until="at_reception.submit_supplement")
    assert _pending(city, dossier)["timer at_reception.supplement_lapsed"] == datetime.fromisoformat(fires)
