"""The procedures' files as they stand in the tree: each is whole, lawful in form, and answers for every walk."""

from itertools import combinations
from typing import Any

import pytest
from dry_walk import DEMO, KEYS, NOW, DryWalk, Files, holdings
from lxml import etree

from engine.deadlines.terms import Unit, resolve_term
from engine.feel import compile_expression
from engine.model import Element, ElementKind, Role
from engine.runtime import extensions
from engine.runtime.profile import BPMN, MOTCUA
from engine.runtime.side_tasks import SIDE_TASKS
from forms.definition import findings
from forms.problems import InvalidAnswers

PLAN = "detailed_plan_adjustment"
WALKS = [(key, name) for key in KEYS for name in Files(key).walks]
HOURS = {Unit.WORKING_HOURS: 1, Unit.WORKING_DAYS: 8}

every_procedure = pytest.mark.parametrize("files", [Files(key) for key in KEYS], ids=KEYS)


# ---- the law on the elements ----------------------------------------------------------------------------


@every_procedure
def test_the_diagram_is_read_without_a_finding(files: Files) -> None:
    assert files.reading.findings == ()


@every_procedure
def test_every_extension_obeys_the_schema(files: Files) -> None:
    schema = etree.XMLSchema(etree.parse(extensions.__file__.replace("extensions.py", "motcua.xsd")))
    found = list(etree.fromstring(files.source).iter(f"{{{MOTCUA}}}*"))
    assert len(found) > 20
    assert [each.sourceline for each in found if not schema.validate(each)] == []


@every_procedure
def test_every_lane_has_a_role(files: Files) -> None:
    lanes = list(etree.fromstring(files.source).iter(f"{{{BPMN}}}lane"))
    assert lanes
    roleless = [lane.get("id") for lane in lanes if lane.find(f".//{{{MOTCUA}}}role") is None]
    assert roleless == []


@every_procedure
def test_every_step_of_a_person_has_a_role_a_form_guidance_and_a_legal_basis(files: Files) -> None:
    for task in files.user_tasks:
        assert task.role is not None, task.id
        assert task.form is not None, task.id
        assert task.form.key in files.forms, task.id
        assert task.documentation, task.id
        assert task.legal_bases, task.id


@every_procedure
def test_everything_named_in_vietnamese_is_named_in_english(files: Files) -> None:
    process = files.reading.processes[0]
    assert [each.id for each in process.elements.values() if each.name and not each.name_en] == []
    assert [flow.id for flow in process.flows if flow.name and not flow.name_en] == []


@every_procedure
def test_every_legal_basis_says_when_it_was_checked(files: Files) -> None:
    on_elements = [basis for each in files.elements.values() for basis in each.legal_bases]
    on_terms = [one.legal_basis for one in files.facts.terms]
    assert {basis.checked for basis in (*on_elements, *on_terms, *files.facts.legal_bases)} == {"2026-11-23"}


@every_procedure
def test_every_end_of_the_process_says_how_the_dossier_ended(files: Files) -> None:
    ends = [each for each in files.elements.values() if each.kind is ElementKind.END and each.process_id == files.key]
    assert ends
    assert [each.id for each in ends if not each.outcome] == []


@every_procedure
def test_expressions_read_only_what_the_dossier_has(files: Files) -> None:
    known = files.data_keys | {"dossier"}
    conditions = [flow.condition for flow in files.reading.processes[0].flows]
    of_elements = [text for each in files.elements.values() for text in (each.script, each.assignee)]
    facts = files.facts.applicant
    for text in (*conditions, *of_elements, facts.name, facts.email, facts.summary):
        assert not text or compile_expression(text).names <= known, text


def test_the_steps_of_the_plan_fit_into_the_term_when_every_body_keeps_silent() -> None:
    files = Files(PLAN)
    term = resolve_term(files.facts.law_terms, NOW.date())
    assert (term.amount, term.unit) == (8, Unit.WORKING_DAYS)
    in_term = ["assignment", "examination", "appraisal", "division_review", "leader_decision", "issuing"]
    hours = sum(_hours(files.elements[step]) for step in in_term)
    silence = {_hours(each) for each in files.elements.values() if each.silence_consents}
    assert silence == {7 * 8}
    assert hours + max(silence) <= term.amount * HOURS[term.unit]


