"""The procedures that statistics speak of: their names and fields, as their newest versions say them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.persistence import statistics as queries
from engine.persistence.once import once

Words = tuple[str, str]  # in Vietnamese, in English
_named: dict[UUID, tuple[Words, Words]] = {}  # title and field by version: what is deployed never changes


@dataclass(frozen=True)
class Procedures:
    """The procedures that there are: names and fields by key."""

    titles: Mapping[str, Words] = field(default_factory=dict)
    fields: Mapping[str, Words] = field(default_factory=dict)

    @classmethod
    def known(cls, session: Session) -> "Procedures":
        """All that were ever deployed, as their newest version names them."""
        return once(session, "procedures that statistics speak of", lambda: cls._read(session))

    @classmethod
    def _read(cls, session: Session) -> "Procedures":
        rows = queries.procedures_in_use(session)
        if unknown := {version for _key, version in rows} - _named.keys():
            for version, facts in queries.facts_of(session, unknown).items():
                _named[version] = _words(facts, "title"), _words(facts, "field")
        titles, fields = ({key: _named[version][which] for key, version in rows} for which in (0, 1))
        return cls(titles, fields)

    def of_field(self, name: str) -> tuple[str, ...]:
        """The keys of a field's procedures."""
        return tuple(key for key, words in self.fields.items() if words[0] == name)

    @cached_property
    def field_names(self) -> dict[str, Words]:
        """Every field by its Vietnamese name."""
        return {words[0]: words for words in self.fields.values()}


def _words(facts: Mapping[str, Any], name: str) -> Words:
    words = facts.get(name, {})
    return words.get("vi", ""), words.get("en", "") or words.get("vi", "")
