"""The day-consumption of a dossier: which step and unit used how many of the legal days."""

from datetime import datetime
from typing import Any

import pytest
from city import City
from sqlalchemy import Engine

from engine.clock import FixedClock
from engine.dossier_clock import TaskShare, account, by_step, consumption_of, explanation_of
from engine.persistence.tables import DossierRow

KEY = "detailed_plan_adjustment"


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on Monday 23 November 2026, the day before the first Vietnamese Culture Day."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


@pytest.fixture
def walk(city: City) -> dict[str, Any]:
    """A walk that ends with an approval."""
    return city.walk_file(KEY, "approved")


def _shares(city: City, dossier: DossierRow) -> list[TaskShare]:
    return city.see(lambda s: consumption_of(s, city.platform, city.dossier(dossier.id)))


def test_days_belong_to_the_step_and_unit_that_had_the_dossier(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="examination")  # received and assigned on the 23rd, the 24th is a holiday
    city.clock.moment = datetime.fromisoformat("2026-11-26T10:00:00+07:00")

    shares = {share.step: share for share in _shares(city, dossier)}

    assert {step: share.used for step, share in shares.items()} == {
        "reception_check": 0,
        "assignment": 0,
        "examination": 2,  # the 25th and the 26th
    }
    assert (shares["examination"].unit, shares["examination"].role) == ("TD-QHXD", "case_officer")
    assert shares["examination"].end is None
    assert shares["assignment"].person


def test_bodies_consulted_at_once_each_bear_the_days(city: City, walk: dict[str, Any]) -> None:
    dossier = city.walk(walk, until="ward.give_opinion")
    city.clock.moment = datetime.fromisoformat("2026-11-26T10:00:00+07:00")
    used = {share.step: share.used for share in _shares(city, dossier)}
    assert {days for step, days in used.items() if step.endswith(".give_opinion")} == {2}
    assert city.see(lambda s: account(s, city.platform, dossier)).due.consumed == 2


def test_the_wait_for_the_applicant_uses_no_day(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "supplemented"), until="at_examination.submit_supplement")
    city.clock.moment = datetime.fromisoformat("2026-12-03T10:00:00+07:00")
    [waiting] = [share for share in _shares(city, dossier) if share.role == "applicant"]
    assert (waiting.unit, waiting.used) == ("", 0)


def test_rounds_of_one_step_are_added_up(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "supplemented"))
    steps = by_step(_shares(city, dossier))
    assert {step.step: step.times for step in steps}["examination"] == 2
    assert len({(step.step, step.unit) for step in steps}) == len(steps)


def test_an_explanation_names_the_step_that_paused_the_clock_in_both_languages(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "supplemented"), until="at_examination.submit_supplement")
    city.clock.moment = datetime.fromisoformat("2026-11-26T10:00:00+07:00")
    told = city.see(lambda s: explanation_of(s, city.platform, dossier))
    [paused, *_] = [line for line in told.lines if "Tạm dừng" in line.reason_vi]
    assert "at_examination.submit_supplement" not in paused.reason_vi + paused.reason_en
    assert paused.reason_vi.partition(": ")[2] != paused.reason_en.partition(": ")[2]
