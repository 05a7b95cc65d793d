"""What a dossier was, how it goes through its diagram, who used its days, who looked, what officers say beside it."""

from marshmallow import Schema, ValidationError, fields, validates_schema

from api.schemas.dossiers import ClockEventSchema, StepShareSchema
from api.schemas.fields import Moment, QueryNumber, Text
from engine.comments import LONGEST


class PastQuery(Schema):
    """Which past: after an entry of the history, or at an instant; now when neither is named."""

    entry = QueryNumber(least=1, load_default=None, metadata={"description": "number of an entry of the history"})
    moment = Moment(load_default=None, metadata={"description": "an instant with its offset"})

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_options: object) -> None:
        """Two pasts at once are none."""
        if data.get("entry") and data.get("moment"):
            raise ValidationError("Expected an entry or a moment, found both; send one.", "moment")


class TaskThenSchema(Schema):
    """A user task that was open."""

    id = fields.UUID(required=True)
    element = fields.String(required=True)
    role = fields.String(required=True)
    unit = fields.String(required=True)
    assignee = fields.String(required=True, metadata={"description": "id of the person; empty while nobody had it"})
    since = Moment(required=True)
    due_at = Moment(required=True, allow_none=True, metadata={"description": "the step's own limit"})


class ActThenSchema(Schema):
    """An act of authority that had been done, with the mandate it rests on."""

    entry = fields.Integer(required=True, attribute="seq")
    at = Moment(required=True)
    element = fields.String(required=True)
    by = fields.String(required=True)
    name = fields.String(required=True)
    mandate = fields.String(required=True, metadata={"description": "id of the mandate; empty for one by law"})
    kind = fields.String(required=True)
    instrument = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reason = fields.String(required=True)


class PaperThenSchema(Schema):
    """A paper that the dossier had."""

    id = fields.UUID(required=True)
    filename = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    letter = fields.String(required=True, metadata={"description": "id of the letter it is; empty for other papers"})


class PastSchema(Schema):
    """A dossier as its history says that it stood."""

    entry = fields.Integer(required=True, metadata={"description": "the last entry that is taken into account"})
    at = Moment(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True)
    progress = fields.Integer(required=True)
    places = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    elements = fields.List(fields.String(), required=True, metadata={"description": "where the process stood"})
    tasks = fields.List(fields.Nested(TaskThenSchema), required=True)
    data = fields.Dict(keys=fields.String(), required=True)
    papers = fields.List(fields.Nested(PaperThenSchema), required=True)
    acts = fields.List(fields.Nested(ActThenSchema), required=True)
    due_at = Moment(required=True, allow_none=True)
    original_due_at = Moment(required=True, allow_none=True)
    clock_state = fields.String(required=True)
    events = fields.List(fields.Nested(ClockEventSchema), required=True)
    calendar_number = fields.Integer(required=True)
    summary_vi = fields.String(required=True)
    summary_en = fields.String(required=True)


class TurnSchema(Schema):
    """Somebody had a step once."""

    person = fields.String(required=True, metadata={"description": "empty while it lies in its queue"})
    role = fields.String(required=True)
    unit = fields.String(required=True)
    start = Moment(required=True)
    end = Moment(required=True, allow_none=True)
    used = fields.Float(required=True, metadata={"description": "in the unit of the term, days for months"})


class StepSchema(Schema):
    """One step of the diagram, and how it stands to the dossier."""

    id = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.Integer(required=True, metadata={"description": "how deep in called processes"})
    standing = fields.String(required=True, metadata={"description": "done, now, ahead or passed-by"})
    passed_at = Moment(required=True, allow_none=True)
    turns = fields.List(fields.Nested(TurnSchema), required=True)


class StepList(Schema):
    """The steps in the order in which a reader meets them: the diagram, in words."""

    items = fields.List(fields.Nested(StepSchema), required=True)


class UnitShareSchema(Schema):
    """What a unit used of the term."""

    unit = fields.String(required=True, metadata={"description": "code of the unit; empty for the applicant"})
    used = fields.Float(required=True)
    steps = fields.List(fields.Nested(StepShareSchema), required=True)


class DaysSchema(Schema):
    """Which unit used how many of the legal days."""

    unit = fields.String(required=True, metadata={"description": "of the term, such as working-days"})
    allowed = fields.Float(required=True)
    consumed = fields.Float(
        required=True, metadata={"description": "by the clock; bodies consulted at once each bear the days they share"}
    )
    items = fields.List(fields.Nested(UnitShareSchema), required=True)


class LookQuery(Schema):
    """How many looks."""

    limit = QueryNumber(least=1, most=500, load_default=100)


class LookSchema(Schema):
    """Somebody looked at a part of the dossier."""

    at = Moment(required=True)
    person = fields.String(required=True)
    name = fields.String(required=True)
    what = fields.String(required=True)


class LookList(Schema):
    """Who looked, the latest first."""

    items = fields.List(fields.Nested(LookSchema), required=True)


class CommentText(Schema):
    """What to say. "@username" tells that person, if they may see the dossier."""

    text = Text(required=True, longest=LONGEST, shortest=1)


class WordingSchema(Schema):
    """What a comment said from a moment on."""

    entry = fields.Integer(required=True, attribute="seq")
    at = Moment(required=True)
    text = fields.String(required=True)


class CommentSchema(Schema):
    """A comment with every wording it has had; `text` is the newest."""

    id = fields.UUID(required=True)
    author = fields.String(required=True)
    author_id = fields.String(required=True)
    at = Moment(required=True)
    text = fields.String(required=True)
    mentions = fields.List(fields.String(), required=True)
    wordings = fields.List(fields.Nested(WordingSchema), required=True)


class CommentList(Schema):
    """The comments of a dossier, oldest first."""

    items = fields.List(fields.Nested(CommentSchema), required=True)


class SaidSchema(Schema):
    """A comment that has been kept: who was told, and who was named but may not see the dossier."""

    id = fields.UUID(required=True)
    told = fields.List(fields.String(), required=True)
    untold = fields.List(fields.String(), required=True)
