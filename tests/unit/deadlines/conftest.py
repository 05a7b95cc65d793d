"""The shipped calendar and shorthand for ledgers, for every test of the clock."""

from collections.abc import Callable
from datetime import datetime

import pytest

from engine.deadlines.calendar import Calendar, vietnam
from engine.deadlines.ledger import ClockEvent, ClockEventKind


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The shipped calendar of Viet Nam."""
    return vietnam()


@pytest.fixture(scope="session")
def at(calendar: Calendar) -> Callable[[str], datetime]:
    """A local moment from its text, e.g. "2026-08-20 16:10"."""

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)

    return moment


@pytest.fixture(scope="session")
def event(at: Callable[[str], datetime]) -> Callable[..., ClockEvent]:
    """A clock event from its kind and local moment, with a ground where one is needed."""

    def make(kind: str, moment: str, **more: object) -> ClockEvent:
        if kind in ("suspended", "extended"):
            more = {"ground": "NĐ 96/2026, Điều 6"} | more
        if isinstance(more.get("until"), str):
            more["until"] = at(str(more["until"]))
        return ClockEvent(ClockEventKind(kind), at(moment), **more)  # type: ignore[arg-type]

    return make
