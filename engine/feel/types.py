"""Types: whether a value is an instance of one, and what is made of it when one is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from engine.feel.ast import TypeRef
from engine.feel.limits import Run
from engine.feel.temporal import midnight
from engine.feel.values import Builtin, Function, Range, Value, kind

_SYNONYMS = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "any": "Any",
}
_SIMPLE = frozenset(
    [
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    ]
)
ANY = TypeRef("Any")


class NamedType(Protocol):
    """A type defined outside the expression, such as a DMN item definition."""

    def conforms(self, value: Value, run: Run) -> bool:
        """Whether `value` is an instance."""

    def coerce(self, value: Value, run: Run) -> Value:
        """`value` as an instance, or None when it cannot be one."""


def conforms(value: Value, ref: TypeRef, run: Run) -> bool | None:
    """`value instance of ref`; None when there is no such type."""
    name = _SYNONYMS.get(ref.name, ref.name)
    if name == "Null":
        return value is None
    named = _named(name, run)
    if named is not None:
        return named.conforms(value, run)
    if name == "Any":
        return value is not None
    if name in _SIMPLE:
        return kind(value) == name
    structure = _STRUCTURES.get(name)
    return structure(value, ref, run) if structure else None


def _named(name: str, run: Run) -> NamedType | None:
    types: Mapping[str, object] | None = run.types
    found = types.get(name) if types else None
    return found if found is not None and hasattr(found, "conforms") else None  # type: ignore[return-value]


def _is_list(value: Value, ref: TypeRef, run: Run) -> bool:
    if not isinstance(value, list):
        return False
    run.charge(len(value))
    return not ref.arguments or all(_fits(item, ref.arguments[0], run) for item in value)


def _fits(value: Value, ref: TypeRef, run: Run) -> bool:
    return ref.name in ("Any", "any") or conforms(value, ref, run) is True


def _is_context(value: Value, ref: TypeRef, run: Run) -> bool:
    if not isinstance(value, dict):
        return False
    return all(name in value and _fits_or_null(value[name], field, run) for name, field in ref.fields)


def _fits_or_null(value: Value, ref: TypeRef, run: Run) -> bool:
    return value is None or _fits(value, ref, run)


def _is_range(value: Value, ref: TypeRef, run: Run) -> bool:
    if not isinstance(value, Range):
        return False
    ends = [end for end in (value.low, value.high) if end is not None]
    return not ref.arguments or all(_fits(end, ref.arguments[0], run) for end in ends)


def _is_function(value: Value, ref: TypeRef, run: Run) -> bool:
    if isinstance(value, Builtin):
        return ref.result is None or any(len(ref.arguments) == len(s.parameters) for s in value.signatures)
    if not isinstance(value, Function):
        return False
    if ref.result is None:
        return True
    if len(ref.arguments) != len(value.parameters):
        return False
    pairs = zip(ref.arguments, value.parameters, strict=True)
    return all(_accepts(wanted, declared) for wanted, (_, declared) in pairs) and _gives(value, ref.result)


def _accepts(wanted: TypeRef, declared: Value) -> bool:
    return declared is None or declared in (wanted, ANY)


def _gives(value: Function, wanted: TypeRef) -> bool:
    return wanted == ANY or value.result_type is None or value.result_type == wanted


_STRUCTURES = {"list": _is_list, "context": _is_context, "range": _is_range, "function": _is_function}


def coerce(value: Value, ref: TypeRef, run: Run) -> Value:
    """`value` as an instance of `ref` by the implicit conversions of the standard, else None.

    A list of one becomes its element, a value a list of one, and a date the midnight it starts with.
    """
    named = _named(ref.name, run)
    if named is not None:
        return named.coerce(value, run)
    if value is None or ref.name in ("Any", "any") or conforms(value, ref, run):
        return value
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], ref, run):
        return value[0]
    if ref.name == "list" and conforms([value], ref, run):
        return [value]
    if _SYNONYMS.get(ref.name, ref.name) == "date and time" and type(value) is dt.date:
        return midnight(value)
    return None
