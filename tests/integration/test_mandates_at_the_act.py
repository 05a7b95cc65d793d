"""Who may decide is asked at the moment of the act, and the answer stands in the history with it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from city import City
from sqlalchemy import Engine, select

from engine.clock import FixedClock
from engine.errors import (
    CeilingExceededError,
    ConflictError,
    InvalidInputError,
    NotCompetentError,
    SubdelegationRefusedError,
)
from engine.history.journal import read
from engine.history.verify import verify
from engine.model import SYSTEM, Role
from engine.organisation import mandate_register, people, standins
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.organisation.standins import Absence
from engine.persistence.tables import DossierRow, JournalRow, MandateRow, TaskRow
from engine.platform import Platform
from forms.answers import InvalidAnswers

KEY = "detailed_plan_adjustment"
DAY = date(2026, 11, 23)


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


@pytest.fixture
def approved(city: City) -> dict[str, Any]:
    """A walk that ends with an approval."""
    return city.walk_file(KEY, "approved")


def leaders(city: City) -> list[str]:
    able = city.see(lambda s: people.holders(s, Role.AGENCY_LEADER, "TD-UBND", city.platform.today()))
    return [person.username for person in able]


def mandate(**said: Any) -> Mandate:
    """A delegation of the People's Committee, valid since the beginning of the year."""
    common: dict[str, Any] = {
        "unit_code": "TD-UBND",
        "kind": MandateKind.DELEGATION,
        "instrument_number": "12/QĐ-UBND",
        "instrument_date": date(2025, 12, 30),
        "valid_from": date(2026, 1, 1),
    }
    return Mandate(**common | said)


def record(city: City, **said: Any) -> MandateRow:
    return city.do(lambda s: mandate_register.record(s, SYSTEM, mandate(**said), now=city.clock.now()))


def to_decide(city: City, walk: dict[str, Any]) -> tuple[DossierRow, TaskRow]:
    dossier = city.walk(walk, until="leader_decision")
    return dossier, next(task for task in city.open_tasks(dossier.id) if task.element_id == "leader_decision")


def completed(city: City, dossier: DossierRow) -> dict[str, Any]:
    """The last completion in the history."""
    rows = select(JournalRow).where(JournalRow.stream_id == dossier.id, JournalRow.type == "task:completed")
    return read(city.see(lambda s: s.scalars(rows.order_by(JournalRow.seq)).all())[-1])


def decide(city: City, username: str, task: TaskRow, walk: dict[str, Any], **changed: Any) -> DossierRow:
    answers = {**walk["answers"]["leader_decision"][0], **changed}
    return city.complete_as(city.actor(username), task, answers)


def test_without_any_mandate_the_leader_of_the_body_decides_by_law(city: City, approved: dict[str, Any]) -> None:
    dossier, task = to_decide(city, approved)
    decide(city, leaders(city)[0], task, approved)
    act = completed(city, dossier)["payload"]["act"]
    assert (act["name"], act["outcome"], act["mandate"]) == ("approve", "authorised", None)
    assert "luật định" in act["reason"]
    assert city.see(lambda s: verify(s, city.dossier(dossier.id))).intact


def test_an_installation_may_ask_for_a_recorded_mandate_even_of_leaders(city: City, approved: dict[str, Any]) -> None:
    _dossier, task = to_decide(city, approved)
    strict = replace(city, platform=Platform(city.clock, city.platform.calendar, leader_by_law=False))
    with pytest.raises(NotCompetentError, match="record the mandate"):
        decide(strict, leaders(city)[0], task, approved)


def test_the_mandate_and_its_instrument_stand_in_the_history_with_the_act(city: City, approved: dict[str, Any]) -> None:
    one, _other = leaders(city)
    row = record(city, person=one)
    dossier, task = to_decide(city, approved)
    decide(city, one, task, approved)
    act = completed(city, dossier)["payload"]["act"]
    assert act["mandate"] == str(row.id)
    assert act["instrument"] == {"number": "12/QĐ-UBND", "date": "2025-12-30"}
    assert (act["kind"], act["outcome"]) == ("delegation", "authorised")


def test_once_a_mandate_is_recorded_a_leader_without_one_is_not_competent(city: City, approved: dict[str, Any]) -> None:
    one, other = leaders(city)
    record(city, person=one)
    dossier, task = to_decide(city, approved)
    with pytest.raises(NotCompetentError) as told:
        decide(city, other, task, approved)
    assert told.value.details["outcome"] == "not-competent"
    assert "12/QĐ-UBND" in told.value.message_vi
    assert city.dossier(dossier.id).closed_at is None


