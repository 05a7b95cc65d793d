"""Use cases of user tasks: claim, release, assign, save a draft, complete."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import access, attachments, authority, effects, notices, papers, places, receipt, reuse, transition
from engine.change import Change, facts_of
from engine.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
    TaskNotOpenError,
    TaskTakenError,
)
from engine.events import EventType
from engine.model import Actor, Element, Role, TaskState
from engine.organisation.people import holders, staff
from engine.papers import Presented
from engine.persistence import dossiers, tasks
from engine.persistence.organisation import unit_told
from engine.persistence.tables import DossierRow, DraftRow, PersonRow, TaskRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime import interpreter
from engine.runtime.side_tasks import ROUTE, SIDE_TASKS
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
    task, dossier = _seen(session, actor, task_id)
    procedure = pinned(session, dossier)
    element = procedure.elements[task.element_id]
    data = dossiers.data_of(session, dossier.id)
    draft = tasks.draft_of(session, task)
    values = draft.data if draft else data.get(task.data_key) or {}
    definition = procedure.forms[task.form_key]
    context = _context(session, platform, dossier, task, _as_seen(data, element))
    reason, reason_en = _hindrance(session, actor, task)
    return TaskForm(task, dossier, element, definition, context, values, not reason, reason, reason_en)


def claim(session: Session, platform: Platform, actor: Actor, task_id: UUID, version: int | None = None) -> TaskRow:
    """Take a task that nobody has. Claiming one's own task changes nothing.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, TaskTakenError, StaleVersionError
    """

    def command(change: Change) -> None:
        task = _workable(change, task_id, version)
        if task.assignee_id != actor.id:
            _refuse_taken(change.session, task, actor)
            task.assignee_id = actor.id
            change.note(EventType.TASK_CLAIMED, task=str(task.id), element=task.element_id)

    return _change_task(session, platform, actor, task_id, command)


def release(session: Session, platform: Platform, actor: Actor, task_id: UUID, version: int | None = None) -> TaskRow:
    """Give a task back to its queue: one's own, or anybody's as head of the unit.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, StaleVersionError
    """

    def command(change: Change) -> None:
        task = _open(change, task_id, version)
        if task.assignee_id != actor.id and not access.may_assign(actor, task):
            raise NotAllowedError(
                "expected the assignee or the head of the unit to release the task, found another person",
                "Chỉ người đang giữ việc hoặc trưởng đơn vị được trả việc về hàng chờ.",
            )
        task.assignee_id = None
        change.note(EventType.TASK_RELEASED, task=str(task.id), element=task.element_id)

    return _change_task(session, platform, actor, task_id, command)


def assign(
    session: Session, platform: Platform, actor: Actor, task_id: UUID, username: str, version: int | None = None
) -> TaskRow:
    """Give a task to a person who holds its role in its unit; as head of the unit or operator.

    Raises:
        NotFoundError, NotAllowedError, InvalidInputError, TaskNotOpenError, StaleVersionError
    """

    def command(change: Change) -> None:
        task = _open(change, task_id, version)
        refuse_assigner(actor, task)
        able = holders(change.session, Role(task.role), task.unit_code, platform.today())
        person = next((each for each in able if each.username == username), None)
        if person is None:
            vi, en = unit_told(change.session, task.unit_code)
            raise InvalidInputError(
                f"expected a {task.role} of {en}, found '{username}'; choose one of "
                f"{', '.join(each.username for each in able) or 'nobody: grant the role first'}",
                f"'{username}' không giữ vai trò này tại {vi}.",
            )
        task.assignee_id = person.id
        given = {"to": person.username, "assignee": str(person.id)}
        change.note(EventType.TASK_ASSIGNED, task=str(task.id), element=task.element_id, **given)
        notices.of_assignment(change, task)

    return _change_task(session, platform, actor, task_id, command)


def refuse_assigner(actor: Actor, task: TaskRow) -> None:
    """Say nothing when the actor may give the task to somebody.

    Raises:
        NotAllowedError: the actor is neither head of its unit nor operator.
    """
    if not access.may_assign(actor, task):
        raise NotAllowedError(
            f"expected the head of {task.unit_code or 'the unit'} to assign the task, found {actor.name}; ask the head",
            "Chỉ lãnh đạo đơn vị giữ việc được phân công việc này; hãy đề nghị lãnh đạo đơn vị.",
        )


def save_draft(session: Session, platform: Platform, actor: Actor, task_id: UUID, raw: Mapping[str, Any]) -> DraftRow:
    """Keep what has been typed into a task's form. Drafts are not part of the dossier: no journal, no rules.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, TaskTakenError
    """
    task, dossier = _seen(session, actor, task_id)
    refuse_unworkable(session, actor, task)
    definition = pinned(session, dossier).forms[task.form_key]
    draft = tasks.draft_of(session, task)
    if draft is None:
        draft = DraftRow(dossier_id=task.dossier_id, task_id=task.id)
        session.add(draft)
    draft.data, draft.saved_at, draft.saved_by = check_draft(definition, raw), platform.now(), actor.name
    session.flush()
    return draft


def check_papers(
    session: Session,
    platform: Platform,
    actor: Actor,
    task_id: UUID,
    presented: Sequence[Presented],
    uploader_key: str = "",
) -> TaskRow:
    """Keep what was seen of the papers so far; the step that checks whether the dossier is complete stays open.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, TaskTakenError, InvalidInputError
    """

    def command(change: Change) -> None:
        task = _workable(change, task_id, None)
        _refuse_taken(change.session, task, actor)
        if task.form_key != papers.CHECK_FORM:
            raise InvalidInputError(*_no_check(task))
        reuse.record(change, presented, uploader_key)

    return _change_task(session, platform, actor, task_id, command)


@dataclass(frozen=True)
class Check:
    """What a desk sends when it has checked a dossier: the step's answers, and what it has seen of the papers."""

    raw: Mapping[str, Any]
    presented: tuple[Presented, ...] = ()
    uploader_key: str = ""


