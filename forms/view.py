"""What a page shows of a form: a plain model that a template only has to write out.

Conditions are evaluated and computed fields computed; nothing here is HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from forms.definition import FormDefinition
from forms.evaluation import Resolution
from forms.fields import Button, Component, DynamicList, Passage, in_scope
from forms.i18n import words
from forms.lint import expressions
from forms.markdown import blocks
from forms.page import ROW_NAMES, ComponentView, FormView, Painter, ProblemView
from forms.painting import paint
from forms.paths import get, has, put
from forms.problems import FieldProblem
from forms.rules import AnswerContext
from forms.stored import resolved, stored_over, typed
from forms.values import ANY_MOMENT

__all__ = ["ComponentView", "FormView", "view"]

_NO_CONTEXT: Final = AnswerContext(now=ANY_MOMENT)


def view(
    definition: FormDefinition,
    values: Mapping[str, object],
    problems: Sequence[FieldProblem] = (),
    *,
    context: AnswerContext = _NO_CONTEXT,
    lang: str = "vi",
    document_href: Callable[[str], str] = lambda _identifier: "",
) -> FormView:
    """What to show of `definition` filled with `values` (clean data, a draft, or a refused post).

    Fields without a key in `values` show their default; "lang" is "vi" or "en". `document_href` gives the address
    of a document by its id.
    """
    filled = with_defaults(definition.components, values)
    answers = stored_over(definition, typed(definition, filled, context), context)
    resolution = resolved(definition, answers, context)
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(problem.path, problem.message(lang))
    watched = watched_names(definition)
    top = top_heading(definition)
    painter = Painter(lang, words(lang), errors, filled, resolution, context, watched, top, document_href, paint)
    components = painter.all(resolution.nodes)
    return FormView(
        definition.id,
        definition.title(lang),
        lang,
        components,
        _summary(components, problems, lang),
        painter.words,
        bool(watched),
        any(component.type == "filepicker" for component in definition.walk()),
        _complete_label(resolution, lang),
    )


def with_defaults(components: Sequence[Component], values: Mapping[str, object]) -> dict[str, object]:
    """The values of the form's fields, defaults where there is no value yet, first rows where there are no rows."""
    filled: dict[str, object] = {}
    for item in in_scope(components):
        present = has(values, item.path)
        value = get(values, item.path)
        if isinstance(item, DynamicList):
            rows = value if isinstance(value, list) else [{}] * max(item.repetitions, item.min_rows)
            inner = [with_defaults(item.components, row if isinstance(row, Mapping) else {}) for row in rows]
            put(filled, item.path, inner)
        else:
            put(filled, item.path, value if present else item.default)
    return filled


def watched_names(definition: FormDefinition) -> frozenset[str]:
    """The names whose answers change what the page shows."""
    read: frozenset[str] = frozenset()
    for component in definition.walk():
        for expression in expressions(component):
            if component.assertion is None or expression is not component.assertion.rule:
                read |= expression.compiled.names
    return read & (definition.names | ROW_NAMES)


def top_heading(definition: FormDefinition) -> int:
    """The highest level of heading that the form's texts use, so that pages leave none out."""
    texts = [component.text.plain().vi for component in definition.walk() if isinstance(component, Passage)]
    return min((block.level for text in texts for block in blocks(text) if block.kind == "heading"), default=1)


def _summary(
    components: Sequence[ComponentView], problems: Sequence[FieldProblem], lang: str
) -> tuple[ProblemView, ...]:
    places = {shown.name: shown.id for component in components for shown in component.walk() if shown.name}
    return tuple(
        ProblemView(f"#{places[problem.path]}" if problem.path in places else "", problem.message(lang))
        for problem in problems
    )


def _complete_label(resolution: Resolution, lang: str) -> str:
    for node in resolution.walk():
        if isinstance(node.component, Button) and node.component.label and not node.hidden:
            return node.component.label.render(node.scope).get(lang)
    return ""
