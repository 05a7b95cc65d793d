"""Many tasks in one request: complete, claim, release, assign; each a transaction with an outcome of its own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow_signed_in
from api.blueprints import Blueprint
from api.idempotency import Reply, once
from api.preconditions import etag
from api.problems import of_answers, of_engine
from api.routes.common import actor, parameters
from api.routes.tasks import completion
from api.schemas.tasks import (
    ManyChosenSchema,
    ManySchema,
    ManyToAssignSchema,
    OutcomesSchema,
    TaskOutcomesSchema,
    TaskSchema,
)
from api.site import site
from engine import tasks
from engine.errors import EngineError
from engine.persistence.tables import TaskRow
from forms.answers import InvalidAnswers

blueprint = Blueprint("api-many-tasks", __name__, url_prefix="/tasks", description="Many user tasks at one stroke")
Work = Callable[[Session], Reply]
Change = Callable[[Session, UUID, int | None], TaskRow]


@blueprint.route("/complete", methods=["POST"], parameters=parameters())
@blueprint.arguments(ManySchema)
@blueprint.response(200, OutcomesSchema)
@allow_signed_in
def complete_many(sent: dict[str, Any]) -> Response:
    """Complete several tasks. Each is a step of its own: some may succeed where others are refused."""
    works = ((each, completion(each["task_id"], each, each["version"])) for each in sent["tasks"])
    return _answer(works, "dossier")


@blueprint.route("/claim", methods=["POST"], parameters=parameters())
@blueprint.arguments(ManyChosenSchema)
@blueprint.response(200, TaskOutcomesSchema)
@allow_signed_in
def claim_many(sent: dict[str, Any]) -> Response:
    """Take several tasks that nobody has. Each is a step of its own."""
    asking = actor()
    return _changed(sent, lambda session, which, seen: tasks.claim(session, site().platform, asking, which, seen))


@blueprint.route("/release", methods=["POST"], parameters=parameters())
@blueprint.arguments(ManyChosenSchema)
@blueprint.response(200, TaskOutcomesSchema)
@allow_signed_in
def release_many(sent: dict[str, Any]) -> Response:
    """Give several tasks back to their queues. Each is a step of its own."""
    asking = actor()
    return _changed(sent, lambda session, which, seen: tasks.release(session, site().platform, asking, which, seen))


@blueprint.route("/assign", methods=["POST"], parameters=parameters())
@blueprint.arguments(ManyToAssignSchema)
@blueprint.response(200, TaskOutcomesSchema)
@allow_signed_in
def assign_many(sent: dict[str, Any]) -> Response:
    """Give several tasks to one person; for the heads of their units. Each is a step of its own."""
    asking, to = actor(), sent["username"]
    return _changed(sent, lambda session, which, seen: tasks.assign(session, site().platform, asking, which, to, seen))


def _changed(sent: dict[str, Any], change: Change) -> Response:
    def work_of(each: dict[str, Any]) -> Work:
        def work(session: Session) -> Reply:
            task = change(session, each["task_id"], each["version"])
            return Reply(TaskSchema().dump(task), 200, etag(task.version))

        return work

    told = {"username": sent.get("username", "")}
    return _answer((({**each, **told}, work_of(each)) for each in sent["tasks"]), "task")


def _answer(works: Iterable[tuple[dict[str, Any], Work]], member: str) -> Response:
    return Reply({"outcomes": list(_outcomes(works, member))}).as_response()


def _outcomes(works: Iterable[tuple[dict[str, Any], Work]], member: str) -> Iterator[dict[str, Any]]:
    """What became of each; `member` names what it says of success."""
    for asked, work in works:
        identifier = str(asked["task_id"])
        told: dict[str, Any] = {"task_id": identifier, "status": 200, member: None, "problem": None}
        try:
            told[member] = once(work, orjson.dumps(asked), part=identifier).body
        except EngineError as error:
            told["problem"] = of_engine(error).body()
        except InvalidAnswers as error:
            told["problem"] = of_answers(error).body()
        if told["problem"]:
            told["status"] = told["problem"]["status"]
        yield told
