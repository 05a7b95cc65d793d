"""Budgets: how much one evaluation may cost before it is stopped.

Straight-line code costs what its text costs, and the text is bounded by the parser. What can
grow is charged: every pass of a loop, every call of a function, every element and every stretch
of text that an operation makes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.feel.errors import EvaluationProblem, FeelLimitError

MAX_TEXT = 65_536
"""Longest expression accepted, in characters."""

MAX_NESTING = 64
"""Deepest nesting of brackets, branches and other constructs accepted by the parser."""

MAX_NODES = 20_000
"""Largest number of syntax nodes of one expression."""

MAX_PROBLEMS = 50
"""Problems kept of one evaluation; the first ones explain the rest."""

CHARS_PER_STEP = 16


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one evaluation.

    `steps` counts evaluated nodes in loops and calls, list elements and sixteenths of characters
    made; `depth` nested function calls; `list_size` and `string_size` one value. `seconds` needs a
    `stopwatch` (a monotonic clock in seconds), because this package reads no clock of its own.
    """

    steps: int = 1_000_000
    depth: int = 60
    list_size: int = 100_000
    string_size: int = 1_000_000
    seconds: float | None = None
    stopwatch: Callable[[], float] | None = None


DEFAULT_BUDGET = Budget()


class Run:
    """One evaluation: its moment, what is left of its budget, and the problems met."""

    # Defaults stand on the class: a run is made for every condition, and most never change them.
    depth: int = 0
    types: Mapping[str, object] | None = None
    trusted: bool = False
    _deadline: float = 0.0
    _stopwatch: Callable[[], float] | None = None

    def __init__(self, now: dt.datetime | None = None, budget: Budget | None = None) -> None:
        self.now = now
        self.budget = budget or DEFAULT_BUDGET
        self.steps = self.budget.steps
        self.problems: list[EvaluationProblem] = []
        if budget is not None and budget.stopwatch is not None and budget.seconds is not None:
            self._stopwatch = budget.stopwatch
            self._deadline = budget.stopwatch() + budget.seconds

    def charge(self, steps: int) -> None:
        """Take `steps` from the budget; FeelLimitError when nothing is left."""
        self.steps -= steps
        if self.steps < 0:
            raise too_large("số bước tính", "evaluation steps", self.budget.steps)
        if self._deadline and self._stopwatch is not None and self._stopwatch() > self._deadline:
            raise too_large("số giây", "seconds", self.budget.seconds or 0)

    def charge_list(self, size: int) -> None:
        """A list of `size` elements is about to be made."""
        if size > self.budget.list_size:
            raise too_large("số phần tử của danh sách", "list elements", self.budget.list_size)
        self.charge(size)

    def charge_text(self, size: int) -> None:
        """A string of `size` characters is about to be made."""
        if size > self.budget.string_size:
            raise too_large("số ký tự của chuỗi", "characters of a string", self.budget.string_size)
        if size > CHARS_PER_STEP:
            self.charge(size // CHARS_PER_STEP)

    def enter(self) -> None:
        """A function is called; FeelLimitError when calls are nested too deeply."""
        self.depth += 1
        if self.depth > self.budget.depth:
            raise too_large("số lời gọi hàm lồng nhau", "nested function calls", self.budget.depth)

    def leave(self) -> None:
        """A function has returned."""
        self.depth -= 1

    def null(self, message: str, column: int = 0) -> None:
        """Record why the result is null, and be that null."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(EvaluationProblem(message, column))


def too_large(what_vi: str, what_en: str, limit: float) -> FeelLimitError:
    """The error for a limit that was reached."""
    return FeelLimitError(
        f"Vượt giới hạn {limit:,} {what_vi}; hãy chia nhỏ hoặc viết lại biểu thức. / "
        f"More than {limit:,} {what_en}; split or rewrite the expression."
    )
