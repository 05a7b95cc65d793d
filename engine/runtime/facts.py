"""procedure.toml: what a procedure is before anybody draws it, as checked values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from engine.deadlines.errors import TermContradictionError
from engine.deadlines.terms import Term, Unit
from engine.model import Finding, LegalBasis, StepLimit
from engine.runtime.rules import rule
from engine.runtime.toml_table import Table, load
from forms.i18n import Text

PATH: Final = "procedure.toml"
KEY: Final = r"[a-z][a-z0-9_]{0,63}"
SHARED: Final = "shared"  # the folder of what several procedures use; no procedure may be called so
NO_TEXT: Final = Text("")
ALWAYS_KNOWN_UNITS: Final = frozenset({"receiving", "competent", "support"})

KEY_TAKEN = rule(
    "facts-key-reserved",
    (
        'Tên “{found}” đã dành cho hệ thống ("shared", "dossier", "people").',
        'The name "{found}" is the platform\'s own.',
    ),
    ("Đặt tên khác.", "Choose another name."),
)
NO_TERM = rule(
    "facts-no-base-term",
    (
        "Không có thời hạn gốc chung ([[term]] không có overrides, không có case).",
        "There is no general base term (a [[term]] without overrides and without case).",
    ),
    ("Thêm thời hạn gốc theo luật.", "Add the term that the law gives."),
)
TERM_WRONG = rule(
    "facts-term",
    ("Thời hạn {key} không hợp lệ: {found}", "The term {key} does not hold together: {found}"),
    ("Sửa [[term]].", "Correct the [[term]]."),
)
TERM_OVERRIDES = rule(
    "facts-term-overrides",
    (
        "{key}: không có thời hạn nào tên “{found}” để thay thế.",
        '{key}: there is no base term called "{found}" to override.',
    ),
    ("Ghi tên của một thời hạn gốc.", "Name a base term."),
)
TERM_CASE = rule(
    "facts-term-case",
    (
        "{key}: không rõ trường hợp “{found}” do đâu quyết định.",
        '{key}: nothing decides whether a dossier is of the case "{found}".',
    ),
    (
        "Thêm [case] với file và decision; thời hạn tạm thời (overrides) theo trường hợp của thời hạn gốc.",
        "Add [case] with file and decision; a temporary term (overrides) has the case of its base term.",
    ),
)
DOCUMENT_CASE = rule(
    "facts-document-case",
    (
        "{key}: không có [case] nên không rõ hồ sơ nào thuộc trường hợp “{found}”.",
        '{key}: without [case] nothing says which dossiers are of the case "{found}".',
    ),
    (
        "Thêm [case] với file và decision, hoặc bỏ cases để giấy tờ cần cho mọi trường hợp.",
        "Add [case] with file and decision, or leave cases out: then every case needs the paper.",
    ),
)
REPEATED = rule(
    "facts-repeated",
    ("{key}: “{found}” lặp lại.", '{key}: "{found}" stands twice.'),
    ("Mỗi tên một lần.", "Use each name once."),
)
DATES = rule(
    "facts-dates",
    ("{key}: valid_to trước valid_from.", "{key}: valid_to lies before valid_from."),
    ("Sửa ngày.", "Correct the days."),
)


class CopyKind(StrEnum):
    """What kind of copy of a document is asked for: Decree 61/2018 speaks of these three."""

    ORIGINAL = "original"
    CERTIFIED = "certified"
    PLAIN = "plain"


@dataclass(frozen=True)
class StatutoryTerm:
    """A named term of the procedure; a temporary one says which base term it `overrides`.

    A base term with a `case` governs the dossiers of that case alone; one without governs all others.
    """

    name: str
    term: Term
    legal_basis: LegalBasis
    overrides: str = ""
    case: str = ""


@dataclass(frozen=True)
class CaseRule:
    """A decision over the filed answers: which case of the procedure a dossier is, or which body is competent."""

    file: str
    decision: str


@dataclass(frozen=True)
class RequiredDocument:
    """One paper of the dossier (thành phần hồ sơ); of the named `cases` alone, of every case when none is named."""

    key: str
    title: Text
    copies: int = 1
    copy_kind: CopyKind = CopyKind.PLAIN
    required: bool = True
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApplicantRules:
    """FEEL over the filed answers: who applies, where to write to, what it is about."""

    name: str
    email: str = ""
    summary: str = ""


@dataclass(frozen=True)
class ReceptionLimit:
    """How long a desk may take to receive, complete or refuse what came online, and which law says so."""

    limit: StepLimit
    legal_basis: LegalBasis


RECEPTION_LIMIT: Final = ReceptionLimit(
    StepLimit(1, Unit.WORKING_DAYS),
    LegalBasis("Nghị định 118/2025/NĐ-CP", "Điều 17, Điều 18", checked="2026-11-23", sample=True),
)
"""Where a procedure says nothing of its own in [reception]."""


@dataclass(frozen=True)
class Facts:
    """What procedure.toml says. `valid_from` and `valid_to` (included) are days of reception."""

    key: str
    national_code: str
    valid_from: date
    valid_to: date | None
    start_form: str
    title: Text
    field: Text
    applicant: ApplicantRules
    units: Mapping[str, str]
    terms: tuple[StatutoryTerm, ...]
    legal_bases: tuple[LegalBasis, ...] = ()
    documents: tuple[RequiredDocument, ...] = ()
    fee: Text = NO_TEXT
    result: Text = NO_TEXT
    case: CaseRule | None = None
    routing: CaseRule | None = None
    reception: ReceptionLimit = RECEPTION_LIMIT
    keywords: tuple[str, ...] = ()

    def documents_of(self, case: str) -> tuple[RequiredDocument, ...]:
        """The papers of a dossier of that case, in the order of the file."""
        return tuple(one for one in self.documents if not one.cases or case in one.cases)

    @property
    def law_terms(self) -> tuple[Term, ...]:
        """The terms of dossiers whose case has none of its own, for `engine.deadlines.terms.resolve_term`."""
        return self.terms_of("")

    def terms_of(self, case: str) -> tuple[Term, ...]:
        """The terms that may govern a dossier of that case: the case's own, else the general ones."""
        wanted = case if any(one.case == case for one in self.terms) else ""
        return tuple(one.term for one in self.terms if self.case_of(one) == wanted)

    def case_of(self, term: StatutoryTerm) -> str:
        """The case that a term is for: its own, or that of the base term it overrides."""
        if not term.overrides:
            return term.case
        return next((one.case for one in self.terms if one.name == term.overrides), "")


