"""Reads what waits at a desk: dossiers not yet received, results to be handed over, and how dossiers came in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
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


@dataclass(frozen=True)
class Queue:
    """The first tasks of a queue, and how many it has in all."""

    first: Sequence[Waiting] = ()
    total: int = 0


def queues(session: Session, units: Collection[str], limit: int) -> Mapping[str, Queue]:
    """What waits at the desks of these units, taken or not, by queue: what must be received first comes first.

    All queues are read at once: each task at a desk is looked at once, whichever it stands in.
    """
    places = _places(units).subquery()
    query = (
        select(TaskRow, DossierRow, places.c.receive_by, places.c.which, places.c.total)
        .join(places, and_(places.c.dossier_id == TaskRow.dossier_id, places.c.id == TaskRow.id))
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .where(places.c.place <= limit)
        .order_by(places.c.place)
        .options(defer(DossierRow.snapshot))
    )
    found: dict[str, list[Waiting]] = {name: [] for name in WAITING}
    totals = dict.fromkeys(WAITING, 0)
    for task, dossier, receive_by, which, total in session.execute(query):
        found[which].append(Waiting(task, dossier, receive_by))
        totals[which] = total
    return {name: Queue(found[name], totals[name]) for name in WAITING}


def _places(units: Collection[str]) -> Select[Any]:
    """Each task at the desks with its queue, its place there, and how many the queue has."""
    by = DeadlineRow.legal_due_at
    limits = and_(DeadlineRow.dossier_id == DossierRow.id, DeadlineRow.kind == DeadlineKind.RECEPTION.value)
    which = case(*((condition, name) for name, condition in WAITING.items()), else_="others")
    order = (func.coalesce(by, TaskRow.due_at), TaskRow.opened_at, TaskRow.id)
    return (
        select(
            TaskRow.dossier_id,
            TaskRow.id,
            by.label("receive_by"),
            which.label("which"),
            func.row_number().over(partition_by=which, order_by=order).label("place"),
            func.count().over(partition_by=which).label("total"),
        )
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .outerjoin(DeadlineRow, limits)
        .where(_at_desks(units))
    )


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
