"""Where names are looked up while an expression runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.feel.limits import Run
from engine.feel.values import Value


class Values(dict[str, Value]):
    """A mapping whose values are FEEL values already and need no conversion."""


class Frame:
    """A scope, the scopes around it, and the evaluation they belong to."""

    __slots__ = ("parent", "run", "scope")

    def __init__(self, scope: Mapping[str, object], parent: Frame | None, run: Run) -> None:
        self.scope = scope
        self.parent = parent
        self.run = run


Code = Callable[[Frame], Value]
"""A compiled node."""

Test = Callable[[Frame, Value], bool | None]
"""A compiled unary test: does the value match?"""
