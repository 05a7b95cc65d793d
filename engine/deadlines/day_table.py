"""Counting over numbered days: where the working days lie, and how many lie before each day."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date

from engine.deadlines.errors import UnknownCalendarYearError


class DayTable:
    """The days from `first` on (proleptic day numbers, `date.toordinal`), each with a length: 0 where not worked.

    With lengths of 1 it counts days, with lengths in seconds it counts hours. `unknown` makes the error for a year
    that is not covered.
    """

    def __init__(self, first: int, lengths: Sequence[int], unknown: Callable[[int], UnknownCalendarYearError]) -> None:
        self.first = first
        self._unknown = unknown
        self._before = array("q", [0])  # the sum of lengths before each day, and before the day after the last
        total = 0
        for length in lengths:
            total += length
            self._before.append(total)

    def require(self, number: int) -> int:
        """The day's place in the table.

        Raises:
            UnknownCalendarYearError: the day is not covered.
        """
        place = number - self.first
        if 0 <= place < len(self._before) - 1:
            return place
        raise self._unknown(date.fromordinal(number).year)

    def length(self, number: int) -> int:
        """The length of the day."""
        place = self.require(number)
        return self._before[place + 1] - self._before[place]

    def before(self, number: int) -> int:
        """The sum of lengths before the day, which may be the one after the last."""
        place = number - self.first
        if 0 <= place < len(self._before):
            return self._before[place]
        raise self._unknown(date.fromordinal(number).year)

    def reaching(self, total: int) -> int:
        """The number of the first day by whose end the sum of lengths reaches `total` (1 or more)."""
        place = bisect_left(self._before, total)
        if total < 1 or place >= len(self._before):
            end = self.first if total < 1 else self.first + len(self._before) - 1
            raise self._unknown(date.fromordinal(end if total >= 1 else end - 1).year)
        return self.first + place - 1
