"""The working calendar: what each day is, who says so, and what is refused rather than guessed."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadlines.calendar import Calendar, load_calendar, vietnam
from engine.deadlines.calendar_file import read_decision
from engine.deadlines.days import DayKind
from engine.deadlines.errors import CalendarDataError, OverlappingDecisionsError, UnknownCalendarYearError

SMALL = """
name = "small"
version = "1"
zone = "Asia/Ho_Chi_Minh"
rest = ["saturday", "sunday"]
[[year]]
year = 2026
known_from = 2025-10-16
[[hours]]
valid_from = 2026-01-01
spans = [[07:30:00, 11:30:00], [13:00:00, 17:00:00]]
[[decision]]
id = "first"
document = "Quyết định 1"
known_from = 2025-10-16
holidays = [{ day = 2026-01-01, vi = "Tết Dương lịch", en = "New Year" }]
"""

covered = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def small(extra: str = "", **replaced: str) -> Calendar:
    """The small calendar with a further piece of file, or with parts replaced."""
    text = SMALL
    for old, new in replaced.items():
        text = text.replace({"year": "year = 2026", "zone": "Asia/Ho_Chi_Minh", "rest": '"saturday", '}[old], new)
    return load_calendar((text + extra).encode())


# ---- the shipped years ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "days", "worked"),
    [
        # weekdays of the year, less weekdays off, plus swapped days worked
        (2024, 366, 262 - 12 + 1),
        (2025, 365, 261 - 12 + 1),
        (2026, 365, 261 - 14 + 2),
        (2027, 365, 261 - 12),
    ],
)
def test_a_year_has_the_working_days_counted_by_hand(calendar: Calendar, year: int, days: int, worked: int) -> None:
    first = date(year, 1, 1)
    assert sum(calendar.is_working(first + timedelta(days=n)) for n in range(days)) == worked


@pytest.mark.parametrize(
    ("day", "kind", "source"),
    [
        (date(2024, 2, 10), DayKind.HOLIDAY, "Thông báo 5015/TB-LĐTBXH"),  # a Saturday within Tet
        (date(2024, 2, 13), DayKind.COMPENSATORY, "Thông báo 5015/TB-LĐTBXH"),
        (date(2024, 4, 29), DayKind.SWAPPED_OFF, "Công văn 2450/VPCP-KGVX; Thông báo 1570/TB-LĐTBXH"),
        (date(2024, 5, 4), DayKind.SWAPPED_ON, "Công văn 2450/VPCP-KGVX; Thông báo 1570/TB-LĐTBXH"),
        (date(2025, 4, 26), DayKind.SWAPPED_ON, "Thông báo 6150/TB-BLĐTBXH"),
        (date(2026, 1, 2), DayKind.SWAPPED_OFF, "Công văn 12729/VPCP-KGVX"),
        (date(2026, 4, 27), DayKind.COMPENSATORY, "Bộ luật Lao động 45/2019/QH14, Điều 111 khoản 3"),
        (date(2026, 8, 22), DayKind.SWAPPED_ON, "Thông báo 9441/TB-BNV"),
        (date(2026, 11, 24), DayKind.HOLIDAY, "Nghị quyết 28/2026/QH16, Điều 2"),
        (date(2026, 8, 23), DayKind.WEEKEND, "Bộ luật Lao động 45/2019/QH14, Điều 111"),
        (date(2026, 8, 20), DayKind.WORKING, ""),
    ],
)
def test_a_day_says_what_it_is_and_which_document_says_so(
    calendar: Calendar, day: date, kind: DayKind, source: str
) -> None:
    found = calendar.day(day)
    assert (found.kind, found.source) == (kind, source)
    assert found.reason_vi
    assert found.reason_en


def test_a_swapped_day_names_the_day_it_stands_for(calendar: Calendar) -> None:
    assert "31/08/2026" in calendar.day(date(2026, 8, 22)).reason_vi
    assert "22/08/2026" in calendar.day(date(2026, 8, 31)).reason_en


def test_every_swap_gives_a_day_for_a_day(calendar: Calendar) -> None:
    for decision in calendar.decisions:
        kinds = [day.kind for day in decision.days]
        assert kinds.count(DayKind.SWAPPED_OFF) == kinds.count(DayKind.SWAPPED_ON)


def test_every_decision_names_its_document_and_when_it_was_known(calendar: Calendar) -> None:
    assert all(one.document and one.issued and one.checked and one.known_from for one in calendar.decisions)


def test_a_provisional_year_counts_and_is_flagged(calendar: Calendar) -> None:
    assert calendar.provisional_years == {2027}
    assert calendar.day(date(2027, 2, 4)).provisional
    assert not calendar.day(date(2026, 2, 16)).provisional
    assert calendar.is_provisional(date(2026, 12, 30), date(2027, 1, 4))
    assert not calendar.is_provisional(date(2026, 1, 1), date(2026, 12, 31))


# ---- unknown years --------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2023, 12, 29), date(2028, 1, 3)])
def test_a_year_that_is_not_covered_is_an_error_and_never_a_guess(calendar: Calendar, day: date) -> None:
    for ask in (calendar.day, calendar.is_working, calendar.working_hours, calendar.next_working):
        with pytest.raises(UnknownCalendarYearError, match=str(day.year)):
            ask(day)


def test_counting_past_the_last_year_is_an_error(calendar: Calendar) -> None:
    with pytest.raises(UnknownCalendarYearError, match="2028"):
        calendar.add_working_days(date(2027, 12, 31), 1)
    with pytest.raises(UnknownCalendarYearError, match="2023"):
        calendar.add_working_days(date(2024, 1, 2), -1)


def test_the_last_day_of_the_last_year_can_still_be_counted_to(calendar: Calendar) -> None:
    assert calendar.add_working_days(date(2027, 12, 30), 1) == date(2027, 12, 31)
    assert calendar.working_days_between(date(2027, 12, 31), date(2027, 12, 31)) == 0


def test_the_message_says_what_to_do_in_both_languages(calendar: Calendar) -> None:
    with pytest.raises(UnknownCalendarYearError) as refused:
        calendar.day(date(2028, 1, 3))
    assert "motcua calendar import" in refused.value.message
    assert "chưa có năm 2028" in refused.value.message_vi


# ---- what was known when --------------------------------------------------------------------------------


def test_the_calendar_as_known_before_a_decision_leaves_it_out(calendar: Calendar) -> None:
    before, after = calendar.as_known_on(date(2025, 12, 24)), calendar.as_known_on(date(2025, 12, 25))
    assert before.is_working(date(2026, 1, 2))
    assert not before.is_working(date(2026, 1, 10))
    assert not after.is_working(date(2026, 1, 2))
    assert after.is_working(date(2026, 1, 10))
    assert before.version != after.version


def test_a_year_is_unknown_before_its_arrangement_was_announced(calendar: Calendar) -> None:
    with pytest.raises(UnknownCalendarYearError, match="2025"):
        calendar.as_known_on(date(2024, 12, 2)).day(date(2025, 1, 2))
    assert calendar.as_known_on(date(2024, 12, 3)).is_working(date(2025, 1, 2))


def test_before_anything_was_known_every_year_is_unknown(calendar: Calendar) -> None:
    with pytest.raises(UnknownCalendarYearError):
        calendar.as_known_on(date(2020, 1, 1)).next_working(date(2024, 1, 2))


def test_a_later_decision_supersedes_an_earlier_one_from_the_day_it_is_known() -> None:
    changed = small("""
