"""Values inside nested answers, and the names that pages give them: `group.field`, `list[0].field`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from forms.fields import Path

_STEP = re.compile(r"\.?([^\W\d]\w*)|\[(\d{1,4})\]")


def get(values: Mapping[str, object], path: Sequence[str]) -> object:
    """The value at `path`, None where the way ends early."""
    at: object = values
    for name in path:
        if not isinstance(at, Mapping):
            return None
        at = at.get(name)
    return at


def has(values: Mapping[str, object], path: Sequence[str]) -> bool:
    """Whether something, be it null, stands at `path`."""
    holder = get(values, path[:-1])
    return isinstance(holder, Mapping) and path[-1] in holder


def put(values: dict[str, object], path: Sequence[str], value: object) -> None:
    """Set the value at `path`, making the objects on the way."""
    at = values
    for name in path[:-1]:
        following = at.get(name)
        if not isinstance(following, dict):
            following = {}
            at[name] = following
        at = following
    at[path[-1]] = value


def name_of(path: Path) -> str:
    """The path as a page writes it."""
    written = ""
    for step in path:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written


def path_of(name: str) -> Path | None:
    """The path that a page's name stands for; None when it is no such name."""
    path: list[str | int] = []
    position = 0
    while position < len(name):
        step = _STEP.match(name, position)
        if step is None or (not path and step.group(1) is None):
            return None
        if step.group(1) is not None and path and name[position] != ".":
            return None
        path.append(step.group(1) if step.group(1) is not None else int(step.group(2)))
        position = step.end()
    return tuple(path) or None


def at(values: object, path: Path) -> object:
    """The value at a path that may lead into rows; None where the way ends early."""
    for step in path:
        if isinstance(step, int):
            values = values[step] if isinstance(values, list) and step < len(values) else None
        else:
            values = values.get(step) if isinstance(values, Mapping) else None
    return values


def set_at(values: Any, path: Path, value: object) -> None:
    """Set the value at a path that may lead into rows that are there."""
    for index, step in enumerate(path[:-1]):
        if isinstance(step, str) and isinstance(values, dict) and values.get(step) is None:
            values[step] = [] if isinstance(path[index + 1], int) else {}
        values = values[step]
    values[path[-1]] = value
