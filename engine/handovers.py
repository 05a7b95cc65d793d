"""Use cases of hand-overs: confirm the receipt, send a dossier to the body that is competent, read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import places, receipt, transition
from engine.change import Change
from engine.errors import NotAllowedError
from engine.model import Actor, Role
from engine.persistence import dossiers
from engine.persistence.tables import DossierRow, HandOverRow
from engine.platform import Platform
from engine.procedures import pinned


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
    if not any(actor.has_role(role, dossier.competent_unit) for role in receipt.RECEIVERS):
        raise NotAllowedError(
            f"expected somebody of {dossier.competent_unit}, the competent body, found {actor.name}",
            "Chỉ người của cơ quan có thẩm quyền được xác nhận hoặc chuyển hồ sơ này.",
        )