[[decision]]
id = "second"
document = "Quyết định 2"
known_from = 2025-12-01
supersedes = ["first"]
holidays = [{ day = 2026-01-05, vi = "Dời ngày", en = "Moved" }]
""")
    assert changed.is_working(date(2026, 1, 1))
    assert not changed.is_working(date(2026, 1, 5))
    assert not changed.as_known_on(date(2025, 11, 30)).is_working(date(2026, 1, 1))


def test_equal_days_have_an_equal_fingerprint_and_other_days_another(calendar: Calendar) -> None:
    assert vietnam().fingerprint == calendar.as_known_on(date(2026, 11, 23)).fingerprint
    assert vietnam().fingerprint != calendar.as_known_on(date(2026, 4, 1)).fingerprint


def test_a_local_decision_is_added_under_a_new_version(calendar: Calendar) -> None:
    storm = read_decision(
        {
            "id": "storm",
            "document": "Công văn 99/UBND",
            "known_from": date(2026, 9, 14),
            "holidays": [{"day": date(2026, 9, 15), "vi": "Nghỉ tránh bão", "en": "Closed for a storm"}],
        }
    )
    local = calendar.with_decisions([storm], "2026-09-14/thu-duc")
    assert not local.is_working(date(2026, 9, 15))
    assert local.version == "2026-09-14/thu-duc"
    assert calendar.is_working(date(2026, 9, 15))


# ---- hours ----------------------------------------------------------------------------------------------


def test_a_saturday_desk_does_not_make_saturday_a_working_day(calendar: Calendar) -> None:
    saturday = date(2026, 1, 17)
    assert calendar.desk_hours(saturday) == ((time(7, 30), time(11, 30)),)
    assert calendar.working_hours(saturday) == ()
    assert not calendar.is_working(saturday)


def test_the_desk_is_closed_on_a_holiday_and_open_on_a_swapped_saturday(calendar: Calendar) -> None:
    assert calendar.desk_hours(date(2026, 9, 2)) == ()
    assert calendar.desk_hours(date(2024, 2, 10)) == ()  # the Saturday of Tet
    assert len(calendar.desk_hours(date(2026, 8, 22))) == 2


def test_new_hours_hold_from_their_day_on() -> None:
    changed = small("""
