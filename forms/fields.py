"""The components of a form as values: what each one is and which rules it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from engine.feel import FeelError, UnaryTests
from forms.i18n import Text

Path = tuple[str | int, ...]
"""Where a value stands in the answers: names of objects and places in lists (from 0)."""


class Compiled(Protocol):
    """What engine.feel gives for an expression."""

    @property
    def names(self) -> frozenset[str]:
        """The names the expression reads."""

    def evaluate(self, context: Mapping[str, object], *, now: datetime | None = None) -> object:
        """The expression's value."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether something is so, as form-js asks: its conditions are unary tests of an input that is not there.

    An expression is true when it holds and, which differs from plain FEEL, when it cannot be told (null): "hide
    when the area is over 100" hides until there is an area. What is shown in the designer is so shown to everybody.
    """

    tests: UnaryTests

    @property
    def names(self) -> frozenset[str]:
        """The names the condition reads."""
        return self.tests.names - {"?"}

    def evaluate(self, context: Mapping[str, object], *, now: datetime | None = None) -> object:
        """True or false; None when not even that can be said."""
        return self.tests.matches(None, context, now=now)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression sees at one place of a form: names, and the moment that counts as now (aware)."""

    names: Mapping[str, object]
    now: datetime | None


@dataclass(frozen=True, slots=True)
class Feel:
    """A FEEL expression of a form, where it stands, and how to evaluate it."""

    source: str
    compiled: Compiled
    pointer: str

    def evaluate(self, scope: Scope) -> object:
        """The value in `scope`; whatever cannot be computed is null, as FEEL has it."""
        try:
            return self.compiled.evaluate(scope.names, now=scope.now)
        except FeelError:
            return None  # a hostile answer that exhausts the budget has no value, and no power over the page


@dataclass(frozen=True, slots=True)
class Template:
    """A text with FEEL inside {{…}}, or wholly FEEL when it began with "="."""

    parts: tuple[str | Feel, ...]

    def render(self, scope: Scope) -> str:
        """The text with its expressions evaluated; null shows as nothing."""
        return "".join(part if isinstance(part, str) else show(part.evaluate(scope)) for part in self.parts)

    @property
    def source(self) -> str:
        """The text as a designer wrote it."""
        return "".join(part if isinstance(part, str) else "{{" + part.source + "}}" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Wording:
    """A label or a text in Vietnamese and, when given, in English."""

    vi: Template
    en: Template | None = None

    def render(self, scope: Scope) -> Text:
        """Both languages with their expressions evaluated."""
        return Text(self.vi.render(scope), self.en.render(scope) if self.en else "")

    def plain(self) -> Text:
        """Both languages as written, for people who read the definition."""
        return Text(self.vi.source, self.en.source if self.en else "")


def show(value: object) -> str:
    """A FEEL value as text in a sentence."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(show(item) for item in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A rule of our own: FEEL that must be true once every field is well-formed."""

    rule: Feel
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Anything on a form. `path` is where its values stand inside its scope (the form, or a row of a list)."""

    id: str
    type: str
    pointer: str
    label: Wording | None = None
    hide: Feel | None = None
    assertion: Assertion | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Component):
    """A component that holds an answer."""

    hint: Wording | None = None
    required: bool = False
    readonly: bool | Feel = False
    disabled: bool | Feel = False
    default: object = None
    autocomplete: str = ""

    @property
    def name(self) -> str:
        """The path inside the scope, written with dots."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(Field):
    """textfield and textarea."""

    multiline: bool = False
    min_length: int | Feel | None = None
    max_length: int | Feel | None = None
    pattern: str | None = None
    pattern_message: Text | None = None
    kind: Literal["", "email", "phone"] = ""
    prefix: Wording | None = None
    suffix: Wording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(Field):
    """number: `digits` is how many decimal places are allowed, None for any number of them."""

    minimum: Decimal | Feel | None = None
    maximum: Decimal | Feel | None = None
    digits: int | None = None
    increment: Decimal | None = None
    as_text: bool = False
    prefix: Wording | None = None
    suffix: Wording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentField(Field):
    """datetime: a day, a time of day, or both. `interval` is in minutes."""

    subtype: Literal["date", "time", "datetime"] = "date"
    not_past: bool = False
    interval: int | None = None
    zone_format: Literal["utc_offset", "utc_normalized", "no_timezone"] = "no_timezone"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckboxField(Field):
    """checkbox: yes or no; required means yes."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: its value as stored, and its label."""

    value: str | int | bool | Decimal
    label: Text

    @property
    def token(self) -> str:
        """The value as a page posts it."""
        return token(self.value)


def token(value: object) -> str:
    """A choice's value as text, the same for 1, 1.0 and "1"."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            return show(Decimal(str(value)))
        except ArithmeticError:
            return str(value)
    return show(value)


@dataclass(frozen=True, slots=True)
class OptionSource:
    """Where choices come from: fixed, the dossier (`key`), or an expression. Exactly one is set."""

    fixed: tuple[Option, ...] = ()
    key: tuple[str, ...] = ()
    expression: Feel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(Field):
    """radio and select (one value), checklist and taglist (several)."""

    options: OptionSource
    multiple: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileField(Field):
    """filepicker: `accept` holds extensions (".pdf") and media types ("image/*"), `max_bytes` is per file."""

    accept: tuple[str, ...] = ()
    multiple: bool | Feel = False
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedField(Field):
    """expression: computed on the server, never taken from the person."""

    expression: Feel


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Component):
    """Components that belong together under one heading."""

    components: tuple[Component, ...] = ()
    outline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicList(Component):
    """Rows of the same components. `repetitions` is how many rows stand there at first."""

    components: tuple[Component, ...] = ()
    add_remove: bool = True
    repetitions: int = 1
    min_rows: int = 0
    max_rows: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage(Component):
    """text: Markdown with FEEL in it."""

    text: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Component):
    """image: an address within the site or https, and the text that stands for it."""

    source: Template
    alt: Wording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    key: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Component):
    """table: rows from an expression; columns fixed or from an expression."""

    source: Feel
    columns: tuple[Column, ...] = ()
    columns_expression: Feel | None = None
    row_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPreview(Component):
    """documentPreview: documents that an expression names, shown as links."""

    source: Feel


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Component):
    """separator and spacer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Component):
    """button: submit or reset."""

    action: Literal["submit", "reset"] = "submit"


def walk(components: Sequence[Component]) -> Iterator[Component]:
    """Every component, outer before inner, in the order of the page."""
    for component in components:
        yield component
        if isinstance(component, Group | DynamicList):
            yield from walk(component.components)


def in_scope(components: Sequence[Component]) -> Iterator[Field | DynamicList]:
    """Fields and lists whose paths start at the same scope: groups are entered, rows are not."""
    for component in components:
        if isinstance(component, Field | DynamicList):
            yield component
        elif isinstance(component, Group):
            yield from in_scope(component.components)
