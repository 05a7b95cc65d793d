"""Which uploaded papers an answer may name, and making them the dossier's when the answer is accepted."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.change import Change
from engine.events import EventType
from engine.persistence import documents
from forms.answers import DocumentRef


def available(
    session: Session, reference: str, uploader_key: str, dossier_id: UUID | None = None
) -> DocumentRef | None:
    """The paper that an answer names, if this uploader sent it or the dossier has it already."""
    identifier = _as_id(reference)
    row = documents.get(session, identifier) if identifier else None
    if row is None:
        return None
    own = bool(uploader_key) and row.dossier_id is None and row.uploader_key == uploader_key
    if not own and (dossier_id is None or row.dossier_id != dossier_id):
        return None
    return DocumentRef(id=str(row.id), name=row.filename, media_type=row.media_type, size=row.size)


def attach(change: Change, answers: object, uploader_key: str) -> None:
    """Make the papers that accepted answers name the dossier's own."""
    identifiers = sorted(set(_named(answers)))
    if not identifiers or not uploader_key:
        return
    for row in documents.unattached(change.session, identifiers, uploader_key):
        row.dossier_id = change.dossier.id
        change.note(
            EventType.DOCUMENT_ATTACHED, document=str(row.id), filename=row.filename, sha256=row.sha256, size=row.size
        )


def _named(answers: Any) -> Iterator[UUID]:
    """Every id that stands anywhere in the answers; whether it is a paper's is the database's to say."""
    if isinstance(answers, dict):
        for value in answers.values():
            yield from _named(value)
    elif isinstance(answers, list):
        for value in answers:
            yield from _named(value)
    elif isinstance(answers, str) and (identifier := _as_id(answers)):
        yield identifier


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
