"""Do parallel branches meet again? Every way of running a scope is played through, with tokens on the flows.

Conditions are not looked at: a gateway may choose any way. Only what then can be proved is said, as a warning:
a join that waits for a branch that never comes, and an element that two branches run at once. A diagram whose
states are too many to play through gets no verdict. Non-interrupting boundary events start work beside the main
flow and are left out.
"""

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Final

from engine.model import Element, ElementKind, Finding
from engine.runtime.graph import Scope, reachable
from engine.runtime.rules import rule
from engine.runtime.subject import Subject

MAX_STATES: Final = 5_000
MAX_WAYS: Final = 64

NEVER_JOINS = rule(
    "join-never-completes",
    (
        "Cổng gộp có thể chờ mãi: không phải nhánh vào nào cũng tới.",
        "The join may wait for ever: not every branch that enters it comes.",
    ),
    (
        "Các nhánh tách bằng exclusiveGateway thì gộp bằng exclusiveGateway.",
        "What an exclusiveGateway divided, join with an exclusiveGateway.",
    ),
    error=False,
)
RUN_TWICE = rule(
    "missing-join",
    (
        "Hai nhánh song song có thể cùng tới đây: bước này chạy hai lần.",
        "Two parallel branches may both come here: the step would run twice.",
    ),
    ("Gộp các nhánh bằng parallelGateway trước bước này.", "Join the branches with a parallelGateway before it."),
    error=False,
)

State = frozenset[str]
"""The flows on which a token stands, by id."""


def findings(subject: Subject) -> Iterator[Finding]:
    """Joins that are missing or never complete, in each diagram that was read whole."""
    for scope in subject.scopes:
        if len(scope.of_kind(ElementKind.START)) == 1:
            yield from _scope(scope)


def _scope(scope: Scope) -> Iterator[Finding]:
    game = _Game(scope)
    if not game.play():
        return
    for key in sorted(game.stuck):
        yield NEVER_JOINS.at(scope.path, scope.elements[key].line, key)
    for key in sorted(game.twice):
        yield RUN_TWICE.at(scope.path, scope.elements[key].line, key)


class _Game:
    """Plays a scope through; `stuck` and `twice` hold the ids of the elements at fault."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.stuck: set[str] = set()
        self.twice: set[str] = set()
        self._beyond: dict[tuple[str, str], bool] = {}
        self._target = {flow.id: flow.target for flow in scope.flows if flow.target in scope.elements}
        self._put = {key: self._past_plain_steps(key) for key in self._target}

    def play(self) -> bool:
        """Visit every state; false when there are too many to do so."""
        start = self.scope.of_kind(ElementKind.START)[0]
        first = self._tokens(start.id)
        waiting, seen = [first], {first}
        while waiting:
            if len(seen) > MAX_STATES:
                return False
            state = waiting.pop()
            following = [after for element in self._enabled(state) for after in self._after(state, element)]
            if not following and state:
                self.stuck.update(element.id for element in self._reached(state))
            fresh = set(following) - seen
            seen |= fresh
            waiting.extend(fresh)
        return True

    def _past_plain_steps(self, flow_id: str) -> str:
        """The last flow of a chain of steps that have one way in and one way out: nothing can happen between."""
        seen = {flow_id}
        while True:
            key = self._target[flow_id]
            plain = len(self.scope.incoming[key]) == 1 and len(self.scope.edges[key]) == 1
            following = self.scope.outgoing[key][0].id if plain and self.scope.outgoing[key] else flow_id
            if following in seen or following not in self._target:
                return flow_id
            seen.add(following)
            flow_id = following

    def _tokens(self, element_id: str) -> State:
        """The flows that get a token when an element is left on every way out."""
        return frozenset(self._put[flow.id] for flow in self.scope.outgoing[element_id])

    def _marked(self, state: State, element: Element) -> list[str]:
        return [flow.id for flow in self.scope.incoming[element.id] if flow.id in state]

    def _reached(self, state: State) -> list[Element]:
        """The elements that a token stands before, in a fixed order."""
        return [self.scope.elements[key] for key in sorted({self._target[flow] for flow in state})]

    def _enabled(self, state: State) -> Iterator[Element]:
        for element in self._reached(state):
            marked = self._marked(state, element)
            entering = len(self.scope.incoming[element.id])
            if element.kind is ElementKind.PARALLEL and len(marked) < entering:
                continue
            if element.kind is ElementKind.INCLUSIVE and self._more_may_come(state, element, marked):
                continue
            yield element

    def _more_may_come(self, state: State, join: Element, marked: list[str]) -> bool:
        """Whether a token elsewhere can still reach an inclusive join on a flow that has none."""
        if len(marked) == len(self.scope.incoming[join.id]):
            return False
        elsewhere = [flow for flow in self.scope.flows if flow.id in state and flow.target != join.id]
        return any(self._leads(flow.target, join.id) for flow in elsewhere)

    def _leads(self, key: str, goal: str) -> bool:
        if (key, goal) not in self._beyond:
            self._beyond[key, goal] = goal in reachable([key], self.scope.edges)
        return self._beyond[key, goal]

    def _after(self, state: State, element: Element) -> Iterator[State]:
        """The states that running the element may lead to."""
        marked = self._marked(state, element)
        joins = element.kind in {ElementKind.PARALLEL, ElementKind.INCLUSIVE}
        if len(marked) > 1 and not joins and element.kind is not ElementKind.END:
            self.twice.add(element.id)
        if element.kind is ElementKind.END and (element.terminates or element.error_code):
            yield frozenset()
            return
        used = frozenset(marked) if joins else frozenset(marked[:1])
        for produced in self._ways(element):
            kept = state - used
            if kept & produced:
                self.twice.update(key for key in map(self._target.__getitem__, kept & produced) if not self._ends(key))
            yield kept | produced

    def _ends(self, key: str) -> bool:
        return self.scope.elements[key].kind is ElementKind.END

    def _ways(self, element: Element) -> list[State]:
        """The sets of flows that may get a token when the element is left."""
        outgoing = [self._put[flow.id] for flow in self.scope.outgoing[element.id]]
        if element.kind in {ElementKind.EXCLUSIVE, ElementKind.EVENT_GATEWAY}:
            return [frozenset({key}) for key in outgoing]
        if element.kind is ElementKind.INCLUSIVE:
            subsets = (combinations(outgoing, size) for size in range(1, len(outgoing) + 1))
            return [frozenset(chosen) for chosen in islice((one for some in subsets for one in some), MAX_WAYS)]
        interrupted = [event.id for event in self.scope.boundaries[element.id] if event.interrupting]
        return [frozenset(outgoing), *(self._tokens(key) for key in interrupted)]
