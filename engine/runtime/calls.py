"""One shared process called several times: each call with a scope runs a copy with ids and data keys of its own.

`consultation` called with the scope `ward` becomes the process `ward.consultation`: its step `ask` is `ward.ask`, the
answers it keeps as `opinion` are the dossier's `ward_opinion`, and its lanes sit where the call says. So a history,
a timer and a step of the list each have one id, and nothing else needs to know of calls. Inside the copy, expressions
go on saying `opinion` (`Element.names`). A dot separates the scope from the id, since no drawn id holds one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from engine.model import Call, ClockEffect, Element, ElementKind, Flow, LegalBasis, Process, Role, StepLimit
from engine.runtime.graph import cycles, heaviest
from engine.runtime.profile import BPMN

MAX_ELEMENTS: Final = 2_000
_REFERENCES: Final = ("id", "sourceRef", "targetRef", "default", "attachedToRef")


@dataclass(frozen=True)
class _Place:
    """Where a copy stands: what its ids and keys begin with, and what the call says of names, units and law."""

    scope: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    limit: StepLimit | None = None
    clock: ClockEffect | None = None  # what the wait for the applicant does; nothing where nobody waits for one
    legal_bases: tuple[LegalBasis, ...] = ()
    title: str = ""
    title_en: str = ""

    def id(self, drawn: str) -> str:
        """An id of the copy."""
        return f"{self.scope}.{drawn}" if self.scope and drawn else drawn

    def inside(self, call: Element, called: Process) -> "_Place":
        """Where the process that `call` (drawn here) calls stands."""
        said = call.call or Call()
        scope = "_".join(filter(None, (self.scope, said.scope)))
        own = {key: f"{scope}_{key}" for key in _keys(called)} if scope else {}
        given = {name: self.names.get(key, key) for name, key in said.given}
        return _Place(
            scope=scope,
            names={**self.names, **given, **own},
            units={name: self.units.get(unit, unit) for name, unit in said.places},
            limit=call.limit,
            clock=call.clock if _waits_for_applicant(called) else None,
            legal_bases=call.legal_bases,
            title=call.name if said.scope else self.title,
            title_en=call.name_en if said.scope else self.title_en,
        )


def expanded(drawn: Iterable[Process]) -> tuple[Process, ...]:
    """The processes as they run, given those that are drawn: a copy for each call with a scope.

    Where processes call each other in a circle, or the copies would be too many to read, they stay as drawn.
    """
    processes = tuple(drawn)
    known = _by_id(processes)
    if cycles(_calls(known)) or size(processes) > MAX_ELEMENTS:
        return processes
    scoped = {call.called for process in processes for call in _calls_of(process) if _scope_of(call)}
    plain = {call.called for process in processes for call in _calls_of(process) if not _scope_of(call)}
    roots = [process for process in processes if process.id not in scoped - plain]
    return tuple(copy for process in roots for copy in _copies(process, _Place(), known))


def size(drawn: Iterable[Process]) -> int:
    """How many elements and flows the processes and their copies have at most."""
    processes = tuple(drawn)
    known = _by_id(processes)
    total = {key: len(process.elements) + len(process.flows) for key, process in known.items()}
    edges = _calls(known)
    if cycles(edges):
        return sum(total.values())
    height = heaviest(edges, dict.fromkeys(edges, 1))
    for key in sorted(known, key=lambda one: height[one]):  # what is called before what calls it
        total[key] += sum(total[called] for called in edges[key])
    called = {one for targets in edges.values() for one in targets}
    return sum(count for key, count in total.items() if key not in called)


def repeated(processes: Iterable[Process]) -> Iterator[Element]:
    """The calls, as they run, that share their copy with another call."""
    calls = [call for process in processes for call in _calls_of(process)]
    count = Counter(call.called for call in calls)
    return (call for call in calls if count[call.called] > 1)


def rename(root: etree._Element, process: Process) -> None:
    """Give a drawn diagram the ids of `process`, which is it or a copy of it."""
    prefix = process.id[: process.id.rfind(".") + 1]
    for node in root.iter(f"{{{BPMN}}}callActivity"):
        element = process.elements.get(prefix + str(node.get("id")))
        if element is not None:
            node.set("calledElement", element.called)
    holder = root.find(f"{{{BPMN}}}process")
    if not prefix or holder is None:
        return
    for node in holder.iter(f"{{{BPMN}}}*"):
        for attribute in _REFERENCES:
            if attribute in node.attrib:
                node.set(attribute, prefix + str(node.get(attribute)))
        if etree.QName(node).localname in {"flowNodeRef", "incoming", "outgoing"} and node.text:
            node.text = prefix + node.text.strip()


def _copies(process: Process, place: _Place, known: Mapping[str, Process]) -> Iterator[Process]:
    """A process at its place, and the copies that it calls."""
    inner: list[tuple[Process, _Place]] = []
    elements: dict[str, Element] = {}
    for element in process.elements.values():
        copy = _copy(element, process, place)
        called = known.get(element.called) if element.kind is ElementKind.CALL else None
        if called and (place.scope or _scope_of(element)):
            there = place.inside(element, called)
            # only the applicant's own time is no time of the authority: what it does meanwhile counts
            copy = replace(copy, called=there.id(called.id), clock=None if there.clock else copy.clock)
            inner.append((called, there))
        elements[copy.id] = copy
    yield replace(
        process,
        id=place.id(process.id),
        name=_titled(process.name, place.title),
        name_en=_titled(process.name_en, place.title_en),
        elements=elements,
        flows=tuple(_flow(flow, place) for flow in process.flows),
    )
    for called, there in inner:
        yield from _copies(called, there, known)


def _copy(element: Element, process: Process, place: _Place) -> Element:
    if not place.scope:
        return element
    form, timer = element.form, element.timer
    asks = element.kind is ElementKind.USER_TASK
    cut_off = {one.attached_to for one in process.elements.values() if one.timer and one.interrupting}
    limited = element.limit if element.id not in cut_off else place.limit or element.limit
    if timer and timer.limit and element.kind is ElementKind.BOUNDARY and place.limit:
        timer = replace(timer, limit=place.limit)
    return replace(
        element,
        id=place.id(element.id),
        process_id=place.id(element.process_id),
        attached_to=place.id(element.attached_to),
        default_flow=place.id(element.default_flow),
        name=_titled(element.name, place.title if asks else ""),
        name_en=_titled(element.name_en, place.title_en if asks else ""),
        unit=place.units.get(element.unit, element.unit),
        form=replace(form, data_key=place.names.get(form.data_key, form.data_key)) if form else None,
        result=place.names.get(element.result, element.result),
        limit=limited,
        timer=timer,
        clock=element.clock or (place.clock if _is_applicants(element) else None),
        legal_bases=element.legal_bases or place.legal_bases,
        call=_call(element.call, place),
        names=place.names,
    )


def _call(call: Call | None, place: _Place) -> Call | None:
    if call is None:
        return None
    return replace(call, places=tuple((name, place.units.get(unit, unit)) for name, unit in call.places))


def _flow(flow: Flow, place: _Place) -> Flow:
    return replace(flow, id=place.id(flow.id), source=place.id(flow.source), target=place.id(flow.target))


def _waits_for_applicant(process: Process) -> bool:
    return any(_is_applicants(element) for element in process.elements.values())


def _is_applicants(element: Element) -> bool:
    return element.kind is ElementKind.USER_TASK and element.role is Role.APPLICANT


def _titled(name: str, title: str) -> str:
    return f"{name}: {title}" if name and title else name


def _keys(process: Process) -> set[str]:
    """The data keys that a process sets by itself."""
    forms = {element.form.data_key for element in process.elements.values() if element.form}
    return forms | {element.result for element in process.elements.values() if element.result}


def _by_id(processes: Iterable[Process]) -> dict[str, Process]:
    known: dict[str, Process] = {}
    for process in processes:
        known.setdefault(process.id, process)
    return known


def _calls_of(process: Process) -> list[Element]:
    return [element for element in process.elements.values() if element.kind is ElementKind.CALL]


def _scope_of(call: Element) -> str:
    return call.call.scope if call.call else ""


def _calls(known: Mapping[str, Process]) -> dict[str, list[str]]:
    return {key: [call.called for call in _calls_of(process) if call.called in known] for key, process in known.items()}
