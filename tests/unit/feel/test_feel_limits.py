"""Hostile expressions get an answer or a clear refusal, soon, and the process lives on."""

from __future__ import annotations

import contextlib
import itertools
import time

import pytest

from engine.feel import Budget, FeelError, FeelLimitError, compile_expression, from_feel

_DOUBLED = ",".join(["a0: 1", *(f"a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 60))])

HOSTILE = {
    "ten thousand round brackets": "(" * 10_000 + "1" + ")" * 10_000,
    "ten thousand square brackets": "[" * 10_000 + "]" * 10_000,
    "nested contexts": "{a:" * 5_000 + "1" + "}" * 5_000,
    "nested calls": "not(" * 5_000 + "true" + ")" * 5_000,
    "nested branches": "if true then " * 3_000 + "1" + " else 2" * 3_000,
    "a chain of branches": "if false then 1 else " * 3_000 + "1",
    "a chain of additions": "+".join(["1"] * 9_000),
    "a chain of powers": "**".join(["9"] * 9_000),
    "a chain of comparisons": "=".join(["1"] * 9_000),
    "a long path": "a" + ".b" * 30_000,
    "many minuses": "-" * 60_000 + "1",
    "unclosed comments": "/*" * 30_000,
    "an unpaired quote": '"' + "a" * 60_000,
    "nested types": "1 instance of " + "list<" * 3_000 + "number" + ">" * 3_000,
    "a text too long": "1" + " " * 70_000,
    "a list of a hundred million": "for i in 1..100000000 return i",
    "a hundred million times nothing": "some i in 1..100000000 satisfies i < 0",
    "loops in loops": "for a in 1..10000, b in 1..10000, c in 1..10000 return 1",
    "a string doubled": '(for i in 1..60 return if i = 1 then "ab" else partial[-1] + partial[-1])[-1]',
    "a list doubled": "for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    "a tree shared": f"{{{_DOUBLED}}}",
    "a tree shared and written": f"string({{{_DOUBLED}}}.a59)",
    "a tree shared and compared": f"{{{_DOUBLED}, b: function(x, y) x = y, r: b(a59, [a58, [a57, a57]])}}.r",
    "a tree shared and flattened": f"flatten({{{_DOUBLED}}}.a59)",
    "a list in a list in a list": "(for i in 1..90000 return if i = 1 then [] else [partial[-1]])[-1]",
    "a function that never ends": "{f: function(n) f(n + 1), r: f(1)}.r",
    "a function that takes for ever": "{f: function(n) if n < 2 then n else f(n-1) + f(n-2), r: f(40)}.r",
    "a quadratic pattern": f'matches("{"a" * 5_000}!", "^(a+)+$")',
    "a pattern that explodes": 'matches("a", "((a{1,1000}){1,1000}){1,1000}")',
    "a replacement that explodes": f'replace("{"a" * 20_000}", "a", "{"b" * 30_000}")',
    "a power tower": "9 ** 9 ** 9 ** 9 ** 9 ** 9",
    "an exponent": "exp(99999999999)",
    "remainders far apart": "modulo(1e6000, 1e-6000)",
    "digits": "decimal(1e6000, 6000)",
    "everything distinct": "distinct values(for i in 1..90000 return i)",
    "sorted by nonsense": 'sort([1, "a", null], function(a, b) a < b)',
    "dates out of range": '@"9999-12-31" + @"P999999999D"',
    "a path for a zone": '@"2026-01-01T00:00:00@../../etc/passwd"',
    "no clock": "now()",
    "a division by zero": "1 / 0",
    "half a character": "\ud800",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_expression_is_answered_or_refused_within_seconds(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(FeelError):  # a refusal is as good as an answer; anything else is not
        from_feel(compile_expression(text).evaluate({"a": 1}))
    assert time.perf_counter() - started < 10  # seconds; typically below one


def test_a_small_budget_is_kept() -> None:
    expression = compile_expression("for i in 1..1000 return i")
    with pytest.raises(FeelLimitError, match="100"):
        expression.evaluate({}, budget=Budget(steps=100))
    with pytest.raises(FeelLimitError, match="50"):
        expression.evaluate({}, budget=Budget(list_size=50))
    assert len(expression.evaluate({}, budget=Budget(steps=5_000))) == 1000


def test_a_stopwatch_stops_an_evaluation() -> None:
    ticks = itertools.count(0.0, 0.01)
    budget = Budget(seconds=1.0, stopwatch=lambda: next(ticks))
    with pytest.raises(FeelLimitError, match="seconds"):
        compile_expression("every i in 1..100000 satisfies i > 0").evaluate({}, budget=budget)


def test_the_result_of_one_element_cannot_contain_itself() -> None:
    assert compile_expression("for i in 1..2 return partial").evaluate({}) == [[], [[]]]
