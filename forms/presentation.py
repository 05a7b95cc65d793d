"""The views of what a form only shows: texts, images, tables, documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from forms.components import safe_address
from forms.display import number
from forms.evaluation import Node
from forms.fields import Feel, Scope, Wording, show
from forms.markdown import Block, Run, blocks, escape
from forms.page import ComponentView, DocumentView, Painter, dom_id
from forms.paths import get
from forms.values import RefusalError

MAX_TABLE_ROWS: Final = 500


def said(wording: Wording | None, node: Node, painter: Painter) -> str:
    """A wording in the language of the page."""
    return wording.render(node.scope).get(painter.lang) if wording else ""


def documents(painter: Painter, value: object, removable: str = "") -> tuple[DocumentView, ...]:
    """Those of the named documents that the person may see."""
    found = []
    for index, identifier in enumerate(value if isinstance(value, list) else []):
        document = painter.context.documents(str(identifier))
        if document is not None:
            remove = f"remove:{removable}:{index}" if removable else ""
            found.append(DocumentView(document.id, document.name, painter.document_href(document.id), remove))
    return tuple(found)


def passage(painter: Painter, node: Node, component: Any) -> ComponentView:
    """Text, with what expressions put into it never read as markup."""
    wording = component.text
    template = wording.en if painter.lang == "en" and wording.en else wording.vi
    whole = len(template.parts) == 1 and isinstance(template.parts[0], Feel)
    if whole:
        lines = [line for line in template.render(node.scope).splitlines() if line.strip()]
        made = tuple(Block("paragraph", ((Run(line),),)) for line in lines)
    else:
        parts = [part if isinstance(part, str) else escape(show(part.evaluate(node.scope))) for part in template.parts]
        made = tuple(_placed(block, painter.top_heading) for block in blocks("".join(parts)))
    return ComponentView(kind="passage", id=dom_id(node), blocks=made)


def _placed(block: Block, top: int) -> Block:
    """A heading at its level in the page: the form's highest is h2, below the page's own."""
    return replace(block, level=min(block.level - top + 2, 6)) if block.kind == "heading" else block


def picture(painter: Painter, node: Node, component: Any) -> ComponentView | None:
    """An image, unless its address is not one a page may load."""
    address = component.source.render(node.scope)
    if not safe_address(address):
        return None
    return ComponentView(kind="image", id=dom_id(node), value=address, label=said(component.alt, node, painter))


def table(painter: Painter, node: Node, component: Any) -> ComponentView:
    """A table of an expression's rows."""
    found = component.source.evaluate(node.scope)
    rows = [row for row in found if isinstance(row, Mapping)] if isinstance(found, Sequence) else []
    columns = [(column.key, column.label.get(painter.lang)) for column in component.columns]
    if component.columns_expression is not None:
        columns = _columns(component.columns_expression, node.scope, painter.lang)
    return ComponentView(
        kind="table",
        id=dom_id(node),
        label=said(component.label, node, painter),
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


def preview(painter: Painter, node: Node, component: Any) -> ComponentView:
    """Documents that an expression names."""
    found = component.source.evaluate(node.scope)
    ids = [
        show(item.get("documentId")) if isinstance(item, Mapping) else show(item)
        for item in (found if isinstance(found, list) else [found])
        if item is not None
    ]
    return ComponentView(
        kind="documents",
        id=dom_id(node),
        label=said(component.label, node, painter),
        documents=documents(painter, ids),
    )
