"""The papers of a dossier: what the law asks for in its case, what is there and in which form, who has checked it.

A desk checks them when it takes a dossier in. What it says is kept with the dossier's data under a name that no form
can have, in the history, and counted on the dossier's row. The rule that follows from it is one sentence: what is
required and missing is asked for, in one request that lists all of it, or accepted without for a reason that is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any, Final

from engine.change import Change
from engine.errors import ConflictError, InvalidInputError
from engine.events import EventType
from engine.model import Channel
from engine.runtime.facts import CopyKind, RequiredDocument
from engine.runtime.procedure import Procedure
from forms.fields import FileField

CHECK_FORM: Final = "reception_check"
"""The form of the step that checks whether a dossier is complete; `decision` and `missing` are its answers."""

DATA_KEY: Final = "@papers"
_MOST_REASON: Final = 500
_STRENGTH: Final = {CopyKind.PLAIN: 0, CopyKind.CERTIFIED: 1, CopyKind.ORIGINAL: 2}
_KIND_VI: Final = {
    CopyKind.ORIGINAL: "bản chính",
    CopyKind.CERTIFIED: "bản chứng thực",
    CopyKind.PLAIN: "bản chụp",
}


class PaperState(StrEnum):
    """Whether a paper is there."""

    PRESENT = "present"
    MISSING = "missing"
    WAIVED = "waived"  # accepted without, for a reason: the data are in a database, or the law does not ask here


class Digitisation(IntEnum):
    """How a paper came to be digital; the codes that the national portal uses."""

    NONE = 0
    DIGITISED = 1
    REUSED_PAPER = 2  # from another dossier's paper
    REUSED_RESULT = 3  # from an earlier result


class IncompleteError(ConflictError):
    """The dossier cannot be accepted: required papers are missing and no reason is given."""

    code = "dossier-incomplete"
    title_vi = "Hồ sơ chưa đủ thành phần."


@dataclass(frozen=True)
class Presented:
    """What somebody at a desk says of one paper. `copies` None: not counted, as for a file; `reuse` is a document."""

    key: str
    state: PaperState
    copies: int | None = None
    copy_kind: CopyKind | None = None
    documents: tuple[str, ...] = ()
    reuse: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Taken:
    """A document of an earlier dossier that is used again: this dossier's own record of it, how, and from where."""

    document: str
    how: Digitisation
    source: str  # the code of the earlier dossier


