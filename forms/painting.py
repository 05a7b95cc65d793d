"""One component's view: a function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from forms.answers import is_kept
from forms.components import safe_address
from forms.display import clock_part, date_parts, number, shown, typed_number
from forms.evaluation import Node
from forms.fields import (
    Button,
    CheckboxField,
    ChoiceField,
    Component,
    ComputedField,
    DocumentPreview,
    DynamicList,
    Feel,
    Field,
    FileField,
    Gap,
    Group,
    MomentField,
    NumberField,
    Passage,
    Picture,
    Scope,
    Table,
    TextField,
    Wording,
    show,
    token,
)
from forms.markdown import Block, Run, blocks, escape
from forms.page import ROW_NAMES, ComponentView, DocumentView, OptionView, Painter, PartView, RowView, dom_id, value_at
from forms.paths import at, get, name_of
from forms.rules import flag, kinds, limit, megabytes, options
from forms.values import RefusalError

MAX_TABLE_ROWS: Final = 500


def paint(painter: Painter, node: Node) -> ComponentView | None:
    """The view of one visible component; None for what pages show elsewhere (buttons)."""
    component = node.component
    if isinstance(component, ComputedField) or (isinstance(component, Field) and is_kept(node)):
        return _output(painter, node, component)
    return _PAINTERS[type(component)](painter, node, component)


def _said(wording: Wording | None, node: Node, painter: Painter) -> str:
    return wording.render(node.scope).get(painter.lang) if wording else ""


def _base(painter: Painter, node: Node) -> dict[str, Any]:
    """What every answerable component shows."""
    component = node.component
    name = name_of(node.path)
    base: dict[str, Any] = {
        "id": dom_id(node),
        "name": name,
        "label": _said(component.label, node, painter) or component.id,
        "error": painter.errors.get(name, ""),
    }
    if isinstance(component, Field):
        base |= {
            "hint": _said(component.hint, node, painter),
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
    documents = _documents(painter, value) if isinstance(component, FileField) else ()
    return ComponentView(kind="output", readonly=True, value=text, documents=documents, **_base(painter, node))


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
        prefix=_said(component.prefix, node, painter),
        suffix=_said(component.suffix, node, painter),
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
        prefix=_said(component.prefix, node, painter),
        suffix=_said(component.suffix, node, painter),
        **_base(painter, node),
    )


def _moment(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    base["hint"] = base["hint"] or painter.words["time_hint" if component.subtype == "time" else "date_hint"]
    value = value_at(painter, node.path)
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
        kind=kind, options=listed, multiple=component.multiple, small=component.type == "taglist", **base
    )


def _file(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    limits = []
    if component.accept:
        limits.append(painter.words["accepts"].format(kinds=kinds(component.accept)))
    if component.max_bytes is not None:
        limits.append(painter.words["max_size"].format(size=megabytes(component.max_bytes)))
    base["hint"] = " ".join(part for part in (base["hint"], ", ".join(limits) + "." if limits else "") if part)
    return ComponentView(
        kind="file",
        multiple=flag(component.multiple, node.scope),
        accept=",".join(component.accept),
        documents=_documents(painter, value_at(painter, node.path), base["name"]),
        **base,
    )


def _documents(painter: Painter, value: object, removable: str = "") -> tuple[DocumentView, ...]:
    found = []
    for index, identifier in enumerate(value if isinstance(value, list) else []):
        document = painter.context.documents(str(identifier))
        if document is not None:
            remove = f"remove:{removable}:{index}" if removable else ""
            found.append(DocumentView(document.id, document.name, painter.document_href(document.id), remove))
    return tuple(found)


def _group(painter: Painter, node: Node, component: Any) -> ComponentView:
    return ComponentView(
        kind="group",
        id=dom_id(node),
        label=_said(component.label, node, painter),
        outline=component.outline,
        components=painter.all(node.children),
    )


def _list(painter: Painter, node: Node, component: Any) -> ComponentView:
    base = _base(painter, node)
    removable = component.add_remove and len(node.rows) > component.min_rows
    rows = tuple(
        RowView(
            index + 1,
            f"{painter.words['row']} {index + 1}",
            painter.all(row),
            f"remove:{base['name']}:{index}" if removable else "",
        )
        for index, row in enumerate(node.rows)
    )
    add = f"add:{base['name']}" if component.add_remove and len(rows) < component.max_rows else ""
    return ComponentView(kind="list", rows=rows, add=add, **base)


def _passage(painter: Painter, node: Node, component: Any) -> ComponentView:
    wording = component.text
    template = wording.en if painter.lang == "en" and wording.en else wording.vi
    whole = len(template.parts) == 1 and isinstance(template.parts[0], Feel)
    if whole:
        lines = [line for line in template.render(node.scope).splitlines() if line.strip()]
        made = tuple(Block("paragraph", ((Run(line),),)) for line in lines)
    else:
        parts = [part if isinstance(part, str) else escape(show(part.evaluate(node.scope))) for part in template.parts]
        made = blocks("".join(parts))
    return ComponentView(kind="passage", id=dom_id(node), blocks=made)


def _picture(painter: Painter, node: Node, component: Any) -> ComponentView | None:
    address = component.source.render(node.scope)
    if not safe_address(address):
        return None
    return ComponentView(kind="image", id=dom_id(node), value=address, label=_said(component.alt, node, painter))


def _table(painter: Painter, node: Node, component: Any) -> ComponentView:
    found = component.source.evaluate(node.scope)
    rows = [row for row in found if isinstance(row, Mapping)] if isinstance(found, Sequence) else []
    columns = [(column.key, column.label.get(painter.lang)) for column in component.columns]
    if component.columns_expression is not None:
        columns = _columns(component.columns_expression, node.scope, painter.lang)
    return ComponentView(
        kind="table",
        id=dom_id(node),
        label=_said(component.label, node, painter),
        headers=tuple(label for _, label in columns),
        cells=tuple(
            tuple(_cell(get(row, key.split(".")), painter.lang) for key, _ in columns) for row in rows[:MAX_TABLE_ROWS]
        ),
    )


def _columns(expression: Feel, scope: Scope, lang: str) -> list[tuple[str, str]]:
    found = expression.evaluate(scope)
    given = [item for item in found if isinstance(item, Mapping)] if isinstance(found, Sequence) else []
    english = [show(item.get("label:en")) if lang == "en" else "" for item in given]
    return [
        (show(item.get("key")), other or show(item.get("label"))) for item, other in zip(given, english, strict=True)
    ]


def _cell(value: object, lang: str) -> str:
    try:
        return show(value) if isinstance(value, str | bool) else number(value, lang)
    except RefusalError:
        return show(value)


def _preview(painter: Painter, node: Node, component: Any) -> ComponentView:
    found = component.source.evaluate(node.scope)
    ids = [
        show(item.get("documentId")) if isinstance(item, Mapping) else show(item)
        for item in (found if isinstance(found, list) else [found])
        if item is not None
    ]
    return ComponentView(
        kind="documents",
        id=dom_id(node),
        label=_said(component.label, node, painter),
        documents=_documents(painter, ids),
    )


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
    Passage: _passage,
    Picture: _picture,
    Table: _table,
    DocumentPreview: _preview,
    Gap: _gap,
    Button: _nothing,
}
