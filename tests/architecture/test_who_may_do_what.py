"""Rules of the architecture that a reader of one file could break without noticing. Layers are kept by
import-linter (pyproject.toml); here stands what concerns single calls and libraries."""

import graphlib
from typing import Any

import grimp
import pytest

CLOCK = "engine/clock.py"
COMMITTER = "engine/persistence/transaction.py"
MIGRATIONS = "engine/persistence/migrations/"

# Library -> the files or folders that may import it.
DOORS = {
    "flask": ("api/",),
    "flask_babel": ("api/",),
    "flask_limiter": ("api/",),
    "flask_smorest": ("api/",),
    "flask_sqlalchemy": ("api/",),
    "flask_wtf": ("api/",),
    "werkzeug": ("api/",),
    # XML from outside goes through the hardened reader; what follows it in the runtime reads the same tree.
    "lxml": (
        # reading BPMN is several short modules; none of them is asked for outside these two folders
        "engine/runtime/",
        "engine/decisions/",
    ),
    # One library interprets BPMN, and one folder knows it: it can be patched or replaced there.
    "SpiffWorkflow": ("engine/runtime/",),
    # A ticker in each process; what is due is decided by a query.
    "apscheduler": ("engine/deadlines/scheduler.py",),
    # Regular expressions that people write run in linear time or not at all.
    "re2": ("forms/", "engine/feel/patterns.py"),
    "typst": ("forms/",),
    "alembic": ("engine/persistence/",),
    "argon2": ("engine/organisation/",),
}

# Leaf -> what of the engine it may know.
LEAVES = {
    "engine/feel/": ("engine.feel", "engine.text", "engine.errors"),
    "engine/decisions/": ("engine.decisions", "engine.feel", "engine.errors"),
    "engine/deadlines/": ("engine.deadlines", "engine.errors"),
    "forms/": ("engine.feel",),
}
NOT_LEAVES = ("engine/deadlines/sweep.py", "engine/deadlines/scheduler.py")

# Imports inside a function, which close a circle that reading order could not avoid.
CLOSING = {("engine.feel.values", "engine.feel.text"): "a value can write itself as text; text needs the values"}


def breaches(modules: list[Any], asked: set[str], allowed: tuple[str, ...]) -> list[str]:
    return [
        f"{module.path}:{line} calls {name}()"
        for module in modules
        if not module.path.startswith(allowed)
        for name, line in module.calls()
        if name in asked or name.rpartition(".")[2] in {one.removeprefix("*.") for one in asked if one[0] == "*"}
    ]


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_known_behind_its_own_door_only(library: str, modules: list[Any]) -> None:
    knowing = {m.path for m in modules if any(name.split(".")[0] == library for name in m.imports())}
    assert sorted(path for path in knowing if not path.startswith(DOORS[library])) == []


def test_only_the_clock_asks_what_time_it_is(modules: list[Any]) -> None:
    """Otherwise no test, no simulation and no recount of an old dossier could stand in another moment."""
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
    spelt_out = {f"datetime.{name}" for name in clocks} | {"dt.datetime.now", "dt.date.today"}
    assert breaches(modules, clocks | spelt_out, (CLOCK,)) == []


def test_only_one_place_begins_and_commits_transactions(modules: list[Any]) -> None:
    """An event and the change it tells of are in one transaction; a second committer could split them."""
    assert breaches(modules, {"*.commit", "*.begin", "*.begin_nested"}, (COMMITTER, MIGRATIONS)) == []


def test_nothing_evaluates_python_that_comes_from_outside(modules: list[Any]) -> None:
    """Only FEEL is evaluated: diagrams, forms and tables are data."""
    assert breaches(modules, {"eval", "exec", "compile", "__import__", "pickle.loads", "*.from_string"}, ()) == []


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_leaf_knows_nothing_of_dossiers_and_databases(leaf: str, modules: list[Any]) -> None:
    """FEEL, decisions, the statutory clock and forms are pure: the same input gives the same answer on every
    machine, in the designer's browser test as in a lawsuit ten years later."""
    known = {
        f"{module.path} imports {name}"
        for module in modules
        if module.path.startswith(leaf) and module.path not in NOT_LEAVES
        for name in module.imports()
        if name.startswith(("engine.", "sqlalchemy", "SpiffWorkflow", "api.")) and not name.startswith(LEAVES[leaf])
    }
    assert sorted(known) == []


def test_no_module_needs_itself(modules: list[Any]) -> None:
    """A cycle of imports is two modules that are one."""
    graph = grimp.build_graph("engine", "forms", "api", exclude_type_checking_imports=True, cache_dir=None)
    for importer, imported in CLOSING:
        graph.remove_import(importer=importer, imported=imported)
    needs = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    graphlib.TopologicalSorter(needs).prepare()  # raises CycleError, which names the cycle
