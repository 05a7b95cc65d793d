"""Boxed expressions as closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.decisions.logic import Logic
from engine.decisions.model import (
    Boxed,
    Conditional,
    ContextExpression,
    DecisionTable,
    FilterExpression,
    FunctionDefinition,
    Invocation,
    Iterator,
    ListExpression,
    LiteralExpression,
    Relation,
)
from engine.decisions.tables import table_code
from engine.feel.compiler_loops import as_list, filter_items, run_for, run_quantified
from engine.feel.frame import Code, Frame
from engine.feel.functions import invoke
from engine.feel.limits import Run
from engine.feel.values import Function, Value, kind

COST = 10
"""Steps charged for one pass of a boxed loop or call, whose bodies have no node count."""


def boxed_code(logic: Logic, source: Boxed) -> Code:
    """The closure of any boxed expression, not yet converted to its type."""
    return _COMPILERS[type(source)](logic, source)


def _literal(logic: Logic, source: LiteralExpression) -> Code:
    return logic.text(source.text, source.place)


def _context(logic: Logic, source: ContextExpression) -> Code:
    entries: list[tuple[str | None, Code]] = []
    for entry in source.entries:
        code = logic.boxed(entry.value)
        if entry.variable is not None:
            code = logic.typed(code, entry.variable.type, entry.value.place)
        entries.append((entry.variable.name if entry.variable else None, code))

    def context(frame: Frame) -> Value:
        result: dict[str, Value] = {}
        inner = Frame(result, frame, frame.run)
        for name, code in entries:
            value = code(inner)
            if name is None:
                return value
            result[name] = value
        return result

    return context


def _invocation(logic: Logic, source: Invocation) -> Code:
    function = logic.boxed(source.function)
    names = tuple(name for name, _ in source.bindings)
    bindings = [logic.boxed(value) if value is not None else _null for _, value in source.bindings]

    def call(frame: Frame) -> Value:
        callee = function(frame)
        return invoke(callee, [binding(frame) for binding in bindings], names, frame.run)

    return call


def _null(_: Frame) -> None:
    return None


def function_value(logic: Logic, source: FunctionDefinition, name: str) -> Callable[[Frame], Function]:
    """What makes the function of a definition inside a frame."""
    body = logic.boxed(source.body) if source.body is not None and source.kind == "FEEL" else None
    parameters = tuple((parameter.name, None) for parameter in source.parameters)
    names = [parameter.name for parameter in source.parameters]
    bound = [
        logic.typed(_parameter(index), parameter.type, source.place)
        for index, parameter in enumerate(source.parameters)
    ]

    def make(frame: Frame) -> Function:
        def apply(run: Run, arguments: list[Value]) -> Value:
            run.charge(COST)
            if body is None:
                run.null(
                    f"Hàm {name} không viết bằng FEEL, không được chạy. / "
                    f"The function {name} is not FEEL and is not run."
                )
                return None
            given = Frame({str(index): value for index, value in enumerate(arguments)}, None, run)
            typed = [code(given) for code in bound]
            if any(new is None and old is not None for new, old in zip(typed, arguments, strict=True)):
                return None
            run.enter()
            result = body(Frame(dict(zip(names, typed, strict=True)), frame, run))
            run.leave()
            return result

        return Function(name, parameters, apply)

    return make


def _parameter(index: int) -> Code:
    key = str(index)
    return lambda frame: frame.scope[key]


def _function(logic: Logic, source: FunctionDefinition) -> Code:
    return function_value(logic, source, "")


def _relation(logic: Logic, source: Relation) -> Code:
    rows = [[logic.boxed(cell) for cell in row] for row in source.rows]
    columns = source.columns

    def relation(frame: Frame) -> Value:
        return [dict(zip(columns, [cell(frame) for cell in row], strict=True)) for row in rows]

    return relation


def _list(logic: Logic, source: ListExpression) -> Code:
    items = [logic.boxed(item) for item in source.items]
    return lambda frame: [item(frame) for item in items]


def _conditional(logic: Logic, source: Conditional) -> Code:
    condition = logic.boxed(source.condition)
    then, otherwise = logic.boxed(source.then), logic.boxed(source.otherwise)

    def conditional(frame: Frame) -> Value:
        verdict = condition(frame)
        if verdict is not None and type(verdict) is not bool:
            frame.run.null(f"Điều kiện phải là boolean. / The condition must be boolean, not {kind(verdict)}.")
            return None
        return then(frame) if verdict else otherwise(frame)

    return conditional


def _filter(logic: Logic, source: FilterExpression) -> Code:
    items, match = logic.boxed(source.source), logic.boxed(source.match)

    def filtered(frame: Frame) -> Value:
        return filter_items(as_list(items(frame)), match, frame, cost=COST, column=0)

    return filtered


def _iterator(logic: Logic, source: Iterator) -> Code:
    items, body = logic.boxed(source.source), logic.boxed(source.body)
    sources = [(source.variable, items, None, 0)]
    if source.kind == "for":
        return lambda frame: run_for(sources, body, frame, cost=COST, partial=True)
    decisive = source.kind == "some"
    return lambda frame: run_quantified(sources, body, frame, cost=COST, decisive=decisive, strict=True)


_COMPILERS: dict[type, Callable[[Logic, Any], Code]] = {
    LiteralExpression: _literal,
    ContextExpression: _context,
    Invocation: _invocation,
    FunctionDefinition: _function,
    Relation: _relation,
    ListExpression: _list,
    Conditional: _conditional,
    FilterExpression: _filter,
    Iterator: _iterator,
    DecisionTable: table_code,
}
