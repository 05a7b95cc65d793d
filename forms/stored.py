"""What an answer is before any rule: its type, and the stored value where a person may not write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms.definition import FormDefinition
from forms.evaluation import Node, Resolution, resolve
from forms.fields import Component, ComputedField, DynamicList, Field, Path, in_scope
from forms.paths import at, get, put, set_at
from forms.rules import AnswerContext, flag
from forms.values import RefusalError, is_several, read


def typed(definition: FormDefinition, raw: Mapping[str, object], context: AnswerContext) -> dict[str, object]:
    """The well-formed answers by type, without any rule of the form; ill-formed and unknown ones are left out."""
    return _typed_scope(definition.components, raw, context)


def _typed_scope(
    components: Sequence[Component], raw: Mapping[str, object], context: AnswerContext
) -> dict[str, object]:
    values: dict[str, object] = {}
    for item in in_scope(components):
        found = get(raw, item.path)
        if isinstance(item, DynamicList):
            rows = found[: item.max_rows + 1] if isinstance(found, list) else []
            inner = [_typed_scope(item.components, row if isinstance(row, Mapping) else {}, context) for row in rows]
            put(values, item.path, inner)
        else:
            put(values, item.path, _read_or_none(item, found, context))
    return values


def _read_or_none(field: Field, value: object, context: AnswerContext) -> object:
    if isinstance(field, ComputedField):
        return value  # what is stored; a check computes it anew
    try:
        return read(field, value, context.zone, context.now)
    except RefusalError:
        return [] if is_several(field) else None


def stored_over(definition: FormDefinition, answers: Mapping[str, object], context: AnswerContext) -> dict[str, object]:
    """The answers with stored values where a person may not write: readonly and disabled fields."""
    current = dict(answers)
    for _ in range(3):  # what is readonly may depend on what is readonly
        resolution = resolved(definition, current, context)
        kept = {
            node.path: _stored(node.component, node.path, context)
            for node in resolution.walk()
            if isinstance(node.component, Field) and is_kept(node)
        }
        if all(at(current, path) == value for path, value in kept.items()):
            break
        for path, value in kept.items():
            set_at(current, path, value)
    return current


def is_kept(node: Node) -> bool:
    """Whether the person may not write here."""
    component = node.component
    return isinstance(component, Field) and (
        flag(component.readonly, node.scope) or flag(component.disabled, node.scope)
    )


def _stored(field: Field, path: Path, context: AnswerContext) -> object:
    for source in (context.stored, context.data):
        value = at(source, path)
        if value is not None:
            return _read_or_none(field, value, context)
    return _read_or_none(field, field.default, context)


def resolved(definition: FormDefinition, answers: Mapping[str, object], context: AnswerContext) -> Resolution:
    """The form over typed answers: what shows, what is computed."""
    return resolve(definition.components, answers, context.data, context.now)
