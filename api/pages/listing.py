"""What lists of work have in common: a filter that is an address, columns to choose, filters that a person keeps.

The inbox, the dossier list and the dossiers behind a statistic are written out by the same macros
(templates/components/lists.html) from the values of this module.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from engine.model import Actor
from engine.persistence import preferences

MOST_KEPT = 30  # filters of one person for one list
LONGEST_NAME = 60
_AFTER = "after"


class Choice(NamedTuple):
    """One entry of a list to choose from."""

    key: str
    title: str


@dataclass(frozen=True)
class Input:
    """One condition in a filter form. `kind` is "search", "select" or "tick"."""

    kind: str
    name: str
    label: str
    value: str
    options: Sequence[Choice] = ()


@dataclass(frozen=True)
class Column:
    """A column that a person may choose."""

    key: str
    title: str | LazyString
    at_first: bool = True  # shown to somebody who has chosen nothing
    narrow: bool = False  # its text does not wrap
    roomy: bool = False  # its text is long: it gets more room than the others


@dataclass(frozen=True)
class Filters:
    """What the person has chosen, as the address says it. Each list has a class of its own; all fields are text."""

    endpoint: ClassVar[str]
    steering: ClassVar[frozenset[str]] = frozenset({_AFTER})  # fields that leave nothing out of the list

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        """From the query of an address; what makes no sense is left out."""
        return cls(**{one.name: args.get(one.name, str(one.default)).strip()[:200] for one in fields(cls)})

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return any(value for key, value in vars(self).items() if key not in self.steering)

    @property
    def query(self) -> str:
        """What a person keeps of it: not the place in the list."""
        return urlencode({key: value for key, value in vars(self).items() if value and key != _AFTER})

    @property
    def href(self) -> str:
        """The address of this list, without what is empty."""
        query = urlencode({key: value for key, value in vars(self).items() if value})
        return f"{url_for(self.endpoint)}?{query or 'q='}"

    def at(self, place: str) -> str:
        """The address of the page that begins after `place`."""
        return replace(self, **{_AFTER: place}).href


@dataclass(frozen=True)
class Kept:
    """A filter that a person keeps under a name."""

    name: str
    query: str
    first: bool = False  # the list begins with it

    def as_json(self) -> dict[str, Any]:
        """What is kept."""
        return {"name": self.name, "query": self.query, "first": self.first}


@dataclass(frozen=True)
class Wishes:
    """How a person wants one list."""

    columns: Sequence[Column]
    kept: Sequence[Kept]

    @property
    def beginning(self) -> Kept | None:
        """The filter that the list begins with."""
        return next((one for one in self.kept if one.first), None)

    def links(self, endpoint: str, now: str) -> list[dict[str, Any]]:
        """The kept filters as links, the present one marked."""
        return [
            {
                "text": one.name,
                "href": f"{url_for(endpoint)}?{one.query}",
                "current": sorted(parse_qsl(one.query)) == sorted(parse_qsl(now)),
            }
            for one in self.kept
        ]


def wishes(session: Session, actor: Actor, kind: str, columns: Sequence[Column]) -> Wishes:
    """What the person has chosen for the list `kind`, else what everybody begins with."""
    columns = [replace(one, title=str(one.title)) for one in columns]  # in the reader's language, once for all rows
    if actor.id is None:
        return Wishes(at_first(columns), ())
    found = preferences.chosen(session, actor.id, f"{kind}.columns", f"{kind}.filters")
    wanted = found.get(f"{kind}.columns")
    shown = at_first(columns) if wanted is None else [one for one in columns if one.key in wanted]
    return Wishes(shown, [Kept(**one) for one in found.get(f"{kind}.filters", ())])


def at_first(columns: Sequence[Column]) -> list[Column]:
    """The columns that everybody begins with."""
    return [one for one in columns if one.at_first]


def keep_columns(session: Session, actor: Actor, kind: str, wanted: Collection[str]) -> None:
    """Keep which columns the person wants, in the order that the list has them."""
    if actor.id is not None:
        preferences.put(session, actor.id, f"{kind}.columns", sorted(set(wanted)))


def keep_filters(session: Session, actor: Actor, kind: str, kept: Sequence[Kept]) -> None:
    """Keep these filters in place of those before."""
    if actor.id is not None:
        preferences.put(session, actor.id, f"{kind}.filters", [one.as_json() for one in kept])
