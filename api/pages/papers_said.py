"""What was posted of a list of papers: ticked, counted, scanned, chosen to be used again (api/pages/checklist.py)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from api.pages import uploads
from engine.errors import InvalidInputError
from engine.papers import PaperState, Presented
from engine.persistence import tasks
from engine.persistence.tables import DossierRow
from engine.procedures import pinned
from engine.runtime.facts import CopyKind, RequiredDocument
from engine.runtime.procedure import Procedure
from forms.problems import FieldProblem
from forms.rules import MAX_DOCUMENTS

ALL: Final = "paper:all"  # the button that ticks every paper
_PARTS: Final = ("state", "copies", "kind", "reason", "reuse")


@dataclass
class Said:
    """What was posted: the words of each paper, and the files that came with them."""

    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scans: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uploader_key: str = ""
    problems: list[FieldProblem] = field(default_factory=list)


def said(procedure: Procedure, uploaded_by: str, uploader_key: str) -> Said:
    """Read what was posted of every paper of the procedure, whichever case it is; files go into the store."""
    keys = dict.fromkeys(one.key for one in procedure.facts.documents)
    words = {key: {part: request.form.get(f"paper:{key}:{part}", "").strip()[:500] for part in _PARTS} for key in keys}
    for key in keys:
        if ALL in request.form and words[key]["state"] != PaperState.WAIVED:
            words[key]["state"] = PaperState.PRESENT
    sent = [(key, file) for key in keys for file in request.files.getlist(f"scan:{key}") if file.filename]
    taken, problems = uploads.keep_all(sent[:MAX_DOCUMENTS], uploaded_by, uploader_key)
    scans = {
        key: tuple(
            dict.fromkeys(
                [*filter(None, request.form.getlist(f"paper:{key}:scan")), *(one for name, one in taken if name == key)]
            )
        )
        for key in keys
    }
    return Said(words, scans, uploader_key, problems)


def presented(procedure: Procedure, case: str, what: Said) -> tuple[Presented, ...]:
    """What was said of the papers of this case; what nobody has said anything of is left out."""
    return tuple(_presented(one, what) for one in procedure.facts.documents_of(case) if _is_said(one.key, what))


def of_task(session: Session, task_id: UUID, what: Said) -> tuple[Presented, ...]:
    """What was said of the papers of the dossier that a task belongs to."""
    dossier = session.get_one(DossierRow, tasks.get(session, task_id).dossier_id)
    return presented(pinned(session, dossier), dossier.procedure_case, what)


def unsaid(procedure: Procedure, case: str, what: Said, files: Iterable[str] = ()) -> list[FieldProblem]:
    """Required papers that nobody has said anything of and that no file stands for: a desk has to look."""
    there = set(files)
    return [
        FieldProblem(
            "",
            "paper-unsaid",
            f"Cho biết “{one.title.vi}” có, thiếu hay không cần",
            f"Say whether “{one.title.get('en')}” is there, missing or not needed",
        )
        for one in procedure.facts.documents_of(case)
        if one.required and one.key not in there and not _is_said(one.key, what)
    ]


def _is_said(key: str, what: Said) -> bool:
    words = what.words.get(key, {})
    return bool(words.get("state") or words.get("reuse") or what.scans.get(key))


def _presented(document: RequiredDocument, what: Said) -> Presented:
    words, scans = what.words[document.key], what.scans.get(document.key, ())
    state = words["state"] or PaperState.PRESENT  # a scan, or a paper to be used again, says that it is there
    try:
        which = PaperState(state)
        copies = int(words["copies"]) if words["copies"] and which is PaperState.PRESENT else None
        kind = CopyKind(words["kind"]) if words["kind"] else None
    except ValueError:
        raise InvalidInputError(
            f"expected a whole number of copies and a known kind for '{document.title.get('en')}', found others",
            f"Số bản của “{document.title.vi}” phải là số nguyên.",
        ) from None
    reuse = words["reuse"] if which is PaperState.PRESENT else ""
    return Presented(document.key, which, None if reuse else copies, kind, scans, reuse, words["reason"])
