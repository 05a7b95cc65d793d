"""What an answer is before any rule: its type, and the stored value where a person may not write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forms.definition import FormDefinition
from forms.evaluation import Node, Resolution, resolve
from forms.fields import (
    ChoiceField,
    Component,
    ComputedField,
    DynamicList,
    Field,
    Path,
    Scope,
    in_scope,
    token,
)
from forms.paths import at, get, put, set_at
from forms.rules import AnswerContext, flag, options
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
    """The answers with stored values where a person may not write (readonly and disabled fields), and with options'
    own values where a page could only post their text."""
    current = dict(answers)
    for _ in range(3):  # what is readonly may depend on what is readonly, and so may choices
        resolution = resolved(definition, current, context)
        settled = dict(_settled(resolution, current, context))
        if all(at(current, path) == value for path, value in settled.items()):
            break
        for path, value in settled.items():
            set_at(current, path, value)
    return current


def _settled(
    resolution: Resolution, answers: Mapping[str, object], context: AnswerContext
) -> Iterator[tuple[Path, object]]:
    for node in resolution.walk():
        component = node.component
        if isinstance(component, Field) and is_kept(node):
            yield node.path, _stored(component, node.path, context)
        elif isinstance(component, ChoiceField) and not component.options.fixed and not node.hidden:
            value = at(answers, node.path)
            if isinstance(value, str | list) and value:
                yield node.path, _chosen(component, value, node.scope, context)


def _chosen(field: ChoiceField, value: str | list[object], scope: Scope, context: AnswerContext) -> object:
    """The offered values that were meant; what is not offered stays for the rules to refuse."""
    offered = {option.token: option.value for option in options(field, scope, context.data)}
    if isinstance(value, list):
        return [offered.get(token(one), one) for one in value]
    return offered.get(value, value)


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
