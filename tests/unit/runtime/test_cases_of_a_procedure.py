"""One procedure, several cases by law: a decision over the first form says which, and each has its term."""

from datetime import date

import pytest
from small_bundles import TOML, bundle, codes

from engine.deadlines.terms import Unit, resolve_term
from engine.model import StepLimit
from engine.runtime import cases
from engine.runtime.cases import cases_of
from engine.runtime.facts import Facts, read_facts
from engine.runtime.lint import findings
from engine.runtime.procedure import load

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


# ---- papers of single cases ---------------------------------------------------------------------------------

RULES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<inputData id="application" name="application"><variable id="v" name="application"/></inputData>
<decision id="which" name="Trường hợp"><variable id="w" name="Trường hợp"/>
<informationRequirement id="r"><requiredInput href="#application"/></informationRequirement>
<decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="e" typeRef="string"><text>application.verdict</text></inputExpression></input>
<output id="o1" name="case" typeRef="string"/><output id="o2" name="label" typeRef="string"/>
<rule id="r1"><inputEntry id="a1"><text>"short"</text></inputEntry>
<outputEntry id="b1"><text>"TH1"</text></outputEntry>
<outputEntry id="c1"><text>"Rút gọn: nhỏ"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="a2"><text>"brief"</text></inputEntry>
<outputEntry id="b2"><text>"TH1"</text></outputEntry>
<outputEntry id="c2"><text>"Rút gọn: vừa"</text></outputEntry></rule>
<rule id="r3"><inputEntry id="a3"><text>-</text></inputEntry>
<outputEntry id="b3"><text>"TH2"</text></outputEntry>
<outputEntry id="c3"><text>"Đầy đủ"</text></outputEntry></rule>
</decisionTable></decision></definitions>""".encode()


def paper(key: str, *cases: str) -> str:
    listed = ", ".join(f'"{case}"' for case in cases)
    return f'[[document]]\nkey = "{key}"\nvi = "{key}"\nen = "{key}"\n' + (f"cases = [{listed}]\n" if cases else "")


def test_each_case_has_its_papers_and_those_of_every_case() -> None:
    read = facts(CASE + paper("request") + paper("judgment", "TH1") + paper("plan", "TH1", "TH2"))
    asked = {case: [one.key for one in read.documents_of(case)] for case in ("TH1", "TH2", "")}
    assert asked == {"TH1": ["request", "judgment", "plan"], "TH2": ["request", "plan"], "": ["request"]}


def test_one_paper_may_be_asked_for_differently_in_different_cases_but_not_twice_in_one() -> None:
    assert read_facts((TOML + CASE + paper("plan", "TH1") + paper("plan", "TH2")).encode())[1] == ()
    for again in (paper("plan", "TH1", "TH2"), paper("plan")):
        _, found = read_facts((TOML + CASE + paper("plan", "TH1") + again).encode())
        assert codes(found) == {"facts-repeated"}


def test_papers_of_a_case_need_a_decision_on_cases() -> None:
    _, found = read_facts((TOML + paper("plan", "TH1")).encode())
    assert codes(found) == {"facts-document-case"}


def test_a_case_that_the_table_never_answers_is_found_with_its_line() -> None:
    toml = TOML + CASE + SHORT + paper("plan", "TH2", "TH3")
    (found,) = findings(bundle(toml=toml, files={"case.dmn": RULES}))
    line = toml.splitlines().index('cases = ["TH2", "TH3"]') + 1
    assert (found.code, found.path, found.line) == ("case-unknown", "procedure.toml", line)
    assert "TH3" in found.message
    assert "TH1, TH2" in found.message
    assert findings(bundle(toml=toml, files={"case.dmn": TABLE})) == ()  # no table: not known beforehand


def test_the_cases_of_a_procedure_are_those_of_its_table_each_once_under_one_name() -> None:
    procedure = load(bundle(toml=TOML + CASE + SHORT, files={"case.dmn": RULES}))
    assert [(one.key, one.title.vi) for one in cases_of(procedure)] == [("TH1", "Rút gọn"), ("TH2", "Đầy đủ")]
    assert cases.title_of(procedure, "TH2").get("en") == "Đầy đủ"
    assert cases.title_of(procedure, "gone").vi == "gone"
    assert cases_of(load(bundle(toml=TOML + CASE + SHORT, files={"case.dmn": TABLE}))) == ()
    assert cases_of(load(bundle())) == ()


# ---- the limit of reception --------------------------------------------------------------------------------


def test_a_desk_has_one_working_day_unless_the_procedure_says_otherwise() -> None:
    assert facts("").reception.limit == StepLimit(1, Unit.WORKING_DAYS)
    assert "118/2025" in facts("").reception.legal_basis.document
    own = facts(f'[reception]\namount = 8\nunit = "working-hours"\nlegal_basis = {BASIS}\n').reception
    assert (own.limit, own.legal_basis.document) == (StepLimit(8, Unit.WORKING_HOURS), "Luật thử")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (f'amount = 8\nunit = "hours"\nlegal_basis = {BASIS}', "facts-wrong-value"),
        (f'amount = 0\nunit = "working-hours"\nlegal_basis = {BASIS}', "facts-wrong-value"),
        ('amount = 8\nunit = "working-hours"', "facts-missing-key"),
    ],
)
def test_a_limit_of_reception_needs_a_number_a_unit_and_a_law(said: str, code: str) -> None:
    _, found = read_facts(f"{TOML}\n[reception]\n{said}\n".encode())
    assert codes(found) == {code}


@pytest.mark.parametrize("said", ["[]", '["mở quán", "mở quán"]', '[""]', '"mở quán"', "[1]"])
def test_everyday_words_are_a_list_of_texts(said: str) -> None:
    assert codes(read_facts(f"keywords = {said}\n{TOML}".encode())[1]) == {"facts-wrong-value"}
    read, _ = read_facts(f'keywords = ["mở quán", "sang tên"]\n{TOML}'.encode())
    assert read is not None
    assert read.keywords == ("mở quán", "sang tên")
