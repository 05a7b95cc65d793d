"""What an applicant may read of the own dossier: what they answered, their papers, the letters to them, the result."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages import dossier_view
from engine.documents import is_of_person
from engine.model import Role
from engine.persistence import documents, dossiers, letters
from engine.persistence.tables import DossierRow
from engine.runtime.procedure import Procedure

LETTERS = ("receipt", "supplement", "refusal", "apology", "stop")  # those that go to the applicant


def elements(procedure: Procedure) -> set[str]:
    """The steps of the diagram that are the applicant's."""
    return {element.id for element in procedure.elements.values() if element.role is Role.APPLICANT}


def keys_of(procedure: Procedure) -> frozenset[str]:
    """The data keys of what the applicant answers."""
    own = {one.form.data_key for one in procedure.elements.values() if one.form and one.role is Role.APPLICANT}
    return frozenset({procedure.start_form, *own})


def readable(session: Session, dossier: DossierRow, procedure: Procedure) -> set[UUID]:
    """The papers that the applicant filed, the letters to the applicant, and what was issued once it is decided."""
    keys = set(keys_of(procedure))
    if dossier.decided_at is not None:
        keys |= {
            one.form.data_key for one in procedure.elements.values() if one.form and one.role is Role.RECORDS_CLERK
        }
    data = dossiers.data_of(session, dossier.id)
    named = {identifier for key in keys for identifier in _identifiers(data.get(key))}
    return named | _older(session, dossier, named) | letters.documents_of(session, dossier.id, LETTERS)


def _older(session: Session, dossier: DossierRow, named: set[UUID]) -> set[UUID]:
    """The earlier versions of these papers, as far as it was not an officer who sent them in."""
    rows = {row.id: row for row in documents.of_dossier(session, dossier.id)}
    found: set[UUID] = set()
    for one in named:
        newer = rows.get(one)
        while newer is not None and newer.replaces_id is not None and newer.replaces_id not in found:
            newer = rows.get(newer.replaces_id)
            if newer is not None and not is_of_person(newer):
                found.add(newer.id)
    return found


def _identifiers(answers: Any) -> Iterator[UUID]:
    if isinstance(answers, dict):
        answers = list(answers.values())
    if isinstance(answers, list):
        for one in answers:
            yield from _identifiers(one)
    elif isinstance(answers, str) and len(answers) == 36:
        try:
            yield UUID(answers)
        except ValueError:
            return


def lines(session: Session, dossier: DossierRow, procedure: Procedure, link: str) -> list[dossier_view.PaperLine]:
    """The papers that the applicant may read, with where they are fetched by the applicant's link."""
    mine = readable(session, dossier, procedure)
    return [line for line in dossier_view.paper_lines(session, dossier, link) if line.id in mine]
