"""The part of the grammar that names types."""

from __future__ import annotations

from engine.feel.ast import TypeRef
from engine.feel.cursor import Cursor
from engine.feel.names import NameTree

BUILT_IN_TYPES = frozenset(
    [
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
        "Any",
        "Null",
        "list",
        "context",
        "function",
        "range",
    ]
)
_TREE = NameTree(BUILT_IN_TYPES | {"dateTime", "dayTimeDuration", "yearMonthDuration"})


def parse_type(cursor: Cursor) -> TypeRef:
    """Read a type: `number`, `list<string>`, `context<a: number>`, `function<number> -> string`, a named one."""
    cursor.descend()
    name = _type_name(cursor)
    arguments: tuple[TypeRef, ...] = ()
    fields: tuple[tuple[str, TypeRef], ...] = ()
    result: TypeRef | None = None
    if cursor.at("<") and name in ("list", "range", "context", "function"):
        cursor.advance()
        if name == "context":
            fields = _fields(cursor)
        else:
            arguments = _arguments(cursor)
        cursor.expect(">")
        if name == "function":
            cursor.expect("->")
            result = parse_type(cursor)
    cursor.ascend()
    return TypeRef(name, arguments, fields, result)


def _type_name(cursor: Cursor) -> str:
    known = _TREE.longest(cursor.tokens, cursor.index)
    if known is not None:
        plain = cursor.plain_name(any_word=True)
        if plain is None or plain[1] <= known[1]:
            cursor.index = known[1]
            return known[0]
    name = cursor.name(any_word=True)
    if name is None:
        raise cursor.error("the name of a type")
    while cursor.take("."):
        name = f"{name}.{cursor.name(any_word=True)}"
    return name


def _arguments(cursor: Cursor) -> tuple[TypeRef, ...]:
    arguments: list[TypeRef] = []
    while not cursor.at(">"):
        arguments.append(parse_type(cursor))
        if not cursor.take(","):
            break
    return tuple(arguments)


def _fields(cursor: Cursor) -> tuple[tuple[str, TypeRef], ...]:
    fields: list[tuple[str, TypeRef]] = []
    while not cursor.at(">"):
        label = cursor.label(symbols=True)
        if label is None:
            raise cursor.error("a key followed by `:`")
        name, cursor.index = label
        fields.append((name, parse_type(cursor)))
        if not cursor.take(","):
            break
    return tuple(fields)
