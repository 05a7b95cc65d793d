"""The cases (trường hợp) of a procedure: what the decision on them can answer, with the names that it gives them.

Only a table tells its answers beforehand: of its rules, the results that are plain text. Any other logic is asked when
a dossier is filed, and its cases are not known before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.decisions import DecisionModel, DecisionModelError
from engine.decisions.model import DecisionTable, Rule
from engine.feel import FeelError, compile_expression
from engine.model import Finding
from engine.runtime.facts import PATH, Facts
from engine.runtime.procedure import Procedure
from engine.runtime.rules import rule
from engine.runtime.toml_table import lines_of
from forms.i18n import Text

_CASE: Final = "case"
_NAMES: Final = ("label", "label_en")

CASE_UNKNOWN = rule(
    "case-unknown",
    (
        "{key}: bảng quyết định không có trường hợp “{found}”; chỉ có {known}.",
        '{key}: the decision never answers the case "{found}"; it answers {known}.',
    ),
    ("Sửa tên trường hợp, hoặc thêm quy tắc vào bảng.", "Correct the case, or add a rule to the table."),
)


@dataclass(frozen=True)
class ProcedureCase:
    """One case: its key, and what people call it (the key where the table says nothing)."""

    key: str
    title: Text


def cases_of(procedure: Procedure) -> tuple[ProcedureCase, ...]:
    """The cases of a procedure in the order of its table; empty when it has none or they are not known beforehand."""
    said = procedure.facts.case
    return _answers(procedure.decision_model(said.file), said.decision) if said else ()


def title_of(procedure: Procedure, case: str) -> Text:
    """What people call a case."""
    return next((one.title for one in cases_of(procedure) if one.key == case), Text(case))


def findings(facts: Facts, models: Mapping[str, DecisionModel], source: bytes) -> Iterator[Finding]:
    """Cases that papers and terms name and that the decision never answers; `source` is procedure.toml, for lines."""
    said = facts.case
    known = _answers(models[said.file], said.decision) if said and said.file in models else ()
    if not known:
        return
    keys, lines = {one.key for one in known}, lines_of(source.decode("utf-8", "replace"))
    named = [(f"document[{i}].cases", case) for i, one in enumerate(facts.documents) for case in one.cases]
    named += [(f"term[{i}].case", one.case) for i, one in enumerate(facts.terms) if one.case]
    for key, case in named:
        if case not in keys:
            yield CASE_UNKNOWN.at(PATH, lines.get(key, 0), key=key, found=case, known=", ".join(sorted(keys)))


@lru_cache(maxsize=256)
def _answers(model: DecisionModel, decision: str) -> tuple[ProcedureCase, ...]:
    try:
        node = model.nodes[model.find(decision)]
    except DecisionModelError:
        return ()
    table = getattr(node, "logic", None)
    if not isinstance(table, DecisionTable):
        return ()
    columns = [output.name for output in table.outputs] if len(table.outputs) > 1 else [_CASE]
    found: dict[str, list[Text]] = {}
    for each in table.rules:
        said = _row(columns, each)
        if key := said.get(_CASE, ""):
            found.setdefault(key, []).append(Text(*(said.get(name, "") for name in _NAMES)))
    return tuple(ProcedureCase(key, _common(key, titles)) for key, titles in found.items())


def _row(columns: list[str], each: Rule) -> dict[str, str]:
    return {name: _plain(result.text) for name, result in zip(columns, each.results, strict=False)}


def _plain(text: str) -> str:
    """The text that a FEEL expression is; empty when it is anything but one text."""
    try:
        value = compile_expression(text).evaluate({}) if text.strip() not in {"", "-"} else None
    except FeelError:
        return ""
    return value if isinstance(value, str) else ""


def _common(key: str, titles: list[Text]) -> Text:
    """One name for a case that several rules answer: what their names begin with alike, up to a colon."""
    return Text(*(_alike([side.get(lang) for side in titles]) or key for lang in ("vi", "en")))


def _alike(names: list[str]) -> str:
    if len(set(names)) == 1:
        return names[0]
    heads = {name.partition(":")[0].strip() for name in names}
    return heads.pop() if len(heads) == 1 else " / ".join(dict.fromkeys(filter(None, names)))
