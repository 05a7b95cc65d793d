"""Names of several words, free names for checking, and the nearest name to a mistake."""

from __future__ import annotations

import unicodedata

import pytest

from engine.feel import compile_expression, compile_unary_tests, evaluate_traced, nearest_name


def test_the_longest_known_name_wins() -> None:
    names = frozenset(["a", "b", "a-b", "a b"])
    context = {"a": 5, "b": 3, "a-b": 100, "a b": 1000}
    assert compile_expression("a-b", names).evaluate(context) == 100
    assert compile_expression("a b - a", names).evaluate(context) == 995
    assert compile_expression("a-b", frozenset(["a", "b"])).evaluate(context) == 2


def test_names_may_contain_keywords_and_symbols_when_they_are_known() -> None:
    names = frozenset(["date and place of birth", "ông/bà", "Person's age", "for sale"])
    context = dict.fromkeys(names, 1)
    text = "date and place of birth + ông/bà + Person's age + for sale"
    assert compile_expression(text, names).evaluate(context) == 4


def test_names_that_no_expression_can_spell_do_no_harm() -> None:
    names = frozenset(['a"b', "/*", "", "-", "x" * 70_000, "\ud800", "total"])
    assert compile_expression("total - 1", names).evaluate({"total": 3}) == 2


def test_a_known_name_with_a_dot_is_read_whole_or_as_a_path() -> None:
    names = frozenset(["Person.Age", "Person"])
    assert compile_expression("Person.Age + 1", names).evaluate({"Person.Age": 5}) == 6
    assert compile_expression("Person.Age + 1", names).evaluate({"Person": {"Age": 7}}) == 8


def test_adjacent_words_are_one_name_when_no_names_are_given() -> None:
    expression = compile_expression("Monthly Salary * 12 > Rule 1")
    assert expression.names == {"Monthly Salary", "Rule 1"}


def test_a_keyword_ends_a_name() -> None:
    expression = compile_expression("if fee paid then total fee else unpaid fee and x instance of number")
    assert expression.names == {"fee paid", "total fee", "unpaid fee", "x"}


def test_vietnamese_names_need_no_declaration() -> None:
    assert compile_expression("diện tích đất / 2").evaluate({"diện tích đất": 90}) == 45


def test_a_name_typed_with_loose_diacritics_is_the_same_name() -> None:
    loose = unicodedata.normalize("NFD", "diện tích đất + 1")
    assert compile_expression(loose).evaluate({"diện tích đất": 90}) == 91
    key = unicodedata.normalize("NFD", "diện tích")
    assert compile_expression(f"{{{key}: 1}}.diện tích").evaluate({}) == 1


FREE = [
    ('examination.opinion = "ok" and x > 2', {("examination", "opinion"), ("x",)}),
    ("for i in xs return i + y", {("xs",), ("y",)}),
    ("some p in people satisfies p.age > limit.age", {("people",), ("limit", "age")}),
    ("{a: 1, b: a + c}.b", {("c",)}),
    ("function(a) a + b", {("b",)}),
    ("people[age > 3].name", {("people",)}),
    ("a.b.c[1].d", {("a", "b", "c")}),
    ("sum(fees.amount)", {("fees", "amount")}),
    ("date(submitted)", {("submitted",)}),
    ("[low..high]", {("low",), ("high",)}),
    ("x in (y, > z)", {("x",), ("y",), ("z",)}),
]


@pytest.mark.parametrize(("text", "paths"), FREE)
def test_free_paths_are_what_the_surroundings_must_give(text: str, paths: set[tuple[str, ...]]) -> None:
    expression = compile_expression(text)
    assert expression.paths == paths
    assert expression.names == {path[0] for path in paths}


def test_names_in_a_filter_are_uncertain_because_the_items_may_have_them() -> None:
    expression = compile_expression("people[age > limit]")
    assert expression.names == {"people"}
    assert expression.uncertain == {"age", "limit"}


def test_functions_that_are_called_are_told_apart() -> None:
    expression = compile_expression("strng length(name) + count(xs)")
    assert expression.functions == {"strng length", "count"}


def test_the_value_under_test_is_not_free() -> None:
    assert compile_unary_tests("? > limit").names == {"limit"}


def test_an_unknown_name_is_null_and_the_nearest_is_named() -> None:
    value, problems = evaluate_traced(compile_expression("1 + amuont"), {"amount": 5})
    assert value is None
    assert problems[0].column == 5
    assert "`amount`" in problems[0].message


def test_an_unknown_member_and_function_are_explained_too() -> None:
    _, problems = evaluate_traced(compile_expression("person.nmae"), {"person": {"name": "Lan"}})
    assert "`name`" in problems[0].message
    _, problems = evaluate_traced(compile_expression('uper case("a")'), {})
    assert any("`upper case`" in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("amuont", "amount"), ("Amount", "amount"), ("full_name", "full name"), ("zzz", None), ("", None)],
)
def test_the_nearest_name_is_near(name: str, nearest: str | None) -> None:
    assert nearest_name(name, ["amount", "full name", "district"]) == nearest


def test_a_variable_may_have_the_name_of_a_function() -> None:
    assert compile_expression("date + 1").evaluate({"date": 1}) == 2
    assert (
        compile_expression("count(xs) + count", frozenset(["xs", "count"])).evaluate({"xs": [1], "count": 5}) is None
    )  # declared names stand before the function
    assert compile_expression("count(xs) + count").evaluate({"xs": [1], "count": 5}) == 6


def test_a_lazy_mapping_is_asked_only_for_what_is_used() -> None:
    asked: list[str] = []

    class Dossier(dict[str, object]):
        def __getitem__(self, key: str) -> object:
            asked.append(key)
            return super().__getitem__(key)

    compile_expression("a = 2 and b = 2").evaluate(Dossier(a=1, b=2, c=3))
    assert asked == ["a"]
