"""Regular expressions of a form, run by RE2: its time grows with the text alone, so no answer can stall us."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import re2

EMAIL: Final = r"^[^\s@<>()\[\],;:\\\"]{1,64}@([\pL\pN]([\pL\pN-]{0,61}[\pL\pN])?\.)+[\pL\pN]([\pL\pN-]{0,61}[\pL\pN])$"
PHONE: Final = r"^((\+|00)[1-9](?:[ .-]?\d){7,14}|0(?:[ .-]?\d){8,10})$"


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)  # type: ignore[no-untyped-call]  # unannotated


def trouble(pattern: str) -> str:
    """Why RE2 cannot run `pattern`, in the library's words; "" when it can."""
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` is found anywhere in `text`, as JavaScript's RegExp.test does."""
    return _compiled(pattern).search(text) is not None
