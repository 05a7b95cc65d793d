"""The part of Markdown that forms use, as blocks a template can write out: no HTML ever passes through.

Headings, paragraphs, lists, bold, italic, links, rules. Everything else stays the text it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

BlockKind = Literal["heading", "paragraph", "bullets", "numbers", "rule"]

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"[-*+]\s+(.*)")
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(.*)")
_RULE = re.compile(r"(-{3,}|\*{3,}|_{3,})")
_INLINE = re.compile(
    r"\\(?P<escaped>[^\w\s])"
    r"|\*\*(?P<bold>(?:\\.|[^*\\\n])*)\*\*"
    r"|(?<!\w)[*_](?P<italic>(?:\\.|[^*_\\\n])+)[*_](?!\w)"
    r"|\[(?P<text>(?:\\.|[^\]\\\n])+)\]\((?P<href>[^()\s]+)\)"
)
_LINK = re.compile(r"https://[^\s\"'<>]+|/(?!/)[^\s\"'<>]*|#[\w-]+|mailto:[^\s\"'<>]+|tel:[+\d .-]+")
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!<>|~])")


@dataclass(frozen=True, slots=True)
class Run:
    """Some text of one kind."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `lines` holds one line of runs, or one for each item of a list. `level` is a heading's, 1 to 6."""

    kind: BlockKind
    lines: tuple[tuple[Run, ...], ...] = ()
    level: int = 0


def escape(text: str) -> str:
    """`text` so that Markdown shows it as it is, on one line: what a person typed is never markup."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def blocks(source: str) -> tuple[Block, ...]:
    """Markdown as blocks."""
    return tuple(_blocks(source))


def _blocks(source: str) -> Iterator[Block]:
    paragraph: list[str] = []
    items: list[str] = []
    kind: BlockKind = "bullets"
    for line in [*(line.strip() for line in source.splitlines()), ""]:
        found, text = _kind(line)
        if items and found != kind:
            yield Block(kind, tuple(tuple(runs(item)) for item in items))
            items = []
        if paragraph and found != "paragraph":
            yield Block("paragraph", (tuple(runs(" ".join(paragraph))),))
            paragraph = []
        if found in {"bullets", "numbers"}:
            kind = "bullets" if found == "bullets" else "numbers"
            items.append(text)
        elif found == "paragraph":
            paragraph.append(text)
        elif found == "heading":
            yield Block("heading", (tuple(runs(text)),), len(line) - len(line.lstrip("#")))
        elif found == "rule":
            yield Block("rule")


def _kind(line: str) -> tuple[str, str]:
    if not line:
        return "", ""
    if _RULE.fullmatch(line):
        return "rule", ""
    for kind, pattern in (("bullets", _BULLET), ("numbers", _NUMBER)):
        if found := pattern.fullmatch(line):
            return kind, found[1]
    if heading := _HEADING.fullmatch(line):
        return "heading", heading[2]
    return "paragraph", line


def runs(text: str) -> Iterator[Run]:
    """One line's text with bold, italic and links told apart."""
    position = 0
    plain = ""
    for found in _INLINE.finditer(text):
        plain += text[position : found.start()]
        position = found.end()
        if found["escaped"] is not None:
            plain += found["escaped"]
            continue
        if plain:
            yield Run(plain)
            plain = ""
        if (special := _special(found)).text:  # nothing is left of "**{{ name }}**" while there is no name
            yield special
    if rest := plain + text[position:]:
        yield Run(rest)


def _special(found: re.Match[str]) -> Run:
    if found["bold"] is not None:
        return Run(_unescaped(found["bold"]), bold=True)
    if found["italic"] is not None:
        return Run(_unescaped(found["italic"]), italic=True)
    href = found["href"]
    return Run(_unescaped(found["text"]), href=href if _LINK.fullmatch(href) else "")


def _unescaped(text: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", text)
