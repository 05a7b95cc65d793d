"""What can be said about a decision model without running it: gaps, overlaps, unknown names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from engine.decisions.coverage import (
    MAX_OVERLAPS,
    Grid,
    dead_rules,
    gaps,
    grid_of,
    overlaps,
    shadowed,
)
from engine.decisions.decide import DecisionModel
from engine.decisions.model import DecisionTable, KnowledgeModel, Place
from engine.decisions.regions import NotAnalysableError
from engine.decisions.scopes import Unknown, tables_in, unknown_names


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a designer should look at.

    `kind` is gap, overlap, shadowed, never, undecidable or unknown-name; `severity` error or warning;
    `decision` the id of the decision or knowledge model; `rules` numbers from 1; `place` id and line.
    """

    kind: str
    severity: str
    decision: str
    rules: tuple[int, ...]
    message: str
    place: Place


def findings(model: DecisionModel) -> tuple[Finding, ...]:
    """All findings of a model, in the order of the file."""
    return tuple(_findings(model))


def _findings(model: DecisionModel) -> Iterator[Finding]:
    allowed = {name: item.definition.allowed for name, item in model.types.by_name.items()}
    for key, node in model.nodes.items():
        logic = getattr(node, "logic", None)
        if logic is None:
            continue
        scope = frozenset(model.scope_names(key))
        for unknown in unknown_names(logic, scope, model.names):
            yield _unknown(key, unknown)
        for table in tables_in(logic):
            yield from _table_findings(key, table, model.names, allowed)
        if isinstance(node, KnowledgeModel) and logic.kind != "FEEL":
            yield Finding(
                "undecidable",
                "error",
                key,
                (),
                f"Hàm {logic.kind} không được chạy. / A {logic.kind} function is never run; write it in FEEL.",
                node.place,
            )


def _unknown(decision: str, unknown: Unknown) -> Finding:
    near = f" Có phải / Did you mean `{unknown.near}`?" if unknown.near else ""
    what = ("Không có hàm", "There is no function") if unknown.function else ("Không có tên", "There is no name")
    message = f"{what[0]} `{unknown.name}`. / {what[1]} `{unknown.name}` here.{near}"
    return Finding("unknown-name", "error", decision, (), message, unknown.place)


def _table_findings(
    decision: str, table: DecisionTable, names: frozenset[str], allowed: dict[str, str]
) -> Iterator[Finding]:
    try:
        grid = grid_of(table, names, allowed)
        missing = gaps(grid) if _must_be_complete(table) else []
    except NotAnalysableError as reason:
        yield Finding("undecidable", "warning", decision, (), str(reason), table.place)
        return
    yield from _dead(decision, table, grid)
    yield from _overlapping(decision, table, grid)
    for box in missing:
        yield Finding(
            "gap",
            "warning",
            decision,
            (),
            f"Không quy tắc nào khớp khi / No rule matches when {_conditions(table, box)}.",
            table.place,
        )


def _must_be_complete(table: DecisionTable) -> bool:
    return table.hit_policy in "UAPF" and not any(output.default for output in table.outputs)


def _dead(decision: str, table: DecisionTable, grid: Grid) -> Iterator[Finding]:
    for index in dead_rules(grid):
        rule = table.rules[index]
        message = (
            f"Quy tắc {rule.number} không bao giờ khớp: một ô nằm ngoài giá trị của cột. / "
            f"Rule {rule.number} never matches: a cell lies outside its column's values."
        )
        yield Finding("never", "error", decision, (rule.number,), message, rule.place)


def _overlapping(decision: str, table: DecisionTable, grid: Grid) -> Iterator[Finding]:
    if table.hit_policy == "F":
        for later, earlier in shadowed(grid):
            yield _shadow(decision, table, later, earlier)
    if table.hit_policy not in "UA":
        return
    pairs = overlaps(grid)
    if table.hit_policy == "A":
        pairs = (pair for pair in pairs if _results(table, pair[0]) != _results(table, pair[1]))
    for first, second, box in islice(pairs, MAX_OVERLAPS):
        one, two = table.rules[first], table.rules[second]
        message = (
            f"Quy tắc {one.number} và {two.number} cùng khớp khi / Rules {one.number} and {two.number} "
            f"both match when {_conditions(table, box)}."
        )
        yield Finding("overlap", "error", decision, (one.number, two.number), message, two.place)


def _shadow(decision: str, table: DecisionTable, later: int, earlier: int) -> Finding:
    one, two = table.rules[earlier], table.rules[later]
    message = (
        f"Quy tắc {two.number} không bao giờ được dùng: quy tắc {one.number} luôn khớp trước. / "
        f"Rule {two.number} is never used: rule {one.number} always matches before it."
    )
    return Finding("shadowed", "warning", decision, (one.number, two.number), message, two.place)


def _results(table: DecisionTable, index: int) -> tuple[str, ...]:
    return tuple(cell.text for cell in table.rules[index].results)


def _conditions(table: DecisionTable, box: tuple[str, ...]) -> str:
    parts = [f"{clause.label}: {text}" for clause, text in zip(table.inputs, box, strict=True) if text != "-"]
    return "; ".join(parts) or "(mọi giá trị / whatever is given)"
