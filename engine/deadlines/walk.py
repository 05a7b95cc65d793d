"""Counting one day after the other, as a person with a wall calendar would, and saying why at each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from engine.deadlines import counting, wording
from engine.deadlines.calendar import Calendar
from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.deadlines.course import ClockState, Course, in_order, moments
from engine.deadlines.days import CalendarDay, DayKind
from engine.deadlines.terms import Ends, Starts, Term, Unit
from engine.deadlines.wording import Words

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayLine:
    """One day of an explanation.

    `number` is the running count after a counted day (hours so far for a term in working hours), None on a day
    that does not count. `article` is the legal text the reason rests on. `last` marks the day the term ends.
    """

    day: date
    counted: bool
    number: float | None
    reason_vi: str
    reason_en: str
    article: str
    kind: DayKind
    provisional: bool = False
    last: bool = False


class DayWalk:
    """Counts days one by one."""

    def __init__(self, events: list[ClockEvent], term: Term, calendar: Calendar) -> None:
        self.term, self.calendar = term, calendar
        self.waiting = list(moments(events))
        self.course = Course()
        self.first = date.max  # the first day that may count
        self.counts_at_once = False  # whether that day counts although the clock started only in its course
        self.used = 0
        self.allowed = 0
        self.ended = False

    def line(self, day: date) -> DayLine:
        """The line of the next day; days are asked for in order, without a gap."""
        begins_as = self.course.state
        today = list(self._events_of(day))
        was_ended = self.ended
        facts = self.calendar.day(day)
        counted = self._counts(facts, begins_as) and not was_ended
        self.used += self._counts(facts, begins_as)
        number = self.used
        self._close_day(facts)
        here = self.ended and not was_ended
        words = self._words(facts, begins_as, today, counted=counted and number <= self.allowed, ended=was_ended)
        if here and self.course.runs:
            end = counting.due_at(self.course, self.term, self.calendar)
            words = words.also(*wording.ends_here(end)) if end else words
        shown = counted and number <= self.allowed
        return _line(facts, words, number if shown else None, last=here)

    # ---- the day's events -------------------------------------------------------------------------------

    def _events_of(self, day: date) -> Iterator[ClockEvent]:
        """Apply what happened on the day, the lapse of a cap included, and tell it."""
        over = self.calendar.at(day + ONE_DAY, time())
        while self.waiting and self.waiting[0][0] < over:
            at, group = self.waiting.pop(0)
            yield from self._lapse(at)
            for event, after in in_order(group, self.course, self.term, self._rolled):
                self._take(event, after)
                yield event
        yield from self._lapse(over - timedelta(microseconds=1))

    def _lapse(self, moment: datetime) -> Iterator[ClockEvent]:
        lapsed, suspension = self.course.lapse(moment), self.course.suspension
        if lapsed is not self.course and suspension and suspension.until:
            self.course = lapsed
            yield replace(suspension, kind=ClockEventKind.RESUMED, at=suspension.until, until=None)

    def _rolled(self, course: Course) -> int:
        return counting.rolled_over(course, self.term, self.calendar)

    def _take(self, event: ClockEvent, after: Course) -> None:
        if event.kind is ClockEventKind.EXTENDED:
            self.allowed += after.extra - self.course.extra
            end = counting.due_at(after, self.term, self.calendar)
            self.ended = self.ended and end is not None and end < event.at
        if event.kind in (ClockEventKind.ACCEPTED, ClockEventKind.RESTARTED):
            taken_in = counting.first_day(event.at, self.term, self.calendar)
            self.first = taken_in if self.term.starts is Starts.SAME_DAY else taken_in + ONE_DAY
            self.counts_at_once = self.first == self.calendar.local_day(event.at)
            self.used, self.ended = 0, False
            self.allowed = counting.allowed(after, self.term, self.calendar)
        self.course = after

    # ---- counting ---------------------------------------------------------------------------------------

    def _counts(self, facts: CalendarDay, begins_as: ClockState) -> bool:
        """Whether the day is one the clock counts: it ran when the day began, and the unit counts such days."""
        started_today = self.counts_at_once and facts.day == self.first
        ran = begins_as is ClockState.RUNNING or started_today
        return ran and facts.day >= self.first and (facts.kind.counts or self.term.unit is not Unit.WORKING_DAYS)

    def _close_day(self, facts: CalendarDay) -> None:
        """Whether the term has ended with this day."""
        may_end = facts.kind.counts or (self.term.ends is Ends.END_OF_DAY and self.term.unit is not Unit.WORKING_DAYS)
        ran = self.course.running_at(counting.end_on(facts.day, self.term, self.calendar))
        self.ended = self.used >= self.allowed and (self.ended or (may_end and ran))

    # ---- words ------------------------------------------------------------------------------------------

    def _words(
        self, facts: CalendarDay, begins_as: ClockState, today: list[ClockEvent], *, counted: bool, ended: bool
    ) -> Words:
        kinds = {event.kind for event in today}
        words = self._reason(facts, begins_as, kinds, counted=counted, ended=ended)
        if counted and ClockEventKind.SUSPENDED in kinds and self.course.state is ClockState.SUSPENDED:
            words = words.also(*wording.interrupted())
        for event in today:
            if event.kind is ClockEventKind.EXTENDED:
                words = words.also(*wording.extended(event))
        return words

    def _reason(
        self,
        facts: CalendarDay,
        begins_as: ClockState,
        kinds: set[ClockEventKind],
        *,
        counted: bool,
        ended: bool,
    ) -> Words:
        if counted:
            return wording.counted_day(facts, self.used, self.allowed, self.term)
        if begins_as.closed:
            return wording.after_close()
        if ClockEventKind.RESTARTED in kinds:
            return wording.restart_day()
        if begins_as is ClockState.NOT_STARTED or facts.day < self.first:
            return self._not_yet(facts.day)
        if begins_as is ClockState.SUSPENDED and not ended:
            resumed = ClockEventKind.RESUMED in kinds
            return (wording.resumption_day if resumed else wording.suspended_day)(self.course.suspension)
        return wording.overdue_day() if ended else self._rest(facts)

    def _rest(self, facts: CalendarDay) -> Words:
        """A day of a running term that does not count."""
        if self.used < self.allowed:
            return wording.closed_day(facts)
        return wording.moved_end() if facts.kind.counts else wording.rolled_day(facts)

    def _not_yet(self, day: date) -> Words:
        if self.course.started_at is None:
            return wording.waiting(self.term)
        first = self.first if self.term.starts is Starts.SAME_DAY else self.first - ONE_DAY
        if day < first:
            return wording.before_first_day(first, self.term)
        return wording.reception_day(self.term)


class HourWalk(DayWalk):
    """Counts the working hours of one day after the other."""

    def line(self, day: date) -> DayLine:
        """The line of the next day: how many working hours of it counted."""
        begins_as, before = self.course.state, self._used_by_end_of(day - ONE_DAY)
        today = list(self._events_of(day))
        facts = self.calendar.day(day)
        after = self._used_by_end_of(day)
        if ClockEventKind.RESTARTED in {event.kind for event in today}:
            before = 0
        number = round(after / 3600, 4)
        if after > before:
            words = Words(
                f"{round((after - before) / 3600, 4):g} giờ làm việc được tính: {facts.reason_vi}",
                f"{round((after - before) / 3600, 4):g} working hours counted: {facts.reason_en}",
                self.term.legal_basis or wording.CIVIL_CODE_147_1,
            )
        else:
            words = self._hourless(facts, begins_as)
        end = counting.due_at(self.course, self.term, self.calendar)
        last = end is not None and self.calendar.local_day(end) == day
        if last and end:
            words = words.also(*wording.ends_here(end))
        return _line(facts, words, number if after > before else None, last=last)

    def _used_by_end_of(self, day: date) -> int:
        over = self.calendar.at(day + ONE_DAY, time())
        closed = self.course.closed_at
        moment = min(over, closed) if closed else over
        return counting.used_by(moment, self.course, self.term, self.calendar) if self.course.runs else 0

    def _hourless(self, facts: CalendarDay, begins_as: ClockState) -> Words:
        if begins_as.closed:
            return wording.after_close()
        if self.course.started_at is None:
            return wording.waiting(self.term)
        if self.course.state is ClockState.SUSPENDED:
            return wording.suspended_day(self.course.suspension)
        if not facts.kind.counts:
            return wording.closed_day(facts)
        used_up = counting.used_by(self.calendar.end_of_day(facts.day), self.course, self.term, self.calendar)
        if used_up >= counting.allowed(self.course, self.term, self.calendar):
            return wording.overdue_day()
        return Words("Không có giờ làm việc nào được tính trong ngày", "No working hour of this day counted")


def _line(facts: CalendarDay, words: Words, number: float | None, *, last: bool) -> DayLine:
    return DayLine(
        facts.day,
        number is not None,
        number,
        words.vi,
        words.en,
        words.article,
        facts.kind,
        facts.provisional,
        last,
    )
