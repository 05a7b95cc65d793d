"""Ways through a diagram: what cannot be reached, what never ends, what never rests, and what grows too large."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from engine.model import Element, ElementKind, Finding
from engine.runtime.graph import Scope, cycles, heaviest, knots, reachable, reverse, without
from engine.runtime.rules import rule
from engine.runtime.subject import Subject

MAX_BRANCHES: Final = 200
MAX_PREDICTED: Final = 5_000
MAX_LINE: Final = 400

UNREACHABLE = rule(
    "unreachable",
    ("Không luồng nào từ startEvent tới được đây.", "No way leads here from the start event."),
    ("Nối vào luồng chính, hoặc xóa.", "Connect it, or delete it."),
)
NO_WAY_OUT = rule(
    "no-way-to-an-end",
    ("Từ đây không tới được endEvent nào.", "No way leads from here to an end event."),
    ("Thêm lối ra khỏi vòng lặp hoặc nối tới endEvent.", "Add a way out of the loop, or connect it to an endEvent."),
)
BUSY_CYCLE = rule(
    "busy-cycle",
    (
        "Vòng lặp {names} không có gì phải chờ: máy sẽ chạy mãi.",
        "In the loop {names} nothing waits: the machine would run round for ever.",
    ),
    (
        "Đặt một userTask, timer hoặc message trong vòng lặp.",
        "Put a userTask, a timer or a message into the loop.",
    ),
)
ENDLESS_CYCLE = rule(
    "cycle-without-choice",
    (
        "Vòng lặp {names} không có exclusiveGateway nào để thoát: mỗi vòng sinh thêm nhánh.",
        "The loop {names} has no exclusiveGateway to leave by: each turn breeds another branch.",
    ),
    ("Quyết định quay lại bằng một exclusiveGateway.", "Let an exclusiveGateway decide whether to go back."),
)
TOO_MANY_BRANCHES = rule(
    "too-many-branches",
    (
        "Các khối song song nối tiếp nhau nhân thành {branches} nhánh ({tasks} việc dự kiến); giới hạn {limit}.",
        "Parallel blocks in a row multiply to {branches} branches ({tasks} predicted tasks); the limit is {limit}.",
    ),
    (
        "Tách các khối vào subProcess riêng, hoặc đặt exclusiveGateway giữa chúng.",
        "Put the blocks into subProcesses of their own, or an exclusiveGateway between them.",
    ),
)
TOO_LONG = rule(
    "too-long",
    (
        "Đường dài nhất có {count} phần tử; giới hạn {limit}.",
        "The longest way has {count} elements; the limit is {limit}.",
    ),
    ("Chia thành nhiều subProcess.", "Divide it into subProcesses."),
)


def findings(subject: Subject) -> Iterator[Finding]:
    """What is wrong with the ways through each diagram that was read whole."""
    rest = Rest(subject)
    for scope in subject.scopes:
        yield from _reach(scope)
        yield from _loops(scope, rest)
        yield from _size(scope)


def _reach(scope: Scope) -> Iterator[Finding]:
    starts = [element.id for element in scope.of_kind(ElementKind.START)]
    ends = [element.id for element in scope.of_kind(ElementKind.END)]
    reached = reachable(starts, scope.edges) if starts else set(scope.elements)
    ending = reachable(ends, reverse(scope.edges)) if ends else set(scope.elements)
    for element in scope.elements.values():
        place = (scope.path, element.line, element.id)
        if element.id not in reached:
            yield UNREACHABLE.at(*place)
        elif element.id not in ending and scope.edges[element.id]:
            yield NO_WAY_OUT.at(*place)


class Rest:
    """Tells where the machine comes to rest: at people, at time, at messages."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._passes: dict[str, bool] = {}

    @cached_property
    def _scopes(self) -> Mapping[str, Scope]:
        return {scope.id: scope for scope in self.subject.scopes}

    def waits(self, element: Element) -> bool:
        """Whether nobody gets past the element without waiting."""
        if element.kind in {ElementKind.SUBPROCESS, ElementKind.CALL}:
            return not self._passable(element.called or element.id)
        return element.kind in {ElementKind.USER_TASK, ElementKind.CATCH, ElementKind.EVENT_GATEWAY} or (
            element.kind is ElementKind.BOUNDARY and bool(element.timer or element.message)
        )

    def _passable(self, scope_id: str) -> bool:
        """Whether some way through the scope waits nowhere. A process that calls itself is refused elsewhere."""
        if scope_id not in self._passes:
            self._passes[scope_id] = False
            self._passes[scope_id] = scope_id not in self._scopes or self._has_free_way(self._scopes[scope_id])
        return self._passes[scope_id]

    def _has_free_way(self, scope: Scope) -> bool:
        free = without(scope.edges, (key for key, element in scope.elements.items() if self.waits(element)))
        reached = reachable((start.id for start in scope.of_kind(ElementKind.START)), free)
        return any(end.id in reached for end in scope.of_kind(ElementKind.END))


def _loops(scope: Scope, rest: Rest) -> Iterator[Finding]:
    resting = {key for key, element in scope.elements.items() if rest.waits(element)}
    busy = cycles(without(scope.edges, resting))
    for knot in busy:
        yield BUSY_CYCLE.at(*_place(scope, knot), names=_names(scope, knot))
    told = {key for knot in busy for key in knot}
    certain = {key: [flow.target for flow in scope.outgoing[key]] for key in scope.elements if not scope.splits(key)}
    for knot in cycles(without(certain, [key for key in scope.elements if scope.splits(key)])):
        if not told & set(knot):
            yield ENDLESS_CYCLE.at(*_place(scope, knot), names=_names(scope, knot))


def _size(scope: Scope) -> Iterator[Finding]:
    longest = max(heaviest(scope.edges, dict.fromkeys(scope.elements, 1)).values(), default=0)
    if longest > MAX_LINE:
        yield TOO_LONG.at(scope.path, scope.line, scope.id, count=int(longest), limit=MAX_LINE)
    worst, branches, tasks = max(_predicted(scope), key=lambda found: found[1:], default=("", 0, 0))
    if branches > MAX_BRANCHES or tasks > MAX_PREDICTED:
        place = (scope.path, scope.elements[worst].line, worst)
        yield TOO_MANY_BRANCHES.at(*place, branches=branches, tasks=tasks, limit=MAX_BRANCHES)


def _predicted(scope: Scope) -> Iterator[tuple[str, int, int]]:
    """For each element the branches and tasks that the engine lays out ahead until the next choice.

    It lays out every parallel branch on its own, beyond the join too, so that blocks in a row multiply.
    """
    certain = {
        key: [] if scope.splits(key) else [flow.target for flow in scope.outgoing[key]] for key in scope.elements
    }
    size: dict[str, tuple[int, int]] = {}
    for knot in knots(certain):
        for key in knot if len(knot) == 1 else ():
            ahead = [size.get(target, (1, 1)) for target in certain[key]]
            around = 1 + (3 + 2 * len(scope.boundaries[key]) if scope.boundaries[key] else 0)
            size[key] = (sum(branches for branches, _ in ahead) or 1, around + sum(tasks for _, tasks in ahead))
            yield key, *size[key]


def _place(scope: Scope, knot: list[str]) -> tuple[str, int, str]:
    first = min((scope.elements[key] for key in knot), key=lambda element: element.line)
    return scope.path, first.line, first.id


def _names(scope: Scope, knot: list[str]) -> str:
    """The titles along a cycle, in the order of the file."""
    inside = sorted((scope.elements[key] for key in knot), key=lambda element: element.line)
    return " → ".join(f"“{element.title()}”" for element in inside)
