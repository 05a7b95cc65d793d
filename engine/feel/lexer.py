"""Text to tokens. Names of several words are put together by the parser, which knows the names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from engine.feel.errors import syntax_error
from engine.feel.limits import MAX_TEXT, too_large

# Character classes of DMN 1.5, 10.3.1.2, rules 28 to 30 and 61 to 62.
_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\u0009-\u000d\u0020\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_TOKEN = re.compile(
    rf"""(?P<skip>[{_SPACE}]+|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<name>[{_START}][{_PART}]*)
    |(?P<mark>\*\*|\.\.|<=|>=|!=|->|/\*|.)""",
    re.VERBOSE | re.DOTALL,
)

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `kind` is number, string, name, mark or end; `offset` counts from 0."""

    kind: str
    text: str
    offset: int


@lru_cache(maxsize=512)
def tokenize(text: str) -> tuple[Token, ...]:
    """All tokens of `text`, closed by one of kind `end`. Raises FeelSyntaxError, FeelLimitError."""
    if len(text) > MAX_TEXT:
        raise too_large("ký tự của biểu thức", "characters of an expression", MAX_TEXT)
    stray = _SURROGATE.search(text)
    if stray is not None:
        raise syntax_error(text, stray.start(), "a Unicode character", "half of a surrogate pair")
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        kind = match.lastgroup if match else None
        if match is None or kind is None:  # every character is at least a mark
            raise syntax_error(text, position, "a FEEL token", repr(text[position]))
        if kind != "skip":
            _refuse_unclosed(text, match.group(), position)
            lexeme = match.group()
            tokens.append(Token(kind, composed(lexeme) if kind == "name" else lexeme, position))
        position = match.end()
    tokens.append(Token("end", "", len(text)))
    return tuple(tokens)


def composed(name: str) -> str:
    """A name with its diacritics composed (NFC), so that two ways of typing it are one name."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _refuse_unclosed(text: str, lexeme: str, position: int) -> None:
    if lexeme == '"':
        raise syntax_error(text, position, 'a closing quote `"`', "the end of the text")
    if lexeme == "/*":
        raise syntax_error(text, position, "a closing `*/`", "the end of the text")


def unquote(lexeme: str) -> str:
    """The string meant by a quoted lexeme: escapes replaced, surrogate pairs joined."""
    body = lexeme[1:-1]
    if "\\" not in body:
        return body
    joined = _ESCAPE.sub(_unescape, body)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match.group()
    return _SIMPLE.get(code, match.group())
