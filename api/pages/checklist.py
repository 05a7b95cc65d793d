"""The papers of a dossier as a list to be ticked off: at the desk, and in the step that receives an online dossier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, wording
from api.pages.papers_said import Said
from engine.attachments import available
from engine.model import Actor, Channel
from engine.papers import CheckedPaper, PaperState, asked_by_form, checked, filed
from engine.persistence import documents, dossiers
from engine.persistence.tables import DossierRow
from engine.procedures import pinned
from engine.reuse import Reusable, applicant_key, offered
from engine.runtime.cases import cases_of, title_of
from engine.runtime.facts import CopyKind, RequiredDocument
from engine.runtime.procedure import Procedure
from forms.page import ComponentView, FormView


@dataclass(frozen=True)
class File:
    """A file that belongs to a paper already."""

    id: str
    name: str
    href: str


@dataclass(frozen=True)
class Line:
    """One paper on the list, with what was said of it so far."""

    key: str
    id: str
    title: str
    wanted: str
    required: bool
    of_cases: str
    state: str
    copies: str
    kind: str
    reason: str
    reuse: str
    files: tuple[File, ...]
    own_upload: bool  # the form has no field for it
    upload: ComponentView | None  # the form's field for it, where it stands on the list and not in the form
    reusable: tuple[tuple[str, str], ...]
    told: str  # who has checked it when, or from where it was taken


@dataclass(frozen=True)
class Checklist:
    """The list as a page shows it."""

    lines: tuple[Line, ...]
    kinds: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    on_paper: bool
    case: str = ""


def of_dossier(session: Session, actor: Actor, dossier: DossierRow, what: Said | None = None) -> Checklist:
    """The list for a dossier that has been filed."""
    procedure, data = pinned(session, dossier), dossiers.data_of(session, dossier.id)
    answers = data.get(procedure.start_form) or {}
    on_paper = dossier.channel != Channel.ONLINE
    stated = filed(procedure, dossier.procedure_case, answers)
    if on_paper:  # no file says nothing of the paper itself
        stated = {key: one for key, one in stated.items() if one.documents}
    papers = {**stated, **checked(data)}
    known = offered(session, actor, dossier.applicant_key, dossier.applicant_name, dossier.id)
    named = {identifier for paper in papers.values() for identifier in paper.documents}
    rows = {str(row.id): row.filename for row in documents.of_dossier(session, dossier.id) if str(row.id) in named}
    return _list(session, procedure, dossier.procedure_case, _Known(papers, known, rows, on_paper), what)


@dataclass(frozen=True)
class Typed:
    """What has been typed into the form so far, the case that makes it, and the form's fields for papers by name."""

    case: str
    answers: Mapping[str, object]
    uploads: Mapping[str, ComponentView]


def at_desk(session: Session, actor: Actor, procedure: Procedure, typed: Typed, what: Said | None) -> Checklist:
    """The list for what somebody brings to the desk."""
    case, answers = typed.case, typed.answers
    papers = {key: one for key, one in filed(procedure, case, answers).items() if one.state is PaperState.PRESENT}
    name = str(answers.get("applicant_name") or "")
    known = offered(session, actor, applicant_key(answers), name)
    return _list(session, procedure, case, _Known(papers, known, {}, True, typed.uploads), what)


def split(view: FormView, names: frozenset[str]) -> tuple[FormView, dict[str, ComponentView]]:
    """The form without its fields for these papers, which stand on the list instead, and those fields by name."""
    found = {one.name: one for one in view.walk() if one.kind == "file" and one.name in names}
    return replace(view, components=_without(view.components, frozenset(found))), found


def _without(components: tuple[ComponentView, ...], names: frozenset[str]) -> tuple[ComponentView, ...]:
    kept = []
    for one in components:
        inner = _without(one.components, names)
        emptied = one.kind == "group" and one.components and not any(each.visible for each in inner)
        if not emptied and not (one.kind == "file" and one.name in names):
            kept.append(replace(one, components=inner))
    return tuple(kept)


@dataclass(frozen=True)
class _Known:
    papers: Mapping[str, CheckedPaper]
    reusable: Sequence[Reusable]
    files: Mapping[str, str]
    on_paper: bool
    uploads: Mapping[str, ComponentView] = field(default_factory=dict)


