"""The parser's place in the tokens, the names it knows, and how it complains."""

from __future__ import annotations

from functools import lru_cache

from engine.feel.errors import FeelSyntaxError, syntax_error
from engine.feel.lexer import Token, composed, tokenize, unquote
from engine.feel.limits import MAX_NESTING, MAX_NODES, too_large
from engine.feel.names import NameTree

KEYWORDS = frozenset(
    [
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "in",
        "and",
        "or",
        "between",
        "function",
        "true",
        "false",
        "null",
    ]
)

_HINTS = {
    "==": "Bằng nhau viết một dấu `=`. / Equality is a single `=`.",
    "&&": "Viết `and`. / Write `and`.",
    "||": "Viết `or`. / Write `or`.",
    "!": "Phủ định viết `not(…)`. / Negation is `not(…)`.",
    "'": "Chuỗi viết trong dấu nháy kép. / Strings stand in double quotes.",
    "%": "Phần dư viết `modulo(a, b)`. / The remainder is `modulo(a, b)`.",
}


@lru_cache(maxsize=512)
def name_tree(names: frozenset[str]) -> NameTree:
    """The tree of `names`, shared by all expressions compiled against them. Never changed."""
    return NameTree(names)


class Cursor:
    """A walk over the tokens of one expression."""

    def __init__(self, text: str, names: frozenset[str], common: NameTree) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self._depth = 0
        self._nodes = 0
        self._trees = (common, name_tree(names))
        self._local = NameTree()

    # --- tokens ------------------------------------------------------------------------------
    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.index]

    @property
    def column(self) -> int:
        """Where the next token starts, counted from 1."""
        return self.token.offset + 1

    def peek(self, distance: int = 1) -> Token:
        """The token `distance` places ahead, or the closing one."""
        return self.tokens[min(self.index + distance, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Whether the next token is a mark or word among `texts`."""
        token = self.token
        return token.text in texts and token.kind in ("mark", "name")

    def advance(self) -> Token:
        """Read one token."""
        token = self.token
        if token.kind != "end":
            self.index += 1
        return token

    def take(self, *texts: str) -> bool:
        """Read the next token if it is among `texts`."""
        if not self.at(*texts):
            return False
        self.index += 1
        return True

    def expect(self, *texts: str) -> Token:
        """Read the next token, which must be among `texts`."""
        if not self.at(*texts):
            raise self.error(" or ".join(f"`{text}`" for text in texts))
        return self.advance()

    def string(self) -> str:
        """Read a quoted string."""
        if self.token.kind != "string":
            raise self.error("a string in double quotes")
        return unquote(self.advance().text)

    # --- limits and errors -------------------------------------------------------------------
    def descend(self) -> None:
        """One construct deeper; FeelLimitError when nested too deeply."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise too_large("tầng lồng nhau", "levels of nesting", MAX_NESTING)

    def ascend(self) -> None:
        """Out of a construct."""
        self._depth -= 1

    def count_node(self) -> None:
        """One more node of the tree."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise too_large("phần tử cú pháp", "syntax nodes", MAX_NODES)

    def error(self, expected: str) -> FeelSyntaxError:
        """The complaint about the next token."""
        token = self.token
        found = f"`{token.text[:40]}`" if token.kind != "end" else "the end of the text"
        return syntax_error(self.text, token.offset, expected, found, self._hint())

    def _hint(self) -> str:
        here = self.text[self.token.offset : self.token.offset + 2]
        before = self.text[max(0, self.token.offset - 1) : self.token.offset + 1]
        return _HINTS.get(here) or _HINTS.get(before) or _HINTS.get(here[:1], "")

    # --- names -------------------------------------------------------------------------------
    def declare(self, name: str) -> None:
        """A name bound inside the expression becomes known."""
        self._local.add(name)

    def known_name(self) -> tuple[str, int] | None:
        """The longest known name here and the index after it."""
        found = [tree.longest(self.tokens, self.index) for tree in (*self._trees, self._local)]
        return max((hit for hit in found if hit), key=lambda hit: hit[1], default=None)

    def plain_name(self, *, any_word: bool = False) -> tuple[str, int] | None:
        """Adjacent words read as one name, and the index after it; no symbol belongs to it."""
        index = self.index
        words: list[str] = []
        while self._continues_name(index, first=not words, any_word=any_word):
            words.append(self.tokens[index].text)
            index += 1
        return (" ".join(words), index) if words else None

    def _continues_name(self, index: int, *, first: bool, any_word: bool) -> bool:
        token = self.tokens[index]
        if token.kind == "number":
            return not first and token.text.isdigit()
        if token.kind != "name":
            return False
        if first and any_word:
            return True
        if token.text == "instance" and self.tokens[index + 1].text == "of":
            return False
        return token.text not in KEYWORDS

    def name(self, *, any_word: bool = False) -> str | None:
        """Read a name: the longest known one, or all adjacent words; None when there is no name."""
        known = self.known_name()
        plain = self.plain_name(any_word=any_word)
        chosen = known if plain is None or (known is not None and known[1] >= plain[1]) else plain
        if chosen is None:
            return None
        self.index = chosen[1]
        return chosen[0]

    def label(self, *, symbols: bool) -> tuple[str, int] | None:
        """The text up to a colon, as a key or a parameter's name, and the index after the colon."""
        index = self.index
        limit = min(len(self.tokens) - 1, index + 40)
        while index < limit:
            token = self.tokens[index]
            if token.text == ":" and token.kind == "mark" and index > self.index:
                start, end = self.tokens[self.index].offset, token.offset
                return composed(" ".join(self.text[start:end].split())), index + 1
            usable = token.kind in ("name", "number") or (symbols and token.text in "+-*/.'**")
            if not usable or (index == self.index and token.kind == "number"):
                return None
            index += 1
        return None
