"""Incidents, and who is asking."""

from marshmallow import Schema, fields

from api.schemas.dossiers import DossierBrief
from api.schemas.fields import Moment


class IncidentSchema(Schema):
    """An automatic step that failed and waits for an operator."""

    id = fields.UUID(required=True)
    dossier_id = fields.UUID(required=True)
    element_id = fields.String(required=True)
    error = fields.String(required=True)
    message = fields.String(required=True)
    opened_at = Moment(required=True)
    resolved_at = Moment(required=True, allow_none=True)
    resolved_by = fields.String(required=True)


class IncidentOfDossier(Schema):
    """An incident and its dossier."""

    incident = fields.Nested(IncidentSchema, required=True)
    dossier = fields.Nested(DossierBrief, required=True)


class IncidentList(Schema):
    """Open incidents, oldest first."""

    items = fields.List(fields.Nested(IncidentOfDossier), required=True)


class HeldRole(Schema):
    """A role held in a unit today."""

    role = fields.String(required=True)
    unit = fields.String(required=True)


class MeSchema(Schema):
    """Who the API takes you for."""

    id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    roles = fields.List(fields.Nested(HeldRole), required=True)
    dossier_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "an applicant's: the dossier of the link"}
    )
