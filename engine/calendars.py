"""Use cases of the working calendar: what a change would do, importing it, and counting open dossiers anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session, defer

from engine import effects, transition
from engine.change import Change
from engine.clock_incidents import RECOUNT_FAILED, cause_of_calendar, open_incident
from engine.clockwork import events_of
from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.clock_events import ClockEvent
from engine.deadlines.preview import CalendarChange, ChangedDay, Moved, moved_by
from engine.deadlines.terms import Term, resolve_term
from engine.errors import ConflictError, EngineError, InvalidInputError, NotAllowedError
from engine.events import EventType
from engine.history.journal import clock_entries
from engine.model import SYSTEM, Actor, Role
from engine.persistence import calendars
from engine.persistence.tables import CalendarVersionRow, DossierRow
from engine.persistence.transaction import run
from engine.platform import Platform
from engine.procedures import pinned

_MAY_IMPORT = (Role.PROCEDURE_CONTROL, Role.OPERATOR)


@dataclass(frozen=True)
class Preview:
    """What a calendar would change: days, and open dossiers by code with their dates before and after."""

    days: Sequence[ChangedDay]
    moved: Sequence[Moved[str]]


def preview(session: Session, platform: Platform, content: bytes) -> Preview:
    """What importing this calendar file would do; nothing is written.

    Raises:
        CalendarDataError: the file contradicts itself or is incomplete.
    """
    calendars.refresh(session, platform)
    change = CalendarChange(platform.calendar, load_calendar(content))
    return Preview(change.days(), moved_by(change, _open_ledgers(session, platform)))


def import_calendar(session: Session, platform: Platform, actor: Actor, content: bytes, cause: str) -> int:
    """Make this calendar file the newest version and return its number.

    Open dossiers are counted anew afterwards, one transaction each (`recount_stale`), with `cause` in their history.

    Raises:
        NotAllowedError: the actor is neither procedure control nor operator.
        CalendarDataError: the file contradicts itself or is incomplete.
        InvalidInputError: no cause is given (the decision that orders the change), or years that are counted with
            now are missing.
        ConflictError: it is the calendar that counts already.
    """
    if actor.username != SYSTEM.username and not any(actor.has_role(role) for role in _MAY_IMPORT):
        raise NotAllowedError(
            f"expected procedure control or an operator to change the calendar, found {actor.name}",
            "Chỉ bộ phận kiểm soát thủ tục hoặc quản trị vận hành được thay lịch làm việc.",
        )
    if not cause.strip():
        raise InvalidInputError(
            "expected the decision that orders the change, found none; name its number and date",
            "Hãy ghi số, ngày của văn bản thay đổi lịch.",
        )
    calendars.refresh(session, platform)
    calendar = load_calendar(content)
    _refuse_unfit(platform.calendar, calendar)
    number = platform.calendar_number + 1
    session.add(
        CalendarVersionRow(
            number=number,
            content=content.decode(),
            fingerprint=calendar.fingerprint,
            cause=cause.strip(),
            imported_at=platform.now(),
            imported_by=actor.name,
        )
    )
    session.flush()
    return number


def recount_stale(db: Engine, platform: Platform, limit: int = 200) -> int:
    """Count up to `limit` open dossiers anew that were counted by an older calendar; how many were looked at.

    Each in a transaction of its own; whoever is interrupted goes on where it stopped. A dossier that cannot be
    counted by the new calendar keeps its dates and becomes an incident that an operator sees.
    """
    done = 0
    while done < limit and _recount_next(db, platform):
        done += 1
    return done


def _recount_next(db: Engine, platform: Platform) -> bool:
    tried: list[UUID] = []

    def work(session: Session) -> bool:
        calendars.refresh(session, platform)
        dossier = session.scalar(_stale(platform))
        if dossier is None:
            return False
        tried.append(dossier.id)
        transition.carry_out(session, platform, SYSTEM, dossier, count_anew)
        return True

    try:
        return run(db, work)
    except EngineError as error:
        if not tried:
            raise
        message = str(error)
        run(db, lambda session: _give_up(session, platform, tried[-1], message))
        return True


def _stale(platform: Platform) -> Select[DossierRow]:
    """The open dossier that has waited longest to be counted anew, locked; those that others work on are skipped."""
    return (
        select(DossierRow)
        .where(DossierRow.closed_at.is_(None), DossierRow.calendar_number < platform.calendar_number)
        .order_by(DossierRow.calendar_number, DossierRow.id)
        .limit(1)
        .with_for_update(of=DossierRow, skip_locked=True)
    )


def count_anew(change: Change) -> None:
    """Count every moment of the dossier by the calendar in force; the decision stands in its history as the cause."""
    cause = cause_of_calendar(change)
    applied = {"number": change.platform.calendar_number, "fingerprint": change.platform.calendar.fingerprint}
    change.note(EventType.CALENDAR_APPLIED, **applied, decision=cause)
    effects.recalculate(change, cause)
    change.dossier.calendar_number = change.platform.calendar_number


def _give_up(session: Session, platform: Platform, dossier_id: UUID, message: str) -> None:
    dossier = transition.lock(session, platform, dossier_id)

    def command(change: Change) -> None:
        open_incident(change, dossier_id, RECOUNT_FAILED, message)
        change.dossier.calendar_number = change.platform.calendar_number

    if dossier.closed_at is None:
        transition.carry_out(session, platform, SYSTEM, dossier, command)


def _refuse_unfit(before: Calendar, after: Calendar) -> None:
    if before.fingerprint == after.fingerprint:
        raise ConflictError(
            "expected a calendar that differs from the present one, found the same; nothing was changed",
            "Lịch này trùng với lịch đang áp dụng; không có gì thay đổi.",
        )
    if missing := sorted(set(before.years) - set(after.years)):
        raise InvalidInputError(
            f"expected every year of the present calendar, found none of {missing}; dossiers are counted with them",
            f"Lịch mới thiếu năm {', '.join(map(str, missing))} mà lịch đang áp dụng có; hãy bổ sung.",
        )


def _open_ledgers(session: Session, platform: Platform) -> Iterator[tuple[str, list[ClockEvent], Term]]:
    """The clock of every open dossier, by code."""
    still_open = select(DossierRow).where(DossierRow.closed_at.is_(None)).order_by(DossierRow.code)
    for dossier in session.scalars(still_open.options(defer(DossierRow.snapshot)).execution_options(yield_per=500)):
        terms = pinned(session, dossier).terms_of(dossier.procedure_case)
        term = resolve_term(terms, platform.day_of(dossier.submitted_at))
        yield dossier.code, events_of(clock_entries(session, dossier.id)), term
