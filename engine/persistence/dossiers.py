"""Reads dossiers: one, by code, lists, their data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from engine.access import visible_dossiers
from engine.errors import NotFoundError
from engine.model import Actor
from engine.persistence import seen_dossiers
from engine.persistence.once import once
from engine.persistence.seen_dossiers import Counted, Wanted
from engine.persistence.tables import DossierDataRow, DossierRow, IncidentRow

MOST_COUNTED = 1_000  # dossiers of a list
MOST_NARROWED = 100  # the same where a filter leaves out most of what has to be read


@dataclass(frozen=True)
class DossierFilter:
    """Narrows a list of dossiers; empty means any."""

    procedure_key: str = ""
    state: str = ""
    text: str = ""  # code, applicant or content, with or without diacritics
    overdue_at: datetime | None = None  # only open ones whose due date lies before this moment
    with_incident: bool = False
    competent_unit: str = ""
    receiving_unit: str = ""


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
    return seen_dossiers.newest(session, _wanted(actor, narrowed), after, limit)


def count(session: Session, actor: Actor, narrowed: DossierFilter) -> Counted:
    """How many dossiers `listing` would list in all, by the very same conditions, counted up to a bound.

    Counting on would read whatever there is, and nobody turns so many pages. Where words are so frequent that the
    newest dossiers fill the page, it is told how many hold them among those, and that there are more.
    """
    return seen_dossiers.count(session, *_counting(actor, narrowed))


def page(
    session: Session,
    actor: Actor,
    narrowed: DossierFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> tuple[Sequence[DossierRow], Counted]:
    """`listing` and `count` at once: what both have to read is read once."""
    wanted, most = _counting(actor, narrowed)
    return seen_dossiers.page(session, wanted, after, limit, most)


def data_of(session: Session, dossier_id: UUID) -> dict[str, Any]:
    """What the dossier says, by data key."""
    rows = select(DossierDataRow.key, DossierDataRow.data).where(DossierDataRow.dossier_id == dossier_id)
    found: list[tuple[str, Any]] = once(
        session, ("data", dossier_id), lambda: [(key, data) for key, data in session.execute(rows)]
    )
    return dict(found)


def incidents_of(session: Session, dossier_id: UUID) -> Sequence[IncidentRow]:
    """The dossier's incidents, newest first, those that have been mended among them."""
    rows = select(IncidentRow).where(IncidentRow.dossier_id == dossier_id)
    return session.scalars(rows.order_by(IncidentRow.opened_at.desc())).all()


def open_incidents_of(session: Session, dossier: DossierRow) -> Sequence[IncidentRow]:
    """The dossier's incidents that nobody has mended yet, newest first."""
    if not dossier.incidents:
        return ()
    rows = select(IncidentRow).where(IncidentRow.dossier_id == dossier.id, IncidentRow.resolved_at.is_(None))
    newest = rows.order_by(IncidentRow.opened_at.desc())
    return once(session, ("incidents", dossier.id), lambda: session.scalars(newest).all())


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
            f"expected a dossier for {wanted}, found none that you may see",
            "Không tìm thấy hồ sơ nào tài khoản này được xem.",
        )
    return dossier


def _counting(actor: Actor, narrowed: DossierFilter) -> tuple[Wanted, int]:
    wanted = _wanted(actor, narrowed)
    return wanted, MOST_NARROWED if wanted.is_narrow else MOST_COUNTED


def _wanted(actor: Actor, narrowed: DossierFilter) -> Wanted:
    found: list[ColumnElement[bool]] = []
    if narrowed.with_incident:
        found.append(DossierRow.incidents > 0)
    if narrowed.competent_unit:
        found.append(DossierRow.competent_unit == narrowed.competent_unit)
    if narrowed.receiving_unit:
        found.append(DossierRow.receiving_unit == narrowed.receiving_unit)
    return Wanted(
        actor,
        narrowed.text,
        procedure_key=narrowed.procedure_key,
        state=narrowed.state,
        overdue_at=narrowed.overdue_at,
        conditions=found,
    )
