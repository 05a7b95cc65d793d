"""Boxed expressions of a DMN file: literal expressions, tables, contexts, functions, loops."""

from __future__ import annotations

from collections.abc import Callable

from engine.decisions.errors import DecisionModelError
from engine.decisions.model import (
    Boxed,
    Conditional,
    ContextEntry,
    ContextExpression,
    DecisionTable,
    FilterExpression,
    FunctionDefinition,
    InputClause,
    Invocation,
    Iterator,
    ListExpression,
    LiteralExpression,
    OutputClause,
    Place,
    Relation,
    Rule,
    Variable,
)
from engine.decisions.parser import Element

_POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = ("", "SUM", "MIN", "MAX", "COUNT")


def place(element: Element) -> Place:
    """Where the element stands."""
    return Place(element.id, element.line)


def text_of(element: Element | None) -> str:
    """The content of the element's `text` child, or its own text (DMN 1.1), stripped."""
    if element is None:
        return ""
    child = element.first("text")
    return (child.text if child else element.text).strip()


def type_name(reference: str, root: Element) -> str:
    """A type reference as a name: a prefix bound to FEEL or to this model is dropped."""
    reference = reference.strip().strip("{}")
    prefix, colon, local = reference.partition(":")
    if not colon:
        return reference
    uri = root.prefixes.get(prefix, "")
    if "/FEEL" in uri or prefix == "feel" or uri == root.get("namespace") or not uri:
        return local
    return f"{prefix}.{local}"


def boxed(element: Element, root: Element) -> Boxed:
    """The boxed expression of an element. Raises DecisionModelError for a kind there is none of."""
    read = _READERS.get(element.tag)
    if read is None:
        raise DecisionModelError(
            f"Không hỗ trợ {element.tag}. / There is no boxed expression {element.tag}",
            element_id=element.id,
            line=element.line,
            advice=f"Dùng một trong / Use one of: {', '.join(_READERS)}.",
        )
    return read(element, root)


def _child(element: Element, root: Element, *wrappers: str) -> Boxed:
    """The expression inside the first wrapper element, or directly inside when no wrapper is named."""
    holder = element.first(*wrappers) if wrappers else element
    inner = holder.first(*BOXED) if holder else None
    if inner is None:
        what = wrappers[0] if wrappers else element.tag
        raise DecisionModelError(
            f"Thiếu biểu thức trong {what}. / There is no expression in {what}",
            element_id=element.id,
            line=element.line,
            advice="Điền biểu thức còn thiếu. / Fill in the missing expression.",
        )
    return boxed(inner, root)


def _type(element: Element, root: Element) -> str:
    return type_name(element.get("typeRef"), root)


def refuse_other_languages(element: Element) -> None:
    """Raise DecisionModelError when the element asks for an expression language other than FEEL."""
    language = element.get("expressionLanguage")
    if language and "feel" not in language.lower():
        raise DecisionModelError(
            f"Ngôn ngữ {language} không được hỗ trợ. / The language {language} is not supported",
            element_id=element.id,
            line=element.line,
            advice="Viết biểu thức bằng FEEL. / Write the expression in FEEL.",
        )


def _literal(element: Element, root: Element) -> Boxed:
    refuse_other_languages(element)
    return LiteralExpression(place(element), text_of(element), _type(element, root))


def _variable(element: Element | None, root: Element) -> Variable | None:
    if element is None:
        return None
    return Variable(" ".join(element.get("name").split()), _type(element, root))


def _context(element: Element, root: Element) -> Boxed:
    entries = tuple(
        ContextEntry(_variable(entry.first("variable"), root), _child(entry, root))
        for entry in element.all("contextEntry")
    )
    return ContextExpression(place(element), entries, _type(element, root))


def _invocation(element: Element, root: Element) -> Boxed:
    bindings: list[tuple[str, Boxed | None]] = []
    for binding in element.all("binding"):
        parameter = binding.first("parameter")
        value = binding.first(*BOXED)
        name = parameter.get("name") if parameter else ""
        bindings.append((name, boxed(value, root) if value else None))
    return Invocation(place(element), _child(element, root), tuple(bindings), _type(element, root))


def function(element: Element, root: Element) -> FunctionDefinition:
    """A function definition, also the encapsulated logic of a knowledge model."""
    inner = element.first(*BOXED)
    kind = {"F": "FEEL", "J": "Java", "P": "PMML"}.get(element.get("kind"), element.get("kind") or "FEEL")
    parameters = tuple(
        Variable(" ".join(child.get("name").split()), _type(child, root)) for child in element.all("formalParameter")
    )
    return FunctionDefinition(
        place(element), kind, parameters, boxed(inner, root) if inner else None, _type(element, root)
    )