def _list(session: Session, procedure: Procedure, case: str, known: _Known, what: Said | None) -> Checklist:
    facts = procedure.facts
    shown = facts.documents_of(case) if case or not cases_of(procedure) else facts.documents
    once = {one.key: one for one in reversed(shown)}
    own = asked_by_form(procedure)
    lines = tuple(_line(session, procedure, one, known, what, own) for one in reversed(once.values()))
    states = (
        (PaperState.PRESENT.value, _("Có")),
        (PaperState.MISSING.value, _("Thiếu")),
        (PaperState.WAIVED.value, _("Không cần, vì…")),
    )
    kinds = tuple((kind.value, wording.word(wording.COPY_KINDS, kind)) for kind in CopyKind)
    title = title_of(procedure, case).get(current_language()) if case else ""
    return Checklist(lines, kinds, states, known.on_paper, title)


def _line(
    session: Session,
    procedure: Procedure,
    document: RequiredDocument,
    known: _Known,
    what: Said | None,
    own: frozenset[str],
) -> Line:
    lang, key = current_language(), document.key
    paper, typed = known.papers.get(key), (what.words.get(key, {}) if what else {})
    kind = typed.get("kind") or (paper.copy_kind if paper and paper.copy_kind else document.copy_kind)
    copies = typed.get("copies") or str(paper.copies if paper and paper.copies is not None else document.copies)
    titles = [title_of(procedure, case).get(lang) for case in document.cases]
    return Line(
        key=key,
        id=f"paper-{key}",
        title=document.title.get(lang),
        wanted=f"{document.copies} × {wording.word(wording.COPY_KINDS, document.copy_kind).lower()}",
        required=document.required,
        of_cases="; ".join(titles),
        state=typed.get("state") or (paper.state.value if paper else ""),
        copies=copies,
        kind=str(kind),
        reason=typed.get("reason") or (paper.reason if paper else ""),
        reuse=typed.get("reuse", ""),
        files=tuple(_files(session, paper, known, what, key)),
        own_upload=known.on_paper and key not in own,
        upload=known.uploads.get(key),
        reusable=tuple(_choices(known.reusable, key, lang)),
        told=_told(paper),
    )


def _files(session: Session, paper: CheckedPaper | None, known: _Known, what: Said | None, key: str) -> Iterable[File]:
    for identifier in paper.documents if paper else ():
        if identifier in known.files:
            href = url_for("dossiers.paper", document_id=identifier)
            yield File("", known.files[identifier], href)
    for identifier in what.scans.get(key, ()) if what else ():
        if what and (found := available(session, identifier, what.uploader_key)):
            yield File(identifier, found.name, "")


def _choices(reusable: Sequence[Reusable], key: str, lang: str) -> Iterable[tuple[str, str]]:
    """The same paper first, then results, then whatever else the person has given."""
    for one in sorted(reusable, key=lambda each: (each.key != key, each.key != "")):
        words = {
            "paper": one.title.get(lang),
            "code": one.dossier_code,
            "day": present.day_text(one.filed_at.isoformat()),
        }
        yield str(one.document_id), _("%(paper)s, hồ sơ %(code)s ngày %(day)s", **words) + f" ({one.filename})"


def _told(paper: CheckedPaper | None) -> str:
    if paper is None or not paper.checked_by:
        return ""
    words = _(
        "%(person)s kiểm tra lúc %(moment)s", person=paper.checked_by, moment=present.moment_text(paper.checked_at)
    )
    if not paper.source:
        return words
    again = _("dùng lại từ hồ sơ %(code)s", code=paper.source)
    return f"{words}; {again}"


def lines_of(session: Session, dossier: DossierRow) -> list[dict[str, str]]:
    """The checked papers in words, for the dossier's page: title, state, copies, how digital, who checked."""
    procedure = pinned(session, dossier)
    found = checked(dossiers.data_of(session, dossier.id))
    lang = current_language()
    return [
        {
            "title": one.title.get(lang),
            "state": _state(found[one.key], required=one.required),
            "copies": _copies(found[one.key]),
            "digital": wording.word(wording.DIGITISATION, str(int(found[one.key].digitisation))),
            "reason": found[one.key].reason,
            "told": _told(found[one.key]),
        }
        for one in procedure.facts.documents_of(dossier.procedure_case)
        if one.key in found
    ]


def _state(paper: CheckedPaper, *, required: bool) -> str:
    """Whether it is there; what nobody has to file is not missing."""
    if paper.state is PaperState.MISSING and not required:
        return _("Không nộp")
    return wording.word(wording.PAPER_STATES, paper.state)


def _copies(paper: CheckedPaper) -> str:
    if paper.copies is None or paper.state is not PaperState.PRESENT:
        return ""
    kind = wording.word(wording.COPY_KINDS, paper.copy_kind) if paper.copy_kind else ""
    return f"{paper.copies} {kind.lower()}".strip()
