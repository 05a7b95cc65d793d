"""The register of a reception point (sổ theo dõi hồ sơ), printed when somebody asks for it.

One book a year, numbered from 01 and closed at its end (Circular 01/2018/TT-VPCP Article 10(2)).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from engine.errors import InvalidInputError, NotAllowedError, NotFoundError
from engine.letter_pieces import UnitNames, head_of, names_of
from engine.letters_on_demand import Sheet, sheet
from engine.model import Actor, Role
from engine.persistence import letters as stored
from engine.persistence.organisation import unit_told
from engine.persistence.tables import DossierRow, ProcedureRow, UnitRow
from engine.platform import Platform
from forms.letter_data import LetterKind, Register, RegisterEntry
from forms.letter_parts import Channel, Officer, Signer
from forms.letter_reading import as_data
from forms.letters import common_template

MOST_ENTRIES = 2_000
_READERS = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.AGENCY_LEADER)
_RETURNED = ("granted", "refused")


def register(session: Session, platform: Platform, actor: Actor, unit: str, period: tuple[date, date]) -> Sheet:
    """The register of a reception point: what it received from the first to the last day, both included.

    Raises:
        NotFoundError: there is no such unit.
        NotAllowedError: the actor neither receives there nor controls procedures.
        InvalidInputError: the days are in the wrong order or of two years, or there are too many entries.
    """
    first, last = period
    if session.get(UnitRow, unit) is None:
        raise NotFoundError(f"expected the code of a unit, found '{unit}'", f"Không có đơn vị '{unit}'.")
    if not actor.has_role(Role.RECEPTION_OFFICER, unit) and not any(actor.has_role(role) for role in _READERS):
        vi, en = unit_told(session, unit)
        raise NotAllowedError(
            f"expected a reception officer of {en} or somebody who controls procedures, found {actor.name}",
            f"Bạn không được in sổ theo dõi của {vi}.",
        )
    if last < first or first.year != last.year:
        raise InvalidInputError(
            f"expected a first and a last day of one year, found {first} and {last}; there is one book a year",
            "Chọn ngày đầu và ngày cuối trong cùng một năm; mỗi năm một quyển sổ.",
        )
    rows = _received(session, platform, unit, period)
    before = _count(session, platform, unit, (date(first.year, 1, 1), first - timedelta(days=1)))
    units = names_of(session, {unit, *(row.competent_unit for row in rows)})
    now = platform.now().astimezone(platform.zone)
    body = rows[0].competent_unit if rows else unit
    letter = Register(
        head=head_of(units, unit, body, now.date()),
        year=first.year,
        book="01",
        first_day=first,
        last_day=last,
        entries=tuple(_entries(session, platform, rows, units, before)),
        keeper=Officer(actor.name if actor.has_role(Role.RECEPTION_OFFICER, unit) else ""),
        signer=Signer("", "Phụ trách Bộ phận Một cửa"),
    )
    template = common_template(LetterKind.REGISTER).read_bytes()
    return sheet(template, LetterKind.REGISTER, as_data(letter), now, f"{unit} {first:%Y%m%d}-{last:%Y%m%d}")


def _bounds(platform: Platform, period: tuple[date, date]) -> tuple[datetime, datetime]:
    first, last = period
    return (
        datetime.combine(first, time.min, platform.zone),
        datetime.combine(last + timedelta(days=1), time.min, platform.zone),
    )


def _received(session: Session, platform: Platform, unit: str, period: tuple[date, date]) -> list[DossierRow]:
    begin, end = _bounds(platform, period)
    rows = select(DossierRow).where(
        DossierRow.receiving_unit == unit, DossierRow.received_at >= begin, DossierRow.received_at < end
    )
    ordered = rows.order_by(DossierRow.received_at, DossierRow.id).options(defer(DossierRow.snapshot))
    found = list(session.scalars(ordered.limit(MOST_ENTRIES + 1)))
    if len(found) > MOST_ENTRIES:
        raise InvalidInputError(
            f"expected at most {MOST_ENTRIES} dossiers in a register, found more; print a shorter period",
            f"Mỗi lần in tối đa {MOST_ENTRIES} hồ sơ; hãy chọn khoảng ngày ngắn hơn.",
        )
    return found


def _count(session: Session, platform: Platform, unit: str, period: tuple[date, date]) -> int:
    begin, end = _bounds(platform, period)
    rows = select(func.count()).where(
        DossierRow.receiving_unit == unit, DossierRow.received_at >= begin, DossierRow.received_at < end
    )
    return session.scalar(rows) or 0


def _entries(
    session: Session, platform: Platform, rows: list[DossierRow], units: Mapping[str, UnitNames], before: int
) -> Iterable[RegisterEntry]:
    keys = {row.procedure_key for row in rows}
    found = session.execute(select(ProcedureRow.key, ProcedureRow.title_vi).where(ProcedureRow.key.in_(keys)))
    titles = {row.key: row.title_vi for row in found}
    receipts = stored.newest_data(session, [row.id for row in rows], LetterKind.RECEIPT)

    def day(moment: datetime | None) -> date | None:
        return platform.day_of(moment) if moment else None

    for number, row in enumerate(rows, before + 1):
        yield RegisterEntry(
            number=number,
            dossier_code=row.code,
            procedure=titles.get(row.procedure_key, row.procedure_key),
            set_count=receipts.get(row.id, {}).get("set_count", 1),
            applicant=row.applicant_name,
            contact=_contact(receipts.get(row.id, {}).get("applicant", {})) or row.applicant_email,
            lead_agency=units[row.competent_unit].name if row.competent_unit in units else row.competent_unit,
            received_on=platform.day_of(row.received_at or row.submitted_at),
            due_on=day(row.due_at),
            returned_on=day(row.closed_at) if row.outcome in _RETURNED else None,
            channel=Channel(row.channel),
        )


def _contact(applicant: Mapping[str, str]) -> str:
    """Where the applicant lives and is reached, as the receipt has it."""
    return "; ".join(filter(None, (applicant.get("address"), applicant.get("phone"))))


def reception_points(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """The points (code, name) at which the actor receives: whose register they may print."""
    codes = {unit for role, unit in actor.roles if role is Role.RECEPTION_OFFICER}
    return sorted((code, units.name) for code, units in names_of(session, codes).items())


def period_of(first: str, last: str, today: date) -> tuple[date, date]:
    """The period that an address names; this month up to today when it names none.

    Raises:
        InvalidInputError: what it names is no day.
    """
    try:
        end = date.fromisoformat(last) if last else today
        return (date.fromisoformat(first) if first else end.replace(day=1)), end
    except ValueError:
        raise InvalidInputError(
            f"expected days such as 2026-11-23, found '{first}' and '{last}'",
            "Ngày phải có dạng 2026-11-23.",
        ) from None
