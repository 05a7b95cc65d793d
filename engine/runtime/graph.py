"""A process as graphs: one for each scope (the process, each embedded subprocess), and what can be asked of one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.model import Element, ElementKind, Flow, Process

CHOICES = frozenset({ElementKind.EXCLUSIVE, ElementKind.INCLUSIVE})
GATEWAYS = CHOICES | {ElementKind.PARALLEL, ElementKind.EVENT_GATEWAY}
Edges = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Scope:
    """The elements and flows of one process or embedded subprocess, without those of the subprocesses inside it."""

    id: str
    path: str
    line: int
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        """The flows that leave each element."""
        return self._by(lambda flow: flow.source)

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        """The flows that enter each element."""
        return self._by(lambda flow: flow.target)

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Element, ...]]:
        """The boundary events of each activity."""
        events = self.of_kind(ElementKind.BOUNDARY)
        return {key: tuple(event for event in events if event.attached_to == key) for key in self.elements}

    @cached_property
    def edges(self) -> Edges:
        """Where each element may lead: along its flows, and to its boundary events."""
        return {
            key: [*(flow.target for flow in self.outgoing[key]), *(event.id for event in self.boundaries[key])]
            for key in self.elements
        }

    def of_kind(self, *kinds: ElementKind) -> tuple[Element, ...]:
        """The elements of these kinds, in document order."""
        return tuple(element for element in self.elements.values() if element.kind in kinds)

    def splits(self, key: str) -> bool:
        """Whether a choice is made here, so that not every way onward is taken."""
        element = self.elements[key]
        chooses = element.kind in CHOICES or element.kind is ElementKind.EVENT_GATEWAY
        return chooses and len(self.outgoing[key]) > 1

    def _by(self, end: Callable[[Flow], str]) -> Mapping[str, tuple[Flow, ...]]:
        found: dict[str, list[Flow]] = {key: [] for key in self.elements}
        for flow in self.flows:
            if flow.source in self.elements and flow.target in self.elements:
                found[end(flow)].append(flow)
        return {key: tuple(flows) for key, flows in found.items()}


def scopes(process: Process) -> tuple[Scope, ...]:
    """The process's scopes, outer before inner."""
    inner = [element for element in process.elements.values() if element.kind is ElementKind.SUBPROCESS]
    heads = [(process.id, process.line), *((element.id, element.line) for element in inner)]
    return tuple(_scope(process, scope_id, line) for scope_id, line in heads)


def _scope(process: Process, scope_id: str, line: int) -> Scope:
    elements = {key: element for key, element in process.elements.items() if element.process_id == scope_id}
    flows = tuple(flow for flow in process.flows if flow.source in elements or flow.target in elements)
    return Scope(scope_id, process.path, line, elements, flows)


# ---- questions to any directed graph ----------------------------------------------------------------------


def reachable(starts: Iterable[str], edges: Edges) -> set[str]:
    """Every node that can be reached, the starts included."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(edges.get(key, ()))
    return seen


def reverse(edges: Edges) -> dict[str, list[str]]:
    """The same graph with every edge turned round."""
    turned: dict[str, list[str]] = {key: [] for key in edges}
    for key, targets in edges.items():
        for target in targets:
            turned.setdefault(target, []).append(key)
    return turned


def without(edges: Edges, removed: Iterable[str]) -> dict[str, list[str]]:
    """The graph with some nodes taken out."""
    gone = set(removed)
    return {key: [t for t in targets if t not in gone] for key, targets in edges.items() if key not in gone}


def knots(edges: Edges) -> list[list[str]]:
    """The strongly connected components, targets before sources (Tarjan, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[list[str]] = []
    for root in edges:
        work = [(root, iter(edges[root]))] if root not in order else []
        while work:
            key, targets = work[-1]
            if key not in order:
                order[key] = low[key] = len(order)
                stack.append(key)
                on_stack.add(key)
            descend = next((t for t in targets if t in edges and _visit(t, key, order, low, on_stack)), None)
            if descend is not None:
                work.append((descend, iter(edges[descend])))
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[key])
            if low[key] == order[key]:
                found.append(_pop(stack, on_stack, key))
    return found


def _visit(target: str, key: str, order: Mapping[str, int], low: dict[str, int], on_stack: set[str]) -> bool:
    """Whether the target is new; what is still open lowers the link of the key."""
    if target not in order:
        return True
    if target in on_stack:
        low[key] = min(low[key], order[target])
    return False


def _pop(stack: list[str], on_stack: set[str], last: str) -> list[str]:
    knot: list[str] = []
    while not knot or knot[-1] != last:
        knot.append(stack.pop())
        on_stack.discard(knot[-1])
    return knot


def cycles(edges: Edges) -> list[list[str]]:
    """The knots that hold a cycle: several nodes, or one that leads to itself."""
    return [knot for knot in knots(edges) if len(knot) > 1 or knot[0] in edges[knot[0]]]


def heaviest(edges: Edges, weights: Mapping[str, float]) -> dict[str, float]:
    """For each node the weight of the heaviest way that begins there; what lies on a cycle counts once."""
    of: dict[str, float] = {}
    for knot in knots(edges):
        onward = [of[t] for key in knot for t in edges[key] if t in of]
        total = sum(weights.get(key, 0) for key in knot) + max(onward, default=0)
        of.update(dict.fromkeys(knot, total))
    return of


def acyclic(edges: Edges) -> dict[str, list[str]]:
    """The graph without the edges that lead back: each loop is gone round once."""
    kept: dict[str, list[str]] = {key: [] for key in edges}
    state: dict[str, bool] = {}  # False while on the way, True when done
    for root in edges:
        work = [(root, iter(edges[root]))] if root not in state else []
        while work:
            key, targets = work[-1]
            state.setdefault(key, False)
            target = next((t for t in targets if t in edges and state.get(t) is not False), None)
            if target is None:
                state[key] = True
                work.pop()
                continue
            kept[key].append(target)
            if target not in state:
                work.append((target, iter(edges[target])))
    return kept
