"""A user task as lists and pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, procedure_view, reasons, steps, wording
from api.pages.reasons import Eyes
from engine import access
from engine.model import Actor, DossierState, LegalBasis, Role, TaskState
from engine.organisation.people import holders
from engine.persistence.organisation import person_names, unit_names
from engine.persistence.tables import DossierRow, PersonRow, TaskRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.task_forms import TaskForm


@dataclass(frozen=True)
class TaskLine:
    """One line of a list of tasks."""

    id: UUID
    dossier_id: UUID
    name: str
    procedure: str
    code: str
    applicant: str
    summary: str
    due: present.Due | None
    holder: str
    unit: str
    opened_at: datetime
    version: int
    may_claim: bool
    state: str
    point: str
    dossier_state: tuple[str, str]  # state and outcome, as identifiers
    state_words: str
    dossier_due: present.Due | None
    clock_stopped: bool
    incident: bool
    is_act: bool
    why: str

    @property
    def label(self) -> str:
        """What tells the row from others in words."""
        return f"{self.code} – {self.name}"

    @property
    def chosen(self) -> str:
        """How a form names this row as it is seen here."""
        return f"{self.id}:{self.version}"


def title(task: TaskRow) -> str:
    """The step's name in the reader's language."""
    return (task.name_en if current_language() == "en" else task.name_vi) or task.name_vi


def lines(session: Session, actor: Actor, rows: Sequence[tuple[TaskRow, DossierRow]]) -> list[TaskLine]:
    """Tasks with what a list says of each."""
    named = {dossier.receiving_unit for _task, dossier in rows}.union(*(reasons.units_of(task) for task, _ in rows))
    eyes = Eyes.of(session, actor, named)
    people = person_names(session, {task.assignee_id for task, _dossier in rows})
    return [
        TaskLine(
            id=task.id,
            dossier_id=task.dossier_id,
            name=title(task),
            procedure=procedure_view.title_of(session, dossier.procedure_version_id),
            code=dossier.code,
            applicant=dossier.applicant_name,
            summary=dossier.summary,
            due=present.due(task.due_at),
            holder=holder(task, dossier, people),
            unit=eyes.unit(task.unit_code),
            opened_at=task.opened_at,
            version=task.version,
            may_claim=task.assignee_id is None and task.state == TaskState.OPEN and access.may_work_on(actor, task),
            state=wording.word(wording.TASK_STATES, task.state),
            point=eyes.unit(dossier.receiving_unit),
            dossier_state=(dossier.state, dossier.outcome),
            state_words=wording.dossier_state(dossier),
            dossier_due=present.dossier_due(dossier),
            clock_stopped=dossier.state == DossierState.AWAITING_APPLICANT,
            incident=dossier.incidents > 0,
            is_act=bool(task.principal_unit),
            why=reasons.why(eyes, task),
        )
        for task, dossier in rows
    ]


def holder(task: TaskRow, dossier: DossierRow, people: Mapping[UUID, str]) -> str:
    """Who has the task, in words."""
    if task.role == Role.APPLICANT:
        return dossier.applicant_name
    return people.get(task.assignee_id, "?") if task.assignee_id else wording.nobody()


@dataclass(frozen=True)
class TaskView:
    """One task on its own page."""

    id: UUID
    name: str
    procedure: str
    guidance: str
    closed: str
    obstacle: str
    may_claim: bool
    may_release: bool
    version: int
    due: present.Due | None
    limit: str
    holder: str
    role: str
    unit: str
    opened_at: datetime
    bases: tuple[LegalBasis, ...]
    why: str
    mandate: str


def view(session: Session, actor: Actor, opened: TaskForm) -> TaskView:
    """What a task's page says besides its form."""
    task, element = opened.task, opened.element
    unit = unit_names(session, {task.unit_code}, current_language()).get(task.unit_code, task.unit_code)
    is_open = task.state == TaskState.OPEN
    mine = task.assignee_id is not None and task.assignee_id == actor.id
    reason = opened.reason_en if current_language() == "en" else opened.reason
    return TaskView(
        id=task.id,
        name=title(task),
        procedure=procedure_view.title_of(session, opened.dossier.procedure_version_id),
        guidance=element.documentation,
        closed="" if is_open else _closed(task),
        obstacle=reason if is_open else "",
        may_claim=is_open and task.assignee_id is None and access.may_work_on(actor, task),
        may_release=is_open and task.assignee_id is not None and (mine or access.may_assign(actor, task)),
        version=task.version,
        due=present.due(task.due_at),
        limit=steps.limit_text(element),
        holder=holder(task, opened.dossier, person_names(session, {task.assignee_id})),
        role=wording.role(task.role),
        unit=unit,
        opened_at=task.opened_at,
        bases=element.legal_bases,
        why=reasons.why(Eyes.of(session, actor, reasons.units_of(task)), task),
        mandate=reasons.mandate(session, actor, task, element, pinned(session, opened.dossier)) if is_open else "",
    )


def candidates(session: Session, platform: Platform, actor: Actor, task: TaskRow) -> list[PersonRow]:
    """Whom this actor may give the task to; nobody when the actor may not assign it."""
    if task.state != TaskState.OPEN or not task.unit_code or not access.may_assign(actor, task):
        return []
    able = holders(session, Role(task.role), task.unit_code, platform.today())
    return [person for person in able if person.id != task.assignee_id]


def _closed(task: TaskRow) -> str:
    when = present.moment_text(task.closed_at)
    if task.state == TaskState.COMPLETED:
        return _("%(person)s đã hoàn thành việc này lúc %(moment)s.", person=task.completed_by, moment=when)
    return _("Việc này đã được hủy lúc %(moment)s vì hồ sơ đã đi đường khác.", moment=when)
