"""The status of a dossier as the national portal numbers it, 1 to 10, derived from its facts and kept nowhere.

Business, delivery and what is asked of the applicant are separate facts; the code is one reading of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from sqlalchemy.orm import Session

from engine.model import DossierState, Role, TaskState
from engine.persistence import dossiers, waits
from engine.persistence.tables import DossierRow, TaskRow
from engine.runtime.side_tasks import SIDE_TASKS
from forms.i18n import Text

AT_THE_DESK = (Role.APPLICANT, Role.RECEPTION_OFFICER)
PAYMENT_FORM = "payment"
"""The form of a step at which the applicant pays; any other step of the applicant's asks for papers or answers."""


class PortalStatus(IntEnum):
    """The ten statuses, by the portal's codes."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT_ASKED = 5
    PAYMENT_ASKED = 6
    WITHDRAWN = 7
    STOPPED = 8
    DECIDED = 9
    HANDED_OVER = 10


TITLES = {
    PortalStatus.REGISTERED: Text("Mới đăng ký", "Registered"),
    PortalStatus.RECEIVED: Text("Được tiếp nhận", "Received"),
    PortalStatus.NOT_RECEIVED: Text("Không được tiếp nhận", "Not received"),
    PortalStatus.PROCESSING: Text("Đang xử lý", "Being processed"),
    PortalStatus.SUPPLEMENT_ASKED: Text("Yêu cầu bổ sung giấy tờ", "Papers asked for"),
    PortalStatus.PAYMENT_ASKED: Text("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment asked for"),
    PortalStatus.WITHDRAWN: Text("Công dân yêu cầu rút hồ sơ", "Withdrawn by the applicant"),
    PortalStatus.STOPPED: Text("Dừng xử lý", "Stopped"),
    PortalStatus.DECIDED: Text("Đã xử lý xong", "Decided"),
    PortalStatus.HANDED_OVER: Text("Đã trả kết quả", "Result handed over"),
}
_ENDS = {
    "withdrawn": PortalStatus.WITHDRAWN,
    "not_received": PortalStatus.NOT_RECEIVED,
    "stopped": PortalStatus.STOPPED,
}


@dataclass(frozen=True)
class StatusFacts:
    """What the status follows from."""

    state: DossierState
    outcome: str = ""  # how it ended; empty while it is open
    decided: bool = False  # there is a result, handed over or not
    begun: bool = False  # somebody beyond the desk has taken it up
    asks_payment: bool = False  # of the applicant, now
    asks_papers: bool = False  # of the applicant, now
    withdrawal_asked: bool = False  # and the process has not ended yet


def status_of(facts: StatusFacts) -> PortalStatus:
    """The one status of a dossier. What has ended counts first, then what the applicant has to do, then who has it."""
    if facts.state is DossierState.CLOSED:
        return _ENDS.get(facts.outcome, PortalStatus.HANDED_OVER if facts.decided else PortalStatus.STOPPED)
    readings = (
        (facts.withdrawal_asked, PortalStatus.WITHDRAWN),
        (facts.state is DossierState.DECIDED, PortalStatus.DECIDED),
        (facts.asks_payment, PortalStatus.PAYMENT_ASKED),
        (facts.asks_papers or facts.state is DossierState.AWAITING_APPLICANT, PortalStatus.SUPPLEMENT_ASKED),
        (facts.state is DossierState.FILED, PortalStatus.REGISTERED),
        (facts.begun, PortalStatus.PROCESSING),
    )
    return next((status for holds, status in readings if holds), PortalStatus.RECEIVED)


def facts_of(dossier: DossierRow, every: Sequence[TaskRow], *, withdrawal_asked: bool = False) -> StatusFacts:
    """The facts of a stored dossier with its tasks."""
    asked = {one.form_key for one in every if one.role == Role.APPLICANT and one.state == TaskState.OPEN}
    return StatusFacts(
        state=DossierState(dossier.state),
        outcome=dossier.outcome,
        decided=dossier.decided_at is not None,
        begun=any(_taken_up(one) for one in every),
        asks_payment=PAYMENT_FORM in asked,
        asks_papers=bool(asked - {PAYMENT_FORM}),
        withdrawal_asked=withdrawal_asked,
    )


def of_dossier(session: Session, dossier: DossierRow) -> PortalStatus:
    """The status of a stored dossier."""
    facts = facts_of(
        dossier,
        waits.open_tasks(session, dossier.id),
        withdrawal_asked="withdrawal" in dossiers.data_of(session, dossier.id),
    )
    if facts.begun or facts.state is not DossierState.PROCESSING:  # what has ended says nothing more then
        return status_of(facts)
    return status_of(replace(facts, begun=waits.was_taken_up(session, dossier.id, AT_THE_DESK, SIDE_TASKS)))


def _taken_up(task: TaskRow) -> bool:
    beyond = task.role not in AT_THE_DESK and task.element_id not in SIDE_TASKS
    return beyond and (task.state == TaskState.COMPLETED or task.assignee_id is not None)
