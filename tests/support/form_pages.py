"""A form as a browser reads it and posts it, without a browser."""

from pathlib import Path
from typing import Any

import jinja2
from lxml import html

from forms.page import FormView

TEMPLATES = Path(__file__).parents[2] / "api" / "templates"
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
)
_WHOLE = (
    '{% from "forms/form.html" import form, error_summary %}<main>{{ error_summary(view) }}'
    '{{ form(view, "token-1") }}</main>'
)


def rendered(view: FormView) -> Any:
    """The rendered form as a tree."""
    return html.fromstring(_ENVIRONMENT.from_string(_WHOLE).render(view=view))


def pressed(tree: Any, action: str = "complete") -> list[tuple[str, str]]:
    """What a browser without JavaScript posts when a button is pressed."""
    found = [pair for control in tree.forms[0].iter("input", "select", "textarea") for pair in _sent(control)]
    return [*found, ("_action", action)]


def _sent(control: Any) -> list[tuple[str, str]]:
    """What one control adds to the post (WHATWG: constructing the entry list)."""
    name, kind = control.get("name"), control.get("type")
    if name is None or kind in {"file", "submit"} or control.get("disabled") is not None:
        return []
    if control.tag == "select":
        options = control.findall(".//option")
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return [(name, option.get("value")) for option in chosen]
    if control.tag == "textarea":
        return [(name, (control.text or "").removeprefix("\n").replace("\n", "\r\n"))]
    if kind in {"checkbox", "radio"} and control.get("checked") is None:
        return []
    return [(name, control.get("value", ""))]
