"""What every use case needs from outside: the time, the calendar, the services that processes may call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.clock import Clock
from engine.deadlines.calendar import Calendar
from engine.runtime.evaluation import Service


@dataclass(frozen=True)
class Platform:
    """The surroundings of the engine."""

    clock: Clock
    calendar: Calendar
    services: Mapping[str, Service] = field(default_factory=dict)

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
