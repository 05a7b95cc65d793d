"""One procedure, several cases by law: a decision over the first form says which, and each has its term."""

from datetime import date

import pytest
from small_bundles import TOML, bundle, codes

from engine.deadlines.terms import resolve_term
from engine.runtime.facts import Facts, read_facts
from engine.runtime.lint import findings

CASE = """
[case]
file = "case.dmn"
decision = "Trường hợp"
"""
BASIS = '{ document = "Luật thử", article = "Điều 4", checked = 2026-01-01 }'
SHORT = f"""
[[term]]
name = "short"
case = "TH1"
amount = 3
unit = "working-days"
legal_basis = {BASIS}
"""
CUT = f"""
[[term]]
name = "cut"
overrides = "short"
amount = 2
unit = "working-days"
valid_from = 2026-03-01
valid_to = 2026-12-31
legal_basis = {BASIS}
"""
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<inputData id="application" name="application"><variable id="v" name="application"/></inputData>
<decision id="which" name="Trường hợp"><variable id="w" name="Trường hợp"/>
<informationRequirement id="r"><requiredInput href="#application"/></informationRequirement>
<literalExpression id="l"><text>if application.verdict = "short" then "TH1" else "TH2"</text></literalExpression>
</decision></definitions>""".encode()


def facts(more: str) -> Facts:
    read, found = read_facts((TOML + more).encode())
    assert found == ()
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("case", "day", "amount"),
    [
        ("TH1", date(2026, 1, 5), 3),
        ("TH1", date(2026, 6, 1), 2),
        ("TH1", date(2027, 1, 4), 3),
        ("TH2", date(2026, 6, 1), 10),
        ("", date(2026, 6, 1), 10),
    ],
)
def test_a_case_has_its_own_term_and_all_others_the_general_one(case: str, day: date, amount: int) -> None:
    assert resolve_term(facts(CASE + SHORT + CUT).terms_of(case), day).amount == amount


@pytest.mark.parametrize("more", [SHORT, CASE + CUT.replace('overrides = "short"', 'overrides = "base"\ncase = "TH1"')])
def test_a_case_that_nothing_decides_is_refused(more: str) -> None:
    _, found = read_facts((TOML + more).encode())
    assert "facts-term-case" in codes(found)


def test_a_term_of_one_case_is_no_general_term() -> None:
    only = TOML.replace('name = "base"', 'name = "base"\ncase = "TH1"') + CASE
    _, found = read_facts(only.encode())
    assert codes(found) == {"facts-no-base-term"}


def test_the_decision_on_the_case_must_be_there_and_ask_only_for_the_first_form() -> None:
    toml = TOML + CASE + SHORT
    assert codes(bundle(toml=toml)) == {"decision-missing"}
    assert findings(bundle(toml=toml, files={"case.dmn": TABLE})) == ()
    later = TABLE.replace(b'"application"', b'"review"').replace(b"#application", b"#review")
    later = later.replace(b"application.verdict", b"review.verdict")
    assert "decision-input-unknown" in codes(bundle(toml=toml, files={"case.dmn": later}))
    misnamed = toml.replace("Trường hợp", "Trường hợp khác")
    assert "decision-unknown" in codes(bundle(toml=misnamed, files={"case.dmn": TABLE}))
