"""A shared process called several times: data, steps, units, limits and law of each call are its own."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from small_bundles import codes
from thrice_called import BODIES, LAW, call, thrice

from engine.deadlines.terms import Unit
from engine.model import Call, StepLimit
from engine.runtime import calls, interpreter
from engine.runtime.evaluation import Evaluation
from engine.runtime.lint import findings
from engine.runtime.procedure import Procedure, load
from engine.runtime.subject import Subject

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return load(thrice())


def test_three_calls_of_one_process_have_nothing_against_them() -> None:
    assert findings(thrice()) == ()


def test_each_call_has_steps_of_its_own_with_its_name_unit_data_and_law(procedure: Procedure) -> None:
    for body in BODIES:
        step = procedure.elements[f"{body}.give"]
        assert step.title() == f"Góp ý: Phòng {body}"
        assert step.unit == body
        assert step.form is not None
        assert step.form.data_key == f"{body}_opinion"
        assert [basis.article for basis in step.legal_bases] == ["Điều 3"]
        assert procedure.elements[f"{body}.record"].result == f"{body}_opinion"
    assert "give" not in procedure.elements


def test_the_limit_of_a_call_is_that_of_the_timer_and_of_the_step_it_cuts_off() -> None:
    elements = load(thrice('<motcua:limit amount="2" unit="working-days"/>')).elements
    two, five = StepLimit(2, Unit.WORKING_DAYS), StepLimit(5, Unit.WORKING_DAYS)
    limits = {key: each.timer.limit for key, each in elements.items() if each.timer}
    assert limits == {"land.silent": five, "roads.silent": five, "ward.silent": two}
    assert elements["ward.give"].limit == two
    assert elements["land.give"].limit == StepLimit(3, Unit.WORKING_DAYS)


def test_inside_a_call_its_data_go_by_their_local_names(procedure: Procedure) -> None:
    data: dict[str, object] = {"application": {"applicant_name": "An"}, "receive": {}, "review": {}}
    answers = {"land": "yes", "roads": "no"}
    step = interpreter.start(procedure.program, evaluation(procedure, data))
    results: dict[str, object] = {}
    open_tasks: dict[str, UUID] = {}
    timers: dict[str, UUID] = {}
    while True:
        open_tasks |= {each.element_id: each.id for each in step.tasks_opened}
        timers |= {each.element_id: each.id for each in step.timers_opened}
        results |= step.results
        assert step.failures == ()
        if step.ended_at:
            break
        data |= step.results
        name = next((one for one in ("receive", "land.give", "roads.give", "settle") if one in open_tasks), "")
        if name == "settle" or not name:
            name = "ward.silent" if "ward.silent" in timers else name
        if name == "ward.silent":
            step = interpreter.fire(procedure.program, step.snapshot, evaluation(procedure, data), timers.pop(name))
            continue
        body = name.partition(".")[0]
        if body in answers:
            data[f"{body}_opinion"] = {"verdict": answers[body]}
        step = interpreter.complete(procedure.program, step.snapshot, evaluation(procedure, data), open_tasks.pop(name))
    assert results["summary"] == ["yes", "no", "silent"]
    assert results["land_noted"] == "yes of An"
    assert results["ward_noted"] == "silent of An"
    assert "roads_noted" not in results  # the condition of that call read that call's answer


def evaluation(procedure: Procedure, data: dict[str, object]) -> Evaluation:
    return Evaluation(procedure.elements, data, NOW, procedure.decision_model, {})


def test_a_process_called_twice_needs_a_scope_for_each_call() -> None:
    unscoped = "".join(call(body).replace(f'<motcua:scope name="{body}"/>', "") for body in BODIES)
    found = codes(thrice(calls=unscoped))
    assert {"called-twice-without-scope", "call-without-scope"} <= found
    same = "".join(call(body, scope="body") for body in BODIES)
    assert "called-twice-without-scope" in codes(thrice(calls=same))


def test_a_place_that_the_called_process_does_not_have_is_refused() -> None:
    wrong = "".join(call(body, place="asked_body" if body == "ward" else "consulted") for body in BODIES)
    (found,) = (one for one in findings(thrice(calls=wrong)) if one.code == "place-unknown")
    assert (found.element_id, found.path) == ("ask_ward", "process.bpmn")
    assert "consulted" in found.fix


def test_limits_of_steps_are_counted_in_every_call() -> None:
    assert "steps-beyond-term" in codes(thrice('<motcua:limit amount="11" unit="working-days"/>'))


def test_a_name_that_only_the_called_process_sets_is_unknown_outside() -> None:
    source = thrice().files["process.bpmn"].replace(b"[land_opinion.verdict", b"[opinion.verdict")
    changed = type(thrice())({**thrice().files, "process.bpmn": source})
    assert "unknown-name" in codes(changed)


def test_copies_that_would_be_too_many_are_not_made() -> None:
    bundle = thrice()
    doubling = dict(bundle.files)
    for depth in range(14):
        inner = f"opinion_{depth + 1}" if depth < 13 else "opinion"
        twice = "".join(
            f'<bpmn:callActivity id="c{depth}_{turn}" calledElement="{inner}"><bpmn:extensionElements>'
            f'<motcua:scope name="s{turn}"/></bpmn:extensionElements></bpmn:callActivity>'
            for turn in (1, 2)
        )
        text = bundle.files["shared/opinion.bpmn"].decode().replace('id="opinion"', f'id="opinion_{depth}"')
        doubling[f"shared/opinion_{depth}.bpmn"] = text.replace("</bpmn:process>", twice + "</bpmn:process>").encode()
    main = bundle.files["process.bpmn"].replace(b'calledElement="opinion"', b'calledElement="opinion_0"')
    subject = Subject(type(bundle)({**doubling, "process.bpmn": main}))
    assert subject.too_large
    assert len(subject.all_processes) == len(subject.drawn)


def test_a_call_inside_a_called_process_belongs_to_its_scope(procedure: Procedure) -> None:
    drawn = Subject(thrice()).drawn
    (opinion,) = (one for one in drawn if one.id == "opinion")
    (main,) = (one for one in drawn if one.id != "opinion")
    by_way = Subject(thrice(calls=call("land") + "".join(call(b) for b in BODIES[1:]))).drawn
    assert {one.id for one in calls.expanded(by_way)} == {"demo", *(f"{body}.opinion" for body in BODIES)}
    ask = main.elements["ask_land"]
    inner = replace(ask, id="inner", process_id="between", call=Call("land", (("consulted", "body"),)))
    outer_call = replace(ask, id="outer", called="between", call=Call("north", (("body", "roads"),)))
    passing = type(opinion)("between", "", "shared/between.bpmn", {"inner": inner}, ())
    outer = type(opinion)("demo", "", "process.bpmn", {"outer": outer_call}, ())
    copies = {one.id: one for one in calls.expanded((outer, passing, opinion))}
    assert set(copies) == {"demo", "north.between", "north_land.opinion"}
    give = copies["north_land.opinion"].elements["north_land.give"]
    assert give.unit == "roads"
    assert give.form is not None
    assert give.form.data_key == "north_land_opinion"


def test_the_law_of_a_call_does_not_replace_that_of_a_step() -> None:
    own = (
        thrice()
        .files["shared/opinion.bpmn"]
        .replace(
            b'<motcua:form key="review" as="opinion"/>',
            b'<motcua:form key="review" as="opinion"/>' + LAW.replace("Điều 3", "Điều 9").encode(),
        )
    )
    elements = load(type(thrice())({**thrice().files, "shared/opinion.bpmn": own})).elements
    assert [basis.article for basis in elements["land.give"].legal_bases] == ["Điều 9"]
