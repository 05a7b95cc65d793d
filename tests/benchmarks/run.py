"""Runs every benchmark and prints a table and JSON; fails when a figure is beyond its limit.

A bench_*.py has a function `benchmarks()` that gives figures: name, value, unit, limit, and `at_least` true where the
value must not lie below the limit.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Run the benchmarks whose file name holds one of `wanted` (all without any); 1 when a limit is broken."""
    figures = [
        {"file": path.stem, **figure}
        for path in sorted(HERE.glob("bench_*.py"))
        if not wanted or any(word in path.stem for word in wanted)
        for figure in _load(path).benchmarks()
    ]
    broken = [figure for figure in figures if not kept(figure)]
    for figure in figures:
        sign = "≥" if figure.get("at_least") else "≤"
        mark = "ok  " if kept(figure) else "OVER"
        print(f"{mark} {figure['name']}: {figure['value']} {figure['unit']} ({sign} {figure['limit']})")
    print(json.dumps(figures, ensure_ascii=False))
    return 1 if broken else 0


def kept(figure: dict[str, Any]) -> bool:
    """Whether a figure is within its limit."""
    if figure.get("at_least"):
        return bool(figure["value"] >= figure["limit"])
    return bool(figure["value"] <= figure["limit"])


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"expected {path} to be a Python file, found something else")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
