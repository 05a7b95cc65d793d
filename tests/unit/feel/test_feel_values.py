"""The way in and out: host values to FEEL values and back."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    FeelLimitError,
    FeelTypeError,
    YearsMonths,
    compile_expression,
    from_feel,
    text_of,
    to_feel,
)


class Colour(Enum):
    RED = "red"


def test_numbers_come_in_as_decimals_and_go_out_as_they_were() -> None:
    assert to_feel(5) == Decimal(5)
    assert to_feel(0.1) == Decimal("0.1")
    assert to_feel(True) is True
    assert to_feel(float("nan")) is None
    assert to_feel(Decimal("Infinity")) is None
    assert from_feel(Decimal("5.0")) == 5
    assert isinstance(from_feel(Decimal("5.0")), int)
    assert from_feel(Decimal("0.1")) == 0.1


def test_structures_come_in_as_lists_and_contexts() -> None:
    assert to_feel({"a": (1, [2]), "c": Colour.RED}) == {"a": [Decimal(1), [Decimal(2)]], "c": "red"}


def test_times_go_out_as_their_iso_text() -> None:
    moment = dt.datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert from_feel([dt.date(2026, 11, 23), moment, dt.timedelta(days=1, hours=2), YearsMonths(14)]) == [
        "2026-11-23",
        "2026-11-23T09:30:00@Asia/Ho_Chi_Minh",
        "P1DT2H",
        "P1Y2M",
    ]


def test_a_value_without_meaning_is_refused() -> None:
    with pytest.raises(FeelTypeError, match="object"):
        to_feel({"a": object()})


def test_a_structure_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(FeelLimitError):
        to_feel(loop)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_json_survives_the_way_in_and_out(value: object) -> None:
    assert from_feel(to_feel(value)) == value
    json.dumps(from_feel(to_feel(value)))


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20))
def test_the_text_of_a_number_reads_back_as_the_number(number: Decimal) -> None:
    assert compile_expression(text_of(number)).evaluate({}) == number


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_the_text_of_a_string_in_a_list_reads_back(text: str) -> None:
    assert compile_expression(text_of([text])).evaluate({}) == [text]


@settings(deadline=None)
@given(st.dates(), st.timedeltas(min_value=dt.timedelta(-20_000), max_value=dt.timedelta(20_000)))
def test_the_texts_of_dates_and_durations_read_back(day: dt.date, duration: dt.timedelta) -> None:
    assert compile_expression(f'@"{text_of(day)}"').evaluate({}) == day
    assert compile_expression(f'duration("{text_of(duration)}")').evaluate({}) == duration


@settings(deadline=None)
@given(st.integers(-5000, 5000))
def test_the_text_of_a_years_and_months_duration_reads_back(months: int) -> None:
    text = text_of(YearsMonths(months))
    assert compile_expression(f'@"{text}"').evaluate({}) == YearsMonths(months)
