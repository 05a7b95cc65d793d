"""The working calendar: which days are worked, why, and who says so; counting over them.

A calendar covers certain years only. A day of another year raises `UnknownCalendarYearError`: no weekday is
ever guessed. A provisional year counts, and what was counted with it is flagged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.deadlines.calendar_file import check_calendar, read_calendar
from engine.deadlines.day_table import DayTable
from engine.deadlines.days import CalendarData, CalendarDay, CalendarDecision, DayKind, Hours
from engine.deadlines.errors import OverlappingDecisionsError, UnknownCalendarYearError

__all__ = ["Calendar", "CalendarDay", "DayKind", "load_calendar", "vietnam"]

WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKLY_REST = "Bộ luật Lao động 45/2019/QH14, Điều 111"
END_OF_DAY = time(23, 59, 59)  # the last second; the day ends "at twenty-four hours" (Civil Code Art. 148(6))


@dataclass(frozen=True)
class Calendar:
    """A dated working calendar of one authority.

    `known_on` restricts it to the decisions and years that could be known on that day; None means all of them.
    """

    data: CalendarData
    known_on: date | None = None

    # ---- what it is -------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The calendar's name."""
        return self.data.name

    @property
    def version(self) -> str:
        """The version of the data, with the day they are restricted to."""
        return self.data.version if self.known_on is None else f"{self.data.version}@{self.known_on}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its days begin and end."""
        return self.data.zone

    @property
    def weekly_rest(self) -> frozenset[int]:
        """The weekly rest as `date.weekday()` numbers."""
        return self.data.rest

    @cached_property
    def decisions(self) -> tuple[CalendarDecision, ...]:
        """The decisions in force: known, and superseded by none that is known."""
        known = [one for one in self.data.decisions if self.known_on is None or one.known_from <= self.known_on]
        gone = {name for one in known for name in one.supersedes}
        return tuple(one for one in known if one.id not in gone)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The covered years, ascending and without a gap."""
        return tuple(
            covered.year for covered in self.data.years if self.known_on is None or covered.known_from <= self.known_on
        )

    @cached_property
    def provisional_years(self) -> frozenset[int]:
        """The covered years that a later decision may still change."""
        return frozenset(covered.year for covered in self.data.years if covered.provisional) & set(self.years)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over what every covered day is: equal calendars count equally."""
        lines = [f"{self.zone.key} {sorted(self.weekly_rest)} {self.years} {self.data.hours!r}"]
        lines += [f"{one.day} {one.kind} {one.provisional}" for _, one in sorted(self._special.items())]
        return sha256("\n".join(lines).encode()).hexdigest()

    def as_known_on(self, day: date) -> "Calendar":
        """The calendar as an authority could know it on that day."""
        return replace(self, known_on=day)

    def with_decisions(self, more: Iterable[CalendarDecision], version: str) -> "Calendar":
        """This calendar with further decisions, under a new version.

        Raises:
            CalendarDataError: the decisions contradict themselves.
            OverlappingDecisionsError: one speaks of a day that another already decided.
        """
        data = replace(self.data, decisions=(*self.data.decisions, *more), version=version)
        check_calendar(data)
        changed = Calendar(data, self.known_on)
        changed.check()
        return changed

    def check(self) -> None:
        """Raise `OverlappingDecisionsError` if two decisions in force speak of the same day."""
        self._special  # noqa: B018 - building the table finds the overlaps

    # ---- one day ----------------------------------------------------------------------------------------

    def day(self, day: date) -> CalendarDay:
        """What the day is, why, and which document says so.

        Raises:
            UnknownCalendarYearError: the year is not covered.
        """
        self.table.require(day.toordinal())
        return self._special.get(day) or self._ordinary(day)

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day. Raises `UnknownCalendarYearError`."""
        return self.table.length(day.toordinal()) > 0

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a provisional year touches the days from `first` to `last`."""
        return any(year in self.provisional_years for year in range(first.year, last.year + 1))

    def working_hours(self, day: date) -> Hours:
        """The hours of that day that count for terms in hours; none on a day that is not worked."""
        return self._hours_of(day) if self.is_working(day) else ()

    def desk_hours(self, day: date) -> Hours:
        """When the desk is open: the working hours, and on an ordinary rest day the further desk hours.

        Being open counts for nothing: a Saturday desk does not make Saturday a working day.
        """
        if self.day(day).kind is DayKind.WEEKEND:
            return dict(self.data.desk).get(day.weekday(), ())
        return self.working_hours(day)

    # ---- counting days ----------------------------------------------------------------------------------

    def next_working(self, day: date) -> date:
        """The first working day on or after the day. Raises `UnknownCalendarYearError`."""
        number = self.table.first + self.table.require(day.toordinal())
        return date.fromordinal(self.nth_working(number - 1, 1))

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after the day, or before it when n is negative; the day itself for 0.

        Raises:
            UnknownCalendarYearError: the count leaves the covered years.
        """
        number = day.toordinal()
        self.table.require(number)
        if n == 0:
            return day
        before = self.table.before(number) + 1 if n < 0 else self.table.before(number + 1)
        return date.fromordinal(self.table.reaching(before + n))

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and including `last`; negative when last < first."""
        return self.count_working(first.toordinal(), last.toordinal())

    def count_working(self, first: int, last: int) -> int:
        """`working_days_between` on proleptic day numbers (`date.toordinal`)."""
        return self.table.before(last + 1) - self.table.before(first + 1)

    def nth_working(self, number: int, n: int) -> int:
        """The day number of the n-th working day (n >= 1) after the day number."""
        return self.table.reaching(self.table.before(number + 1) + n)

    # ---- counting hours ---------------------------------------------------------------------------------

    def working_seconds_until(self, moment: datetime) -> int:
        """Working seconds from the start of the calendar to the moment. Differences are what matters."""
        local = moment.astimezone(self.zone)
        done = self.seconds_table.before(local.toordinal())
        clock = local.hour * 3600 + local.minute * 60 + local.second
        for start, end in self.working_hours(local.date()):
            done += max(0, min(clock, _seconds(end)) - _seconds(start))
        return done

    def moment_of_working_second(self, seconds: int) -> datetime:
        """The first moment by which that many working seconds (1 or more) have passed."""
        number = self.seconds_table.reaching(seconds)
        day = date.fromordinal(number)
        left = seconds - self.seconds_table.before(number)
        spans = iter(self.working_hours(day))
        start, end = next(spans)
        while left > _seconds(end) - _seconds(start):
            left -= _seconds(end) - _seconds(start)
            start, end = next(spans)
        return self.at(day, start) + timedelta(seconds=left)

    @cached_property
    def standard_day(self) -> int:
        """The working seconds of one ordinary working day by the newest hours; what "one day more" means."""
        return sum(_seconds(end) - _seconds(start) for start, end in self._hours_of(date.max))

    # ---- moments ----------------------------------------------------------------------------------------

    def local_day(self, moment: datetime) -> date:
        """The day of the moment in the calendar's zone."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, clock: time) -> datetime:
        """The moment of that local time on that day."""
        return datetime.combine(day, clock, self.zone)

    def end_of_day(self, day: date) -> datetime:
        """The last second of the day (Civil Code 2015 Art. 148(6))."""
        return datetime.combine(day, END_OF_DAY, self.zone)

    def close_of_business(self, day: date) -> datetime:
        """The end of the working hours of the day, or the last second of a day that is not worked."""
        hours = self.working_hours(day)
        return self.at(day, hours[-1][1]) if hours else self.end_of_day(day)

    # ---- tables -----------------------------------------------------------------------------------------

    @cached_property
    def _special(self) -> Mapping[date, CalendarDay]:
        found: dict[date, CalendarDay] = {}
        for decision in self.decisions:
            for one in decision.days:
                if one.day in found:
                    raise OverlappingDecisionsError(
                        f"Expected one decision about {one.day}, found {found[one.day].source!r} and"
                        f" {decision.document!r}; let one supersede the other.",
                        f"Ngày {one.day:%d/%m/%Y} có hai văn bản: {found[one.day].source!r} và"
                        f" {decision.document!r}; hãy ghi văn bản nào thay thế văn bản nào.",
                    )
                found[one.day] = CalendarDay(
                    one.day,
                    one.kind,
                    one.reason_vi,
                    one.reason_en,
                    decision.document,
                    one.day.year in self.provisional_years,
                )
        return found

    def _ordinary(self, day: date) -> CalendarDay:
        weekday = day.weekday()
        provisional = day.year in self.provisional_years
        if weekday in self.weekly_rest:
            vi, en = f"Nghỉ hằng tuần ({WEEKDAYS_VI[weekday]})", f"Weekly rest ({WEEKDAYS_EN[weekday]})"
            return CalendarDay(day, DayKind.WEEKEND, vi, en, WEEKLY_REST, provisional)
        vi, en = f"Ngày làm việc ({WEEKDAYS_VI[weekday]})", f"Working day ({WEEKDAYS_EN[weekday]})"
        return CalendarDay(day, DayKind.WORKING, vi, en, "", provisional)

    @cached_property
    def table(self) -> DayTable:
        """The covered days, working days with length 1."""
        special = {day.toordinal(): int(one.kind.counts) for day, one in self._special.items()}
        rest = {(weekday + 1) % 7 for weekday in self.weekly_rest}  # day number 1 was a Monday
        days = self._numbers
        return DayTable(days.start, [special.get(n, int(n % 7 not in rest)) for n in days], self._unknown)

    @cached_property
    def seconds_table(self) -> DayTable:
        """The covered days with their working seconds."""
        each = (self.working_hours(date.fromordinal(n)) for n in self._numbers)
        lengths = [sum(_seconds(end) - _seconds(start) for start, end in hours) for hours in each]
        return DayTable(self._numbers.start, lengths, self._unknown)

    @property
    def _numbers(self) -> range:
        if not self.years:
            return range(1, 1)
        return range(date(self.years[0], 1, 1).toordinal(), date(self.years[-1], 12, 31).toordinal() + 1)

    def _hours_of(self, day: date) -> Hours:
        spans: Hours = ()
        for dated in self.data.hours:
            if dated.valid_from <= day:
                spans = dated.spans
        return spans

    def _unknown(self, year: int) -> UnknownCalendarYearError:
        covered = f"{self.years[0]}-{self.years[-1]}" if self.years else "-"
        return UnknownCalendarYearError(
            f"Expected a year that calendar {self.name!r} version {self.version} covers ({covered}), found {year};"
            " enter the decisions of that year (motcua calendar import) and try again.",
            f"Lịch {self.name!r} phiên bản {self.version} chỉ có các năm {covered}, chưa có năm {year};"
            " hãy nhập quyết định của năm đó (motcua calendar import) rồi làm lại.",
            year=year,
        )


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def load_calendar(source: Path | bytes) -> Calendar:
    """The calendar in a TOML file or in its bytes.

    Raises:
        CalendarDataError: the data contradict themselves or a covered year is empty.
        OverlappingDecisionsError: two decisions speak of one day.
    """
    calendar = Calendar(read_calendar(source if isinstance(source, bytes) else source.read_bytes()))
    calendar.check()
    return calendar


@cache
def vietnam() -> Calendar:
    """The shipped calendar of Viet Nam, 2024-2027."""
    return load_calendar((files("engine.deadlines") / "calendars" / "vietnam.toml").read_bytes())
