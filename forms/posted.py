"""What an HTML page posts, as raw answers: names, unchecked boxes, dates in three parts, rows to add and remove."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forms.definition import FormDefinition
from forms.evaluation import Node
from forms.fields import (
    CheckboxField,
    ChoiceField,
    Component,
    ComputedField,
    DynamicList,
    Field,
    FileField,
    Group,
    MomentField,
    NumberField,
    in_scope,
)
from forms.paths import at, get, has, path_of, put
from forms.rules import AnswerContext
from forms.stored import is_kept, resolved, stored_over, typed
from forms.values import ANY_MOMENT, AmbiguousNumber

ActionKind = Literal["refresh", "save", "complete", "add", "remove"]
ACTION: Final = "_action"
_INDEX = re.compile(r"\[(\d{1,4})\]")
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f\u2009'")


@dataclass(frozen=True, slots=True)
class Action:
    """Which button was pressed. `path` names a list or a file field, `index` a row or file (from 0)."""

    kind: ActionKind
    path: str = ""
    index: int = -1


def action(items: Iterable[tuple[str, str]]) -> Action:
    """The button in a post; "refresh" when it is none that the form has, which changes nothing."""
    pressed = [value for name, value in items if name == ACTION]
    kind, _, rest = (pressed[-1] if pressed else "").partition(":")
    if kind == "add" and path_of(rest):
        return Action("add", rest)
    path, _, index = rest.rpartition(":")
    if kind == "remove" and path_of(path) and index.isdecimal() and len(index) < 5:
        return Action("remove", path, int(index))
    return Action("save") if kind == "save" else Action("complete") if kind == "complete" else Action("refresh")


def from_html(
    definition: FormDefinition,
    items: Iterable[tuple[str, str]],
    files: Iterable[tuple[str, str]] = (),
    context: AnswerContext | None = None,
) -> dict[str, object]:
    """Raw answers for `check` (and `check_draft`) from a posted page.

    `items` are the names and values in the order they came, `files` the field names and document ids of what was
    uploaded with them. Fields that the other posted values hide are dropped: without JavaScript a page cannot
    know. Disabled and computed fields are dropped, too. Add and remove buttons are carried out. Names that the
    form does not have are not looked at. `context` is what conditions read besides the form itself.
    """
    posted: dict[str, list[str]] = {}
    pairs = list(items)
    for name, value in pairs:
        posted.setdefault(name, []).append(value)
    uploaded: dict[str, list[str]] = {}
    for name, identifier in files:
        uploaded.setdefault(name, []).append(identifier)
    raw = _Page(posted, uploaded).scope(definition.components, "")
    _carry_out(definition.components, raw, action(pairs))
    return _shown(definition, raw, context or AnswerContext(now=ANY_MOMENT))


class _Page:
    """The posted names, read component by component."""

    def __init__(self, posted: Mapping[str, list[str]], uploaded: Mapping[str, list[str]]) -> None:
        self.posted = posted
        self.uploaded = uploaded

    def scope(self, components: Sequence[Component], prefix: str) -> dict[str, object]:
        """The raw answers of one scope; names in it begin with `prefix`."""
        raw: dict[str, object] = {}
        for item in in_scope(components):
            name = f"{prefix}.{'.'.join(item.path)}" if prefix else ".".join(item.path)
            if isinstance(item, DynamicList):
                rows = self._indices(name)
                if rows or name in self.posted:
                    put(
                        raw,
                        item.path,
                        [self.scope(item.components, f"{name}[{row}]") for row in rows[: item.max_rows + 1]],
                    )
            elif not isinstance(item, ComputedField):
                put(raw, item.path, self.value(item, name))
        return raw

    def _indices(self, name: str) -> list[int]:
        found = set()
        for posted in (*self.posted, *self.uploaded):
            if posted.startswith(name) and (index := _INDEX.match(posted, len(name))):
                found.add(int(index[1]))
        return sorted(found)

    def value(self, field: Field, name: str) -> object:
        """One field's raw answer."""
        values = self.posted.get(name, [])
        last = values[-1] if values else ""
        if isinstance(field, CheckboxField):
            return last not in {"", "false"}
        if isinstance(field, FileField):
            return self._files(field, name, values)
        if isinstance(field, ChoiceField):
            return [value for value in values if value] if field.multiple else last or None
        if isinstance(field, MomentField):
            return self._moment(field, name, last)
        if isinstance(field, NumberField):
            return number_typed(last, field.digits)
        return last

    def _files(self, field: FileField, name: str, kept: list[str]) -> list[str]:
        new = self.uploaded.get(name, [])
        if new and field.multiple is False:
            return new
        return [identifier for identifier in [*kept, *new] if identifier]

    def _moment(self, field: MomentField, name: str, whole: str) -> str | None:
        parts = [self._part(name, part) for part in ("day", "month", "year")]
        clock = self._part(name, "time")
        if not any(parts) and not clock:
            return whole.strip() or None
        if field.subtype == "time":
            return clock_typed(clock)
        date = date_typed(*parts)
        return date if field.subtype == "date" else f"{date}T{clock_typed(clock)}"

    def _part(self, name: str, part: str) -> str:
        values = self.posted.get(f"{name}-{part}", [])
        return values[-1].strip() if values else ""


