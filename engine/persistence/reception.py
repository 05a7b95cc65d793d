"""Reads what waits at a desk: dossiers not yet received, results to be handed over, and how dossiers came in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, defer

from engine.model import Channel, DeadlineKind, DossierState, Role, TaskState
from engine.persistence.tables import DeadlineRow, DossierRow, TaskRow

HANDOVER_FORM = "handover"
"""The form of the step that hands a result over."""
_UNRECEIVED = DossierRow.state == DossierState.FILED.value
_HANDS_OVER = TaskRow.form_key == HANDOVER_FORM

WAITING: Mapping[str, ColumnElement[bool]] = {
    "online": and_(_UNRECEIVED, DossierRow.channel == Channel.ONLINE.value),
    "post": and_(_UNRECEIVED, DossierRow.channel == Channel.POST.value),
    "desk": and_(_UNRECEIVED, DossierRow.channel.in_((Channel.DESK.value, Channel.KIOSK.value))),
    "results": _HANDS_OVER,
    "others": and_(~_UNRECEIVED, ~_HANDS_OVER),
}
"""What waits, by the name of its queue; every task of a desk is in exactly one."""


@dataclass(frozen=True)
class Waiting:
    """A task of the desk; `receive_by` is when an online dossier must have been received."""

    task: TaskRow
    dossier: DossierRow
    receive_by: datetime | None


def waiting(session: Session, units: Collection[str], which: str, limit: int) -> Sequence[Waiting]:
    """The tasks of the desks of these units, taken or not: what must be received first, then what came first."""
    by = DeadlineRow.legal_due_at
    limits = and_(DeadlineRow.dossier_id == DossierRow.id, DeadlineRow.kind == DeadlineKind.RECEPTION.value)
    query = (
        select(TaskRow, DossierRow, by)
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .outerjoin(DeadlineRow, limits)
        .where(_at_desks(units), WAITING[which])
        .order_by(func.coalesce(by, TaskRow.due_at), TaskRow.opened_at, TaskRow.id)
        .limit(limit)
        .options(defer(DossierRow.snapshot))
    )
    return [Waiting(*row) for row in session.execute(query)]


def counts(session: Session, units: Collection[str]) -> Mapping[str, int]:
    """How many `waiting` would list in all, of every queue."""
    which = case(*((condition, name) for name, condition in WAITING.items()), else_="others").label("which")
    query = select(which, func.count()).select_from(TaskRow).join(DossierRow, DossierRow.id == TaskRow.dossier_id)
    rows = session.execute(query.where(_at_desks(units)).group_by("which"))
    found = {row[0]: row[1] for row in rows}
    return {name: found.get(name, 0) for name in WAITING}


def channels(session: Session, units: Collection[str], since: datetime) -> Mapping[str, int]:
    """How many dossiers these units have taken in since, by channel; "assisted": filed online with their help."""
    online = DossierRow.channel == Channel.ONLINE.value
    ways = select(DossierRow.channel, func.count()).where(DossierRow.submitted_at >= since)
    own = ways.where(DossierRow.receiving_unit.in_(units)).group_by(DossierRow.channel)
    helped = select(func.count()).where(DossierRow.submitted_at >= since, online, DossierRow.support_unit.in_(units))
    return {**{row[0]: row[1] for row in session.execute(own)}, "assisted": session.scalar(helped) or 0}


def _at_desks(units: Collection[str]) -> ColumnElement[bool]:
    return and_(
        TaskRow.state == TaskState.OPEN.value,
        TaskRow.unit_code.in_(units),
        TaskRow.role == Role.RECEPTION_OFFICER.value,
    )
