"""The register of mandates: recording one, ending one, listing them. What contradicts the register is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidInputError, NotFoundError, SubdelegationRefusedError
from engine.events import EventType
from engine.feel import FeelError, compile_expression
from engine.ids import new_id
from engine.model import Actor, Role
from engine.organisation import register
from engine.organisation.mandates import MandateKind, of_body
from engine.organisation.validity import counts_on, overlap
from engine.persistence.organisation import unit_told
from engine.persistence.tables import MandateRow, PersonRow, RoleRow, UnitRow


@dataclass(frozen=True)
class Mandate:
    """What is to be recorded; `MandateRow` says what each part means. Days are included, `valid_to` None is open."""

    unit_code: str
    kind: MandateKind
    instrument_number: str
    instrument_date: date
    valid_from: date
    valid_to: date | None = None
    person: str = ""  # a user name, or else
    delegate_role: Role | None = None
    delegate_unit: str = ""  # the body itself when empty
    act: str = ""
    procedure_key: str = ""
    field: str = ""
    ceiling: str = ""
    parent_id: UUID | None = None
    may_subdelegate: bool = False
    standin_may_decide: bool = False


def record(session: Session, by: Actor, wanted: Mandate, *, now: datetime) -> MandateRow:
    """Enter a mandate into the register of its body.

    Raises:
        InvalidInputError: something is missing, unknown or contradicts itself.
        SubdelegationRefusedError: it is derived from a mandate that may not be delegated further.
        ConflictError: it overlaps another one.
    """
    _refuse_senseless(session, wanted)
    row = MandateRow(
        id=new_id(),
        unit_code=wanted.unit_code,
        act=wanted.act,
        procedure_key=wanted.procedure_key,
        field=wanted.field,
        kind=wanted.kind,
        person_id=_person(session, wanted),
        delegate_role=wanted.delegate_role or "",
        delegate_unit=(wanted.delegate_unit or wanted.unit_code) if wanted.delegate_role else None,
        parent_id=wanted.parent_id,
        instrument_number=wanted.instrument_number.strip(),
        instrument_date=wanted.instrument_date,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
        ceiling=wanted.ceiling.strip().removeprefix("=").strip(),
        may_subdelegate=wanted.may_subdelegate,
        standin_may_decide=wanted.standin_may_decide,
        recorded_at=now,
        recorded_by=by.name,
    )
    standing = of_body(session, wanted.unit_code)
    _refuse_unfounded(standing, row, by)
    for other in standing:
        _refuse_overlap(row, other)
    session.add(row)
    session.flush()
    register.note(session, by, now, EventType.MANDATE_RECORDED, mandate=register.as_kept(row))
    return row


def get(session: Session, mandate_id: UUID) -> MandateRow:
    """A mandate.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = session.get(MandateRow, mandate_id)
    if row is None:
        raise NotFoundError(f"expected a mandate with the id {mandate_id}, found none", "Không có văn bản này.")
    return row


def revoke(session: Session, by: Actor, mandate_id: UUID, last_day: date, reason: str, *, now: datetime) -> MandateRow:
    """Let a mandate hold until `last_day` only (before its first day: never). What it covered by then stays covered.

    Raises:
        NotFoundError: there is no such mandate.
        InvalidInputError: it ends earlier already, or no reason is given.
    """
    row = get(session, mandate_id)
    if not reason.strip():
        raise InvalidInputError("expected a reason, found none; say why it ends early", "Hãy nêu lý do.")
    if row.valid_to is not None and row.valid_to < last_day:
        raise InvalidInputError(
            f"expected a day up to {row.valid_to}, found {last_day}; record a new mandate for the days after it",
            f"Văn bản đã hết hiệu lực ngày {row.valid_to:%d/%m/%Y}; hãy ghi nhận văn bản mới.",
        )
    row.valid_to = max(last_day, row.valid_from - timedelta(days=1))
    row.revoked_at, row.revoked_by, row.revocation = now, by.name, reason.strip()
    session.flush()
    register.note(session, by, now, EventType.MANDATE_REVOKED, mandate=register.as_kept(row))
    return row


def _refuse_senseless(session: Session, wanted: Mandate) -> None:
    for code in filter(None, (wanted.unit_code, wanted.delegate_unit)):
        if session.get(UnitRow, code) is None:
            raise InvalidInputError(
                f"expected the code of a unit, found '{code}'; add the unit first", f"Không có đơn vị '{code}'."
            )
    if bool(wanted.person) == bool(wanted.delegate_role):
        raise InvalidInputError(
            "expected either a person or a role in a unit to be authorised, found both or neither",
            "Hãy nêu hoặc một người, hoặc một vai trò tại một đơn vị.",
        )
    if not wanted.instrument_number.strip():
        raise InvalidInputError("expected the number of the instrument, found none", "Hãy ghi số văn bản.")
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        raise InvalidInputError(
            f"expected the last day not before {wanted.valid_from}, found {wanted.valid_to}",
            "Ngày hết hiệu lực không thể trước ngày có hiệu lực.",
        )
    if wanted.instrument_date > wanted.valid_from:
        raise InvalidInputError(
            f"expected the instrument to be signed by {wanted.valid_from}, found {wanted.instrument_date}",
            "Văn bản không thể có hiệu lực trước ngày ký.",
        )
    if wanted.ceiling:
        try:
            compile_expression(wanted.ceiling.strip().removeprefix("="))
        except FeelError as error:
            raise InvalidInputError(
                f"expected the ceiling as FEEL such as application.area <= 50000, found: {error}",
                f"Giới hạn “{wanted.ceiling}” không phải biểu thức FEEL.",
            ) from error


