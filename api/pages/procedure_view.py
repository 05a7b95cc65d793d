"""A procedure as pages show it: what it is for, how long it takes, what it costs, which papers, which law."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, wording
from api.site import site
from engine import procedures
from engine.deadlines.errors import NoTermInForceError
from engine.deadlines.terms import Term, resolve_term
from engine.model import LegalBasis
from engine.persistence.tables import ProcedureVersionRow
from engine.runtime.cases import cases_of
from engine.runtime.facts import RequiredDocument
from engine.runtime.procedure import Procedure
from engine.text import alphabetical, fold, slips

_LONG_ENOUGH = 4  # letters of a word in which a slip is forgiven


@dataclass(frozen=True)
class Paper:
    """A paper that an applicant has to file."""

    title: str
    kind: str
    copies: int
    required: bool


@dataclass(frozen=True)
class CaseView:
    """One case of a procedure: how long it takes if it is received today, and its papers beside the common ones."""

    key: str
    title: str
    term: str
    sample: bool
    documents: tuple[Paper, ...]


@dataclass(frozen=True)
class ProcedureView:
    """Everything a page says of a procedure; `documents` are the papers that every case needs."""

    key: str
    title: str
    field: str
    term: str
    fee: str
    facts: tuple[tuple[str, str], ...]
    documents: tuple[Paper, ...]
    bases: tuple[LegalBasis, ...]
    cases: tuple[CaseView, ...]
    keywords: tuple[str, ...]


_MOST_KNOWN = 500  # what has been said of versions, in two languages, on the days that the process has lived
_known: dict[tuple[str, str, date], ProcedureView] = {}  # by checksum, language and day; a version never changes


def view(procedure: Procedure) -> ProcedureView:
    """What pages say of this version today."""
    asked = (procedure.bundle.checksum, current_language(), site().platform.today())
    if asked not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[asked] = _view(procedure)
    return _known[asked]


def _view(procedure: Procedure) -> ProcedureView:
    lang, facts = current_language(), procedure.facts
    term = term_today(procedure)
    return ProcedureView(
        key=procedure.key,
        title=facts.title.get(lang),
        field=facts.field.get(lang),
        term=term.describe(lang) if term else "",
        fee=facts.fee.get(lang),
        facts=tuple(_facts(procedure, term)),
        documents=tuple(_paper(one) for one in facts.documents if not one.cases),
        bases=facts.legal_bases,
        cases=tuple(_cases(procedure)),
        keywords=facts.keywords,
    )


def term_today(procedure: Procedure, case: str = "") -> Term | None:
    """The statutory term that would govern a dossier of that case received today; None when no rule is in force."""
    try:
        return resolve_term(procedure.terms_of(case), site().platform.today())
    except NoTermInForceError:
        return None


def offered(session: Session, wanted: str, day: date) -> list[ProcedureView]:
    """The procedures that can be filed on the day and match the words, best match first; all for no words, by title."""
    views = [view(procedures.loaded(session, version.id)) for version in procedures.offered(session, day)]
    words = fold(wanted).split()
    if not words:
        return sorted(views, key=lambda one: alphabetical(one.title))
    ranked = [(_score(one, words), one) for one in views]
    return [one for score, one in sorted(ranked, key=lambda pair: -pair[0]) if score]


def title_of(session: Session, version_id: UUID) -> str:
    """The title of a deployed version, in the reader's language."""
    return procedures.loaded(session, version_id).title(current_language())


def span(version: ProcedureVersionRow) -> str:
    """For dossiers of which days a version is meant."""
    first = present.day_text(version.valid_from)
    if version.valid_to is None:
        return _("từ %(first)s", first=first)
    return _("từ %(first)s đến hết %(last)s", first=first, last=present.day_text(version.valid_to))


def _cases(procedure: Procedure) -> Iterable[CaseView]:
    for one in cases_of(procedure):
        term = term_today(procedure, one.key)
        yield CaseView(
            key=one.key,
            title=one.title.get(current_language()),
            term=_in_words(term) if term else _("Chưa có quy định đang có hiệu lực"),
            sample=term is not None and term.sample,
            documents=tuple(_paper(paper) for paper in procedure.facts.documents if one.key in paper.cases),
        )


def _facts(procedure: Procedure, term: Term | None) -> Iterable[tuple[str, str]]:
    lang, facts = current_language(), procedure.facts
    if cases_of(procedure):
        said = _("Tùy trường hợp, xem bên dưới")
    else:
        said = _in_words(term) if term else _("Chưa có quy định đang có hiệu lực")
    rows = [
        (_("Lĩnh vực"), facts.field.get(lang)),
        (_("Mã thủ tục quốc gia"), facts.national_code),
        (_("Thời hạn giải quyết"), said),
        (_("Phí, lệ phí"), facts.fee.get(lang)),
        (_("Kết quả"), facts.result.get(lang)),
    ]
    return [(key, value) for key, value in rows if value]


def _in_words(term: Term) -> str:
    words = term.describe(current_language())
    if term.valid_to:
        words = _("%(term)s (áp dụng tạm thời đến hết %(day)s)", term=words, day=present.day_text(term.valid_to))
    return f"{words} — {term.legal_basis}" if term.legal_basis else words


def _paper(one: RequiredDocument) -> Paper:
    kind = wording.word(wording.COPY_KINDS, one.copy_kind)
    return Paper(one.title.get(current_language()), kind, one.copies, one.required)


def _score(one: ProcedureView, words: Sequence[str]) -> int:
    """How well a procedure answers the words: every word must occur somewhere; the title weighs most.

    Who says more than a keyword ("mở quán cà phê" for "mở quán") means that procedure, whatever else is said.
    """
    title, said = fold(one.title), fold(" | ".join(one.keywords))
    cases = " ".join(case.title for case in one.cases)
    rest = fold(" ".join((one.field, one.key, cases, *(value for _key, value in one.facts))))
    every = (*one.documents, *(paper for case in one.cases for paper in case.documents))
    papers = fold(" ".join(paper.title for paper in every))
    asked = " ".join(words)
    named = sum(1 for known in map(fold, one.keywords) if f" {known} " in f" {asked} ")
    score = 8 * (asked in said) + 8 * named
    for word in words:
        places = ((4, title), (3, said), (2, rest), (1, papers))
        found = sum(weight for weight, text in places if _holds(text, word)) or _meant(f"{title} {said}", word)
        if not found and not named:
            return 0
        score += found
    return score


def _meant(text: str, word: str) -> int:
    """1 where a word is there but for a slip of the finger; short words are too like each other."""
    return int(len(word) >= _LONG_ENOUGH and any(slips(word, known) for known in set(text.split())))


def _holds(text: str, word: str) -> bool:
    """Whether a word of the text begins like this."""
    return re.search(rf"\b{re.escape(word)}", text) is not None
