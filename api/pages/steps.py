"""The diagram as a list in words: every step, who does it, within what time, by which law, and where it leads.

Whoever cannot see the picture learns the same from the list (and a phone shows it better).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from api.language import current_language
from api.pages import wording
from engine.model import Element, ElementKind, Flow, LegalBasis, Process, Role
from engine.runtime.graph import GATEWAYS
from engine.runtime.procedure import Procedure
from engine.runtime.reading_order import in_order, whole


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


def lines(process: Process, place: Place | None = None) -> list[StepLine]:
    """Every element of the process that has something to say, in the order in which a dossier meets them."""
    leaving = _leaving(process)
    elements = [process.elements[key] for key in in_order(process)]
    return [_line(process, one, leaving, place) for one in elements if not _is_silent(one, leaving)]


def for_citizens(procedure: Procedure) -> list[StepLine]:
    """What officers do, in the called processes too, without where it leads: the way of a dossier in everyday words."""
    return [
        StepLine(one.id, _name(one, placed.process), _who(one), limit_text(one), basis_text(one.legal_bases), "")
        for placed in whole(procedure)
        if (one := placed.element).kind is ElementKind.USER_TASK and one.role is not Role.APPLICANT
    ]


def limit_text(element: Element) -> str:
    """The element's own limit, or what its timer waits for; nothing when it has none."""
    limit = element.limit or (element.timer.limit if element.timer else None)
    return limit.unit.of(limit.amount, current_language()) if limit else ""


def basis_text(bases: Collection[LegalBasis]) -> str:
    """Legal bases in one line."""
    return "; ".join(f"{one.article}, {one.document}" if one.article else one.document for one in bases)


def _leaving(process: Process) -> Mapping[str, list[Flow]]:
    found: dict[str, list[Flow]] = {}
    for flow in process.flows:
        found.setdefault(flow.source, []).append(flow)
    return found


def _is_silent(element: Element, leaving: Mapping[str, list[Flow]]) -> bool:
    """What has no name and decides nothing (a start, a join) is a mark on the drawing and no step."""
    return not element.name and len(leaving.get(element.id, ())) < 2


def _line(process: Process, element: Element, leaving: Mapping[str, list[Flow]], place: Place | None) -> StepLine:
    state, word = _state(element.id, place)
    return StepLine(
        id=element.id,
        name=_name(element, process),
        role=_who(element),
        limit=limit_text(element),
        basis=basis_text(element.legal_bases),
        leads_to=_leads_to(element, process, leaving),
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
    title = element.title(current_language()) if element.name else _("Rẽ nhánh")
    if element.attached_to and element.attached_to in process.elements:
        host = process.elements[element.attached_to].title(current_language())
        return _("%(event)s (trong lúc “%(host)s”)", event=title, host=host)
    return title


def _who(element: Element) -> str:
    if element.kind is ElementKind.USER_TASK:
        return wording.role(element.role or Role.OPERATOR)
    return "" if element.kind in GATEWAYS or element.kind is ElementKind.END else _("Hệ thống")


def _leads_to(element: Element, process: Process, leaving: Mapping[str, list[Flow]]) -> str:
    """Where a step leads, with the condition of each way when there are several."""
    flows = leaving.get(element.id, ())
    english = current_language() == "en"
    targets = []
    for flow in flows:
        titles = ", ".join(_titles_behind(flow.target, process, leaving, frozenset()))
        condition = (flow.name_en if english else flow.name) or flow.name or flow.condition
        targets.append(f"{titles} ({condition})" if condition and len(flows) > 1 else titles)
    return _("Tiếp theo: %(steps)s", steps="; ".join(filter(None, targets))) if any(targets) else ""


def _titles_behind(
    key: str, process: Process, leaving: Mapping[str, list[Flow]], passed: frozenset[str]
) -> Iterator[str]:
    """The names of the next steps, looking through marks that have none."""
    element = process.elements.get(key)
    if element is None or key in passed:
        return
    if not _is_silent(element, leaving):
        yield _name(element, process)
        return
    for flow in leaving.get(key, ()):
        yield from _titles_behind(flow.target, process, leaving, passed | {key})
