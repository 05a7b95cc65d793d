"""What was closed in a month, counted once and kept: reports add months up instead of reading all their dossiers.

A month is counted for one scope: what somebody may see, narrowed in one way, in rows of one kind. Its dossiers are
closed, so nothing about them changes any more; should something be entered after all (a closing that is dated back, an
archive that is loaded), the database forgets the month by a trigger on `dossier` (migration 0014), and it is counted
anew. The same trigger takes a lock that `alone` excludes: no closing falls between the counting and the keeping.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, delete, func, literal, select, text
from sqlalchemy.orm import Session

from engine.access import sees_all, units_of
from engine.model import Actor, Channel, Role
from engine.persistence import statistics
from engine.persistence.statistics_boxes import (
    KEYS,
    Grouping,
    Question,
    asked_about,
    box_of,
    ended_at,
    extended_by,
    left,
    month_after,
    month_of,
    resolved_at,
)
from engine.persistence.tables import FAR_FUTURE, DossierRow, ReportMonthRow, ReportScopeRow

LOCK = 20_260_014  # the advisory lock of the trigger, on PostgreSQL


class Alike(NamedTuple):
    """So many dossiers of one row of a report that are alike in all that any period asks; months are YYYY-MM."""

    key: str
    received: str
    resolved: str  # empty: ended without being resolved
    online: int
    box: int  # `statistics_boxes.number_of` the box they ended in
    late_from: str  # from the end of which month on it stood there overdue; empty: it did not
    extended_from: str  # the same of the first due date, when the term was extended
    accepted: int  # 0: it never had a due date
    number: int


class Used(NamedTuple):
    """The working days that so many dossiers of one row took, resolved in a month on their first count."""

    key: str
    resolved: str
    number: int
    days: int


@dataclass(frozen=True)
class MonthTally:
    """What was closed in a month (YYYY-MM), from a moment up to another (excluded)."""

    month: str
    first: datetime
    past: datetime
    alike: tuple[Alike, ...] = ()
    used: tuple[Used, ...] = ()

    def __add__(self, later: "MonthTally") -> "MonthTally":
        """The same up to the end of the later part."""
        alike: dict[Any, int] = defaultdict(int)
        for one in (*self.alike, *later.alike):
            alike[one[:-1]] += one.number
        used: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for each in (*self.used, *later.used):
            used[each.key, each.resolved][0] += each.number
            used[each.key, each.resolved][1] += each.days
        return replace(
            self,
            past=later.past,
            alike=tuple(Alike._make((*key, number)) for key, number in alike.items()),
            used=tuple(Used(*key, *numbers) for key, numbers in used.items()),
        )


@dataclass(frozen=True)
class Scope:
    """For whom and in which rows months are counted. `units` None: for those who see all.

    `calendar` is the number of the calendar by which working days are counted.
    """

    by: str
    units: tuple[str, ...] | None
    competent: str
    receiving: str
    procedures: tuple[str, ...] | None
    channels: tuple[str, ...]
    calendar: int

    @classmethod
    def of(cls, question: Question, by: Grouping, calendar: int) -> "Scope":
        """The scope of a question, whatever its period."""
        return cls(
            Grouping.PROCEDURE if by is Grouping.FIELD else by,  # a field is a set of procedures
            None if sees_all(question.actor) else tuple(sorted(units_of(question.actor))),
            question.competent,
            question.receiving,
            question.procedures,
            tuple(sorted(question.channels)),
            calendar,
        )

    @cached_property
    def digest(self) -> str:
        """What the scope is found by."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def question(self, first: datetime, past: datetime, zone: ZoneInfo) -> Question:
        """The question that has this scope."""
        roles = (
            {(Role.PROCEDURE_CONTROL, "")}
            if self.units is None
            else {(Role.DIVISION_HEAD, unit) for unit in self.units}
        )
        return Question(
            actor=Actor(None, "", roles=frozenset(roles)),
            start=first,
            end=FAR_FUTURE,  # whatever was closed in the month has ended
            at=past,
            zone=zone,
            competent=self.competent,
            receiving=self.receiving,
            procedures=self.procedures,
            channels=tuple(Channel(one) for one in self.channels),
        )


# ---- counting ------------------------------------------------------------------------------------------------


