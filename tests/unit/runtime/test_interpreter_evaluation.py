"""What a process reads: names, numbers, dates as text, nothing at all; and what its steps give to those behind them."""

from decimal import Decimal
from typing import Any

import pytest
from diagrams import Diagram
from in_memory import NOW, Run, started

from engine import decisions
from engine.runtime.evaluation import Evaluation
from engine.runtime.failures import ExpressionFailure

TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
  <inputData id="i" name="application"/>
  <decision id="kind_of" name="kind_of">
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input id="in"><inputExpression typeRef="number"><text>application.area</text></inputExpression></input>
      <output id="out" name="kind" typeRef="string"/>
      <rule id="small"><inputEntry id="c1"><text>&lt; 100</text></inputEntry>
        <outputEntry id="o1"><text>"small"</text></outputEntry></rule>
      <rule id="large"><inputEntry id="c2"><text>[100..500]</text></inputEntry>
        <outputEntry id="o2"><text>"large"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def asking(data: dict[str, Any]) -> Evaluation:
    return Evaluation({}, data, NOW, {}.__getitem__, {})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a.amount + 0.2 = 0.3", True),
        ("a.whole * 3", 9),
        ("a.whole / 2", 1.5),
        ("a.amount < a.whole", True),
        ('date(a.day) > date("2026-01-31")', True),
        ('a.day = "2026-02-01"', True),
        ('string(date(a.day) + duration("P1D"))', "2026-02-02"),
        ('date(a.day) + duration("P1M")', "2026-03-01"),
        ("a.nothing = null", True),
        ("a.nothing", None),
        ("a.missing", None),
        ("nobody.at.all", None),
        ("a.nothing > 3", None),
        ("count(a.list)", 2),
        ("a.list[1].x", 1),
        ("some each in a.list satisfies each.x = 2", True),
        ('if a.nothing = null then "none" else a.nothing', "none"),
        ("= a.whole", 3),
        ("{x: a.whole, y: [a.day]}", {"x": 3, "y": ["2026-02-01"]}),
        ('today() = date("2026-11-23")', True),
    ],
)
def test_expressions_read_the_answers_as_people_gave_them(expression: str, value: object) -> None:
    answers = {"amount": 0.1, "whole": 3, "day": "2026-02-01", "nothing": None, "list": [{"x": 1}, {"x": 2}]}
    assert asking({"a": answers}).value(expression) == value


def test_a_number_is_the_same_as_decimal_int_or_float() -> None:
    data: dict[str, Any] = {"d": Decimal("1.10"), "f": 1.1, "i": 3, "whole": Decimal(3), "big": 10**20 + 1}
    assert asking(data).value("d = f and i = whole and i = 3.0") is True
    assert asking(data).value("big + 1") == 10**20 + 2


@pytest.mark.parametrize("text", ["a.b(", "1 +", "", "  ", '"open'])
def test_what_is_not_feel_says_so(text: str) -> None:
    with pytest.raises(ExpressionFailure, match="expected"):
        asking({}).value(text)


def test_an_answer_that_is_changed_in_the_same_command_is_read_afresh() -> None:
    data = {"a": {"x": 1}}
    evaluation = asking(data)
    assert evaluation.value("a.x") == 1
    data["a"] = {"x": 2}
    assert evaluation.value("a.x") == 2
    evaluation.results["a"] = {"x": 3}
    assert evaluation.value("a.x") == 3


def test_the_result_of_a_script_is_there_for_the_steps_behind_it() -> None:
    diagram = Diagram("main").start("s").script("one", "application.area * 2", "double").exclusive("g")
    diagram.script("two", "double + 1", "more").end("e").end("e2").chain("s", "one", "two", "g")
    diagram.flow("g", "e", "more = 21").flow("g", "e2", default=True)
    run = started(diagram, data={"application": {"area": 10}})
    assert run.ended_at == "e"
    assert run.last is not None
    assert run.last.results == {"double": 20, "more": 21}


def test_a_script_hides_an_earlier_result_of_the_same_name() -> None:
    diagram = Diagram("main").start("s").script("one", "n + 1", "n").user("a").script("two", "n + 1", "n").end("e")
    run = started(diagram.chain("s", "one", "a", "two", "e"), data={"n": 1})
    run.complete("a")
    assert run.data["n"] == 3


def test_a_script_over_what_is_missing_gives_null_and_is_no_failure() -> None:
    diagram = Diagram("main").start("s").script("one", "nobody.knows + 1").end("e").chain("s", "one", "e")
    run = started(diagram)
    assert (run.data["one"], run.ended_at) == (None, "e")


def test_a_script_that_is_not_feel_stands_still_and_is_mended_by_nothing_but_a_new_version() -> None:
    run = started(Diagram("main").start("s").script("one", "1 +").end("e").chain("s", "one", "e"))
    assert [each.error for each in run.failed.values()] == ["expression-failed"]
    assert [each.error for each in run.retry().failures] == ["expression-failed"]


def test_what_was_computed_before_a_failure_is_kept() -> None:
    diagram = Diagram("main").start("s").script("one", "1").script("two", "1 +").end("e").chain("s", "one", "two", "e")
    run = started(diagram)
    assert run.last is not None
    assert run.last.results == {"one": 1}
    assert run.passed == ["s", "one"]


def deciding(area: object, table: bytes = TABLE) -> Run:
    diagram = Diagram("main").start("s").user("a").decision("d", "kind.dmn", "kind_of", "kind").exclusive("g")
    diagram.end("e").end("e2").chain("s", "a", "d", "g").flow("g", "e", 'kind = "small"').flow("g", "e2", default=True)
    run = started(diagram, data={"application": {"area": area}}, models={"kind.dmn": decisions.load(table)})
    run.complete("a")
    return run


@pytest.mark.parametrize(
    ("area", "end", "rule"), [(99.5, "e", "small"), (100, "e2", "large"), (Decimal(500), "e2", "large")]
)
def test_the_result_of_a_decision_is_there_for_the_gateway_behind_it(area: object, end: str, rule: str) -> None:
    run = deciding(area)
    assert run.ended_at == end
    assert run.last is not None
    assert run.last.results == {"kind": rule}
    assert [where for where, _ in run.last.decisions] == ["d"]
    assert run.last.decisions[0][1] == (f"kind_of/{rule}",)


@pytest.mark.parametrize("area", [501, None, "wide"])
def test_a_decision_without_an_answer_is_a_failure_that_can_be_retried(area: object) -> None:
    run = deciding(area)
    assert [(each.element_id, each.error) for each in run.failed.values()] == [("d", "decision-failed")]
    assert run.last is not None
    assert run.last.decisions == ()
    assert run.retry(application={"area": 5}).ended_at == "e"


def test_a_decision_that_nobody_has_modelled_is_a_failure() -> None:
    run = deciding(1, TABLE.replace(b"kind_of", b"other"))
    assert [each.error for each in run.failed.values()] == ["decision-failed"]
