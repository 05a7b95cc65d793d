"""Reads the same thing once, where the parts of a page ask for it one after the other."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")
_KNOWN = "known from before"  # known of the session: what has been read, by what was asked


def remember(session: Session) -> None:
    """From now on, what is asked through `once` is read once; only for a session that writes nothing."""
    session.info.setdefault(_KNOWN, {})


def once(session: Session, asked: Hashable, load: Callable[[], T]) -> T:
    """What `load` reads; what it read before under the same `asked`, in a session that remembers."""
    known: dict[Hashable, T] | None = session.info.get(_KNOWN)
    if known is None:
        return load()
    if asked not in known:
        known[asked] = load()
    return known[asked]
