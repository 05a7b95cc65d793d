"""Letters that are printed when somebody asks for them and not kept: the control sheet and the applicant's own copy
of the receipt or, before it, of the filing slip; the applicant's copies alone carry the secret link.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.events import EventType
from engine.history.journal import Happened, read, task_entries
from engine.letter_contents import NoDueDateError
from engine.letter_pieces import UnitNames, appointment, head_of, matter_of, names_of, papers_of, party_of
from engine.letters import TITLES, render, template_of
from engine.model import Role
from engine.persistence import letters as stored
from engine.persistence.tables import DossierDataRow, DossierRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.side_tasks import SIDE_TASKS
from forms.letter_data import Control, Filing, LetterKind, Transfer
from forms.letter_parts import Timeliness
from forms.letter_reading import as_data

_APPLICANT = "Người nộp hồ sơ"


@dataclass(frozen=True)
class Sheet:
    """A printed letter that is not kept."""

    content: bytes
    filename: str


@dataclass(frozen=True)
class _Step:
    """One user task as the history tells it."""

    unit: str
    role: str
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
        due_at=appointment(platform, dossier.due_at),
        competent_body=_name(units, dossier.competent_unit),
        transfers=tuple(_transfers(steps, units, platform)),
        coordinating_agencies=_consulted(steps.values(), units),
    )
    template = template_of(pinned(session, dossier), LetterKind.CONTROL)
    return sheet(template, LetterKind.CONTROL, as_data(letter), now, dossier.code)


def for_applicant(session: Session, platform: Platform, dossier: DossierRow, address: str) -> Sheet:
    """The receipt, or before it the slip that confirms the filing, with the applicant's own link as a QR code.

    It goes to the applicant and is kept nowhere: the link is the applicant's secret.
    """
    procedure = pinned(session, dossier)
    row = stored.newest(session, dossier.id, LetterKind.RECEIPT)
    if row is not None:
        at = row.requested_at.astimezone(platform.zone)
        template = template_of(procedure, LetterKind.RECEIPT)
        return sheet(template, LetterKind.RECEIPT, {**row.data, "link": address}, at, dossier.code)
    filed = session.get(DossierDataRow, (dossier.id, procedure.start_form))
    answers = filed.data if filed is not None else {}
    units = names_of(session, {dossier.receiving_unit, dossier.competent_unit})
    at = dossier.submitted_at.astimezone(platform.zone)
    letter = Filing(
        head=head_of(units, dossier.receiving_unit, dossier.competent_unit, at.date()),
        dossier_code=dossier.code,
        applicant=party_of(dossier.applicant_name, dossier.applicant_email, answers),
        request=matter_of(procedure, dossier.summary),
        papers=papers_of(procedure.facts.documents_of(dossier.procedure_case), answers, {}),
        submitted_at=at,
        receiving_place=_name(units, dossier.receiving_unit),
        link=address,
    )
    return sheet(template_of(procedure, LetterKind.FILING), LetterKind.FILING, as_data(letter), at, dossier.code)


def again(session: Session, platform: Platform, dossier: DossierRow, kind: LetterKind) -> Sheet:
    """A letter that the dossier has asked for, printed now: a desk does not wait until its document is there.

    Raises:
        NotFoundError: the dossier has asked for no such letter.
    """
    row = stored.newest(session, dossier.id, kind)
    if row is None:
        raise NotFoundError(
            f"expected dossier {dossier.code} to have the letter '{kind}', found none; it is not due yet",
            f"Hồ sơ {dossier.code} chưa có văn bản “{TITLES[kind]}”.",
        )
    at = row.requested_at.astimezone(platform.zone)
    return sheet(template_of(pinned(session, dossier), kind), kind, row.data, at, dossier.code)


def sheet(template: bytes, kind: LetterKind, data: Mapping[str, Any], at: datetime, name: str) -> Sheet:
    """The letter of this kind, printed from the data as of `at`; `name` ends the name of its file."""
    return Sheet(render(template, data, at).content, f"{TITLES[kind]} {name}.pdf")


def _steps(rows: Iterable[Happened]) -> dict[str, _Step]:
    """The steps of the process by task, in the order in which they were opened."""
    found: dict[str, _Step] = {}
    last, then = "", None
    for row in rows:
        entry = read(row)
        said = entry["payload"]
        task = said["task"]
        if row.type == EventType.TASK_OPENED and said["element"] not in SIDE_TASKS:
            due = datetime.fromisoformat(said["due_at"]) if said["due_at"] else None
            by = last if entry["recorded_at"] == then else ""
            found[task] = _Step(said["unit"], said["role"], row.occurred_at, due, by=by)
        elif row.type == EventType.TASK_COMPLETED and task in found:
            last, then = task, entry["recorded_at"]
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


def _consulted(steps: Iterable[_Step], units: Mapping[str, UnitNames]) -> tuple[str, ...]:
    """The bodies that were asked for their opinion, each once, in the order in which they were asked."""
    return tuple(dict.fromkeys(_name(units, step.unit) for step in steps if step.role == Role.CONSULTED_OFFICER))


def _timeliness(step: _Step, platform: Platform) -> Timeliness | None:
    if step.due_at is None or step.ended_at is None:
        return None
    if step.ended_at > step.due_at:
        return Timeliness.OVERDUE
    same_day = platform.day_of(step.ended_at) == platform.day_of(step.due_at)
    return Timeliness.ON_TIME if same_day else Timeliness.EARLY


def _name(units: Mapping[str, UnitNames], code: str) -> str:
    return units[code].name if code in units else code or _APPLICANT
