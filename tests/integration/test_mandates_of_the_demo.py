"""The demo's register of mandates: every state and every answer is there, and every walk still goes its way."""

import tomllib
from typing import Any

import pytest
from city import ROOT, City
from sqlalchemy import Engine, func, select

from api import demo_mandates
from engine import delegation
from engine.clock import FixedClock
from engine.delegation import Question
from engine.organisation import mandate_list
from engine.organisation.mandate_list import State
from engine.organisation.mandates import Outcome
from engine.persistence.tables import MandateRow

DEMO = tomllib.loads((ROOT / "engine/organisation/demo.toml").read_text(encoding="utf-8"))
CONSENT, CHANGE = "investment_policy_consent", "investment_project_adjustment"


@pytest.fixture
def register(db: Engine, fixed_clock: FixedClock) -> City:
    """The sample organisation with the demo's mandates."""
    fixed_clock.moment = fixed_clock.moment.replace(year=2026, month=11, day=25)
    city = City.found(db, fixed_clock, CONSENT, CHANGE)
    city.do(lambda session: demo_mandates.load(session, city.platform, DEMO))
    return city


def test_there_is_a_mandate_in_every_state(register: City) -> None:
    today = register.platform.today()
    rows = register.see(lambda session: session.scalars(select(MandateRow)).all())
    assert {mandate_list.state_of(row, today) for row in rows} == set(State)


def test_a_second_load_records_nothing(register: City) -> None:
    def number() -> int:
        return register.see(lambda session: session.scalar(select(func.count()).select_from(MandateRow)) or 0)

    before = number()
    register.do(lambda session: demo_mandates.load(session, register.platform, DEMO))
    assert number() == before == len(DEMO["demo_mandate"])


@pytest.mark.parametrize(
    ("username", "procedure", "capital", "outcome"),
    [
        ("phuc.leader", CONSENT, 480_000, Outcome.AUTHORISED),
        ("thao.head", CONSENT, 15_000, Outcome.AUTHORISED),
        ("thao.head", CONSENT, 480_000, Outcome.CEILING_EXCEEDED),
        ("thao.head", CHANGE, 5_000, Outcome.SUBDELEGATION_REFUSED),
        ("minh.case", CONSENT, 15_000, Outcome.NOT_COMPETENT),
    ],
)
def test_asking_gives_each_of_the_four_answers(
    register: City, username: str, procedure: str, capital: int, outcome: Outcome
) -> None:
    data = {"application": {"capital": capital}}
    question = Question(username, register.platform.today(), procedure_key=procedure, data=data)
    _matter, answer = register.see(lambda session: delegation.ask(session, register.platform, question))
    assert answer.outcome is outcome


@pytest.mark.parametrize("procedure", [CONSENT, CHANGE])
def test_a_walk_goes_the_way_that_it_went_without_them(register: City, procedure: str) -> None:
    walk: dict[str, Any] = register.walk_file(procedure, "granted")
    dossier = register.walk(walk, until="leader_decision")
    task = next(one for one in register.open_tasks(dossier.id) if one.principal_unit)
    assert (task.unit_code, task.role) == ("TD-UBND", "agency_leader")


def test_a_small_matter_goes_where_the_register_sends_it(register: City) -> None:
    walk = register.walk_file(CONSENT, "granted")
    walk["application"]["capital"] = 15_000
    dossier = register.walk(walk, until="leader_decision")
    task = next(one for one in register.open_tasks(dossier.id) if one.principal_unit)
    assert (task.unit_code, task.role) == ("TD-KT", "division_head")
