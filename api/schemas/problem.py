"""What an error looks like; for the description only, `api.problems` writes it."""

from marshmallow import INCLUDE, Schema, fields


class FieldErrorSchema(Schema):
    """One fault of what was sent: where it stands and what is wrong."""

    class Meta:
        unknown = INCLUDE

    pointer = fields.String(metadata={"description": "JSON pointer into the body"})
    parameter = fields.String(metadata={"description": "name of the query parameter"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details; facts of the error may stand beside the standard members."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))
