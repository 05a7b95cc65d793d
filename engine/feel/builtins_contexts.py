"""Contexts, and what is asked of any value."""

from __future__ import annotations

import datetime as dt

from engine.feel.builtins_registry import builtin
from engine.feel.limits import Run
from engine.feel.operators import equal
from engine.feel.values import Value, kind


@builtin("get value", "m: context", "key: string")
def get_value(_: Run, context: dict[str, Value], key: str) -> Value:
    """The entry of that name, null when there is none."""
    return context.get(key)


@builtin("get value", "context: context", "keys: list")
def get_value_by_path(_: Run, context: dict[str, Value], keys: list[Value]) -> Value:
    """The entry reached through a list of names."""
    value: Value = context if keys else None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) and isinstance(key, str) else None
    return value


@builtin("get entries", "m: context")
def get_entries(_: Run, context: dict[str, Value]) -> list[dict[str, Value]]:
    """The entries as a list of contexts with key and value."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list")
def context_from_entries(_: Run, entries: list[Value]) -> dict[str, Value] | None:
    """The context of a list of contexts with key and value; null when a key is missing or repeated."""
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            return None
        if entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put", "context: context", "key: string", "value: any")
def context_put(_: Run, context: dict[str, Value], key: str, value: Value) -> dict[str, Value]:
    """The context with one entry set."""
    return {**context, key: value}


@builtin("context put", "context: context", "keys: list", "value: any")
def context_put_by_path(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    """The context with an entry set that is reached through a list of names."""
    if not keys or len(keys) > 60 or not isinstance(keys[0], str):
        return None
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if inner is None:
        inner = {}
    if not isinstance(inner, dict):
        return None
    made = context_put_by_path(run, inner, keys[1:], value)
    return None if made is None else {**context, keys[0]: made}


@builtin("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Value]) -> dict[str, Value] | None:
    """The contexts in one; a later entry stands before an earlier one of the same name."""
    merged: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        run.charge(len(context))
        merged.update(context)
    return merged


@builtin("is", "value1: any?", "value2: any?")
def is_same(run: Run, left: Value, right: Value) -> bool:
    """Whether two values are the same to the last detail: also the time zone of a time."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, dt.datetime | dt.time):
        return bool(str(left) == str(right) and str(left.tzinfo) == str(right.tzinfo))
    return equal(left, right, run) is True


@builtin("is defined", "value: any")
def is_defined(_: Run, value: Value) -> bool:
    """Whether there is a value (not of the standard; forms use it)."""
    return value is not None


@builtin("get or else", "value: any", "default: any")
def get_or_else(_: Run, value: Value, default: Value) -> Value:
    """The value, or the default for null (not of the standard; forms use it)."""
    return default if value is None else value
