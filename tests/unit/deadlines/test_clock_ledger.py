"""The ledger: what may follow what, and what the answer tells beside the due date."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from engine.deadlines import errors
from engine.deadlines.calendar import Calendar
from engine.deadlines.ledger import (
    ClockEvent,
    ClockEventKind,
    ClockState,
    as_of,
    check_next,
    days_until,
    due,
    opening,
)
from engine.deadlines.terms import Term, Unit

Event = Callable[..., ClockEvent]
At = Callable[[str], datetime]
THREE = Term(3, Unit.WORKING_DAYS)


@pytest.fixture
def running(event: Event) -> list[ClockEvent]:
    """Accepted on Mon 2/3/2026: due Thu 5/3."""
    return [event("received", "2026-03-02 08:00"), event("accepted", "2026-03-02 09:00")]


@pytest.fixture
def suspended(event: Event, running: list[ClockEvent]) -> list[ClockEvent]:
    """Suspended on Tue 3/3 until Fri 6/3 at the latest."""
    paper = event("suspended", "2026-03-03 10:00", until="2026-03-06 17:00", document="12/HDHS", reason="thiếu bản vẽ")
    return [*running, paper]


# ---- refusals -------------------------------------------------------------------------------------------


def test_a_resume_without_a_suspension_is_refused(running: list[ClockEvent], event: Event) -> None:
    with pytest.raises(errors.NotSuspendedError, match="nothing is there to resume"):
        check_next(running, event("resumed", "2026-03-04 09:00"), THREE)


def test_a_second_suspension_before_a_resume_is_refused(suspended: list[ClockEvent], event: Event) -> None:
    with pytest.raises(errors.AlreadySuspendedError):
        check_next(suspended, event("suspended", "2026-03-04 09:00"), THREE)


def test_a_suspension_without_a_ground_is_refused(running: list[ClockEvent], event: Event) -> None:
    with pytest.raises(errors.GroundMissingError, match="name the article"):
        check_next(running, event("suspended", "2026-03-04 09:00", ground=" "), THREE)


def test_a_second_extension_is_refused(running: list[ClockEvent], event: Event) -> None:
    once = [*running, event("extended", "2026-03-04 09:00", days=2)]
    with pytest.raises(errors.AlreadyExtendedError, match="at most 1"):
        check_next(once, event("extended", "2026-03-05 09:00", days=2), THREE)


def test_a_second_extension_is_refused_after_a_restart_too(running: list[ClockEvent], event: Event) -> None:
    again = [*running, event("extended", "2026-03-04 09:00", days=2), event("restarted", "2026-03-05 09:00")]
    with pytest.raises(errors.AlreadyExtendedError):
        check_next(again, event("extended", "2026-03-06 09:00", days=2), THREE)


def test_an_extension_is_refused_where_the_law_allows_none(running: list[ClockEvent], event: Event) -> None:
    strict = Term(3, Unit.WORKING_DAYS, max_extensions=0)
    with pytest.raises(errors.AlreadyExtendedError):
        check_next(running, event("extended", "2026-03-04 09:00", days=2), strict)


def test_more_suspensions_than_the_law_allows_are_refused(suspended: list[ClockEvent], event: Event) -> None:
    once = Term(3, Unit.WORKING_DAYS, max_suspensions=1)
    resumed = [*suspended, event("resumed", "2026-03-04 09:00")]
    with pytest.raises(errors.TooManySuspensionsError):
        check_next(resumed, event("suspended", "2026-03-05 09:00"), once)
    check_next(resumed, event("suspended", "2026-03-05 09:00"), THREE)


def test_an_event_before_the_last_legal_moment_is_refused(suspended: list[ClockEvent], event: Event) -> None:
    with pytest.raises(errors.EventOutOfOrderError, match="check the machine's time"):
        check_next(suspended, event("resumed", "2026-03-03 09:59"), THREE)


def test_a_suspension_cannot_go_beyond_its_cap(suspended: list[ClockEvent], event: Event) -> None:
    with pytest.raises(errors.SuspensionBeyondCapError, match="record the resumption at the cap"):
        check_next(suspended, event("resumed", "2026-03-06 17:01"), THREE)
    check_next(suspended, event("resumed", "2026-03-06 17:00"), THREE)


@pytest.mark.parametrize("kind", ["suspended", "resumed", "restarted", "extended", "decided"])
def test_nothing_but_a_stop_can_happen_before_the_acceptance(kind: str, event: Event) -> None:
    received = [event("received", "2026-03-02 08:00")]
    with pytest.raises(errors.ClockNotStartedError, match="accepted first"):
        check_next(received, event(kind, "2026-03-02 09:00", days=1 if kind == "extended" else 0), THREE)
    check_next(received, event("stopped", "2026-03-02 09:00"), THREE)


@pytest.mark.parametrize("end", ["decided", "stopped"])
@pytest.mark.parametrize("kind", [kind.value for kind in ClockEventKind])
def test_nothing_follows_a_closed_clock(end: str, kind: str, running: list[ClockEvent], event: Event) -> None:
    closed = [*running, event(end, "2026-03-04 09:00")]
    with pytest.raises(errors.ClockClosedError):
        check_next(closed, event(kind, "2026-03-04 10:00", days=1 if kind == "extended" else 0), THREE)


def test_a_clock_starts_once(running: list[ClockEvent], event: Event) -> None:
    for kind in ("received", "accepted"):
        with pytest.raises(errors.ClockAlreadyStartedError):
            check_next(running, event(kind, "2026-03-02 09:00"), THREE)
    with pytest.raises(errors.ClockAlreadyStartedError):
        check_next(running[:1], event("received", "2026-03-02 09:00"), THREE)


def test_a_ledger_that_contradicts_itself_is_not_counted(
    running: list[ClockEvent], event: Event, calendar: Calendar
) -> None:
    with pytest.raises(errors.NotSuspendedError):
        due([*running, event("resumed", "2026-03-04 09:00")], THREE, calendar)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ClockEventKind.RECEIVED, "at": datetime(2026, 3, 2, 9)},  # noqa: DTZ001 - the mistake itself
        {"kind": ClockEventKind.EXTENDED, "at": datetime.fromisoformat("2026-03-02T09:00+07:00")},
        {"kind": ClockEventKind.RESUMED, "at": datetime.fromisoformat("2026-03-02T09:00+07:00"), "days": 2},
        {
            "kind": ClockEventKind.SUSPENDED,
            "at": datetime.fromisoformat("2026-03-02T09:00+07:00"),
            "until": datetime.fromisoformat("2026-03-01T09:00+07:00"),
        },
        {
            "kind": ClockEventKind.RESUMED,
            "at": datetime.fromisoformat("2026-03-02T09:00+07:00"),
            "until": datetime.fromisoformat("2026-03-03T09:00+07:00"),
        },
    ],
)
def test_an_incomplete_event_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(errors.ClockEventError, match="found"):
        ClockEvent(**wrong)  # type: ignore[arg-type]


def test_every_refusal_has_a_code_a_title_and_a_status() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.DeadlineError)]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.__doc__ and kind.title_vi and kind.status in (409, 422) for kind in kinds)


# ---- answers --------------------------------------------------------------------------------------------


def test_an_empty_ledger_has_not_started(calendar: Calendar) -> None:
    answer = due([], THREE, calendar)
    assert (answer.state, answer.due_at, answer.history) == (ClockState.NOT_STARTED, None, ())


def test_before_acceptance_there_is_no_due_date(running: list[ClockEvent], calendar: Calendar) -> None:
    answer = due(running[:1], THREE, calendar)
    assert (answer.state, answer.due_at, answer.overdue_at) == (ClockState.NOT_STARTED, None, None)


def test_the_countdown_goes_down_with_each_working_day(running: list[ClockEvent], calendar: Calendar, at: At) -> None:
    days = ["2026-03-02 17:00", "2026-03-03 08:00", "2026-03-04 08:00", "2026-03-05 08:00", "2026-03-06 08:00"]
    left = [due(running, THREE, calendar, now=at(day)).remaining for day in days]
    assert left == [3, 2, 1, 0, 0]


def test_a_suspended_clock_has_no_due_date_but_keeps_the_first_one(
    suspended: list[ClockEvent], calendar: Calendar, at: At
) -> None:
    answer = due(suspended, THREE, calendar)
    assert answer.state is ClockState.SUSPENDED
    assert answer.due_at is None
    assert answer.original_due_at == at("2026-03-05 23:59:59")
    assert answer.suspended_until == at("2026-03-06 17:00")
    assert (answer.consumed, answer.remaining) == (1, 2)


def test_at_its_cap_a_suspension_ends_by_itself(suspended: list[ClockEvent], calendar: Calendar, at: At) -> None:
    still = due(suspended, THREE, calendar, now=at("2026-03-06 17:00"))
    again = due(suspended, THREE, calendar, now=at("2026-03-06 17:01"))
    assert still.state is ClockState.SUSPENDED
    assert again.state is ClockState.RUNNING
    assert again.due_at == at("2026-03-10 23:59:59")
    assert again.history[-1].since == at("2026-03-06 17:00")
    assert again.history[-1].document == "12/HDHS"


def test_every_due_date_stays_visible_with_its_reason(
    suspended: list[ClockEvent], event: Event, calendar: Calendar, at: At
) -> None:
    events = [
        *suspended,
        event("resumed", "2026-03-05 09:00", reason="đã bổ sung"),
        event("extended", "2026-03-06 09:00", days=2, ground="NĐ 61/2018, Điều 19 khoản 9", document="15/XL"),
    ]
    steps = due(events, THREE, calendar).history
    assert [step.kind.value for step in steps] == ["accepted", "resumed", "extended"]
    assert [step.due_at for step in steps] == [
        at("2026-03-05 23:59:59"),
        at("2026-03-09 23:59:59"),
        at("2026-03-11 23:59:59"),
    ]
    assert (steps[1].reason, steps[1].document) == ("đã bổ sung", "12/HDHS")
    assert (steps[2].days, steps[2].document) == (2, "15/XL")


def test_a_late_extension_does_not_hide_the_missed_date(
    running: list[ClockEvent], event: Event, calendar: Calendar, at: At
) -> None:
    answer = due([*running, event("extended", "2026-03-10 09:00", days=10)], THREE, calendar)
    assert answer.due_at == at("2026-03-19 23:59:59")
    assert [step.due_at for step in answer.missed] == [at("2026-03-05 23:59:59")]


def test_a_restart_after_the_end_does_not_hide_the_missed_date(
    running: list[ClockEvent], event: Event, calendar: Calendar, at: At
) -> None:
    answer = due([*running, event("restarted", "2026-03-10 09:00")], THREE, calendar)
    assert answer.due_at == at("2026-03-13 23:59:59")
    assert len(answer.missed) == 1


@pytest.mark.parametrize(
    ("decided", "timeliness", "late"),
    [
        ("2026-03-04 16:00", "early", 0),
        ("2026-03-05 23:59", "on-time", 0),
        ("2026-03-06 00:00", "overdue", 1),
        ("2026-03-09 10:00", "overdue", 2),
    ],
)
def test_a_decision_is_early_on_time_or_overdue(
    decided: str, timeliness: str, late: int, running: list[ClockEvent], event: Event, calendar: Calendar
) -> None:
    answer = due([*running, event("decided", decided)], THREE, calendar)
    assert answer.state is ClockState.DECIDED
    assert answer.timeliness == timeliness
    assert answer.days_late == late
    assert (answer.overdue_at is not None) is (timeliness == "overdue")
    assert (len(answer.missed) == 1) is (timeliness == "overdue")


def test_an_open_dossier_past_its_date_is_overdue(running: list[ClockEvent], calendar: Calendar, at: At) -> None:
    last, next_second = at("2026-03-05 23:59:59"), at("2026-03-06 00:00:00")
    assert due(running, THREE, calendar, now=last).timeliness is None
    assert due(running, THREE, calendar, now=next_second).timeliness == "overdue"
    assert due(running, THREE, calendar, now=next_second).overdue_at == next_second


def test_a_decision_during_a_suspension_keeps_no_due_date(
    suspended: list[ClockEvent], event: Event, calendar: Calendar
) -> None:
    answer = due([*suspended, event("decided", "2026-03-04 10:00")], THREE, calendar)
    assert (answer.due_at, answer.timeliness) == (None, "early")


def test_a_dossier_stopped_before_acceptance_never_had_a_term(event: Event, calendar: Calendar) -> None:
    events = [event("received", "2026-03-02 08:00"), event("stopped", "2026-03-02 10:00")]
    answer = due(events, THREE, calendar)
    assert (answer.state, answer.due_at, answer.allowed) == (ClockState.STOPPED, None, 0)


def test_the_ledger_as_of_a_moment_gives_the_answer_of_that_moment(
    suspended: list[ClockEvent], calendar: Calendar, at: At
) -> None:
    answer = due(as_of(suspended, at("2026-03-03 09:00")), THREE, calendar)
    assert answer.state is ClockState.RUNNING


def test_an_extension_is_told_in_days_from_the_new_date(running: list[ClockEvent], calendar: Calendar) -> None:
    days = days_until(date(2026, 3, 11), running, THREE, calendar)
    assert days == 4
    calendar_days = days_until(date(2026, 3, 11), running, Term(3, Unit.CALENDAR_DAYS), calendar)
    assert calendar_days == 6
    assert days_until(date(2026, 3, 4), running, THREE, calendar) < 0


def test_an_extension_by_those_days_gives_the_new_date(
    running: list[ClockEvent], event: Event, calendar: Calendar
) -> None:
    for term in (THREE, Term(3, Unit.CALENDAR_DAYS), Term(5, Unit.CALENDAR_DAYS), Term(1, Unit.MONTHS)):
        new_day = date(2026, 4, 15)
        days = days_until(new_day, running, term, calendar)
        extended = due([*running, event("extended", "2026-03-04 09:00", days=days)], term, calendar)
        assert extended.due_at == calendar.end_of_day(new_day)


def test_an_extension_of_a_term_in_hours_adds_whole_days_of_hours(event: Event, calendar: Calendar, at: At) -> None:
    term = Term(4, Unit.WORKING_HOURS)
    events = [*opening(at("2026-03-16 07:30")), event("extended", "2026-03-16 10:00", days=1)]
    assert due(events, term, calendar).due_at == at("2026-03-17 11:30")


def test_a_count_that_leaves_the_calendar_is_an_error(calendar: Calendar, at: At) -> None:
    for term in (THREE, Term(20, Unit.CALENDAR_DAYS), Term(1, Unit.MONTHS), Term(20, Unit.WORKING_HOURS)):
        with pytest.raises(errors.UnknownCalendarYearError, match="2028"):
            due(opening(at("2027-12-30 09:00")), term, calendar)


def test_a_reception_in_an_unknown_year_is_an_error(calendar: Calendar, at: At) -> None:
    with pytest.raises(errors.UnknownCalendarYearError, match="2023"):
        due(opening(at("2023-12-31 23:00")), THREE, calendar)


def test_a_result_that_cannot_be_handed_over_today_is_due_tomorrow(calendar: Calendar, at: At) -> None:
    same_day = Term.parse({"amount": 1, "unit": "working-days", "starts": "same-day", "ends": "close-of-business"})
    assert due(opening(at("2026-03-10 16:59")), same_day, calendar).due_at == at("2026-03-10 17:00")
    assert due(opening(at("2026-03-10 17:30")), same_day, calendar).due_at == at("2026-03-11 17:00")


def test_a_pause_over_the_close_of_the_last_day_moves_the_end(event: Event, calendar: Calendar, at: At) -> None:
    term = Term.parse({"amount": 3, "unit": "working-days", "ends": "close-of-business"})
    over_the_close = [event("suspended", "2026-03-05 16:00"), event("resumed", "2026-03-05 18:00")]
    after_it = [event("suspended", "2026-03-05 18:00"), event("resumed", "2026-03-09 18:00")]
    started = opening(at("2026-03-02 09:00"))
    assert due([*started, *over_the_close], term, calendar).due_at == at("2026-03-06 17:00")
    assert due([*started, *after_it], term, calendar).due_at == at("2026-03-05 17:00")


def test_fractions_of_the_last_second_are_in_time(running: list[ClockEvent], calendar: Calendar, at: At) -> None:
    almost = at("2026-03-05 23:59:59") + timedelta(microseconds=999_999)
    decided = ClockEvent(ClockEventKind.DECIDED, almost)
    assert due([*running, decided], THREE, calendar).timeliness == "on-time"
