"""User tasks, going in and out."""

from marshmallow import Schema, fields, validate

from api.schemas.dossiers import DossierBrief, DossierSchema
from api.schemas.fields import Answers, Cursor, Moment, Number, PageQuery, Text
from engine.papers import PaperState
from engine.persistence.tasks import STATES
from engine.runtime.facts import CopyKind
from forms.rules import MAX_DOCUMENTS

MOST_AT_ONCE = 100


class InboxQuery(PageQuery):
    """Which tasks: mine, those of my queues that nobody has taken, or everybody's."""

    procedure_key = Text(longest=64, load_default="")
    element_id = Text(longest=128, load_default="")
    due_before = Moment(load_default=None)
    text = Text(longest=100, load_default="", metadata={"description": "in the dossier's code, applicant, content"})
    mine = fields.Boolean(load_default=True)
    queues = fields.Boolean(load_default=True)
    everyone = fields.Boolean(load_default=False, metadata={"description": "anybody's in units that I may see"})
    unit_code = Text(longest=64, load_default="")
    receiving_unit = Text(longest=64, load_default="")
    assignee_id = fields.UUID(load_default=None)
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class TaskSchema(Schema):
    """A user task. Its `version` is also the ETag."""

    id = fields.UUID(required=True)
    dossier_id = fields.UUID(required=True)
    element_id = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    form_key = fields.String(required=True)
    data_key = fields.String(required=True)
    role = fields.String(required=True)
    unit_code = fields.String(required=True)
    assignee_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True)
    due_at = Moment(required=True, allow_none=True)
    opened_at = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    completed_by = fields.String(required=True)
    version = fields.Integer(required=True)


class TaskOfDossier(Schema):
    """A row of an inbox."""

    task = fields.Nested(TaskSchema, required=True)
    dossier = fields.Nested(DossierBrief, required=True)


class Inbox(Schema):
    """A page of an inbox, what is due first first."""

    items = fields.List(fields.Nested(TaskOfDossier), required=True)
    next = Cursor(required=True, allow_none=True, metadata={"type": ["string", "null"]})


class TaskList(Schema):
    """The tasks of one dossier, oldest first."""

    items = fields.List(fields.Nested(TaskSchema), required=True)


class TaskFormSchema(TaskOfDossier):
    """A task with its form: the form-js definition, what it holds so far, and whether you may send it."""

    form = fields.Raw(required=True, allow_none=True, metadata={"type": ["object", "null"]})
    values = fields.Dict(keys=fields.String(), required=True)
    may_complete = fields.Boolean(required=True)
    reason = fields.String(required=True, metadata={"description": "why not"})


class AnswersSchema(Schema):
    """Answers to a task's form."""

    answers = Answers(required=True)


class PresentedSchema(Schema):
    """What a desk says of one paper: it is there, it is missing, or the dossier is accepted without, for a reason."""

    key = Text(required=True, shortest=1, longest=64, metadata={"description": "the paper's key in the procedure"})
    state = fields.String(required=True, validate=validate.OneOf([one.value for one in PaperState]))
    copies = Number(load_default=None, allow_none=True, most=999, metadata={"description": "null: not counted"})
    copy_kind = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([None, *(one.value for one in CopyKind)])
    )
    documents = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MAX_DOCUMENTS),
        metadata={"description": "scans that you have uploaded"},
    )
    reuse = fields.UUID(load_default=None, allow_none=True, metadata={"description": "a document given before"})
    reason = Text(longest=500, load_default="", metadata={"description": "why it is not needed; for `waived`"})


class CompletionSchema(AnswersSchema):
    """Answers to a task's form; for the step that checks the papers, what was seen of them."""

    papers = fields.List(
        fields.Nested(PresentedSchema),
        load_default=list,
        validate=validate.Length(max=MOST_AT_ONCE),
        metadata={"description": "only for the step that checks whether the dossier is complete"},
    )


class DraftSchema(AnswersSchema):
    """What has been typed and not sent."""

    saved_at = Moment(required=True, dump_only=True)
    saved_by = fields.String(required=True, dump_only=True)


class AssignmentSchema(Schema):
    """To whom a task goes."""

    username = Text(required=True, longest=64, shortest=1)


class ChosenSchema(Schema):
    """One task among several."""

    task_id = fields.UUID(required=True)
    version = Number(load_default=None, allow_none=True, metadata={"description": "the version you have seen"})


class OneOfManySchema(ChosenSchema, CompletionSchema):
    """One task among those to be completed together."""


class ManyChosenSchema(Schema):
    """Tasks to change in one request, each in a transaction of its own."""

    tasks = fields.List(fields.Nested(ChosenSchema), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE))


class ManyToAssignSchema(ManyChosenSchema, AssignmentSchema):
    """Tasks that go to one person."""


class ManySchema(Schema):
    """Tasks to complete in one request, each in a transaction of its own."""

    tasks = fields.List(
        fields.Nested(OneOfManySchema), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE)
    )


class OutcomeSchema(Schema):
    """What became of one of many: the dossier's new state, or the problem."""

    task_id = fields.UUID(required=True)
    status = fields.Integer(required=True)
    dossier = fields.Nested(DossierSchema, allow_none=True, required=True)
    problem = fields.Raw(required=True, allow_none=True, metadata={"type": ["object", "null"]})


class OutcomesSchema(Schema):
    """What became of each, in the order of the request."""

    outcomes = fields.List(fields.Nested(OutcomeSchema), required=True)


class TaskOutcomeSchema(Schema):
    """What became of one of many: the task as it is now, or the problem."""

    task_id = fields.UUID(required=True)
    status = fields.Integer(required=True)
    task = fields.Nested(TaskSchema, allow_none=True, required=True)
    problem = fields.Raw(required=True, allow_none=True, metadata={"type": ["object", "null"]})


class TaskOutcomesSchema(Schema):
    """What became of each, in the order of the request."""

    outcomes = fields.List(fields.Nested(TaskOutcomeSchema), required=True)
