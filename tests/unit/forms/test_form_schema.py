"""A form as JSON Schema: what a client of the API may rely on."""

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from forms.answers import AnswerContext
from forms.definition import FormDefinition
from forms.schema import json_schema
from forms.view import view

Make = Callable[..., FormDefinition]


def test_the_schema_itself_is_valid(household: FormDefinition, every: FormDefinition) -> None:
    for definition in (household, every):
        jsonschema_rs.meta.validate(json_schema(definition))


def test_the_schema_refuses_what_the_form_surely_refuses(household: FormDefinition, answers: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft202012Validator(json_schema(household, "en"))
    assert validator.is_valid(answers)
    for wrong in (
        {"stranger": 1},
        {"promise": False},
        {"lines_of_business": []},
        {"lines_of_business": ["9999"]},
        {"business_name": "x" * 101},
        {"business_name": None},
        {"capital": 999},
        {"starts_on": "1/12/2026"},
        {"members": [{}] * 6},
        {"owner": {**answers["owner"], "age": 40}},
    ):
        assert not validator.is_valid(answers | wrong), wrong


def test_rules_in_feel_are_told_beside_the_schema(household: FormDefinition) -> None:
    schema = json_schema(household, "en")
    members = schema["properties"]["members"]
    assert members["x-feel-hide"] == 'founder != "family"'
    assert members["items"]["properties"]["capital"]["x-feel-maximum"] == "capital"
    assert members["items"]["properties"]["guardian"]["x-feel-hide"] == "this.minor != true"
    assert "members" not in schema["required"]
    assert schema["properties"]["capital_of_members"]["readOnly"] is True
    born = schema["properties"]["owner"]["properties"]["born_on"]
    assert born["title"] == "Date of birth"
    assert "x-feel-assert" in born


def test_kinds_of_fields_in_the_schema(make: Make) -> None:
    form = make(
        {"type": "number", "key": "a.n", "serializeToString": True, "validate": {"required": True}},
        {"type": "select", "key": "s", "valuesExpression": "=[1]"},
        {"type": "filepicker", "key": "f", "accept": ".pdf"},
        {"type": "textfield", "key": "t", "validate": {"pattern": "x", "validationType": "email", "minLength": 2}},
        {"type": "datetime", "key": "d", "subtype": "datetime", "timeSerializingFormat": "utc_normalized"},
    )
    schema = json_schema(form)
    assert schema["required"] == ["a"]
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert validator.is_valid({"a": {"n": "12.5"}, "s": 1, "f": ["id"], "t": None, "d": "2026-11-23T08:00:00Z"})
    assert not validator.is_valid({"a": {"n": 12.5}})
    assert not validator.is_valid({"a": {"n": "1"}, "f": ["one", "two"]})
    assert not validator.is_valid({"a": {"n": "1"}, "d": "2026-11-23T08:00:00+07:00"})


def test_columns_of_a_table_may_come_from_an_expression(make: Make, context: AnswerContext) -> None:
    columns = '=[{key: "number", label: "Số thửa", "label:en": "Plot"}, {key: "area", label: "Diện tích"}]'
    form = make({"type": "table", "dataSource": "=application.plots", "columnsExpression": columns})
    (table,) = view(form, {}, context=context, lang="en").components
    assert table.headers == ("Plot", "Diện tích")
    assert table.cells == (("12", "250.5"), ("13", "90"))


def test_an_image_from_an_expression_shows_only_from_safe_places(make: Make, context: AnswerContext) -> None:
    form = make({"type": "image", "source": "=where", "alt": "Hình"}, {"type": "textfield", "key": "where"})

    def shown(address: str) -> list[str]:
        return [item.kind for item in view(form, {"where": address}, context=context).components]

    assert shown("/a.png") == ["image", "text"]
    assert shown("javascript:alert(1)") == ["text"]
