"""Stand-ins, mandates and notices as the API speaks of them."""

from marshmallow import Schema, fields, validate

from api.schemas.fields import Answers, Moment, Text
from engine.model import Role
from engine.notices import OFFICER_KINDS, Way

_ROLES = [role.value for role in Role if role is not Role.APPLICANT]


class PersonBrief(Schema):
    """A person of the organisation."""

    username = fields.String(required=True)
    name = fields.String(required=True)


class StandInSchema(Schema):
    """Somebody stands in for an absent person, both days included; an empty role or unit means all."""

    id = fields.UUID(required=True)
    person = fields.Nested(PersonBrief, required=True)
    absent = fields.Nested(PersonBrief, required=True)
    role = fields.String(required=True)
    unit = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    ground = fields.String(required=True)


class StandInList(Schema):
    """Cover by and for whoever asks, that has not ended."""

    items = fields.List(fields.Nested(StandInSchema), required=True)


class NewStandIn(Schema):
    """Who stands in for whom; `absent` is whoever asks when it is left out."""

    standin = Text(longest=64, required=True)
    absent = Text(longest=64, load_default="")
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    ground = Text(longest=2000, required=True)
    role = fields.String(load_default="", validate=validate.OneOf(["", *_ROLES]))
    unit = Text(longest=64, load_default="")


class EndStandIn(Schema):
    """The last day of cover; today when it is left out."""

    last_day = fields.Date(load_default=None, allow_none=True)


class MandateQuestion(Schema):
    """May this person do this act on this day? Name the body, the procedure or the dossier."""

    username = Text(longest=64, required=True)
    act = Text(longest=64, load_default="approve")
    on = fields.Date(load_default=None, allow_none=True)
    unit = Text(longest=64, load_default="")
    procedure = Text(longest=64, load_default="")
    dossier = Text(longest=64, load_default="")
    data = Answers(load_default=dict)


class MandateAnswer(Schema):
    """One of the four outcomes, why, and the mandate it rests on (null: by law, or none)."""

    outcome = fields.String(required=True)
    unit = fields.String(required=True)
    act = fields.String(required=True)
    reason = fields.String(required=True)
    mandate = fields.UUID(required=True, allow_none=True)
    instrument = fields.String(required=True)


class NoticeSchema(Schema):
    """Something that whoever asks was told."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    sentences = fields.List(fields.String(), required=True)
    path = fields.String(required=True)
    at = Moment(required=True)
    seen = fields.Boolean(required=True)
    dossier_id = fields.UUID(required=True, allow_none=True)


class NoticeQuery(Schema):
    """A page of notices; `before` is `next` of the page before."""

    limit = fields.Integer(load_default=30, validate=validate.Range(1, 100))
    before = Text(longest=80, load_default="")


class NoticeList(Schema):
    """Notices, newest first; `new` of all have not been seen (at most 100 are counted)."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)
    new = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


class SeenUntil(Schema):
    """The moment up to which notices have been looked at; now when it is left out."""

    until = Moment(load_default=None, allow_none=True)


class ChoicesSchema(Schema):
    """How somebody is told, by kind: page, mail (and page), off."""

    ways = fields.Dict(
        keys=fields.String(validate=validate.OneOf(OFFICER_KINDS)),
        values=fields.String(validate=validate.OneOf([way.value for way in Way])),
        required=True,
    )
