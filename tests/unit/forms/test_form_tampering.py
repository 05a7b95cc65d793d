"""Posts that no page of ours makes: everything that was not asked is refused, and said where."""

from typing import Any

import pytest

from forms.answers import AnswerContext, InvalidAnswers, check
from forms.definition import FormDefinition

Answers = dict[str, Any]


def refused(definition: FormDefinition, raw: Any, context: AnswerContext) -> set[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as caught:
        check(definition, raw, context)
    return {(problem.path, problem.code) for problem in caught.value.problems}


def test_unknown_keys_are_refused_at_every_depth(
    household: FormDefinition, answers: Answers, context: AnswerContext
) -> None:
    answers |= {"is_admin": True, "founder": "family", "members": [{"name": "An", "capital": 1000, "id": 1}]}
    answers["owner"]["__proto__"] = {}
    assert refused(household, answers, context) == {
        ("is_admin", "unknown"),
        ("members[0].id", "unknown"),
        ("owner.__proto__", "unknown"),
    }


def test_hidden_fields_and_lists_are_refused(
    household: FormDefinition, answers: Answers, context: AnswerContext
) -> None:
    answers["members"] = [{"name": "An", "capital": 1000}]
    assert refused(household, answers, context) == {("members", "hidden")}
    answers |= {"founder": "family", "members": [{"name": "An", "capital": 1000, "minor": False, "guardian": None}]}
    assert refused(household, answers, context) == {("members[0].guardian", "hidden")}


def test_a_hidden_group_is_refused_with_its_fields(every: FormDefinition, context: AnswerContext) -> None:
    assert refused(every, {"houses": [], "fine": {"amount": 5}}, context) == {("fine", "hidden")}


def test_computed_values_are_ours(household: FormDefinition, answers: Answers, context: AnswerContext) -> None:
    answers["capital_of_members"] = 999
    assert check(household, answers, context)["capital_of_members"] == 0


@pytest.mark.parametrize("raw", [None, [], "x", 7, [["a", "b"]]])
def test_answers_must_be_an_object(household: FormDefinition, context: AnswerContext, raw: Any) -> None:
    assert refused(household, raw, context) == {("", "object")}


@pytest.mark.parametrize("junk", [7, "x", [], [1], True])
def test_groups_and_rows_must_have_their_shape(
    household: FormDefinition, answers: Answers, context: AnswerContext, junk: Any
) -> None:
    assert ("owner", "object") in refused(household, answers | {"owner": junk}, context)
    rows = answers | {"founder": "family", "members": [junk]}
    assert ("members[0]", "object") in refused(household, rows, context)


def test_more_rows_than_allowed_are_refused(
    household: FormDefinition, answers: Answers, context: AnswerContext
) -> None:
    row = {"name": "An", "capital": 1000}
    answers |= {"founder": "family", "members": [row] * 6}
    assert refused(household, answers, context) == {("members", "too_many_rows")}
    answers["members"] = [row] * 100_000
    assert refused(household, answers, context) == {("members", "too_many_rows")}


def test_somebody_elses_document_cannot_be_attached(
    household: FormDefinition, answers: Answers, context: AnswerContext
) -> None:
    answers["papers"] = ["doc-pdf", "somebody-elses"]
    assert refused(household, answers, context) == {("papers", "document")}


def test_names_of_the_library_are_ordinary_names(make: Any, context: AnswerContext) -> None:
    """Keys that are attributes of marshmallow's schema must neither vanish nor break it."""
    names = ["Meta", "load", "fields", "dump", "context", "unknown", "many", "opts", "validate"]
    form = make(*({"type": "textfield", "key": name} for name in names))
    assert check(form, dict.fromkeys(names, "x"), context) == dict.fromkeys(names, "x")


def test_very_many_wrong_keys_make_no_endless_list(household: FormDefinition, context: AnswerContext) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        check(household, {f"k{number}": 1 for number in range(5000)}, context)
    assert len(caught.value.problems) == 200
