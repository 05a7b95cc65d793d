"""What the clock could not do by itself: told to the operators, who try it again when the cause is gone."""

from uuid import UUID

from engine import effects
from engine.change import Change
from engine.events import EventType
from engine.model import DeadlineState
from engine.persistence.tables import CalendarVersionRow, DeadlineRow, IncidentRow

EFFECT_FAILED = "deadline-failed"  # the incident has the id of the moment that could not be dealt with
RECOUNT_FAILED = "recount-failed"  # the incident has the id of the dossier whose dates could not be counted anew


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
    """Do anew what the incident tells of; False when it is none of the clock's.

    Raises:
        EngineError: it fails again; the incident stays.
    """
    row = change.session.get(IncidentRow, (change.dossier.id, identifier))
    if row is None or row.resolved_at is not None or row.error not in (EFFECT_FAILED, RECOUNT_FAILED):
        return False
    if row.error == EFFECT_FAILED:
        deadline = change.session.get_one(DeadlineRow, (change.dossier.id, identifier))
        deadline.state, deadline.attempts, deadline.processed_at = DeadlineState.PENDING, 0, None
        deadline.due_at = change.now  # the next sweep takes it
    else:
        effects.recalculate(change, cause_of_calendar(change))
    row.resolved_at, row.resolved_by = change.now, change.actor.name
    change.dossier.incidents -= 1
    change.note(EventType.INCIDENT_RESOLVED, incident=str(identifier), element=row.element_id)
    return True


def cause_of_calendar(change: Change) -> str:
    """The decision that ordered the calendar in force; empty for the one that ships."""
    version = change.session.get(CalendarVersionRow, change.platform.calendar_number)
    return version.cause if version else ""
