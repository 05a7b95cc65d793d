"""Regular expressions of XPath, run by RE2 in linear time.

Look-around and back-references need an engine that can run for ever, so they are not offered:
such a pattern gives null.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

from engine.feel.limits import Run

MAX_PATTERN = 2_000
_FLAGS = frozenset("smixq")
_SUBTRACTION = re.compile(r"\[([^\[\]]*)-\[([^\[\]^]*)\]\]")
_CLASSES = {
    r"\i": r"[\p{L}_:]",
    r"\I": r"[^\p{L}_:]",
    r"\c": r"[\p{L}\p{N}\p{M}_:.\-]",
    r"\C": r"[^\p{L}\p{N}\p{M}_:.\-]",
    r"\d": r"\p{Nd}",
    r"\D": r"\P{Nd}",
}
_LINE_CHAR = r"[^\n\r]"
_REFERENCE = re.compile(r"\\([\\$])|\$(\d{1,2})|([\\$])")


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, flags: str) -> Any | None:
    """The compiled pattern, or None when pattern or flags are not valid or not supported."""
    if len(pattern) > MAX_PATTERN or set(flags) - _FLAGS:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    prefix = "(?m)" if "m" in flags else ""
    try:
        source = re.escape(pattern) if "q" in flags else _translated(pattern, extended="x" in flags, dots="s" in flags)
        return re2.compile(prefix + source, options)  # type: ignore[no-untyped-call]  # re2 has no types
    except (re2.error, ValueError):
        return None


def _translated(pattern: str, *, extended: bool, dots: bool) -> str:
    """The XPath pattern in RE2's spelling."""
    text = _SUBTRACTION.sub(_subtract, _without_space(pattern) if extended else pattern)
    text = text.replace(r"\p{IsBasicLatin}", "[\t-\x7f]")
    out: list[str] = []
    depth = 0
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\":
            pair = text[index : index + 2]
            out.append(_escape(pair, inside=depth > 0))
            index += 2
            continue
        if char == "[":
            depth += 1
        elif char == "]":
            depth = max(0, depth - 1)
        out.append(_LINE_CHAR if char == "." and not depth and not dots else char)
        index += 1
    return "".join(out)


def _without_space(pattern: str) -> str:
    """The pattern without white space outside of character classes, as the flag `x` asks."""
    kept: list[str] = []
    depth = 0
    for char in pattern:
        depth += (char == "[") - (char == "]")
        if depth > 0 or not char.isspace():
            kept.append(char)
    return "".join(kept)


def _escape(pair: str, *, inside: bool) -> str:
    if len(pair) == 1 or pair[1] in "QEAzbBZGabefx0":
        raise ValueError(pair)  # Perl escapes that XPath does not have
    replacement = _CLASSES.get(pair)
    if replacement is None:
        return pair
    return replacement[1:-1] if inside and replacement[0] == "[" else replacement


def _subtract(match: re.Match[str]) -> str:
    """`[A-Z-[OI]]` as the characters that remain; only for plain characters and spans."""
    kept = _members(match.group(1)) - _members(match.group(2))
    return "[" + "".join(re.escape(char) for char in sorted(kept)) + "]"


def _members(text: str) -> set[str]:
    if "\\" in text or len(text) > 200:
        raise ValueError(text)
    found: set[str] = set()
    index = 0
    while index < len(text):
        if text[index + 1 : index + 2] == "-" and index + 2 < len(text):
            first, last = ord(text[index]), ord(text[index + 2])
            if last - first > 2_000:
                raise ValueError(text)
            found.update(map(chr, range(first, last + 1)))
            index += 3
        else:
            found.add(text[index])
            index += 1
    return found


def split_text(pattern: Any, text: str, run: Run) -> list[str] | None:
    """The parts of `text` between matches; None when the pattern matches nothing at all."""
    if pattern.search("") is not None:
        return None
    parts: list[str] = []
    place = 0
    for match in pattern.finditer(text):
        run.charge(1)
        parts.append(text[place : match.start()])
        place = match.end()
    parts.append(text[place:])
    return parts


def substitute(pattern: Any, text: str, replacement: str, run: Run, *, literal: bool) -> str | None:
    """`text` with matches replaced; None when the pattern matches the empty string or `$` stands alone."""
    if pattern.search("") is not None:
        return None
    pieces = [replacement] if literal else _pieces(replacement, pattern.groups)
    if pieces is None:
        return None
    out: list[str] = []
    place = length = 0
    for match in pattern.finditer(text):
        made = [p if isinstance(p, str) else match.group(p) or "" for p in pieces]
        out.extend((text[place : match.start()], *made))
        length += match.start() - place + sum(map(len, made))
        run.charge(1)
        run.charge_text(length)
        place = match.end()
    out.append(text[place:])
    run.charge_text(length + len(text) - place)
    return "".join(out)


def _pieces(replacement: str, groups: int) -> list[str | int] | None:
    pieces: list[str | int] = []
    place = 0
    for match in _REFERENCE.finditer(replacement):
        pieces.append(replacement[place : match.start()])
        place = match.end()
        if match.group(3):
            return None
        if match.group(1):
            pieces.append(match.group(1))
        else:
            pieces.extend(_group(match.group(2), groups))
    pieces.append(replacement[place:])
    return pieces


def _group(digits: str, groups: int) -> list[str | int]:
    if int(digits) <= groups:
        return [int(digits)]
    if len(digits) == 2 and int(digits[0]) <= groups:
        return [int(digits[0]), digits[1]]
    return [""]
