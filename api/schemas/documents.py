"""Papers of dossiers."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields

from api.schemas.fields import Moment


class UploadSchema(Schema):
    """A paper to keep."""

    file = Upload(required=True)


class DocumentSchema(Schema):
    """What is known of a paper."""

    id = fields.UUID(required=True)
    dossier_id = fields.UUID(required=True, allow_none=True)
    filename = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    uploaded_by = fields.String(required=True)
    uploaded_at = Moment(required=True)


class DocumentListSchema(Schema):
    """The papers of a dossier, in the order of their arrival."""

    items = fields.List(fields.Nested(DocumentSchema), required=True)
