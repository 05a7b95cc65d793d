"""Reads dossiers: one, by code, lists, their data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, defer

from engine.access import visible_dossiers
from engine.errors import NotFoundError
from engine.model import Actor
from engine.persistence.tables import DossierDataRow, DossierRow, IncidentRow
from engine.text import fold


@dataclass(frozen=True)
class DossierFilter:
    """Narrows a list of dossiers; empty means any."""

    procedure_key: str = ""
    state: str = ""
    text: str = ""  # code, applicant or content, with or without diacritics
    overdue_at: datetime | None = None  # only open ones whose due date lies before this moment
    with_incident: bool = False


def get(session: Session, actor: Actor, dossier_id: UUID) -> DossierRow:
    """A dossier that the actor may see.

    Raises:
        NotFoundError: there is none, or the actor may not see it.
    """
    return _one(session, select(DossierRow).where(DossierRow.id == dossier_id, visible_dossiers(actor)), dossier_id)


def by_code(session: Session, code: str) -> DossierRow:
    """The dossier with this code, for the public look-up; the caller shows no more than the law allows.

    Raises:
        NotFoundError: there is none.
    """
    return _one(session, select(DossierRow).where(DossierRow.code == code.strip().upper()), code)


def by_link(session: Session, link: str) -> DossierRow:
    """The dossier that an applicant's secret link opens.

    Raises:
        NotFoundError: the link opens nothing.
    """
    digest = hashlib.sha256(link.encode()).hexdigest()
    return _one(session, select(DossierRow).where(DossierRow.link_digest == digest), "this link")


def listing(
    session: Session,
    actor: Actor,
    narrowed: DossierFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> Sequence[DossierRow]:
    """The dossiers that the actor may see, newest first; `after` is the last row's (submitted_at, id)."""
    query = _narrowed(select(DossierRow).where(visible_dossiers(actor)), narrowed)
    if after is not None:
        query = query.where(tuple_(DossierRow.submitted_at, DossierRow.id) < tuple_(*after))
    query = query.order_by(DossierRow.submitted_at.desc(), DossierRow.id.desc()).limit(limit)
    return session.scalars(query.options(defer(DossierRow.snapshot))).all()


def count(session: Session, actor: Actor, narrowed: DossierFilter) -> int:
    """How many dossiers `listing` would list in all, by the very same conditions."""
    found = _narrowed(select(DossierRow).where(visible_dossiers(actor)), narrowed).with_only_columns(DossierRow.id)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def data_of(session: Session, dossier_id: UUID) -> dict[str, Any]:
    """What the dossier says, by data key."""
    rows = session.scalars(select(DossierDataRow).where(DossierDataRow.dossier_id == dossier_id))
    return {row.key: row.data for row in rows}


def incidents_of(session: Session, dossier_id: UUID) -> Sequence[IncidentRow]:
    """The dossier's incidents, newest first."""
    rows = select(IncidentRow).where(IncidentRow.dossier_id == dossier_id)
    return session.scalars(rows.order_by(IncidentRow.opened_at.desc())).all()


def open_incidents(session: Session, limit: int = 100) -> Sequence[tuple[IncidentRow, DossierRow]]:
    """Open incidents of all dossiers, oldest first; for operators."""
    rows = (
        select(IncidentRow, DossierRow)
        .join(DossierRow, DossierRow.id == IncidentRow.dossier_id)
        .where(IncidentRow.resolved_at.is_(None))
        .order_by(IncidentRow.opened_at)
        .limit(limit)
    )
    return [(incident, dossier) for incident, dossier in session.execute(rows)]


def _one(session: Session, query: Select[DossierRow], wanted: object) -> DossierRow:
    dossier = session.scalars(query).one_or_none()
    if dossier is None:
        raise NotFoundError(
            f"expected a dossier for {wanted}, found none that you may see", "Không tìm thấy hồ sơ bạn được xem."
        )
    return dossier


def _narrowed(query: Select[DossierRow], narrowed: DossierFilter) -> Select[DossierRow]:
    if narrowed.procedure_key:
        query = query.where(DossierRow.procedure_key == narrowed.procedure_key)
    if narrowed.state:
        query = query.where(DossierRow.state == narrowed.state)
    if narrowed.overdue_at is not None:
        query = query.where(DossierRow.closed_at.is_(None), DossierRow.due_at < narrowed.overdue_at)
    if narrowed.with_incident:
        query = query.where(DossierRow.incidents > 0)
    for word in fold(narrowed.text).split():
        query = query.where(DossierRow.search_key.contains(word, autoescape=True))
    return query
