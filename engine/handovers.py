"""Use cases of hand-overs: confirm the receipt, send a dossier to the body that is competent, read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import places, receipt, transition
from engine.access import SEES_ALL, units_of
from engine.change import Change
from engine.errors import NotAllowedError
from engine.model import Actor, Role, TaskState
from engine.persistence import dossiers
from engine.persistence.organisation import unit_told
from engine.persistence.tables import DossierRow, HandOverRow, TaskRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.side_tasks import ROUTE


def acknowledge(session: Session, platform: Platform, actor: Actor, dossier_id: UUID) -> DossierRow:
    """Confirm, in the name of the competent body, that the dossier is there.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
        NotAllowedError: the actor works in another body.
        NotWaitingError: nothing is on its way there.
    """
    _seen_by_body(session, actor, dossier_id)

    def command(change: Change) -> None:
        receipt.acknowledge(change)

    return transition.apply(session, platform, actor, dossier_id, command)


def send_on(
    session: Session, platform: Platform, actor: Actor, dossier_id: UUID, unit_code: str, reason: str
) -> DossierRow:
    """Name the body that is competent: for the unroutable queue, for a body whose dossier it is not, for operators.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
        NotAllowedError: the actor works in another body.
        InvalidInputError: no such unit today, the same unit, or no reason.
    """
    if not actor.has_role(Role.OPERATOR):
        _seen_by_body(session, actor, dossier_id)

    def command(change: Change) -> None:
        receipt.send_on(change, unit_code, reason)

    return transition.apply(session, platform, actor, dossier_id, command)


def of_dossier(session: Session, dossier_id: UUID) -> Sequence[HandOverRow]:
    """The hand-overs of a dossier, oldest first."""
    rows = select(HandOverRow).where(HandOverRow.dossier_id == dossier_id)
    return session.scalars(rows.order_by(HandOverRow.handed_at, HandOverRow.id)).all()


def lost(session: Session, unit_code: str, limit: int = 100) -> Sequence[DossierRow]:
    """The unroutable queue: open dossiers for which the unit has to find the competent body, oldest first."""
    rows = select(DossierRow).where(DossierRow.competent_unit == unit_code, DossierRow.closed_at.is_(None))
    found = session.scalars(rows.order_by(DossierRow.submitted_at, DossierRow.id).limit(limit)).all()
    return [dossier for dossier in found if places.is_lost(dossier, pinned(session, dossier))]


def _seen_by_body(session: Session, actor: Actor, dossier_id: UUID) -> None:
    dossier = dossiers.get(session, actor, dossier_id)
    if not may_acknowledge(actor, dossier):
        vi, en = unit_told(session, dossier.competent_unit)
        raise NotAllowedError(
            f"expected somebody of {en}, the competent body, found {actor.name}",
            f"Chỉ người của cơ quan có thẩm quyền, {vi}, được xác nhận hoặc chuyển hồ sơ này.",
        )


def on_the_way(session: Session, actor: Actor, limit: int = 200) -> Sequence[tuple[HandOverRow, DossierRow]]:
    """What has been handed over and is not confirmed, to or from the actor's units (or all), due first."""
    rows = (
        select(HandOverRow, DossierRow)
        .join(DossierRow, (DossierRow.id == HandOverRow.dossier_id) & (DossierRow.hand_over_id == HandOverRow.id))
        .where(DossierRow.hand_over_id.is_not(None), DossierRow.closed_at.is_(None))
    )
    if not any(actor.has_role(role) for role in SEES_ALL):
        units = units_of(actor)
        rows = rows.where(or_(HandOverRow.to_unit.in_(units), HandOverRow.from_unit.in_(units)))
    found = session.execute(rows.order_by(HandOverRow.due_at, HandOverRow.id).limit(limit))
    return [(row, dossier) for row, dossier in found]


def may_acknowledge(actor: Actor, dossier: DossierRow) -> bool:
    """Whether the actor may confirm receipts, and send dossiers on, in the name of the dossier's competent body."""
    return any(actor.has_role(role, dossier.competent_unit) for role in receipt.RECEIVERS)


def may_send(actor: Actor, dossier: DossierRow) -> bool:
    """Whether the actor may name the competent body of the dossier."""
    return actor.has_role(Role.OPERATOR) or may_acknowledge(actor, dossier)


def unrouted(session: Session, actor: Actor, limit: int = 200) -> Sequence[tuple[TaskRow, DossierRow]]:
    """The open questions of which body is competent, in the actor's units (all for who sees all), due first."""
    rows = (
        select(TaskRow, DossierRow)
        .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
        .where(TaskRow.state == TaskState.OPEN, TaskRow.element_id == ROUTE)
    )
    if not any(actor.has_role(role) for role in SEES_ALL):
        rows = rows.where(TaskRow.unit_code.in_(units_of(actor)))
    found = session.execute(rows.order_by(TaskRow.due_at, TaskRow.id).limit(limit))
    return [(task, dossier) for task, dossier in found]
