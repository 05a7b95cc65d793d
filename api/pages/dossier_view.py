"""A dossier as pages show it: facts, papers, where it stands on its diagram, what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, task_view, wording
from engine import portal_status
from engine.model import Element, Role
from engine.persistence import documents as papers
from engine.persistence import dossiers, letters, waits
from engine.persistence.organisation import person_names, unit_names
from engine.persistence.tables import DocumentRow, DossierRow
from engine.procedures import pinned
from engine.runtime.cases import title_of
from engine.runtime.procedure import Procedure


@dataclass(frozen=True)
class PaperLine:
    """One paper in a list."""

    id: UUID
    filename: str
    size: str
    by: str
    moment: datetime
    href: str
    view: str = ""  # where it can be looked at inside the site
    letter: bool = False  # printed by the authority
    version: int = 1  # which version of the same paper it is
    replaced: bool = False  # there is a newer version
    scan: str = ""  # what is known of viruses, where that is not "nothing found"


@dataclass(frozen=True)
class OpenTask:
    """What a dossier waits for."""

    id: UUID
    name: str
    holder: str
    unit: str
    due: present.Due | None
    href: str
    element_id: str


@dataclass(frozen=True)
class IncidentLine:
    """An automatic step that failed."""

    id: UUID
    step: str
    error: str
    message: str
    opened_at: datetime


def facts(session: Session, dossier: DossierRow) -> list[tuple[str, str]]:
    """The facts of a dossier, for officers."""
    units = unit_names(
        session, {dossier.receiving_unit, dossier.competent_unit, dossier.support_unit}, current_language()
    )
    rows = [
        (_("Nộp lúc"), present.moment_text(dossier.submitted_at)),
        (_("Hình thức nộp"), wording.channel(dossier.channel)),
        (_("Trường hợp"), _case(session, dossier)),
        (_("Tình trạng trên Cổng Dịch vụ công"), _portal_words(session, dossier)),
        (_("Nơi hỗ trợ"), units.get(dossier.support_unit or "", "")),
        (_("Nơi tiếp nhận"), units.get(dossier.receiving_unit, dossier.receiving_unit)),
        (_("Cơ quan giải quyết"), units.get(dossier.competent_unit, dossier.competent_unit)),
        (_("Kết thúc lúc"), present.moment_text(dossier.closed_at)),
    ]
    return [(key, value) for key, value in rows if value]


def _case(session: Session, dossier: DossierRow) -> str:
    if not dossier.procedure_case:
        return ""
    return title_of(pinned(session, dossier), dossier.procedure_case).get(current_language())


def _portal_words(session: Session, dossier: DossierRow) -> str:
    """The status as the national portal numbers and calls it."""
    status = portal_status.of_dossier(session, dossier)
    return f"{status.value}. {portal_status.TITLES[status].get(current_language())}"


def paper_lines(session: Session, dossier: DossierRow, link: str = "") -> list[PaperLine]:
    """The papers of a dossier, with where they can be fetched by this reader."""
    found, rows = [], papers.of_dossier(session, dossier.id)
    versions, older = _versions(rows), {row.replaces_id for row in rows}
    for row in rows:
        href = (
            url_for("following.paper", link=link, document_id=row.id)
            if link
            else url_for("dossiers.paper", document_id=row.id)
        )
        found.append(
            PaperLine(
                id=row.id,
                filename=row.filename,
                size=present.size_text(row.size),
                by=row.uploaded_by or dossier.applicant_name,
                moment=row.uploaded_at,
                href=href,
                view="" if link else url_for("previews.view", document_id=row.id),
                letter=row.uploader_key.startswith("letter:"),
                version=versions[row.id],
                replaced=row.id in older,
                scan=wording.scan(row.scan) if not row.uploader_key.startswith("letter:") else "",
            )
        )
    return found


def _versions(rows: Sequence[DocumentRow]) -> dict[UUID, int]:
    """Which version of its paper each document is; the older one always came before."""
    numbers: dict[UUID, int] = {}
    for row in rows:
        numbers[row.id] = numbers.get(row.replaces_id, 0) + 1 if row.replaces_id else 1
    return numbers


def applicant(dossier: DossierRow) -> list[tuple[str, str]]:
    """Whose dossier it is and what it is about, for officers."""
    rows = [
        (_("Người nộp"), dossier.applicant_name),
        (_("Thư điện tử"), dossier.applicant_email),
        (_("Nội dung"), dossier.summary),
    ]
    return [(key, value) for key, value in rows if value]


def letters_to_come(session: Session, dossier: DossierRow) -> list[str]:
    """The letters that are being printed."""
    return [wording.word(wording.LETTERS, row.key) for row in letters.being_printed(session, dossier.id)]


def open_tasks(session: Session, dossier: DossierRow, procedure: Procedure) -> list[OpenTask]:
    """What the dossier waits for, with who has it; an applicant's task is due when the timer on it fires."""
    rows = waits.open_tasks(session, dossier.id)
    units = unit_names(session, {task.unit_code for task in rows}, current_language())
    people = person_names(session, {task.assignee_id for task in rows})
    lapses = _lapses(session, dossier.id, procedure)
    return [
        OpenTask(
            id=task.id,
            name=task_view.title(task),
            holder=task_view.holder(task, dossier, people),
            unit=units.get(task.unit_code, task.unit_code) or wording.role(task.role),
            due=present.due(lapses.get(task.element_id, task.due_at)),
            href=url_for("officer.task", task_id=task.id),
            element_id=task.element_id,
        )
        for task in rows
    ]


def incidents(session: Session, dossier: DossierRow, procedure: Procedure) -> list[IncidentLine]:
    """The dossier's incidents that nobody has mended yet, newest first."""
    return [
        IncidentLine(
            id=row.id,
            step=step_name(procedure.elements.get(row.element_id), row.element_id),
            error=row.error,
            message=row.message,
            opened_at=row.opened_at,
        )
        for row in dossiers.open_incidents_of(session, dossier)
    ]


def step_name(element: Element | None, identifier: str) -> str:
    """An element's name in the reader's language."""
    return element.title(current_language()) if element else identifier


def waiting_words(dossier: DossierRow) -> str:
    """What is going on when no task is open."""
    if dossier.closed_at is not None:
        return _("Hồ sơ đã kết thúc lúc %(moment)s.", moment=present.moment_text(dossier.closed_at))
    if dossier.incidents:
        return _("Một bước tự động gặp sự cố. Người vận hành đã được báo.")
    return _("Hồ sơ đang chờ một mốc thời gian.")


def _lapses(session: Session, dossier_id: UUID, procedure: Procedure) -> dict[str, datetime]:
    """When the time of an applicant's task runs out: the moments of the timers attached to it, by the task's step."""
    found: dict[str, datetime] = {}
    for element_id, due_at in waits.timers(session, dossier_id):
        element = procedure.elements.get(element_id)
        host = procedure.elements.get(element.attached_to) if element else None
        if host is not None and host.role is Role.APPLICANT:
            found[host.id] = min(due_at, found.get(host.id, due_at))
    return found
