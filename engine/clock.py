"""The one place that asks what time it is; everything else is given a `Clock` or a moment."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


def stopwatch() -> float:
    """Seconds that only ever grow, for budgets of time; no moment of the day."""
    return time.monotonic()


class Clock(Protocol):
    """Answers what time it is."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is told to move: for tests and simulations."""

    moment: datetime

    def now(self) -> datetime:
        """The moment this clock was last set to."""
        return self.moment
