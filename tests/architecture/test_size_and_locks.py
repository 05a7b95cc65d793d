"""Yardsticks: short modules and functions, pinned and address-free locks.

They hold because short things read well. Where the code reads better long, it is named here with the reason;
a reason that is no longer needed is taken away again.
"""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

LONGEST_MODULE = 300
LONGEST_FUNCTION = 60

LONG_MODULES = {
    "engine/persistence/tables.py": "the whole schema in one place, read from top to bottom",
    "engine/model.py": "the nouns that every layer speaks of; one place to look each up",
    "engine/runtime/facts.py": "one reader for each table of procedure.toml, side by side",
    "engine/deadlines/calendar.py": "the calendar and the reading of its data, which are checked against each other",
    "engine/decisions/decide.py": "the walk through a decision model: its parts call each other in turn",
    "engine/feel/builtins_lists.py": "the list functions of FEEL, one after the other, as the standard has them",
    "engine/feel/parser.py": "one grammar, one recursive descent: a rule split off would be read beside it anyway",
    "forms/components.py": "one reader for each kind of form-js component, side by side",
    "forms/fields.py": "one value for each kind of field, side by side",
}
LONG_FUNCTIONS: dict[str, str] = {}

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "web/package-lock.json")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def hand_written(modules: list[Any]) -> list[Any]:
    """Without migrations: they are written once, in one go, and never read by other code."""
    return [module for module in modules if "/migrations/" not in module.path]


def functions(modules: list[Any]) -> Iterator[tuple[str, Function]]:
    for module in hand_written(modules):
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield f"{module.path}:{node.name}", node


def check(found: dict[str, int], allowed: dict[str, str]) -> None:
    assert {name: size for name, size in found.items() if name not in allowed} == {}, "too much; see the yardsticks"
    assert set(allowed) <= set(found), "an exception that is no longer needed: remove it from the list"


def test_modules_are_short_or_say_why(modules: list[Any]) -> None:
    long = {module.path: module.lines for module in hand_written(modules) if module.lines > LONGEST_MODULE}
    check(long, LONG_MODULES)


def test_functions_are_short_or_say_why(modules: list[Any]) -> None:
    sizes = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions(modules)}
    check({name: size for name, size in sizes.items() if size > LONGEST_FUNCTION}, LONG_FUNCTIONS)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_address(lock: str, root: Path) -> None:
    """Then it works with every registry and mirror, and with none of them able to slip in something else."""
    text = (root / lock).read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S+", text) == []
    assert "sha256:" in text or "sha512-" in text


def test_every_direct_dependency_is_pinned_exactly(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *chain(*project["dependency-groups"].values())]
    assert [one for one in wanted if not re.fullmatch(r"[\w-]+(\[[\w,]+\])?==[\w.]+", one)] == []
    web = json.loads((root / "web/package.json").read_text(encoding="utf-8"))
    versions = {**web["dependencies"], **web["devDependencies"]}
    assert {name: one for name, one in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", one)} == {}
