"""Strings: taking apart, putting together and matching."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.builtins_registry import builtin
from engine.feel.limits import Run
from engine.feel.patterns import compile_pattern, split_text, substitute
from engine.feel.text import text_of
from engine.feel.values import Value


@builtin("string", "from: any")
def string(run: Run, value: Value) -> str | None:
    """The text of a value; null for null."""
    return None if value is None else text_of(value, run)


@builtin("string length", "string: string")
def string_length(_: Run, text: str) -> Decimal:
    """The number of characters."""
    return Decimal(len(text))


@builtin("substring", "string: string", "start position: number", "length: number?")
def substring(_: Run, text: str, start: Decimal, length: Decimal | None) -> str | None:
    """Characters from a position counted from 1, or from -1 at the end."""
    first = int(start) if start.adjusted() < 12 else len(text) + 1
    if first == 0 or abs(first) > len(text) or (length is not None and length < 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if length is None or length > len(text):
        return text[begin:]
    return text[begin : begin + int(length)]


@builtin("upper case", "string: string")
def upper_case(_: Run, text: str) -> str:
    """The text in capitals."""
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(_: Run, text: str) -> str:
    """The text in small letters."""
    return text.lower()


@builtin("substring before", "string: string", "match: string")
def substring_before(_: Run, text: str, match: str) -> str:
    """What stands before the first `match`; empty when there is none."""
    before, found, _rest = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string", "match: string")
def substring_after(_: Run, text: str, match: str) -> str:
    """What stands after the first `match`; empty when there is none."""
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string", "match: string")
def contains(_: Run, text: str, match: str) -> bool:
    """Whether `match` occurs."""
    return match in text


@builtin("starts with", "string: string", "match: string")
def starts_with(_: Run, text: str, match: str) -> bool:
    """Whether the text begins with `match`."""
    return text.startswith(match)


@builtin("ends with", "string: string", "match: string")
def ends_with(_: Run, text: str, match: str) -> bool:
    """Whether the text ends with `match`."""
    return text.endswith(match)


@builtin("trim", "string: string")
def trim(_: Run, text: str) -> str:
    """The text without white space at its ends (not of the standard; forms use it)."""
    return text.strip()


@builtin("string join", "list: list", "delimiter: string!")
@builtin("string join", "list: list")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> str | None:
    """The strings of a list in a row; nulls are left out."""
    texts = [item for item in items if item is not None]
    if any(not isinstance(text, str) for text in texts):
        return None
    glue = delimiter or ""
    run.charge_text(sum(map(len, texts)) + len(glue) * len(texts))
    return glue.join(texts)


@builtin("string join", "list: list", "delimiter: string!", "prefix: string!", "suffix: string!")
def string_join_wrapped(
    run: Run, items: list[Value], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str | None:
    """As `string join`, with something before and after."""
    joined = string_join(run, items, delimiter)
    return None if joined is None else f"{prefix or ''}{joined}{suffix or ''}"


@builtin("split", "string: string", "delimiter: string")
def split(run: Run, text: str, delimiter: str) -> list[str] | None:
    """The parts between the matches of a pattern."""
    pattern = compile_pattern(delimiter, "")
    return None if pattern is None else split_text(pattern, text, run)


@builtin("matches", "input: string", "pattern: string", "flags: string?!")
def matches(run: Run, text: str, pattern: str, flags: str | None) -> bool | None:
    """Whether the pattern occurs in the text."""
    compiled = compile_pattern(pattern, flags or "")
    if compiled is None:
        return None
    run.charge_text(len(text))
    return compiled.search(text) is not None


@builtin("replace", "input: string", "pattern: string", "replacement: string", "flags: string?!")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None) -> str | None:
    """The text with every match replaced; `$1` is what the first group matched."""
    compiled = compile_pattern(pattern, flags or "")
    if compiled is None:
        return None
    return substitute(compiled, text, replacement, run, literal="q" in (flags or ""))
