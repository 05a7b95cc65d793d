"""Counting a course on a calendar: when it ends, and how much of it is used.

One rule counts days, whatever the unit: a day belongs to what was true when it began. It counts if the clock was
running at its first instant (and, in working days, if it is worked). So the day of reception does not count, nor
the day on which a pause ends, while the day on which a pause begins does (Civil Code 2015 Art. 147(2)); and a
pause that begins and ends on one day costs no day. A term never ends while the clock is paused: if the end of its
last day falls in a pause, it ends with the first day at whose end the clock runs again.
"""

from calendar import monthrange
from datetime import date, datetime

from engine.deadlines.calendar import Calendar
from engine.deadlines.course import Course
from engine.deadlines.terms import Ends, Starts, Term, Unit

DayRun = tuple[int, int | None]  # day numbers: counted after the first, up to and including the second


def first_day(moment: datetime, term: Term, calendar: Calendar) -> date:
    """The day on which the term takes what happened at the moment to have happened.

    After the cut-off hour, and on a day not worked when there is a cut-off, that is the next working day.
    """
    local = moment.astimezone(calendar.zone)
    day = local.date()
    if term.cut_off is None:
        return day
    if calendar.is_working(day):
        late = local.time().replace(microsecond=0) > term.cut_off
        return calendar.add_working_days(day, 1) if late else day
    return calendar.next_working(day)


def day_runs(course: Course, term: Term, calendar: Calendar) -> list[DayRun]:
    """The spans in which the clock ran, in days."""
    bound = _first_bound(course.runs[0][0], term, calendar)
    runs: list[DayRun] = []
    for place, (start, end) in enumerate(course.runs):
        first = max(bound, calendar.local_day(start).toordinal()) if place else bound
        last = max(bound, calendar.local_day(end).toordinal()) if end else None
        runs.append((first, last))
    return runs


def _first_bound(start: datetime, term: Term, calendar: Calendar) -> int:
    day = first_day(start, term, calendar).toordinal()
    calendar.table.require(day)  # an uncovered year is an error even where it would not be counted
    return day - 1 if term.starts is Starts.SAME_DAY else day


def allowed(course: Course, term: Term, calendar: Calendar) -> int:
    """How much may be used in all: days, or seconds for a term in working hours."""
    if term.unit is Unit.WORKING_HOURS:
        return term.amount * 3600 + course.extra * calendar.standard_day
    if term.unit is Unit.MONTHS:
        first = first_day(course.runs[0][0], term, calendar)
        return (add_months(first, term.amount) - first).days + course.extra
    return term.amount + course.extra


def add_months(day: date, months: int) -> date:
    """The corresponding day of the month so many months on, or that month's last day (Art. 148(3))."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def due_at(course: Course, term: Term, calendar: Calendar) -> datetime | None:
    """The last second in time, or None while no end is in sight (not started, or paused before the end).

    Raises:
        UnknownCalendarYearError: the count leaves the calendar.
    """
    if not course.runs:
        return None
    if term.unit is Unit.WORKING_HOURS:
        return _due_moment(course, term, calendar)
    day = due_day(course, term, calendar)
    return None if day is None else end_on(day, term, calendar)


def end_on(day: date, term: Term, calendar: Calendar) -> datetime:
    """The last second in time if a term in days or months ends on that day."""
    if term.ends is Ends.CLOSE_OF_BUSINESS:
        return calendar.close_of_business(day)
    return calendar.end_of_day(day)


def due_day(course: Course, term: Term, calendar: Calendar) -> date | None:
    """The day on which a term in days or months ends: the first possible one at whose end the clock runs."""
    last = _last_counted(course, term, calendar)
    if last is None:
        return None
    day = _closing(last, term, calendar)
    end = end_on(date.fromordinal(day), term, calendar)
    while not course.running_at(end):
        start = next((start for start, _ in course.runs if start > end), None)
        if start is None:
            return None
        day = _closing(calendar.local_day(start).toordinal(), term, calendar)
        end = end_on(date.fromordinal(day), term, calendar)
        if end < start:  # the clock went on after that day's hours
            day = _closing(day + 1, term, calendar)
            end = end_on(date.fromordinal(day), term, calendar)
    return date.fromordinal(day)


def _last_counted(course: Course, term: Term, calendar: Calendar) -> int | None:
    """The day number of the last day to count; None while the clock is paused before it."""
    left = allowed(course, term, calendar)
    for first, last in day_runs(course, term, calendar):
        here = None if last is None else _count(first, last, term, calendar)
        if here is None or here >= left:
            return _nth(first, left, term, calendar)
        left -= here
    return None


def rolled_over(course: Course, term: Term, calendar: Calendar) -> int:
    """How many countable days lie between the last day of the term and the day to which its end was moved.

    An extension counts from the end as it was moved, so these days become part of the term.
    """
    counts_days = course.runs and term.unit is not Unit.WORKING_HOURS
    end = due_day(course, term, calendar) if counts_days else None
    if end is None:
        return 0
    return max(0, _countable(end.toordinal(), course, term, calendar) - allowed(course, term, calendar))


def used_by(moment: datetime, course: Course, term: Term, calendar: Calendar) -> int:
    """How much of what is allowed is used at the moment: days, or seconds; a day is used when it begins."""
    if not course.runs:
        return 0
    if term.unit is Unit.WORKING_HOURS:
        used = sum(
            calendar.working_seconds_until(min(end or moment, moment)) - calendar.working_seconds_until(start)
            for start, end in course.runs
            if start < moment
        )
    else:
        used = _countable(calendar.local_day(moment).toordinal(), course, term, calendar)
    return min(used, allowed(course, term, calendar))


def _countable(day: int, course: Course, term: Term, calendar: Calendar) -> int:
    """How many days the clock could count up to and including the day number, beyond what is allowed too."""
    return sum(
        _count(first, day if last is None else min(last, day), term, calendar)
        for first, last in day_runs(course, term, calendar)
        if first < day
    )


def _due_moment(course: Course, term: Term, calendar: Calendar) -> datetime | None:
    left = allowed(course, term, calendar)
    for start, end in course.runs:
        begun = calendar.working_seconds_until(start)
        here = None if end is None else calendar.working_seconds_until(end) - begun
        if here is not None and here < left:
            left -= here
            continue
        moment = calendar.moment_of_working_second(begun + left) if left else start.astimezone(calendar.zone)
        if end is None or moment < end:
            return moment
        left = 0
    return None


def _count(first: int, last: int, term: Term, calendar: Calendar) -> int:
    return calendar.count_working(first, last) if term.unit is Unit.WORKING_DAYS else last - first


def _nth(first: int, n: int, term: Term, calendar: Calendar) -> int:
    return calendar.nth_working(first, n) if term.unit is Unit.WORKING_DAYS else first + n


def _closing(day: int, term: Term, calendar: Calendar) -> int:
    """The day on which a term ends whose last counted day is this one (Civil Code 2015 Art. 148(5))."""
    if term.ends is Ends.END_OF_DAY and term.unit is not Unit.WORKING_DAYS:
        calendar.table.require(day)
        return day
    return calendar.nth_working(day - 1, 1)
