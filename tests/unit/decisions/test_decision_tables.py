"""Decision tables under every hit policy, and the rules they name."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import Decision, DecisionModel

Make = Callable[..., DecisionModel]
RULES = ["< 18 => 1", "[10..30] => 2", ">= 18 => 3"]


def _decide(model_of: Make, dmn: Any, policy: str, age: object, **more: Any) -> Decision:
    outputs = more.pop("outputs", ["fee"])
    rules = more.pop("rules", RULES)
    text = dmn.table(["age"], outputs, rules, policy=policy, **more)
    model = model_of(dmn.inputs("age"), dmn.decision("Fee", text, needs=["age"]))
    return model.decide("Fee", {"age": age})


@pytest.mark.parametrize(
    ("policy", "age", "value", "rules"),
    [
        ("UNIQUE", 5, 1, ["r1"]),
        ("UNIQUE", 15, None, ["r1", "r2"]),
        ("FIRST", 15, 1, ["r1"]),
        ("FIRST", 20, 2, ["r2"]),
        ("ANY", 15, None, ["r1", "r2"]),
        ("RULE ORDER", 15, [1, 2], ["r1", "r2"]),
        ("COLLECT", 20, [2, 3], ["r2", "r3"]),
        ("UNIQUE", None, None, []),
        ("COLLECT", None, [], []),
        ("UNIQUE", "old", None, []),
    ],
)
def test_each_hit_policy_gives_its_answer_and_names_its_rules(
    model_of: Make, dmn: Any, policy: str, age: object, value: object, rules: list[str]
) -> None:
    answer = _decide(model_of, dmn, policy, age)
    assert answer.value == value
    assert answer.matched_rules == tuple(("Fee", rule) for rule in rules)


def test_any_accepts_several_rules_with_the_same_result(model_of: Make, dmn: Any) -> None:
    answer = _decide(model_of, dmn, "ANY", 15, rules=["< 18 => 7", "[10..30] => 7"])
    assert answer.value == 7


@pytest.mark.parametrize(
    ("aggregation", "age", "value"),
    [("SUM", 20, 5), ("MIN", 20, 2), ("MAX", 20, 3), ("COUNT", 20, 2), ("COUNT", None, 0), ("SUM", None, None)],
)
def test_collect_adds_up(model_of: Make, dmn: Any, aggregation: str, age: object, value: object) -> None:
    answer = _decide(model_of, dmn, "COLLECT", age, also=f' aggregation="{aggregation}"')
    assert answer.value == value


LEVELS = ['>= 0 => "thấp"', '>= 10 => "cao"', '>= 20 => "vừa"']


@pytest.mark.parametrize(
    ("policy", "age", "value", "rules"),
    [
        ("PRIORITY", 25, "cao", ["r2"]),
        ("PRIORITY", 5, "thấp", ["r1"]),
        ("OUTPUT ORDER", 25, ["cao", "vừa", "thấp"], ["r2", "r3", "r1"]),
    ],
)
def test_the_order_of_output_values_is_their_priority(
    model_of: Make, dmn: Any, policy: str, age: int, value: object, rules: list[str]
) -> None:
    answer = _decide(model_of, dmn, policy, age, outputs=['level ["cao","vừa","thấp"]'], rules=LEVELS)
    assert answer.value == value
    assert [rule for _, rule in answer.matched_rules] == rules


def test_several_outputs_make_a_context(model_of: Make, dmn: Any) -> None:
    answer = _decide(
        model_of, dmn, "UNIQUE", 5, outputs=["fee", "term"], rules=['< 18 => 0 | @"P3D"', '>= 18 => 10 | @"P5D"']
    )
    assert answer.value["fee"] == 0
    assert str(answer.value["term"]) == "3 days, 0:00:00"


def test_without_a_match_the_default_is_given(model_of: Make, dmn: Any) -> None:
    answer = _decide(model_of, dmn, "UNIQUE", 99, outputs=["fee = 100"], rules=["< 18 => 1"])
    assert answer.value == 100
    assert answer.matched_rules == ()


def test_a_result_outside_the_output_values_is_null_and_explained(model_of: Make, dmn: Any) -> None:
    answer = _decide(model_of, dmn, "UNIQUE", 5, outputs=['level ["a","b"]'], rules=['- => "c"'])
    assert answer.value is None
    assert "quy tắc 1" in answer.problems[0].message.lower()


def test_an_input_outside_its_allowed_values_matches_nothing(model_of: Make, dmn: Any) -> None:
    text = dmn.table(['kind ["new","renewal"]'], ["fee"], ['"new" => 1', 'not("new") => 2'])
    model = model_of(dmn.inputs("kind"), dmn.decision("Fee", text, needs=["kind"]))
    assert model.decide("Fee", {"kind": "renewal"}).value == 2
    refused = model.decide("Fee", {"kind": "lost"})
    assert refused.value is None
    assert "allowed values" in refused.problems[0].message


def test_cells_may_use_other_inputs_and_the_value_itself(model_of: Make, dmn: Any) -> None:
    text = dmn.table(["age"], ["ok"], ["> limit + 10 => true", "? > limit and ? < 2 * limit => true"])
    model = model_of(dmn.inputs("age", "limit"), dmn.decision("D", text, needs=["age", "limit"]))
    assert model.decide("D", {"age": 25, "limit": 18}).matched_rules == (("D", "r2"),)


def test_rules_without_an_id_are_named_by_their_number(model_of: Make, dmn: Any) -> None:
    text = dmn.table(["age"], ["fee"], RULES).replace(' id="r1"', "")
    model = model_of(dmn.inputs("age"), dmn.decision("Fee", text, needs=["age"]))
    assert model.decide("Fee", {"age": 5}).matched_rules == (("Fee", "1"),)


def test_the_trace_tells_each_step_with_its_inputs_and_rules(model_of: Make, dmn: Any) -> None:
    model = model_of(
        dmn.inputs("age"),
        dmn.decision("Fee", dmn.table(["age"], ["fee"], RULES), needs=["age"]),
        dmn.decision("Total", dmn.literal("Fee * 1.1"), needs=["decision:Fee"]),
    )
    answer = model.decide("Total", {"age": 40})
    assert answer.value == Decimal("3.3")
    assert [step.name for step in answer.trace] == ["Fee", "Total"]
    assert answer.trace[0].inputs == {"age": 40}
    assert [match.number for match in answer.trace[0].rules] == [3]
    assert answer.matched_rules == (("Fee", "r3"),)


def test_a_model_is_shared_by_threads(model_of: Make, dmn: Any) -> None:
    model = model_of(
        dmn.inputs("age"), dmn.decision("Fee", dmn.table(["age"], ["fee"], ["- => age * 2"]), needs=["age"])
    )
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda age: model.decide("Fee", {"age": age}).value, range(400)))
    assert values == [age * 2 for age in range(400)]
