"""What a whole form must fulfil besides each component alone: keys, names, labels, both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields as dataclass_fields
from typing import Final

from forms.fields import (
    Assertion,
    Button,
    ChoiceField,
    Component,
    ComputedField,
    DynamicList,
    Feel,
    Field,
    Gap,
    Group,
    OptionSource,
    Passage,
    Picture,
    Table,
    Template,
    Wording,
    in_scope,
    walk,
)
from forms.findings import Findings
from forms.i18n import Text

OF_PAGES: Final = frozenset({"attempt", "channel", "section", "version"})
"""What pages send beside the answers, in the same form: no question may be called so."""
SPECIAL: Final = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_"})


def check(components: Sequence[Component], known: frozenset[str] | None, findings: Findings) -> None:
    """Note what is wrong with the form as a whole; `known` as in forms.definition.findings."""
    _keys(components, "", findings)
    _cycles(components, findings)
    _rows(components, findings)
    for component in walk(components):
        _label(component, findings)
        _reset(component, findings)
        _english(component, findings)
    if known is not None:
        own = frozenset(item.path[0] for item in in_scope(components) if item.path)
        _names(components, own, known, findings)


def expressions(component: Component) -> Iterator[Feel]:
    """Every FEEL expression of one component, without those of the components inside it."""
    for part in dataclass_fields(component):
        if part.name != "components":
            yield from _inside(getattr(component, part.name))


def _inside(value: object) -> Iterator[Feel]:
    if isinstance(value, Feel):
        yield value
    elif isinstance(value, Assertion):
        yield value.rule
    elif isinstance(value, Template):
        yield from (part for part in value.parts if isinstance(part, Feel))
    elif isinstance(value, Wording):
        yield from _inside(value.vi)
        yield from _inside(value.en)
    elif isinstance(value, OptionSource):
        yield from _inside(value.expression)


def _keys(components: Sequence[Component], inside: str, findings: Findings) -> None:
    """A key must be alone, and no key may stand for a value and for a group of values at once."""
    taken: dict[tuple[str, ...], str] = {}
    for item in in_scope(components):
        if not inside and item.path and item.path[0] in OF_PAGES:
            _taken_by_pages(item, findings)
        for length in range(1, len(item.path) + 1):
            other = taken.get(item.path[:length])
            if other is not None:
                _duplicate(item, other, findings)
        if any(path[: len(item.path)] == item.path and path != item.path for path in taken):
            _duplicate(item, ".".join(item.path), findings)
        taken[item.path] = ".".join(item.path)
        if isinstance(item, DynamicList):
            _keys(item.components, item.id, findings)


def _taken_by_pages(item: Field | DynamicList, findings: Findings) -> None:
    findings.error(
        "reserved-key",
        _at_key(item),
        Text(
            f"Khóa “{item.path[0]}” đã được các trang dùng (cùng với {', '.join(sorted(OF_PAGES - {item.path[0]}))}).",
            f"The key “{item.path[0]}” is one that pages use (as are {', '.join(sorted(OF_PAGES - {item.path[0]}))}).",
        ),
        Text("Đặt khóa khác.", "Choose another key."),
    )


def _at_key(item: Field | DynamicList) -> tuple[str, str]:
    return item.id, f"{item.pointer}/{'path' if isinstance(item, DynamicList) else 'key'}"


def _duplicate(item: Field | DynamicList, other: str, findings: Findings) -> None:
    findings.error(
        "duplicate-key",
        _at_key(item),
        Text(
            f"Khóa “{'.'.join(item.path)}” trùng với “{other}”.",
            f"The key “{'.'.join(item.path)}” collides with “{other}”.",
        ),
        Text("Đặt khóa khác.", "Choose another key."),
    )


def _rows(components: Sequence[Component], findings: Findings) -> None:
    """Where rows come and go, nobody can say which stored row a readonly field belongs to."""
    for item in walk(components):
        if not isinstance(item, DynamicList) or not item.add_remove:
            continue
        for inner in in_scope(item.components):
            if isinstance(inner, Field) and (inner.readonly or inner.disabled):
                findings.error(
                    "readonly-in-rows",
                    (inner.id, inner.pointer),
                    Text(
                        "Ô chỉ đọc hoặc bị khóa không được nằm trong danh sách thêm bớt dòng được.",
                        "A readonly or disabled field must not be in a list whose rows can be added or removed.",
                    ),
                    Text(
                        "Đặt allowAddRemove là false, hoặc cho phép sửa ô này.",
                        "Set allowAddRemove to false, or let the field be edited.",
                    ),
                )


def _cycles(components: Sequence[Component], findings: Findings) -> None:
    """A field may not be shown, or computed, depending on itself."""
    reads: dict[str, set[str]] = {}
    owner: dict[str, Component] = {}
    for component, conditions in _conditioned(components, ()):
        for name in {item.path[0] for item in _answers(component) if item.path}:
            owner.setdefault(name, component)
            reads.setdefault(name, set()).update(*(condition.compiled.names for condition in conditions))
    for name in reads:
        if name in _reachable(name, reads):
            component = owner[name]
            findings.error(
                "cycle",
                (component.id, component.pointer),
                Text(
                    f"“{name}” ẩn hiện hoặc tính theo chính nó.", f"“{name}” is shown or computed depending on itself."
                ),
                Text(
                    "Bỏ vòng lặp trong conditional.hide hoặc expression.",
                    "Break the circle in conditional.hide or expression.",
                ),
            )


def _conditioned(
    components: Sequence[Component], outer: tuple[Feel, ...]
) -> Iterator[tuple[Component, tuple[Feel, ...]]]:
    for component in components:
        conditions = outer + ((component.hide,) if component.hide else ())
        if isinstance(component, ComputedField):
            conditions += (component.expression,)
        if isinstance(component, Group):
            yield from _conditioned(component.components, conditions)
        else:
            yield component, conditions


def _answers(component: Component) -> Iterator[Field | DynamicList]:
    return in_scope((component,))


def _reachable(start: str, reads: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(reads[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(reads.get(name, ()))
    return seen


def _reset(component: Component, findings: Findings) -> None:
    if isinstance(component, Button) and component.action == "reset":
        findings.error(
            "reset-button",
            (component.id, f"{component.pointer}/action"),
            Text(
                "Không dùng nút xóa trắng: người điền hay bấm nhầm và mất hết.",
                "Reset buttons are not supported: people press them by mistake and lose everything.",
            ),
            Text("Bỏ nút này.", "Remove the button."),
        )


def _label(component: Component, findings: Findings) -> None:
    missing = component.label is None and isinstance(component, Field | DynamicList | Table)
    if isinstance(component, Picture) and component.alt is None:
        missing = True
    if not missing:
        return
    name = "alt" if isinstance(component, Picture) else "label"
    findings.error(
        "unlabelled",
        (component.id, f"{component.pointer}/{name}"),
        Text(
            "Không có nhãn: người dùng trình đọc màn hình không biết phải điền gì.",
            "No label: people who use a screen reader cannot know what is asked.",
        ),
        Text(f"Điền {name}.", f"Fill in {name}."),
    )


def _english(component: Component, findings: Findings) -> None:
    lacking = [
        name
        for name, wording in (
            ("label", component.label),
            ("description", component.hint if isinstance(component, Field) else None),
            ("text", component.text if isinstance(component, Passage) else None),
            ("alt", component.alt if isinstance(component, Picture) else None),
        )
        if wording is not None and wording.en is None and not isinstance(component, Gap)
    ]
    if component.assertion is not None and not component.assertion.message.en:
        lacking.append("message")
    if isinstance(component, ChoiceField) and any(not option.label.en for option in component.options.fixed):
        lacking.append("values: label")
    for name in lacking:
        findings.warning(
            "english",
            (component.id, component.pointer),
            Text(f"Chưa có bản tiếng Anh của {name}.", f"The English of {name} is missing."),
            Text(f"Thêm “{name.split()[-1]}:en”.", f"Add “{name.split()[-1]}:en”."),
        )


def _names(components: Sequence[Component], own: frozenset[str], known: frozenset[str], findings: Findings) -> None:
    for component in walk(components):
        for expression in expressions(component):
            unknown = expression.compiled.names - own - known - SPECIAL
            for name in sorted(unknown):
                findings.error(
                    "unknown-name",
                    (component.id, expression.pointer),
                    Text(
                        f"Biểu thức “{expression.source[:80]}” đọc “{name}”, không có tên này.",
                        f"The expression “{expression.source[:80]}” reads “{name}”, which does not exist.",
                    ),
                    Text(
                        f"Sửa tên; trong dòng của danh sách dùng this.{name}.",
                        f"Correct the name; inside a row of a list write this.{name}.",
                    ),
                )
