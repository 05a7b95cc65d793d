"""The marshmallow schema of a form over one set of answers: a schema an instance, because conditions decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, missing
from marshmallow.fields import Field as SchemaField

from forms.evaluation import Node, Resolution
from forms.fields import ComputedField, DynamicList, Field, Group, Path
from forms.paths import at, put
from forms.problems import InvalidAnswers, describe
from forms.problems import missing as missing_code
from forms.rules import AnswerContext, flag, obey
from forms.values import RefusalError, is_blank, is_several, read

MAX_PROBLEMS: Final = 200


def load(resolution: Resolution, raw: Mapping[str, object], context: AnswerContext) -> dict[str, object]:
    """The typed answers of every field that shows and may be written. Raises InvalidAnswers."""
    try:
        loaded: dict[str, object] = _schema(_tree(resolution.nodes, context)).load(dict(raw))
    except ValidationError as error:
        problems = describe(error.messages, list(resolution.walk()))
        raise InvalidAnswers(problems[:MAX_PROBLEMS]) from None
    return loaded


class _Answer(SchemaField[Any]):
    """One field of the form as marshmallow sees it: type and rules at its place."""

    def __init__(self, node: Node, field: Field, context: AnswerContext) -> None:
        empty: object = [] if is_several(field) else False if field.type == "checkbox" else None
        if field.required:
            super().__init__(required=True, allow_none=False)
        else:
            super().__init__(load_default=lambda: empty, allow_none=True)
        self.node, self.field, self.context, self.empty = node, field, context, empty

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        """A problem instead of marshmallow's own sentence."""
        return ValidationError([RefusalError(missing_code(self.field) if key in {"required", "null"} else key)])

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """Blank text and empty lists count as not answered."""
        found = super().deserialize(None if is_blank(value) else value, attr, data, **kwargs)
        return self.empty if found is None else found

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> object:
        try:
            found = read(self.field, value, self.context.zone, self.context.now)
            if not is_blank(found):
                return obey(self.field, found, self.node.scope, self.context)
        except RefusalError as refusal:
            raise ValidationError([refusal]) from None
        if self.field.required:
            raise self.make_error("required")
        return self.empty


class _Ignored(SchemaField[Any]):
    """Readonly and computed fields: whatever is sent is not looked at."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> None:
        return None

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Nothing."""
        return


class _Inner(SchemaField[Any]):
    """An object that holds fields; missing is the same as empty."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        super().__init__(allow_none=True, load_default=dict)
        self.schema = _schema(tree)

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The object's fields."""
        if value is None or value is missing:
            value = {}
        if not isinstance(value, Mapping):
            raise ValidationError([RefusalError("object")])
        return self.schema.load(value)


class _Rows(SchemaField[Any]):
    """A list of rows: each row has a schema of its own, because rows differ in what they show."""

    def __init__(self, node: Node, component: DynamicList, context: AnswerContext) -> None:
        super().__init__(allow_none=True, load_default=list)
        self.component = component
        self.schemas = [_schema(_tree(row, context, len(node.path) + 1)) for row in node.rows]
        before = at(context.stored, node.path) or at(context.data, node.path)
        self.fixed = (
            None if component.add_remove else len(before) if isinstance(before, list) else component.repetitions
        )

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The rows, after their number is right."""
        rows = [] if value is None or value is missing else value
        if not isinstance(rows, list):
            raise ValidationError([RefusalError("list")])
        if refusal := self._count(len(rows)):
            raise ValidationError([refusal])
        return self._load(rows)

    def _count(self, count: int) -> RefusalError | None:
        if self.fixed is not None and count != self.fixed:
            return RefusalError("row_count", limit=str(self.fixed))
        if count < self.component.min_rows:
            return RefusalError("too_few_rows", limit=str(self.component.min_rows))
        if count > self.component.max_rows:
            return RefusalError("too_many_rows", limit=str(self.component.max_rows))
        return None

    def _load(self, rows: list[object]) -> list[object]:
        loaded: list[object] = []
        wrong: dict[int, object] = {}
        for index, (row, schema) in enumerate(zip(rows, self.schemas, strict=True)):
            try:
                loaded.append(_row(schema, row))
            except ValidationError as error:
                wrong[index] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return loaded


def _row(schema: Schema, row: object) -> object:
    if not isinstance(row, Mapping):
        raise ValidationError([RefusalError("object")])
    return schema.load(row)


class _Strict(Schema):
    """Refuses what the form does not have."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE

    error_messages = {"unknown": "unknown", "type": "object"}  # noqa: RUF012 - marshmallow's interface


def _schema(tree: Mapping[str, Any]) -> Schema:
    """A schema for one object; data_key keeps the form's names away from marshmallow's own attributes."""
    fields: dict[str, Any] = {}
    for number, (name, part) in enumerate(tree.items()):
        field = _Inner(part) if isinstance(part, dict) else part
        field.data_key = field.attribute = name
        fields[f"field_{number}"] = field
    return _Strict.from_dict(fields)()


def _tree(nodes: Iterable[Node], context: AnswerContext, skip: int = 0) -> dict[str, Any]:
    """The shown fields of one scope as nested objects; `skip` steps of each path lie outside the scope."""
    tree: dict[str, Any] = {}
    for node in nodes:
        component = node.component
        if node.hidden:
            continue
        if isinstance(component, Group):
            _merge(tree, _tree(node.children, context, skip))
        elif isinstance(component, DynamicList):
            put(tree, _names(node.path[skip:]), _Rows(node, component, context))
        elif isinstance(component, Field) and not flag(component.disabled, node.scope):
            ignored = isinstance(component, ComputedField) or flag(component.readonly, node.scope)
            put(tree, _names(node.path[skip:]), _Ignored() if ignored else _Answer(node, component, context))
    return tree


def _names(path: Path) -> tuple[str, ...]:
    return tuple(str(step) for step in path)


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for name, part in other.items():
        if isinstance(part, dict) and isinstance(into.get(name), dict):
            _merge(into[name], part)
        else:
            into[name] = part
