"""Due dates counted by hand: the program and the independent day-by-day explanation must both agree."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.deadlines.calendar import Calendar
from engine.deadlines.explain import explain
from engine.deadlines.ledger import ClockEvent, ClockEventKind, due
from engine.deadlines.terms import Term, Unit

EXAMPLES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("worked_examples.toml").read_text(encoding="utf-8")
)["example"]


def moment(text: str, calendar: Calendar) -> datetime | None:
    """A local moment from its text; None from an empty one."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=calendar.zone)


def ledger_of(example: dict[str, Any], calendar: Calendar) -> list[ClockEvent]:
    """The ledger an example tells."""
    told = [{"kind": "received", "at": example.get("received", example.get("accepted"))}]
    told += [{"kind": "accepted", "at": example["accepted"]}] if "accepted" in example else []
    return [
        ClockEvent(
            ClockEventKind(one["kind"]),
            moment(one["at"], calendar),  # type: ignore[arg-type]
            ground="NĐ 61/2018, Điều 19",
            days=one.get("days", 0),
            until=moment(one.get("until", ""), calendar),
        )
        for one in [*told, *example.get("events", [])]
    ]


def test_there_are_at_least_sixty_examples_and_each_says_why() -> None:
    assert len(EXAMPLES) >= 60
    assert len({example["title"] for example in EXAMPLES}) == len(EXAMPLES)
    assert all(example["why"] for example in EXAMPLES)
    assert {example["due"][:4] for example in EXAMPLES} >= {"2024", "2025", "2026", "2027"}


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["title"] for example in EXAMPLES])
def test_the_due_date_is_the_one_counted_by_hand(example: dict[str, Any], calendar: Calendar) -> None:
    used = calendar.as_known_on(example["known_on"]) if "known_on" in example else calendar
    answer = due(ledger_of(example, calendar), Term.parse(example["term"]), used)
    assert answer.due_at == moment(example["due"], calendar), example["why"]
    assert answer.original_due_at == moment(example.get("original", example["due"]), calendar)
    assert answer.timeliness == example.get("timeliness")
    if "provisional" in example:
        assert answer.provisional is example["provisional"]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["title"] for example in EXAMPLES])
def test_the_explanation_ends_on_the_day_counted_by_hand(example: dict[str, Any], calendar: Calendar) -> None:
    used = calendar.as_known_on(example["known_on"]) if "known_on" in example else calendar
    told = explain(ledger_of(example, calendar), Term.parse(example["term"]), used)
    last = [line.day for line in told.lines if line.last]
    wanted = moment(example["due"], calendar)
    if wanted:
        assert last[-1] == wanted.date()
    elif told.term.unit is not Unit.WORKING_HOURS:
        assert last == []
