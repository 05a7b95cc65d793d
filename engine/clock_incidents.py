"""What the clock or the printer could not do by itself: told to the operators, who try it again when they can."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine import effects, letter_requests
from engine.change import Change
from engine.events import EventType
from engine.model import DeadlineState, LetterState
from engine.persistence.tables import CalendarVersionRow, DeadlineRow, IncidentRow, LetterRow

EFFECT_FAILED = "deadline-failed"  # the incident has the id of the moment that could not be dealt with
RECOUNT_FAILED = "recount-failed"  # the incident has the id of the dossier whose dates could not be counted anew
LETTER_FAILED = "letter-failed"  # the incident has the id of the letter that could not be printed


def open_incident(change: Change, identifier: UUID, error: str, message: str, element: str = "") -> None:
    """Tell the operators that something failed for the last time."""
    row = change.session.get(IncidentRow, (change.dossier.id, identifier))
    if row is None:
        row = IncidentRow(dossier_id=change.dossier.id, id=identifier, element_id=element, resolved_by="")
        change.session.add(row)
    row.error, row.message, row.opened_at, row.resolved_at = error, message, change.now, None
    change.dossier.incidents += 1
    change.note(EventType.INCIDENT_OPENED, incident=str(identifier), element=element, error=error, message=message)


def try_again(change: Change, identifier: UUID) -> bool:
    """Do anew what the incident tells of; False when it is a step's of the process.

    Raises:
        EngineError: it fails again; the incident stays.
    """
    row = change.session.get(IncidentRow, (change.dossier.id, identifier))
    if row is None or row.resolved_at is not None or row.error not in (EFFECT_FAILED, RECOUNT_FAILED, LETTER_FAILED):
        return False
    if row.error == EFFECT_FAILED:
        deadline = change.session.get_one(DeadlineRow, (change.dossier.id, identifier))
        deadline.state, deadline.attempts, deadline.processed_at = DeadlineState.PENDING, 0, None
        deadline.due_at = change.now  # the next sweep takes it
    elif row.error == LETTER_FAILED:
        letter = change.session.get_one(LetterRow, (change.dossier.id, identifier))
        if not letter.data:
            letter_requests.capture_again(change, letter)
        letter.state, letter.attempts, letter.due_at = LetterState.PENDING, 0, change.now  # the next round prints it
    else:
        effects.recalculate(change, cause_of_calendar(change))
    row.resolved_at, row.resolved_by = change.now, change.actor.name
    change.dossier.incidents -= 1
    change.note(EventType.INCIDENT_RESOLVED, incident=str(identifier), element=row.element_id)
    return True


def is_of_letter(session: Session, dossier_id: UUID, identifier: UUID) -> bool:
    """Whether the incident is that of a letter; letters are printed also when their dossier has ended."""
    row = session.get(IncidentRow, (dossier_id, identifier))
    return row is not None and row.error == LETTER_FAILED


def cause_of_calendar(change: Change) -> str:
    """The decision that ordered the calendar in force; empty for the one that ships."""
    version = change.session.get(CalendarVersionRow, change.platform.calendar_number)
    return version.cause if version else ""
