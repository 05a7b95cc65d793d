"""What a page offers somebody on a dossier, and the reason where it does not, is what the act itself says."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from city import City
from sqlalchemy import Engine, select

from engine import dossiers, possible, tasks
from engine.clock import FixedClock
from engine.errors import (
    DossierClosedError,
    EngineError,
    NotAllowedError,
    NotCompetentError,
    NotWaitingError,
    TaskTakenError,
)
from engine.model import Actor, Role
from engine.organisation import people
from engine.persistence.tables import DossierRow, PersonRow, TaskRow
from engine.possible import ASSIGN, COMPLETE, STOP, WITHDRAW, Possible

KEY = "detailed_plan_adjustment"


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """The demo city in the autumn of 2026."""
    fixed_clock.moment = fixed_clock.moment.replace(month=11, day=23)
    return City.found(db, fixed_clock, KEY)


def acts(city: City, actor: Actor, dossier: DossierRow) -> dict[str, Possible]:
    return {
        each.act: each
        for each in city.see(lambda s: possible.acts(s, city.platform, actor, s.get_one(DossierRow, dossier.id)))
    }


def refusal(city: City, act: Callable[..., object]) -> tuple[type[EngineError], str] | None:
    """What the act itself is refused with; everything it did is undone."""

    class Undone(Exception):
        pass

    def work(session: object) -> None:
        act(session)
        raise Undone

    try:
        city.do(work)
    except Undone:
        return None
    except EngineError as error:
        return type(error), error.message
    raise AssertionError("unreachable")


def told(one: Possible) -> tuple[type[EngineError], str] | None:
    return (type(one.hindrance), one.hindrance.message) if one.hindrance else None


@pytest.mark.parametrize("until", ["reception_check", "assignment", "examination", "leader_decision"])
def test_a_page_and_the_act_give_the_same_reason(city: City, until: str) -> None:
    walk = city.walk_file(KEY, "approved")
    dossier = city.walk(walk, until=until)
    task = next(each for each in city.open_tasks(dossier.id) if each.element_id == until)
    answers = walk["answers"][task.data_key][0]
    for username in people_of(city):
        actor = city.actor(username)
        offered = acts(city, actor, dossier)
        for act, message in ((WITHDRAW, dossiers.WITHDRAWAL), (STOP, dossiers.STOP)):
            done = refusal(
                city, lambda s, m=message, a=actor: dossiers.send_message(s, city.platform, a, dossier.id, m, "vì thế")
            )
            if done is None or "that you may see" not in done[1]:
                assert told(offered[act]) == done, (username, act)
        done = refusal(city, lambda s, a=actor: completed(s, city, a, task, answers))
        shown = offered[COMPLETE].hindrance or offered[COMPLETE].caution
        expected = (type(shown), shown.message) if shown else None
        if done is None or "that you may see" not in done[1]:
            assert expected == done, username


def completed(session: object, city: City, actor: Actor, task: TaskRow, answers: dict[str, object]) -> None:
    filled = city.with_papers(session, answers, "worker")  # type: ignore[arg-type]
    tasks.complete(session, city.platform, actor, task.id, filled, uploader_key="worker")  # type: ignore[arg-type]


def people_of(city: City) -> list[str]:
    """Everybody who holds a role in a unit that works on plans."""
    names = city.see(lambda s: list(s.scalars(select(PersonRow.username).order_by(PersonRow.username))))
    return [name for name in names if not name.startswith("dung.")]


def test_somebody_elses_task_says_whose_it_is(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="examination")
    task = next(each for each in city.open_tasks(dossier.id) if each.element_id == "examination")
    able = city.see(lambda s: people.holders(s, Role(task.role), task.unit_code, city.platform.today()))
    holder, other = able[0], able[1]
    operator = city.actor("tam.operator")
    city.do(lambda s: tasks.assign(s, city.platform, operator, task.id, holder.username))
    one = acts(city, city.actor(other.username), dossier)[COMPLETE]
    assert isinstance(one.hindrance, TaskTakenError)
    assert holder.name in one.hindrance.message_vi


def test_an_ended_dossier_says_so(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"))
    offered = acts(city, city.actor("lan.reception"), dossier)
    assert set(offered) == {WITHDRAW, STOP}
    assert all(isinstance(one.hindrance, DossierClosedError) for one in offered.values())


def test_a_decision_without_a_mandate_is_told_before_it_is_tried(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="leader_decision")
    task = next(each for each in city.open_tasks(dossier.id) if each.element_id == "leader_decision")
    pair = (Role(task.role), task.unit_code)
    borrowed = replace(city.actor("minh.case"), roles=frozenset({pair}), borrowed=frozenset({pair}))
    one = acts(city, borrowed, dossier)[COMPLETE]
    found = one.hindrance or one.caution
    assert isinstance(found, NotCompetentError)
    assert "motcua mandate add" in found.message


def test_each_reason_says_what_to_do(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="examination")
    for username in ("lan.reception", "ha.control"):
        for one in acts(city, city.actor(username), dossier).values():
            if one.hindrance is not None:
                assert "expected" in one.hindrance.message
                assert "found" in one.hindrance.message
                assert ";" in one.hindrance.message
                assert one.hindrance.message_vi != one.hindrance.message


def test_only_the_head_assigns(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="examination")
    assert isinstance(acts(city, city.actor("lan.reception"), dossier)[ASSIGN].hindrance, NotAllowedError)
    assert acts(city, city.actor("tam.operator"), dossier)[ASSIGN].hindrance is None


def test_the_head_of_a_body_that_is_only_asked_stops_nothing(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="division_review")
    asked, handling = (
        replace(city.actor("minh.case"), roles=frozenset({(Role.DIVISION_HEAD, unit)}))
        for unit in ("TD-TNMT", "TD-QHXD")
    )
    assert isinstance(acts(city, asked, dossier)[STOP].hindrance, NotAllowedError)
    assert acts(city, handling, dossier)[STOP].hindrance is None


def test_a_message_that_nobody_waits_for_is_told_as_such(city: City) -> None:
    """While the desk still checks the papers there is nothing to stop: the procedure says from where on it can be."""
    dossier = city.file(KEY, city.walk_file(KEY, "approved")["application"]).dossier
    leader = next(
        city.actor(name)
        for name in people_of(city)
        if city.actor(name).has_role(Role.AGENCY_LEADER, dossier.competent_unit)
    )
    done = refusal(city, lambda s: dossiers.send_message(s, city.platform, leader, dossier.id, dossiers.STOP, "vì thế"))
    assert told(acts(city, leader, dossier)[STOP]) == done
    assert done is None or done[0] is NotWaitingError
