"""Procedures, their versions and their faults."""

from marshmallow import Schema, fields

from api.schemas.fields import Moment, Words


class VersionSchema(Schema):
    """One deployed version of a procedure."""

    id = fields.UUID(required=True)
    procedure_key = fields.String(required=True)
    number = fields.Integer(required=True)
    checksum = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    deployed_at = Moment(required=True)
    deployed_by = fields.String(required=True)


class ProcedureSchema(Schema):
    """A procedure that can be filed today, with the version that governs it."""

    key = fields.String(required=True)
    title = fields.Nested(Words, required=True)
    version = fields.Nested(VersionSchema, required=True)


class ProcedureListSchema(Schema):
    """The procedures that can be filed today."""

    items = fields.List(fields.Nested(ProcedureSchema), required=True)


class ProcedureDetailSchema(ProcedureSchema):
    """A procedure with what its procedure.toml says and the form that an applicant files."""

    facts = fields.Raw(required=True, metadata={"type": "object"})
    start_form = fields.Raw(required=True, metadata={"type": "object", "description": "form-js JSON"})


class FindingSchema(Schema):
    """A fault of a bundle: where it stands and the way out."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    fix = fields.String(required=True)
    path = fields.String(required=True)
    element_id = fields.String(required=True)
    line = fields.Integer(required=True)
    error = fields.Boolean(required=True, metadata={"description": "false: a warning"})


class FindingsSchema(Schema):
    """What is wrong with a bundle; `deployable` when nothing stops a deployment."""

    deployable = fields.Boolean(required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
