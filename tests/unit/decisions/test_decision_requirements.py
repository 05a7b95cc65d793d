"""Decisions that use decisions, knowledge, services, imports and types; boxed expressions of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.decisions import DecisionModel, UnknownDecisionError
from engine.decisions.analysis import findings
from engine.feel import FeelLimitError, FeelTypeError

Make = Callable[..., DecisionModel]

BOXED = {
    "context": (
        "<context><contextEntry><variable name='net pay'/>{0}</contextEntry><contextEntry>{1}</contextEntry></context>",
        ["x * 10", "net pay + 1"],
        51,
    ),
    "context without result": (
        (
            "<context><contextEntry><variable name='a'/>{0}</contextEntry>"
            "<contextEntry><variable name='b'/>{1}</contextEntry></context>"
        ),
        ["x", "a + 1"],
        {"a": 5, "b": 6},
    ),
    "list": ("<list>{0}{1}</list>", ["x", '"a"'], [5, "a"]),
    "relation": (
        "<relation><column name='a'/><column name='b'/><row>{0}{1}</row><row>{1}{0}</row></relation>",
        ["x", "2"],
        [{"a": 5, "b": 2}, {"a": 2, "b": 5}],
    ),
    "conditional": ("<conditional><if>{0}</if><then>{1}</then><else>{2}</else></conditional>", ["x > 3", "1", "2"], 1),
    "filter": ("<filter><in>{0}</in><match>{1}</match></filter>", ["[1, x, 9]", "item >= x"], [5, 9]),
    "for": (
        "<for iteratorVariable='i'><in>{0}</in><return>{1}</return></for>",
        ["[1, 2]", "i * x + count(partial)"],
        [5, 11],
    ),
    "some": ("<some iteratorVariable='i'><in>{0}</in><satisfies>{1}</satisfies></some>", ["[1, x]", "i = x"], True),
    "every": ("<every iteratorVariable='i'><in>{0}</in><satisfies>{1}</satisfies></every>", ["[1, x]", "i = x"], False),
    "function": (
        (
            "<context><contextEntry><variable name='twice'/><functionDefinition>"
            "<formalParameter name='n' typeRef='number'/>{0}</functionDefinition></contextEntry>"
            "<contextEntry>{1}</contextEntry></context>"
        ),
        ["n * 2", "twice(n: x)"],
        10,
    ),
}


@pytest.mark.parametrize(("xml", "texts", "value"), BOXED.values(), ids=BOXED.keys())
def test_a_boxed_expression_is_evaluated(model_of: Make, dmn: Any, xml: str, texts: list[str], value: object) -> None:
    logic = xml.format(*[dmn.literal(text) for text in texts])
    model = model_of(dmn.inputs("x"), dmn.decision("D", logic, needs=["x"]))
    assert model.decide("D", {"x": 5}).value == value


KNOWLEDGE = """<businessKnowledgeModel id="fee" name="fee of"><variable name="fee of"/>
<encapsulatedLogic><formalParameter name="area" typeRef="number"/>
<literalExpression><text>if area &gt; 100 then 20 else 10</text></literalExpression>
</encapsulatedLogic></businessKnowledgeModel>"""


def test_knowledge_is_called_by_name_and_by_invocation(model_of: Make, dmn: Any) -> None:
    invocation = (
        f"<invocation>{dmn.literal('fee of')}<binding><parameter name='area'/>{dmn.literal('x')}</binding></invocation>"
    )
    model = model_of(
        dmn.inputs("x"),
        KNOWLEDGE,
        dmn.decision("A", dmn.literal("fee of(x) + 1"), needs=["x", "knowledge:fee"]),
        dmn.decision("B", invocation, needs=["x", "knowledge:fee"]),
    )
    assert model.decide("A", {"x": 200}).value == 21
    assert model.decide("B", {"x": 50}).value == 10
    assert model.decide("fee of", {"area": 500}).value == 20


def test_only_what_is_required_can_be_seen(model_of: Make, dmn: Any) -> None:
    model = model_of(dmn.inputs("x", "y"), dmn.decision("D", dmn.literal("x + y"), needs=["x"]))
    answer = model.decide("D", {"x": 1, "y": 2})
    assert answer.value is None
    assert "`y`" in answer.problems[0].message


SERVICE = """<decisionService id="s" name="service"><variable name="service"/>
<outputDecision href="#total"/><encapsulatedDecision href="#part"/><inputData href="#x"/>
</decisionService>"""


def test_a_service_is_a_function_of_its_inputs(model_of: Make, dmn: Any) -> None:
    model = model_of(
        dmn.inputs("x: number"),
        dmn.decision("part", dmn.literal("x * 2"), needs=["x"]),
        dmn.decision("total", dmn.literal("part + 1"), needs=["decision:part"]),
        SERVICE,
        dmn.decision("user", dmn.literal("[service(3), service(4)]"), needs=["knowledge:s"]),
        dmn.decision("wrong", dmn.literal('service("x")'), needs=["knowledge:s"]),
    )
    assert model.decide("user", {}).value == [7, 9]
    assert model.decide("service", {"x": 5}).value == 11
    assert model.decide("wrong", {}).value is None


def test_a_long_chain_of_decisions_is_followed(model_of: Make, dmn: Any) -> None:
    chain = [dmn.decision("d0", dmn.literal("x"), needs=["x"])]
    chain += [dmn.decision(f"d{i}", dmn.literal(f"d{i - 1} + 1"), needs=[f"decision:d{i - 1}"]) for i in range(1, 600)]
    assert model_of(dmn.inputs("x"), *chain).decide("d599", {"x": 1}).value == 600


def test_a_decision_shared_by_two_is_made_once(model_of: Make, dmn: Any) -> None:
    model = model_of(
        dmn.inputs("x"),
        dmn.decision("base", dmn.table(["x"], ["v"], ["- => x"]), needs=["x"]),
        dmn.decision("left", dmn.literal("base + 1"), needs=["decision:base"]),
        dmn.decision("right", dmn.literal("base + 2"), needs=["decision:base"]),
        dmn.decision("both", dmn.literal("left + right"), needs=["decision:left", "decision:right"]),
    )
    answer = model.decide("both", {"x": 1})
    assert answer.value == 5
    assert answer.matched_rules == (("base", "r1"),)


TYPES = """<itemDefinition name="tDistrict"><typeRef>string</typeRef>
<allowedValues><text>"Q1","Q3"</text></allowedValues></itemDefinition>
<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>
<itemComponent name="district"><typeRef>tDistrict</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>"""


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ([{"age": 5, "district": "Q1"}], [5]),
        ({"age": 5, "district": "Q1"}, [5]),
        ([{"age": "five", "district": "Q1"}], None),
        ([{"age": 5, "district": "Q9"}], None),
        ([{"age": 5}], None),
        (None, None),
    ],
)
def test_input_data_is_checked_against_its_type(model_of: Make, dmn: Any, given: object, value: object) -> None:
    model = model_of(
        TYPES, dmn.inputs("people: tPeople"), dmn.decision("D", dmn.literal("people.age"), needs=["people"])
    )
    assert model.decide("D", {"people": given}).value == value


def test_a_result_is_converted_to_its_type_or_null(model_of: Make, dmn: Any) -> None:
    model = model_of(
        TYPES,
        dmn.inputs("x"),
        dmn.decision("one", dmn.literal("[x]"), needs=["x"], kind="number"),
        dmn.decision("bad", dmn.literal("x"), needs=["x"], kind="tDistrict"),
        dmn.decision("is", dmn.literal("{age: x, district: null} instance of tPerson"), needs=["x"]),
    )
    assert model.decide("one", {"x": 5}).value == 5
    assert model.decide("bad", {"x": 5}).value is None
    assert model.decide("is", {"x": 5}).value is True


FUNCTIONS = """<itemDefinition name="tRule"><functionItem outputTypeRef="number">
<parameters name="n" typeRef="number"/></functionItem></itemDefinition>
<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef>
<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"""


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("[1, 2] instance of tNumbers", "", True),
        ('[1, "a"] instance of tNumbers', "", False),
        ("1 instance of tNumbers", "", False),
        ("(function(n) n) instance of tRule", "", True),
        ("(function(n, m) n) instance of tRule", "", False),
        ("abs instance of tRule", "", True),
        ("(function(f: tRule) f(-3))(abs)", "", 3),
        ("(function(f: tRule) f(-3))(5)", "", None),
        ("5", "tNumbers", [5]),
        ("[1, 2, 3]", "tNumbers", None),
        ('["a"]', "tNumbers", None),
    ],
)
def test_types_of_lists_and_functions(model_of: Make, dmn: Any, text: str, kind: str, value: object) -> None:
    model = model_of(FUNCTIONS, dmn.decision("D", dmn.literal(text), kind=kind))
    assert model.decide("D", {}).value == value


def test_knowledge_in_another_language_is_null_and_told(model_of: Make, dmn: Any) -> None:
    java = KNOWLEDGE.replace("<encapsulatedLogic>", '<encapsulatedLogic kind="Java">')
    model = model_of(java, dmn.decision("D", dmn.literal("fee of(1)"), needs=["knowledge:fee"]))
    answer = model.decide("D", {})
    assert answer.value is None
    assert "FEEL" in answer.problems[0].message
    assert [finding.kind for finding in findings(model)] == ["undecidable"]


def test_an_imported_model_is_reached_under_its_name(model_of: Make, dmn: Any) -> None:
    other = model_of(KNOWLEDGE, TYPES, namespace="http://example.vn/shared")
    model = model_of(
        '<import name="shared" namespace="http://example.vn/shared" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
        dmn.inputs("p: shared.tPerson"),
        dmn.decision("D", dmn.literal("shared.fee of(p.age)"), needs=["p"]).replace(
            "<literalExpression>",
            '<knowledgeRequirement><requiredKnowledge href="http://example.vn/shared#fee"/></knowledgeRequirement><literalExpression>',
        ),
        imports=[other],
    )
    assert model.decide("D", {"p": {"age": 150, "district": "Q1"}}).value == 20


def test_a_decision_is_found_by_name_or_id_and_a_mistake_gets_a_hint(model_of: Make, dmn: Any) -> None:
    model = model_of(dmn.inputs("x"), dmn.decision("Total Fee", dmn.literal("x"), needs=["x"]))
    assert model.decide("Total_Fee", {"x": 1}).value == 1
    assert model.decide("Total Fee", {"x": 1}).value == 1
    with pytest.raises(UnknownDecisionError, match="Total Fee"):
        model.decide("Totl Fee", {"x": 1})


def test_inputs_are_given_by_name_or_by_id(model_of: Make, dmn: Any) -> None:
    model = model_of(dmn.inputs("Floor Area"), dmn.decision("D", dmn.literal("Floor Area"), needs=["Floor Area"]))
    assert model.decide("D", {"Floor Area": 1}).value == 1
    assert model.decide("D", {"Floor_Area": 1}).value == 1


def test_an_input_that_is_missing_is_null_and_told(model_of: Make, dmn: Any) -> None:
    model = model_of(dmn.inputs("x"), dmn.decision("D", dmn.literal("x = null"), needs=["x"]))
    answer = model.decide("D", {})
    assert answer.value is True
    assert "`x`" in answer.problems[0].message


def test_a_host_object_among_the_inputs_is_refused(model_of: Make, dmn: Any) -> None:
    model = model_of(dmn.inputs("x"), dmn.decision("D", dmn.literal("x"), needs=["x"]))
    with pytest.raises(FeelTypeError):
        model.decide("D", {"x": object()})


def test_knowledge_that_calls_itself_for_ever_is_stopped(model_of: Make, dmn: Any) -> None:
    endless = (
        KNOWLEDGE.replace("if area &gt; 100 then 20 else 10", "fee of(area + 1)")
        .replace("<encapsulatedLogic>", '<encapsulatedLogic kind="FEEL">')
        .replace(
            '<variable name="fee of"/>',
            '<variable name="fee of"/><knowledgeRequirement><requiredKnowledge href="#fee"/></knowledgeRequirement>',
        )
    )
    model = model_of(endless, dmn.decision("D", dmn.literal("fee of(1)"), needs=["knowledge:fee"]))
    with pytest.raises(FeelLimitError):
        model.decide("D", {})
