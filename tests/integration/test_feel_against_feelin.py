"""The same expressions answered by our FEEL and by @bpmn-io/feelin, which editors and browsers use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any, NoReturn

import pytest

from engine.feel import compile_expression, compile_unary_tests, from_feel

HERE = Path(__file__).parent / "feelin"
MODULES = Path(__file__).parents[2] / "web" / "node_modules"


def _lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _modules() -> Path:
    modules = Path(os.environ.get("MOTCUA_NODE_MODULES") or MODULES)
    if not (modules / "@bpmn-io" / "feelin").is_dir():
        _missing(f"{modules} has no @bpmn-io/feelin; run `npm ci` in web/ first")
    return modules


def _missing(reason: str) -> NoReturn:
    """Skip, loudly; fail where the run must not go on without it (MOTCUA_TEST_REQUIRE contains "feelin")."""
    if "feelin" in os.environ.get("MOTCUA_TEST_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(f"FEEL WAS NOT COMPARED with @bpmn-io/feelin: {reason}")


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    return dict(json.loads((HERE / "context.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def answers(context: dict[str, Any]) -> dict[str, Any]:
    """What the other implementation answers to all expressions and tests."""
    modules = _modules()
    node = shutil.which("node")
    if node is None:
        _missing("there is no node on this machine")
    question = {
        "modules": str(modules),
        "context": context,
        "expressions": _lines("expressions.txt"),
        "tests": [[part.strip() for part in line.split("⊢")] for line in _lines("tests.txt")],
    }
    done = subprocess.run(
        [node, str(HERE / "evaluate.mjs")],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _same(ours: object, theirs: object) -> bool:
    """Equal, numbers to twelve digits because theirs are doubles."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= 1e-12 * max(1.0, abs(ours))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_same(ours[key], theirs[key]) for key in ours)
    return ours == theirs


def _agrees(ours: object, theirs: dict[str, Any]) -> bool:
    return "error" not in theirs and _same(ours, theirs["value"])


def test_at_least_three_hundred_expressions_are_compared() -> None:
    assert len(set(_lines("expressions.txt"))) >= 300


def test_every_expression_gives_the_same_answer_or_an_explained_one(
    context: dict[str, Any], answers: dict[str, Any]
) -> None:
    explained = json.loads((HERE / "differences.json").read_text(encoding="utf-8"))
    names = frozenset(context)
    different: dict[str, tuple[object, object]] = {}
    for text, theirs in zip(_lines("expressions.txt"), answers["expressions"], strict=True):
        ours = from_feel(compile_expression(text, names).evaluate(context))
        if not _agrees(ours, theirs):
            different[text] = (ours, theirs)
    assert {text: pair for text, pair in different.items() if text not in explained} == {}
    if gone := set(explained) - set(different):
        warnings.warn(f"no longer different, remove from differences.json: {gone}", stacklevel=1)


def test_every_unary_test_gives_the_same_answer(context: dict[str, Any], answers: dict[str, Any]) -> None:
    different: list[object] = []
    for line, theirs in zip(_lines("tests.txt"), answers["tests"], strict=True):
        value, text = (part.strip() for part in line.split("⊢"))
        ours = compile_unary_tests(text).matches(compile_expression(value).evaluate(context), context)
        if not _agrees(ours, theirs):
            different.append((line, ours, theirs))
    assert different == []
