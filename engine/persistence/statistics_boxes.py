"""Where a dossier stands at the end of a period, and how it came into it: the conditions of report II.06a.

A dossier stands in exactly one box. Whoever was late is late whatever was granted later: an extension moves the due
date, not the judgement, so what it saves is a box of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Case,
    ColumnElement,
    Integer,
    Interval,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
)
from sqlalchemy.orm import Session

from engine.access import visible_dossiers
from engine.model import Actor, Channel
from engine.persistence.tables import DossierRow


class Box(StrEnum):
    """Where a dossier of the period stands at its end."""

    EARLY = "early"  # decided on a day before the due day
    ON_TIME = "on_time"  # decided on the due day
    EXTENDED = "extended"  # decided after the original due date, in time only thanks to an extension
    LATE = "late"  # decided after its due date
    RUNNING = "running"  # not decided, in time
    WAITING = "waiting"  # not decided, in time, its papers not yet accepted: no term runs
    RUNNING_EXTENDED = "running_extended"  # not decided, past the original due date, in time by an extension
    RUNNING_LATE = "running_late"  # not decided, past its due date
    WITHDRAWN = "withdrawn"  # the applicant took it back
    STOPPED = "stopped"  # the authority stopped it
    NOT_RECEIVED = "not_received"  # refused at reception


class Origin(StrEnum):
    """How a dossier came into the period."""

    NEW_ONLINE = "new_online"
    NEW_DIRECT = "new_direct"  # at the desk, by post, at a kiosk
    CARRIED = "carried"  # from the period before


class Grouping(StrEnum):
    """What the rows of the report are."""

    COMPETENT = "competent"
    RECEIVING = "receiving"
    FIELD = "field"
    PROCEDURE = "procedure"
    CHANNEL = "channel"


APART = (Box.WITHDRAWN, Box.STOPPED, Box.NOT_RECEIVED)  # ended without being resolved
RESOLVED = (Box.EARLY, Box.ON_TIME, Box.EXTENDED, Box.LATE)
IN_PROGRESS = (Box.RUNNING, Box.WAITING, Box.RUNNING_EXTENDED, Box.RUNNING_LATE)
COUNTED = (*RESOLVED, *IN_PROGRESS)

# Columns of report II.06a, and what stands beside it -> (boxes, origins; all of them when empty).
CELLS: Mapping[str, tuple[tuple[Box, ...], tuple[Origin, ...]]] = {
    "received": (COUNTED, ()),
    "received_online": (COUNTED, (Origin.NEW_ONLINE,)),
    "received_direct": (COUNTED, (Origin.NEW_DIRECT,)),
    "carried_over": (COUNTED, (Origin.CARRIED,)),
    "resolved": (RESOLVED, ()),
    "resolved_early": ((Box.EARLY,), ()),
    "resolved_on_time": ((Box.ON_TIME,), ()),
    "resolved_overdue": ((Box.EXTENDED, Box.LATE), ()),
    "resolved_by_extension": ((Box.EXTENDED,), ()),
    "in_progress": (IN_PROGRESS, ()),
    "in_progress_in_time": ((Box.RUNNING, Box.WAITING), ()),
    "in_progress_overdue": ((Box.RUNNING_EXTENDED, Box.RUNNING_LATE), ()),
    "in_progress_by_extension": ((Box.RUNNING_EXTENDED,), ()),
    "in_progress_not_accepted": ((Box.WAITING,), ()),
    "withdrawn": ((Box.WITHDRAWN,), ()),
    "stopped": ((Box.STOPPED,), ()),
    "not_received": ((Box.NOT_RECEIVED,), ()),
}


@cache
def cells_of(box: Box, origin: Origin) -> tuple[str, ...]:
    """The columns that count what stands in a box and came in one way."""
    return tuple(cell for cell, (boxes, origins) in CELLS.items() if box in boxes and origin in (origins or Origin))


@dataclass(frozen=True)
class Question:
    """What is asked: dossiers in hand between `start` and `end` (excluded), narrowed; empty means any.

    What is open at the end is judged at `at`, the last moment of the period or now, whichever is earlier. Days are
    days of `zone`. `actor` is whoever asks: a dossier counts for those who may see it.
    """

    actor: Actor
    start: datetime
    end: datetime
    at: datetime
    zone: ZoneInfo
    competent: str = ""
    receiving: str = ""
    procedures: tuple[str, ...] | None = None
    channels: tuple[Channel, ...] = ()


KEYS: Mapping[Grouping, ColumnElement[str]] = {
    Grouping.COMPETENT: DossierRow.competent_unit.expression,
    Grouping.RECEIVING: DossierRow.receiving_unit.expression,
    Grouping.FIELD: DossierRow.procedure_key.expression,  # a field is a set of procedures: the caller adds them up
    Grouping.PROCEDURE: DossierRow.procedure_key.expression,
    Grouping.CHANNEL: DossierRow.channel.expression,
}
"""By what the rows of a report are told apart in the database."""

resolved_at = func.coalesce(DossierRow.decided_at, DossierRow.closed_at, type_=DossierRow.decided_at.type)
left = DossierRow.outcome.in_(APART)
ended_at = case((left, DossierRow.closed_at), else_=resolved_at)
decided_and_open = and_(  # few, by an index of theirs; of the CASE PostgreSQL knows how few
    DossierRow.closed_at.is_(None),
    DossierRow.decided_at.is_not(None),
    case((DossierRow.closed_at.is_(None), DossierRow.decided_at)).is_not(None),
)
ON_FIRST_COUNT = or_(DossierRow.due_at.is_(None), DossierRow.due_at == DossierRow.original_due_at)


def in_hand(question: Question, *, only_open: bool = False) -> tuple[ColumnElement[bool], ...]:
    """Received before the end of the period, and not decided before it began; the caller says when they were closed."""
    # Not "decided_at IS NULL OR ...": PostgreSQL would go through the index once for each side of it.
    decided_since = func.coalesce(DossierRow.decided_at, question.start, type_=DossierRow.decided_at.type)
    return (
        DossierRow.received_at < question.end,
        decided_since >= question.start if only_open else or_(decided_since >= question.start, left),
        *asked_about(question, only_open=only_open),
    )


def asked_about(question: Question, *, only_open: bool = False) -> tuple[ColumnElement[bool], ...]:
    """Those that the question is about, whenever: what whoever asks may see, narrowed."""
    conditions = [visible_dossiers(question.actor, only_open=only_open)]
    if question.competent:
        conditions.append(DossierRow.competent_unit == question.competent)
    if question.receiving:
        conditions.append(DossierRow.receiving_unit == question.receiving)
    if question.procedures is not None:
        conditions.append(DossierRow.procedure_key.in_(question.procedures))
    if question.channels:
        conditions.append(DossierRow.channel.in_(question.channels))
    return tuple(conditions)


def resolved_in(question: Question) -> ColumnElement[bool]:
    """Decided by the end of the period."""
    return and_(not_(left), resolved_at < question.end)


def number_of(one: Box | Origin) -> int:
    """The number that stands for a box or an origin in queries: grouping by numbers takes half the time."""
    return list(type(one)).index(one)


def box_of(session: Session, question: Question) -> Case[Any]:
    """The number of the box in which a dossier stands. The dear branches are asked late."""
    due, first_due = DossierRow.due_at, DossierRow.original_due_at

    def day(moment: Any) -> ColumnElement[Any]:
        return local_day(session, question, moment)

    resolved = _numbered(
        (_after(session, due), Box.LATE),
        (and_(_after(session, first_due), DossierRow.extended), Box.EXTENDED),
        (due.is_(None), Box.EARLY),
        (and_(first_due < due, day(resolved_at) == day(first_due), DossierRow.extended), Box.ON_TIME),
        (_days_before(session, due), Box.EARLY),
        (day(resolved_at) == day(due), Box.ON_TIME),
        otherwise=Box.EARLY,
    )
    at = literal(question.at.replace(microsecond=0), DossierRow.due_at.type)
    running = _numbered(
        (due < at, Box.RUNNING_LATE),
        (and_(first_due < at, DossierRow.extended), Box.RUNNING_EXTENDED),
        (first_due.is_(None), Box.WAITING),
        otherwise=Box.RUNNING,
    )
    apart = case({box.value: number_of(box) for box in APART}, value=DossierRow.outcome)
    ended_apart = and_(left, DossierRow.closed_at < question.end)
    goes_on = and_(DossierRow.closed_at.is_(None), DossierRow.decided_at.is_(None))  # of open ones the first to ask
    return case((goes_on, running), (resolved_in(question), resolved), (ended_apart, apart), else_=running)


def hint(boxes: Sequence[Box]) -> list[ColumnElement[bool]]:
    """What holds for all dossiers in boxes that few stand in: it costs less to ask than the box does."""
    if set(boxes) <= {Box.LATE, Box.EXTENDED}:
        return [or_(resolved_at > DossierRow.due_at, resolved_at > DossierRow.original_due_at)]
    return [left] if set(boxes) <= set(APART) else []


def overdue(session: Session) -> ColumnElement[bool]:
    """Of resolved ones: after the due date, or in time only thanks to an extension."""
    late_at_first = and_(_after(session, DossierRow.original_due_at), DossierRow.extended)
    return or_(_after(session, DossierRow.due_at), late_at_first)


def origin_of(question: Question) -> Case[Any]:
    """The number of the way in which a dossier came into the period."""
    return _numbered(
        (DossierRow.received_at < question.start, Origin.CARRIED),
        (DossierRow.channel == Channel.ONLINE, Origin.NEW_ONLINE),
        otherwise=Origin.NEW_DIRECT,
    )


def local_day(session: Session, question: Question, moment: Any) -> ColumnElement[Any]:
    """The day of a moment in the authority's zone. SQLite knows no zones: there it is the present offset."""
    if _is_postgresql(session):
        return func.date(func.timezone(question.zone.key, moment))
    offset = question.at.astimezone(question.zone).utcoffset() or timedelta()
    # the second alone: SQLite rounds what is behind it, at midnight into the next day
    return func.date(_second(session, moment), f"{int(offset.total_seconds() // 60):+d} minutes")


