"""Running the cases of the DMN Technology Compatibility Kit from a folder that holds a copy of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from engine.decisions.decide import Decision, DecisionModel, load
from engine.decisions.errors import DecisionModelError
from engine.decisions.parser import Element, parse_test_cases
from engine.feel.errors import FeelError
from engine.feel.limits import Run
from engine.feel.operators import equal
from engine.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.text import text_of
from engine.feel.values import Value

_TOLERANCE = Decimal("1e-8")
_TABLE = "decisionTable"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One expected result of one case; `reason` says what came instead when it did not pass."""

    level: str
    suite: str
    case: str
    node: str
    passed: bool
    reason: str
    table: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Passed and total of one compliance level; `table_*` count the cases of models with tables alone."""

    level: str
    passed: int
    total: int
    table_passed: int
    table_total: int


def run_folder(folder: Path, *, now: dt.datetime | None = None) -> list[CaseResult]:
    """Run every test file below `folder` whose path names a compliance level."""
    results: list[CaseResult] = []
    for path in sorted(folder.rglob("*.xml")):
        level = next((part for part in path.parts if part.startswith("compliance-level-")), "")
        if level:
            results.extend(_run_file(path, level, now))
    return results


def tally(results: list[CaseResult]) -> list[Tally]:
    """Passed and total by level."""
    tallies: list[Tally] = []
    for level in sorted({result.level for result in results}):
        own = [result for result in results if result.level == level]
        tables = [result for result in own if result.table]
        passed = sum(result.passed for result in own)
        tallies.append(Tally(level, passed, len(own), sum(r.passed for r in tables), len(tables)))
    return tallies


def _run_file(path: Path, level: str, now: dt.datetime | None) -> Iterator[CaseResult]:
    root = parse_test_cases(path.read_bytes())
    name = root.first("modelName")
    model_path = path.parent / (name.text.strip() if name else "")
    model: DecisionModel | None = None
    failure = ""
    table = model_path.is_file() and _TABLE.encode() in model_path.read_bytes()
    try:
        model = load_with_neighbours(model_path)
    except (DecisionModelError, FeelError, OSError) as error:
        failure = f"the model does not load: {error}"
    for case in root.all("testCase"):
        for node in case.all("resultNode"):
            reason = failure if model is None else _check(model, case, node, now)
            yield CaseResult(level, path.parent.name, case.get("id"), node.get("name"), not reason, reason, bool(table))


def load_with_neighbours(path: Path) -> DecisionModel:
    """The model of a file, its imports found among the other DMN files of the folder."""
    others = {p: p.read_bytes() for p in sorted(path.parent.glob("*.dmn")) if p != path}
    loaded: list[DecisionModel] = []
    for _ in range(len(others)):
        before = len(others)
        for other in list(others):
            try:
                loaded.append(load(others[other], imports=loaded))
            except (DecisionModelError, FeelError):
                continue
            del others[other]
        if len(others) == before:
            break
    return load(path.read_bytes(), imports=loaded)


def _check(model: DecisionModel, case: Element, node: Element, now: dt.datetime | None) -> str:
    """Why the case fails, "" when it passes."""
    try:
        inputs = {item.get("name"): value_of(item) for item in case.all("inputNode")}
        decision = model.decide(case.get("invocableName") or node.get("name"), inputs, now=now)
    except (DecisionModelError, FeelError) as error:
        return "" if node.get("errorResult") == "true" else f"{type(error).__name__}: {error}"
    return _compare(node, _output(decision.value, node.get("name")), decision)


def _output(value: Value, name: str) -> Value:
    """One output of a decision service with several, when the case asks for that one by name."""
    return value[name] if isinstance(value, dict) and name in value else value


def _compare(node: Element, value: Value, decision: Decision) -> str:
    holder = node.first("expected")
    wanted = value_of(holder) if holder else None
    run = Run()
    if _same(wanted, value, run):
        return ""
    problems = "; ".join(problem.message for problem in decision.problems[:3])
    return f"expected {text_of(wanted, run)[:120]}, got {text_of(value, run)[:120]} {problems}".strip()


def _same(wanted: Value, found: Value, run: Run) -> bool:
    if isinstance(wanted, Decimal) and isinstance(found, Decimal):
        return abs(wanted - found) <= _TOLERANCE * max(Decimal(1), abs(wanted))
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(_same(a, b, run) for a, b in zip(wanted, found, strict=True))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(_same(wanted[key], found[key], run) for key in wanted)
    return equal(wanted, found, run) is True


def value_of(element: Element) -> Value:
    """The value written in a test file's `value`, `component` or `list` children."""
    if element.get("nil") == "true":
        return None
    components = element.all("component")
    if components:
        return {component.get("name"): value_of(component) for component in components}
    items = element.first("list")
    if items is not None:
        return None if items.get("nil") == "true" else [value_of(item) for item in items.all("item")]
    value = element.first("value")
    return _plain(value) if value is not None else None


def _plain(value: Element) -> Value:
    if value.get("nil") == "true":
        return None
    kind = value.get("type").rpartition(":")[2]
    text = value.text if kind in ("string", "") else value.text.strip()
    if kind == "boolean":
        return text in ("true", "1")
    if kind in ("decimal", "double", "integer", "int", "float", "long"):
        return _number(text)
    parse = {"date": parse_date, "time": parse_time, "dateTime": parse_date_time, "duration": parse_duration}
    return parse[kind](text) if kind in parse else text


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
