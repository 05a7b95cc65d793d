"""User tasks: the inbox, claiming, drafts, completing."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow_parties, allow_signed_in
from api.auth.uploads import upload_key
from api.blueprints import Blueprint
from api.database import read, write
from api.idempotency import Reply, answer_once
from api.language import current_language
from api.preconditions import etag, expected_version
from api.routes.common import ETAG, actor, page, parameters
from api.schemas.dossiers import DossierSchema
from api.schemas.tasks import (
    AnswersSchema,
    AssignmentSchema,
    CompletionSchema,
    DraftSchema,
    Inbox,
    InboxQuery,
    TaskFormSchema,
    TaskSchema,
)
from api.site import site
from engine import access, task_forms, tasks
from engine.papers import PaperState, Presented
from engine.persistence import tasks as stored
from engine.persistence.tables import DraftRow, TaskRow
from engine.persistence.tasks import InboxFilter
from engine.procedures import pinned
from engine.runtime.facts import CopyKind
from engine.tasks import Check

blueprint = Blueprint("api-tasks", __name__, url_prefix="/tasks", description="User tasks")


@blueprint.route("")
@blueprint.arguments(InboxQuery, location="query")
@blueprint.response(200, Inbox)
@allow_signed_in
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """Your inbox: your tasks and those of your queues that nobody has taken, what is due first first."""
    asking, limit, after = actor(), query.pop("limit"), query.pop("cursor", None)
    everyones = access.everyone_of(asking) if query.pop("everyone") else frozenset()
    if asking.id is None:
        return page([], limit, lambda row: row)
    with read() as session:
        rows = stored.inbox(
            session,
            access.assignees_of(asking),
            access.queues_of(asking),
            InboxFilter(**query, everyone_in=everyones),
            after=after,
            limit=limit + 1,
        )
    found = page(rows, limit, lambda row: (row[0].due_at, row[0].id))
    return {**found, "items": [{"task": task, "dossier": dossier} for task, dossier in found["items"]]}


@blueprint.route("/<uuid:task_id>")
@blueprint.response(200, TaskFormSchema, headers=ETAG)
@allow_parties
def read_task(task_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """A task with its form, the draft or last answers, and whether you may send it."""
    with read() as session:
        shown = task_forms.open_form(session, site().platform, actor(), task_id)
        source = pinned(session, shown.dossier).bundle.files.get(f"forms/{shown.task.form_key}.form.json")
    told = {
        "task": shown.task,
        "dossier": shown.dossier,
        "form": orjson.loads(source) if source else None,
        "values": shown.values,
        "may_complete": shown.may_complete,
        "reason": shown.reason if current_language() == "vi" else shown.reason_en,
    }
    return told, etag(shown.task.version)


@blueprint.route("/<uuid:task_id>/claim", methods=["POST"], parameters=parameters(if_match=True))
@blueprint.response(200, TaskSchema, headers=ETAG)
@allow_signed_in
def claim_task(task_id: UUID) -> Response:
    """Take a task that nobody has."""
    version = expected_version()
    return _changed(lambda session: tasks.claim(session, site().platform, actor(), task_id, version))


@blueprint.route("/<uuid:task_id>/release", methods=["POST"], parameters=parameters(if_match=True))
@blueprint.response(200, TaskSchema, headers=ETAG)
@allow_signed_in
def release_task(task_id: UUID) -> Response:
    """Give a task back to its queue."""
    version = expected_version()
    return _changed(lambda session: tasks.release(session, site().platform, actor(), task_id, version))


@blueprint.route("/<uuid:task_id>/assign", methods=["POST"], parameters=parameters(if_match=True))
@blueprint.arguments(AssignmentSchema)
@blueprint.response(200, TaskSchema, headers=ETAG)
@allow_signed_in
def assign_task(assignment: dict[str, Any], task_id: UUID) -> Response:
    """Give a task to a person who holds its role in its unit; for the head of that unit."""
    version, username = expected_version(), assignment["username"]
    return _changed(lambda session: tasks.assign(session, site().platform, actor(), task_id, username, version))


@blueprint.route("/<uuid:task_id>/draft", methods=["PUT"])
@blueprint.arguments(AnswersSchema)
@blueprint.response(200, DraftSchema)
@allow_parties
def save_draft(draft: dict[str, Any], task_id: UUID) -> dict[str, Any]:
    """Keep what has been typed, without checking it."""

    def work(session: Session) -> DraftRow:
        return task_forms.save_draft(session, site().platform, actor(), task_id, draft["answers"])

    row = write(work)
    return {"answers": row.data, "saved_at": row.saved_at, "saved_by": row.saved_by}


@blueprint.route("/<uuid:task_id>/complete", methods=["POST"], parameters=parameters(if_match=True))
@blueprint.arguments(CompletionSchema)
@blueprint.response(200, DossierSchema, headers=ETAG)
@allow_parties
def complete_task(sent: dict[str, Any], task_id: UUID) -> Response:
    """Send a task's answers; the dossier moves on. The ETag answered is the dossier's.

    In the step that checks whether the dossier is complete, `papers` says what was seen of each paper: a required one
    that is missing is asked for, or waived with a reason that is kept.
    """
    return answer_once(completion(task_id, sent, expected_version()))


def completion(task_id: UUID, sent: Mapping[str, Any], version: int | None) -> Callable[[Session], Reply]:
    """Completing one task, to be done in a transaction; `sent` is a loaded CompletionSchema."""
    asking = actor()
    check = Check(sent["answers"], tuple(_presented(one) for one in sent["papers"]), upload_key())

    def work(session: Session) -> Reply:
        dossier = tasks.complete_check(session, site().platform, asking, task_id, check, version)
        return Reply(DossierSchema().dump(dossier), 200, etag(dossier.version))

    return work


def _presented(said: Mapping[str, Any]) -> Presented:
    kind = CopyKind(said["copy_kind"]) if said["copy_kind"] else None
    return Presented(
        key=said["key"],
        state=PaperState(said["state"]),
        copies=said["copies"],
        copy_kind=kind,
        documents=tuple(str(one) for one in said["documents"]),
        reuse=str(said["reuse"] or ""),
        reason=said["reason"],
    )


def _changed(change: Callable[[Session], TaskRow]) -> Response:
    def work(session: Session) -> Reply:
        task = change(session)
        return Reply(TaskSchema().dump(task), 200, etag(task.version))

    return answer_once(work)
