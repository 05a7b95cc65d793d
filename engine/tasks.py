"""Use cases of user tasks: claim, release, assign, check papers, complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import (
    access,
    attachments,
    authority,
    effects,
    notices,
    papers,
    receipt,
    reuse,
    task_forms,
    task_rules,
    transition,
)
from engine.change import Change
from engine.errors import (
    InvalidInputError,
    NotAllowedError,
)
from engine.events import EventType
from engine.model import Actor, Role, TaskState
from engine.organisation.people import holders
from engine.papers import Presented
from engine.persistence import tasks
from engine.persistence.organisation import unit_told
from engine.persistence.tables import DossierRow, TaskRow
from engine.platform import Platform
from engine.runtime import interpreter
from engine.runtime.side_tasks import SIDE_TASKS


def claim(session: Session, platform: Platform, actor: Actor, task_id: UUID, version: int | None = None) -> TaskRow:
    """Take a task that nobody has. Claiming one's own task changes nothing.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, TaskTakenError, StaleVersionError
    """

    def command(change: Change) -> None:
        task = task_rules.workable(change, task_id, version)
        if task.assignee_id != actor.id:
            task_rules.refuse_taken(change.session, task, actor)
            task.assignee_id = actor.id
            change.note(EventType.TASK_CLAIMED, task=str(task.id), element=task.element_id)

    return _change_task(session, platform, actor, task_id, command)


def release(session: Session, platform: Platform, actor: Actor, task_id: UUID, version: int | None = None) -> TaskRow:
    """Give a task back to its queue: one's own, or anybody's as head of the unit.

    Raises:
        NotFoundError, NotAllowedError, TaskNotOpenError, StaleVersionError
    """

    def command(change: Change) -> None:
        task = task_rules.opened(change, task_id, version)
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
        task = task_rules.opened(change, task_id, version)
        task_rules.refuse_assigner(actor, task)
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
        task = task_rules.workable(change, task_id, None)
        task_rules.refuse_taken(change.session, task, actor)
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
        task = task_rules.workable(change, task_id, version)
        task_rules.refuse_taken(change.session, task, actor)
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


def _plain(change: Change, task: TaskRow, sent: Check) -> dict[str, Any]:
    if sent.presented:
        raise InvalidInputError(*_no_check(task))
    return task_forms.checked_answers(change, task, sent.raw, sent.uploader_key)


def _of_check(change: Change, task: TaskRow, sent: Check) -> dict[str, Any]:
    """The answers of the step that checks whether the dossier is complete, held against what is there."""
    if sent.presented:
        reuse.record(change, sent.presented, sent.uploader_key)
    answers = task_forms.checked_answers(change, task, papers.whole_request(change, sent.raw), sent.uploader_key)
    papers.settle(change, answers)
    return answers


def _no_check(task: TaskRow) -> tuple[str, str]:
    return (
        f"expected the step that checks the papers (form '{papers.CHECK_FORM}'), found '{task.element_id}'",
        "Bước này không phải bước kiểm tra thành phần hồ sơ.",
    )
