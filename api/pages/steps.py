"""The diagram as a list in words: every step, who does it, within what time, by which law, and where it leads.

Whoever cannot see the picture learns the same from the list (and a phone shows it better).
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from api.language import current_language
from api.pages import wording
from engine.model import Element, ElementKind, Flow, LegalBasis, Process, Role
from engine.runtime.procedure import Procedure

_JOINS = (ElementKind.PARALLEL, ElementKind.INCLUSIVE, ElementKind.EXCLUSIVE, ElementKind.EVENT_GATEWAY)
_PEOPLE = ElementKind.USER_TASK


@dataclass(frozen=True)
class StepLine:
    """One line of the list. `state_word` is None where no dossier is looked at."""

    id: str
    name: str
    role: str
    limit: str
    basis: str
    leads_to: str
    state: str = ""
    state_word: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a dossier stands on its diagram."""

    current: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


def lines(procedure: Procedure, process: Process, place: Place | None = None) -> list[StepLine]:
    """Every element of the process that has something to say, in the order in which they can be reached."""
    outgoing: dict[str, list[Flow]] = {}
    for flow in process.flows:
        outgoing.setdefault(flow.source, []).append(flow)
    found = []
    for element in in_order(process, outgoing):
        if _says_nothing(element, outgoing):
            continue
        found.append(_line(procedure, process, element, outgoing, place))
    return found


def for_citizens(procedure: Procedure) -> list[StepLine]:
    """Only what people do, without where it leads: the way of a dossier in everyday words."""
    main = main_process(procedure)
    return [
        StepLine(line.id, line.name, line.role, line.limit, line.basis, "")
        for line in lines(procedure, main)
        if main.elements[line.id].kind is _PEOPLE
    ]


def main_process(procedure: Procedure) -> Process:
    """The process that bears the procedure's key."""
    return next(process for process in procedure.processes if process.id == procedure.key)


def in_order(process: Process, outgoing: Mapping[str, Collection[Flow]]) -> Iterable[Element]:
    """The elements in the order in which a reader meets them: from the starts along the flows, then what is left."""
    attached: dict[str, list[str]] = {}
    for element in process.elements.values():
        if element.attached_to:
            attached.setdefault(element.attached_to, []).append(element.id)
    starts = [one.id for one in process.elements.values() if one.kind is ElementKind.START]
    seen: dict[str, None] = {}
    queue = deque(starts)
    while queue:
        identifier = queue.popleft()
        if identifier in seen or identifier not in process.elements:
            continue
        seen[identifier] = None
        queue.extend(flow.target for flow in outgoing.get(identifier, ()))
        queue.extend(attached.get(identifier, ()))
    for identifier in process.elements:
        seen.setdefault(identifier, None)
    return [process.elements[identifier] for identifier in seen]


def basis_text(bases: Collection[LegalBasis]) -> str:
    """Legal bases in one line."""
    return "; ".join(f"{one.article}, {one.document}" if one.article else one.document for one in bases)


def limit_text(element: Element) -> str:
    """The element's own limit, with what its timer waits for; nothing when it has none."""
    limit = element.limit or (element.timer.limit if element.timer else None)
    if limit is not None:
        return limit.unit.of(limit.amount, current_language())
    return ""


def _says_nothing(element: Element, outgoing: Mapping[str, Collection[Flow]]) -> bool:
    """A gateway that only brings ways together, without a name, is no step."""
    return element.kind in _JOINS and not element.name and len(outgoing.get(element.id, ())) < 2


def _line(
    procedure: Procedure,
    process: Process,
    element: Element,
    outgoing: Mapping[str, Collection[Flow]],
    place: Place | None,
) -> StepLine:
    state, word = _state(element.id, place)
    return StepLine(
        id=element.id,
        name=_name(element, process),
        role=_who(element, procedure),
        limit=limit_text(element),
        basis=basis_text(element.legal_bases),
        leads_to=_leads_to(outgoing.get(element.id, ()), process),
        state=state,
        state_word=word,
    )


def _state(identifier: str, place: Place | None) -> tuple[str, str | None]:
    if place is None:
        return "", None
    if identifier in place.current:
        return "current", _("Đang ở đây")
    if identifier in place.done:
        return "done", _("Đã qua")
    return "", _("Chưa tới")


def _name(element: Element, process: Process) -> str:
    title = element.title(current_language())
    if element.attached_to and element.attached_to in process.elements:
        host = process.elements[element.attached_to].title(current_language())
        return _("%(event)s (trong lúc “%(host)s”)", event=title, host=host)
    return title


def _who(element: Element, procedure: Procedure) -> str:
    if element.kind is not _PEOPLE:
        return _("Hệ thống")
    role = element.role or Role.OPERATOR
    return wording.role(role)


def _leads_to(flows: Collection[Flow], process: Process) -> str:
    """Where a step leads, with the condition of each way when there are several."""
    targets = []
    for flow in flows:
        target = process.elements.get(flow.target)
        if target is None:
            continue
        title = target.title(current_language())
        condition = flow.name or flow.condition
        targets.append(f"{title} ({condition})" if condition and len(flows) > 1 else title)
    return _("Tiếp theo: %(steps)s", steps="; ".join(targets)) if targets else ""
