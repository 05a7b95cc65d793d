"""The register of a reception point (sổ theo dõi hồ sơ): read page by page, or printed when somebody asks for it.

One book a year, numbered from 01 and closed at its end (Circular 01/2018/TT-VPCP Article 10(2)).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError, NotAllowedError, NotFoundError
from engine.letter_pieces import UnitNames, head_of, names_of
from engine.letters_on_demand import Sheet, sheet
from engine.model import Actor, Role
from engine.organisation.units import UnitKind
from engine.persistence import letters as stored
from engine.persistence import register_numbers
from engine.persistence.organisation import unit_told
from engine.persistence.register_numbers import Span
from engine.persistence.tables import DossierRow, ProcedureRow, UnitRow
from engine.platform import Platform
from forms.letter_data import LetterKind, Register, RegisterEntry
from forms.letter_parts import Channel, Officer, Signer
from forms.letter_reading import as_data
from forms.letters import common_template

MOST_ENTRIES = 2_000
READERS = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.AGENCY_LEADER)
"""Who reads the register of every point; reception officers read that of their own."""
_RETURNED = ("granted", "refused")
_RECEIVING = (UnitKind.BRANCH, UnitKind.RECEPTION_POINT, UnitKind.CENTRE)


@dataclass(frozen=True)
class Book:
    """What a point received from a day to a day of one year, both included, as somebody may read it."""

    unit: str
    first: date
    last: date
    span: Span


def book(session: Session, platform: Platform, actor: Actor, unit: str, period: tuple[date, date]) -> Book:
    """The part of a register that somebody asks for.

    Raises:
        NotFoundError: there is no such unit.
        NotAllowedError: the actor neither receives there nor controls procedures.
        InvalidInputError: the days are in the wrong order or of two years.
    """
    first, last = period
    if session.get(UnitRow, unit) is None:
        raise NotFoundError(f"expected the code of a unit, found '{unit}'", f"Không có đơn vị '{unit}'.")
    if not actor.has_role(Role.RECEPTION_OFFICER, unit) and not any(actor.has_role(role) for role in READERS):
        vi, en = unit_told(session, unit)
        raise NotAllowedError(
            f"expected a reception officer of {en} or somebody who controls procedures, found {actor.name}",
            f"Chỉ cán bộ tiếp nhận của {vi}, người kiểm soát thủ tục và lãnh đạo được xem sổ theo dõi của nơi này.",
        )
    if last < first or first.year != last.year:
        raise InvalidInputError(
            f"expected a first and a last day of one year, found {first} and {last}; there is one book a year",
            "Chọn ngày đầu và ngày cuối trong cùng một năm; mỗi năm một quyển sổ.",
        )
    begin = datetime.combine(first, time.min, platform.zone)
    end = datetime.combine(last + timedelta(days=1), time.min, platform.zone)
    return Book(unit, first, last, Span(unit, begin, end))


def entries(
    session: Session, platform: Platform, asked: Book, limit: int, after: int = 0
) -> tuple[list[RegisterEntry], list[DossierRow]]:
    """The first `limit` lines of a book beyond the number `after`, and the dossiers that they speak of."""
    found = register_numbers.entries(session, asked.span, limit, after)
    dossiers = [row for _number, row in found]
    units = names_of(session, {row.competent_unit for row in dossiers})
    return list(_entries(session, platform, found, units)), dossiers


def register(session: Session, platform: Platform, actor: Actor, unit: str, period: tuple[date, date]) -> Sheet:
    """The register of a reception point as it is printed.

    Raises:
        NotFoundError, NotAllowedError: as `book`.
        InvalidInputError: as `book`, or there are too many entries.
    """
    asked = book(session, platform, actor, unit, period)
    lines, rows = entries(session, platform, asked, MOST_ENTRIES + 1)
    if len(rows) > MOST_ENTRIES:
        raise InvalidInputError(
            f"expected at most {MOST_ENTRIES} dossiers in a register, found more; print a shorter period",
            f"Mỗi lần in tối đa {MOST_ENTRIES} hồ sơ; hãy chọn khoảng ngày ngắn hơn.",
        )
    body = rows[0].competent_unit if rows else unit
    now = platform.now().astimezone(platform.zone)
    letter = Register(
        head=head_of(names_of(session, {unit, body}), unit, body, now.date()),
        year=asked.first.year,
        book="01",
        first_day=asked.first,
        last_day=asked.last,
        entries=tuple(lines),
        keeper=Officer(actor.name if actor.has_role(Role.RECEPTION_OFFICER, unit) else ""),
        signer=Signer("", "Phụ trách Bộ phận Một cửa"),
    )
    template = common_template(LetterKind.REGISTER).read_bytes()
    name = f"{unit} {asked.first:%Y%m%d}-{asked.last:%Y%m%d}"
    return sheet(template, LetterKind.REGISTER, as_data(letter), now, name)


def _entries(
    session: Session,
    platform: Platform,
    rows: Sequence[tuple[int, DossierRow]],
    units: Mapping[str, UnitNames],
) -> Iterable[RegisterEntry]:
    titles = _titles(session, {row.procedure_key for _number, row in rows})
    receipts = stored.newest_data(session, [row.id for _number, row in rows], LetterKind.RECEIPT)

    def day(moment: datetime | None) -> date | None:
        return platform.day_of(moment) if moment else None

    for number, row in rows:
        receipt = receipts.get(row.id, {})
        yield RegisterEntry(
            number=number,
            dossier_code=row.code,
            procedure=titles.get(row.procedure_key, row.procedure_key),
            set_count=receipt.get("set_count", 1),
            applicant=row.applicant_name,
            contact=_contact(receipt.get("applicant", {})) or row.applicant_email,
            lead_agency=units[row.competent_unit].name if row.competent_unit in units else row.competent_unit,
            received_on=platform.day_of(row.received_at or row.submitted_at),
            due_on=day(row.due_at),
            returned_on=day(row.closed_at) if row.outcome in _RETURNED else None,
            channel=Channel(row.channel),
        )


def _titles(session: Session, keys: Collection[str]) -> Mapping[str, str]:
    found = session.execute(select(ProcedureRow.key, ProcedureRow.title_vi).where(ProcedureRow.key.in_(keys)))
    return {row.key: row.title_vi for row in found}


def _contact(applicant: Mapping[str, str]) -> str:
    """Where the applicant lives and is reached, as the receipt has it."""
    return "; ".join(filter(None, (applicant.get("address"), applicant.get("phone"))))


def reception_points(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """The points (code, name) whose register the actor may read: those at which they receive, or every one."""
    codes = {unit for role, unit in actor.roles if role is Role.RECEPTION_OFFICER}
    if any(actor.has_role(role) for role in READERS):
        codes |= set(session.scalars(select(UnitRow.code).where(UnitRow.kind.in_(_RECEIVING))))
    return sorted(((code, units.name) for code, units in names_of(session, codes).items()), key=lambda one: one[::-1])


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
