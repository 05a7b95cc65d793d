"""Three bodies asked at once through one shared process: three tasks, three answers, one of them silence."""

import pytest
from city import City
from sqlalchemy import Engine, select
from thrice_called import thrice

from engine import task_forms
from engine.clock import FixedClock
from engine.history.verify import verify
from engine.model import Role
from engine.organisation import people
from engine.persistence import dossiers
from engine.persistence.tables import TaskRow


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    fixed_clock.moment = fixed_clock.moment.replace(year=2026, month=11, day=23)
    city = City.found(db, fixed_clock)
    city.do(lambda s: people.grant(s, people.get_person(s, "minh.case"), Role.CASE_OFFICER, "TD-UBND"))
    city.deploy(thrice())
    return city


def test_each_body_answers_in_its_own_unit_and_its_answer_is_kept_apart(city: City) -> None:
    dossier = city.file("demo", {"applicant_name": "An"}).dossier
    (receive,) = city.open_tasks(dossier.id)
    city.complete(receive, {"verdict": "in order"})

    asked = {task.element_id: task for task in city.open_tasks(dossier.id)}
    assert {key: (task.unit_code, task.data_key, task.name_vi) for key, task in asked.items()} == {
        "land.give": ("TD-TNMT", "land_opinion", "Góp ý: Phòng land"),
        "roads.give": ("TD-QLDT", "roads_opinion", "Góp ý: Phòng roads"),
        "ward.give": ("TD-P-HB", "ward_opinion", "Góp ý: Phòng ward"),
    }
    city.complete(asked["land.give"], {"verdict": "yes"})
    ward = asked["ward.give"]
    shown = city.see(
        lambda session: task_forms.open_form(session, city.platform, city.holder(ward), ward.id)
    ).context.data
    assert (shown["opinion"], shown["land_opinion"]["verdict"]) == (None, "yes")  # its own, and the neighbour's
    city.complete(asked["roads.give"], {"verdict": "no"})
    city.go_to_next_timer(dossier.id)  # the ward keeps silent
    (settle,) = city.open_tasks(dossier.id)
    city.complete(settle, {"verdict": "yes"})

    done = city.dossier(dossier.id)
    data = city.see(lambda session: dossiers.data_of(session, dossier.id))
    assert (done.outcome, done.incidents) == ("granted", 0)
    assert data["summary"] == ["yes", "no", "silent"]
    assert data["land_noted"] == "yes of An"
    assert "roads_noted" not in data
    assert city.see(lambda session: verify(session, done)).intact
    query = select(TaskRow).where(TaskRow.dossier_id == dossier.id)
    states = city.see(lambda session: {task.element_id: task.state for task in session.scalars(query)})
    assert states["ward.give"] == "cancelled"
