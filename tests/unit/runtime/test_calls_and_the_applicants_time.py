"""What a call gives a shared process to read, and what it says of the clock while the applicant is waited for."""

from pathlib import Path

import pytest
from small_bundles import codes
from thrice_called import thrice

from engine.deadlines.clock_events import ClockEventKind
from engine.model import Role
from engine.runtime.bundle import Bundle
from engine.runtime.procedure import Procedure, load

ROOT = Path(__file__).parents[3]
GIVEN = '<motcua:given name="request" key="{key}"/>'
SCOPES = {"at_reception": "reception_check", "at_examination": "examination"}


@pytest.fixture(scope="module")
def plan() -> Procedure:
    return load(Bundle.find(ROOT, "site_plan_consent"))


def test_one_process_reads_the_answers_of_whichever_step_called_it(plan: Procedure) -> None:
    for scope, key in SCOPES.items():
        assert plan.elements[f"{scope}.slip"].names["request"] == key
        assert plan.elements[f"{scope}.slip"].result == f"{scope}_slip"


def test_the_clock_stands_while_the_applicant_is_waited_for_and_not_while_the_leader_ponders(plan: Procedure) -> None:
    steps = {step: plan.elements[f"at_examination.{step}"] for step in ("submit_supplement", "approve_supplement")}
    assert steps["submit_supplement"].role is Role.APPLICANT
    clock = steps["submit_supplement"].clock
    assert clock is not None
    assert (clock.on_enter, clock.on_leave) == (ClockEventKind.SUSPENDED, ClockEventKind.RESTARTED)
    assert clock.ground
    assert steps["approve_supplement"].clock is None
    assert plan.elements["supplement_at_examination"].clock is None


def test_a_call_without_a_clock_leaves_the_applicants_step_without_one(plan: Procedure) -> None:
    assert plan.elements["at_reception.submit_supplement"].clock is None


def test_a_process_in_which_no_applicant_acts_holds_the_clock_from_beginning_to_end() -> None:
    suspended = '<motcua:clock effect="suspend" ground="Chờ ý kiến"/>'
    elements = load(thrice(suspended)).elements
    assert [key for key, one in elements.items() if one.clock and one.clock.ground == "Chờ ý kiến"] == ["ask_ward"]


def test_a_call_with_a_scope_may_give_data() -> None:
    assert codes(thrice(GIVEN.format(key="receive"))) == codes(thrice())


def test_a_name_of_units_may_mean_the_competent_body_whichever_it_is() -> None:
    procedure = load(Bundle.find(ROOT, "house_building_permit"))
    assert procedure.place("division") == "competent"
    assert procedure.unit("division") == procedure.unit("competent") == "TD-P-HB"
    assert procedure.place("urban_management") == "urban_management"
    assert procedure.unit("urban_management") == "TD-QLDT"
