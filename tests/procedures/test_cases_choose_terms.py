"""What the law says of the cases of a procedure: which case the answers make it, and which term that case has, when."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from city import City
from dry_walk import KEYS, NOW, Files
from sqlalchemy import Engine

from engine.clock import FixedClock
from engine.deadlines.terms import Starts, Term, Unit, resolve_term
from engine.feel import from_feel, to_feel

DAYS, WORKING = Unit.CALENDAR_DAYS, Unit.WORKING_DAYS
TODAY, BEFORE = date(2026, 11, 23), date(2025, 3, 3)
ADJUSTMENT = "investment_project_adjustment"


def case_of(files: Files, **answers: Any) -> Mapping[str, Any]:
    """What the decision on cases says of the first walk's answers with some of them changed."""
    rule = files.facts.case
    assert rule is not None
    application = {**files.walks["granted"]["application"], **answers}
    made = files.decision_model(rule.file).decide(rule.decision, {"application": to_feel(application)}, now=NOW)
    found = from_feel(made.value)
    assert isinstance(found, dict)
    return found


def term_of(files: Files, case: str, day: date = TODAY) -> tuple[int, Unit]:
    """The term of a case on a day of reception."""
    term: Term = resolve_term(files.facts.terms_of(case), day)
    return term.amount, term.unit


def land(before: float, after: float) -> dict[str, Any]:
    """A change of the project's land, in hectares."""
    return {"policy_change": "land", "land_before": before, "land_after": after, "certificate_change": "other"}


def certificate(change: str) -> dict[str, Any]:
    """A change that needs no policy consent."""
    return {"policy_change": "none", "certificate_change": change}


@pytest.mark.parametrize(
    ("answers", "case", "days", "asks"),
    [
        (certificate("name"), "TH1", 3, False),
        (certificate("progress"), "TH1", 3, False),
        (certificate("address"), "TH1", 3, False),
        (certificate("other"), "TH2", 7, False),
        (certificate("judgment"), "TH3", 5, False),
        (certificate("reissue"), "CL", 3, False),
        ({"policy_change": "objective"}, "CT1-7", 17, True),
        ({"policy_change": "location"}, "CT1-7", 17, True),
        ({"policy_change": "term"}, "CT1-7", 17, True),
        ({"policy_change": "investor"}, "CT1-7", 17, True),
        (land(6.5, 7.15), "TH2", 7, False),  # a tenth exactly
        (land(6.5, 7.16), "CT1-7", 17, True),
        (land(7.16, 6.5), "TH2", 7, False),
        (land(400, 430), "TH2", 7, False),
        (land(400, 430.5), "CT1-7", 17, True),  # above 30 ha, though below a tenth
        ({"policy_change": "delay", "delay_months": 24, "certificate_change": "progress"}, "TH1", 3, False),
        ({"policy_change": "delay", "delay_months": 25, "certificate_change": "progress"}, "CT1-7", 17, True),
        ({"policy_change": "judgment"}, "CT8", 12, False),
        ({"policy_change": "late_land"}, "CT9", 5, False),
    ],
)
def test_adjusting_an_investment_project(answers: dict[str, Any], case: str, days: int, asks: bool) -> None:
    files = Files(ADJUSTMENT)
    found = case_of(files, **answers)
    assert (found["case"], found["flow"]) == (case, "opinions" if asks else "direct")
    assert term_of(files, case) == (days, WORKING)
    assert str(days) in found["limit"]


