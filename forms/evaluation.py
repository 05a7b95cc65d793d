"""Which components show, with which names in sight: the form walked over the answers, rows and all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from forms.fields import Component, ComputedField, DynamicList, Field, Group, Path, Scope
from forms.paths import get, put

Place = tuple[str, tuple[int, ...]]
"""A component in one row: its id and the row numbers (from 0) of the lists around it."""

_EMPTY: Final[dict[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Node:
    """One component at one place of the answers.

    `path` is where its value stands from the top. `hidden` is true also when something around it is hidden;
    `children` are a group's components, `rows` a list's rows.
    """

    component: Component
    path: Path
    scope: Scope
    hidden: bool
    children: tuple[Node, ...] = ()
    rows: tuple[tuple[Node, ...], ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and everything in it."""
        yield self
        for child in self.children:
            yield from child.walk()
        for row in self.rows:
            for child in row:
                yield from child.walk()


@dataclass(frozen=True, slots=True)
class Resolution:
    """A form over one set of answers: `values` holds shown fields and computed ones only."""

    nodes: tuple[Node, ...]
    values: dict[str, object]
    hidden: frozenset[Place]

    def walk(self) -> Iterator[Node]:
        """Every node, outer before inner."""
        for node in self.nodes:
            yield from node.walk()


def resolve(
    components: Sequence[Component], answers: Mapping[str, object], dossier: Mapping[str, object], now: datetime | None
) -> Resolution:
    """Decide what shows. `answers` are typed as FEEL sees them (numbers are Decimal, dates ISO text).

    A hidden field counts as not answered, also for other conditions; so conditions and computed fields are
    evaluated until nothing changes. Chains settle in as many rounds as they are long; circles, which a
    deployed form does not have, are cut off.
    """
    rounds = 2 + sum(1 for component in _walk(components) if component.hide or isinstance(component, ComputedField))
    state = _State(frozenset(), {})
    for _ in range(rounds):
        values = _Snapshot(answers, state).scope(components, _EMPTY, answers, ())
        following = _Evaluation(answers, values, dossier, now).run(components)
        if following == state:
            break
        state = following
    values = _Snapshot(answers, state).scope(components, _EMPTY, answers, ())
    tree = _Evaluation(answers, values, dossier, now)
    return Resolution(tree.tree(components, state.hidden), values, state.hidden)


def _walk(components: Sequence[Component]) -> Iterator[Component]:
    for component in components:
        yield component
        if isinstance(component, Group | DynamicList):
            yield from _walk(component.components)


@dataclass(frozen=True, slots=True)
class _State:
    hidden: frozenset[Place]
    computed: Mapping[Place, object]


def _rows(answers: Mapping[str, object], component: DynamicList) -> list[Mapping[str, object]]:
    found = get(answers, component.path)
    if not isinstance(found, list):
        return []
    return [row if isinstance(row, Mapping) else _EMPTY for row in found[: component.max_rows]]


class _Snapshot:
    """The answers without what is hidden, with what is computed."""

    def __init__(self, answers: Mapping[str, object], state: _State) -> None:
        self.answers = answers
        self.state = state

    def scope(
        self,
        components: Sequence[Component],
        into: Mapping[str, object],
        answers: Mapping[str, object],
        rows: tuple[int, ...],
    ) -> dict[str, object]:
        """The values of one scope: the form, or one row."""
        values = dict(into)
        self._fill(components, values, answers, rows)
        return values

    def _fill(
        self,
        components: Sequence[Component],
        values: dict[str, object],
        answers: Mapping[str, object],
        rows: tuple[int, ...],
    ) -> None:
        for component in components:
            place = (component.id, rows)
            if place in self.state.hidden:
                continue
            if isinstance(component, Group):
                self._fill(component.components, values, answers, rows)
            elif isinstance(component, DynamicList):
                found = _rows(answers, component)
                inner = [
                    self.scope(component.components, _EMPTY, row, (*rows, index)) for index, row in enumerate(found)
                ]
                put(values, component.path, inner)
            elif isinstance(component, ComputedField):
                put(values, component.path, self.state.computed.get(place))
            elif isinstance(component, Field):
                put(values, component.path, get(answers, component.path))


