"""Who may do what with a user task now: one that is there, open, of one's role and unit, and nobody else's."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from engine import access
from engine.change import Change
from engine.errors import NotAllowedError, StaleVersionError, TaskNotOpenError, TaskTakenError
from engine.model import Actor, TaskState
from engine.persistence import dossiers, tasks
from engine.persistence.tables import DossierRow, PersonRow, TaskRow


def seen_task(session: Session, actor: Actor, task_id: UUID) -> tuple[TaskRow, DossierRow]:
    """The task and its dossier, if the actor may see them."""
    task = tasks.get(session, task_id)
    return task, dossiers.get(session, actor, task.dossier_id)


def opened(change: Change, task_id: UUID, version: int | None) -> TaskRow:
    """The task, when it is open and as it was seen (`version`; None: however it is).

    Raises:
        TaskNotOpenError, StaleVersionError
    """
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


def workable(change: Change, task_id: UUID, version: int | None) -> TaskRow:
    """`opened`, when the actor may work on it, who then acts in the place of whom they stand in for.

    Raises:
        TaskNotOpenError, StaleVersionError, NotAllowedError
    """
    task = opened(change, task_id, version)
    if not access.may_work_on(change.actor, task):
        raise NotAllowedError(*_not_yours(task))
    change.actor = replace(change.actor, on_behalf_of=access.stands_in_for(change.actor, task))
    return task


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
    refuse_taken(session, task, actor)


def refuse_taken(session: Session, task: TaskRow, actor: Actor) -> None:
    """Say nothing when the task is nobody else's, or the actor stands in for that person.

    Raises:
        TaskTakenError: it is.
    """
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


def hindrance(session: Session, actor: Actor, task: TaskRow) -> tuple[str, str]:
    """Why the actor may not complete the task, in Vietnamese and English; empty when nothing hinders."""
    try:
        refuse_unworkable(session, actor, task)
    except (NotAllowedError, TaskNotOpenError, TaskTakenError) as error:
        return error.message_vi, error.message
    return "", ""


def _not_yours(task: TaskRow) -> tuple[str, str]:
    able = f"somebody who is {task.role} in {task.unit_code or 'the dossier'}"
    return (
        f"expected {able}, found another person; leave it to them, or ask the head of the unit to give you the role",
        "Công việc này thuộc vai trò hoặc đơn vị khác. Hãy để đơn vị đó làm, hoặc đề nghị lãnh đạo giao vai trò.",
    )
