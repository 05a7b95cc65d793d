"""Checks what a person answered: raw data in, clean data or problems in two languages out.

What comes out is JSON-able and always has the same shape: every shown field is there (None, [] or False when not
answered), hidden and disabled fields are not. Days, times and moments are ISO 8601 text. Numbers are JSON numbers: int
when whole, else float. They have at most 15 digits, so that the float's shortest text is the number as it was typed,
which is what FEEL reads; a form that serialises a number to text gets decimal text of up to 28 digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms.definition import FormDefinition
from forms.evaluation import Node, Resolution
from forms.fields import Component, ComputedField, DynamicList, Field, in_scope
from forms.i18n import Text
from forms.loading import load
from forms.paths import at, get, has, name_of, put
from forms.posted import Action, action, from_html
from forms.problems import FieldProblem, InvalidAnswers, is_holder, told
from forms.rules import AnswerContext, DocumentRef, flag
from forms.stored import resolved, stored_over, typed
from forms.values import (
    MAX_ITEMS,
    MAX_TEXT,
    AmbiguousNumber,
    RefusalError,
    is_blank,
    is_several,
    jsonable,
    read,
)

__all__ = [
    "Action",
    "AnswerContext",
    "DocumentRef",
    "FieldProblem",
    "InvalidAnswers",
    "action",
    "check",
    "check_draft",
    "from_html",
]


def check(definition: FormDefinition, raw: Mapping[str, object], context: AnswerContext) -> dict[str, object]:
    """Clean data from what was sent as JSON.

    Refused are: unknown and disabled fields, fields that the other answers hide, and whatever breaks a rule. Computed
    fields are computed here, readonly ones keep their stored value, whatever was sent. Raises InvalidAnswers.
    """
    if not isinstance(raw, Mapping):
        raise InvalidAnswers([told((), RefusalError("object"), Text(definition.title(), definition.title("en")))])
    answers = stored_over(definition, typed(definition, raw, context), context)
    for _ in range(3):  # a choice may become another value than was sent ("1" becomes 1) and show other fields
        resolution = resolved(definition, answers, context)
        loaded = load(resolution, raw, context)
        answers = stored_over(definition, loaded, context)
        settled = resolved(definition, answers, context)
        if settled.hidden == resolution.hidden:
            break
    keep_assertions(settled)
    return _clean(settled)


def check_draft(definition: FormDefinition, raw: Mapping[str, object]) -> dict[str, object]:
    """What is worth keeping of unfinished answers; never refuses.

    Unknown keys and values of a wrong shape are dropped. Text in a number or date field is kept as typed, so that
    nobody loses what they wrote. Rules and conditions are not applied.
    """
    return _draft_scope(definition.components, raw) if isinstance(raw, Mapping) else {}


def _clean(resolution: Resolution) -> dict[str, object]:
    values = jsonable(resolution.values)
    if not isinstance(values, dict):
        return {}
    disabled = [node for node in resolution.walk() if not node.hidden and _is_disabled(node)]
    for node in disabled:
        holder = at(values, node.path[:-1])
        if isinstance(holder, dict):
            holder.pop(str(node.path[-1]), None)
    return values


def _is_disabled(node: Node) -> bool:
    return isinstance(node.component, Field) and flag(node.component.disabled, node.scope)


def keep_assertions(resolution: Resolution) -> None:
    """Evaluate our own `assert` rules over well-formed answers. Raises InvalidAnswers.

    The rule of a field without an answer is not asked: whether there must be one is `required`'s business.
    """
    broken = []
    for node in resolution.walk():
        rule = node.component.assertion
        if rule is None or node.hidden:
            continue
        if isinstance(node.component, Field) and is_blank(at(resolution.values, node.path)):
            continue
        if rule.rule.evaluate(node.scope) is not True:
            path = next((name_of(inner.path) for inner in node.walk() if is_holder(inner) and not inner.hidden), "")
            broken.append(FieldProblem(path, "assertion", rule.message.vi, rule.message.get("en")))
    if broken:
        raise InvalidAnswers(broken)


def _draft_scope(components: Sequence[Component], raw: Mapping[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for item in in_scope(components):
        if isinstance(item, ComputedField) or not has(raw, item.path):
            continue
        found = get(raw, item.path)
        if isinstance(item, DynamicList):
            rows = found[: item.max_rows] if isinstance(found, list) else []
            inner = [_draft_scope(item.components, row if isinstance(row, Mapping) else {}) for row in rows]
            put(kept, item.path, inner)
        elif (value := _draft_value(item, found)) is not None:
            put(kept, item.path, value)
    return kept


def _draft_value(field: Field, value: object) -> object:
    try:
        return jsonable(read(field, value))
    except RefusalError:
        if isinstance(value, AmbiguousNumber):
            return value.doubtful
        if isinstance(value, list) and is_several(field):
            readable = (item.strip() for item in value[:MAX_ITEMS] if isinstance(item, str) and item.isprintable())
            return jsonable(_read_list(field, list(filter(None, readable))))
        if isinstance(value, str) and not is_several(field):
            return "".join(character for character in value if character.isprintable()).strip()[:MAX_TEXT] or None
        return None


def _read_list(field: Field, texts: list[str]) -> object:
    try:
        return read(field, texts)
    except RefusalError:
        return []
