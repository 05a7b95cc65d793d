"""Who may see and do what with a dossier and its tasks. One rule serves the single object and the list."""

from sqlalchemy import ColumnElement, exists, false, or_, true

from engine.model import Actor, Role
from engine.persistence.tables import DossierRow, TaskRow

SEES_ALL = (Role.PROCEDURE_CONTROL, Role.OPERATOR)


def units_of(actor: Actor) -> set[str]:
    """The units in which the actor holds any role."""
    return {unit for _role, unit in actor.roles}


def queues_of(actor: Actor) -> set[str]:
    """The task queues ("<unit>/<role>") that the actor works on."""
    return {f"{unit}/{role}" for role, unit in actor.roles}


def visible_dossiers(actor: Actor) -> ColumnElement[bool]:
    """The condition on dossiers that this actor may see.

    An applicant sees the one dossier of the link; procedure control and operators see all; others see the dossiers
    that their units support, receive or decide, and those that have or had a task in their units.
    """
    if actor.dossier_id is not None:
        return DossierRow.id == actor.dossier_id
    if any(actor.has_role(role) for role in SEES_ALL):
        return true()
    units = units_of(actor)
    if not units:
        return false()
    with_task = exists().where(TaskRow.dossier_id == DossierRow.id, TaskRow.unit_code.in_(units))
    return or_(
        DossierRow.receiving_unit.in_(units),
        DossierRow.competent_unit.in_(units),
        DossierRow.support_unit.in_(units),
        with_task,
    )


def may_work_on(actor: Actor, task: TaskRow) -> bool:
    """Whether the task is one that this actor could do: it is the applicant's own, or the role is held in its unit."""
    if task.role == Role.APPLICANT:
        return actor.dossier_id == task.dossier_id
    return actor.has_role(Role(task.role), task.unit_code)


def may_assign(actor: Actor, task: TaskRow) -> bool:
    """Whether the actor may give the task to somebody: the head of its unit, or an operator."""
    return actor.has_role(Role.DIVISION_HEAD, task.unit_code) or actor.has_role(Role.OPERATOR)
