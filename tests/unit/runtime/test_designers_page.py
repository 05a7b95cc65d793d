"""The designers' page tells of every finding and every extension, and its example is sound."""

import re
from pathlib import Path

import pytest
from small_bundles import FORM, HEAD, TOML, bundle

from engine.runtime import lint
from engine.runtime.bundle import Bundle
from engine.runtime.extensions import PLACES
from engine.runtime.facts import read_facts
from engine.runtime.profile import PICTURES, SHAPES
from engine.runtime.rules import RULES, rule

PAGE = (Path(__file__).parents[3] / "docs/for-designers/bpmn.md").read_text()


def test_every_finding_is_told() -> None:
    assert lint.findings
    told = set(re.findall(r"^\| `([a-z-]+)` \| (?:error|warning) \|", PAGE, re.MULTILINE))
    assert told == set(RULES)


def test_every_level_is_told_right() -> None:
    for code, level in re.findall(r"^\| `([a-z-]+)` \| (error|warning) \|", PAGE, re.MULTILINE):
        assert RULES[code].error == (level == "error"), code


def test_every_extension_has_an_example_that_is_valid() -> None:
    examples = dict(re.findall(r"^\| `(\w+)` \|.*`(<motcua:.*/>)` \|$", PAGE, re.MULTILINE))
    assert set(examples) == set(PLACES)


def test_every_element_that_can_be_drawn_is_told() -> None:
    drawn = {tag for tag in SHAPES if tag.endswith(("Event", "Task", "Gateway", "Process", "Activity"))} | {"process"}
    assert PICTURES
    assert {tag for tag in drawn if f"`{tag}`" not in PAGE} == {"process"}


def test_the_example_is_sound() -> None:
    (example,) = re.findall(r"```xml\n(.*?)```", PAGE, re.DOTALL)
    head = HEAD.replace('id="m_withdrawal"', 'id="message_withdrawal"')
    forms = {"receive": FORM.format(key="receive"), "decision": FORM.format(key="decision")}
    small = bundle(f"{head}{example}</bpmn:definitions>".encode(), toml=TOML, forms=forms)
    without_spare = {path: content for path, content in small.files.items() if "review" not in path}
    assert lint.findings(Bundle(without_spare)) == ()


def test_the_example_of_procedure_toml_is_sound() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    facts, found = read_facts(example.encode())
    assert found == ()
    assert facts is not None
    assert facts.key == "detailed_plan_adjustment"


def test_rules_say_something_in_both_languages_and_have_one_code_each() -> None:
    for known in RULES.values():
        assert all((known.vi, known.en, known.fix_vi, known.fix_en)), known.code
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", known.code)
    with pytest.raises(ValueError, match="two rules"):
        rule("dead-end", ("khác", "other"), ("khác", "other"))