def _relation(element: Element, root: Element) -> Boxed:
    columns = tuple(" ".join(column.get("name").split()) for column in element.all("column"))
    rows = tuple(tuple(boxed(cell, root) for cell in row.all(*BOXED)) for row in element.all("row"))
    for row, source in zip(rows, element.all("row"), strict=True):
        if len(row) != len(columns):
            raise _uneven(source, len(columns), len(row))
    return Relation(place(element), columns, rows, _type(element, root))


def _uneven(element: Element, wanted: int, found: int) -> DecisionModelError:
    return DecisionModelError(
        f"Dòng có {found} ô, cần {wanted}. / The row has {found} cells, expected {wanted}",
        element_id=element.id,
        line=element.line,
        advice="Thêm hoặc bớt ô cho đủ cột. / Add or remove cells to fit the columns.",
    )


def _list(element: Element, root: Element) -> Boxed:
    items = tuple(boxed(item, root) for item in element.all(*BOXED))
    return ListExpression(place(element), items, _type(element, root))


def _conditional(element: Element, root: Element) -> Boxed:
    return Conditional(
        place(element),
        _child(element, root, "if"),
        _child(element, root, "then"),
        _child(element, root, "else"),
        _type(element, root),
    )


def _filter(element: Element, root: Element) -> Boxed:
    return FilterExpression(
        place(element), _child(element, root, "in"), _child(element, root, "match"), _type(element, root)
    )


def _iterator(element: Element, root: Element) -> Boxed:
    return Iterator(
        place(element),
        element.tag,
        element.get("iteratorVariable"),
        _child(element, root, "in"),
        _child(element, root, "return", "satisfies"),
        _type(element, root),
    )


# --- decision tables -----------------------------------------------------------------------------
def _table(element: Element, root: Element) -> Boxed:
    policy = element.get("hitPolicy", "UNIQUE") or "UNIQUE"
    aggregation = element.get("aggregation")
    if policy not in _POLICIES or aggregation not in _AGGREGATIONS:
        raise DecisionModelError(
            f"Không có hit policy {policy} {aggregation}. / There is no hit policy {policy} {aggregation}",
            element_id=element.id,
            line=element.line,
            advice=f"Dùng / Use: {', '.join(_POLICIES)}; {', '.join(_AGGREGATIONS[1:])}.",
        )
    inputs = tuple(_input(clause, root) for clause in element.all("input"))
    outputs = tuple(_output(clause, root) for clause in element.all("output"))
    rules = tuple(
        _rule(rule, number, (len(inputs), len(outputs))) for number, rule in enumerate(element.all("rule"), 1)
    )
    if not outputs:
        raise DecisionModelError(
            "Bảng không có cột kết quả. / The table has no output",
            element_id=element.id,
            line=element.line,
            advice="Thêm một cột kết quả. / Add an output column.",
        )
    return DecisionTable(place(element), _POLICIES[policy], aggregation, inputs, outputs, rules, _type(element, root))


def _input(element: Element, root: Element) -> InputClause:
    expression = element.first("inputExpression")
    if expression is not None:
        refuse_other_languages(expression)
    return InputClause(
        place(element),
        element.get("label") or text_of(expression),
        text_of(expression),
        _type(expression, root) if expression else "",
        text_of(element.first("inputValues")),
    )


def _output(element: Element, root: Element) -> OutputClause:
    return OutputClause(
        place(element),
        " ".join(element.get("name").split()),
        _type(element, root),
        text_of(element.first("outputValues")),
        text_of(element.first("defaultOutputEntry")),
    )


def _rule(element: Element, number: int, widths: tuple[int, int]) -> Rule:
    tests = tuple(_cell(cell) for cell in element.all("inputEntry"))
    results = tuple(_cell(cell) for cell in element.all("outputEntry"))
    if len(tests) != widths[0]:
        raise _uneven(element, widths[0], len(tests))
    if len(results) != widths[1]:
        raise _uneven(element, widths[1], len(results))
    notes = [text_of(note) for note in element.all("annotationEntry")] or [text_of(element.first("description"))]
    return Rule(place(element), number, tests, results, "; ".join(note for note in notes if note))


def _cell(element: Element) -> LiteralExpression:
    refuse_other_languages(element)
    return LiteralExpression(place(element), text_of(element))


_READERS: dict[str, Callable[[Element, Element], Boxed]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "functionDefinition": function,
    "relation": _relation,
    "list": _list,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
}
BOXED = tuple(_READERS)
