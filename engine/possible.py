"""What somebody could do with a dossier now, and what stands in the way: asked of the same rules that the acts ask."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine import authority, dossiers, task_rules
from engine.change import Change
from engine.errors import EngineError
from engine.model import Actor, Role
from engine.organisation.mandates import Outcome
from engine.persistence import dossiers as reading
from engine.persistence import waits
from engine.persistence.tables import DossierRow, IncidentRow, TaskRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime import interpreter

COMPLETE, ASSIGN, WITHDRAW, STOP, RETRY = "complete", "assign", "withdraw", "stop", "retry"


@dataclass(frozen=True)
class Possible:
    """An act on a dossier, one of its tasks or incidents; `hindrance` is what the act would be refused with.

    `caution` is said of what can be done, but not with every answer: a decision that would need another's mandate.
    """

    act: str
    hindrance: EngineError | None = None
    task: TaskRow | None = None
    incident: IncidentRow | None = None
    caution: EngineError | None = None


def acts(session: Session, platform: Platform, actor: Actor, dossier: DossierRow) -> list[Possible]:
    """Every act on the dossier that there is, whether the actor may do it or not."""
    opened = waits.open_tasks(session, dossier.id)
    found = [_completing(session, platform, actor, dossier, task) for task in opened]
    found += [_assigning(actor, task) for task in opened if task.role != Role.APPLICANT]
    failed = reading.open_incidents_of(session, dossier)
    found += [Possible(RETRY, _error(lambda: dossiers.refuse_retry(actor)), incident=each) for each in failed]
    for act, message in ((WITHDRAW, dossiers.WITHDRAWAL), (STOP, dossiers.STOP)):
        found.append(Possible(act, _sending(session, platform, actor, dossier, message)))
    return found


def may_send(session: Session, platform: Platform, actor: Actor, dossier: DossierRow, message: str) -> bool:
    """Whether the actor is one who may withdraw or stop this dossier."""
    return _error(lambda: dossiers.refuse_sender(session, platform, actor, dossier, message)) is None


def _assigning(actor: Actor, task: TaskRow) -> Possible:
    return Possible(ASSIGN, _error(lambda: task_rules.refuse_assigner(actor, task)), task)


def _completing(session: Session, platform: Platform, actor: Actor, dossier: DossierRow, task: TaskRow) -> Possible:
    """A task, and if it is an act of authority, whether the actor has it.

    Where the act depends on the answers (approve, and not refuse), the actor may still give others.
    """
    refused = _error(lambda: task_rules.refuse_unworkable(session, actor, task))
    if refused is not None or not task.principal_unit:
        return Possible(COMPLETE, refused, task)
    change = _looking(session, platform, actor, dossier)
    element = change.procedure.elements[task.element_id]
    judgement = authority.judge(change, element, task.principal_unit, change.evaluation())
    lacking = _error(lambda: authority.refuse(judgement, change, element, task.principal_unit))
    certain = element.act is not None and not element.act.when and judgement.outcome is not Outcome.CEILING_EXCEEDED
    return Possible(COMPLETE, lacking, task) if certain else Possible(COMPLETE, None, task, caution=lacking)


def _sending(
    session: Session, platform: Platform, actor: Actor, dossier: DossierRow, message: str
) -> EngineError | None:
    refused = _error(lambda: dossiers.refuse_sender(session, platform, actor, dossier, message))
    if refused is not None:
        return refused
    change = _looking(session, platform, actor, dossier)
    program, snapshot = change.procedure.program, dossier.snapshot
    return _error(lambda: interpreter.refuse_unawaited(program, snapshot, change.evaluation(), message))


def _looking(session: Session, platform: Platform, actor: Actor, dossier: DossierRow) -> Change:
    """The dossier as a command would find it; nothing is written through it."""
    now = platform.now()
    return Change(session, platform, actor, dossier, pinned(session, dossier), now, now)


def _error(rule: Callable[[], None]) -> EngineError | None:
    """What a rule refuses with, if it does."""
    try:
        rule()
    except EngineError as error:
        return error
    return None
