"""A dossier at a past instant: what its history says of it, and the statutory clock as it was counted then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deadlines import ledger
from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.explain import Explanation
from engine.deadlines.ledger import ClockState, Due
from engine.deadlines.terms import Term
from engine.dossier_clock import explained, term_of
from engine.errors import NotFoundError
from engine.history import timeline
from engine.history.picture import Picture
from engine.model import DossierState
from engine.persistence.tables import CalendarVersionRow, DossierRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.procedure import Procedure

_STATES = {
    ClockState.NOT_STARTED: DossierState.FILED,
    ClockState.RUNNING: DossierState.PROCESSING,
    ClockState.SUSPENDED: DossierState.AWAITING_APPLICANT,
    ClockState.DECIDED: DossierState.DECIDED,
    ClockState.STOPPED: DossierState.PROCESSING,
}


@dataclass(frozen=True)
class Past:
    """A dossier as it stood: the picture, the clock with its term, and the number of the calendar it was counted by."""

    picture: Picture
    due: Due
    term: Term
    calendar: Calendar
    calendar_number: int
    procedure: Procedure

    @property
    def state(self) -> DossierState:
        """Where the dossier stood, as a citizen would have asked."""
        return DossierState.CLOSED if self.picture.ended else _STATES[self.due.state]

    @property
    def progress(self) -> int:
        """Per cent of the way that had been passed."""
        elements = self.procedure.elements
        return max((elements[key].milestone for key in self.picture.passed if key in elements), default=0)

    def explanation(self) -> Explanation:
        """Why the date was what it was, day by day, up to that instant or to the dossier's end."""
        until = self.picture.ended_at or self.picture.at
        return explained(self.picture.clock, self.term, self.calendar, until, self.procedure.elements)


def at_entry(session: Session, platform: Platform, dossier: DossierRow, seq: int) -> Past:
    """The dossier right after entry `seq` of its history.

    Raises:
        NotFoundError: its history has no such entry.
    """
    if not 1 <= seq <= dossier.journal_seq:
        raise NotFoundError(
            f"expected the number of an entry from 1 to {dossier.journal_seq}, found {seq}; choose one of the history",
            f"Lịch sử hồ sơ có các mục từ 1 đến {dossier.journal_seq}, không có mục {seq}; hãy chọn một trong số đó.",
        )
    return _past(session, platform, dossier, timeline.as_of_entry(session, dossier.id, seq))


def at_moment(session: Session, platform: Platform, dossier: DossierRow, moment: datetime) -> Past:
    """The dossier as it had been recorded by `moment` (aware).

    Raises:
        NotFoundError: nothing had been recorded by then.
    """
    picture = timeline.as_of(session, dossier.id, moment)
    if not picture.seq:
        raise NotFoundError(
            f"expected a moment from the filing on, found {moment.isoformat()}; the dossier did not exist yet",
            "Vào thời điểm này hồ sơ chưa được nộp; hãy chọn thời điểm sau khi nộp.",
        )
    return _past(session, platform, dossier, picture)


def _past(session: Session, platform: Platform, dossier: DossierRow, picture: Picture) -> Past:
    procedure = pinned(session, dossier)
    case = dossier.procedure_case if picture.case is None else picture.case
    term = term_of(procedure, case, platform.day_of(dossier.submitted_at))
    number = picture.calendar if picture.calendar is not None else _number_at(session, dossier.submitted_at)
    calendar = calendar_of(session, platform, number)
    counted = ledger.due(picture.clock, term, calendar, now=picture.ended_at or picture.at)
    return Past(picture, counted, term, calendar, number, procedure)


def calendar_of(session: Session, platform: Platform, number: int) -> Calendar:
    """The working calendar of this number, whichever counts now."""
    if number == platform.calendar_number:
        return platform.calendar
    if number == 0:
        return platform.shipped_calendar
    return load_calendar(session.get_one(CalendarVersionRow, number).content.encode())


def _number_at(session: Session, moment: datetime) -> int:
    """The calendar that counted when a dossier was filed: the newest that had been imported."""
    earlier = select(CalendarVersionRow.number).where(CalendarVersionRow.imported_at <= moment)
    return session.scalar(earlier.order_by(CalendarVersionRow.number.desc()).limit(1)) or 0
