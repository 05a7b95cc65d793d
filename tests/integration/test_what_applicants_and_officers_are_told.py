"""Who is told what, on the way of a dossier: written with the change it tells of, once."""

from datetime import datetime
from uuid import UUID

import pytest
from city import City
from sqlalchemy import Engine, select

from engine import notices
from engine.clock import FixedClock
from engine.persistence.tables import NoticeRow

PROCEDURE = "detailed_plan_adjustment"


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """The demo organisation with one procedure, on a day on which it has a version."""
    fixed_clock.moment = fixed_clock.moment.replace(month=11, day=23)
    return City.found(db, fixed_clock, PROCEDURE)


def told_applicant(city: City, dossier_id: UUID) -> list[str]:
    rows = city.see(lambda s: notices.about(s, dossier_id))
    return [row.kind for row in rows if row.audience == f"applicant:{dossier_id}"]


@pytest.mark.parametrize(
    ("walk", "kinds"),
    [
        ("approved", ["filed", "accepted", "result-ready", "result-given"]),
        ("not_received", ["filed", "not-received"]),
        ("refused", ["filed", "accepted", "result-ready", "refused"]),
        ("withdrawn", ["filed", "accepted", "supplement-requested", "withdrawn"]),
        ("stopped", ["filed", "accepted", "stopped"]),
        (
            "supplemented",
            ["filed", "accepted", "supplement-requested", "supplement-received", "result-ready", "result-given"],
        ),
        ("supplemented_at_reception", ["filed", "supplement-requested", "accepted", "result-ready", "result-given"]),
        ("unanswered", ["filed", "accepted", "supplement-requested", "stopped"]),
    ],
)
def test_the_applicant_hears_of_every_turn_once(city: City, walk: str, kinds: list[str]) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, walk))
    by_the_clock = {"term-nears", "step-overdue", "due-date-moved"}
    assert [kind for kind in told_applicant(city, dossier.id) if kind not in by_the_clock] == kinds


def payload(city: City, dossier_id: UUID, kind: str) -> dict[str, object]:
    query = select(NoticeRow.payload).where(NoticeRow.dossier_id == dossier_id, NoticeRow.kind == kind)
    return dict(city.see(lambda s: s.scalars(query).one()))


def test_who_is_asked_for_more_reads_what_is_missing(city: City) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "supplemented"), until="at_examination.submit_supplement")
    told = payload(city, dossier.id, "supplement-requested")
    assert "Bản vẽ giao thông: Thể hiện lối ra vào của xe chữa cháy" in str(told["reason"])
    assert told["step_en"] == "The applicant completes the dossier: Supplement after the examination"


def test_acceptance_tells_the_due_date(city: City) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "approved"), until="assignment")
    assert dossier.due_at is not None
    told = datetime.fromisoformat(str(payload(city, dossier.id, "accepted")["due_at"]))
    assert told.replace(microsecond=0) == dossier.due_at.replace(microsecond=0)


def test_a_refusal_at_the_desk_tells_why(city: City) -> None:
    walk = city.walk_file(PROCEDURE, "not_received")
    dossier = city.walk(walk)
    assert (
        payload(city, dossier.id, "not-received")["reason"] == walk["answers"]["reception_check"][0]["refusal_reason"]
    )


def test_a_withdrawal_tells_the_applicants_own_reason(city: City) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "withdrawn"))
    message = city.walk_file(PROCEDURE, "withdrawn")["message"]
    assert payload(city, dossier.id, "withdrawn") == {"reason": message["reason"]}


def test_a_wait_that_lapses_tells_the_ground(city: City) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "unanswered"))
    assert payload(city, dossier.id, "stopped") == {"reason": "Không bổ sung hồ sơ đúng hạn"}


def test_who_is_named_for_a_step_is_told_with_the_step(city: City) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "approved"), until="examination")
    (task,) = [task for task in city.open_tasks(dossier.id) if task.element_id == "examination"]
    assert payload(city, dossier.id, "task-assigned") == notices.step_of(task)


def test_a_change_that_is_refused_tells_nobody(city: City) -> None:
    dossier = city.walk(city.walk_file(PROCEDURE, "approved"), until="assignment")
    before = told_applicant(city, dossier.id)
    with pytest.raises(Exception, match="reason"):
        city.send(dossier.id, "withdrawal", "  ")
    assert told_applicant(city, dossier.id) == before
