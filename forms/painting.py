"""One component's view: a function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from forms.display import clock_part, date_parts, local, shown, typed_number
from forms.evaluation import Node
from forms.fields import (
    Button,
    CheckboxField,
    ChoiceField,
    Component,
    ComputedField,
    DocumentPreview,
    DynamicList,
    Field,
    FileField,
    Gap,
    Group,
    MomentField,
    NumberField,
    Passage,
    Picture,
    Table,
    TextField,
    token,
)
from forms.page import ROW_NAMES, ComponentView, OptionView, Painter, PartView, RowView, dom_id, id_of, value_at
from forms.paths import at, name_of
from forms.presentation import documents, passage, picture, preview, said, table
from forms.rules import flag, kinds, limit, megabytes, options
from forms.stored import is_kept


def paint(painter: Painter, node: Node) -> ComponentView | None:
    """The view of one visible component; None for what pages show elsewhere (buttons)."""
    component = node.component
    if isinstance(component, ComputedField) or (isinstance(component, Field) and is_kept(node)):
        return _output(painter, node, component)
    return _PAINTERS[type(component)](painter, node, component)


def _base(painter: Painter, node: Node) -> dict[str, Any]:
    """What every answerable component shows."""
    component = node.component
    name = name_of(node.path)
    base: dict[str, Any] = {
        "id": dom_id(node),
        "name": name,
        "label": said(component.label, node, painter) or component.id,
        "error": painter.errors.get(name, ""),
    }
    if isinstance(component, Field):
        base |= {
            "hint": said(component.hint, node, painter),
            "required": component.required,
            "autocomplete": component.autocomplete,
            "watched": _is_watched(painter, node),
        }
    return base


def _is_watched(painter: Painter, node: Node) -> bool:
    in_row = any(isinstance(step, int) for step in node.path)
    return node.path[0] in painter.watched or (in_row and bool(painter.watched & ROW_NAMES))


def _output(painter: Painter, node: Node, component: Field) -> ComponentView:
    value = at(painter.resolution.values, node.path)
    text = shown(component, value, node.scope, painter.context, painter.lang)
    attached = documents(painter, value) if isinstance(component, FileField) else ()
    return ComponentView(kind="output", readonly=True, value=text, documents=attached, **_base(painter, node))


def _text(painter: Painter, node: Node, component: Any) -> ComponentView:
    most = limit(component.max_length, node.scope)
    value = value_at(painter, node.path)
    kind = {"email": ("email", "email"), "phone": ("tel", "tel")}.get(component.kind, ("text", ""))
    return ComponentView(
        kind="textarea" if component.multiline else "text",
        value="" if value is None else str(value),
        input_type=kind[0],
        inputmode=kind[1],
        width=_width(int(most) if most is not None else 0),
        max_length=int(most) if most is not None and most > 0 else 0,
        prefix=said(component.prefix, node, painter),
        suffix=said(component.suffix, node, painter),
        **_base(painter, node),
    )


def _width(most: int) -> int:
    return next((width for width in (2, 3, 4, 5, 10, 20, 30) if 0 < most <= width), 0)


def _number(painter: Painter, node: Node, component: Any) -> ComponentView:
    return ComponentView(
        kind="text",
        value=typed_number(value_at(painter, node.path), painter.lang),
        inputmode="numeric" if component.digits == 0 else "decimal",
        width=10,
        prefix=said(component.prefix, node, painter),
        suffix=said(component.suffix, node, painter),
        **_base(painter, node),
    )


def _moment(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    base["hint"] = base["hint"] or painter.words["time_hint" if component.subtype == "time" else "date_hint"]
    value = local(component, value_at(painter, node.path), painter.context)
    parts: list[PartView] = []
    if component.subtype != "time":
        for key, written, width in zip(("day", "month", "year"), date_parts(value), (2, 2, 4), strict=True):
            complete = f"bday-{key}" if base["autocomplete"] == "bday" else ""
            parts.append(_part(painter, base, key, written, width, complete))
    if component.subtype != "date":
        parts.append(_part(painter, base, "time", clock_part(value, component.subtype), 5, "", "text"))
    base["id"] = parts[0].id
    return ComponentView(kind="date", parts=tuple(parts), **base)


def _part(
    painter: Painter, base: Mapping[str, Any], key: str, value: str, width: int, complete: str, mode: str = "numeric"
) -> PartView:
    return PartView(f"{base['id']}-{key}", f"{base['name']}-{key}", painter.words[key], value, width, mode, complete)


def _checkbox(painter: Painter, node: Node, _component: Any) -> ComponentView:
    ticked = value_at(painter, node.path) is True
    return ComponentView(kind="checkbox", value="true" if ticked else "", **_base(painter, node))


def _choice(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    value = value_at(painter, node.path)
    chosen = {token(item) for item in (value if isinstance(value, list) else [value]) if item is not None}
    given = [
        (option.token, option.label.get(painter.lang))
        for option in options(component, node.scope, painter.context.data)
    ]
    kind = "checkboxes" if component.multiple else "select" if component.type == "select" else "radios"
    if kind == "select":
        given.insert(0, ("", painter.words["choose"] if component.required else painter.words["none"]))
    elif kind == "radios" and not component.required:
        given.append(("", painter.words["none"]))
    listed = tuple(
        OptionView(
            base["id"] if index == 0 else f"{base['id']}-{index + 1}",
            value,
            label,
            value in chosen or not (value or chosen),
        )
        for index, (value, label) in enumerate(given)
    )
    return ComponentView(
        kind=kind,
        options=listed,
        multiple=component.multiple,
        small=component.type == "taglist",
        lasting=component.options.expression is None,
        **base,
    )


def _file(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    limits = []
    if component.accept:
        limits.append(painter.words["accepts"].format(kinds=kinds(component.accept).get(painter.lang)))
    if component.max_bytes is not None:
        limits.append(painter.words["max_size"].format(size=megabytes(component.max_bytes)))
    base["hint"] = " ".join(part for part in (base["hint"], ", ".join(limits) + "." if limits else "") if part)
    return ComponentView(
        kind="file",
        multiple=flag(component.multiple, node.scope),
        accept=",".join(component.accept),
        documents=documents(painter, value_at(painter, node.path), base["name"]),
        **base,
    )


def _group(painter: Painter, node: Node, component: Any) -> ComponentView:
    return ComponentView(
        kind="group",
        id=dom_id(node),
        label=said(component.label, node, painter),
        outline=component.outline,
        components=painter.all(node.children),
    )


def _list(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    removable = component.add_remove and len(node.rows) > component.min_rows
    rows = tuple(
        RowView(
            id_of((*node.path, index)),
            index + 1,
            f"{painter.words['row']} {index + 1}",
            painter.all(row),
            f"remove:{base['name']}:{index}" if removable else "",
        )
        for index, row in enumerate(node.rows)
    )
    add = f"add:{base['name']}" if component.add_remove and len(rows) < component.max_rows else ""
    return ComponentView(kind="list", rows=rows, add=add, **base)


def _gap(_painter: Painter, node: Node, component: Any) -> ComponentView:
    return ComponentView(kind="rule" if component.type == "separator" else "gap", id=dom_id(node))


def _nothing(_painter: Painter, _node: Node, _component: Any) -> None:
    return None


_PAINTERS: Final[Mapping[type[Component], Callable[[Painter, Node, Any], ComponentView | None]]] = {
    TextField: _text,
    NumberField: _number,
    MomentField: _moment,
    CheckboxField: _checkbox,
    ChoiceField: _choice,
    FileField: _file,
    Group: _group,
    DynamicList: _list,
    Passage: passage,
    Picture: picture,
    Table: table,
    DocumentPreview: preview,
    Gap: _gap,
    Button: _nothing,
}