def month_of(session: Session, question: Question, moment: Any) -> ColumnElement[Any]:
    """The month of a moment in the authority's zone, as YYYY-MM."""
    return func.substr(cast(local_day(session, question, moment), Text), 1, 7)


def month_after(session: Session, question: Question, limit: Any) -> ColumnElement[Any]:
    """The month of the second behind a due date: at its end, and at the end of each later one, the date has lapsed."""
    if _is_postgresql(session):
        return month_of(session, question, limit + literal(timedelta(seconds=1), Interval()))
    return month_of(session, question, func.datetime(_second(session, limit), "+1 second"))


def extended_by(limit: Any, moment: Any) -> ColumnElement[bool]:
    """Whether a first due date had lapsed by a moment, in a dossier whose term was ever extended."""
    return and_(limit < moment, DossierRow.extended)


def _numbered(*branches: tuple[ColumnElement[bool], Box | Origin], otherwise: Box | Origin) -> Case[Any]:
    numbers = [(condition, literal_column(str(number_of(one)), Integer)) for condition, one in branches]
    return case(*numbers, else_=literal_column(str(number_of(otherwise)), Integer))


def _after(session: Session, limit: Any) -> ColumnElement[bool]:
    """Resolved out of time: from the next second on, as a due date is the last second in time."""
    return and_(resolved_at > limit, _second(session, resolved_at) > _second(session, limit))


def _days_before(session: Session, due: Any) -> ColumnElement[bool]:
    """On SQLite: resolved more than a day before, told without asking for either day, which is dear there."""
    if _is_postgresql(session):
        return false()
    return func.julianday(due) - func.julianday(resolved_at) > 1.001


def _second(session: Session, moment: Any) -> ColumnElement[Any]:
    """The second in which a moment lies."""
    if _is_postgresql(session):
        return func.date_trunc("second", moment)
    return func.substr(moment, 1, len("2026-11-23 09:00:00"), type_=Text())


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
