"""What can be true when an element is reached: names that have been set, a clock that runs, an outcome not yet said.

Facts travel along every way of every diagram of a bundle, into subprocesses and called processes and out again. A
fact that arrives by some way can be true; one that arrives by none cannot.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.deadlines.ledger import ClockEventKind
from engine.model import Element, ElementKind
from engine.runtime.subject import Subject

RUNNING: Final = "@clock-running"
ACCEPTED: Final = "@clock-accepted"
NO_OUTCOME: Final = "@no-outcome"
_INSIDE: Final = frozenset({ElementKind.SUBPROCESS, ElementKind.CALL})

Facts = frozenset[str]
Node = tuple[str, bool]
"""An element's id, and whether it is being left (else entered)."""


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
        waiting: list[tuple[Node, Facts]] = [(node, facts_there) for node, facts_there in self._beginning()]
        while waiting:
            node, arriving = waiting.pop()
            known = facts.get(node)
            merged = arriving if known is None else known | arriving
            if merged == known:
                continue
            facts[node] = merged
            passed = self._passed(node, merged)
            waiting.extend((following, passed) for following in edges.get(node, ()))
        return facts

    def _beginning(self) -> Iterator[tuple[Node, Facts]]:
        main = self.subject.main
        filed = {self.subject.facts.start_form} if self.subject.facts else set()
        for element in main.elements.values() if main else ():
            if element.kind is ElementKind.START and main and element.process_id == main.id:
                yield (element.id, False), frozenset({NO_OUTCOME, *filed})

    def _passed(self, node: Node, facts: Facts) -> Facts:
        """The facts on the way out of a node: leaving an element does what the element does."""
        key, leaving = node
        element = self.subject.elements[key]
        if not leaving and element.kind in _INSIDE:
            return facts  # what it does, it does when it is left
        if leaving and element.kind not in _INSIDE:
            return facts  # done on the way from its entry
        return (facts - frozenset(_ended_by(element))) | frozenset(begun_by(element))

    @cached_property
    def _edges(self) -> Mapping[Node, list[Node]]:
        edges: dict[Node, list[Node]] = {}
        for begin, end in self._pairs():
            edges.setdefault(begin, []).append(end)
        return edges

    def _pairs(self) -> Iterator[tuple[Node, Node]]:
        for process in self.subject.all_processes:
            for flow in process.flows:
                if flow.source in process.elements and flow.target in process.elements:
                    yield (flow.source, True), (flow.target, False)
        for element in self.subject.elements.values():
            if element.kind in _INSIDE:
                yield from self._through(element)
            else:
                yield (element.id, False), (element.id, True)
            if element.kind is ElementKind.BOUNDARY and element.attached_to in self.subject.elements:
                for node in self._during(self.subject.elements[element.attached_to]):
                    yield node, (element.id, False)

    def _through(self, element: Element) -> Iterator[tuple[Node, Node]]:
        """Into a subprocess or called process, and out again where it ends."""
        for one in self._inside[element.called or element.id]:
            if one.kind is ElementKind.START:
                yield (element.id, False), (one.id, False)
            elif one.kind is ElementKind.END and not one.error_code:
                yield (one.id, True), (element.id, True)

    def _during(self, host: Element) -> Iterator[Node]:
        """Every moment at which a boundary event of the host can strike."""
        waiting, seen = [host], {host.id}
        while waiting:
            one = waiting.pop()
            yield (one.id, False)
            if one.id != host.id:
                yield (one.id, True)
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


def begun_by(element: Element) -> Iterable[str]:
    """The facts that leaving an element makes true."""
    if element.form:
        yield element.form.data_key
    if element.result:
        yield element.result
    if element.clock and element.clock.on_leave is ClockEventKind.ACCEPTED:
        yield from (RUNNING, ACCEPTED)


def _ended_by(element: Element) -> Iterable[str]:
    if element.clock and element.clock.on_leave in {ClockEventKind.DECIDED, ClockEventKind.STOPPED}:
        yield RUNNING
    if element.outcome:
        yield NO_OUTCOME