@dataclass(frozen=True)
class CheckedPaper:
    """One paper of a dossier as it was checked; `source` is the code of the dossier it was taken from, if any."""

    key: str
    state: PaperState
    copies: int | None = None
    copy_kind: CopyKind | None = None
    digitisation: Digitisation = Digitisation.NONE
    documents: tuple[str, ...] = ()
    reason: str = ""
    source: str = ""
    checked_by: str = ""
    checked_at: str = field(default="")  # ISO 8601

    def as_json(self) -> dict[str, Any]:
        """What is kept of it."""
        return {**asdict(self), "documents": list(self.documents)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "CheckedPaper":
        """What was kept, read again."""
        kind = kept.get("copy_kind")
        return cls(
            **{
                **kept,
                "state": PaperState(kept["state"]),
                "copy_kind": CopyKind(kind) if kind else None,
                "digitisation": Digitisation(kept["digitisation"]),
                "documents": tuple(kept["documents"]),
            }
        )


def checked(data: Mapping[str, Any]) -> dict[str, CheckedPaper]:
    """The papers of a dossier as they were last checked, by key; `data` is what the dossier says."""
    return {one["key"]: CheckedPaper.of_json(one) for one in data.get(DATA_KEY) or ()}


def asked_by_form(procedure: Procedure) -> frozenset[str]:
    """The papers for which the first form has a field of the same name."""
    fields = procedure.forms[procedure.start_form].fields
    return frozenset(one.path[0] for one in fields if isinstance(one, FileField) and one.path)


def filed(procedure: Procedure, case: str, answers: Mapping[str, Any]) -> dict[str, CheckedPaper]:
    """What the filed answers alone say: of papers that the first form asks for, whether there is a file."""
    found: dict[str, CheckedPaper] = {}
    for key in asked_by_form(procedure) & {one.key for one in procedure.facts.documents_of(case)}:
        files = answers.get(key)
        named = tuple(str(one) for one in files) if isinstance(files, list) else ()
        state = PaperState.PRESENT if named else PaperState.MISSING
        found[key] = CheckedPaper(key, state, digitisation=Digitisation(bool(named)), documents=named)
    return found


def lacking(document: RequiredDocument, paper: CheckedPaper | None) -> str:
    """What is still wanted of a required paper, in Vietnamese; empty when nothing is, or the paper is not required.

    A paper that nobody has said anything of is not lacking: whoever accepts the dossier says that it is there.
    """
    if paper is None or not document.required or paper.state is PaperState.WAIVED:
        return ""
    wanted = f"{document.copies:02d} {_KIND_VI[document.copy_kind]}"
    if paper.state is PaperState.MISSING:
        return f"Nộp {wanted}"
    if paper.copies is None:
        return ""
    kind = paper.copy_kind or document.copy_kind
    if paper.copies < document.copies:
        return f"Nộp đủ {wanted} (đã có {paper.copies:02d})"
    return f"Nộp {wanted} (đã có {_KIND_VI[kind]})" if _STRENGTH[kind] < _STRENGTH[document.copy_kind] else ""


def missing(procedure: Procedure, case: str, papers: Mapping[str, CheckedPaper]) -> list[dict[str, str]]:
    """Everything that a request for a supplement has to list, as its form keeps it: `paper` and `wanted`."""
    documents = procedure.facts.documents_of(case)
    lines = ((one, lacking(one, papers.get(one.key))) for one in documents)
    return [{"paper": one.title.vi[:200], "wanted": wanted} for one, wanted in lines if wanted]


# ---- what a desk says ---------------------------------------------------------------------------------------


def record(change: Change, presented: Sequence[Presented], taken: Mapping[str, Taken]) -> None:
    """Keep what a desk has checked; `taken` are the documents that are used again, by what `reuse` calls them.

    Raises:
        InvalidInputError: a paper that this case does not have, or one accepted without that has no reason.
    """
    known = {one.key: one for one in change.procedure.facts.documents_of(change.dossier.procedure_case)}
    papers = present(change)
    for one in presented:
        if one.key not in known:
            raise InvalidInputError(
                f"expected papers of this procedure's case, found '{one.key}'; there are {', '.join(known) or 'none'}",
                f"Thủ tục này không có giấy tờ “{one.key}” trong thành phần hồ sơ.",
            )
        if one.state is PaperState.WAIVED and not one.reason.strip():
            title = known[one.key].title
            raise InvalidInputError(
                f"expected a reason for accepting the dossier without '{title.get('en')}', found none",
                f"Nêu lý do tiếp nhận khi không có “{title.vi}” (ví dụ: đã có trong cơ sở dữ liệu dân cư).",
            )
        papers[one.key] = _as_checked(change, one, papers.get(one.key), taken)
    _keep(change, papers)


def present(change: Change) -> dict[str, CheckedPaper]:
    """The papers as they were last checked, else as they were filed."""
    answers = change.said(change.procedure.start_form)
    stated = filed(change.procedure, change.dossier.procedure_case, answers if isinstance(answers, Mapping) else {})
    return {**stated, **checked({DATA_KEY: change.said(DATA_KEY)})}


def settle(change: Change, answers: Mapping[str, Any]) -> None:
    """What follows when the check of completeness is sent: an incomplete dossier is not accepted.

    Raises:
        IncompleteError: required papers are missing and no reason is given for accepting the dossier without.
        InvalidInputError: the request asks for a paper that is there.
    """
    procedure, case, papers = change.procedure, change.dossier.procedure_case, present(change)
    if not procedure.facts.documents_of(case):
        return
    lines = missing(procedure, case, papers)
    if answers.get("decision") == "accept":
        if lines:
            told = "; ".join(f"{line['paper']}: {line['wanted']}" for line in lines)
            raise IncompleteError(
                f"expected every required paper, found missing: {told}; ask for a supplement, or give a reason for "
                "accepting the dossier without",
                f"Còn thiếu: {told}. Hãy yêu cầu bổ sung, hoặc nêu lý do tiếp nhận khi không có giấy tờ đó.",
            )
        _keep(change, {**papers, **_declared(change, papers)})
    elif answers.get("decision") == "supplement":
        _refuse_idle_request(procedure, case, papers, answers)


def whole_request(change: Change, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers with everything that is missing in the list of what is asked for: one request names it all."""
    if raw.get("decision") != "supplement":
        return raw
    listed = [line for line in raw.get("missing") or () if isinstance(line, Mapping) and any(line.values())]
    named = {str(line.get("paper", "")).strip().casefold() for line in listed}
    lines = missing(change.procedure, change.dossier.procedure_case, present(change))
    return {**raw, "missing": [*(line for line in lines if line["paper"].casefold() not in named), *listed]}


def _refuse_idle_request(
    procedure: Procedure, case: str, papers: Mapping[str, CheckedPaper], answers: Mapping[str, Any]
) -> None:
    there = {
        one.title.vi.casefold(): one.title
        for one in procedure.facts.documents_of(case)
        if (paper := papers.get(one.key)) and paper.checked_by and paper.state is not PaperState.MISSING
        if not lacking(one, paper)
    }
    for line in answers.get("missing") or ():
        title = there.get(str(line.get("paper", "")).strip().casefold())
        if title:
            raise InvalidInputError(
                f"expected a request for what is missing, found '{title.get('en')}', which was checked as present",
                f"“{title.vi}” đã được đánh dấu là có; sửa danh sách kiểm tra hoặc bỏ khỏi yêu cầu bổ sung.",
            )


def _declared(change: Change, papers: Mapping[str, CheckedPaper]) -> dict[str, CheckedPaper]:
    """Required papers that nobody has said anything of: accepting the dossier says that they are there."""
    documents = change.procedure.facts.documents_of(change.dossier.procedure_case)
    unsaid = (one for one in documents if one.required and one.key not in papers)
    return {one.key: _signed(change, CheckedPaper(one.key, PaperState.PRESENT)) for one in unsaid}


def _as_checked(
    change: Change, said: Presented, before: CheckedPaper | None, taken: Mapping[str, Taken]
) -> CheckedPaper:
    paper = CheckedPaper(said.key, said.state, reason=said.reason.strip()[:_MOST_REASON])
    if said.state is not PaperState.PRESENT:
        return _signed(change, replace(paper, documents=before.documents if before else ()))
    files = (*(before.documents if before else ()), *said.documents)
    how, source = Digitisation(bool(files)), ""
    if before and before.digitisation >= Digitisation.REUSED_PAPER:
        how, source = before.digitisation, before.source
    if again := taken.get(said.reuse):
        files, how, source = (*files, again.document), again.how, again.source
    documents = tuple(dict.fromkeys(files))
    kind = said.copy_kind if said.copies else None
    paper = replace(paper, documents=documents, digitisation=how, source=source, copies=said.copies, copy_kind=kind)
    return _signed(change, paper)


def _signed(change: Change, paper: CheckedPaper) -> CheckedPaper:
    return replace(paper, checked_by=change.actor.signature, checked_at=change.legal_at.isoformat())


def _keep(change: Change, papers: Mapping[str, CheckedPaper]) -> None:
    """Keep the papers with the dossier and in its history, and count them."""
    order = [one.key for one in change.procedure.facts.documents_of(change.dossier.procedure_case)]
    signed = [p if p.checked_by else _signed(change, p) for key in order if (p := papers.get(key))]
    kept = [one.as_json() for one in signed]
    if kept == change.said(DATA_KEY):
        return
    change.note(EventType.DOCUMENT_CHECKED, papers=kept)
    change.keep(DATA_KEY, kept)
    count(change, signed)


def count(change: Change, papers: Iterable[CheckedPaper]) -> None:
    """Count the papers that are there on the dossier's row, for reports on digitisation."""
    there = [one.digitisation for one in papers if one.state is PaperState.PRESENT]
    change.dossier.papers = len(there)
    change.dossier.papers_digitised = sum(how is Digitisation.DIGITISED for how in there)
    change.dossier.papers_reused = sum(how >= Digitisation.REUSED_PAPER for how in there)


def on_paper(channel: str) -> bool:
    """Whether the papers of a dossier that came this way are counted as copies and not as files."""
    return channel in (Channel.DESK, Channel.POST)
