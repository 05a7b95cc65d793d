"""Counts the months of what statistics are asked about, so that a report adds months up: a chore of the scheduler.

What was closed up to last midnight is counted once for each scope that somebody has asked in, or sees when opening the
page; a report counts the rest, and whatever is not kept yet, by itself. So nothing but its speed depends on this chore.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.model import Actor
from engine.organisation.people import roles_of_each
from engine.persistence import month_tallies
from engine.persistence.month_tallies import MonthTally, Scope, Used
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.statistics_inquiry import READERS, Inquiry, is_noted, note
from engine.statistics_months import month as month_of
from engine.statistics_values import Asked, months_later, period_of

log = logging.getLogger(__name__)
UNASKED: Final = timedelta(days=60)  # what nobody has asked for so long is not kept


def keeper(db: Engine, platform: Platform) -> Callable[[], None]:
    """The chore."""

    def chore() -> None:
        if done := keep_months(db, platform):
            log.info("kept for reports: %d months", done)

    return chore


def keep_months(db: Engine, platform: Platform) -> int:
    """Count what is missing, month by month, each in a transaction of its own; how many were counted."""
    run(db, partial(_note, platform=platform))
    with reading(db) as session:
        scopes = month_tallies.scopes(session)
    return sum(_keep(db, platform, scope) for scope in scopes)


def keep_months_of(session: Session, platform: Platform, scope: Scope) -> int:
    """Count what is missing of one scope in this session; how many months were counted."""
    missing = _missing(session, platform, scope)
    for month in missing:
        _count(session, platform, scope, month)
    return len(missing)


def _keep(db: Engine, platform: Platform, scope: Scope) -> int:
    with reading(db) as session:
        missing = _missing(session, platform, scope)
    for month in missing:
        run(db, partial(_count, platform=platform, scope=scope, month=month))
    return len(missing)


def _note(session: Session, platform: Platform) -> None:
    """Drop what is of no use any more, and note what each reader of statistics sees first."""
    month_tallies.forget(session, platform.today() - UNASKED, platform.calendar_number)
    for roles in roles_of_each(session, READERS, platform.today()):
        inquiry = Inquiry(platform, Actor(None, "", roles=roles), Asked(period_of("this_month", platform.today())))
        if not is_noted(session, inquiry):
            note(session, inquiry)


def _missing(session: Session, platform: Platform, scope: Scope) -> list[str]:
    earliest = month_tallies.first_closed(session)
    if earliest is None:
        return []
    begin, kept = month_of(earliest, platform.zone), month_tallies.spans(session, scope)
    return [
        month
        for month, (_first, past) in _wanted(platform).items()
        if month >= begin and (month not in kept or kept[month][1] < past)
    ]


def _wanted(platform: Platform) -> dict[str, tuple[datetime, datetime]]:
    """The months since the beginning of last year, the present one up to last midnight."""
    today = platform.today()
    found, first = {}, date(today.year - 1, 1, 1)
    while first < today:
        later = months_later(first, 1)
        found[f"{first:%Y-%m}"] = _begins(platform, first), _begins(platform, min(later, today))
        first = later
    return found


def _begins(platform: Platform, day: date) -> datetime:
    return platform.calendar.end_of_day(day - timedelta(days=1)) + timedelta(seconds=1)


def _count(session: Session, platform: Platform, scope: Scope, month: str) -> None:
    month_tallies.alone(session)
    first, past = _wanted(platform)[month]
    so_far = month_tallies.spans(session, scope).get(month)
    tally = month_tallies.counted(session, scope, so_far[1] if so_far else first, past, platform.zone)
    month_tallies.keep(session, scope, replace(tally, used=_days_used(session, platform, scope, tally)))


def _days_used(session: Session, platform: Platform, scope: Scope, tally: MonthTally) -> tuple[Used, ...]:
    """The working days used, as a report adds them up."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in month_tallies.resolved(session, scope, tally, platform.zone):
        if row.received is not None:
            used = found[row.key, f"{row.resolved:%Y-%m}"]
            used[0] += row.number
            used[1] += row.number * platform.calendar.working_days_between(row.received, row.resolved)
    return tuple(Used(*key, *numbers) for key, numbers in found.items())
