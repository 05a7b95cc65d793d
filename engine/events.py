"""The closed list of what can happen; every journal entry carries one of these types.

The form is `subject:past_participle`. Nothing is ever removed from this list: old journals stay readable.
"""

from enum import StrEnum


class EventType(StrEnum):
    """The type of a journal entry."""

    PROCEDURE_DEPLOYED = "procedure:deployed"
    PROCEDURE_RETIRED = "procedure:retired"

    DOSSIER_FILED = "dossier:filed"
    DOSSIER_CODED = "dossier:coded"
    DOSSIER_ROUTED = "dossier:routed"
    DOSSIER_HANDED_OVER = "dossier:handed_over"
    DOSSIER_ACKNOWLEDGED = "dossier:acknowledged"
    DOSSIER_MOVED = "dossier:moved"
    DOSSIER_ENDED = "dossier:ended"

    ELEMENT_PASSED = "element:passed"
    RESULT_SET = "result:set"
    MESSAGE_RECEIVED = "message:received"

    TASK_OPENED = "task:opened"
    TASK_CLAIMED = "task:claimed"
    TASK_RELEASED = "task:released"
    TASK_ASSIGNED = "task:assigned"
    TASK_MOVED = "task:moved"
    TASK_COMPLETED = "task:completed"
    TASK_CANCELLED = "task:cancelled"

    DEADLINE_SET = "deadline:set"
    DEADLINE_MOVED = "deadline:moved"
    DEADLINE_FIRED = "deadline:fired"
    DEADLINE_CANCELLED = "deadline:cancelled"

    CALENDAR_APPLIED = "calendar:applied"

    CLOCK_RECEIVED = "clock:received"
    CLOCK_ACCEPTED = "clock:accepted"
    CLOCK_SUSPENDED = "clock:suspended"
    CLOCK_RESUMED = "clock:resumed"
    CLOCK_RESTARTED = "clock:restarted"
    CLOCK_EXTENDED = "clock:extended"
    CLOCK_DECIDED = "clock:decided"
    CLOCK_STOPPED = "clock:stopped"

    INCIDENT_OPENED = "incident:opened"
    INCIDENT_RESOLVED = "incident:resolved"

    DOCUMENT_ATTACHED = "document:attached"
    DOCUMENT_CHECKED = "document:checked"

    LETTER_REQUESTED = "letter:requested"

    COMMENT_ADDED = "comment:added"
    COMMENT_EDITED = "comment:edited"

    # of the organisation, in a history of its own
    REGISTER_OPENED = "register:opened"
    MANDATE_RECORDED = "mandate:recorded"
    MANDATE_REVOKED = "mandate:revoked"
    STAND_IN_NAMED = "stand_in:named"
    STAND_IN_ENDED = "stand_in:ended"
    UNIT_CLOSED = "unit:closed"
    UNITS_IMPORTED = "unit:imported"
    PEOPLE_IMPORTED = "person:imported"
    PERSON_LEFT = "person:left"
    ROLE_GRANTED = "role:granted"
    ACT_REFUSED = "act:refused"


CLOCK_PREFIX = "clock:"
