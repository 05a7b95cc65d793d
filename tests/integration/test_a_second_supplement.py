"""One supplement is asked for freely, a second with the leader's approval, a third never; each request is counted."""

from typing import Any

import pytest
from city import City
from sqlalchemy import Engine

from engine.clock import FixedClock
from engine.model import Role
from engine.persistence.tables import DossierRow, TaskRow
from forms.problems import InvalidAnswers

KEY = "site_plan_consent"
APPROVAL, ANSWER = "at_examination.approve_supplement", "at_examination.submit_supplement"
NO = {"decision": "deny", "reason": "Giải quyết trên hồ sơ hiện có."}
YES = {"decision": "approve", "reason": "Đồng ý yêu cầu thêm một lần."}


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """The demo city in November 2026, with a procedure that uses the shared supplement."""
    fixed_clock.moment = fixed_clock.moment.replace(year=2026, month=11, day=25)
    return City.found(db, fixed_clock, KEY)


@pytest.fixture
def asked(city: City) -> DossierRow:
    """A dossier for whose second supplement the leader's approval is waited for."""
    walk = city.walk_file(KEY, "second_supplement_denied")
    return city.walk(walk, until=APPROVAL)


def named(city: City, dossier: DossierRow, element: str) -> TaskRow:
    return next(task for task in city.open_tasks(dossier.id) if task.element_id == element)


def examination(city: City, which: str) -> dict[str, Any]:
    answers = city.walk_file(KEY, "second_supplement_denied")["answers"]["examination"]
    return dict(answers[0 if which == "supplement" else -1])


def test_a_second_request_waits_in_the_leaders_queue_while_the_clock_runs(city: City, asked: DossierRow) -> None:
    task = named(city, asked, APPROVAL)
    assert task.queue == f"{asked.competent_unit}/{Role.AGENCY_LEADER}"
    assert (asked.state, asked.supplement_requests) == ("processing", 1)
    assert asked.due_at is not None


def test_what_the_leader_approves_goes_to_the_applicant_and_is_counted(city: City, asked: DossierRow) -> None:
    city.complete(named(city, asked, APPROVAL), YES)
    after = city.dossier(asked.id)
    assert named(city, after, ANSWER).role == Role.APPLICANT
    assert (after.state, after.due_at, after.supplement_requests) == ("awaiting_applicant", None, 2)


def test_what_the_leader_denies_goes_back_to_the_officer_and_is_not_asked_again(city: City, asked: DossierRow) -> None:
    city.complete(named(city, asked, APPROVAL), NO)
    after = city.dossier(asked.id)
    assert (after.due_at, after.supplement_requests) == (asked.due_at, 1)
    with pytest.raises(InvalidAnswers, match="supplement_reason"):
        city.complete(named(city, after, "examination"), examination(city, "supplement"))
    city.complete(named(city, after, "examination"), examination(city, "refuse"))
    assert named(city, after, "draft")


def test_a_third_request_is_refused_with_its_reason(city: City, asked: DossierRow) -> None:
    city.complete(named(city, asked, APPROVAL), YES)
    walk = city.walk_file(KEY, "supplemented")
    city.complete(named(city, asked, ANSWER), walk["answers"]["at_examination_supplement"][0])
    with pytest.raises(InvalidAnswers) as refused:
        city.complete(named(city, asked, "examination"), examination(city, "supplement"))
    assert ["không được yêu cầu lần thứ ba" in str(problem) for problem in refused.value.problems] == [True]
    assert city.dossier(asked.id).supplement_requests == 2
