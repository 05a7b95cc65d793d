"""The project's own source files, parsed, for tests that read code."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "forms", "api")


@dataclass(frozen=True)
class Module:
    """A source file: `path` relative to the project, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return len(self.text.splitlines())

    def imports(self) -> set[str]:
        """The full names of what is imported anywhere in the file."""
        names: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        return names

    def calls(self) -> list[tuple[str, int]]:
        """What is called, as written (`session.commit`, `eval`), and on which line."""
        return [(ast.unparse(node.func), node.lineno) for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    """Every Python file of the engine, the forms and the API."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    texts = [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]
    return [Module(name, text, ast.parse(text, name)) for name, text in texts]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT
