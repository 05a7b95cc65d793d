"""Running numbers in the registers of reception points: given when a dossier comes in, and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, insert, literal, select, tuple_
from sqlalchemy.orm import Session, defer

from engine.persistence.tables import DossierRow, RegisterNumberRow, UnitRow

_COLUMNS = ("dossier_id", "unit_code", "year", "number", "received_at")
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Span:
    """What a point received from `begin` to `end` (excluded)."""

    unit: str
    begin: datetime
    end: datetime


def give(session: Session, dossier: DossierRow, received_at: datetime, zone: ZoneInfo) -> None:
    """Give the dossier the next number of its point in the year of the authority's zone.

    The point's row stays locked until the transaction ends, so a number that is rolled back is given again: there are
    neither gaps nor doubles, across any number of processes.
    """
    unit, year = dossier.receiving_unit, received_at.astimezone(zone).year
    last = select(func.max(RegisterNumberRow.number)).where(
        RegisterNumberRow.unit_code == unit, RegisterNumberRow.year == year
    )
    values = {"dossier_id": dossier.id, "unit_code": unit, "year": year, "received_at": received_at}
    following = func.coalesce(last.scalar_subquery(), literal(0)) + 1
    with session.no_autoflush:  # what the dossier has become is written once, at the end
        session.execute(select(UnitRow.code).where(UnitRow.code == unit).with_for_update(key_share=True))
        session.execute(insert(RegisterNumberRow).values(**values, number=following))


def give_to_the_rest(session: Session, zone: ZoneInfo) -> None:
    """Give every dossier that has come in and has no number one, in the order of reception; for what is taken over."""
    numbered = select(RegisterNumberRow.dossier_id).where(RegisterNumberRow.dossier_id == DossierRow.id)
    at = func.coalesce(DossierRow.received_at, DossierRow.submitted_at)
    rest = select(DossierRow.id, DossierRow.receiving_unit, at).where(
        DossierRow.received_at.is_not(None), ~numbered.exists()
    )
    found = session.execute(rest.order_by(DossierRow.received_at, DossierRow.id)).all()
    newest = select(RegisterNumberRow.unit_code, RegisterNumberRow.year, func.max(RegisterNumberRow.number))
    by_book = session.execute(newest.group_by(RegisterNumberRow.unit_code, RegisterNumberRow.year))
    last = {(unit, year): number for unit, year, number in by_book}
    rows = []
    for identifier, unit, received_at in found:
        book = (unit, received_at.astimezone(zone).year)
        last[book] = last.get(book, 0) + 1
        rows.append(dict(zip(_COLUMNS, (identifier, *book, last[book], received_at), strict=True)))
    for first in range(0, len(rows), _AT_ONCE):
        session.execute(insert(RegisterNumberRow), rows[first : first + _AT_ONCE])


def entries(session: Session, span: Span, limit: int, after: int = 0) -> list[tuple[int, DossierRow]]:
    """Numbers and dossiers of a span in the order of reception, beyond the number `after` where one is named."""
    rows = select(RegisterNumberRow.number, DossierRow).join(DossierRow, DossierRow.id == RegisterNumberRow.dossier_id)
    rows = rows.where(*_within(span))
    if after:
        there = select(RegisterNumberRow.received_at).where(*_within(span), RegisterNumberRow.number == after)
        if (moment := session.scalar(there)) is not None:
            rows = rows.where(tuple_(RegisterNumberRow.received_at, RegisterNumberRow.number) > (moment, after))
    order = (RegisterNumberRow.received_at, RegisterNumberRow.number)
    found = session.execute(rows.order_by(*order).limit(limit).options(defer(DossierRow.snapshot)))
    return [(number, dossier) for number, dossier in found]


def bounds(session: Session, span: Span) -> tuple[int, int]:
    """The first and the last number of a span; zeros where nothing was received."""
    at, number = RegisterNumberRow.received_at, RegisterNumberRow.number
    numbers = select(number).where(*_within(span))
    first = session.scalar(numbers.order_by(at, number).limit(1))
    last = session.scalar(numbers.order_by(at.desc(), number.desc()).limit(1))
    return first or 0, last or 0


def _within(span: Span) -> Sequence[ColumnElement[bool]]:
    at = RegisterNumberRow.received_at
    return RegisterNumberRow.unit_code == span.unit, at >= span.begin, at < span.end
