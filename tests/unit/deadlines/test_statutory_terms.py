"""Terms: what they may say, what contradicts itself, and which one governs a dossier."""

from datetime import UTC, date, time
from typing import Any

import pytest

from engine.deadlines.errors import NoTermInForceError, TermContradictionError
from engine.deadlines.terms import Ends, Starts, Term, Unit, resolve_term

BASE = Term(30, Unit.CALENDAR_DAYS, legal_basis="NĐ 178/2025", valid_from=date(2025, 7, 1))
TEMPORARY = Term(
    20,
    Unit.WORKING_DAYS,
    legal_basis="NQ 66.18/2026/NQ-CP",
    valid_from=date(2026, 7, 1),
    valid_to=date(2027, 2, 28),
    override=True,
)


def test_a_term_of_days_counts_from_the_day_after_and_rolls_forward() -> None:
    term = Term(8, Unit.WORKING_DAYS)
    assert (term.starts, term.ends) == (Starts.DAY_AFTER_RECEPTION, Ends.ROLL_FORWARD)


def test_a_term_of_hours_counts_from_the_moment_and_ends_at_one() -> None:
    term = Term(8, Unit.WORKING_HOURS)
    assert (term.starts, term.ends) == (Starts.FROM_THE_MOMENT, Ends.EXACT_MOMENT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0, "unit": Unit.WORKING_DAYS},
        {"amount": -3, "unit": Unit.WORKING_DAYS},
        {"amount": True, "unit": Unit.WORKING_DAYS},
        {"amount": 2.5, "unit": Unit.WORKING_DAYS},
        {"amount": 8, "unit": Unit.WORKING_HOURS, "ends": Ends.END_OF_DAY},
        {"amount": 8, "unit": Unit.WORKING_HOURS, "starts": Starts.SAME_DAY},
        {"amount": 8, "unit": Unit.WORKING_HOURS, "cut_off": time(15)},
        {"amount": 8, "unit": Unit.WORKING_DAYS, "ends": Ends.EXACT_MOMENT},
        {"amount": 8, "unit": Unit.WORKING_DAYS, "starts": Starts.FROM_THE_MOMENT},
        {"amount": 1, "unit": Unit.MONTHS, "starts": Starts.SAME_DAY},
        {"amount": 8, "unit": Unit.WORKING_DAYS, "cut_off": time(15, tzinfo=UTC)},
        {"amount": 8, "unit": Unit.WORKING_DAYS, "valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)},
        {"amount": 8, "unit": Unit.WORKING_DAYS, "override": True},
        {"amount": 8, "unit": Unit.WORKING_DAYS, "max_extensions": -1},
    ],
)
def test_a_term_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TermContradictionError, match="found"):
        Term(**wrong)


def test_a_term_is_written_in_plain_attributes() -> None:
    read = Term.parse(
        {
            "amount": "1",
            "unit": "working-days",
            "starts": "same-day",
            "ends": "close-of-business",
            "cut_off": "15:00",
            "legal_basis": "NĐ 23/2015, Điều 7",
            "checked": "2026-11-23",
            "sample": "true",
        }
    )
    assert read == Term(
        1,
        Unit.WORKING_DAYS,
        Starts.SAME_DAY,
        Ends.CLOSE_OF_BUSINESS,
        time(15),
        "NĐ 23/2015, Điều 7",
        date(2026, 11, 23),
        sample=True,
    )


def test_a_term_is_read_from_toml_values_as_well() -> None:
    read = Term.parse({"amount": 20, "unit": "working-days", "valid_to": date(2027, 2, 28), "override": True})
    assert read.valid_to == date(2027, 2, 28)
    assert read.override


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unit": "working-days"}, "no amount"),
        ({"amount": "8"}, "no unit"),
        ({"amount": "P8D", "unit": "working-days"}, "'amount'.*'P8D'"),
        ({"amount": True, "unit": "working-days"}, "'amount'"),
        ({"amount": "8", "unit": "days"}, "working-days, calendar-days"),
        ({"amount": "8", "unit": "working-days", "cut_off": "3 pm"}, "'cut_off'"),
        ({"amount": "8", "unit": "working-days", "sample": "yes"}, "true or false"),
        ({"amount": "8", "unit": "working-days", "limit": "8"}, "limit"),
    ],
)
def test_an_attribute_that_cannot_be_read_is_named(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(TermContradictionError, match=says):
        Term.parse(wrong)


def test_a_unit_speaks_both_languages() -> None:
    assert Term(8, Unit.WORKING_DAYS).describe("vi") == "8 ngày làm việc"
    assert Term(1, Unit.WORKING_DAYS).describe("en") == "1 working day"
    assert Unit.CALENDAR_DAYS.short == "calendar"


# ---- which one governs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "governs"),
    [
        (date(2026, 6, 30), BASE),
        (date(2026, 7, 1), TEMPORARY),
        (date(2027, 2, 28), TEMPORARY),
        (date(2027, 3, 1), BASE),  # the override has lapsed by itself
    ],
)
def test_a_temporary_term_lapses_and_the_base_governs_again(received: date, governs: Term) -> None:
    assert resolve_term([TEMPORARY, BASE], on=received) is governs


def test_of_two_base_terms_the_later_one_governs() -> None:
    amended = Term(25, Unit.CALENDAR_DAYS, valid_from=date(2026, 1, 1))
    assert resolve_term([BASE, amended], on=date(2025, 12, 31)) is BASE
    assert resolve_term([BASE, amended], on=date(2026, 1, 1)) is amended


def test_no_term_in_force_is_an_error() -> None:
    with pytest.raises(NoTermInForceError, match="2025-06-30"):
        resolve_term([BASE], on=date(2025, 6, 30))


def test_two_terms_of_equal_standing_are_an_error() -> None:
    with pytest.raises(TermContradictionError, match="found 2"):
        resolve_term([BASE, Term(25, Unit.CALENDAR_DAYS, valid_from=date(2025, 7, 1))], on=date(2026, 1, 1))


def test_two_overrides_on_one_day_are_an_error_although_one_is_newer() -> None:
    other = Term(
        10, Unit.WORKING_DAYS, valid_from=date(2026, 8, 1), valid_to=date(2026, 12, 31), override=True, legal_basis="x"
    )
    with pytest.raises(TermContradictionError, match="end one of them"):
        resolve_term([BASE, TEMPORARY, other], on=date(2026, 9, 1))