def complete(
    session: Session,
    platform: Platform,
    actor: Actor,
    task_id: UUID,
    raw: Mapping[str, Any],
    version: int | None = None,
    uploader_key: str = "",
) -> DossierRow:
    """Send a task's answers and move the dossier on.

    A task that nobody has taken is taken by completing it.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, TaskTakenError, StaleVersionError
        NotCompetentError, CeilingExceededError, SubdelegationRefusedError: the step is an act without a mandate.
        InvalidAnswers: the answers do not fit the form.
        IncompleteError: an incomplete dossier is accepted without a reason.
    """
    return complete_check(session, platform, actor, task_id, Check(raw, (), uploader_key), version)


def complete_check(
    session: Session, platform: Platform, actor: Actor, task_id: UUID, sent: Check, version: int | None = None
) -> DossierRow:
    """`complete`, for the step that checks whether the dossier is complete.

    Raises:
        InvalidInputError, NotAllowedError: what is said of the papers does not hold; else as `complete`.
    """

    def command(change: Change) -> None:
        task = _workable(change, task_id, version)
        _refuse_taken(change.session, task, actor)
        answers = _of_check(change, task, sent) if task.form_key == papers.CHECK_FORM else _plain(change, task, sent)
        act = _authorised(change, task, answers)
        receipt.confirm_by_work(change, task)
        task.end(TaskState.COMPLETED, change.now)
        task.completed_by = change.actor.signature
        task.assignee_id = actor.id or task.assignee_id
        completed = {"task": str(task.id), "element": task.element_id, "key": task.data_key, "answers": answers}
        change.note(EventType.TASK_COMPLETED, **completed, **act)
        before = change.said(task.data_key)
        if task.data_key:
            change.keep(task.data_key, answers)
        attachments.attach(change, answers, sent.uploader_key, before)
        if task.id in change.drafted:
            tasks.drop_draft(change.session, task)
        if task.element_id in SIDE_TASKS:
            effects.complete_side_task(change, task, answers)
            return
        evaluation = change.evaluation()
        step = interpreter.complete(change.procedure.program, change.dossier.snapshot, evaluation, task.id)
        transition.settle(change, step, evaluation, completed=task.id)

    return transition.apply_to_task(session, platform, actor, task_id, command)


def _change_task(
    session: Session, platform: Platform, actor: Actor, task_id: UUID, command: transition.Command
) -> TaskRow:
    dossier = transition.apply_to_task(session, platform, actor, task_id, command)
    return session.get_one(TaskRow, (dossier.id, task_id))


def _seen(session: Session, actor: Actor, task_id: UUID) -> tuple[TaskRow, DossierRow]:
    """The task and its dossier, if the actor may see them."""
    task = tasks.get(session, task_id)
    return task, dossiers.get(session, actor, task.dossier_id)


