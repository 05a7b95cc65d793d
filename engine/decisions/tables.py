"""Decision tables: which rules match, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.decisions.logic import DecisionRun, Logic
from engine.decisions.model import DecisionTable, OutputClause, Rule
from engine.feel.builtins_lists import maximum, minimum, total
from engine.feel.frame import Code, Frame, Test
from engine.feel.operators import equal
from engine.feel.values import Value

_REFUSED = object()
"""What stands for an input outside its allowed values: the table then gives null, whatever its rules."""


@dataclass(frozen=True, slots=True)
class _Row:
    rule: Rule
    tests: tuple[tuple[int, Test], ...]
    results: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    clause: OutputClause
    allowed: tuple[Test, ...]
    default: Code | None


@dataclass(frozen=True, slots=True)
class _Table:
    source: DecisionTable
    inputs: tuple[Code, ...]
    columns: tuple[_Column, ...]
    rows: tuple[_Row, ...]
    named: bool


def table_code(logic: Logic, source: DecisionTable) -> Code:
    """The closure of a decision table."""
    table = _Table(
        source,
        tuple(_input_code(logic, source, index) for index in range(len(source.inputs))),
        tuple(_column(logic, clause) for clause in source.outputs),
        tuple(_row(logic, rule, source) for rule in source.rules),
        named=len(source.outputs) > 1,
    )
    guarded = any(clause.allowed for clause in source.inputs)
    first_only = source.hit_policy == "F"
    resolve = _POLICIES[source.hit_policy]

    def decide(frame: Frame) -> Value:
        values = [code(frame) for code in table.inputs]
        if guarded and _REFUSED in values:
            return None
        hits: list[_Row] = []
        for row in table.rows:
            for index, test in row.tests:
                if test(frame, values[index]) is not True:
                    break
            else:
                hits.append(row)
                if first_only:
                    break
        if not hits:
            return _no_match(table, frame)
        return resolve(table, hits, frame)

    return decide


# --- columns -------------------------------------------------------------------------------------
def _input_code(logic: Logic, source: DecisionTable, index: int) -> Code:
    clause = source.inputs[index]
    code = logic.text(clause.expression, clause.place)
    allowed = logic.tests(clause.allowed, clause.place) if clause.allowed else None
    typed = logic.typed(code, clause.type, clause.place)
    if allowed is None:
        return typed
    test = allowed

    def checked(frame: Frame) -> Value:
        value = typed(frame)
        if value is not None and test(frame, value) is not True:
            frame.run.null(
                f"`{clause.label}` ngoài các giá trị cho phép. / "
                f"`{clause.label}` is none of its allowed values ({clause.allowed})."
            )
            return _REFUSED
        return value

    return checked


def _column(logic: Logic, clause: OutputClause) -> _Column:
    allowed = logic.separate_tests(clause.allowed, clause.place) if clause.allowed else ()
    default = logic.text(clause.default, clause.place) if clause.default else None
    return _Column(clause, allowed, logic.typed(default, clause.type, clause.place) if default else None)


def _row(logic: Logic, rule: Rule, source: DecisionTable) -> _Row:
    tests = [
        (index, logic.tests(cell.text, cell.place))
        for index, cell in enumerate(rule.tests)
        if cell.text not in ("", "-")
    ]
    results = tuple(
        logic.typed(logic.text(cell.text, cell.place), clause.type, clause.place)
        for cell, clause in zip(rule.results, source.outputs, strict=True)
    )
    return _Row(rule, tuple(tests), results)


# --- results -------------------------------------------------------------------------------------
def _note(table: _Table, hits: Sequence[_Row], frame: Frame) -> None:
    run = frame.run
    if isinstance(run, DecisionRun):
        run.matched(table.source, [row.rule for row in hits])


def _results(table: _Table, row: _Row, frame: Frame) -> list[Value]:
    values: list[Value] = []
    for code, column in zip(row.results, table.columns, strict=True):
        value = code(frame)
        if column.allowed and value is not None and _priority(column, value, frame) == len(column.allowed):
            frame.run.null(
                f"Quy tắc {row.rule.number} cho giá trị không được phép. / "
                f"Rule {row.rule.number} gives none of ({column.clause.allowed})."
            )
            value = None
        values.append(value)
    return values


def _shape(table: _Table, values: list[Value]) -> Value:
    if not table.named:
        return values[0]
    return {column.clause.name: value for column, value in zip(table.columns, values, strict=True)}


def _no_match(table: _Table, frame: Frame) -> Value:
    defaults = [column.default for column in table.columns]
    if any(default is not None for default in defaults):
        return _shape(table, [default(frame) if default else None for default in defaults])
    if table.source.hit_policy in "ROC" and table.source.aggregation == "":
        return [] if table.source.hit_policy == "C" else None
    if table.source.aggregation == "COUNT":
        return Decimal(0)
    frame.run.null("Không quy tắc nào khớp, bảng không có mặc định. / No rule matches, and the table has no default.")
    return None


def _unique(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    _note(table, hits, frame)
    if len(hits) > 1:
        numbers = ", ".join(str(row.rule.number) for row in hits)
        frame.run.null(
            f"Các quy tắc {numbers} cùng khớp, chỉ được một. / "
            f"Rules {numbers} match, but the hit policy allows one only."
        )
        return None
    return _shape(table, _results(table, hits[0], frame))


def _any(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    _note(table, hits, frame)
    results = [_shape(table, _results(table, row, frame)) for row in hits]
    if any(equal(result, results[0], frame.run) is not True for result in results[1:]):
        frame.run.null(
            "Các quy tắc khớp cho kết quả khác nhau. / "
            "The matching rules give different results; the hit policy asks for the same."
        )
        return None
    return results[0]


def _first(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    _note(table, hits[:1], frame)
    return _shape(table, _results(table, hits[0], frame))


def _priority(column: _Column, value: Value, frame: Frame) -> int:
    """The place of a value among the output values; after the last one when it is none of them."""
    for place, test in enumerate(column.allowed):
        if test(frame, value) is True:
            return place
    return len(column.allowed)


def _by_priority(table: _Table, hits: list[_Row], frame: Frame) -> list[tuple[_Row, list[Value]]]:
    results = [(row, _results(table, row, frame)) for row in hits]

    def key(entry: tuple[_Row, list[Value]]) -> list[int]:
        pairs = zip(table.columns, entry[1], strict=True)
        return [_priority(column, value, frame) for column, value in pairs if column.allowed]

    return sorted(results, key=key)


def _highest(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    row, values = _by_priority(table, hits, frame)[0]
    _note(table, [row], frame)
    return _shape(table, values)


def _rule_order(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    _note(table, hits, frame)
    return [_shape(table, _results(table, row, frame)) for row in hits]


def _output_order(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    ordered = _by_priority(table, hits, frame)
    _note(table, [row for row, _ in ordered], frame)
    return [_shape(table, values) for _, values in ordered]


_AGGREGATES: dict[str, Callable[..., Value]] = {"SUM": total, "MIN": minimum, "MAX": maximum}


def _collect(table: _Table, hits: list[_Row], frame: Frame) -> Value:
    _note(table, hits, frame)
    rows = [_results(table, row, frame) for row in hits]
    aggregation = table.source.aggregation
    if not aggregation:
        return [_shape(table, values) for values in rows]
    if aggregation == "COUNT":
        return Decimal(len(rows))
    columns = [_AGGREGATES[aggregation](frame.run, list(column)) for column in zip(*rows, strict=True)]
    if any(value is None for value in columns):
        frame.run.null(f"{aggregation} không tính được. / {aggregation} has no answer for these results.")
    return _shape(table, columns)


_POLICIES: dict[str, Callable[[_Table, list[_Row], Frame], Value]] = {
    "U": _unique,
    "A": _any,
    "P": _highest,
    "F": _first,
    "R": _rule_order,
    "O": _output_order,
    "C": _collect,
}
