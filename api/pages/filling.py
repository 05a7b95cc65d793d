"""A form on a page: what was posted, what is wrong with it, what to show. Officers and citizens fill in alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from flask import request

from api.language import current_language
from api.pages import uploads
from api.site import site
from forms import view as shown
from forms.answers import AnswerContext
from forms.definition import FormDefinition
from forms.page import FormView
from forms.posted import Action, action, from_html
from forms.problems import FieldProblem


@dataclass
class Filling:
    """One form with its answers so far.

    `uploader_key` says whose uploads the answers may name, `href` where a document can be opened.
    """

    definition: FormDefinition
    context: AnswerContext
    values: Mapping[str, object]
    uploader_key: str
    uploaded_by: str
    dossier_id: UUID | None = None
    href: Callable[[str], str] = lambda _identifier: ""
    problems: Sequence[FieldProblem] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        """Let answers name what this person has uploaded, also when the session that read the task is closed."""
        self.context = replace(
            self.context, documents=lambda one: uploads.reference(one, self.uploader_key, self.dossier_id)
        )

    @property
    def title(self) -> str:
        """The form's heading in the reader's language."""
        return self.definition.title(current_language())

    @property
    def view(self) -> FormView:
        """What the template writes out."""
        return shown.view(
            self.definition,
            self.values,
            self.problems,
            context=self.context,
            lang=current_language(),
            document_href=self.href,
        )

    def take_post(self) -> Action:
        """Read what was posted, files included; afterwards `values` are what the person typed."""
        taken, refused = uploads.take(self.definition, self.uploaded_by, self.uploader_key)
        items = list(request.form.items(multi=True))
        self.values = from_html(self.definition, items, taken, self.context)
        self.problems = refused
        return action(items)


def context_now() -> AnswerContext:
    """What surrounds answers before there is a dossier."""
    return AnswerContext(now=site().now(), zone=site().platform.zone)


def posted_version() -> int | None:
    """The version that the page showed, if it says so."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() else None
