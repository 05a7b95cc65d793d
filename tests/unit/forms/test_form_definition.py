"""A form definition is read strictly: what is not supported is said, with the place and what to do."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from forms.definition import Finding, FormDefinition, FormDefinitionError, findings
from forms.lint import OF_PAGES

Source = Callable[..., bytes]


def codes(found: list[Finding]) -> set[str]:
    return {finding.code for finding in found if finding.severity == "error"}


def test_the_sample_forms_have_no_findings(household: FormDefinition, every: FormDefinition, request: Any) -> None:
    data = request.path.parent / "data"
    known = frozenset({"application", "wards", "defaultDocumentsEndpointKey"})
    assert [str(f) for path in sorted(data.glob("*.json")) for f in findings(path.read_bytes(), known)] == []


def test_a_form_knows_its_title_names_and_fields(household: FormDefinition, every: FormDefinition) -> None:
    assert household.title() == "Đăng ký hộ kinh doanh"
    assert household.title("en") == "Registering a household business"
    assert every.title("en") == "Record of a site visit"
    assert {"business_name", "owner", "members", "papers"} <= household.names
    assert ("owner", "born_on") in {field.path for field in household.fields}
    assert [item.path for item in every.lists] == [("houses",), ("rooms",)]


def test_the_error_lists_every_finding_with_its_place(source: Source) -> None:
    bad = source({"type": "textfield", "key": "a", "colour": "red"}, {"type": "html", "content": "<b>"})
    with pytest.raises(FormDefinitionError) as caught:
        FormDefinition.parse(bad, "bad.form.json")
    places = {(f.component, f.pointer, f.code) for f in caught.value.findings}
    assert places == {
        ("c0", "/components/0/colour", "unknown-property"),
        ("c1", "/components/1/type", "component-type"),
    }
    assert "bad.form.json" in str(caught.value)
    assert all(f.message.vi and f.message.en and f.remedy.vi and f.remedy.en for f in caught.value.findings)


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "iframe", "url": "https://x"}, "component-type"),
        ({"type": "page"}, "component-type"),
        ({"type": "textfield"}, "key"),
        ({"type": "textfield", "key": "1a"}, "key"),
        ({"type": "textfield", "key": "_action"}, "key"),
        ({"type": "textfield", "key": "csrf_token"}, "key"),
        ({"type": "textfield", "key": "this"}, "key"),
        ({"type": "textfield", "key": "a", "label": ""}, "unlabelled"),
        ({"type": "textfield", "key": "a", "validate": {"min": 1}}, "unknown-property"),
        ({"type": "textfield", "key": "a", "validate": {"required": "yes"}}, "wrong-type"),
        ({"type": "textfield", "key": "a", "validate": {"maxLength": "ten"}}, "number"),
        ({"type": "textfield", "key": "a", "validate": {"pattern": "(?=x)"}}, "pattern"),
        ({"type": "textfield", "key": "a", "validate": {"pattern": "(a)\\1"}}, "pattern"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": "=b +"}}, "feel"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": "b"}}, "feel-sign"),
        ({"type": "textfield", "key": "a", "conditional": {"show": "=b"}}, "unknown-property"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": '=a = "x"'}}, "cycle"),
        ({"type": "textfield", "key": "a", "properties": {"color": "red"}}, "unknown-property"),
        ({"type": "textfield", "key": "a", "properties": {"autocomplete": "nickel"}}, "autocomplete"),
        ({"type": "textfield", "key": "a", "properties": {"assert": "=true"}}, "assert-message"),
        ({"type": "number", "key": "a", "increment": 0}, "number"),
        ({"type": "number", "key": "a", "decimalDigits": -1}, "number"),
        ({"type": "datetime", "key": "a", "subtype": "week"}, "wrong-type"),
        ({"type": "radio", "key": "a"}, "options"),
        ({"type": "radio", "key": "a", "values": [{"value": {}, "label": "x"}]}, "options"),
        (
            {"type": "radio", "key": "a", "values": [{"value": 1, "label": "x"}, {"value": "1", "label": "y"}]},
            "options",
        ),
        ({"type": "filepicker", "key": "a", "properties": {"accept": "pdf"}}, "accept"),
        ({"type": "text", "text": "{{#if a}}x{{/if}}"}, "template-block"),
        ({"type": "image", "source": "javascript:alert(1)", "alt": "x"}, "image-source"),
        ({"type": "image", "source": "//evil.example/x.png", "alt": "x"}, "image-source"),
        ({"type": "image", "source": "/x.png"}, "unlabelled"),
        ({"type": "table", "dataSource": "=x"}, "columns"),
        ({"type": "dynamiclist", "components": []}, "key"),
        ({"type": "button", "action": "reset"}, "reset-button"),
        (
            {"type": "dynamiclist", "path": "r", "components": [{"type": "number", "key": "n", "readonly": True}]},
            "readonly-in-rows",
        ),
    ],
)
def test_what_is_not_supported_is_a_finding(source: Source, component: dict[str, object], code: str) -> None:
    assert code in codes(findings(source(component)))


@pytest.mark.parametrize("name", sorted(OF_PAGES))
def test_no_question_is_called_like_what_a_page_sends_beside_the_answers(source: Source, name: str) -> None:
    question = {"type": "textfield", "key": name}
    assert "reserved-key" in codes(findings(source(question)))
    assert "reserved-key" in codes(findings(source({"type": "textfield", "key": f"{name}.part"})))
    rows = {"type": "dynamiclist", "path": "rows", "components": [question]}
    assert "reserved-key" not in codes(findings(source(rows)))


def test_keys_must_not_collide(source: Source) -> None:
    def field(key: str) -> dict[str, object]:
        return {"type": "textfield", "key": key}

    assert "duplicate-key" in codes(findings(source(field("a"), field("a"))))
    assert "duplicate-key" in codes(findings(source(field("a"), field("a.b"))))
    assert "duplicate-key" in codes(findings(source(field("a.b"), field("a"))))
    assert "duplicate-key" not in codes(findings(source(field("a.b"), field("a.c"))))
    rows = {"type": "dynamiclist", "path": "rows", "components": [field("a")]}
    assert "duplicate-key" not in codes(findings(source(field("a"), rows)))
    assert "duplicate-key" in codes(findings(source(field("rows"), rows)))


def test_a_condition_in_a_circle_is_found(source: Source) -> None:
    first = {"type": "textfield", "key": "a", "conditional": {"hide": "=b = null"}}
    second = {"type": "textfield", "key": "b", "conditional": {"hide": "=a = null"}}
    assert "cycle" in codes(findings(source(first, second)))


def test_names_that_nobody_gives_are_found_when_the_names_are_known(source: Source) -> None:
    bad = source({"type": "textfield", "key": "a", "conditional": {"hide": "=aplication.kind = 1"}})
    assert codes(findings(bad)) == set()
    assert codes(findings(bad, frozenset({"application"}))) == {"unknown-name"}
    row = {"type": "textfield", "key": "t", "conditional": {"hide": "=n = 1"}}
    rows = {"type": "dynamiclist", "path": "rows", "components": [{"type": "number", "key": "n"}, row]}
    assert codes(findings(source(rows), frozenset())) == {"unknown-name"}, "inside a row it is this.n"


def test_missing_english_is_a_warning_only(source: Source) -> None:
    found = findings(source({"type": "textfield", "key": "a"}))
    assert [(f.code, f.severity) for f in found] == [("english", "warning")]
    FormDefinition.parse(source({"type": "textfield", "key": "a"}))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"id": NaN}',
        b'{"id": "a", "id": "b"}',
        b"[" * 100_000,
        b'{"components": ' + b'[{"type":"group","components":' * 200 + b"[]" + b"}]" * 200 + b"}",
        b" " * 1_000_001,
    ],
)
def test_what_is_no_form_at_all_is_refused_with_a_finding(text: bytes) -> None:
    assert findings(text)
    with pytest.raises(FormDefinitionError):
        FormDefinition.parse(text)


def test_any_json_is_read_or_refused_but_never_breaks(household: FormDefinition, request: Any) -> None:
    """Every value of a good form replaced by something else, one after the other."""
    good = json.loads((request.path.parent / "data/every_component.form.json").read_text("utf-8"))
    for junk in (None, 7, "=(", [], {}, [None], {"a": 1}, True):
        for holder, key in list(places(good)):
            kept = holder[key]
            holder[key] = junk
            findings(json.dumps(good).encode(), frozenset())
            holder[key] = kept


def places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from places(inner)
