"""The plain model of a shown form: what a template writes out. Nothing here is HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from forms.evaluation import Node, Resolution
from forms.fields import DynamicList, Field, Path
from forms.markdown import Block
from forms.paths import at
from forms.rules import AnswerContext

ROW_NAMES: Final = frozenset({"this", "_this_", "parent", "_parent_"})
"""Names by which expressions in a row read the row's own answers."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice as an input."""

    id: str
    value: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """One of the inputs that make up a date or a time."""

    id: str
    name: str
    label: str
    value: str
    width: int
    inputmode: str = "numeric"
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """An attached document: its id, its name, the address to open it ("" when there is none), the remove button."""

    id: str
    name: str
    href: str
    remove: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a list; `remove` is the value of its remove button, "" when it stays."""

    id: str
    number: int
    title: str
    components: tuple[ComponentView, ...]
    remove: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One component as shown. `kind` chooses the markup; what a kind does not need stays empty.
    `watched` tells that the answer decides over other components, `lasting` that the input itself may stay when
    the page is refreshed around it (its choices do not depend on other answers).

    Kinds: text, textarea, date, radios, select, checkbox, checkboxes, file, output (readonly, disabled, computed),
    group, list, passage, image, table, documents, rule, gap. `id` is that of the first input, where an error links to.
    """

    kind: str
    id: str
    name: str = ""
    label: str = ""
    hint: str = ""
    value: str = ""
    error: str = ""
    visible: bool = True
    required: bool = False
    readonly: bool = False
    watched: bool = False
    lasting: bool = True
    input_type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    width: int = 0
    max_length: int = 0
    prefix: str = ""
    suffix: str = ""
    small: bool = False
    options: tuple[OptionView, ...] = ()
    parts: tuple[PartView, ...] = ()
    multiple: bool = False
    accept: str = ""
    documents: tuple[DocumentView, ...] = ()
    components: tuple[ComponentView, ...] = ()
    rows: tuple[RowView, ...] = ()
    add: str = ""
    outline: bool = False
    blocks: tuple[Block, ...] = ()
    headers: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()

    def walk(self) -> Iterator[ComponentView]:
        """This component and everything in it, as far as it is visible."""
        if self.visible:
            yield self
            for inner in (*self.components, *(inner for row in self.rows for inner in row.components)):
                yield from inner.walk()


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A line of the error summary; `href` is "" when the problem is nowhere on the page."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class FormView:
    """A form as shown. `dynamic` tells that answers change what is shown, `has_files` that the post is multipart."""

    id: str
    title: str
    lang: str
    components: tuple[ComponentView, ...]
    problems: tuple[ProblemView, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    dynamic: bool = False
    has_files: bool = False
    complete: str = ""

    def walk(self) -> Iterator[ComponentView]:
        """Every visible component, outer before inner."""
        for component in self.components:
            yield from component.walk()


@dataclass(frozen=True, slots=True)
class Painter:
    """What every component needs to be shown: language, problems, answers, and where documents are opened."""

    lang: str
    words: Mapping[str, str]
    errors: Mapping[str, str]
    values: Mapping[str, object]
    resolution: Resolution
    context: AnswerContext
    watched: frozenset[str]
    top_heading: int
    document_href: Callable[[str], str]
    paint: Callable[[Painter, Node], ComponentView | None]

    def all(self, nodes: Sequence[Node]) -> tuple[ComponentView, ...]:
        """The views of several components, hidden ones as mere marks."""
        painted = (self.hidden(node) if node.hidden else self.paint(self, node) for node in nodes)
        return tuple(view for view in painted if view is not None)

    def hidden(self, node: Node) -> ComponentView:
        """A component that the answers hide."""
        return ComponentView(kind="hidden", id=dom_id(node), visible=False)


def dom_id(node: Node) -> str:
    """The id of a component in the page."""
    if isinstance(node.component, Field | DynamicList):
        return id_of(node.path)
    rows = [str(step) for step in node.path if isinstance(step, int)]
    return "-".join(["c", re.sub(r"\W", "-", node.component.id), *rows])


def id_of(path: Path) -> str:
    """The id in the page of the input for a path."""
    return "-".join(["f", *(str(step) for step in path)])


def value_at(painter: Painter, path: Path) -> object:
    """What was typed at a place, for an input to show again."""
    return at(painter.values, path)
