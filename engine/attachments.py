"""Which uploaded papers an answer may name, and making them the dossier's when the answer is accepted.

A paper that comes later under the same name, or alone in the same field of the same form, is a new version of the
earlier one. Nothing is taken away: the older version stays and stays readable.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.change import Change
from engine.events import EventType
from engine.persistence import documents
from engine.persistence.tables import DocumentRow
from engine.text import fold
from forms.answers import DocumentRef

_LETTER = "letter:"  # how the uploader of a printed letter begins


@dataclass(frozen=True)
class Replaced:
    """Which paper of the dossier stood where a new one stands now, by the new one's id."""

    by_place: Mapping[UUID, UUID] = field(default_factory=dict)


def available(
    session: Session, reference: str, uploader_key: str, dossier_id: UUID | None = None, *, lock: bool = False
) -> DocumentRef | None:
    """The paper that an answer names, if this uploader sent it or the dossier has it already.

    With `lock` it cannot be swept away before the transaction that makes it the dossier's own has ended.
    """
    identifier = _as_id(reference)
    row = documents.get(session, identifier, lock=lock) if identifier else None
    if row is None:
        return None
    own = bool(uploader_key) and row.dossier_id is None and row.uploader_key == uploader_key
    if not own and (dossier_id is None or row.dossier_id != dossier_id):
        return None
    return DocumentRef(id=str(row.id), name=row.filename, media_type=row.media_type, size=row.size)


def attach(change: Change, answers: object, uploader_key: str, before: object = None) -> None:
    """Make the papers that accepted answers name the dossier's own. `before` is what the form said until now."""
    identifiers = sorted(set(_named(answers)))
    if not identifiers or not uploader_key:
        return
    rows = documents.unattached(change.session, identifiers, uploader_key)
    join(change, rows, Replaced(_in_the_same_place(before, answers)))


def join(change: Change, rows: Sequence[DocumentRow], replaced: Replaced) -> None:
    """Make papers the dossier's, each as a new version of the one it takes the place of, if any."""
    if not rows:
        return
    every = documents.of_dossier(change.session, change.dossier.id)
    had = {row.replaces_id for row in every}
    there = [row for row in every if row.id not in had and not _is_letter(row)]
    names = Counter(fold(row.filename) for row in there)  # one name of several papers says nothing
    same = {fold(row.filename): row.id for row in there if names[fold(row.filename)] == 1}
    known = {row.id for row in there}
    for row in rows:
        old = replaced.by_place.get(row.id)
        row.replaces_id = old if old in known else same.get(fold(row.filename))
        row.dossier_id = change.dossier.id
        change.session.add(row)
        older = {"replaces": str(row.replaces_id)} if row.replaces_id else {}
        change.note(
            EventType.DOCUMENT_ATTACHED,
            document=str(row.id),
            filename=row.filename,
            sha256=row.sha256,
            size=row.size,
            **older,
        )


def _is_letter(row: DocumentRow) -> bool:
    return row.uploader_key.startswith(_LETTER)


def _in_the_same_place(before: object, after: object) -> dict[UUID, UUID]:
    """By the id of each new paper that stands alone in its field: the one that stood alone there."""
    old = dict(_alone(before, ()))
    return {new: old[place] for place, new in _alone(after, ()) if place in old and old[place] != new}


def _alone(answers: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], UUID]]:
    if isinstance(answers, Mapping):
        for key, value in answers.items():
            yield from _alone(value, (*place, str(key)))
    elif isinstance(answers, list) and len(answers) == 1 and (identifier := _as_id(str(answers[0]))):
        yield place, identifier


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
