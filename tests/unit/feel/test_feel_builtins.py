"""Every function of the standard, with its edge cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import BUILTIN_NAMES

CASES = [
    # conversion
    ("string(1.10)", "1.1"),
    ("string(1e10)", "10000000000"),
    ("string(null)", None),
    ('string([1, "a", {b: @"2026-11-23"}])', '[1, "a", {b: 2026-11-23}]'),
    ('number("12.50")', 12.5),
    ('number("1 234,5", " ", ",")', 1234.5),
    ('number("1,234.5", ",", ".")', 1234.5),
    ('number("1.234.5", ".", ",")', 12345),
    ('number("1,5", ",", ",")', None),
    ('number("abc")', None),
    ('number(from: "1.000", grouping separator: ".", decimal separator: null)', 1000),
    # strings
    ('string length("Đà Nẵng")', 7),
    ('substring("foobar", 3)', "obar"),
    ('substring("foobar", -2, 1)', "a"),
    ('substring("foobar", 0)', None),
    ('substring(string: "foobar", start position: 3, length: 2)', "ob"),
    ('upper case("đường")', "ĐƯỜNG"),
    ('lower case("ĐƯỜNG")', "đường"),
    ('substring before("a/b/c", "/")', "a"),
    ('substring before("abc", "x")', ""),
    ('substring after("a/b/c", "/")', "b/c"),
    ('substring after("abc", "")', "abc"),
    ('contains("abc", "b")', True),
    ('starts with("abc", "ab")', True),
    ('ends with("abc", "bc")', True),
    ('trim("  a ")', "a"),
    ('string join(["a", null, "c"], "-")', "a-c"),
    ('string join(["a", "b"], ", ", "(", ")")', "(a, b)"),
    ('string join(["a", 1])', None),
    ('split("a1b22c", "[0-9]+")', ["a", "b", "c"]),
    ('split("abc", "")', None),
    ('matches("Số 12/QĐ", "\\d+/QĐ")', True),
    ('matches("ABC", "b", "i")', True),
    ('matches("a\\nb", "a.b")', False),
    ('matches("a\\nb", "a.b", "s")', True),
    ('matches("a.b", "a.b", "q")', True),
    ('matches("hello world", "hello \\ sworld", "x")', True),
    ('matches("f", "[a-z-[aeiou]]")', True),
    ('matches("e", "[a-z-[aeiou]]")', False),
    ('matches("a", "(")', None),
    ('matches("aa", "(a)\\\\1")', None),
    ('replace("2026-11-23", "(\\d+)-(\\d+)-(\\d+)", "$3/$2/$1")', "23/11/2026"),
    ('replace("a.b", ".", "x", "q")', "axb"),
    ('replace("abc", "b", "$")', None),
    ('replace("abc", "x*", "-")', None),
    # numbers
    ("decimal(2.5, 0)", 2),
    ("decimal(3.5, 0)", 4),
    ("decimal(1234, -2)", 1200),
    ("floor(-1.5)", -2),
    ("floor(1.56, 1)", 1.5),
    ("ceiling(-1.5)", -1),
    ("ceiling(1.51, 1)", 1.6),
    ("round up(-5.1, 0)", -6),
    ("round down(-5.9, 0)", -5),
    ("round half up(2.5, 0)", 3),
    ("round half down(2.5, 0)", 2),
    ("abs(-3)", 3),
    ('abs(@"-P1D") = @"P1D"', True),
    ("modulo(-12, 5)", 3),
    ("modulo(12, -5)", -3),
    ("modulo(10.1, 4.5)", 1.1),
    ("modulo(1, 0)", None),
    ("sqrt(16)", 4),
    ("sqrt(-1)", None),
    ("log(1)", 0),
    ("log(0)", None),
    ("exp(0)", 1),
    ("odd(3)", True),
    ("odd(3.5)", None),
    ("even(0)", True),
    # truth
    ("not(false)", True),
    ("not(1)", None),
    ("all([true, null])", None),
    ("all([null, false])", False),
    ("all([])", True),
    ("any(true, null)", True),
    ("any([])", False),
    # lists
    ("count([1, null])", 2),
    ("count(5)", 1),
    ("min(3, 1, 2)", 1),
    ('max(["b", "c"])', "c"),
    ('max([1, "a"])', None),
    ("min([])", None),
    ("sum([1, 2.5])", 3.5),
    ("sum([])", None),
    ('sum([@"P1D", @"P2D"]) = @"P3D"', True),
    ('sum([1, "a"])', None),
    ("product([2, 3])", 6),
    ("mean(1, 2)", 1.5),
    ('mean([@"P1D", @"P3D"]) = @"P2D"', True),
    ("median([8, 2, 5, 3, 4])", 4),
    ("median(6, 1, 2, 3)", 2.5),
    ("stddev([2, 4, 4, 4, 6])", 1.4142135623730951),
    ("stddev([1])", None),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("list contains([1, null], null)", True),
    ("sublist([1, 2, 3], 2, 1)", [2]),
    ("sublist([1, 2, 3], -2)", [2, 3]),
    ("sublist([1, 2, 3], 5)", None),
    ("append([1], 2, [3])", [1, 2, [3]]),
    ("concatenate([1], 2, [3])", [1, 2, 3]),
    ("insert before([1, 3], -1, 2)", [1, 2, 3]),
    ("remove([1, 2, 3], 2)", [1, 3]),
    ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
    ("list replace([1, 5, 9], function(old, new) old > new, 4)", [1, 4, 4]),
    ("reverse([1, 2])", [2, 1]),
    ("index of([1, 2, 1], 1)", [1, 3]),
    ("distinct values([1, 1.0, null, null])", [1, None]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("flatten([[1, [2]], [], 3])", [1, 2, 3]),
    ("sort([3, 1, 2])", [1, 2, 3]),
    ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
    ('sort([1, "a"])', None),
    ("partition([1, 2, 3], 2)", [[1, 2], [3]]),
    # contexts
    ('get value({a: {b: 1}}, ["a", "b"])', 1),
    ('get value({a: 1}, "b")', None),
    ("get entries({a: 1})", [{"key": "a", "value": 1}]),
    ('context([{key: "a", value: 1}])', {"a": 1}),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
    ('context put({a: 1}, "a", 2)', {"a": 2}),
    ('context put({a: {b: 1}}, ["a", "c"], 2)', {"a": {"b": 1, "c": 2}}),
    ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
    ('is(@"10:00:00Z", @"10:00:00+00:00")', True),
    ('is(@"10:00:00", @"10:00:00Z")', False),
    ("is defined(null)", False),
    ("get or else(null, 1)", 1),
    # dates and times; the moment of the tests is 23 November 2026, 09:30 at +07:00
    ('date("2026-02-29")', None),
    ("date(2026, 11, 23)", "2026-11-23"),
    ('date(@"2026-11-23T10:00:00+07:00")', "2026-11-23"),
    ('time("10:30:00@Asia/Ho_Chi_Minh")', "10:30:00@Asia/Ho_Chi_Minh"),
    ('time(10, 30, 0, @"PT7H")', "10:30:00+07:00"),
    ("time(25, 0, 0)", None),
    ('time("25:00:00")', None),
    ('date and time(@"2026-11-23", @"10:30:00Z")', "2026-11-23T10:30:00Z"),
    ('date and time("2026-11-23T10:30:00.250+07:00")', "2026-11-23T10:30:00.25+07:00"),
    ('duration("P1DT2H")', "P1DT2H"),
    ('duration("P1Y2M")', "P1Y2M"),
    ('duration("P")', None),
    ('duration("P1Y1D")', None),
    ('years and months duration(@"2024-01-31", @"2024-02-29")', "P0M"),
    ('years and months duration(@"2026-11-23", @"2024-01-23")', "-P2Y10M"),
    ("now()", "2026-11-23T09:30:00+07:00"),
    ("today()", "2026-11-23"),
    ('day of year(@"2024-12-31")', 366),
    ('day of week(@"2026-11-23")', "Monday"),
    ('month of year(@"2026-11-23")', "November"),
    ('week of year(@"2021-01-01")', 53),
    ('last day of month(@"2024-02-01")', 29),
    # ranges
    ('range("[1..3)") = [1..3)', True),
    ('range("[@\\"2026-01-01\\"..date(\\"2026-02-01\\")]").end', "2026-02-01"),
    ('range("[x..3]")', None),
    ("before(1, [2..3])", True),
    ("before([1..2], [2..3])", False),
    ("before([1..2), [2..3])", True),
    ("after([2..3], 1)", True),
    ("meets([1..2], [2..3])", True),
    ("met by([2..3], [1..2])", True),
    ("overlaps([1..5], [5..8])", True),
    ("overlaps([1..5), [5..8])", False),
    ("overlaps before([1..5], [3..8])", True),
    ("overlaps after([3..8], [1..5])", True),
    ("finishes([3..5], [1..5])", True),
    ("finished by([1..5], 5)", True),
    ("includes([1..5], [2..3])", True),
    ("during([2..3], [1..5])", True),
    ("starts([1..3], [1..5])", True),
    ("started by([1..5], 1)", True),
    ("coincides([1..5], [1..5])", True),
    ('before(1, "a")', None),
]


@pytest.mark.parametrize(("text", "value"), CASES, ids=[text for text, _ in CASES])
def test_a_function_gives_what_the_standard_says(feel: Callable[..., Any], text: str, value: object) -> None:
    assert feel(text) == value


def test_every_function_is_tried() -> None:
    texts = " ".join(text for text, _ in CASES)
    assert {name for name in BUILTIN_NAMES if f"{name}(" not in texts} == set()


@pytest.mark.parametrize("name", sorted(BUILTIN_NAMES - {"now", "today"}))
def test_a_function_without_its_arguments_is_null(feel: Callable[..., Any], name: str) -> None:
    without_a_list = feel(f"{name}()")
    assert without_a_list is None or name == "is"


@pytest.mark.parametrize("name", sorted(BUILTIN_NAMES))
def test_a_function_given_nonsense_answers_and_does_not_break(feel: Callable[..., Any], name: str) -> None:
    for arguments in ("null", "null, null", "{}", "[], {}", '"x", "x", "x"', "-1, -1, -1", "[null]", "a: 1"):
        feel(f"{name}({arguments})")