def _open(change: Change, task_id: UUID, version: int | None) -> TaskRow:
    task = change.task(task_id)
    if task.state != TaskState.OPEN:
        done = task.completed_by or "hệ thống"
        when = task.closed_at.astimezone(change.platform.zone) if task.closed_at else change.now
        raise TaskNotOpenError(
            f"expected the task '{task.name_en or task.name_vi}' to be open, found it {task.state} by "
            f"{task.completed_by or 'the system'} at {when:%Y-%m-%d %H:%M}; nothing you sent was applied",
            f"Công việc '{task.name_vi}' đã được {done} xử lý lúc {when:%H:%M ngày %d/%m/%Y}; "
            "nội dung vừa gửi chưa được áp dụng.",
            by=done,
            at=when.isoformat(),
        )
    if version is not None and task.version != version:
        raise StaleVersionError(
            f"expected version {version} of the task, found {task.version}; read it again",
            "Công việc đã thay đổi kể từ khi trang được mở; hãy tải lại.",
        )
    return task


def _workable(change: Change, task_id: UUID, version: int | None) -> TaskRow:
    task = _open(change, task_id, version)
    if not access.may_work_on(change.actor, task):
        raise NotAllowedError(*_not_yours(task))
    change.actor = replace(change.actor, on_behalf_of=access.stands_in_for(change.actor, task))
    return task


def _authorised(change: Change, task: TaskRow, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the history keeps of the mandate, when completing the task is an act of authority."""
    if not task.principal_unit:
        return {}
    evaluation = change.evaluation()
    evaluation.results[task.data_key] = answers
    element = change.procedure.elements[task.element_id]
    judgement = authority.check(change, element, task.principal_unit, evaluation)
    if judgement is None:
        return {}
    if judgement.in_place_of is not None:
        change.actor = replace(change.actor, on_behalf_of=judgement.in_place_of)
    return {"act": judgement.as_json()}


def refuse_unworkable(session: Session, actor: Actor, task: TaskRow) -> None:
    """Say nothing when the actor may do the task (whether an act of authority is theirs is asked at the act).

    Raises:
        TaskNotOpenError, NotAllowedError, TaskTakenError: the actor may not; the error says why.
    """
    if task.state != TaskState.OPEN:
        raise TaskNotOpenError(
            f"expected the task to be open, found it {task.state}; reload the dossier", "Việc này không còn mở."
        )
    if not access.may_work_on(actor, task):
        raise NotAllowedError(*_not_yours(task))
    _refuse_taken(session, task, actor)


def _refuse_taken(session: Session, task: TaskRow, actor: Actor) -> None:
    """Refuse when the task is somebody else's, and the actor does not stand in for that person."""
    if task.assignee_id in (None, actor.id):
        return
    if (cover := access.stands_in_for(actor, task)) and cover.id == task.assignee_id:
        return
    holder = session.get(PersonRow, task.assignee_id)
    name = holder.name if holder else "?"
    raise TaskTakenError(
        f"expected the task to be free, found that {name} has it; ask them to release it",
        f"{name} đang giữ công việc này; hãy đề nghị người đó trả việc.",
        by=name,
    )


def _not_yours(task: TaskRow) -> tuple[str, str]:
    able = f"somebody who is {task.role} in {task.unit_code or 'the dossier'}"
    return (
        f"expected {able}, found another person; leave it to them, or ask the head of the unit to give you the role",
        "Công việc này thuộc vai trò hoặc đơn vị khác. Hãy để đơn vị đó làm, hoặc đề nghị lãnh đạo giao vai trò.",
    )


def _hindrance(session: Session, actor: Actor, task: TaskRow) -> tuple[str, str]:
    """Why the actor may not complete the task, in Vietnamese and English; empty when nothing hinders."""
    try:
        refuse_unworkable(session, actor, task)
    except (NotAllowedError, TaskNotOpenError, TaskTakenError) as error:
        return error.message_vi, error.message
    return "", ""


def _plain(change: Change, task: TaskRow, sent: Check) -> dict[str, Any]:
    if sent.presented:
        raise InvalidInputError(*_no_check(task))
    return _checked(change, task, sent.raw, sent.uploader_key)


def _of_check(change: Change, task: TaskRow, sent: Check) -> dict[str, Any]:
    """The answers of the step that checks whether the dossier is complete, held against what is there."""
    if sent.presented:
        reuse.record(change, sent.presented, sent.uploader_key)
    answers = _checked(change, task, papers.whole_request(change, sent.raw), sent.uploader_key)
    papers.settle(change, answers)
    return answers


def _no_check(task: TaskRow) -> tuple[str, str]:
    return (
        f"expected the step that checks the papers (form '{papers.CHECK_FORM}'), found '{task.element_id}'",
        "Bước này không phải bước kiểm tra thành phần hồ sơ.",
    )


def _checked(change: Change, task: TaskRow, raw: Mapping[str, Any], uploader_key: str) -> dict[str, Any]:
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
