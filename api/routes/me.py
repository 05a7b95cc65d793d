"""Who the API takes you for."""

from typing import Any

from api.auth import allow_parties
from api.blueprints import Blueprint
from api.routes.common import actor
from api.schemas.operations import MeSchema

blueprint = Blueprint("api-me", __name__, description="Who is asking")


@blueprint.route("/me")
@blueprint.response(200, MeSchema)
@allow_parties
def me() -> dict[str, Any]:
    """Who you are, and the roles you hold today."""
    known = actor()
    return {
        "id": known.id,
        "name": known.name,
        "username": known.username,
        "roles": [{"role": role.value, "unit": unit} for role, unit in sorted(known.roles)],
        "dossier_id": known.dossier_id,
    }
