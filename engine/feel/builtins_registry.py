"""How functions of the standard are declared; the families fill BUILTINS when they are imported."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from engine.feel.values import Builtin, Parameter, Signature, Value

BUILTINS: dict[str, Builtin] = {}
"""All functions of the standard by name."""

_F = TypeVar("_F", bound=Callable[..., Value])


def builtin(name: str, *parameters: str) -> Callable[[_F], _F]:
    """Declare one signature of the function `name`; several declarations make several signatures.

    A parameter is written `name: kind`, with `kind|kind` for a choice, a `?` at the end when it may be
    left out, a `!` when null may stand for it, and `…` before the name when it takes all further arguments.
    The implementation is called with the run and the arguments.
    """

    def register(implementation: _F) -> _F:
        variadic = bool(parameters) and parameters[-1].startswith("…")
        signature = Signature(tuple(_parameter(text) for text in parameters), implementation, variadic)
        known = BUILTINS.get(name)
        signatures = (*(known.signatures if known else ()), signature)
        BUILTINS[name] = Builtin(name, tuple(sorted(signatures, key=lambda s: s.variadic)))
        return implementation

    return register


@lru_cache(maxsize=512)
def _parameter(text: str) -> Parameter:
    name, _, kinds = text.removeprefix("…").partition(": ")
    bare = kinds.rstrip("?!")
    return Parameter(name, tuple(bare.split("|")), "?" in kinds, "!" in kinds)
