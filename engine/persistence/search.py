"""Finds dossiers by words: code, applicant, content, with or without diacritics.

The database keeps `dossier_search` beside `dossier.search_key` (migration 0011): a tsvector with a GIN index on
PostgreSQL, FTS5 on SQLite. Both hold the words that `engine.text` makes and no others, so both find the same dossiers,
and neither knows any language. Nothing but filing a dossier writes there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    bindparam,
    column,
    false,
    literal,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.functions import FunctionElement

from engine.persistence.tables import DossierRow
from engine.text import words_of

_CODE = re.compile(r"\S+-\d{6}-\d{4}")  # as `engine.organisation.codes` gives them, or the end of one
MOST_GUESSED = 10  # words of a text
_search = table("dossier_search", column("dossier_id", Uuid()), column("words", Text()))


def wanted(text: str) -> list[tuple[str, bool]]:
    """The words of a text, and whether each may be the beginning of a longer one.

    The last one may: somebody may still be typing it. "H29-2611" finds the dossiers of H29 of November 2026. A code to
    its last digit is taken as it is.
    """
    words = words_of(text)
    whole = _CODE.fullmatch(text.rsplit(maxsplit=1)[-1]) is not None if words else True
    return [(word, place == len(words) and not whole) for place, word in enumerate(words, start=1)]


def as_code(text: str) -> str:
    """The text as a dossier's code is written, when it has the shape of one; else empty."""
    code = text.strip().upper()
    return code if _CODE.fullmatch(code) else ""


def found_by(text: str) -> Select[UUID]:
    """The ids of the dossiers that hold every word of the text, by the index; `wanted(text)` must not be empty."""
    words = wanted(text)
    postgresql = " & ".join(f"'{word}'{':*' if beginning else ''}" for word, beginning in words)
    sqlite = " AND ".join(f'"{word}"{"*" if beginning else ""}' for word, beginning in words)
    # Written out, because what is best to do depends on how frequent the words are.
    said = [bindparam(None, each, Text(), literal_execute=True) for each in (postgresql, sqlite)]
    return select(_search.c.dossier_id).where(_Matches(*said))


def rarest(session: Session, text: str) -> int | None:
    """About how many dossiers hold the rarest word of the text, as the database guesses without looking.

    None where it keeps no such statistics (SQLite). It guesses word by word: of words together it does not know which
    go together, as those of a street do.
    """
    if session.get_bind().dialect.name != "postgresql":
        return None
    each = [
        f"SELECT FROM dossier_search WHERE words @@ '''{word}''{':*' if beginning else ''}'::tsquery"
        for word, beginning in wanted(text)[:MOST_GUESSED]
    ]
    (plan,) = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {' UNION ALL '.join(each)}").scalars()
    return min(_guesses(plan[0]["Plan"]))


def _guesses(node: Mapping[str, Any]) -> Iterator[int]:
    """The rows that the scans in a plan are expected to find."""
    if node.get("Relation Name"):
        yield node["Plan Rows"]
    for part in node.get("Plans", ()):
        yield from _guesses(part)


def holds(dossier_id: SQLColumnExpression[UUID], text: str) -> list[ColumnElement[bool]]:
    """The condition that a dossier holds every word of the text; none for no text.

    Text without a letter or digit finds nothing.
    """
    if not text.strip():
        return []
    return [dossier_id.in_(found_by(text)) if wanted(text) else false()]


def reads(text: str, search_key: InstrumentedAttribute[str] = DossierRow.search_key) -> list[ColumnElement[bool]]:
    """The same condition read off the row itself, for few rows that are at hand anyway."""
    if text.strip() and not wanted(text):
        return [false()]
    padded = literal(" ") + search_key + literal(" ")
    return [padded.like(f"% {word}{'' if beginning else ' '}%") for word, beginning in wanted(text)]


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
