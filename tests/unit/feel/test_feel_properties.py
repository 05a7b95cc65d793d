"""Laws that hold for every value, and texts of any kind."""

from __future__ import annotations

import contextlib
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import FeelError, compile_expression, compile_unary_tests, from_feel

TRUTH = st.sampled_from([True, False, None])
NUMBER = st.decimals(-1_000_000, 1_000_000, places=3)
WORDS = [
    "1",
    "2.5",
    '"a"',
    "a",
    "b c",
    "null",
    "true",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ":",
    ",",
    "..",
    ".",
    "+",
    "-",
    "*",
    "/",
    "**",
    "=",
    "!=",
    "<",
    ">=",
    "and",
    "or",
    "in",
    "between",
    "not",
    "if",
    "then",
    "else",
    "for",
    "return",
    "some",
    "satisfies",
    "function",
    "instance of",
    "number",
    "?",
    "item",
    "count",
    "date",
    '@"P1D"',
    "//",
    "/*",
    '"',
    "\\",
    "range",
    "list<number>",
    "external",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_answered_or_refused(text: str) -> None:
    with contextlib.suppress(FeelError):
        from_feel(compile_expression(text).evaluate({"a": 3, "b c": [1, 2]}))
    with contextlib.suppress(FeelError):
        compile_unary_tests(text).matches(5, {"a": 3, "b c": [1, 2]})


@settings(deadline=None)
@given(TRUTH, TRUTH)
def test_de_morgan_holds_in_three_valued_logic(a: bool | None, b: bool | None) -> None:
    law = compile_expression("not(a and b) = (not(a) or not(b))")
    assert law.evaluate({"a": a, "b": b}) is True


@settings(deadline=None)
@given(NUMBER, NUMBER)
def test_numbers_are_ordered_one_way(a: Decimal, b: Decimal) -> None:
    context = {"a": a, "b": b}
    holds = [compile_expression(f"a {operator} b").evaluate(context) for operator in ("<", "=", ">")]
    assert holds.count(True) == 1
    assert compile_expression("a <= b").evaluate(context) is (holds[0] or holds[1])


@settings(deadline=None)
@given(NUMBER, NUMBER, NUMBER)
def test_between_and_in_agree(x: Decimal, a: Decimal, b: Decimal) -> None:
    context = {"x": x, "a": min(a, b), "b": max(a, b)}
    between = compile_expression("x between a and b").evaluate(context)
    assert compile_expression("x in [a..b]").evaluate(context) is between
    assert compile_unary_tests("[a..b]").matches(x, context) is between


@settings(deadline=None)
@given(st.lists(NUMBER, max_size=12))
def test_list_functions_agree_with_each_other(numbers: list[Decimal]) -> None:
    context = {"xs": numbers}
    assert compile_expression("reverse(reverse(xs)) = xs").evaluate(context) is True
    assert compile_expression("count(concatenate(xs, xs)) = 2 * count(xs)").evaluate(context) is True
    assert compile_expression("sort(xs) = sort(xs, function(a, b) a < b)").evaluate(context) is True
    if numbers:
        assert compile_expression("sort(xs)[1] = min(xs) and sort(xs)[-1] = max(xs)").evaluate(context) is True
        assert compile_expression("mean(xs) = sum(xs) / count(xs)").evaluate(context) is True


@settings(deadline=None)
@given(NUMBER, NUMBER.filter(bool))
def test_the_remainder_has_the_sign_of_the_divisor(a: Decimal, b: Decimal) -> None:
    remainder = compile_expression("modulo(a, b)").evaluate({"a": a, "b": b})
    assert remainder == 0 or (remainder > 0) == (b > 0)
    assert abs(remainder) < abs(b)
