"""The procedures that statistics speak of: their names and fields, as their newest versions say them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from engine.persistence import statistics as queries
from engine.persistence.once import once


@dataclass(frozen=True)
class Procedures:
    """The procedures that there are: names and fields by key."""

    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def known(cls, session: Session) -> "Procedures":
        """All that were ever deployed, as their newest version names them."""
        return once(session, "procedures that statistics speak of", lambda: cls._read(session))

    @classmethod
    def _read(cls, session: Session) -> "Procedures":
        rows = queries.procedures_in_use(session)
        titles = {row.procedure_key: _words(row.facts, "title") for row in rows}
        return cls(titles, {row.procedure_key: _words(row.facts, "field") for row in rows})

    def of_field(self, name: str) -> tuple[str, ...]:
        """The keys of a field's procedures."""
        return tuple(key for key, words in self.fields.items() if words[0] == name)

    @cached_property
    def field_names(self) -> dict[str, tuple[str, str]]:
        """Every field by its Vietnamese name."""
        return {words[0]: words for words in self.fields.values()}


def _words(facts: Mapping[str, Any], name: str) -> tuple[str, str]:
    words = facts.get(name, {})
    return words.get("vi", ""), words.get("en", "") or words.get("vi", "")
