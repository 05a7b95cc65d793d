"""What a dossier says, form by form, as labels and values that anybody can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from api.database import read
from api.language import current_language
from api.site import site
from engine.persistence import documents
from engine.runtime.procedure import Procedure
from forms.answers import AnswerContext
from forms.definition import FormDefinition
from forms.rules import DocumentRef
from forms.summary import lines


@dataclass(frozen=True)
class Answer:
    """One label with its value."""

    label: str
    value: str


@dataclass(frozen=True)
class Part:
    """The answers of one form, or what the process has noted itself."""

    key: str
    title: str
    fields: tuple[Answer, ...]


def parts(
    procedure: Procedure, data: Mapping[str, Any], dossier_id: UUID, only: frozenset[str] | None = None
) -> list[Part]:
    """The dossier's data in the order of the procedure's forms; `only` these keys where given."""
    forms, papers = forms_by_key(procedure), _Papers(dossier_id)
    found = []
    for key, definition in forms.items():
        if isinstance(data.get(key), dict) and (only is None or key in only):
            found.append(Part(key, definition.title(current_language()), _answers(definition, key, data, papers)))
    if only is None:
        noted = tuple(Answer(key, _plain(value)) for key, value in data.items() if key not in forms and key[0] != "@")
        if noted:
            found.append(Part("noted", _("Hệ thống ghi nhận"), noted))
    return found


def forms_by_key(procedure: Procedure) -> dict[str, FormDefinition]:
    """The form behind each data key, the start form first."""
    start = procedure.start_form
    found = {start: procedure.forms[start]}
    for element in procedure.elements.values():
        if element.form and element.form.key in procedure.forms:
            found.setdefault(element.form.data_key, procedure.forms[element.form.key])
    return found


def _answers(definition: FormDefinition, key: str, data: Mapping[str, Any], papers: "_Papers") -> tuple[Answer, ...]:
    context = AnswerContext(
        now=site().now(),
        data=data,
        zone=site().platform.zone,
        stored=data[key],
        documents=papers.find,
    )
    told = lines(definition, data[key], context, current_language())
    return tuple(Answer(line.label, line.value) for line in told if line.value)


class _Papers:
    """The papers of a dossier, read at once when the first is asked for."""

    def __init__(self, dossier_id: UUID) -> None:
        self._dossier_id = dossier_id

    def find(self, identifier: str) -> DocumentRef | None:
        """The paper of the dossier that an answer names."""
        return self._known.get(identifier.lower())

    @cached_property
    def _known(self) -> Mapping[str, DocumentRef]:
        with read() as session:
            return {
                str(row.id): DocumentRef(str(row.id), row.filename, row.media_type, row.size)
                for row in documents.of_dossier(session, self._dossier_id)
            }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(inner)}" for key, inner in value.items() if inner is not None)
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return "" if value is None else str(value)
