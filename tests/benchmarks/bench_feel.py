"""How much processor time conditions and tables take. Run as a script, prints JSON."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from time import process_time

from engine.decisions import DecisionModel, load
from engine.feel import compile_expression

CONDITION = 'area > 100 and district = "Q1" and documents.count <= 5'
DOSSIER = {"area": 150, "district": "Q1", "documents": {"count": 3}}
ROWS, COLUMNS = 20, 5
_URI = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def _median_microseconds(action: Callable[[], object], times: int, rounds: int = 21) -> float:
    samples = []
    for _ in range(rounds):
        started = process_time()
        for _ in range(times):
            action()
        samples.append((process_time() - started) / times * 1e6)
    return statistics.median(samples)


def table_model() -> DecisionModel:
    """Twenty rules over five columns of five kinds of cells; the last rule is the one that matches."""
    names = [f"x{number}" for number in range(COLUMNS)]
    data = "".join(f'<inputData id="{name}" name="{name}"/>' for name in names)
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name in names
    )
    columns = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in names)
    rules = "".join(_rule(row) for row in range(ROWS))
    return load(
        f'<definitions xmlns="{_URI}">{data}<decision id="d" name="d">{needs}'
        f"<decisionTable>{columns}<output/>{rules}</decisionTable></decision></definitions>".encode()
    )


def _rule(row: int) -> str:
    cells = (f"[{row * 10}..{row * 10 + 200}]", '"a", "b"', "&gt;= 0", "-" if row % 2 else "not(7)", f"{row}")
    entries = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
    return f"<rule>{entries}<outputEntry><text>{row}</text></outputEntry></rule>"


def benchmarks() -> list[dict[str, object]]:
    """The measures, each with its name, value, unit and limit."""
    condition = compile_expression(CONDITION)
    model = table_model()
    inputs = {"x0": 195, "x1": "b", "x2": 5, "x3": 1, "x4": ROWS - 1}
    if condition.evaluate(DOSSIER) is not True or model.decide("d", inputs).value != ROWS - 1:
        raise AssertionError("the benchmark does not compute what it should")
    texts = iter(f"x + {number} > y and z" for number in range(10_000_000))
    return [
        {
            "name": "feel.condition_of_three_terms",
            "value": round(_median_microseconds(lambda: condition.evaluate(DOSSIER), 2_000), 2),
            "unit": "µs",
            "limit": 5,
        },
        {
            "name": "dmn.table_20_by_5",
            "value": round(_median_microseconds(lambda: model.decide("d", inputs), 100), 1),
            "unit": "µs",
            "limit": 200,
        },
        {
            "name": "feel.compile_new_condition",
            "value": round(_median_microseconds(lambda: compile_expression(next(texts)), 50, rounds=11), 1),
            "unit": "µs",
            "limit": 1_000,
        },
    ]


if __name__ == "__main__":
    json.dump(benchmarks(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
