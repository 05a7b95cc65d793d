"""How a person wants pages to be: what each page keeps under a key of its own, as JSON."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.persistence.once import once
from engine.persistence.tables import PreferenceRow

LARGEST = 20_000  # characters of what is kept under one key


def get(session: Session, person_id: UUID, key: str, default: Any = None) -> Any:
    """What the person has chosen under the key."""
    return _all(session, person_id).get(key) or default


def chosen(session: Session, person_id: UUID, *keys: str) -> dict[str, Any]:
    """Several choices of the person; what has never been chosen is left out."""
    known = _all(session, person_id)
    return {key: known[key] for key in keys if key in known}


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


def _all(session: Session, person_id: UUID) -> Mapping[str, Any]:
    """Every choice of the person, by its key: they are few, and a page asks for several."""
    rows = select(PreferenceRow.key, PreferenceRow.value).where(PreferenceRow.person_id == person_id)
    return once(session, ("preferences", person_id), lambda: {row.key: row.value for row in session.execute(rows)})