def test_a_lapsed_delegation_does_not_turn_into_the_whole_authority(city: City, approved: dict[str, Any]) -> None:
    one, _other = leaders(city)
    record(city, person=one, valid_to=DAY - timedelta(days=1))
    _dossier, task = to_decide(city, approved)
    with pytest.raises(NotCompetentError, match="holds from 2026-01-01 to 2026-11-22 only"):
        decide(city, one, task, approved)


def test_a_mandate_counts_on_its_last_day_and_not_on_the_next(city: City, approved: dict[str, Any]) -> None:
    one, _other = leaders(city)
    record(city, person=one, valid_to=DAY)
    _dossier, task = to_decide(city, approved)
    city.later(days=1)
    with pytest.raises(NotCompetentError):
        decide(city, one, task, approved)
    city.later(days=-1)
    decide(city, one, task, approved)


@pytest.mark.parametrize(
    ("ceiling", "kept"),
    [("application.area <= 500000", True), ("application.area <= 1", False), ("nothing > 1", False)],
)
def test_a_ceiling_is_judged_on_the_dossier(city: City, approved: dict[str, Any], ceiling: str, kept: bool) -> None:
    one, _other = leaders(city)
    record(city, person=one, ceiling=ceiling)
    dossier, task = to_decide(city, approved)
    if kept:
        decide(city, one, task, approved)
        return
    with pytest.raises(CeilingExceededError) as told:
        decide(city, one, task, approved)
    assert ceiling in told.value.message_vi
    assert city.open_tasks(dossier.id)[0].state == "open"


def test_returning_a_dossier_to_the_division_is_no_act_and_needs_no_mandate(
    city: City, approved: dict[str, Any]
) -> None:
    one, other = leaders(city)
    record(city, person=one)
    dossier, task = to_decide(city, approved)
    decide(city, other, task, approved, decision="return", reason="Bổ sung ý kiến của phường.")
    assert "act" not in completed(city, dossier)["payload"]


def test_a_delegated_act_goes_to_the_queue_of_the_delegate_who_decides_it(city: City, approved: dict[str, Any]) -> None:
    row = record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD", procedure_key=KEY)
    dossier, task = to_decide(city, approved)
    assert (task.queue, task.principal_unit) == ("TD-QHXD/division_head", "TD-UBND")
    city.complete(task, approved["answers"]["leader_decision"][0])
    assert completed(city, dossier)["payload"]["act"]["mandate"] == str(row.id)


def test_the_body_that_delegated_may_still_look_but_decides_only_with_a_mandate_of_its_own(
    city: City, approved: dict[str, Any]
) -> None:
    record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD")
    _dossier, task = to_decide(city, approved)
    one, _other = leaders(city)
    with pytest.raises(NotCompetentError):
        decide(city, one, task, approved)
    record(city, person=one, kind=MandateKind.STATUTE, instrument_number="Luật 65/2025/QH15")
    decide(city, one, task, approved)


def test_above_the_ceiling_of_a_delegation_the_act_stays_with_the_body(city: City, approved: dict[str, Any]) -> None:
    record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD", ceiling="application.area <= 1")
    _dossier, task = to_decide(city, approved)
    assert task.queue == "TD-UBND/agency_leader"


def test_a_mandate_for_another_procedure_says_nothing_about_this_one(city: City, approved: dict[str, Any]) -> None:
    one, other = leaders(city)
    record(city, person=one, procedure_key="certified_copy")
    _dossier, task = to_decide(city, approved)
    decide(city, other, task, approved)


def test_a_mandate_of_a_field_counts_for_its_procedures(city: City, approved: dict[str, Any]) -> None:
    one, other = leaders(city)
    record(city, person=one, field="Quy hoạch đô thị và nông thôn")
    _dossier, task = to_decide(city, approved)
    with pytest.raises(NotCompetentError):
        decide(city, other, task, approved)
    decide(city, one, task, approved)


def test_what_may_not_be_delegated_further_is_refused_when_recorded(city: City) -> None:
    first = record(city, delegate_role=Role.AGENCY_LEADER)
    with pytest.raises(SubdelegationRefusedError):
        record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD", parent_id=first.id)


