"""What was read up to a minute ago: a list is looked at far more often than what its filters offer changes."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from cachetools import TTLCache
from flask import current_app

T = TypeVar("T")
_SECONDS, _MOST = 60, 1_000  # how long, and how many answers an application keeps


def lately(asked: Hashable, load: Callable[[], T]) -> T:
    """What `load` reads, or read up to a minute ago under the same `asked`, whoever it was read for.

    What decides the answer belongs into `asked`, the units of whoever asks above all.
    """
    kept: _Kept = current_app.extensions.setdefault("motcua-lately", _Kept())
    return kept.read(asked, load)


class _Kept:
    """Answers; where there are too many, those that were asked for longest ago are dropped."""

    def __init__(self) -> None:
        self._answers: TTLCache[Hashable, Any] = TTLCache(_MOST, _SECONDS)
        self._lock = threading.Lock()

    def read(self, asked: Hashable, load: Callable[[], T]) -> T:
        with self._lock:
            known: T | None = self._answers.get(asked)
        if known is None:
            known = load()
            with self._lock:
                self._answers[asked] = known
        return known
