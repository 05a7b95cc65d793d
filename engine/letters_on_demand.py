"""Letters that are printed when somebody asks for them and not kept: the control sheet, the register, the applicant's
own copy of the receipt or, before it, of the filing slip; these alone carry the secret link.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from engine.errors import InvalidInputError, NotAllowedError, NotFoundError
from engine.events import EventType
from engine.history.journal import read, task_entries
from engine.letter_contents import NoDueDateError
from engine.letter_pieces import UnitNames, head_of, matter_of, names_of, papers_of, party_of
from engine.letters import TITLES, render, template_of
from engine.model import Actor, Role
from engine.persistence import letters as stored
from engine.persistence.tables import DossierDataRow, DossierRow, JournalRow, ProcedureRow, UnitRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.side_tasks import SIDE_TASKS
from forms.letter_data import Control, Filing, LetterKind, Register, RegisterEntry, Transfer
from forms.letter_parts import Channel, Officer, Signer, Timeliness
from forms.letter_reading import as_data
from forms.letters import common_template

MOST_ENTRIES = 2_000
_APPLICANT = "Người nộp hồ sơ"
_READERS = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.AGENCY_LEADER)
_RETURNED = ("granted", "refused")


@dataclass(frozen=True)
class Sheet:
    """A printed letter that is not kept."""

    content: bytes
    filename: str


@dataclass(frozen=True)
class _Step:
    """One user task as the history tells it."""

    unit: str
    opened_at: datetime
    due_at: datetime | None
    ended_at: datetime | None = None
    person: str = ""
    by: str = ""  # the id of the task whose completion opened it


def control_sheet(session: Session, platform: Platform, dossier: DossierRow) -> Sheet:
    """The control sheet: who passed the dossier to whom, when, and whether in time.

    Raises:
        NoDueDateError: the dossier has not been accepted yet.
    """
    if dossier.due_at is None or dossier.received_at is None:
        raise NoDueDateError(
            f"expected dossier {dossier.code} to have a due date, found none; it has not been accepted yet",
            f"Hồ sơ {dossier.code} chưa được tiếp nhận nên chưa có phiếu kiểm soát.",
        )
    steps = _steps(task_entries(session, dossier.id))
    codes = {dossier.receiving_unit, dossier.competent_unit, *(step.unit for step in steps.values())}
    units = names_of(session, codes - {""})
    now = platform.now().astimezone(platform.zone)
    letter = Control(
        head=head_of(units, dossier.receiving_unit, dossier.competent_unit, now.date()),
        dossier_code=dossier.code,
        applicant=dossier.applicant_name,
        request=matter_of(pinned(session, dossier), dossier.summary),
        received_at=dossier.received_at.astimezone(platform.zone),
        due_at=dossier.due_at.astimezone(platform.zone),
        competent_body=_name(units, dossier.competent_unit),
        transfers=tuple(_transfers(steps, units, platform)),
    )
    template = template_of(pinned(session, dossier), LetterKind.CONTROL)
    return _sheet(template, LetterKind.CONTROL, as_data(letter), now, dossier.code)


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
        raise NotAllowedError(
            f"expected a reception officer of {unit} or somebody who controls procedures, found {actor.name}",
            "Bạn không được in sổ theo dõi của điểm tiếp nhận này.",
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
    return _sheet(template, LetterKind.REGISTER, as_data(letter), now, f"{unit} {first:%Y%m%d}-{last:%Y%m%d}")


def for_applicant(session: Session, platform: Platform, dossier: DossierRow, address: str) -> Sheet:
    """The receipt, or before it the slip that confirms the filing, with the applicant's own link as a QR code.

    It goes to the applicant and is kept nowhere: the link is the applicant's secret.
    """
    procedure = pinned(session, dossier)
    row = stored.newest(session, dossier.id, LetterKind.RECEIPT)
    if row is not None:
        at = row.requested_at.astimezone(platform.zone)
        template = template_of(procedure, LetterKind.RECEIPT)
        return _sheet(template, LetterKind.RECEIPT, {**row.data, "link": address}, at, dossier.code)
    filed = session.get(DossierDataRow, (dossier.id, procedure.start_form))
    answers = filed.data if filed is not None else {}
    units = names_of(session, {dossier.receiving_unit, dossier.competent_unit})
    at = dossier.submitted_at.astimezone(platform.zone)
    letter = Filing(
        head=head_of(units, dossier.receiving_unit, dossier.competent_unit, at.date()),
        dossier_code=dossier.code,
        applicant=party_of(dossier.applicant_name, dossier.applicant_email, answers),
        request=matter_of(procedure, dossier.summary),
        papers=papers_of(procedure.facts.documents, answers),
        submitted_at=at,
        receiving_place=_name(units, dossier.receiving_unit),
        link=address,
    )
    return _sheet(template_of(procedure, LetterKind.FILING), LetterKind.FILING, as_data(letter), at, dossier.code)


def _sheet(template: bytes, kind: LetterKind, data: Mapping[str, Any], at: datetime, name: str) -> Sheet:
    return Sheet(render(template, data, at).content, f"{TITLES[kind]} {name}.pdf")


# ---- the control sheet ----------------------------------------------------------------------------------


def _steps(rows: Iterable[JournalRow]) -> dict[str, _Step]:
    """The steps of the process by task, in the order in which they were opened."""
    found: dict[str, _Step] = {}
    last, then = "", None
    for row in rows:
        entry = read(row)
        said = entry["payload"]
        task = said["task"]
        if row.type == EventType.TASK_OPENED and said["element"] not in SIDE_TASKS:
            due = datetime.fromisoformat(said["due_at"]) if said["due_at"] else None
            found[task] = _Step(said["unit"], row.occurred_at, due, by=last if row.recorded_at == then else "")
        elif row.type == EventType.TASK_COMPLETED and task in found:
            last, then = task, row.recorded_at
            found[task] = replace(found[task], ended_at=row.occurred_at, person=str(entry["actor"].get("name", "")))
    return found


def _transfers(steps: Mapping[str, _Step], units: Mapping[str, UnitNames], platform: Platform) -> Iterable[Transfer]:
    """From each completed step to those of other units that its completion opened."""
    for taker in steps.values():
        giver = steps.get(taker.by)
        if giver is None or taker.unit == giver.unit:
            continue
        yield Transfer(
            giving_agency=_name(units, giver.unit),
            receiving_agency=_name(units, taker.unit),
            at=taker.opened_at.astimezone(platform.zone),
            giver=giver.person,
            taker=taker.person,
            timeliness=_timeliness(giver, platform),
        )


def _timeliness(step: _Step, platform: Platform) -> Timeliness | None:
    if step.due_at is None or step.ended_at is None:
        return None
    if step.ended_at > step.due_at:
        return Timeliness.OVERDUE
    same_day = platform.day_of(step.ended_at) == platform.day_of(step.due_at)
    return Timeliness.ON_TIME if same_day else Timeliness.EARLY


def _name(units: Mapping[str, UnitNames], code: str) -> str:
    return units[code].name if code in units else code or _APPLICANT


# ---- the register ---------------------------------------------------------------------------------------


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

    def day(moment: datetime | None) -> date | None:
        return platform.day_of(moment) if moment else None

    for number, row in enumerate(rows, before + 1):
        yield RegisterEntry(
            number=number,
            dossier_code=row.code,
            procedure=titles.get(row.procedure_key, row.procedure_key),
            set_count=1,
            applicant=row.applicant_name,
            contact=row.applicant_email,
            lead_agency=_name(units, row.competent_unit),
            received_on=platform.day_of(row.received_at or row.submitted_at),
            due_on=day(row.due_at),
            returned_on=day(row.closed_at) if row.outcome in _RETURNED else None,
            channel=Channel(row.channel),
        )


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
