"""Who may see and do what with a dossier and its tasks. One rule serves the single object and the list."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, true

from engine.model import Actor, Cover, Role
from engine.persistence.tables import DossierRow, DossierUnitRow, TaskRow

SEES_ALL = (Role.PROCEDURE_CONTROL, Role.OPERATOR)
READ_HISTORIES = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.DIVISION_HEAD, Role.AGENCY_LEADER)
"""Who reads whole histories of the dossiers they may see, and takes archives of them."""


def units_of(actor: Actor) -> set[str]:
    """The units in which the actor holds any role."""
    return {unit for _role, unit in actor.roles}


def queues_of(actor: Actor) -> set[str]:
    """The task queues ("<unit>/<role>") that the actor works on."""
    return {f"{unit}/{role}" for role, unit in actor.roles}


def everyone_of(actor: Actor) -> frozenset[str] | None:
    """The units whose tasks the actor may see, whoever has them; None: of all. By the rule of `visible_dossiers`."""
    if any(actor.has_role(role) for role in SEES_ALL):
        return None
    return frozenset(units_of(actor))


def sees_all(actor: Actor) -> bool:
    """Whether the actor sees every dossier: procedure control and operators do."""
    return any(actor.has_role(role) for role in SEES_ALL)


def visible_dossiers(actor: Actor, *, only_open: bool = False) -> ColumnElement[bool]:
    """The condition on dossiers that this actor may see.

    An applicant sees the one dossier of the link; procedure control and operators see all; others see the dossiers
    that their units support, receive or decide, and those that have or had a task in their units. Where `only_open`
    ones are asked about, saying so keeps from reading through all that a unit ever had to do with.
    """
    if actor.dossier_id is not None:
        return DossierRow.id == actor.dossier_id
    if sees_all(actor):
        return true()
    units = units_of(actor)
    if not units:
        return false()
    seen = exists().where(DossierUnitRow.dossier_id == DossierRow.id, DossierUnitRow.unit_code.in_(sorted(units)))
    return seen.where(DossierUnitRow.closed_at.is_(None)) if only_open else seen


def may_work_on(actor: Actor, task: TaskRow) -> bool:
    """Whether the task is one that this actor could do.

    It is the applicant's own, or the role is held in its unit, oneself or in an absent person's place; or it is an act
    that has been delegated, and the actor leads the body that delegated it.
    """
    if task.role == Role.APPLICANT:
        return actor.dossier_id == task.dossier_id
    if task.principal_unit and actor.has_role(Role.AGENCY_LEADER, task.principal_unit):
        return True
    return actor.has_role(Role(task.role), task.unit_code)


def stands_in_for(actor: Actor, task: TaskRow) -> Cover | None:
    """In whose place the actor would do the task; None when it is done as oneself."""
    if task.role == Role.APPLICANT or actor.dossier_id is not None:
        return None
    pair = (Role(task.role), task.unit_code)
    if pair not in actor.roles and task.principal_unit:
        pair = (Role.AGENCY_LEADER, task.principal_unit)
    return actor.place_taken(*pair, task.assignee_id)


def assignees_of(actor: Actor) -> dict[UUID, frozenset[str] | None]:
    """Whose assigned tasks are the actor's business: the own, and those of absent people in the queues covered."""
    own: dict[UUID, frozenset[str] | None] = {actor.id: None} if actor.id else {}
    covered = {cover.id: frozenset(f"{unit}/{role}" for role, unit in cover.roles) for cover in actor.covers}
    return {**covered, **own}


def may_assign(actor: Actor, task: TaskRow) -> bool:
    """Whether the actor may give the task to somebody: the head of its unit, or an operator."""
    return actor.has_role(Role.DIVISION_HEAD, task.unit_code) or actor.has_role(Role.OPERATOR)
