"""What is wrong with answers, told to the person in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.evaluation import Node
from forms.fields import CheckboxField, ChoiceField, Component, Field, FileField, Path, TextField
from forms.i18n import Text, problem
from forms.paths import name_of
from forms.values import RefusalError


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One answer that cannot be taken.

    `path` is written as pages name fields (`group.field`, `list[0].field`, "" for the whole form), `code` is a key of
    forms.i18n.PROBLEMS; the messages say what to do.
    """

    path: str
    code: str
    message_vi: str
    message_en: str

    def message(self, lang: str) -> str:
        """The message in "vi" or "en"."""
        return self.message_en if lang == "en" else self.message_vi


class InvalidAnswers(ValueError):
    """Answers that break the rules of their form; `problems` lists every one, in the order of the form."""

    code = "invalid-answers"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{item.path}: {item.message_vi}" for item in self.problems))


def missing(field: Field) -> str:
    """The code for a required field without an answer."""
    if isinstance(field, CheckboxField):
        return "required_tick"
    if isinstance(field, FileField):
        return "required_file"
    return "required_choice" if isinstance(field, ChoiceField) else "required_text"


def label_of(node: Node) -> Text:
    """What a person calls this component; in a list with the number of its row."""
    component = node.component
    label = component.label.render(node.scope) if component.label else Text(component.id)
    rows = [step + 1 for step in node.path[:-1] if isinstance(step, int)]
    if not rows:
        return label
    number = ".".join(str(row) for row in rows)
    return Text(f"{label.vi} (dòng {number})", f"{label.get('en')} (row {number})")


def told(path: Path, refusal: RefusalError, label: Text, component: Component | None = None) -> FieldProblem:
    """The problem for a refusal; a pattern with a message of its own says that."""
    message = problem(refusal.code, label, **refusal.values)
    if refusal.code == "pattern" and isinstance(component, TextField) and component.pattern_message:
        message = component.pattern_message
    return FieldProblem(name_of(path), refusal.code, message.vi, message.get("en"))


def listed(errors: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """marshmallow's nested errors as places and what went wrong there."""
    if isinstance(errors, Mapping):
        for key, inner in errors.items():
            step = () if key == "_schema" else (key,)
            yield from listed(inner, (*path, *step))
    elif isinstance(errors, list):
        for item in errors:
            yield path, item
    else:
        yield path, errors


def describe(errors: object, nodes: Sequence[Node]) -> list[FieldProblem]:
    """marshmallow's errors as problems in the order of the form, unknown keys last."""
    places = {node.path: (order, node) for order, node in enumerate(nodes) if is_holder(node)}
    found: list[tuple[int, FieldProblem]] = []
    for path, error in listed(errors):
        order, node = places.get(path) or _inside(path, places) or (len(nodes), None)
        refusal = error if isinstance(error, RefusalError) else _refused(str(error), node, path)
        label = label_of(node) if node else Text(name_of(path)[:80])
        found.append((order, told(path, refusal, label, node.component if node else None)))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def is_holder(node: Node) -> bool:
    """Whether an answer stands at the node's own path."""
    return isinstance(node.component, Field) or node.component.type == "dynamiclist"


def _inside(path: Path, places: Mapping[Path, tuple[int, Node]]) -> tuple[int, Node] | None:
    """For an object that should not be there at all: the first of its fields."""
    inner = [place for known, place in places.items() if known[: len(path)] == path and path]
    return min(inner, key=lambda place: place[0]) if inner else None


def _refused(code: str, node: Node | None, path: Path) -> RefusalError:
    if code != "unknown":
        return RefusalError(code)
    if node is None:
        return RefusalError("unknown", value=name_of(path)[:80])
    return RefusalError("hidden" if node.hidden else "disabled")
