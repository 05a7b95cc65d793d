"""Which names the texts of a boxed expression use that nothing around them gives."""

from __future__ import annotations

from collections.abc import Iterator as Walk
from dataclasses import dataclass, fields, is_dataclass

from engine.decisions.model import (
    Boxed,
    ContextEntry,
    ContextExpression,
    DecisionTable,
    FilterExpression,
    FunctionDefinition,
    Iterator,
    LiteralExpression,
    Place,
)
from engine.feel.builtins_all import BUILTINS
from engine.feel.expression import Expression, UnaryTests, compile_expression, compile_unary_tests
from engine.feel.names import nearest_name


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name nothing gives: where, and the nearest one there is."""

    name: str
    place: Place
    near: str | None
    function: bool


def tables_in(part: object) -> Walk[DecisionTable]:
    """All decision tables inside a boxed expression."""
    if isinstance(part, DecisionTable):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from tables_in(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from tables_in(getattr(part, field.name))


def unknown_names(source: Boxed, scope: frozenset[str], names: frozenset[str]) -> Walk[Unknown]:
    """The unknown names in all texts of a boxed expression. `names` are those of the whole model."""
    yield from _Scopes(names).visit(source, scope)


class _Scopes:
    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit(self, source: object, scope: frozenset[str]) -> Walk[Unknown]:
        if isinstance(source, LiteralExpression):
            yield from self.text(source.text, source.place, scope)
        elif isinstance(source, ContextExpression):
            yield from self._entries(source.entries, scope)
        elif isinstance(source, FunctionDefinition):
            if source.body is not None and source.kind == "FEEL":
                yield from self.visit(source.body, scope | {p.name for p in source.parameters})
        elif isinstance(source, FilterExpression):
            yield from self.visit(source.source, scope)
        elif isinstance(source, Iterator):
            yield from self.visit(source.source, scope)
            yield from self.visit(source.body, scope | {source.variable, "partial"})
        elif isinstance(source, DecisionTable):
            yield from self._table(source, scope)
        elif isinstance(source, tuple):
            for item in source:
                yield from self.visit(item, scope)
        elif is_dataclass(source):
            for field in fields(source):
                yield from self.visit(getattr(source, field.name), scope)

    def _entries(self, entries: tuple[ContextEntry, ...], scope: frozenset[str]) -> Walk[Unknown]:
        for entry in entries:
            own = {entry.variable.name} if entry.variable else set()
            inside = scope | own if isinstance(entry.value, FunctionDefinition) else scope
            yield from self.visit(entry.value, inside)
            scope = scope | own

    def _table(self, table: DecisionTable, scope: frozenset[str]) -> Walk[Unknown]:
        for clause in table.inputs:
            yield from self.text(clause.expression, clause.place, scope)
        for rule in table.rules:
            for cell in rule.tests:
                if cell.text:
                    yield from self._free(compile_unary_tests(cell.text, self.names), rule.place, scope)
            for cell in rule.results:
                yield from self.text(cell.text, rule.place, scope)
        for output in table.outputs:
            yield from self.text(output.default, output.place, scope)

    def text(self, text: str, place: Place, scope: frozenset[str]) -> Walk[Unknown]:
        if text:
            yield from self._free(compile_expression(text, self.names), place, scope)

    def _free(self, compiled: Expression | UnaryTests, place: Place, scope: frozenset[str]) -> Walk[Unknown]:
        for name in sorted(compiled.names - scope):
            if name.partition(".")[0] not in scope and name not in BUILTINS:
                yield Unknown(name, place, nearest_name(name, scope), function=False)
        for name in sorted(compiled.functions - scope):
            if name not in BUILTINS:
                yield Unknown(name, place, nearest_name(name, [*scope, *BUILTINS]), function=True)
