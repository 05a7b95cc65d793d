"""Files that a posted page brings: into the store, recorded, and refused with a sentence where they are not taken."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, request
from werkzeug.datastructures import FileStorage

from api import papers
from api.database import read, write
from api.site import site
from engine.attachments import available
from engine.document_kinds import KindRefusedError
from engine.document_store import StoreAwayError
from engine.documents import Paper
from engine.errors import EngineError, InvalidInputError
from engine.virus_scan import ScannerAwayError
from forms.definition import FormDefinition
from forms.fields import FileField
from forms.problems import FieldProblem
from forms.rules import MAX_DOCUMENTS, DocumentRef, kinds

LARGEST_POST = 4  # times the limit of one paper: several papers come with one form
_REFUSALS = (InvalidInputError, ScannerAwayError, StoreAwayError)  # said beside the field, and nothing typed is lost
_TAKES_FILES = "__motcua_takes_files__"

View = TypeVar("View", bound=Callable[..., Any])
Taken = list[tuple[str, str]]  # the field's name and the id of the document


def takes_files(view: View) -> View:
    """Marks a view whose form may bring papers: its posts may be larger than others."""
    setattr(view, _TAKES_FILES, True)
    return view


def let_large_bodies_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before anything reads the body; runs before the guard looks for the page's token."""
    if endpoint and getattr(current_app.view_functions.get(endpoint), _TAKES_FILES, False):
        request.max_content_length = LARGEST_POST * site().settings.upload_limit


def take(definition: FormDefinition, uploaded_by: str, uploader_key: str) -> tuple[Taken, list[FieldProblem]]:
    """Keep the files of this request that belong to file fields of the form; the refused ones with their reason."""
    accepted = {field.name: field.accept for field in definition.fields if isinstance(field, FileField)}
    return keep_all(_files(definition), uploaded_by, uploader_key, accepted)


def keep_all(
    files: Iterable[tuple[str, FileStorage]],
    uploaded_by: str,
    uploader_key: str,
    accepted: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Taken, list[FieldProblem]]:
    """Keep files by the name of what they belong to; the refused ones with their reason.

    `accepted` are the kinds that fields take, by the field's name in the form.
    """
    taken: Taken = []
    refused: list[FieldProblem] = []
    for name, file in files:
        try:
            paper = papers.receive(file)
        except _REFUSALS as error:
            takes = next((accepted[one] for one in _field_of(name) if accepted.get(one)), ())
            refused.append(_refusal(name, file, error, takes))
            continue
        taken.append((name, str(_record(paper, uploaded_by, uploader_key))))
    return taken, refused


def _refusal(name: str, file: FileStorage, error: EngineError, takes: tuple[str, ...]) -> FieldProblem:
    """Why a file is not taken, and what the field takes when it is of a wrong kind."""
    vi, en = f"{file.filename}: {error.message_vi}", f"{file.filename}: {error.message}"
    if isinstance(error, KindRefusedError) and takes:
        words = kinds(takes)
        vi, en = f"{vi} Mục này chỉ nhận {words.vi}.", f"{en}. Only {words.en} is taken here."
    return FieldProblem(name, error.code, vi, en)


def reference(identifier: str, uploader_key: str, dossier_id: UUID | None = None) -> DocumentRef | None:
    """A paper that an answer may name, looked up in a reading of its own."""
    with read() as session:
        return available(session, identifier, uploader_key, dossier_id)


def _record(paper: Paper, uploaded_by: str, uploader_key: str) -> UUID:
    return write(lambda session: papers.keep(session, paper, uploaded_by=uploaded_by, uploader_key=uploader_key)).id


def _files(definition: FormDefinition) -> Sequence[tuple[str, FileStorage]]:
    known = {field.name for field in definition.fields if isinstance(field, FileField)}
    found = [
        (name, file) for name, file in request.files.items(multi=True) if file.filename and _field_of(name) & known
    ]
    return found[:MAX_DOCUMENTS]


def _field_of(name: str) -> set[str]:
    """The names that a field posted as `rows[2].papers` may have inside its own scope."""
    steps = re.sub(r"\[\d+\]", "", name).split(".")
    return {".".join(steps[start:]) for start in range(len(steps))}
