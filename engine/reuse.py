"""Papers that somebody need not give twice: those of the same person's earlier dossiers, and results they hold.

Whose dossier it is, is the identity number or tax code that was filed; an e-mail address proves nothing. A paper may be
used again when the number and the name agree, an officer has checked it, and whoever uses it may see the dossier that
it lies in. Everything else is denied: applicants use nothing again by themselves, since a link is no proof of identity.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from engine import papers
from engine.access import visible_dossiers
from engine.attachments import attach, available
from engine.change import Change
from engine.errors import InvalidInputError, NotAllowedError
from engine.events import EventType
from engine.ids import new_id
from engine.model import Actor, Role
from engine.papers import Digitisation, PaperState, Presented, Taken, checked
from engine.persistence import dossiers
from engine.persistence.tables import DocumentRow, DossierRow
from engine.procedures import pinned
from engine.runtime.procedure import Procedure
from engine.text import fold
from forms.i18n import Text

MOST_DOSSIERS = 20  # the newest
_NUMBERS = ("identity_number", "tax_code")
_RESULT = Text("Kết quả giải quyết", "Result")


@dataclass(frozen=True)
class Reusable:
    """A paper of an earlier dossier; `key` is the required document it was, empty for a result."""

    document_id: UUID
    key: str
    title: Text
    how: Digitisation
    dossier_code: str
    filed_at: datetime
    filename: str


def applicant_key(answers: Mapping[str, Any]) -> str:
    """Whose dossier it is: a digest of the identity number or tax code in the filed answers; empty without one."""
    for name in _NUMBERS:
        number = answers.get(name)
        if isinstance(number, str) and number.strip():
            return hashlib.sha256(f"{name}:{number.strip()}".encode()).hexdigest()
    return ""


def offered(session: Session, actor: Actor, key: str, name: str, besides: UUID | None = None) -> list[Reusable]:
    """What an officer may use again for the person with this key and name, the newest dossier first."""
    if not key or actor.id is None or not actor.has_role(Role.RECEPTION_OFFICER):
        return []
    rows = (
        select(DossierRow)
        .where(DossierRow.applicant_key == key, visible_dossiers(actor))
        .order_by(DossierRow.submitted_at.desc())
        .limit(MOST_DOSSIERS)
        .options(defer(DossierRow.snapshot))
    )
    earlier = [row for row in session.scalars(rows) if row.id != besides and fold(row.applicant_name) == fold(name)]
    return [one for row in earlier for one in _of(session, row)]


def record(change: Change, presented: Sequence[Presented], uploader_key: str) -> None:
    """Keep what a desk has checked, with its scans (`uploader_key` says whose uploads) and the papers it uses again.

    Raises:
        InvalidInputError: as `engine.papers.record`; or a scan that is neither this uploader's nor the dossier's.
        NotAllowedError: a document that this officer may not use for this applicant.
    """
    named = [one for paper in presented for one in paper.documents]
    for one in named:
        if available(change.session, one, uploader_key, change.dossier.id) is None:
            raise InvalidInputError(
                f"expected scans that you have sent, found {one}; send the file again",
                "Bản quét không còn trong hàng chờ tải lên; hãy tải lại tệp.",
            )
    attach(change, named, uploader_key)
    papers.record(change, presented, _take(change, {one.reuse for one in presented if one.reuse}))


def _take(change: Change, wanted: set[str]) -> Mapping[str, Taken]:
    """Give the dossier its own record of each document that is used again; the bytes are stored once."""
    if not wanted:
        return {}
    dossier = change.dossier
    found = offered(change.session, change.actor, dossier.applicant_key, dossier.applicant_name, besides=dossier.id)
    known = {str(one.document_id): one for one in found}
    if wanted - set(known):
        raise NotAllowedError(
            "expected papers that this applicant gave before and that you may see, found others",
            "Chỉ được dùng lại giấy tờ chính người này đã nộp, trong hồ sơ mà tài khoản này được xem.",
        )
    return {name: _copy(change, known[name]) for name in sorted(wanted)}


def _copy(change: Change, one: Reusable) -> Taken:
    source = change.session.get_one(DocumentRow, one.document_id)
    row = DocumentRow(
        id=new_id(),
        dossier_id=change.dossier.id,
        sha256=source.sha256,
        filename=source.filename,
        media_type=source.media_type,
        size=source.size,
        uploaded_by=change.actor.signature,
        uploader_key=str(change.actor.id or ""),
        uploaded_at=change.now,
        scan=source.scan,
    )
    change.session.add(row)
    named = {"document": str(row.id), "filename": row.filename, "sha256": row.sha256, "size": row.size}
    change.note(EventType.DOCUMENT_ATTACHED, **named, reused={"document": str(source.id), "from": one.dossier_code})
    return Taken(str(row.id), one.how, one.dossier_code)


def _of(session: Session, dossier: DossierRow) -> Iterator[Reusable]:
    procedure, data = pinned(session, dossier), dossiers.data_of(session, dossier.id)
    titles = {one.key: one.title for one in procedure.facts.documents_of(dossier.procedure_case)}
    found = {
        identifier: (paper.key, titles.get(paper.key, Text(paper.key)), Digitisation.REUSED_PAPER)
        for paper in checked(data).values()
        if paper.state is PaperState.PRESENT
        for identifier in paper.documents
    }
    if dossier.decided_at is not None:
        found |= dict.fromkeys(_issued(procedure, data), ("", _RESULT, Digitisation.REUSED_RESULT))
    rows = select(DocumentRow).where(DocumentRow.dossier_id == dossier.id)
    for row in session.scalars(rows.order_by(DocumentRow.uploaded_at, DocumentRow.id)) if found else ():
        if str(row.id) in found:
            key, title, how = found[str(row.id)]
            yield Reusable(row.id, key, title, how, dossier.code, dossier.submitted_at, row.filename)


def _issued(procedure: Procedure, data: Mapping[str, Any]) -> Iterator[str]:
    """The documents that the records clerk has issued."""
    steps = (one for one in procedure.elements.values() if one.form and one.role is Role.RECORDS_CLERK)
    for key in {one.form.data_key for one in steps if one.form}:
        answers = data.get(key)
        for value in answers.values() if isinstance(answers, dict) else ():
            yield from (one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
