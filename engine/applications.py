"""What the filed answers make of a dossier: which case of the procedure it is, whose it is, what it is about."""

from collections.abc import Mapping
from typing import Any

from engine.decisions import DecisionModelError
from engine.feel import FeelError, compile_expression, from_feel, to_feel
from engine.persistence.tables import DossierRow
from engine.platform import Platform
from engine.reuse import applicant_key
from engine.runtime.failures import DecisionFailure
from engine.runtime.procedure import Procedure
from engine.text import search_key


def case_of(procedure: Procedure, answers: Mapping[str, Any], platform: Platform) -> str:
    """The case of the procedure that the answers make it; empty where the procedure has no decision on cases.

    Raises:
        DecisionFailure: the decision gives no case for these answers.
    """
    rule = procedure.facts.case
    if rule is None:
        return ""
    given = {procedure.start_form: to_feel(answers)}
    try:
        made = procedure.decision_model(rule.file).decide(rule.decision, given, now=platform.now())
        value = from_feel(made.value)
    except (FeelError, DecisionModelError) as error:
        raise DecisionFailure(f"expected '{rule.decision}' in {rule.file} to say the case, found: {error}") from error
    case = value.get("case") if isinstance(value, dict) else value
    if not isinstance(case, str) or not case:
        raise DecisionFailure(
            f"expected '{rule.decision}' in {rule.file} to say the case of the procedure, found {value!r}; add a rule",
            "Bảng quyết định không xác định được trường hợp của hồ sơ này.",
        )
    return case


def name(dossier: DossierRow, procedure: Procedure, answers: Mapping[str, Any]) -> None:
    """Say whose dossier it is and what it is about, as procedure.toml reads it from the filed answers."""
    rules, filed = procedure.facts.applicant, {procedure.start_form: to_feel(answers)}
    dossier.applicant_name = _text_of(rules.name, filed)
    dossier.applicant_email = _text_of(rules.email, filed)
    dossier.summary = _text_of(rules.summary, filed)
    dossier.applicant_key = applicant_key(answers)
    dossier.search_key = search_key(dossier.code, dossier.applicant_name, dossier.summary)


def _text_of(expression: str, filed: Mapping[str, object]) -> str:
    value = compile_expression(expression).evaluate(filed) if expression else None
    return "" if value is None else str(value)