@pytest.mark.parametrize(
    ("key", "case", "day", "term"),
    [
        (ADJUSTMENT, "CT1-7", BEFORE, (35, DAYS)),
        (ADJUSTMENT, "CT1-7", date(2026, 2, 28), (35, DAYS)),
        (ADJUSTMENT, "CT1-7", date(2026, 3, 1), (17, WORKING)),
        (ADJUSTMENT, "TH2", BEFORE, (10, WORKING)),
        ("investment_policy_consent", "", BEFORE, (35, DAYS)),
        ("investment_policy_consent", "", TODAY, (17, WORKING)),
        ("investment_certificate", "no_policy", BEFORE, (15, DAYS)),
        ("investment_certificate", "no_policy", TODAY, (10, WORKING)),
        ("investment_certificate", "secondary", TODAY, (10, WORKING)),
        ("investment_certificate", "after_policy", TODAY, (5, WORKING)),
        ("investment_certificate", "on_request", TODAY, (5, WORKING)),
        ("house_building_permit", "", date(2026, 6, 30), (15, DAYS)),
        ("house_building_permit", "", date(2026, 7, 1), (7, WORKING)),
        ("site_plan_consent", "", date(2026, 4, 28), (15, DAYS)),
        ("site_plan_consent", "", TODAY, (8, WORKING)),
        ("site_plan_consent", "", date(2027, 3, 1), (15, DAYS)),  # the temporary rule has lapsed
        ("detailed_plan_approval", "appraisal", BEFORE, (25, WORKING)),
        ("detailed_plan_approval", "appraisal", date(2026, 6, 30), (30, DAYS)),
        ("detailed_plan_approval", "appraisal", TODAY, (20, WORKING)),
        ("detailed_plan_approval", "appraisal", date(2027, 3, 1), (30, DAYS)),
        ("detailed_plan_approval", "approval", TODAY, (8, WORKING)),
        ("zoning_plan_approval", "adjustment", TODAY, (8, WORKING)),
        ("household_business_registration", "", TODAY, (3, WORKING)),
        ("planning_brief_appraisal", "new", BEFORE, (20, DAYS)),
        ("planning_brief_appraisal", "adjustment", TODAY, (15, DAYS)),
        ("planning_brief_approval", "new", BEFORE, (15, DAYS)),
        ("planning_brief_approval", "new", TODAY, (7, WORKING)),
        ("zoning_plan_appraisal", "new", BEFORE, (25, WORKING)),
        ("zoning_plan_appraisal", "new", date(2026, 6, 30), (30, DAYS)),
        ("zoning_plan_appraisal", "adjustment", TODAY, (20, WORKING)),
        ("zoning_plan_appraisal", "adjustment", date(2027, 3, 1), (30, DAYS)),  # the temporary rule has lapsed
    ],
)
def test_the_term_of_the_day_of_reception_governs(key: str, case: str, day: date, term: tuple[int, Unit]) -> None:
    assert term_of(Files(key), case, day) == term


@pytest.mark.parametrize("key", ["planning_brief_appraisal", "planning_brief_approval", "zoning_plan_appraisal"])
def test_only_an_adjustment_needs_the_approved_plan(key: str) -> None:
    files = Files(key)
    of_new, of_adjustment = (
        {paper.key for paper in files.facts.documents_of(case_of(files, plan_kind=kind)["case"])}
        for kind in ("new", "adjustment")
    )
    assert of_adjustment - of_new == {"approved_plan"}


ANYWHERE = ("house_building_permit", "household_business_registration", "investment_certificate")


@pytest.mark.parametrize("key", ANYWHERE)
def test_what_is_filed_anywhere_counts_from_the_competent_bodys_receipt_since_5_august_2026(key: str) -> None:
    files = Files(key)
    for case in {one.case for one in files.facts.terms}:
        before, since = (resolve_term(files.facts.terms_of(case), date(2026, 8, day)) for day in (4, 5))
        assert before.starts is not Starts.COMPETENT_BODY_RECEIPT
        assert since.starts is Starts.COMPETENT_BODY_RECEIPT
        assert (before.amount, before.unit) == (since.amount, since.unit)


@pytest.mark.parametrize(
    ("key", "answers", "body"),
    [
        ("house_building_permit", {"ward": "hiep_binh"}, "TD-P-HB"),
        ("house_building_permit", {"ward": "linh_xuan"}, "TD-P-LX"),
        ("house_building_permit", {"ward": "other"}, None),
        ("household_business_registration", {"ward": "linh_xuan"}, "TD-P-LX"),
        ("household_business_registration", {"ward": "other"}, None),
        ("investment_certificate", {"site": "outside"}, "TD-KT"),
        ("investment_certificate", {"site": "zone"}, "TD-BQL"),
        ("investment_certificate", {"site": "several"}, None),
    ],
)
def test_the_table_names_the_body_that_decides_or_nobody(key: str, answers: dict[str, Any], body: str | None) -> None:
    files = Files(key)
    rule = files.facts.routing
    assert rule is not None
    application = {**files.walks["granted"]["application"], **answers}
    made = files.decision_model(rule.file).decide(rule.decision, {"application": to_feel(application)}, now=NOW)
    assert from_feel(made.value) == body


@pytest.mark.parametrize("key", [key for key in KEYS if Files(key).facts.case])
def test_every_case_with_a_term_can_be_decided(key: str) -> None:
    files = Files(key)
    rule = files.facts.case
    assert rule is not None
    text = (files.folder / rule.file).read_text()
    assert {
        one.case for one in files.facts.terms if one.case and f'"{one.case}"' not in text.replace("&quot;", '"')
    } == set()


def test_a_dossier_is_of_its_case_from_the_filing_on_and_keeps_that_cases_term(
    db: Engine, fixed_clock: FixedClock
) -> None:
    fixed_clock.moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    city = City.found(db, fixed_clock, ADJUSTMENT)
    walk = city.walk_file(ADJUSTMENT, "th1_name")
    filed = city.file(ADJUSTMENT, walk["application"]).dossier
    assert filed.procedure_case == "TH1"
    (reception,) = city.open_tasks(filed.id)
    received = city.complete(reception, walk["answers"]["reception_check"][0])
    assert received.due_at is not None
    assert received.due_at.astimezone(city.platform.zone).date() == date(2026, 11, 27)  # 24/11 is a holiday
