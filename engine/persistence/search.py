"""Finds dossiers by words: code, applicant, content, with or without diacritics, whole words or their beginnings.

The database keeps `dossier_search` beside `dossier.search_key` (migration 0011): a tsvector with a GIN index on
PostgreSQL, FTS5 on SQLite. Both hold the words that `engine.text` makes and no others, so both find the same dossiers,
and neither knows any language. Nothing but filing a dossier writes there.
"""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, bindparam, column, false, select, table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from engine.text import words_of

_CODE = re.compile(r"\S+-\d{6}-\d{4}")  # as `engine.organisation.codes` gives them, or the end of one
_search = table("dossier_search", column("dossier_id", Uuid()), column("words", Text()))


def holds(dossier_id: InstrumentedAttribute[UUID], text: str) -> list[ColumnElement[bool]]:
    """The condition that a dossier holds every word of the text; none for no text.

    The last word of what is written without a space in between may be a beginning: "H29-2611" finds the dossiers of
    H29 of November 2026. A whole code is taken as it is. Text without a letter or digit finds nothing.
    """
    if not text.strip():
        return []
    wanted = [word for chunk in text.split() for word in _wanted(chunk)]
    if not wanted:
        return [false()]
    postgresql = " & ".join(f"'{word}'{':*' if beginning else ''}" for word, beginning in wanted)
    sqlite = " AND ".join(f'"{word}"{"*" if beginning else ""}' for word, beginning in wanted)
    # Written out, because what is best to do depends on how frequent the words are.
    said = [bindparam(None, each, Text(), literal_execute=True) for each in (postgresql, sqlite)]
    return [dossier_id.in_(select(_search.c.dossier_id).where(_Matches(*said)))]


def _wanted(chunk: str) -> list[tuple[str, bool]]:
    """The words of what is written without a space in between, and whether each may be a beginning."""
    words = words_of(chunk)
    whole = _CODE.fullmatch(chunk) is not None
    return [(word, place == len(words) and not whole) for place, word in enumerate(words, start=1)]


class _Matches(FunctionElement[Any]):
    """That the words match: a tsquery for PostgreSQL, an FTS5 query for SQLite.

    Not of a boolean type: SQLAlchemy would write `= 1` behind it for SQLite, which does not take that here.
    """

    name = "matches"
    inherit_cache = True


@compiles(_Matches, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    said, _other = element.clauses
    return f"dossier_search.words @@ CAST({compiler.process(said, **options)} AS tsquery)"


@compiles(_Matches, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    _other, said = element.clauses
    return f"dossier_search MATCH {compiler.process(said, **options)}"