def date_typed(day: str, month: str, year: str) -> str:
    """Three typed parts as an ISO day when they are numbers, else as "day/month/year" for showing again."""
    if all(part.isascii() and part.isdecimal() for part in (day, month, year)) and len(year) == 4:
        return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    return f"{day}/{month}/{year}"


def clock_typed(clock: str) -> str:
    """A typed time: "9:05", "9h05", "9 giờ 5" and "0905" as HH:MM; anything else as typed."""
    found = re.fullmatch(r"(\d{1,2})\s*(?::|h|g|giờ|\.)\s*(\d{0,2})(?::(\d{2}))?", clock.lower()) or re.fullmatch(
        r"(\d{2})(\d{2})()", clock
    )
    if found is None:
        return clock
    return f"{found[1].zfill(2)}:{(found[2] or '').zfill(2)}" + (f":{found[3]}" if found[3] else "")


def number_typed(typed_text: str, digits: int | None) -> str | None:
    """A typed number with "." for decimals: thousands in either style are understood, doubt is not resolved by guess.

    One separator before exactly three digits ("1.500") groups thousands when the field allows fewer than three
    decimal places; where it allows more, the text stays ambiguous and `check` asks.
    """
    plain = typed_text.strip().translate(_SPACES)
    if not plain:
        return None
    marks = [character for character in plain if character in ".,"]
    if not marks or not plain.strip("+-").replace(".", "").replace(",", "").isdecimal():
        return plain
    if len(set(marks)) == 2:
        last = max(plain.rfind("."), plain.rfind(","))
        return plain[:last].replace(".", "").replace(",", "") + "." + plain[last + 1 :]
    if len(marks) > 1:
        return plain.replace(marks[0], "") if re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", plain) else plain
    return _one_mark(plain, marks[0], digits)


def _one_mark(plain: str, mark: str, digits: int | None) -> str:
    before, _, after = plain.partition(mark)
    if len(after) == 3 and re.fullmatch(r"[+-]?[1-9]\d{0,2}", before):
        if digits is not None and digits < 3:
            return before + after
        return AmbiguousNumber(plain, before + after, f"{before},{after}0")
    return f"{before or '0'}.{after}" if after else before


def _carry_out(components: Sequence[Component], raw: dict[str, object], pressed: Action) -> None:
    path = path_of(pressed.path) if pressed.kind in {"add", "remove"} else None
    if not path:
        return
    item = _component_at(components, [step for step in path if isinstance(step, str)])
    found = at(raw, path)
    if pressed.kind == "add" and isinstance(item, DynamicList) and item.add_remove:
        rows = found if isinstance(found, list) else []
        if len(rows) < item.max_rows:
            rows.append({})
        holder = at(raw, path[:-1]) if len(path) > 1 else raw
        if isinstance(holder, dict):
            holder[str(path[-1])] = rows
    removable = isinstance(item, FileField) or (isinstance(item, DynamicList) and item.add_remove)
    if pressed.kind == "remove" and removable and isinstance(found, list) and pressed.index < len(found):
        del found[pressed.index]


def _component_at(components: Sequence[Component], names: list[str]) -> Field | DynamicList | None:
    for item in in_scope(components):
        length = len(item.path)
        if list(item.path) == names:
            return item
        if isinstance(item, DynamicList) and list(item.path) == names[:length]:
            return _component_at(item.components, names[length:])
    return None


def _shown(definition: FormDefinition, raw: Mapping[str, object], context: AnswerContext) -> dict[str, object]:
    answers = stored_over(definition, typed(definition, raw, context), context)
    resolution = resolved(definition, answers, context)
    return _kept(resolution.nodes, raw, 0)


def _kept(nodes: Iterable[Node], raw: Mapping[str, object], skip: int) -> dict[str, object]:
    kept: dict[str, object] = {}
    for node in nodes:
        component = node.component
        path = tuple(str(step) for step in node.path[skip:])
        if node.hidden or isinstance(component, ComputedField):
            continue
        if isinstance(component, Group):
            _join(kept, _kept(node.children, raw, skip))
        elif isinstance(component, DynamicList) and has(raw, path):
            put(kept, path, _rows(node, get(raw, path)))
        elif isinstance(component, Field) and has(raw, path) and not is_kept(node):
            put(kept, path, get(raw, path))
    return kept


def _rows(node: Node, raw: object) -> list[object]:
    rows = raw if isinstance(raw, list) else []
    kept: list[object] = [
        _kept(inner, row if isinstance(row, Mapping) else {}, len(node.path) + 1)
        for inner, row in zip(node.rows, rows, strict=False)
    ]
    return kept + rows[len(kept) :]  # rows beyond the limit stay, so that the check can say so


def _join(into: dict[str, object], other: Mapping[str, object]) -> None:
    for name, value in other.items():
        present = into.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            _join(present, value)
        else:
            into[name] = value
