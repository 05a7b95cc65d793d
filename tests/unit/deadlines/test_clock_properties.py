"""What holds for every ledger, term and day: the clock as a pure function."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.deadlines import counting
from engine.deadlines.calendar import vietnam
from engine.deadlines.consumption import Holding, consumption
from engine.deadlines.course import follow
from engine.deadlines.errors import ClockRefusedError
from engine.deadlines.explain import explain
from engine.deadlines.ledger import ClockEvent, ClockEventKind, ClockState, check_next, due, opening
from engine.deadlines.terms import Ends, Starts, Term, Unit

CALENDAR = vietnam()
ZONE = CALENDAR.zone
Kind = ClockEventKind

# Early enough that no count below leaves the calendar, and across every Tet, swap and year end of it.
moments = st.integers(0, 1180 * 86400).map(
    lambda second: (datetime(2024, 1, 2, tzinfo=UTC) + timedelta(seconds=second)).astimezone(ZONE)
)
pauses = st.lists(st.tuples(st.integers(0, 12 * 86400), st.integers(0, 15 * 86400)), max_size=3)


def day_terms() -> st.SearchStrategy[Term]:
    """Terms in days and months, with every way to start and end."""
    return st.builds(
        Term,
        amount=st.integers(1, 25),
        unit=st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]),
        starts=st.sampled_from([Starts.DAY_AFTER_RECEPTION, Starts.SAME_DAY, Starts.COMPETENT_BODY_RECEIPT]),
        ends=st.sampled_from([Ends.ROLL_FORWARD, Ends.END_OF_DAY, Ends.CLOSE_OF_BUSINESS]),
        cut_off=st.sampled_from([None, time(15)]),
    ) | st.builds(Term, amount=st.integers(1, 3), unit=st.just(Unit.MONTHS), cut_off=st.sampled_from([None, time(15)]))


hour_terms = st.builds(Term, amount=st.integers(1, 60), unit=st.just(Unit.WORKING_HOURS))
terms = day_terms() | hour_terms


def with_pauses(start: datetime, gaps: list[tuple[int, int]]) -> list[ClockEvent]:
    """A ledger that is suspended and resumed after the given seconds."""
    events, moment = list(opening(start)), start
    for running, paused in gaps:
        moment += timedelta(seconds=running)
        events.append(ClockEvent(Kind.SUSPENDED, moment, ground="NĐ 96/2026, Điều 6"))
        moment += timedelta(seconds=paused)
        events.append(ClockEvent(Kind.RESUMED, moment))
    return events


@st.composite
def ledgers(draw: st.DrawFn) -> list[ClockEvent]:
    """A ledger with pauses, and perhaps an extension, a restart and an end."""
    events = with_pauses(draw(moments), draw(pauses))
    for kind in draw(st.sets(st.sampled_from([Kind.EXTENDED, Kind.RESTARTED]))):
        after = events[-1].at + timedelta(seconds=draw(st.integers(0, 12 * 86400)))
        more: dict[str, Any] = {"days": draw(st.integers(1, 5))} if kind is Kind.EXTENDED else {}
        events.append(ClockEvent(kind, after, ground="NĐ 61/2018, Điều 19", **more))
    if draw(st.booleans()):
        after = events[-1].at + timedelta(seconds=draw(st.integers(0, 40 * 86400)))
        events.append(ClockEvent(draw(st.sampled_from([Kind.DECIDED, Kind.STOPPED])), after))
    return events


@given(ledgers(), terms, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_given_does_not_matter(
    events: list[ClockEvent], term: Term, random: Random
) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert due(shuffled, term, CALENDAR) == due(events, term, CALENDAR)


@given(moments, terms, st.integers(0, 20 * 86400))
def test_events_of_one_moment_give_one_result_in_any_order(start: datetime, term: Term, later: int) -> None:
    at = start + timedelta(seconds=later)
    same = [
        ClockEvent(Kind.SUSPENDED, at, ground="x"),
        ClockEvent(Kind.RESUMED, at),
        ClockEvent(Kind.EXTENDED, at, ground="x", days=2),
    ]
    answers = {due([*opening(start), *order], term, CALENDAR) for order in permutations(same)}
    assert len(answers) == 1


@given(moments, pauses, terms, st.integers(0, 60 * 86400))
def test_suspending_and_resuming_at_once_changes_nothing(
    start: datetime, gaps: list[tuple[int, int]], term: Term, later: int
) -> None:
    events = with_pauses(start, gaps)
    at = events[-1].at + timedelta(seconds=later)
    pause = [ClockEvent(Kind.SUSPENDED, at, ground="x"), ClockEvent(Kind.RESUMED, at)]
    assert due([*events, *pause], term, CALENDAR, now=at) == due(events, term, CALENDAR, now=at)


@given(ledgers(), terms)
def test_the_same_instant_written_in_another_zone_gives_the_same_result(events: list[ClockEvent], term: Term) -> None:
    abroad = [
        ClockEvent(e.kind, e.at.astimezone(ZoneInfo("America/Lima")), e.reason, e.ground, days=e.days) for e in events
    ]
    assert due(abroad, term, CALENDAR) == due(events, term, CALENDAR)


@given(ledgers(), terms)
def test_the_original_due_date_never_changes(events: list[ClockEvent], term: Term) -> None:
    first = due(events[:2], term, CALENDAR).due_at
    answer = due(events, term, CALENDAR)
    assert answer.original_due_at == first == answer.history[0].due_at


@given(ledgers(), terms)
def test_the_present_due_date_is_the_last_of_the_history(events: list[ClockEvent], term: Term) -> None:
    answer = due(events, term, CALENDAR)
    assert answer.due_at in (None, answer.history[-1].due_at)


@given(moments, terms, st.integers(0, 72 * 3600))
def test_who_comes_later_is_never_due_earlier(start: datetime, term: Term, later: int) -> None:
    second = start + timedelta(seconds=later)
    one, other = (due(opening(at), term, CALENDAR).due_at for at in (start, second))
    assert one is not None
    assert other is not None
    assert one <= other


@given(moments, pauses, terms, st.integers(0, 10 * 86400), st.integers(0, 10 * 86400))
def test_a_longer_pause_never_brings_the_end_nearer(
    start: datetime, gaps: list[tuple[int, int]], term: Term, paused: int, more: int
) -> None:
    running = 86400
    one, other = (
        due(with_pauses(start, [*gaps, (running, length)]), term, CALENDAR).due_at for length in (paused, paused + more)
    )
    assert one is not None
    assert other is not None
    assert one <= other


@given(moments, pauses, terms)
def test_a_pause_never_brings_the_end_nearer(start: datetime, gaps: list[tuple[int, int]], term: Term) -> None:
    plain, paused = due(opening(start), term, CALENDAR).due_at, due(with_pauses(start, gaps), term, CALENDAR).due_at
    assert plain is not None
    assert paused is not None
    assert plain <= paused


@given(moments, st.integers(1, 25), st.integers(0, 12 * 86400), st.integers(0, 15 * 86400))
def test_a_pause_adds_exactly_the_working_days_that_begin_in_it(
    start: datetime, amount: int, running: int, paused: int
) -> None:
    term = Term(amount, Unit.WORKING_DAYS)
    events = with_pauses(start, [(running, paused)])
    plain, moved = due(events[:2], term, CALENDAR), due(events, term, CALENDAR)
    assert plain.due_at is not None
    assert moved.due_at is not None
    assume(events[2].at <= plain.due_at)
    assume(CALENDAR.is_working(events[3].at.date()))  # else the rest of a last day cut short is the next working day
    lost = CALENDAR.working_days_between(events[2].at.date(), events[3].at.date())
    assert moved.due_at.date() == CALENDAR.add_working_days(plain.due_at.date(), lost)


@given(moments, terms, st.integers(0, 10 * 86400))
def test_a_restart_counts_as_if_the_dossier_came_in_then(start: datetime, term: Term, later: int) -> None:
    again = start + timedelta(seconds=later)
    restarted = due([*opening(start), ClockEvent(Kind.RESTARTED, again)], term, CALENDAR)
    assert restarted.due_at == due(opening(again), term, CALENDAR).due_at


@given(ledgers(), day_terms())
@settings(deadline=None)
def test_counting_day_by_day_ends_where_counting_by_jumps_ends(events: list[ClockEvent], term: Term) -> None:
    told = explain(events, term, CALENDAR)
    last = [line.day for line in told.lines if line.last]
    if told.due.due_at is None:
        assert not last[-1:] or told.lines[-1].day != last[-1]
    elif told.due.history[-1].since > told.due.due_at:
        assert last[-1] < told.due.due_at.date()  # extended so late that the new end had passed as well
    elif told.due.due_at.date() <= told.lines[-1].day:
        assert last[-1] == told.due.due_at.date()
    else:
        assert told.due.state.closed


@given(ledgers(), day_terms())
@settings(deadline=None)
def test_an_explanation_shows_as_many_days_as_were_counted(events: list[ClockEvent], term: Term) -> None:
    told = explain(events, term, CALENDAR)
    restarts = [event.at.date() for event in events if event.kind is Kind.RESTARTED]
    numbers = [
        line.number for line in told.lines if line.number is not None and (not restarts or line.day >= restarts[-1])
    ]
    assert numbers == sorted(set(numbers))
    if not told.due.extensions:  # an extension after the end takes in days that were overdue when they passed
        assert numbers == list(range(1, len(numbers) + 1))
    if told.due.due_at is not None and not told.due.state.closed:
        assert len(numbers) <= told.due.allowed


@given(ledgers(), terms)
@settings(deadline=None)
def test_every_day_is_explained_in_both_languages(events: list[ClockEvent], term: Term) -> None:
    lines = explain(events, term, CALENDAR).lines
    assert [line.day for line in lines] == [lines[0].day + timedelta(days=n) for n in range(len(lines))]
    assert all(line.reason_vi and line.reason_en for line in lines)
    assert all(line.article for line in lines if line.counted)


@given(moments, pauses, st.builds(Term, amount=st.integers(1, 16), unit=st.just(Unit.WORKING_HOURS)))
@settings(max_examples=20, deadline=None)
def test_hours_counted_minute_by_minute_agree(start: datetime, gaps: list[tuple[int, int]], term: Term) -> None:
    """A second opinion on terms in hours: tick through the calendar one minute at a time."""
    start = start.replace(second=0)
    events = with_pauses(start, [(a // 60 * 60, b // 60 * 60) for a, b in gaps])
    running = follow(events, term).runs
    left, moment = term.amount * 60, start
    while left:
        open_now = any(a <= moment.time() < b for a, b in CALENDAR.working_hours(moment.date()))
        left -= open_now and any(a <= moment and (b is None or moment < b) for a, b in running)
        moment += timedelta(minutes=1)
    end = due(events, term, CALENDAR).due_at
    if any(a <= moment and (b is None or moment < b) for a, b in running):
        assert end == moment


@given(ledgers(), terms, st.integers(0, 60 * 86400))
def test_used_and_remaining_make_up_what_is_allowed(events: list[ClockEvent], term: Term, later: int) -> None:
    answer = due(events, term, CALENDAR, now=events[-1].at + timedelta(seconds=later))
    assert round(answer.consumed + answer.remaining, 3) == round(answer.allowed, 3)
    assert answer.remaining >= 0


@given(moments, pauses, terms, st.lists(st.integers(0, 9 * 86400), min_size=1, max_size=5))
def test_the_account_of_days_adds_up(
    start: datetime, gaps: list[tuple[int, int]], term: Term, handovers: list[int]
) -> None:
    events = with_pauses(start, gaps)
    cuts = [start]
    for seconds in handovers:
        cuts.append(cuts[-1] + timedelta(seconds=seconds))
    now = max(cuts[-1], events[-1].at)
    holdings = [
        Holding(f"unit {n}", "step", a, b) for n, (a, b) in enumerate(zip(cuts, [*cuts[1:], None], strict=True))
    ]
    whole = consumption([Holding("all", "all", start)], events, term, CALENDAR, now=now)[0].used
    shares = consumption(holdings, events, term, CALENDAR, now=now)
    assert abs(sum(share.used for share in shares) - whole) < 0.01
    answer = due(events, term, CALENDAR, now=now)
    if answer.days_late == 0 and term.unit is Unit.WORKING_DAYS and term.starts is not Starts.SAME_DAY:
        assert whole == answer.consumed


@given(ledgers(), terms, st.sampled_from(list(Kind)), st.integers(-86400, 86400))
def test_an_event_that_may_follow_leaves_a_ledger_that_can_be_counted(
    events: list[ClockEvent], term: Term, kind: Kind, later: int
) -> None:
    new = ClockEvent(kind, events[-1].at + timedelta(seconds=later), ground="x", days=1 if kind is Kind.EXTENDED else 0)
    try:
        check_next(events, new, term)
    except ClockRefusedError:
        return
    assert due([*events, new], term, CALENDAR).state is not ClockState.NOT_STARTED


@given(ledgers(), terms, st.integers(0, 90 * 86400))
def test_a_machine_clock_set_back_changes_nothing(events: list[ClockEvent], term: Term, back: int) -> None:
    earlier = events[-1].at - timedelta(seconds=back)
    assert due(events, term, CALENDAR, now=earlier) == due(events, term, CALENDAR, now=events[-1].at)


@given(moments, terms)
def test_a_term_ends_with_its_last_second_and_is_overdue_with_the_next(start: datetime, term: Term) -> None:
    answer = due(opening(start), term, CALENDAR)
    assert answer.due_at is not None
    assert answer.overdue_at == answer.due_at + timedelta(seconds=1)
    in_time, too_late = (
        due([*opening(start), ClockEvent(Kind.DECIDED, moment)], term, CALENDAR)
        for moment in (answer.due_at, answer.overdue_at)
    )
    assert in_time.timeliness == "on-time"
    assert too_late.timeliness == "overdue"
    assert too_late.missed


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(1, 24))
def test_a_month_later_is_the_corresponding_day_or_the_last_one(day: date, months: int) -> None:
    later = counting.add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