def counted(session: Session, scope: Scope, first: datetime, past: datetime, zone: ZoneInfo) -> MonthTally:
    """Count what was closed between two moments of one month; `used` is left to whoever has a calendar."""
    question, key = scope.question(first, past, zone), KEYS[Grouping(scope.by)]
    nothing, due, first_due = literal(""), DossierRow.due_at, DossierRow.original_due_at
    query = (
        select(
            key.label("key"),
            month_of(session, question, DossierRow.received_at).label("received"),
            case((left, nothing), else_=month_of(session, question, resolved_at)).label("resolved"),
            case((DossierRow.channel == Channel.ONLINE, 1), else_=0).label("online"),
            box_of(session, question).label("box"),
            case((due < ended_at, month_after(session, question, due)), else_=nothing).label("late_from"),
            case((extended_by(first_due, ended_at), month_after(session, question, first_due)), else_=nothing).label(
                "extended_from"
            ),
            case((first_due.is_(None), 0), else_=1).label("accepted"),
        )
        .where(*_closed_between(first, past), *asked_about(question))
        .subquery()
    )
    rows = session.execute(select(query, func.count()).group_by(*query.c))
    return MonthTally(f"{first.astimezone(zone):%Y-%m}", first, past, tuple(Alike(*row) for row in rows))


def resolved(session: Session, scope: Scope, tally: MonthTally, zone: ZoneInfo) -> list[statistics.Resolved]:
    """What a tally's dossiers took that were resolved, in whatever month."""
    question = scope.question(tally.first, tally.past, zone)
    of = *_closed_between(tally.first, tally.past), *asked_about(question)
    return statistics.resolved_of(session, question, Grouping(scope.by), *of)


def _closed_between(first: datetime, past: datetime) -> tuple[Any, ...]:
    closed = DossierRow.closed_at
    return and_(closed >= first, closed < past), DossierRow.received_at.is_not(None)


# ---- keeping -------------------------------------------------------------------------------------------------


def alone(session: Session) -> None:
    """Wait until no closing is under way, and let none begin before this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite whoever writes is alone
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def kept(session: Session, scope: Scope, since: str) -> list[MonthTally]:
    """The months that are kept for a scope, from a month (YYYY-MM) on, in order."""
    query = (
        select(ReportMonthRow)
        .where(ReportMonthRow.scope_digest == scope.digest, ReportMonthRow.month >= since)
        .order_by(ReportMonthRow.month)
    )
    return [_read(row) for row in session.scalars(query)]


def spans(session: Session, scope: Scope) -> Mapping[str, tuple[datetime, datetime]]:
    """From when to when each month of a scope is kept."""
    query = select(ReportMonthRow.month, ReportMonthRow.first_at, ReportMonthRow.past_at)
    rows = session.execute(query.where(ReportMonthRow.scope_digest == scope.digest))
    return {month: (first, past) for month, first, past in rows}


def keep(session: Session, scope: Scope, tally: MonthTally) -> None:
    """Keep a month, or a longer part of it; what is kept already up to the tally's beginning is added."""
    row = session.get(ReportMonthRow, (scope.digest, tally.month))
    if row is not None and row.past_at == tally.first:
        tally = _read(row) + tally
    values = {
        "first_at": tally.first,
        "past_at": tally.past,
        "tallies": {"alike": [list(one) for one in tally.alike], "used": [list(one) for one in tally.used]},
    }
    if row is None:
        session.add(ReportMonthRow(scope_digest=scope.digest, month=tally.month, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()  # before anything else in this transaction is closed


def first_closed(session: Session) -> datetime | None:
    """When the first dossier of all was closed; None: none is."""
    return session.scalar(select(func.min(DossierRow.closed_at)))


def asked_on(session: Session, scope: Scope) -> date | None:
    """The day on which the scope was last noted as asked; None: never."""
    return session.scalar(select(ReportScopeRow.asked_on).where(ReportScopeRow.digest == scope.digest))


def note(session: Session, scope: Scope, today: date) -> None:
    """Somebody has asked in this scope: its months are worth keeping."""
    row = session.get(ReportScopeRow, scope.digest)
    if row is None:
        session.add(ReportScopeRow(digest=scope.digest, scope=asdict(scope), asked_on=today))
    else:
        row.asked_on = today


def scopes(session: Session) -> list[Scope]:
    """All that were noted."""
    return [_scope(row.scope) for row in session.scalars(select(ReportScopeRow).order_by(ReportScopeRow.digest))]


def forget(session: Session, unasked_since: date, calendar: int) -> None:
    """Drop the scopes that nobody has asked in since a day, or that count by another calendar, with their months."""
    gone = [
        row.digest
        for row in session.scalars(select(ReportScopeRow))
        if row.asked_on < unasked_since or row.scope["calendar"] != calendar
    ]
    session.execute(delete(ReportMonthRow).where(ReportMonthRow.scope_digest.in_(gone)))
    session.execute(delete(ReportScopeRow).where(ReportScopeRow.digest.in_(gone)))


def _scope(told: Mapping[str, Any]) -> Scope:
    some = {name: told[name] if told[name] is None else tuple(told[name]) for name in ("units", "procedures")}
    return Scope(**{**told, **some, "channels": tuple(told["channels"])})


def _read(row: ReportMonthRow) -> MonthTally:
    alike, used = tuple(map(Alike._make, row.tallies["alike"])), tuple(map(Used._make, row.tallies["used"]))
    return MonthTally(row.month, row.first_at, row.past_at, alike, used)
