"""Whatever our schemas may say of a body, they say in Vietnamese as well."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from inspect import isclass
from pathlib import Path

import pytest
from marshmallow import Schema, fields, validate

from api import schemas
from api.schema_faults import in_vietnamese

FILLED = {"choices": "a, b", "min": 1, "max": 9, "equal": 3, "other": 4, "obj_type": "datetime", "awareness": "aware"}
NOT_ASKED = {"format"}  # of going out, which cannot fail for a client


def _schemas() -> Iterator[type[Schema]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        loaded = importlib.import_module(f"api.schemas.{module.name}")
        yield from (one for one in vars(loaded).values() if isclass(one) and issubclass(one, Schema))


def _inside(field: fields.Field) -> Iterator[fields.Field]:
    yield field
    if isinstance(field, fields.List):
        yield from _inside(field.inner)


def _said() -> Iterator[str]:
    for schema in _schemas():
        yield from schema._default_error_messages.values()
        for declared in schema._declared_fields.values():
            for field in _inside(declared):
                yield from (text for key, text in field.error_messages.items() if key not in NOT_ASKED)
                yield from (text for one in field.validators for text in _of_validator(one))


def _of_validator(validator: object) -> Iterator[str]:
    if isinstance(validator, validate.Range):
        yield from (validator.message_min, validator.message_max, validator.message_all)
    elif isinstance(validator, validate.Length):
        yield from (validator.message_min, validator.message_max, validator.message_all, validator.message_equal)
    elif isinstance(validator, validate.OneOf | validate.Regexp):
        yield validator.error


def _raised() -> Iterator[str]:
    """The sentences of `raise ValidationError("…")` in our schemas."""
    for path in Path(schemas.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValidationError" and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant):
                    yield str(text.value)
                elif isinstance(text, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in text.values)


@pytest.mark.parametrize("told", sorted({*_said(), *_raised(), "Invalid JSON body."}))
def test_what_a_schema_says_has_a_vietnamese_sentence(told: str) -> None:
    sentence = told.format(**FILLED)
    assert in_vietnamese(sentence) != sentence


def test_numbers_and_choices_are_carried_over() -> None:
    assert in_vietnamese("Length must be between 1 and 9.") == "Độ dài phải từ 1 đến 9."
    assert in_vietnamese("Must be one of: online, desk.") == "Phải là một trong: online, desk."
    assert in_vietnamese("Something nobody has foreseen.") == "Something nobody has foreseen."