def test_the_base_term_of_the_plan_comes_back_when_the_temporary_one_lapses() -> None:
    terms = Files(PLAN).facts.law_terms
    lapsed = resolve_term(terms, NOW.date().replace(year=2027, month=3, day=1))
    assert (lapsed.amount, lapsed.unit, lapsed.sample) == (15, Unit.CALENDAR_DAYS, True)


def _hours(element: Element) -> int:
    limit = element.timer.limit if element.timer else element.limit
    assert limit is not None
    return limit.amount * HOURS[limit.unit]


# ---- the forms ------------------------------------------------------------------------------------------


@every_procedure
def test_every_form_is_sound_and_speaks_both_languages(files: Files) -> None:
    known = files.data_keys | {"dossier", "people"}
    assert [str(found) for source in files.forms.values() for found in findings(source, known)] == []


@every_procedure
def test_every_form_is_used(files: Files) -> None:
    used = {task.form.key for task in files.user_tasks if task.form} | {files.facts.start_form}
    assert used == set(files.forms)


ASKED: dict[str, Any] = {
    "decision": "supplement",
    "missing": [{"paper": "Bản vẽ", "wanted": "Bổ sung"}],
    "supplement_reason": "Thiếu bản vẽ mặt bằng.",
}
EXAMINED = {"adjustment_allowed": "yes", "zoning_conformity": "yes", "opinion": "Hồ sơ còn thiếu bản vẽ."}


@pytest.mark.parametrize(("key", "more"), [("reception_check", {}), ("examination", EXAMINED)])
def test_a_supplement_may_be_asked_for_twice_and_a_third_request_is_refused_with_its_reason(
    key: str, more: dict[str, Any]
) -> None:
    files = Files(PLAN)
    for asked in (0, 1):
        assert (
            files.check(key, ASKED | more, {"dossier": {"supplement_requests": asked}})["missing"] == ASKED["missing"]
        )
    with pytest.raises(InvalidAnswers) as refused:
        files.check(key, ASKED | more, {"dossier": {"supplement_requests": 2}})
    (problem,) = refused.value.problems
    assert (problem.path, problem.code) == ("decision", "assertion")
    assert "không được yêu cầu lần thứ ba" in str(problem)


@pytest.mark.parametrize(
    ("key", "scope", "more"), [("reception_check", "at_reception", {}), ("examination", "at_examination", EXAMINED)]
)
def test_what_the_leader_has_denied_is_not_asked_again(key: str, scope: str, more: dict[str, Any]) -> None:
    denied = {f"{scope}_supplement_approval": {"decision": "deny"}, "dossier": {"supplement_requests": 1}}
    with pytest.raises(InvalidAnswers) as refused:
        Files(PLAN).check(key, ASKED | more, denied)
    assert [(problem.path, problem.code) for problem in refused.value.problems] == [("supplement_reason", "assertion")]


def test_the_leader_cannot_approve_what_failed_the_examination() -> None:
    files = Files(PLAN)
    failed, passed = ({"examination": {"decision": decision}} for decision in ("refuse", "proceed"))
    assert files.check("leader_decision", {"decision": "approve"}, passed)["decision"] == "approve"
    with pytest.raises(InvalidAnswers, match="decision"):
        files.check("leader_decision", {"decision": "approve"}, failed)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"adjusted_area": 99_999_999}, ("adjusted_area", "too_large")),
        ({"plan_decision_date": "2027-01-01"}, ("plan_decision_date", "assertion")),
        ({"plan_decision_number": "4567"}, ("plan_decision_number", "pattern")),
        ({"tax_code": "12345"}, ("tax_code", "pattern")),
        ({"phone": "12"}, ("phone", "phone")),
        ({"identity_number": "079080009876"}, ("identity_number", "hidden")),  # a person's, on an organisation
        ({"by_proxy": True}, ("proxy_name", "required_text")),
        ({"declaration": False}, ("declaration", "required_tick")),
        ({"changes": []}, ("changes", "too_few_rows")),
        ({"petition": []}, ("petition", "required_file")),
        ({"petition": ["@petition.exe"]}, ("petition", "document_kind")),
    ],
)
def test_an_application_that_does_not_hold_together_is_refused(
    change: dict[str, object], wrong: tuple[str, str]
) -> None:
    files = Files(PLAN)
    application = files.walks["approved"]["application"]
    assert files.check("application", application, {})["summary"].endswith(application["project_name"])
    with pytest.raises(InvalidAnswers) as refused:
        files.check("application", application | change, {})
    assert wrong in {(problem.path, problem.code) for problem in refused.value.problems}