class _Evaluation:
    """One round: every condition and computed field evaluated against the same snapshot."""

    def __init__(
        self,
        answers: Mapping[str, object],
        values: dict[str, object],
        dossier: Mapping[str, object],
        now: datetime | None,
    ) -> None:
        self.answers = answers
        self.now = now
        self.top = Scope(_names(_over(dossier, values), values, None, []), now)
        self.values = values
        self.hidden: set[Place] = set()
        self.computed: dict[Place, object] = {}

    def run(self, components: Sequence[Component]) -> _State:
        """What is hidden and what is computed."""
        self._run(components, self.top, self.answers, self.values, ())
        return _State(frozenset(self.hidden), self.computed)

    def _run(
        self,
        components: Sequence[Component],
        scope: Scope,
        answers: Mapping[str, object],
        values: Mapping[str, object],
        rows: tuple[int, ...],
    ) -> None:
        for component in components:
            place = (component.id, rows)
            if component.hide is not None and component.hide.evaluate(scope) is True:
                self.hidden.add(place)
            elif isinstance(component, Group):
                self._run(component.components, scope, answers, values, rows)
            elif isinstance(component, DynamicList):
                for index, row in enumerate(_rows(answers, component)):
                    inner = row_values(values, component, index)
                    self._run(component.components, row_scope(scope, inner, index), row, inner, (*rows, index))
            elif isinstance(component, ComputedField):
                self.computed[place] = component.expression.evaluate(scope)

    def tree(self, components: Sequence[Component], hidden: frozenset[Place]) -> tuple[Node, ...]:
        """The form as nodes, in the order of the page."""
        return self._tree(_Walk(components, self.top, self.answers, self.values, (), ()), hidden, around=False)

    def _tree(self, at: _Walk, hidden: frozenset[Place], *, around: bool) -> tuple[Node, ...]:
        nodes = []
        for component in at.components:
            gone = around or (component.id, at.rows) in hidden
            path = (*at.path, *component.path)
            if isinstance(component, Group):
                inside = _Walk(component.components, at.scope, at.answers, at.values, at.rows, at.path)
                children = self._tree(inside, hidden, around=gone)
                nodes.append(Node(component, path, at.scope, gone, children))
            elif isinstance(component, DynamicList):
                rows = tuple(
                    self._tree(at.row(component, row, index), hidden, around=gone)
                    for index, row in enumerate(_rows(at.answers, component))
                )
                nodes.append(Node(component, path, at.scope, gone, rows=rows))
            else:
                nodes.append(Node(component, path, at.scope, gone))
        return tuple(nodes)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where the walk is: components of one scope with that scope's answers, values and way from the top."""

    components: Sequence[Component]
    scope: Scope
    answers: Mapping[str, object]
    values: Mapping[str, object]
    rows: tuple[int, ...]
    path: Path

    def row(self, component: DynamicList, answers: Mapping[str, object], index: int) -> _Walk:
        """The walk one row further in."""
        values = row_values(self.values, component, index)
        scope = row_scope(self.scope, values, index)
        path = (*self.path, *component.path, index)
        return _Walk(component.components, scope, answers, values, (*self.rows, index), path)


def _over(dossier: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    """The form's values over the dossier's; an object that both have keeps what only the dossier has."""
    merged = dict(dossier)
    for name, value in values.items():
        below = merged.get(name)
        merged[name] = _over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def row_values(values: Mapping[str, object], component: DynamicList, index: int) -> Mapping[str, object]:
    """The values of row `index`, {} while the list is hidden."""
    rows = get(values, component.path)
    row = rows[index] if isinstance(rows, list) and index < len(rows) else None
    return row if isinstance(row, Mapping) else _EMPTY


def row_scope(outer: Scope, values: Mapping[str, object], index: int) -> Scope:
    """What expressions in a row see: everything outside, and `this`, `parent`, `i` (row numbers from 1)."""
    numbers = outer.names["_i_"]
    way = [*numbers, index + 1] if isinstance(numbers, list) else [index + 1]
    seen = {key: value for key, value in outer.names.items() if key not in _SPECIAL}
    around = outer.names["_this_"] if numbers else outer.names  # the row around it, or the form with its dossier
    return Scope(_names(seen, values, around, way), outer.now)


_SPECIAL: Final = frozenset({"_this_", "_parent_", "_i_"})


def _names(seen: Mapping[str, object], this: Mapping[str, object], parent: object, way: list[int]) -> dict[str, object]:
    special: dict[str, object] = {"this": this, "parent": parent, "i": way}
    return {**seen, **special, **{f"_{name}_": value for name, value in special.items()}}