def read_facts(source: bytes) -> tuple[Facts | None, tuple[Finding, ...]]:
    """The facts, None when they have errors, and everything wrong with them."""
    raw, report = load(source, PATH)
    if report.findings:
        return None, tuple(report.findings)
    top = Table(raw, "", report)
    valid_from = top.day("valid_from", required=True) or date.min
    facts = Facts(
        key=_key(top, "key"),
        national_code=top.text("national_code", required=False),
        valid_from=valid_from,
        valid_to=_not_before(valid_from, top),
        start_form=_key(top, "start_form"),
        title=_text(top, "title", required=True),
        field=_text(top, "field", required=True),
        applicant=_applicant(top),
        units=_units(top),
        terms=tuple(_term(table) for table in top.tables("term")),
        legal_bases=tuple(_legal_basis(table) for table in top.tables("legal_basis")),
        documents=tuple(_document(table) for table in top.tables("document")),
        fee=_text(top, "fee"),
        result=_text(top, "result"),
        case=_decision_over_answers(top, "case"),
        routing=_decision_over_answers(top, "routing"),
        reception=_reception(top),
        keywords=top.texts("keywords"),
    )
    top.close()
    _check_terms(facts.terms, top, decided=facts.case is not None)
    _check_documents(facts, top)
    errors = any(finding.error for finding in report.findings)
    return (None if errors else facts), tuple(report.findings)


def _key(top: Table, name: str) -> str:
    value = top.text(name, pattern=KEY)
    if value in {SHARED, "dossier", "people"}:
        top.report.add(KEY_TAKEN, name, found=value)
    return value


def _not_before(valid_from: date, top: Table) -> date | None:
    valid_to = top.day("valid_to")
    if valid_to and valid_to < valid_from:
        top.report.add(DATES, "valid_to")
    return valid_to


def _text(top: Table, key: str, *, required: bool = False) -> Text:
    table = top.table(key, required=required)
    if table is None:
        return NO_TEXT
    read = Text(table.text("vi"), table.text("en"))
    table.close()
    return read


def _applicant(top: Table) -> ApplicantRules:
    table = top.table("applicant", required=True)
    if table is None:
        return ApplicantRules("")
    rules = ApplicantRules(
        *(table.text(key, required=key == "name").removeprefix("=").strip() for key in ("name", "email", "summary"))
    )
    table.close()
    return rules


