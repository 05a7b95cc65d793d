"""What every use case needs from outside: the time, the calendar, the services that processes may call."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.clock import Clock
from engine.deadlines.calendar import Calendar, load_calendar
from engine.runtime.evaluation import Service

WARN_AT = (3, 2)  # working days before the term lapses; no article names a figure, the apology needs one day more


class Platform:
    """The surroundings of the engine.

    The calendar is the newest version that this process has seen. Every transition asks for the newest number while
    it locks its dossier (`know`), so that all nodes count by the same calendar.
    """

    def __init__(
        self,
        clock: Clock,
        calendar: Calendar,
        services: Mapping[str, Service] | None = None,
        warn_at: tuple[int, ...] = WARN_AT,
        leader_by_law: bool = True,
    ) -> None:
        """`calendar` is the one that ships (number 0); `warn_at` says when to warn, in working days before the end.

        `leader_by_law`: a body's leader may decide what no recorded mandate speaks of.
        """
        self.clock = clock
        self.services = dict(services or {})
        self.warn_at = warn_at
        self.leader_by_law = leader_by_law
        self._calendars = {0: calendar}
        self._newest = 0

    @property
    def calendar(self) -> Calendar:
        """The newest calendar that this process has seen."""
        return self._calendars[self._newest]

    @property
    def calendar_number(self) -> int:
        """The number of `calendar`; 0 for the one that ships."""
        return self._newest

    @property
    def shipped_calendar(self) -> Calendar:
        """The calendar that ships with the platform (number 0)."""
        return self._calendars[0]

    def knows(self, number: int) -> bool:
        """Whether the calendar of this number has been read."""
        return number in self._calendars

    def know(self, number: int, content: str | None = None) -> None:
        """From now on count by calendar `number`, whose file is `content` (needed the first time)."""
        if number not in self._calendars:
            if content is None:
                raise KeyError(f"expected the file of calendar {number}, which this process has not read yet")
            self._calendars[number] = load_calendar(content.encode())
        self._newest = number

    @property
    def zone(self) -> ZoneInfo:
        """The authority's time zone."""
        return self.calendar.zone

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Today in the authority's time zone."""
        return self.day_of(self.now())

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls in the authority's time zone."""
        return moment.astimezone(self.zone).date()
