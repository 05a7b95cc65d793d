"""What a period tells, told from the months that are kept of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.persistence.month_tallies import Alike, MonthTally
from engine.persistence.statistics import Tally
from engine.persistence.statistics_boxes import Box, Origin, Question, number_of

Span = tuple[datetime, datetime | None]  # from, up to (excluded; None: and ever since)
_EVER: Final = "9999-99"  # behind every month
_BOXES: Final = tuple(Box)
_NUMBERS: Final = {box: number_of(box) for box in Box}
_LATE: Final = frozenset(map(number_of, (Box.EXTENDED, Box.LATE)))


@dataclass(frozen=True)
class Window:
    """A period of whole months, YYYY-MM: from the first up to another (excluded)."""

    first: str
    past: str

    @classmethod
    def of(cls, question: Question) -> "Window | None":
        """The window of a question; None when its period breaks a month that has ended."""
        return cls.of_moments(question.start, question.end, question.at, question.zone)

    @classmethod
    def of_moments(cls, start: datetime, end: datetime, at: datetime, zone: ZoneInfo) -> "Window | None":
        """The window from a moment up to another (excluded), judged at a moment: the last second, or now."""
        goes_on = end - at > timedelta(seconds=1)
        first, past = start.astimezone(zone), end.astimezone(zone)
        if first.day != 1 or (past.day != 1 and not goes_on):
            return None
        return cls(month(first, zone), _EVER if goes_on else month(past, zone))


@dataclass(frozen=True)
class Kept:
    """The kept months of a scope, in order."""

    months: tuple[MonthTally, ...] = ()

    def since(self, first: str) -> "Kept":
        """Those from a month on."""
        return replace(self, months=tuple(one for one in self.months if one.month >= first))

    def gaps(self, start: datetime) -> list[Span]:
        """The spans since a moment in which what was closed is not kept; the last goes on for ever."""
        found: list[Span] = []
        for one in self.months:
            if one.first > start:
                found.append((start, one.first))
            start = max(start, one.past)
        return [*found, (start, None)]

    def by_month(self, window: Window) -> list[tuple[MonthTally, list[Tally]]]:
        """`tallies` of each month."""
        return [(one, replace(self, months=(one,)).tallies(window)) for one in self.months]

    def tallies(self, window: Window) -> list[Tally]:
        """As `queries.tallies` of what was closed in these months."""
        numbers: Counter[tuple[str, int, Origin]] = Counter()
        for tally in self.months:
            for one in tally.alike:
                if (box := _box(one, tally.month, window)) is not None:
                    numbers[one.key, box, _origin(one, window)] += one.number
        return [Tally(key, _BOXES[box], origin, number) for (key, box, origin), number in numbers.items()]

    def used(self, window: Window) -> Iterator[tuple[str, int, int]]:
        """(key, dossiers, their working days) of what was resolved on its first count."""
        for tally in self.months:
            for one in tally.used:
                if window.first <= one.resolved < window.past:
                    yield one.key, one.number, one.days

    def resolved(self, window: Window) -> Iterator[tuple[str, bool, int]]:
        """(month, overdue, number) of what was resolved."""
        for tally in self.months:
            for one in tally.alike:
                if one.resolved and window.first <= one.resolved < window.past:
                    yield one.resolved, one.box in _LATE, one.number


def month(moment: datetime, zone: ZoneInfo) -> str:
    """The month of a moment in a zone, YYYY-MM."""
    return f"{moment.astimezone(zone):%Y-%m}"


def _box(one: Alike, closed: str, window: Window) -> int | None:
    """The number of the box in which dossiers stand at the end of the window; None: they were not in hand in it."""
    if one.received >= window.past or (one.resolved and one.resolved < window.first):
        return None
    if (one.resolved or closed) < window.past:
        return one.box
    return _NUMBERS[_running(one, window)]


def _running(one: Alike, window: Window) -> Box:
    if one.late_from and one.late_from < window.past:
        return Box.RUNNING_LATE
    if one.extended_from and one.extended_from < window.past:
        return Box.RUNNING_EXTENDED
    return Box.RUNNING if one.accepted else Box.WAITING


def _origin(one: Alike, window: Window) -> Origin:
    if one.received < window.first:
        return Origin.CARRIED
    return Origin.NEW_ONLINE if one.online else Origin.NEW_DIRECT