def _person(session: Session, wanted: Mandate) -> UUID | None:
    if not wanted.person:
        return None
    person = session.scalar(select(PersonRow).where(PersonRow.username == wanted.person.strip().lower()))
    if person is None or not person.active:
        raise InvalidInputError(
            f"expected the user name of an active person, found '{wanted.person}'",
            f"Không có người dùng đang hoạt động tên '{wanted.person}'.",
        )
    held = select(RoleRow.role).where(
        RoleRow.person_id == person.id,
        RoleRow.unit_code == wanted.unit_code,
        *counts_on(RoleRow, wanted.valid_from),
    )
    if session.scalar(held.limit(1)) is None:
        vi, en = unit_told(session, wanted.unit_code)
        raise InvalidInputError(
            f"expected {person.name} to hold a role in {en}; authorise the role and unit in which "
            "that person works instead",
            f"{person.name} không giữ vai trò nào tại {vi}; hãy giao cho vai trò nơi người đó làm việc.",
        )
    return person.id


def _refuse_unfounded(standing: Sequence[MandateRow], row: MandateRow, by: Actor) -> None:
    if row.parent_id is None:
        return
    parent = next((each for each in standing if each.id == row.parent_id), None)
    if parent is None:
        raise InvalidInputError(
            f"expected the mandate {row.parent_id} in the register of the body of this one, found none",
            "Không có văn bản gốc này trong sổ của cơ quan ấy.",
        )
    if not parent.may_subdelegate:
        raise SubdelegationRefusedError(
            f"expected a mandate that may be delegated further, found {parent.instrument_number}, which may not",
            f"Văn bản số {parent.instrument_number} không cho ủy quyền lại.",
        ).tried(by, mandate=str(parent.id), unit=row.unit_code, instrument=row.instrument_number)
    wider = row.valid_from < parent.valid_from or (row.valid_to or date.max) > (parent.valid_to or date.max)
    if wider or any(
        mine != theirs and theirs
        for mine, theirs in (
            (row.act, parent.act),
            (row.procedure_key, parent.procedure_key),
            (row.field, parent.field),
        )
    ):
        raise InvalidInputError(
            f"expected a mandate within {parent.instrument_number} ({parent.valid_from} to {parent.valid_to or 'open'}"
            f", act '{parent.act or 'any'}', procedure '{parent.procedure_key or 'any'}'), found a wider one",
            f"Phạm vi hoặc thời hạn vượt quá văn bản gốc số {parent.instrument_number}.",
        )


def _refuse_overlap(row: MandateRow, other: MandateRow) -> None:
    """Two mandates of one body overlap when they share days and matters and nothing tells who decides.

    The same delegate twice always overlaps. Two different units overlap unless each has a ceiling that divides the
    matter between them, or one has it from the other. Several persons of one body may share a matter.
    """
    days = overlap((row.valid_from, row.valid_to), (other.valid_from, other.valid_to))
    matter = all(
        not mine or not theirs or mine == theirs
        for mine, theirs in (
            (row.act, other.act),
            (row.procedure_key, other.procedure_key),
            (row.field, other.field),
        )
    )
    if not (days and matter):
        return
    same = (row.person_id, row.delegate_role, row.delegate_unit) == (
        other.person_id,
        other.delegate_role,
        other.delegate_unit,
    )
    places = {row.delegate_unit or row.unit_code, other.delegate_unit or other.unit_code}
    rivals = row.unit_code not in places and len(places) == 2
    divided = (row.ceiling and other.ceiling) or row.parent_id == other.id or other.parent_id == row.id
    if same or (rivals and not divided):
        until = f"{other.valid_to:%d/%m/%Y}" if other.valid_to else "khi có văn bản khác"
        raise ConflictError(
            f"it overlaps {other.kind} {other.instrument_number} of {other.instrument_date}, which holds from "
            f"{other.valid_from} to {other.valid_to or 'further notice'}; end that one first "
            f"(motcua mandate end {other.id}), or choose other days, another matter or a ceiling for each",
            f"Trùng với văn bản số {other.instrument_number} ngày {other.instrument_date:%d/%m/%Y} (hiệu lực "
            f"{other.valid_from:%d/%m/%Y} – {until}); hãy kết thúc văn bản đó trước, hoặc chọn ngày, phạm vi khác.",
            mandate=str(other.id),
        )
