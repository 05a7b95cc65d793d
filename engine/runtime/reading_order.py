"""The elements of a diagram in the order in which a reader meets them: what must come first stands first."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.model import Element, ElementKind, Process
from engine.runtime.graph import Scope, scopes
from engine.runtime.procedure import Procedure


@dataclass(frozen=True)
class Placed:
    """An element where it stands in the whole: `level` is how deep in called processes."""

    element: Element
    process: Process
    level: int


def whole(procedure: Procedure) -> list[Placed]:
    """Every element of a procedure; what a call activity calls stands right behind it, each called process once."""
    key = procedure.bundle.checksum
    if key not in _known:
        _known[key] = _whole(procedure)
    return _known[key]


_known: dict[str, list[Placed]] = {}  # by checksum; a version never changes


def _whole(procedure: Procedure) -> list[Placed]:
    by_id = {process.id: process for process in procedure.processes}
    told: set[str] = set()

    def unfold(process: Process, level: int) -> Iterator[Placed]:
        told.add(process.id)
        for key in in_order(process):
            element = process.elements[key]
            yield Placed(element, process, level)
            if element.called in by_id and element.called not in told:
                yield from unfold(by_id[element.called], level + 1)

    return list(unfold(main_process(procedure), 0))


def main_process(procedure: Procedure) -> Process:
    """The process that bears the procedure's key."""
    return next(process for process in procedure.processes if process.id == procedure.key)


def in_order(process: Process) -> list[str]:
    """The ids of all elements of one process; a subprocess's inside stands right behind it."""
    inside = {scope.id: scope for scope in scopes(process)}

    def unfold(scope: Scope) -> Iterator[str]:
        for key in _topological(scope):
            yield key
            if key in inside and key != scope.id:
                yield from unfold(inside[key])

    return list(unfold(inside[process.id]))


def _topological(scope: Scope) -> list[str]:
    """Every element behind those that lead to it, ways back left aside (reverse postorder from the start)."""
    finished: list[str] = []
    seen: set[str] = set()
    waiting = [(one.id, False) for one in scope.of_kind(ElementKind.START)]
    while waiting:
        key, done = waiting.pop()
        if done:
            finished.append(key)
        elif key not in seen:
            seen.add(key)
            waiting.append((key, True))
            waiting.extend((target, False) for target in scope.edges.get(key, ()))
    return finished[::-1] + [key for key in scope.elements if key not in seen]
