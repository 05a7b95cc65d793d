"""Answers as lines to read: for checking before filing, for the dossier's page and for letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms.definition import FormDefinition
from forms.display import shown
from forms.evaluation import Node
from forms.fields import DynamicList, Field, FileField, Group
from forms.i18n import WORDS
from forms.paths import at, name_of
from forms.rules import AnswerContext
from forms.stored import resolved, stored_over, typed


@dataclass(frozen=True, slots=True)
class Line:
    """One question and its answer. `name` is the field's path; `documents` are ids of attached documents."""

    name: str
    label: str
    value: str
    documents: tuple[str, ...] = ()


def lines(
    definition: FormDefinition, values: Mapping[str, object], context: AnswerContext, lang: str = "vi"
) -> tuple[Line, ...]:
    """Every shown field with its answer, "" where there is none; rows of lists are numbered."""
    answers = stored_over(definition, typed(definition, values, context), context)
    resolution = resolved(definition, answers, context)
    return tuple(_lines(resolution.nodes, resolution.values, context, lang))


def _lines(nodes: Iterable[Node], values: Mapping[str, object], context: AnswerContext, lang: str) -> Iterator[Line]:
    for node in nodes:
        if node.hidden:
            continue
        if isinstance(node.component, Group):
            yield from _lines(node.children, values, context, lang)
        elif isinstance(node.component, DynamicList):
            for row in node.rows:
                yield from _lines(row, values, context, lang)
        elif isinstance(node.component, Field):
            yield _line(node, node.component, at(values, node.path), (context, lang))


def _line(node: Node, field: Field, value: object, reader: tuple[AnswerContext, str]) -> Line:
    context, lang = reader
    label = field.label.render(node.scope).get(lang) if field.label else field.id
    rows = [str(step + 1) for step in node.path if isinstance(step, int)]
    if rows:
        label = f"{label} ({WORDS['row'].get(lang).lower()} {'.'.join(rows)})"
    documents = tuple(str(item) for item in value) if isinstance(field, FileField) and isinstance(value, list) else ()
    return Line(name_of(node.path), label, shown(field, value, node.scope, context, lang), documents)