def test_the_fee_of_certified_copies_is_counted_by_pages_and_capped() -> None:
    files = Files("certified_copy")
    for pages, copies, fee in ((1, 1, 2_000), (2, 1, 4_000), (3, 2, 10_000), (500, 3, 600_000)):
        raw = {"decision": "certify", "pages": pages, "copies": copies}
        assert files.check("compare", raw, {})["fee"] == fee


@pytest.mark.parametrize(
    ("kind", "area", "investor", "case"),
    [
        ("apartment", 19_999, True, "site_plan"),
        ("apartment", 20_000, True, "detailed_plan"),
        ("factory_or_infrastructure", 99_999, True, "site_plan"),
        ("factory_or_infrastructure", 100_000, True, "detailed_plan"),
        ("other", 49_999, True, "site_plan"),
        ("other", 50_000, True, "detailed_plan"),
        ("other", 49_999, False, "detailed_plan"),  # several investors: no overall site plan
    ],
)
def test_the_case_of_the_procedure_follows_article_10_of_decree_178(
    kind: str, area: int, investor: bool, case: str
) -> None:
    files = Files(PLAN)
    walk = dict(files.walks["not_received"])
    walk["application"] |= {"project_kind": kind, "area": area, "single_investor": investor}
    journey = DryWalk(files, walk)
    journey.go()
    assert journey.data["procedure_case"]["case"] == case


# ---- the walks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "name"), WALKS, ids=[f"{key}-{name}" for key, name in WALKS])
def test_every_walk_ends_where_it_says_and_its_answers_fit_the_forms(key: str, name: str) -> None:
    files = Files(key)
    walk = files.walks[name]
    end = DryWalk(files, walk).go().ended_at
    assert (end, files.elements[end].outcome) == (walk["expect"]["end"], walk["expect"]["outcome"])


@every_procedure
def test_the_walks_pass_every_element(files: Files) -> None:
    passed: set[str] = set()
    for walk in files.walks.values():
        journey = DryWalk(files, walk)
        journey.go()
        passed.update(journey.passed)
    assert set(files.elements) - passed == set()


# ---- the demo organisation ------------------------------------------------------------------------------


@every_procedure
def test_every_role_of_the_diagram_is_held_in_its_unit(files: Files) -> None:
    held = {(role, unit) for _, role, unit in holdings()}
    wanted = {
        (task.role, files.procedure.unit(task.unit)) for task in files.user_tasks if task.role is not Role.APPLICANT
    }
    assert wanted - held == set()


def test_there_is_a_demo_account_for_every_role_but_the_applicant() -> None:
    assert {role for _, role, _ in holdings()} == set(Role) - {Role.APPLICANT}


def test_demo_units_and_accounts_are_marked_as_samples() -> None:
    assert all("(mẫu)" in unit["name_vi"] and "(sample)" in unit["name_en"] for unit in DEMO["unit"])
    assert all(person["email"].endswith("@example.vn") and person["username"].isascii() for person in DEMO["person"])


@pytest.mark.parametrize("place", range(len(DEMO["demo_dossier"])))
def test_a_demo_dossier_can_be_filed_and_driven_as_far_as_it_says(place: int) -> None:
    demo = DEMO["demo_dossier"][place]
    files = Files(demo["procedure"])
    walk = dict(files.walks[demo["walk"]])
    walk["application"] = {**walk["application"], **demo.get("application", {})}
    journey = DryWalk(files, walk)
    journey.go()
    assert demo.get("until", journey.passed[-1]) in {*journey.passed, *walk.get("leave", ()), *SIDE_TASKS}


def test_there_is_a_demo_dossier_of_every_procedure() -> None:
    assert {demo["procedure"] for demo in DEMO["demo_dossier"]} == set(KEYS)


def test_there_are_enough_demo_dossiers_and_no_two_stand_at_the_same_place() -> None:
    stands = [(demo["procedure"], demo.get("until", "")) for demo in DEMO["demo_dossier"]]
    assert len(stands) == len(set(stands)) >= 8
    assert {"online", "desk", "post", "kiosk"} == {demo["channel"] for demo in DEMO["demo_dossier"]}


def test_no_two_accounts_or_units_share_a_name() -> None:
    for names in ([each["username"] for each in DEMO["person"]], [each["code"] for each in DEMO["unit"]]):
        assert [one for one, other in combinations(names, 2) if one == other] == []
