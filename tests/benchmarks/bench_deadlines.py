"""How many due dates one core computes in a second, and what explaining one costs."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from engine.deadlines.calendar import Calendar, vietnam
from engine.deadlines.explain import explain
from engine.deadlines.ledger import ClockEvent, ClockEventKind, due, opening
from engine.deadlines.terms import Term, Unit

DOSSIERS = 4_000
ROUNDS = 3
GROUND = "NĐ 96/2026, Điều 6"
TERMS = (
    Term(8, Unit.WORKING_DAYS),
    Term(17, Unit.WORKING_DAYS),
    Term(30, Unit.CALENDAR_DAYS),
    Term(1, Unit.MONTHS),
    Term(8, Unit.WORKING_HOURS),
)


def benchmarks() -> list[dict[str, object]]:
    """The figures of this file, each the best of a few rounds."""
    calendar = vietnam()
    due(opening(datetime(2026, 3, 2, 9, tzinfo=calendar.zone)), TERMS[-1], calendar)  # builds the calendar's tables
    plain, busy = _dossiers(calendar, busy=False), _dossiers(calendar, busy=True)
    now = datetime(2026, 6, 1, 9, tzinfo=calendar.zone)
    return [
        _rate("due dates of a typical city's dossiers", plain + busy[: len(plain) // 4], calendar, None),
        _rate("due dates of dossiers suspended and extended", busy, calendar, None),
        _rate("due dates as of a given moment", plain, calendar, now),
        _explanation(calendar),
    ]


def _dossiers(calendar: Calendar, *, busy: bool) -> list[tuple[tuple[ClockEvent, ...], Term]]:
    random = Random(1)  # the same dossiers in every run
    first = datetime(2025, 1, 2, 8, tzinfo=calendar.zone)
    made = []
    for number in range(DOSSIERS):
        at = first + timedelta(minutes=random.randrange(60 * 24 * 450))
        events = opening(at)
        if busy:
            events += (
                ClockEvent(ClockEventKind.SUSPENDED, at + timedelta(days=2), ground=GROUND),
                ClockEvent(ClockEventKind.RESUMED, at + timedelta(days=9)),
                ClockEvent(ClockEventKind.EXTENDED, at + timedelta(days=10), ground=GROUND, days=3),
            )
        made.append((events, TERMS[number % len(TERMS)]))
    return made


def _rate(
    name: str, dossiers: list[tuple[tuple[ClockEvent, ...], Term]], calendar: Calendar, now: datetime | None
) -> dict[str, object]:
    def count() -> None:
        for events, term in dossiers:
            due(events, term, calendar, now=now)

    seconds = min(_time(count) for _ in range(ROUNDS))
    return {
        "name": name,
        "value": round(len(dossiers) / seconds),
        "unit": "due dates/s on one core",
        "limit": 10_000,
        "at_least": True,
    }


def _explanation(calendar: Calendar) -> dict[str, object]:
    events = opening(datetime(2026, 8, 20, 16, 10, tzinfo=calendar.zone))

    def tell() -> None:
        for _ in range(200):
            explain(events, TERMS[0], calendar)

    seconds = min(_time(tell) for _ in range(ROUNDS)) / 200
    return {"name": "explaining a term of 8 working days", "value": round(seconds * 1000, 2), "unit": "ms", "limit": 5}


def _time(work: Callable[[], None]) -> float:
    """Processor seconds: other processes on the machine do not count."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    print(json.dumps(benchmarks(), ensure_ascii=False, indent=1))
