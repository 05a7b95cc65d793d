"""The names a model uses, so that FEEL reads names of several words and with symbols as one."""

from __future__ import annotations

from collections.abc import Iterator as Walk
from dataclasses import fields, is_dataclass

from engine.decisions.model import (
    Definitions,
    Import,
    ItemDefinition,
    Iterator,
    OutputClause,
    Relation,
    Variable,
)


def names_of(definitions: Definitions) -> frozenset[str]:
    """All names of variables, parameters, components, columns and imports of a model."""
    return frozenset(name for name in _names(definitions) if name)


def _names(part: object) -> Walk[str]:
    if isinstance(part, tuple):
        for item in part:
            yield from _names(item)
        return
    if not is_dataclass(part):
        return
    if isinstance(part, Variable | ItemDefinition | OutputClause | Import):
        yield part.name
    elif isinstance(part, Iterator):
        yield part.variable
    elif isinstance(part, Relation):
        yield from part.columns
    for field in fields(part):
        yield from _names(getattr(part, field.name))
