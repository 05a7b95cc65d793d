"""The clock's ledger: what may stand in it. One event is one legal moment with its ground."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.deadlines.errors import ClockEventError


class ClockEventKind(StrEnum):
    """What can happen to a statutory clock.

    RECEIVED says that the dossier came in at the receiving place; it starts nothing. ACCEPTED is the receipt of
    the complete and correct dossier that Form 01 (receipt) shows - in boundary-free filing the receipt by the
    competent body (Decree 309/2026 Art. 8(3)) - and starts the count. RESTARTED recounts from zero once the
    completed dossier is back (Decree 61/2018 Art. 19(4)). DECIDED and STOPPED close the clock for good.
    """

    RECEIVED = "received"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    RESTARTED = "restarted"
    EXTENDED = "extended"
    DECIDED = "decided"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ClockEvent:
    """One line of the ledger.

    `at` is the legal moment, aware; when the line was written is the journal's business. `ground` is the legal
    basis, `document` the number or id of the paper. `days` is what an extension adds: working days where the
    term counts working days or hours, calendar days where it counts those or months. `until` caps a suspension:
    the moment from which the clock runs again by itself. `sequence` is the line's place in the ledger; it orders
    nothing that the law does not.

    Raises:
        ClockEventError: a moment without time zone, an extension without days, a cap that is none.
    """

    kind: ClockEventKind
    at: datetime
    reason: str = ""
    ground: str = ""
    document: str | None = None
    days: int = 0
    until: datetime | None = None
    sequence: int = 0

    def __post_init__(self) -> None:
        """Refuse a line that says too little or too much."""
        if self.at.tzinfo is None or (self.until is not None and self.until.tzinfo is None):
            raise ClockEventError(
                f"Expected moments with a time zone in a {self.kind} event, found {self.at} and until={self.until};"
                " add the offset, for example +07:00.",
            )
        if (self.days > 0) != (self.kind is ClockEventKind.EXTENDED):
            raise ClockEventError(
                f"Expected days (1 or more) in an extension and in nothing else, found {self.days} in {self.kind};"
                " say by how many days the term grows.",
            )
        if self.until is not None and (self.kind is not ClockEventKind.SUSPENDED or self.until < self.at):
            raise ClockEventError(
                f"Expected `until` in a suspension only and not before it begins, found {self.until} in a {self.kind}"
                f" event of {self.at}; correct the cap.",
            )


def opening(at: datetime, reason: str = "") -> tuple[ClockEvent, ClockEvent]:
    """The ledger of what starts at once: a dossier received complete at the desk, a step, a consultation."""
    return (
        ClockEvent(ClockEventKind.RECEIVED, at, reason, sequence=1),
        ClockEvent(ClockEventKind.ACCEPTED, at, reason, sequence=2),
    )
