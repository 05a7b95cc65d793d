"""What the applicant is told of a change: filed, accepted, asked for more, decided, ended. Read off its own events."""

from collections.abc import Mapping
from typing import Any

from engine import notices
from engine.change import Change
from engine.events import EventType
from engine.ids import new_secret
from engine.persistence.tables import MailAddressRow

FILED, ACCEPTED, SUPPLEMENT, SUPPLEMENTED = "filed", "accepted", "supplement-requested", "supplement-received"
RESULT_READY, ENDED = "result-ready", "ended"
ADDRESS_GIVEN, LETTER = "address-given", "letter"

# The outcome of a dossier -> what its applicant is told; other outcomes are ENDED.
OF_OUTCOME: Mapping[str, str] = {
    "granted": "result-given",
    "refused": "refused",
    "not_received": "not-received",
    "withdrawn": "withdrawn",
    "stopped": "stopped",
}

_OF_CLOCK: Mapping[EventType, str] = {
    EventType.CLOCK_ACCEPTED: ACCEPTED,
    EventType.CLOCK_RESUMED: SUPPLEMENTED,
    EventType.CLOCK_RESTARTED: SUPPLEMENTED,
    EventType.CLOCK_DECIDED: RESULT_READY,
}
# Where answers say to the applicant why. Other fields, such as a head's reason to return a draft, stay inside.
_MISSING, _REFUSAL = "missing", "refusal_reason"


def tell_applicant(change: Change) -> None:
    """Tell the applicant what the events of this change mean for the dossier; an end tells everything at once."""
    payloads = {event.type: event.payload for event in change.events}
    if EventType.DOSSIER_FILED in payloads:
        notices.to_applicant(change, FILED)
        _ask_whether_mail_is_wanted(change)
    if ended := payloads.get(EventType.DOSSIER_ENDED):
        kind = OF_OUTCOME.get(ended["outcome"], ENDED)
        notices.to_applicant(change, kind, reason=_reason_of_end(payloads, kind))
        return
    for event_type, kind in _OF_CLOCK.items():
        if event_type in payloads:
            notices.to_applicant(change, kind, due_at=_due(change))
    for event in change.events:
        if event.type is EventType.TASK_OPENED and event.payload["role"] == "applicant":
            notices.to_applicant(change, SUPPLEMENT, **_step(change, event.payload), reason=_wanted(payloads))


def _ask_whether_mail_is_wanted(change: Change) -> None:
    """Where an address was filed, the mail about the filing asks (engine.mail_addresses)."""
    address = change.dossier.applicant_email
    if address:
        row = MailAddressRow(dossier_id=change.dossier.id, address=address, token=new_secret(), asked_at=change.now)
        change.session.add(row)


def _step(change: Change, opened: Mapping[str, Any]) -> dict[str, Any]:
    element = change.procedure.elements[opened["element"]]
    names = {"step": element.id, "step_vi": element.title("vi"), "step_en": element.title("en")}
    return {"task": opened["task"], **names, "due_at": opened["due_at"]}


def _wanted(payloads: Mapping[EventType, Any]) -> str:
    """What is to be filed still, as the completed task says."""
    rows = _answers(payloads).get(_MISSING)
    if not isinstance(rows, list):
        return ""
    parts = [": ".join(str(value) for value in row.values() if value) for row in rows if isinstance(row, dict)]
    return "; ".join(part for part in parts if part)


def _reason_of_end(payloads: Mapping[EventType, Any], kind: str) -> str:
    if message := payloads.get(EventType.MESSAGE_RECEIVED):
        return str(message["reason"])
    if kind in ("refused", "not-received"):
        return str(_answers(payloads).get(_REFUSAL) or "")
    stopped = payloads.get(EventType.CLOCK_STOPPED)
    return str(stopped["ground"]) if stopped else ""


def _answers(payloads: Mapping[EventType, Any]) -> Mapping[str, Any]:
    completed = payloads.get(EventType.TASK_COMPLETED)
    return completed["answers"] if completed else {}


def _due(change: Change) -> str | None:
    return change.dossier.due_at.isoformat() if change.dossier.due_at else None
