"""Acts of authority: who has to do them, and whether whoever does them may. Asked at the act, and kept with it."""

from engine.change import Change
from engine.errors import EngineError
from engine.model import Element, Role
from engine.organisation import mandates
from engine.organisation.mandates import Holds, Judgement, Matter, Outcome
from engine.persistence.organisation import unit_told
from engine.runtime.evaluation import Evaluation


def check(change: Change, element: Element, principal: str, evaluation: Evaluation) -> Judgement | None:
    """Whether the actor may do the act that the step is; None when, as answered, it is no act.

    `evaluation` knows the step's answers. `principal` is the body whose authority it is.

    Raises:
        NotCompetentError, CeilingExceededError, SubdelegationRefusedError: the actor may not.
    """
    if element.act is None or (element.act.when and evaluation.value(element.act.when, element) is False):
        return None
    judgement = judge(change, element, principal, evaluation)
    refuse(judgement, change, element, principal)
    return judgement


def judge(change: Change, element: Element, principal: str, evaluation: Evaluation) -> Judgement:
    """Whether the actor has authority for the act that the step may turn out to be, as far as the dossier tells now."""
    register = mandates.of_body(change.session, principal)
    return mandates.judge(
        register,
        change.actor,
        _matter(change, element, principal),
        change.platform.today(),
        _holds(evaluation),
        leader_by_law=change.platform.leader_by_law,
    )


def refuse(judgement: Judgement, change: Change, element: Element, principal: str) -> None:
    """Say nothing when the act is authorised.

    Raises:
        NotCompetentError, CeilingExceededError, SubdelegationRefusedError: it is not.
    """
    dossier = change.dossier
    if judgement.outcome is not Outcome.AUTHORISED:
        judgement = judgement.naming(principal, *unit_told(change.session, principal))
    judgement.refuse(change.actor, dossier=str(dossier.id), code=dossier.code, element=element.id, unit=principal)


def place_of(change: Change, element: Element, principal: str, evaluation: Evaluation) -> tuple[Role, str]:
    """The role and unit whose queue an act goes to: the body's own, or the one that it has been delegated to."""
    own = (element.role or Role.OPERATOR, principal)
    register = mandates.of_body(change.session, principal)
    matter, today = _matter(change, element, principal), change.platform.today()
    return mandates.home_of(register, matter, today, _holds(evaluation)) or own


def _matter(change: Change, element: Element, principal: str) -> Matter:
    procedure = change.procedure
    return Matter(principal, element.act.name if element.act else "", procedure.key, procedure.facts.field.get("vi"))


def _holds(evaluation: Evaluation) -> Holds:
    """A ceiling that cannot be judged is not kept."""

    def holds(ceiling: str) -> object:
        try:
            return evaluation.value(ceiling)
        except EngineError:
            return None

    return holds