def _units(top: Table) -> Mapping[str, str]:
    table = top.table("units", required=True)
    if table is None:
        return {}
    for key in ("competent", "receiving", *(("unroutable",) if "routing" in top.raw else ())):
        table.text(key)
    return {key: table.text(key) for key in table.raw}


def _legal_basis(table: Table) -> LegalBasis:
    checked = table.day("checked")
    basis = LegalBasis(
        document=table.text("document"),
        article=table.text("article", required=False),
        checked=checked.isoformat() if checked else "",
        sample=table.flag("sample"),
        source=table.text("source", required=False),
    )
    table.close()
    return basis


def _decision_over_answers(top: Table, key: str) -> CaseRule | None:
    table = top.table(key)
    if table is None:
        return None
    read = CaseRule(table.text("file"), table.text("decision"))
    table.close()
    return read


def _term(table: Table) -> StatutoryTerm:
    name = table.text("name", pattern=KEY)
    case = table.text("case", required=False)
    overrides = table.text("overrides", required=False)
    inner = table.table("legal_basis", required=True)
    basis = _legal_basis(inner) if inner else LegalBasis("")
    said = table.raw_values("amount", "unit", "starts", "ends", "cut_off", "max_extensions", "max_suspensions")
    if "amount" in said:
        said["amount"] = table.whole("amount")
    said |= {key: day for key in ("valid_from", "valid_to") if (day := table.day(key))}
    said |= {"override": bool(overrides), "legal_basis": f"{basis.document} {basis.article}".strip()}
    said |= {"sample": basis.sample, **({"checked": basis.checked} if basis.checked else {})}
    table.close()
    try:
        term = Term.parse(said)
    except TermContradictionError as problem:
        table.report.add(TERM_WRONG, table.name, found=problem.message)
        term = Term(1, Unit.WORKING_DAYS)  # stands in while the other findings are gathered
    return StatutoryTerm(name, term, basis, overrides, case)


def _document(table: Table) -> RequiredDocument:
    kind = table.text("copy_kind", required=False) or CopyKind.PLAIN
    if kind not in set(CopyKind):
        table.wrong("copy_kind", kind, (", ".join(CopyKind), ", ".join(CopyKind)))
        kind = CopyKind.PLAIN
    document = RequiredDocument(
        key=table.text("key", pattern=KEY),
        title=Text(table.text("vi"), table.text("en")),
        copies=table.whole("copies"),
        copy_kind=CopyKind(kind),
        required=table.flag("required", default=True),
        cases=table.texts("cases"),
    )
    table.close()
    return document


def _reception(top: Table) -> ReceptionLimit:
    table = top.table("reception")
    if table is None:
        return RECEPTION_LIMIT
    unit = table.text("unit")
    if unit and unit not in set(Unit):
        table.wrong("unit", unit, (", ".join(Unit), ", ".join(Unit)))
    inner = table.table("legal_basis", required=True)
    basis = _legal_basis(inner) if inner else LegalBasis("")
    limit = StepLimit(table.whole("amount"), Unit(unit) if unit in set(Unit) else Unit.WORKING_DAYS)
    table.close()
    return ReceptionLimit(limit, basis)


def _check_terms(terms: tuple[StatutoryTerm, ...], top: Table, *, decided: bool) -> None:
    base = {one.name for one in terms if not one.overrides}
    if not any(not one.case for one in terms if not one.overrides):
        top.report.add(NO_TERM, "term")
    for index, one in enumerate(terms):
        if one.case and (one.overrides or not decided):
            top.report.add(TERM_CASE, f"term[{index}]", found=one.case)
    for index, one in enumerate(terms):
        if one.overrides and one.overrides not in base:
            top.report.add(TERM_OVERRIDES, f"term[{index}]", found=one.overrides)
    _check_unique("term", (one.name for one in terms), top)


def _check_documents(facts: Facts, top: Table) -> None:
    """A key stands once; for papers of single cases, once in each case. Cases need a decision on them."""
    seen: dict[str, set[str]] = {}
    for index, one in enumerate(facts.documents):
        if one.cases and facts.case is None:
            top.report.add(DOCUMENT_CASE, f"document[{index}].cases", found=", ".join(one.cases))
        before, here = seen.setdefault(one.key, set()), set(one.cases or ("",))
        if one.key and before and ("" in before | here or before & here):
            top.report.add(REPEATED, f"document[{index}]", found=one.key)
        before |= here


def _check_unique(key: str, names: Iterable[str], top: Table) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name and name in seen:
            top.report.add(REPEATED, f"{key}[{index}]", found=name)
        seen.add(name)
