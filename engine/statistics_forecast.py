"""What lapses next, told before it does."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from engine.deadlines.errors import UnknownCalendarYearError
from engine.persistence import statistics as queries
from engine.persistence.statistics_boxes import Question
from engine.platform import Platform
from engine.statistics_values import Forecast

NAMED = 25  # dossiers of those that lapse next


def forecast(session: Session, platform: Platform, question: Question) -> Forecast:
    """What lapses later today and by the end of the next working day, of the dossiers that the question is about."""
    now, calendar, next_on = platform.now(), platform.calendar, _next_working(platform)
    spans = now, calendar.end_of_day(platform.today()), calendar.end_of_day(next_on)
    rows = queries.lapsing(session, question, spans, NAMED)
    before, behind_it = (rows[0].before, rows[0].behind) if rows else (0, 0)
    return Forecast(before, behind_it, next_on, tuple(rows))


def _next_working(platform: Platform) -> date:
    tomorrow = platform.today() + timedelta(days=1)
    try:
        return platform.calendar.next_working(tomorrow)
    except UnknownCalendarYearError:
        return tomorrow  # nobody has said yet which days of that year are worked
