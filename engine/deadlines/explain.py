"""Why the due date is what it is, day by day, for the officer and the citizen alike.

The days are walked one by one (`engine.deadlines.walk`), while `engine.deadlines.counting` jumps. That both end on the
same day is a property the tests hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.deadlines import wording
from engine.deadlines.calendar import Calendar
from engine.deadlines.clock_events import ClockEvent
from engine.deadlines.consumption import Holding, Share, consumption
from engine.deadlines.course import ClockState
from engine.deadlines.ledger import Due, due
from engine.deadlines.terms import Term, Unit
from engine.deadlines.walk import ONE_DAY, DayLine, DayWalk, HourWalk

__all__ = ["DayLine", "Explanation", "Holding", "Share", "consumption", "explain"]


@dataclass(frozen=True)
class Explanation:
    """A due date with its reasons: the days in order, and the whole in a sentence or two."""

    lines: tuple[DayLine, ...]
    due: Due
    term: Term
    calendar: str
    summary_vi: str
    summary_en: str


def explain(
    events: Iterable[ClockEvent], term: Term, calendar: Calendar, *, until: datetime | None = None
) -> Explanation:
    """Each day from the reception to the end of the term, or to `until` if that is later.

    Raises:
        ClockRefusedError: the ledger contradicts itself.
        UnknownCalendarYearError: the count leaves the calendar.
    """
    ledger = list(events)
    answer = due(ledger, term, calendar, now=until)
    name = f"{calendar.name} {calendar.version}"
    lines = tuple(_lines(ledger, term, calendar, answer, until))
    return Explanation(lines, answer, term, name, *_summary(lines, answer, term, calendar))


def _lines(
    events: list[ClockEvent], term: Term, calendar: Calendar, answer: Due, until: datetime | None
) -> Iterator[DayLine]:
    if not events:
        return
    walk = HourWalk(events, term, calendar) if term.unit is Unit.WORKING_HOURS else DayWalk(events, term, calendar)
    ends = [answer.closed_at] if answer.closed_at else [answer.due_at, until]
    last = max(calendar.local_day(moment) for moment in (*ends, max(one.at for one in events)) if moment)
    day = calendar.local_day(min(event.at for event in events))
    while day <= last:
        yield walk.line(day)
        day += ONE_DAY


def _summary(lines: tuple[DayLine, ...], answer: Due, term: Term, calendar: Calendar) -> tuple[str, str]:
    """The whole in two sentences, Vietnamese and English."""
    rule = wording.rule_of_end(term)
    basis = f" ({term.legal_basis})" if term.legal_basis else ""
    vi = f"Thời hạn {term.describe('vi')}{basis}, {rule.vi} ({rule.article})."
    en = f"Term of {term.describe('en')}{basis}; it {rule.en} ({rule.article})."
    vi, en = vi + _verdict(answer, calendar)[0], en + _verdict(answer, calendar)[1]
    if answer.provisional:
        vi += " Tạm tính: lịch của năm liên quan chưa chốt."
        en += " Provisional: the calendar of a year concerned is not closed."
    if term.sample:
        vi += " Thời hạn minh họa, chưa được xác nhận."
        en += " Sample term, not confirmed."
    return vi, en


def _verdict(answer: Due, calendar: Calendar) -> tuple[str, str]:
    def said(moment: datetime) -> str:
        return f"{moment.astimezone(calendar.zone):%H:%M:%S %d/%m/%Y}"

    if answer.due_at is None:
        if answer.state is ClockState.SUSPENDED:
            return " Đang tạm dừng, chưa có ngày hẹn trả.", " Suspended: no due date for now."
        if answer.state is ClockState.NOT_STARTED:
            return " Chưa bắt đầu tính.", " Not started."
        return " Đã kết thúc khi đang tạm dừng.", " Closed while suspended."
    vi, en = f" Hết hạn lúc {said(answer.due_at)}.", f" It ends at {said(answer.due_at)}."
    if answer.original_due_at and answer.original_due_at != answer.due_at:
        vi += f" Ngày hẹn đầu tiên: {said(answer.original_due_at)}."
        en += f" First due date: {said(answer.original_due_at)}."
    return vi, en
