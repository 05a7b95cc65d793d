"""Stand-ins and mandates for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.auth import allow_signed_in
from api.blueprints import Blueprint
from api.database import read
from api.idempotency import Reply, answer_once
from api.language import current_language
from api.routes.common import actor, parameters
from api.schemas.organisation import (
    EndStandIn,
    MandateAnswer,
    MandateQuestion,
    NewStandIn,
    StandInList,
    StandInSchema,
)
from api.site import site
from engine import absence, delegation
from engine.absence import Wanted
from engine.delegation import Question
from engine.model import Role
from engine.organisation import standins
from engine.persistence.tables import PersonRow, StandInRow

blueprint = Blueprint("api-organisation", __name__, description="Stand-ins and mandates")


@blueprint.route("/stand-ins")
@blueprint.response(200, StandInList)
@allow_signed_in
def list_stand_ins() -> dict[str, Any]:
    """Who stands in for you and for whom you stand in, today and later."""
    asking = actor()
    if asking.id is None:
        return {"items": []}
    with read() as session:
        rows = standins.concerning(session, asking.id, site().platform.today())
        return {"items": [_told(session, row) for row in rows]}


@blueprint.route("/stand-ins", methods=["POST"], parameters=parameters())
@blueprint.arguments(NewStandIn)
@blueprint.response(201, StandInSchema)
@allow_signed_in
def name_stand_in(sent: dict[str, Any]) -> Response:
    """Name who stands in for you, or as head for somebody of your unit; both are told."""
    asking = actor()
    wanted = Wanted(
        sent["absent"] or asking.username,
        sent["standin"],
        sent["valid_from"],
        sent["valid_to"],
        sent["ground"],
        Role(sent["role"]) if sent["role"] else None,
        sent["unit"],
    )

    def work(session: Session) -> Reply:
        row = absence.name(session, site().platform, asking, wanted)
        return Reply(StandInSchema().dump(_told(session, row)), 201)

    return answer_once(work)


@blueprint.route("/stand-ins/<uuid:stand_in_id>/end", methods=["POST"], parameters=parameters())
@blueprint.arguments(EndStandIn)
@blueprint.response(200, StandInSchema)
@allow_signed_in
def end_stand_in(sent: dict[str, Any], stand_in_id: UUID) -> Response:
    """End cover early; whoever stood in is told."""
    asking, platform = actor(), site().platform

    def work(session: Session) -> Reply:
        row = absence.end(session, platform, asking, stand_in_id, sent["last_day"] or platform.today())
        return Reply(StandInSchema().dump(_told(session, row)))

    return answer_once(work)


@blueprint.route("/mandates/check")
@blueprint.arguments(MandateQuestion(exclude=("data",)), location="query")
@blueprint.response(200, MandateAnswer)
@allow_signed_in
def check_mandate(query: dict[str, Any]) -> dict[str, Any]:
    """May somebody do an act? Data, which ceilings are judged on, are sent by POST."""
    return _answer(query)


@blueprint.route("/mandates/check", methods=["POST"])
@blueprint.arguments(MandateQuestion)
@blueprint.response(200, MandateAnswer)
@allow_signed_in
def check_mandate_with_data(sent: dict[str, Any]) -> dict[str, Any]:
    """May somebody do an act, for these data? Nothing is written."""
    return _answer(sent)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    platform = site().platform
    question = Question(
        asked["username"],
        asked["on"] or platform.today(),
        asked["act"],
        asked["unit"],
        asked["procedure"],
        asked["dossier"],
        asked.get("data", {}),
    )
    with read() as session:
        matter, judgement = delegation.ask(session, platform, question)
        return {
            "outcome": judgement.outcome.value,
            "unit": matter.unit_code,
            "act": matter.act,
            "reason": judgement.en if current_language() == "en" else judgement.vi,
            "mandate": judgement.mandate.id if judgement.mandate else None,
            "instrument": judgement.mandate.instrument_number if judgement.mandate else "",
        }


def _told(session: Session, row: StandInRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "person": session.get_one(PersonRow, row.person_id),
        "absent": session.get_one(PersonRow, row.absent_id),
        "role": row.role,
        "unit": row.unit_code or "",
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "ground": row.ground,
    }
