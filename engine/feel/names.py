"""Names of several words: finding the longest known one, and the nearest one to a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.feel.errors import FeelError
from engine.feel.lexer import Token, tokenize

_END = ""  # no token but the closing one has an empty text


class NameTree:
    """Known names as a tree of their tokens, so that the longest one is found in one walk."""

    __slots__ = ("_root",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._root: dict[str, object] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make `name` known; one that no expression can spell, such as `a"b`, is passed over."""
        try:
            tokens = tokenize(name)[:-1]
        except FeelError:
            return
        if not tokens:
            return
        node = self._root
        for token in tokens:
            branch = node.setdefault(token.text, {})
            node = branch if isinstance(branch, dict) else {}
        node[_END] = name

    def longest(self, tokens: Sequence[Token], start: int) -> tuple[str, int] | None:
        """The longest known name at `start` and the index after it, or None."""
        node: object = self._root
        found: tuple[str, int] | None = None
        index = start
        while isinstance(node, dict):
            name = node.get(_END)
            if isinstance(name, str):
                found = (name, index)
            text = tokens[index].text
            if not text or index >= len(tokens) - 1:
                break
            node = node.get(text)
            index += 1
        return found


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None when none is near."""
    return _nearest(name, tuple(known))


@lru_cache(2048)  # a condition on what nobody has answered yet asks the same each time a form is shown
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    wanted = _plain(name)
    best: tuple[int, str] | None = None
    allowed = max(1, len(wanted) // 3)
    for candidate in known:
        plain = _plain(candidate)
        if abs(len(plain) - len(wanted)) > allowed:
            continue
        distance = _distance(wanted, plain, allowed)
        if distance <= allowed and (best is None or (distance, candidate) < best):
            best = (distance, candidate)
    return best[1] if best else None


def _plain(name: str) -> str:
    return "".join(name.split()).replace("_", "").casefold()[:80]


def _distance(left: str, right: str, limit: int) -> int:
    """Edit distance with neighbours swapped as one edit; more than `limit` may be cut short."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, previous = previous, row
    return previous[-1]
