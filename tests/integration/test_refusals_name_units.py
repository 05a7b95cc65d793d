"""Who is refused reads which unit is meant by its name, in both languages, with the code by which lists know it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from city import City
from sqlalchemy import Engine

from engine import delegation, dossiers, tasks
from engine.clock import FixedClock
from engine.dossiers import Filing
from engine.errors import EngineError
from engine.model import Channel
from engine.organisation.mandates import Judgement, Outcome
from engine.persistence.organisation import unit_told

KEY = "detailed_plan_adjustment"


@pytest.fixture
def city(db: Engine) -> City:
    """A city that plans."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


def refusal(work: Callable[[], object]) -> EngineError:
    """What somebody is told."""
    with pytest.raises(EngineError) as refused:
        work()
    return refused.value


def test_a_message_names_a_unit_with_its_code_and_an_unknown_one_by_its_code(city: City) -> None:
    vi, en = city.see(lambda session: unit_told(session, "TD-UBND"))
    assert vi.endswith(" (TD-UBND)")
    assert en.endswith(" (TD-UBND)")
    assert len(vi) > len("TD-UBND (TD-UBND)")
    assert city.see(lambda session: unit_told(session, "X")) == ("X", "X")


def test_who_may_withdraw_is_named(city: City) -> None:
    dossier = city.file(KEY, city.walk_file(KEY, "approved")["application"]).dossier
    actor = city.actor("ha.control")  # sees every dossier
    told = refusal(
        lambda: city.do(
            lambda s: dossiers.send_message(s, city.platform, actor, dossier.id, "withdrawal", "Đổi ý", None)
        )
    )
    vi, en = city.see(lambda session: unit_told(session, dossier.receiving_unit))
    assert vi in told.message_vi
    assert en in told.message


def test_where_somebody_holds_no_role_is_named(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="examination")
    task = city.open_tasks(dossier.id)[0]
    head = city.actor("son.head")
    told = refusal(lambda: city.do(lambda s: tasks.assign(s, city.platform, head, task.id, "nobody.at.all")))
    vi, en = city.see(lambda session: unit_told(session, task.unit_code))
    assert vi in told.message_vi
    assert en in told.message


def test_in_whose_name_somebody_may_not_decide_is_named(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="leader_decision")
    (task,) = city.open_tasks(dossier.id)
    stranger = city.actor("phuc.leader")
    other = type(city.platform)(city.platform.clock, city.platform.calendar, leader_by_law=False)
    answers = city.walk_file(KEY, "approved")["answers"]["leader_decision"][0]
    told = refusal(lambda: city.do(lambda s: tasks.complete(s, other, stranger, task.id, answers)))
    vi, en = city.see(lambda session: unit_told(session, task.principal_unit))
    assert f"nhân danh {vi}" in told.message_vi
    assert f"in the name of {en}" in told.message


def test_who_receives_at_a_desk_is_named(city: City) -> None:
    filing = Filing(KEY, {}, Channel.DESK, receiving_unit="TD-P-HB", uploader_key="x")
    told = refusal(lambda: city.do(lambda s: dossiers.file(s, city.platform, city.actor("ha.control"), filing)))
    vi, en = city.see(lambda session: unit_told(session, "TD-P-HB"))
    assert vi in told.message_vi
    assert en in told.message


def test_who_decides_by_law_is_named_when_mandates_are_asked_about(city: City) -> None:
    for username in ("phuc.leader", "minh.case"):
        question = delegation.Question(username, city.platform.today(), unit="TD-UBND")
        _matter, answer = city.see(lambda s, question=question: delegation.ask(s, city.platform, question))
        vi, en = city.see(lambda session: unit_told(session, "TD-UBND"))
        assert vi in answer.vi
        assert en in answer.en
        assert answer.vi.count("TD-UBND") == answer.en.count("TD-UBND") == 1


def test_a_name_that_holds_the_code_already_is_not_named_twice() -> None:
    said = Judgement(Outcome.AUTHORISED, "approve", None, "Ủy ban (A) và A-1 hỏi A.", "A", None)
    assert said.naming("A", "Ủy ban (A)", "Committee (A)").vi == "Ủy ban (A) và A-1 hỏi Ủy ban (A)."