[[hours]]
valid_from = 2026-07-01
spans = [[08:00:00, 12:00:00]]
""")
    assert changed.working_hours(date(2026, 6, 30))[0] == (time(7, 30), time(11, 30))
    assert changed.working_hours(date(2026, 7, 1)) == ((time(8), time(12)),)


# ---- arithmetic -----------------------------------------------------------------------------------------


@given(covered, st.integers(1, 60))
def test_so_many_working_days_on_lie_so_many_working_days(day: date, n: int) -> None:
    calendar = vietnam()
    if day > date(2027, 9, 1):
        return
    later = calendar.add_working_days(day, n)
    assert calendar.is_working(later)
    assert calendar.working_days_between(day, later) == n
    assert calendar.working_days_between(later, day) == -n


@given(covered, st.integers(1, 60))
def test_going_back_from_a_working_day_undoes_going_on(day: date, n: int) -> None:
    calendar = vietnam()
    if day > date(2027, 9, 1) or not calendar.is_working(day):
        return
    assert calendar.add_working_days(calendar.add_working_days(day, n), -n) == day


def test_three_working_days_before_a_due_date_skip_the_holiday(calendar: Calendar) -> None:
    assert calendar.add_working_days(date(2026, 9, 3), -1) == date(2026, 8, 28)
    assert calendar.add_working_days(date(2026, 9, 3), -3) == date(2026, 8, 26)
    assert calendar.add_working_days(date(2026, 9, 3), 0) == date(2026, 9, 3)


# ---- files that are refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"extra": "[[year]]\nyear = 2028\nknown_from = 2027-10-01\n"}, "follow one another"),
        ({"extra": "[[year]]\nyear = 2027\nknown_from = 2026-10-01\n"}, "found none in \\[2027\\]"),
        ({"zone": "Asia/Saigon_City"}, "time zone"),
        ({"rest": '"caturday", '}, "weekday"),
        ({"extra": "swaps = [{ off = 2026-03-02, on = 2026-03-03 }]\n"}, "weekly rest day"),
        ({"extra": "swaps = [{ off = 2026-03-07, on = 2026-03-08 }]\n"}, "working weekday"),
        ({"extra": "compensatory = [{ day = 2026-03-07, for = 2026-03-01 }]\n"}, "working weekday"),
        ({"extra": "supersedes = ['nobody']\n"}, "nobody"),
        ({"extra": '[[decision]]\nid = "first"\ndocument = "x"\nknown_from = 2025-01-01\n'}, "more than once"),
        ({"extra": '[[decision]]\nid = "x"\nknown_from = 2025-01-01\n'}, "'document'"),
        ({"extra": "[[hours]]\nvalid_from = 2026-02-01\nspans = [[11:00:00, 10:00:00]]\n"}, "in order"),
        ({"extra": "oops"}, "TOML"),
    ],
)
def test_a_calendar_file_that_makes_no_sense_is_refused_with_its_place(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(CalendarDataError, match=says):
        small(**wrong)


def test_a_holiday_that_ends_before_it_begins_is_refused() -> None:
    decision = {
        "id": "x",
        "document": "x",
        "known_from": date(2026, 1, 1),
        "holidays": [{"from": date(2026, 2, 20), "to": date(2026, 2, 16), "vi": "Tết", "en": "Tet"}],
    }
    with pytest.raises(CalendarDataError, match=r"2026-02-20\.\.2026-02-16"):
        read_decision(decision)


def test_two_decisions_about_one_day_are_refused() -> None:
    with pytest.raises(OverlappingDecisionsError, match=r"2026-01-01.*Quyết định 1.*Quyết định 2"):
        small("""
[[decision]]
id = "second"
document = "Quyết định 2"
known_from = 2025-12-01
holidays = [{ day = 2026-01-01, vi = "Tết", en = "Tet" }]
""")


def test_a_calendar_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    assert load_calendar(file).name == "small"
