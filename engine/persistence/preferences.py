"""How a person wants pages to be: what each page keeps under a key of its own, as JSON."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.persistence.tables import PreferenceRow

LARGEST = 20_000  # characters of what is kept under one key


def get(session: Session, person_id: UUID, key: str, default: Any = None) -> Any:
    """What the person has chosen under the key."""
    return session.scalar(_row(person_id, key)) or default


def chosen(session: Session, person_id: UUID, *keys: str) -> dict[str, Any]:
    """Several choices of the person in one look; what has never been chosen is left out."""
    rows = select(PreferenceRow.key, PreferenceRow.value).where(
        PreferenceRow.person_id == person_id, PreferenceRow.key.in_(keys)
    )
    return {row.key: row.value for row in session.execute(rows)}


def put(session: Session, person_id: UUID, key: str, value: Any) -> None:
    """Keep a choice in place of the one before.

    Raises:
        InvalidInputError: it is far larger than a choice of a person can be.
    """
    if len(repr(value)) > LARGEST:
        raise InvalidInputError(
            f"expected up to {LARGEST} characters under '{key}', found more; remove what is no longer needed",
            "Đã lưu quá nhiều; hãy xóa bớt những gì không còn dùng.",
        )
    row = session.get(PreferenceRow, (person_id, key))
    if row is None:
        session.add(PreferenceRow(person_id=person_id, key=key, value=value))
    else:
        row.value = value
    session.flush()


def _row(person_id: UUID, key: str) -> Any:
    return select(PreferenceRow.value).where(PreferenceRow.person_id == person_id, PreferenceRow.key == key)
