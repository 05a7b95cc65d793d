"""All families of built-in functions, imported so that they are declared."""

from __future__ import annotations

from engine.feel import (
    builtins_contexts,
    builtins_lists,
    builtins_numbers,
    builtins_ranges,
    builtins_strings,
    builtins_temporal,
)
from engine.feel.builtins_registry import BUILTINS

FAMILIES = (
    builtins_contexts,
    builtins_lists,
    builtins_numbers,
    builtins_ranges,
    builtins_strings,
    builtins_temporal,
)

__all__ = ["BUILTINS", "FAMILIES"]
