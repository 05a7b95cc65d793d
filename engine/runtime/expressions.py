"""The FEEL of a bundle: every expression with its place, what it is for, and the names it may read there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from engine.model import Element, ElementKind
from engine.runtime.coming import Coming, names_set_by
from engine.runtime.facts import PATH
from engine.runtime.subject import Place, Subject
from engine.runtime.toml_table import lines_of
from forms.definition import FormDefinition, FormDefinitionError

DOSSIER: Final = frozenset(
    {"code", "case", "channel", "applicant_name", "submitted_at", "received_at", "due_at", "supplement_requests"}
)
"""What FEEL may read of `dossier`."""


class Purpose(StrEnum):
    """What an expression's value is used for."""

    CONDITION = "condition"
    ASSIGNEE = "assignee"
    SCRIPT = "script"
    DURATION = "duration"
    MOMENT = "moment"
    APPLICANT = "applicant"
    LETTER = "letter"


@dataclass(frozen=True)
class Use:
    """One expression where it stands. `known` are the data keys that some way can have set before it; `local` says
    which of them go by another name there."""

    place: Place
    text: str
    purpose: Purpose
    known: frozenset[str]
    local: Mapping[str, str] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """The data key that a name stands for here."""
        return self.local.get(name, name)


class Names:
    """The data keys of a bundle: who sets them, when they can be set, and what is inside them."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.coming = Coming(subject)

    @cached_property
    def all(self) -> frozenset[str]:
        """Every data key that anything in the bundle sets."""
        begun = {name for element in self.subject.elements.values() for name in names_set_by(element)}
        filed = {self.subject.facts.start_form} if self.subject.facts else set()
        return frozenset(name for name in begun | filed if not name.startswith("@"))

    def readable(self, element: Element) -> frozenset[str]:
        """What expressions at an element may read: the keys set before it, and the local names of those."""
        known = self.before(element.id)
        return known | {name for name, key in element.names.items() if key in known}

    def before(self, element_id: str) -> frozenset[str]:
        """What can be set before an element; every key where no way can be followed to it."""
        reached = self.subject.sound and bool(self.coming.before(element_id))
        return self.coming.names_before(element_id) if reached else self.all

    @cached_property
    def forms(self) -> Mapping[str, FormDefinition]:
        """The forms that can be read, by key."""
        read: dict[str, FormDefinition] = {}
        for key, source in self.subject.bundle.forms.items():
            try:
                read[key] = FormDefinition.parse(source, f"forms/{key}.form.json")
            except FormDefinitionError:
                continue  # `lint_forms` says what is wrong with it
        return read

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """What may be read inside each name, where that is known: the fields of the forms that set it."""
        facts = self.subject.facts
        of: dict[str, set[str | None]] = {facts.start_form: {facts.start_form}} if facts else {}
        for element in self.subject.elements.values():
            if element.form:
                of.setdefault(element.form.data_key, set()).add(element.form.key)
            if element.result:
                of.setdefault(element.result, set()).add(None)
        known = {name: keys for name, keys in of.items() if all(key in self.forms for key in keys)}
        fields = {name: [self.forms[key].names for key in keys if key] for name, keys in known.items()}
        return {"dossier": DOSSIER, **{name: frozenset().union(*sets) for name, sets in fields.items()}}


def uses(subject: Subject, names: Names) -> Iterator[Use]:
    """Every FEEL expression of the diagrams and of procedure.toml."""
    yield from _applicant(subject)
    for process in subject.all_processes:
        for flow in process.flows:
            if flow.condition:
                known = names.before(flow.source)
                local = process.elements[flow.source].names if flow.source in process.elements else {}
                yield Use((process.path, flow.line, flow.id), flow.condition, Purpose.CONDITION, known, local)
    for element in subject.elements.values():
        for text, purpose in _of(element):
            yield Use(subject.place(element), text, purpose, names.before(element.id), element.names)
        if element.act and element.act.when:  # judged with the step's own answers at hand
            known = names.before(element.id) | ({element.form.data_key} if element.form else set())
            yield Use(subject.place(element), element.act.when, Purpose.CONDITION, known, element.names)
        yield from _letters(subject, names, element)


def _letters(subject: Subject, names: Names, element: Element) -> Iterator[Use]:
    """A letter is due when the process reaches an element that waits, else when it has passed it."""
    known = names.before(element.id) | ({element.result} if element.result else set())
    for letter in element.letters:
        said = ((letter.when, Purpose.CONDITION), (letter.reason, Purpose.LETTER), (letter.ground, Purpose.LETTER))
        for text, purpose in said:
            if text:
                yield Use(subject.place(element), text, purpose, known, element.names)


def _of(element: Element) -> Iterator[tuple[str, Purpose]]:
    if element.assignee:
        yield element.assignee, Purpose.ASSIGNEE
    if element.kind is ElementKind.SCRIPT_TASK and element.script:
        yield element.script, Purpose.SCRIPT
    if element.timer and element.timer.duration:
        yield _duration(element.timer.duration), Purpose.DURATION
    if element.timer and element.timer.moment:
        yield _moment(element.timer.moment), Purpose.MOMENT


def _duration(text: str) -> str:
    """FEEL for a duration, which is ISO 8601 unless it begins with "="."""
    return text[1:].strip() if text.startswith("=") else f"duration({_quoted(text)})"


def _moment(text: str) -> str:
    """FEEL for a day or a moment, which is ISO 8601 unless it begins with "="."""
    if text.startswith("="):
        return text[1:].strip()
    return f"date and time({_quoted(text)})" if "T" in text else f"date({_quoted(text)})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _applicant(subject: Subject) -> Iterator[Use]:
    if subject.facts is None:
        return
    lines = lines_of(subject.bundle.files[PATH].decode())
    rules = subject.facts.applicant
    for key, text in (("name", rules.name), ("email", rules.email), ("summary", rules.summary)):
        if text:
            place = (PATH, lines.get(f"applicant.{key}", 0), "")
            yield Use(place, text, Purpose.APPLICANT, frozenset({subject.facts.start_form}))
