"""Reading a tree without running it: which names it needs from outside, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.feel import ast


@dataclass(slots=True)
class FreeNames:
    """What an expression takes from its surroundings.

    `names` are variables, `paths` variables with the members read from them, `functions` names that
    are called, `uncertain` names inside filters, which may as well be members of the filtered items.
    """

    names: set[str] = field(default_factory=set)
    paths: set[tuple[str, ...]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)


def free_names(node: ast.Node | ast.UnaryTestsNode) -> FreeNames:
    """The free names of a tree. `?` and `item` belong to tests and filters and are not free."""
    walker = _Walker()
    if isinstance(node, ast.UnaryTestsNode):
        for test in node.tests or ():
            walker.visit(test, frozenset("?"), in_filter=False)
    else:
        walker.visit(node, frozenset("?"), in_filter=False)
    return walker.found


class _Walker:
    def __init__(self) -> None:
        self.found = FreeNames()

    def visit(self, node: ast.Node, bound: frozenset[str], *, in_filter: bool) -> None:
        if isinstance(node, ast.Name | ast.Path):
            self._path(node, bound, in_filter=in_filter)
        elif isinstance(node, ast.Call):
            self._call(node, bound, in_filter=in_filter)
        elif isinstance(node, ast.Filter):
            self.visit(node.base, bound, in_filter=in_filter)
            self.visit(node.condition, bound | {"item"}, in_filter=True)
        elif isinstance(node, ast.ContextNode):
            for key, value in node.entries:
                self.visit(value, bound, in_filter=in_filter)
                bound = bound | {key}
        elif isinstance(node, ast.For | ast.Quantified):
            self._loop(node, bound, in_filter=in_filter)
        elif isinstance(node, ast.FunctionNode):
            names = {name for name, _ in node.parameters}
            self.visit(node.body, bound | names, in_filter=in_filter)
        else:
            for child in children(node):
                self.visit(child, bound, in_filter=in_filter)

    def _path(self, node: ast.Name | ast.Path, bound: frozenset[str], *, in_filter: bool) -> None:
        members: list[str] = []
        base: ast.Node = node
        while isinstance(base, ast.Path):
            members.append(base.name)
            base = base.base
        if not isinstance(base, ast.Name):
            self.visit(base, bound, in_filter=in_filter)
        elif base.name in bound:
            return
        elif in_filter:
            self.found.uncertain.add(base.name)
        else:
            self.found.names.add(base.name)
            self.found.paths.add((base.name, *reversed(members)))

    def _call(self, node: ast.Call, bound: frozenset[str], *, in_filter: bool) -> None:
        if isinstance(node.function, ast.Name):
            if node.function.name not in bound:
                self.found.functions.add(node.function.name)
        else:
            self.visit(node.function, bound, in_filter=in_filter)
        for argument in node.arguments:
            self.visit(argument, bound, in_filter=in_filter)

    def _loop(self, node: ast.For | ast.Quantified, bound: frozenset[str], *, in_filter: bool) -> None:
        for iteration in node.iterations:
            self.visit(iteration.source, bound, in_filter=in_filter)
            if iteration.end is not None:
                self.visit(iteration.end, bound, in_filter=in_filter)
            bound = bound | {iteration.name}
        if isinstance(node, ast.For):
            self.visit(node.body, bound | {"partial"}, in_filter=in_filter)
        else:
            self.visit(node.condition, bound, in_filter=in_filter)


def children(node: ast.Node) -> Iterator[ast.Node]:
    """The nodes directly below `node`."""
    for name in node.__slots__:
        yield from _nodes(getattr(node, name))


def _nodes(part: object) -> Iterator[ast.Node]:
    if isinstance(part, tuple):
        for item in part:
            yield from _nodes(item)
    elif isinstance(part, ast.Iteration):
        yield part.source
        if part.end is not None:
            yield part.end
    elif isinstance(part, ast.Node):
        yield part


def mentions(node: ast.Node, name: str) -> bool:
    """Whether `name` occurs in the tree; `?` is the value under test."""
    if isinstance(node, ast.Name):
        return node.name == name
    return any(mentions(child, name) for child in children(node))


def size(node: ast.Node) -> int:
    """How many nodes the tree has: what one evaluation of it costs."""
    return 1 + sum(size(child) for child in children(node))
