"""The form of a user task: what it shows, what was typed so far, and whether answers fit it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import attachments, places, task_rules
from engine.change import Change, facts_of
from engine.errors import NotFoundError
from engine.model import Actor, Element
from engine.organisation.people import staff
from engine.persistence import dossiers, tasks
from engine.persistence.tables import DossierRow, DraftRow, TaskRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.side_tasks import ROUTE
from forms.answers import AnswerContext, check, check_draft
from forms.definition import FormDefinition


@dataclass(frozen=True)
class TaskForm:
    """A task ready to be shown: its form, what it holds so far, and whether this actor may send it."""

    task: TaskRow
    dossier: DossierRow
    element: Element
    definition: FormDefinition
    context: AnswerContext
    values: Mapping[str, Any]  # the draft, else the last answers of this form
    may_complete: bool
    reason: str = ""  # why not, in Vietnamese
    reason_en: str = ""


def open_form(session: Session, platform: Platform, actor: Actor, task_id: UUID) -> TaskForm:
    """What an actor sees when opening a task.

    Raises:
        NotFoundError: there is no such task, or the actor may not see its dossier.
    """
    task, dossier = task_rules.seen_task(session, actor, task_id)
    procedure = pinned(session, dossier)
    element = procedure.elements[task.element_id]
    data = dossiers.data_of(session, dossier.id)
    draft = tasks.draft_of(session, task)
    values = draft.data if draft else data.get(task.data_key) or {}
    definition = procedure.forms[task.form_key]
    context = _context(session, platform, dossier, task, _as_seen(data, element))
    reason, reason_en = task_rules.hindrance(session, actor, task)
    return TaskForm(task, dossier, element, definition, context, values, not reason, reason, reason_en)


def save_draft(session: Session, platform: Platform, actor: Actor, task_id: UUID, raw: Mapping[str, Any]) -> DraftRow:
    """Keep what has been typed into a task's form. Drafts are not part of the dossier: no journal, no rules.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, TaskTakenError
    """
    task, dossier = task_rules.seen_task(session, actor, task_id)
    task_rules.refuse_unworkable(session, actor, task)
    definition = pinned(session, dossier).forms[task.form_key]
    draft = tasks.draft_of(session, task)
    if draft is None:
        draft = DraftRow(dossier_id=task.dossier_id, task_id=task.id)
        session.add(draft)
    draft.data, draft.saved_at, draft.saved_by = check_draft(definition, raw), platform.now(), actor.name
    session.flush()
    return draft


def checked_answers(change: Change, task: TaskRow, raw: Mapping[str, Any], uploader_key: str) -> dict[str, Any]:
    """The answers, checked against the task's form; the empty answers for a task without a form."""
    if not task.form_key:
        return {}
    definition = change.procedure.forms.get(task.form_key)
    if definition is None:
        raise NotFoundError(f"expected the form '{task.form_key}' in the dossier's procedure version, found none")
    data = {key: value for key, value in change.evaluation().data.items() if key != "dossier"}
    seen = _as_seen(data, change.procedure.elements[task.element_id])
    context = _context(change.session, change.platform, change.dossier, task, seen, uploader_key)
    return check(definition, raw, context)


def _context(
    session: Session,
    platform: Platform,
    dossier: DossierRow,
    task: TaskRow,
    data: Mapping[str, Any],
    uploader_key: str = "",
) -> AnswerContext:
    names = {**data, "dossier": facts_of(dossier, platform.zone), "people": _People(session, platform, task)}
    if task.element_id == ROUTE:
        names["units"] = places.to_choose_from(session, platform.today())
    return AnswerContext(
        data=names,
        now=platform.now().astimezone(platform.zone),
        documents=lambda reference: attachments.available(
            session, reference, uploader_key, dossier.id, lock=bool(uploader_key)
        ),
        zone=platform.zone,
        stored=data.get(task.data_key) or {},
    )


def _as_seen(data: Mapping[str, Any], element: Element) -> Mapping[str, Any]:
    """The dossier's data as a form sees them: inside a call with a scope, its own also by their local names."""
    local = {name: data.get(key) for name, key in element.names.items()}
    return {**data, **local} if local else data


class _People(Mapping[str, list[dict[str, str]]]):
    """Whom a form may offer: the people of the task's unit by role, as options; read when a form asks."""

    def __init__(self, session: Session, platform: Platform, task: TaskRow) -> None:
        self._session, self._today, self._unit = session, platform.today(), task.unit_code

    @cached_property
    def _by_role(self) -> dict[str, list[dict[str, str]]]:
        return {
            role: [{"label": person.name, "value": person.username} for person in people]
            for role, people in (staff(self._session, self._unit, self._today) if self._unit else {}).items()
        }

    def __getitem__(self, role: str) -> list[dict[str, str]]:
        return self._by_role[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_role)

    def __len__(self) -> int:
        return len(self._by_role)
