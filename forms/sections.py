"""A long form in sections, one after the other: which components and answers belong to which.

A heading begins a section; loose questions before it belong to it, those after the last one to that. Short forms have
no sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from forms.definition import FormDefinition
from forms.fields import Component, DynamicList, Field, Group, in_scope
from forms.page import ComponentView, id_of

LONG: Final = 12  # questions from which on a form is shown in sections
FEWEST: Final = 3  # sections that are worth it


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a form. `names` are the paths of its answers, `ids` those of its components in the page."""

    number: int
    title: str
    names: frozenset[str]
    ids: frozenset[str]

    def holds(self, path: str) -> bool:
        """Whether a problem at this path concerns an answer of the section."""
        plain = re.sub(r"\[\d+\]", "", path)
        return any(plain == name or plain.startswith(f"{name}.") for name in self.names)

    def shown(self, components: Sequence[ComponentView]) -> tuple[ComponentView, ...]:
        """The section's part of a shown form; the page's heading says its title, so its group does not say it again."""
        return tuple(self._untitled(one) for one in components if one.id in self.ids)

    def _untitled(self, one: ComponentView) -> ComponentView:
        return replace(one, label="") if one.kind == "group" and one.label == self.title else one


def sections(definition: FormDefinition, lang: str = "vi") -> tuple[Section, ...]:
    """The sections of a long form, numbered from 1; none for a short one."""
    parts = list(_parts(definition.components))
    if len(parts) < FEWEST or len(definition.fields) < LONG:
        return ()
    return tuple(_section(number, part, lang) for number, part in enumerate(parts, 1))


def _parts(components: Sequence[Component]) -> Iterator[list[Component]]:
    """The components cut behind each group; what follows the last group belongs to it."""
    last = max((index for index, one in enumerate(components) if isinstance(one, Group)), default=-1)
    part: list[Component] = []
    for index, one in enumerate(components):
        part.append(one)
        if isinstance(one, Group) and index != last:
            yield part
            part = []
    if part:
        yield part


def _section(number: int, part: Sequence[Component], lang: str) -> Section:
    heading = next((one for one in part if isinstance(one, Group)), None)
    answers = list(in_scope(part))
    title = heading.label.plain().get(lang) if heading and heading.label else ""
    return Section(
        number,
        title or str(number),
        frozenset(".".join(one.path) for one in answers),
        frozenset(_dom_id(one) for one in part),
    )


def _dom_id(one: Component) -> str:
    if isinstance(one, Field | DynamicList):
        return id_of(one.path)
    return "-".join(["c", re.sub(r"\W", "-", one.id)])
