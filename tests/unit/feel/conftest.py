"""Shared for the tests of FEEL: evaluate a text, and what came of it as a host value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import compile_expression, from_feel

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture
def feel() -> Callable[..., Any]:
    """`feel(text, **variables)`: the JSON-able value of the text."""

    def evaluate(text: str, **variables: object) -> Any:
        names = frozenset(variables)
        return from_feel(compile_expression(text, names).evaluate(variables, now=NOW))

    return evaluate
