"""Calculating with dates, times and both kinds of duration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import FeelTypeError, compile_expression, evaluate_traced

CASES = [
    ('@"2026-01-31" + @"P1M"', "2026-02-28"),
    ('@"2024-02-29" + @"P1Y"', "2025-02-28"),
    ('@"2026-03-31" - @"P1M"', "2026-02-28"),
    ('@"2026-11-23" + @"P10D"', "2026-12-03"),
    ('@"2026-11-23" + @"PT36H"', "2026-11-24"),
    ('@"P10D" + @"2026-11-23"', "2026-12-03"),
    ('@"2026-12-01" - @"2026-11-23"', "P8D"),
    ('@"2026-11-23T23:00:00Z" + @"PT2H"', "2026-11-24T01:00:00Z"),
    ('@"2026-11-23T10:00:00+07:00" - @"2026-11-23T01:00:00Z"', "PT2H"),
    ('@"2026-11-23T10:00:00" - @"2026-11-23T01:00:00Z"', None),
    ('@"2026-11-23T10:00:00+07:00" = @"2026-11-23T03:00:00Z"', True),
    ('@"2026-11-23T10:00:00" < @"2026-11-23T11:00:00Z"', None),
    ('@"2026-11-23" < @"2026-11-23T11:00:00Z"', None),
    ('@"23:30:00" + @"PT1H"', "00:30:00"),
    ('@"00:30:00+07:00" - @"PT1H"', "23:30:00+07:00"),
    ('@"10:30:00" - @"09:00:00"', "PT1H30M"),
    ('@"10:00:00+07:00" = @"03:00:00Z"', True),
    ('@"P1Y" + @"P2M"', "P1Y2M"),
    ('@"P1Y" - @"P2M"', "P10M"),
    ('@"P1Y" + @"P1D"', None),
    ('@"P1Y" = @"P365D"', None),
    ('@"P1D" * 1.5', "P1DT12H"),
    ('@"P1Y" * 1.5', "P1Y6M"),
    ('@"P1D" / @"PT6H"', 4),
    ('@"P1Y" / @"P5M"', 2.4),
    ('@"P1D" / 0', None),
    ('-@"P1Y2M"', "-P1Y2M"),
    ('@"-PT26H30M".hours', -2),
    ('@"P1DT2H3M4.5S".seconds', 4.5),
    ('@"P14M".months', 2),
    ('@"2026-11-23".weekday', 1),
    ('@"2026-11-23T10:30:15.5+07:00".second', 15.5),
    ('@"2026-11-23T10:30:00@Asia/Ho_Chi_Minh".timezone', "Asia/Ho_Chi_Minh"),
    ('@"2026-11-23T10:30:00@Asia/Ho_Chi_Minh".time offset', "PT7H"),
    ('@"2026-11-23T10:30:00".timezone', None),
    ('@"2026-11-23" in [@"2026-01-01"..@"2026-12-31"]', True),
    ('@"9999-12-31" + @"P1D"', None),
    ('@"2026-11-23T10:00:00@Nowhere/Town"', None),
]


@pytest.mark.parametrize(("text", "value"), CASES, ids=[text for text, _ in CASES])
def test_time_is_calculated_as_the_standard_says(feel: Callable[..., Any], text: str, value: object) -> None:
    assert feel(text) == value


def test_elapsed_time_is_counted_across_a_change_of_the_clock(feel: Callable[..., Any]) -> None:
    before = '@"2026-03-29T01:30:00@Europe/Paris"'
    assert feel(f'{before} + @"PT1H"') == "2026-03-29T03:30:00@Europe/Paris"
    assert feel(f'@"2026-03-29T03:30:00@Europe/Paris" - {before}') == "PT1H"


def test_without_a_clock_the_moment_is_null_and_explained() -> None:
    value, problems = evaluate_traced(compile_expression("today()"), {})
    assert value is None
    assert "`now`" in problems[0].message


def test_a_moment_without_an_offset_is_a_mistake_of_the_host() -> None:
    with pytest.raises(FeelTypeError):
        compile_expression("now()").evaluate({}, now=dt.datetime(2026, 11, 23))  # noqa: DTZ001


@settings(deadline=None)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), st.integers(-3000, 3000))
def test_days_added_are_days_apart(day: dt.date, days: int) -> None:
    context = {"day": day, "term": dt.timedelta(days=days)}
    assert compile_expression("(day + term) - day = term").evaluate(context) is True
    assert compile_expression("((day + term) - day).days").evaluate(context) == days


@settings(deadline=None)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), st.integers(0, 600))
def test_a_month_added_never_skips_a_month(day: dt.date, months: int) -> None:
    context = {"day": day, "months": months}
    later = compile_expression('day + duration("P" + string(months) + "M")').evaluate(context)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
