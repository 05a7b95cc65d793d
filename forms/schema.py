"""A form as JSON Schema (draft 2020-12), for those who file by the API.

JSON Schema cannot say what FEEL says: conditional fields are therefore optional, limits by expression are left out, and
both are told in `x-feel-…` keywords. Whatever `forms.answers.check` gives back is valid against the schema; the other
way round the schema is necessary, not sufficient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from forms.definition import FormDefinition
from forms.fields import (
    CheckboxField,
    ChoiceField,
    Component,
    ComputedField,
    DynamicList,
    Feel,
    Field,
    FileField,
    Group,
    MomentField,
    NumberField,
    TextField,
)
from forms.values import MAX_TEXT, jsonable

JsonSchema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OFFSET: Final = {"no_timezone": "", "utc_normalized": "Z", "utc_offset": r"[+-]\d{2}:\d{2}"}


def json_schema(definition: FormDefinition, lang: str = "vi") -> JsonSchema:
    """The schema of what `check` takes and gives; titles and descriptions in "vi" or "en"."""
    return {"$schema": DIALECT, "title": definition.title(lang)} | _object(definition.components, lang)


def _object(components: Sequence[Component], lang: str) -> JsonSchema:
    schema: JsonSchema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    _fill(schema, components, lang, hide=None)
    return schema


def _fill(schema: JsonSchema, components: Sequence[Component], lang: str, hide: str | None) -> None:
    for component in components:
        condition = component.hide.source if component.hide else hide
        if isinstance(component, Group):
            _fill(schema, component.components, lang, condition)
        elif isinstance(component, DynamicList):
            _add(schema, component, _list(component, lang), must=condition is None and component.min_rows > 0)
        elif isinstance(component, Field):
            part = _described(component, _field(component, lang), lang, condition)
            must = component.required and condition is None and not (component.readonly or component.disabled)
            _add(schema, component, part, must=must)


def _add(schema: JsonSchema, component: Component, part: JsonSchema, *, must: bool) -> None:
    *outer, last = component.path
    at = schema
    for name in outer:
        inner: JsonSchema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        following: JsonSchema = at["properties"].setdefault(name, inner)
        if must and name not in at["required"]:
            at["required"].append(name)
        at = following
    at["properties"][last] = part
    if must:
        at["required"].append(last)


def _described(field: Field, part: JsonSchema, lang: str, condition: str | None) -> JsonSchema:
    told: JsonSchema = {"title": field.label.plain().get(lang)} if field.label else {}
    if field.hint:
        told["description"] = field.hint.plain().get(lang)
    if condition:
        told["x-feel-hide"] = condition
    if field.assertion:
        told["x-feel-assert"] = field.assertion.rule.source
    if field.readonly or field.disabled or isinstance(field, ComputedField):
        told["readOnly"] = True
    if isinstance(field, ComputedField):
        told["x-feel-value"] = field.expression.source
    optional = not (field.required or field.readonly or field.disabled or isinstance(field, ComputedField))
    return told | (_or_null(part) if optional or field.readonly else part)


def _or_null(part: JsonSchema) -> JsonSchema:
    kinds = part.get("type", [])
    types = kinds if isinstance(kinds, list) else [kinds]
    if types and not {"array", "boolean"} & {*types[:1]}:
        return part | {"type": [*types, "null"]}
    return {"anyOf": [part, {"type": "null"}]} if "enum" in part or "oneOf" in part else part


def _list(component: DynamicList, lang: str) -> JsonSchema:
    schema: JsonSchema = {
        "type": "array",
        "items": _object(component.components, lang),
        "minItems": component.min_rows,
        "maxItems": component.max_rows,
    }
    if component.label:
        schema["title"] = component.label.plain().get(lang)
    if component.hide:
        schema["x-feel-hide"] = component.hide.source
    return schema


def _field(field: Field, lang: str) -> JsonSchema:
    return _KINDS[type(field)](field, lang)


def _text(field: Any, _lang: str) -> JsonSchema:
    schema: JsonSchema = {"type": "string", "maxLength": MAX_TEXT}
    if isinstance(field.max_length, int):
        schema["maxLength"] = field.max_length
    if isinstance(field.min_length, int):
        schema["minLength"] = field.min_length if field.required else 0
    if field.pattern:
        schema["x-pattern"] = field.pattern  # unanchored, RE2; "" stands for no answer and need not match
    if field.kind == "email":
        schema["x-format"] = "email"
    return schema


def _number(field: Any, _lang: str) -> JsonSchema:
    if field.as_text:
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
    schema: JsonSchema = {"type": ["number", "string"], "pattern": r"^-?\d+(\.\d+)?$"}
    for name, value in (("minimum", field.minimum), ("maximum", field.maximum)):
        if isinstance(value, Decimal):
            schema[name] = jsonable(value)
        elif isinstance(value, Feel):
            schema[f"x-feel-{name}"] = value.source
    if field.digits is not None:
        schema["x-decimal-digits"] = field.digits
    return schema


def _moment(field: Any, _lang: str) -> JsonSchema:
    offset = _OFFSET[field.zone_format]
    time = r"\d{2}:\d{2}(:\d{2})?"
    day = r"\d{4}-\d{2}-\d{2}"
    pattern = {"date": day, "time": f"{time}({offset})?", "datetime": f"{day}T{time}({offset})?"}[field.subtype]
    return {"type": "string", "pattern": f"^{pattern}$"}


def _boolean(field: Any, _lang: str) -> JsonSchema:
    return {"type": "boolean", "const": True} if field.required else {"type": "boolean"}


def _choice(field: Any, lang: str) -> JsonSchema:
    one: JsonSchema = {"type": ["string", "number", "boolean"]}
    if field.options.fixed:
        one = {"oneOf": [{"const": jsonable(o.value), "title": o.label.get(lang)} for o in field.options.fixed]}
    elif field.options.expression is not None:
        one["x-feel-values"] = field.options.expression.source
    if not field.multiple:
        return one
    return {"type": "array", "items": one, "uniqueItems": True, "minItems": 1 if field.required else 0}


def _files(field: Any, _lang: str) -> JsonSchema:
    schema: JsonSchema = {"type": "array", "items": {"type": "string"}, "minItems": 1 if field.required else 0}
    if field.multiple is False:
        schema["maxItems"] = 1
    if field.accept:
        schema["x-accept"] = list(field.accept)
    return schema


def _computed(_field: Any, _lang: str) -> JsonSchema:
    return {}


_KINDS: Final[Mapping[type[Field], Callable[[Any, str], JsonSchema]]] = {
    TextField: _text,
    NumberField: _number,
    MomentField: _moment,
    CheckboxField: _boolean,
    ChoiceField: _choice,
    FileField: _files,
    ComputedField: _computed,
}