def test_a_further_delegation_lives_no_longer_than_what_it_rests_on(city: City, approved: dict[str, Any]) -> None:
    first = record(city, delegate_role=Role.AGENCY_LEADER, may_subdelegate=True, valid_to=date(2026, 12, 31))
    with pytest.raises(InvalidInputError, match="within 12/QĐ-UBND"):
        record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD", parent_id=first.id)
    further = {"parent_id": first.id, "valid_to": date(2026, 12, 31), "instrument_number": "7/GUQ"}
    record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD", **further)
    _dossier, task = to_decide(city, approved)
    assert task.queue == "TD-QHXD/division_head"
    city.do(
        lambda s: mandate_register.revoke(s, SYSTEM, first.id, DAY - timedelta(days=1), "sai", now=city.clock.now())
    )
    with pytest.raises(SubdelegationRefusedError, match="does not hold on 2026-11-23"):
        city.complete(task, approved["answers"]["leader_decision"][0])


def test_delegations_that_overlap_are_refused_with_the_other_one_named(city: City) -> None:
    one, other = leaders(city)
    record(city, person=one, valid_to=date(2026, 6, 30))
    with pytest.raises(ConflictError, match="12/QĐ-UBND") as told:
        record(city, person=one, valid_from=date(2026, 6, 30), procedure_key=KEY)
    assert "01/01/2026 – 30/06/2026" in told.value.message_vi
    record(city, person=one, valid_from=date(2026, 7, 1))
    record(city, person=other)  # several persons of one body may share a matter


def test_one_matter_cannot_be_delegated_to_two_units_unless_ceilings_divide_it(city: City) -> None:
    record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-QHXD", ceiling="application.area <= 100")
    with pytest.raises(ConflictError):
        record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-KT")
    record(city, delegate_role=Role.DIVISION_HEAD, delegate_unit="TD-KT", ceiling="application.area > 100")


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "nobody-here"},
        {"person": "", "delegate_role": None},
        {"unit_code": "TD-NOWHERE"},
        {"valid_to": date(2025, 1, 1)},
        {"instrument_date": date(2026, 2, 1)},
        {"instrument_number": " "},
        {"ceiling": "application.area <="},
    ],
)
def test_a_mandate_that_makes_no_sense_is_refused_with_a_word_in_both_languages(
    city: City, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError) as told:
        record(city, **{"person": leaders(city)[0]} | wrong)
    assert told.value.message
    assert told.value.message_vi


def absence(city: City, absent: str, standin: str, **said: Any) -> None:
    def work(session: Any) -> None:
        who = Absence(people.get_person(session, absent), DAY, DAY + timedelta(days=5), "Nghỉ phép", **said)
        standins.appoint(session, SYSTEM, people.get_person(session, standin), who, now=city.clock.now())

    city.do(work)


def test_a_stand_in_decides_only_where_the_mandate_says_so(city: City, approved: dict[str, Any]) -> None:
    one, _other = leaders(city)
    head = city.see(lambda s: people.holders(s, Role.DIVISION_HEAD, "TD-QHXD", DAY))[0].username
    absence(city, one, head)
    row = record(city, person=one)
    _dossier, task = to_decide(city, approved)
    with pytest.raises(NotCompetentError, match="does not let a stand-in"):
        decide(city, head, task, approved)
    city.do(lambda s: setattr(s.get_one(MandateRow, row.id), "standin_may_decide", True))
    done = decide(city, head, task, approved)
    entry = completed(city, done)
    assert entry["actor"]["on_behalf_of"]["username"] == one
    assert entry["payload"]["act"]["outcome"] == "authorised"


def test_a_stand_in_of_a_leader_has_no_authority_by_law(city: City, approved: dict[str, Any]) -> None:
    one, _other = leaders(city)
    head = city.see(lambda s: people.holders(s, Role.DIVISION_HEAD, "TD-QHXD", DAY))[0].username
    absence(city, one, head)
    _dossier, task = to_decide(city, approved)
    with pytest.raises(NotCompetentError, match="stand-in decides only where a mandate says so"):
        decide(city, head, task, approved)


def test_answers_that_do_not_fit_are_told_before_the_mandate_is_asked(city: City, approved: dict[str, Any]) -> None:
    one, other = leaders(city)
    record(city, person=one)
    _dossier, task = to_decide(city, approved)
    with pytest.raises(InvalidAnswers):
        decide(city, other, task, approved, decision="perhaps")
