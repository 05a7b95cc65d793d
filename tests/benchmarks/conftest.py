"""Measuring what is promised: medians of processor time, printed as a table and as JSON at the end.

Files here are named bench_*.py, so that `make test` leaves them alone and `make bench` runs them.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import pytest


@dataclass(frozen=True)
class Figure:
    """One measured value and the most it may be; `at_most` is None where nothing is promised."""

    name: str
    value: float
    unit: str
    at_most: float | None


@dataclass
class Figures:
    """What this run has measured."""

    found: list[Figure] = field(default_factory=list)

    def record(self, name: str, value: float, unit: str, *, at_most: float | None = None) -> None:
        """Keep a figure, and fail the benchmark if it breaks the promise."""
        self.found.append(Figure(name, round(value, 3), unit, at_most))
        assert at_most is None or value <= at_most, f"{name}: {value:.3f} {unit}, promised at most {at_most} {unit}"


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    """One collection of figures for the run."""
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what was measured."""
    found = config.stash[FIGURES].found
    if not found:
        return
    terminalreporter.section("figures")
    for one in found:
        promised = "" if one.at_most is None else f"  (at most {one.at_most:g})"
        terminalreporter.write_line(f"{one.name:<64} {one.value:>10g} {one.unit}{promised}")
    terminalreporter.write_line(json.dumps([asdict(one) for one in found], ensure_ascii=False))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where a benchmark records what it measured."""
    return request.config.stash[FIGURES]


@pytest.fixture
def median_cpu_ms() -> Callable[..., float]:
    """Measures a call: the median of its processor time over some rounds, in milliseconds.

    `prepare` makes the argument of each round and is not measured. Processor time is what this process used;
    a busy machine does not make it longer.
    """

    def measure(call: Callable[..., object], *, prepare: Callable[[], object] | None = None, rounds: int = 50) -> float:
        taken = []
        for _round in range(rounds + 3):  # the first ones fill caches
            arguments = () if prepare is None else (prepare(),)
            gc.disable()
            started = time.process_time_ns()
            call(*arguments)
            taken.append(time.process_time_ns() - started)
            gc.enable()
        return statistics.median(taken[3:]) / 1e6

    return measure
