"""Gaps, overlaps and unknown names are found while a model is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decisions import DecisionModel, load
from engine.decisions.analysis import Finding, findings

Make = Callable[..., DecisionModel]


def _findings(model_of: Make, dmn: Any, columns: list[str], rules: list[str], **more: Any) -> list[Finding]:
    outputs = more.pop("outputs", ["fee"])
    names = [column.partition(" [")[0] for column in columns]
    text = dmn.table(columns, outputs, rules, **more)
    model = model_of(dmn.inputs(*names), dmn.decision("Fee", text, needs=names))
    return list(findings(model))


def test_a_complete_table_without_overlaps_has_no_findings(model_of: Make, dmn: Any) -> None:
    assert _findings(model_of, dmn, ["age"], ["< 18 => 1", "[18..60) => 2", ">= 60 => 3"]) == []


def test_a_gap_is_described_by_its_column(model_of: Make, dmn: Any) -> None:
    found = _findings(model_of, dmn, ["age"], ["< 18 => 1", "> 18 => 2"])
    assert [finding.kind for finding in found] == ["gap"]
    assert "age: 18" in found[0].message


def test_a_gap_between_two_columns_is_found(model_of: Make, dmn: Any) -> None:
    rules = ['< 18 | "new" => 1', ">= 18 | - => 2"]
    found = _findings(model_of, dmn, ["age", 'kind ["new","renewal"]'], rules)
    assert len(found) == 1
    assert 'age: < 18; kind: "renewal"' in found[0].message


def test_an_overlap_names_both_rules_and_where(model_of: Make, dmn: Any) -> None:
    found = _findings(model_of, dmn, ["age"], ["<= 18 => 1", "[18..30] => 2", "> 30 => 3"])
    assert [(finding.kind, finding.rules, finding.severity) for finding in found] == [("overlap", (1, 2), "error")]
    assert "age: 18" in found[0].message


def test_overlaps_matter_only_where_the_policy_forbids_them(model_of: Make, dmn: Any) -> None:
    rules = ["<= 18 => 1", ">= 18 => 2"]
    assert _findings(model_of, dmn, ["age"], rules, policy="COLLECT") == []
    assert _findings(model_of, dmn, ["age"], rules, policy="FIRST") == []
    assert len(_findings(model_of, dmn, ["age"], rules, policy="ANY")) == 1
    assert _findings(model_of, dmn, ["age"], ["<= 18 => 1", ">= 18 => 1"], policy="ANY") == []


def test_a_rule_after_a_wider_one_is_never_used(model_of: Make, dmn: Any) -> None:
    found = _findings(model_of, dmn, ["age"], ["- => 1", "< 18 => 2"], policy="FIRST")
    assert [(finding.kind, finding.rules) for finding in found] == [("shadowed", (1, 2))]


def test_a_cell_outside_the_allowed_values_never_matches(model_of: Make, dmn: Any) -> None:
    found = _findings(model_of, dmn, ['kind ["a","b"]'], ['"a" => 1', '"b" => 2', '"c" => 3'])
    assert [(finding.kind, finding.rules) for finding in found] == [("never", (3,))]


def test_a_default_fills_the_gaps(model_of: Make, dmn: Any) -> None:
    assert _findings(model_of, dmn, ["age"], ["< 18 => 1"], outputs=["fee = 0"]) == []


@pytest.mark.parametrize(
    ("rules", "gap"),
    [
        (['< @"2026-01-01" => 1', '> @"2026-01-01" => 2'], '@"2026-01-01"'),
        (['< date("2026-01-01") => 1', '> date("2026-01-02") => 2'], '[@"2026-01-01"..@"2026-01-02"]'),
        (['<= @"P1D" => 1', '> @"P2D" => 2'], '(@"P1D"..@"P2D"]'),
        (["true => 1"], "false"),
        (['"a" => 1'], "any other"),
        (["not(5) => 1"], "5"),
        (["? > 3 and ? < 5 => 1", ">= 5 => 2"], "<= 3"),
    ],
)
def test_dates_durations_truths_and_texts_are_covered_too(model_of: Make, dmn: Any, rules: list[str], gap: str) -> None:
    found = _findings(model_of, dmn, ["x"], rules)
    assert [finding.kind for finding in found] == ["gap"]
    assert gap in found[0].message


def test_a_cell_that_depends_on_more_is_told_rather_than_guessed(model_of: Make, dmn: Any) -> None:
    found = _findings(model_of, dmn, ["age"], ["> today() => 1"])
    assert [finding.kind for finding in found] == ["undecidable"]


def test_a_column_of_two_types_is_told(model_of: Make, dmn: Any) -> None:
    found = _findings(model_of, dmn, ["age"], ['"old" => 1', "> 5 => 2"])
    assert [finding.kind for finding in found] == ["undecidable"]
    assert "number, string" in found[0].message


def test_a_large_table_is_searched_in_time_or_told_to_be_too_large(model_of: Make, dmn: Any) -> None:
    columns = [f"x{number}" for number in range(8)]
    rules = [
        " | ".join(f"[{(row * 7 + c * 3) % 50}..{(row * 7 + c * 3) % 50 + 20}]" for c in range(8)) for row in range(60)
    ]
    found = _findings(model_of, dmn, columns, [f"{rule} => 1" for rule in rules], policy="FIRST")
    assert {finding.kind for finding in found} <= {"gap", "undecidable", "shadowed"}
    assert found


@pytest.mark.parametrize(("rows", "kinds"), [(400, {"gap"}), (1_500, {"undecidable"})])
def test_a_table_of_many_rules_is_checked_or_told_to_be_too_large(
    model_of: Make, dmn: Any, rows: int, kinds: set[str]
) -> None:
    found = _findings(model_of, dmn, ["x"], [f"[{row}..{row + 1}) => {row}" for row in range(rows)])
    assert {finding.kind for finding in found} == kinds


def test_an_unknown_name_is_found_with_the_nearest_one(model_of: Make, dmn: Any) -> None:
    model = model_of(
        dmn.inputs("amount"),
        dmn.decision("A", dmn.literal("amuont + sm([1])"), needs=["amount"]),
        dmn.decision("B", dmn.table(["amount"], ["x"], ["> limt => 1", "- => amount"]), needs=["amount"]),
    )
    found = [(f.decision, f.message) for f in findings(model) if f.kind == "unknown-name"]
    assert [decision for decision, _ in found] == ["A", "A", "B"]
    assert "`amount`" in found[0][1]
    assert "`sum`" in found[1][1]


def test_names_bound_inside_boxed_expressions_are_known(model_of: Make, dmn: Any) -> None:
    body = dmn.literal("i + count(partial)")
    loop = f"<for iteratorVariable='i'><in>{dmn.literal('xs')}</in><return>{body}</return></for>"
    function = f"<functionDefinition><formalParameter name='n'/>{dmn.literal('n + x')}</functionDefinition>"
    context = (
        f"<context><contextEntry><variable name='f'/>{function}</contextEntry>"
        f"<contextEntry>{dmn.literal('f(x)')}</contextEntry></context>"
    )
    model = model_of(
        dmn.inputs("xs", "x"), dmn.decision("A", loop, needs=["xs"]), dmn.decision("B", context, needs=["x"])
    )
    assert findings(model) == ()


BOUND = st.integers(0, 6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(BOUND, BOUND, BOUND, BOUND), min_size=1, max_size=5))
def test_findings_agree_with_trying_every_value(boxes: list[tuple[int, int, int, int]]) -> None:
    rules = [f"[{min(a, b)}..{max(a, b)}] | [{min(c, d)}..{max(c, d)}]" for a, b, c, d in boxes]
    cells = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in rule.split(" | "))
        + f"<outputEntry><text>{number}</text></outputEntry></rule>"
        for number, rule in enumerate(rules)
    )
    columns = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in "xy")
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name in "xy"
    )
    data = "".join(f'<inputData id="{name}" name="{name}"/>' for name in "xy")
    model = load(
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/">{data}<decision id="d" name="d">{needs}'
        f"<decisionTable>{columns}<output/>{cells}</decisionTable></decision></definitions>".encode()
    )
    said = {finding.rules for finding in findings(model) if finding.kind == "overlap"}
    tried = {
        (first + 1, second + 1)
        for first in range(len(boxes))
        for second in range(first + 1, len(boxes))
        for x in range(7)
        for y in range(7)
        if _inside(boxes[first], x, y) and _inside(boxes[second], x, y)
    }
    assert said == tried
    assert any(finding.kind == "gap" for finding in findings(model))  # bounded rules cannot cover all numbers


def _inside(box: tuple[int, int, int, int], x: int, y: int) -> bool:
    a, b, c, d = box
    return min(a, b) <= x <= max(a, b) and min(c, d) <= y <= max(c, d)
