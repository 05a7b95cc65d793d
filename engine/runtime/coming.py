"""What can be true when an element is reached: names that have been set, the state of the clock, no outcome yet.

Facts travel along every way of every diagram of a bundle, into subprocesses and called processes and out again. A
fact that arrives by some way can be true; one that arrives by none cannot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.deadlines.ledger import ClockEventKind
from engine.model import Element, ElementKind
from engine.runtime.subject import Subject

NOT_STARTED: Final = "@clock not started"
RUNNING: Final = "@clock running"
CLOSED: Final = "@clock closed"
CLOCK: Final = frozenset({NOT_STARTED, RUNNING, CLOSED})
NO_OUTCOME: Final = "@no outcome"

FITS: Final[Mapping[ClockEventKind, frozenset[str]]] = {
    ClockEventKind.ACCEPTED: frozenset({NOT_STARTED}),
    ClockEventKind.SUSPENDED: frozenset({RUNNING}),
    ClockEventKind.DECIDED: frozenset({RUNNING}),
    ClockEventKind.STOPPED: frozenset({RUNNING, NOT_STARTED}),
}
"""The states of the clock in which an event is taken; in the others it is refused. RESUMED and RESTARTED follow a
suspension by the same element, so that they always fit."""

_LEADS_TO: Final = {
    ClockEventKind.ACCEPTED: RUNNING,
    ClockEventKind.DECIDED: CLOSED,
    ClockEventKind.STOPPED: CLOSED,
}
_WAITING: Final = frozenset({ElementKind.USER_TASK, ElementKind.CATCH, ElementKind.EVENT_GATEWAY})
_INSIDE: Final = frozenset({ElementKind.SUBPROCESS, ElementKind.CALL})

Facts = frozenset[str]
Node = tuple[str, bool]
"""An element's id, and whether it is being left (else entered)."""


@dataclass(frozen=True)
class Edge:
    """A way for facts. `by` is the element whose effect they meet on it; not `whole`: only names go along."""

    begin: Node
    end: Node
    by: Element | None = None
    whole: bool = True


@dataclass(frozen=True)
class Coming:
    """Facts before and after each element; data keys are facts by their own name, the others begin with "@"."""

    subject: Subject

    def before(self, element_id: str) -> Facts:
        """What can be true when the element is entered."""
        return self._facts.get((element_id, False), frozenset())

    def after(self, element_id: str) -> Facts:
        """What can be true when it is left."""
        return self._facts.get((element_id, True), frozenset())

    def names_before(self, element_id: str) -> Facts:
        """The data keys that some way can have set before the element."""
        return frozenset(fact for fact in self.before(element_id) if not fact.startswith("@"))

    @cached_property
    def _facts(self) -> Mapping[Node, Facts]:
        edges = self._edges
        facts: dict[Node, Facts] = {}
        waiting = list(self._beginning())
        while waiting:
            node, arriving = waiting.pop()
            known = facts.get(node)
            merged = arriving if known is None else known | arriving
            if merged == known:
                continue
            facts[node] = merged
            waiting.extend((edge.end, _along(edge, merged)) for edge in edges.get(node, ()))
        return facts

    def _beginning(self) -> Iterator[tuple[Node, Facts]]:
        main = self.subject.main
        filed = {self.subject.facts.start_form} if self.subject.facts else set()
        for element in main.elements.values() if main else ():
            if element.kind is ElementKind.START and main and element.process_id == main.id:
                yield (element.id, False), frozenset({NO_OUTCOME, NOT_STARTED, *filed})

    @cached_property
    def _edges(self) -> Mapping[Node, list[Edge]]:
        edges: dict[Node, list[Edge]] = {}
        for edge in self._every_edge():
            edges.setdefault(edge.begin, []).append(edge)
        return edges

    def _every_edge(self) -> Iterator[Edge]:
        elements = self.subject.elements
        for process in self.subject.all_processes:
            for flow in process.flows:
                if flow.source in elements and flow.target in elements:
                    yield Edge((flow.source, True), (flow.target, False))
        for element in elements.values():
            if element.kind in _INSIDE:
                yield from self._through(element)
            else:
                yield Edge((element.id, False), (element.id, True), by=element)
            if element.kind is ElementKind.BOUNDARY and element.attached_to in elements:
                yield from self._during(elements[element.attached_to], element)

    def _through(self, element: Element) -> Iterator[Edge]:
        """Into a subprocess or called process, and out again where it ends."""
        for one in self._inside[element.called or element.id]:
            if one.kind is ElementKind.START:
                yield Edge((element.id, False), (one.id, False))
            elif one.kind is ElementKind.END and not one.error_code:
                yield Edge((one.id, True), (element.id, True), by=element)

    def _during(self, host: Element, event: Element) -> Iterator[Edge]:
        """From every moment at which a boundary event can strike: while its host waits, or when an error is thrown.

        What a parallel branch has set by then cannot be told, so that names may come from everywhere inside.
        """
        catches = not event.timer and not event.message
        waiting, seen = [host], {host.id}
        while waiting:
            one = waiting.pop()
            thrown = bool(one.error_code) and one.kind is ElementKind.END
            strikes = (thrown and event.error_code in {"", one.error_code}) if catches else one.kind in _WAITING
            yield Edge((one.id, False), (event.id, False), whole=strikes and not catches)
            if one.id != host.id:
                yield Edge((one.id, True), (event.id, False), whole=strikes and catches)
            for inner in self._inside.get(one.called or one.id, ()) if one.kind in _INSIDE else ():
                if inner.id not in seen:
                    seen.add(inner.id)
                    waiting.append(inner)

    @cached_property
    def _inside(self) -> Mapping[str, list[Element]]:
        inside: dict[str, list[Element]] = {}
        for element in self.subject.elements.values():
            inside.setdefault(element.process_id, []).append(element)
            if element.kind in _INSIDE:
                inside.setdefault(element.called or element.id, [])
        return inside


def _along(edge: Edge, facts: Facts) -> Facts:
    if not edge.whole:
        return frozenset(fact for fact in facts if not fact.startswith("@"))
    if edge.by is None:
        return facts
    ended = frozenset({NO_OUTCOME} if edge.by.outcome else ())
    return frozenset(_clock_after(edge.by, facts - ended)) | frozenset(names_set_by(edge.by))


def names_set_by(element: Element) -> Iterator[str]:
    """The data keys that an element sets when it is left."""
    if element.form:
        yield element.form.data_key
    if element.result:
        yield element.result


def _clock_after(element: Element, facts: Facts) -> Iterator[str]:
    """The facts with the clock moved on by what leaving the element does to it."""
    event = element.clock.on_leave if element.clock else None
    fitting = FITS[event] if event in _LEADS_TO else frozenset()
    for fact in facts:
        yield _LEADS_TO[event] if event and fact in fitting else fact
