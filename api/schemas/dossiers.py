"""Dossiers, going in and out."""

from marshmallow import Schema, fields

from api.schemas.fields import Answers, Cursor, Moment, PageQuery, QueryNumber, Text
from engine.deadlines.ledger import ClockEventKind
from engine.model import Channel, DossierState
from engine.papers import PaperState


class FilingSchema(Schema):
    """A filing: the answers to the procedure's start form, and how they came in."""

    procedure_key = Text(required=True, longest=64, shortest=1)
    answers = Answers(required=True)
    channel = fields.Enum(Channel, by_value=True, load_default=Channel.ONLINE)
    case = Text(longest=64, load_default="")
    receiving_unit = Text(
        longest=64, load_default="", metadata={"description": "code of the reception point; the default when empty"}
    )
    support_unit = Text(
        longest=64, load_default="", metadata={"description": "code of the place where an officer helped to file"}
    )


class MessageSchema(Schema):
    """Why a dossier is withdrawn or stopped."""

    reason = Text(required=True, longest=2000, shortest=1)


class DossierQuery(PageQuery):
    """Which dossiers."""

    procedure_key = Text(longest=64, load_default="")
    state = fields.Enum(DossierState, by_value=True, load_default=None)
    text = Text(longest=100, load_default="", metadata={"description": "in code, applicant and content"})
    overdue = fields.Boolean(load_default=False)
    with_incident = fields.Boolean(load_default=False)


class DossierSchema(Schema):
    """A dossier. Its `version` is also the ETag."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    procedure_key = fields.String(required=True)
    procedure_version_id = fields.UUID(required=True)
    procedure_case = fields.String(required=True)
    channel = fields.String(required=True)
    applicant_name = fields.String(required=True)
    applicant_email = fields.String(required=True)
    summary = fields.String(required=True)
    receiving_unit = fields.String(required=True)
    competent_unit = fields.String(required=True)
    support_unit = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, metadata={"description": "how it ended; empty while it is open"})
    progress = fields.Integer(required=True, metadata={"description": "per cent of the way"})
    incidents = fields.Integer(required=True, metadata={"description": "failed steps that wait for an operator"})
    supplement_requests = fields.Integer(
        required=True, metadata={"description": "how often the applicant has been asked to complete it"}
    )
    submitted_at = Moment(required=True)
    received_at = Moment(required=True, allow_none=True)
    due_at = Moment(required=True, allow_none=True)
    original_due_at = Moment(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    closed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


class PaperSchema(Schema):
    """One paper of a dossier as the desk has checked it."""

    key = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": [state.value for state in PaperState]})
    copies = fields.Integer(required=True, allow_none=True, metadata={"description": "null: a file, not counted"})
    copy_kind = fields.String(required=True, allow_none=True)
    digitisation = fields.Integer(
        required=True,
        metadata={"description": "0 not, 1 digitised, 2 used again from another dossier, 3 from an earlier result"},
    )
    documents = fields.List(fields.String(), required=True)
    reason = fields.String(required=True, metadata={"description": "why the dossier was accepted without"})
    source = fields.String(required=True, metadata={"description": "code of the dossier that it was taken from"})
    checked_by = fields.String(required=True)
    checked_at = fields.String(required=True, metadata={"format": "date-time"})


class PortalStatusSchema(Schema):
    """The status as the national portal numbers it."""

    code = fields.Integer(required=True, metadata={"minimum": 1, "maximum": 10})
    vi = fields.String(required=True)
    en = fields.String(required=True)


class DossierDetail(DossierSchema):
    """One dossier, with its status at the national portal and its papers."""

    portal_status = fields.Nested(PortalStatusSchema, required=True)
    papers = fields.List(fields.Nested(PaperSchema), required=True)


class DossierBrief(DossierSchema):
    """What tells a dossier from others, beside one of its tasks or incidents."""

    class Meta:
        fields = ("id", "code", "procedure_key", "applicant_name", "summary", "state", "due_at")


class FiledSchema(Schema):
    """A dossier that has just been filed. The link is told this once and opens the dossier to whoever has it."""

    dossier = fields.Nested(DossierSchema, required=True)
    link = fields.String(required=True, metadata={"description": "to be sent as Motcua-Link"})


class DossierPage(Schema):
    """A page of dossiers, newest first."""

    items = fields.List(fields.Nested(DossierSchema), required=True)
    next = Cursor(required=True, allow_none=True, metadata={"type": ["string", "null"]})


class DataSchema(Schema):
    """What the dossier says, by the form (or named result) that gave it."""

    data = fields.Dict(keys=fields.String(), required=True)


class HistoryQuery(Schema):
    """Which entries of a history."""

    after = QueryNumber(load_default=0, metadata={"description": "number of the last entry that is known"})
    limit = QueryNumber(least=1, most=500, load_default=100)


class EntrySchema(Schema):
    """One entry of a history: `entry` is the exact text whose SHA-256 is `hash`."""

    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    occurred_at = Moment(required=True, metadata={"description": "the moment that the law counts"})
    recorded_at = Moment(required=True)
    actor = fields.Raw(required=True, metadata={"type": "object"})
    payload = fields.Raw(required=True, metadata={"type": "object"})
    entry = fields.String(required=True)
    hash = fields.String(required=True)


class HistoryPage(Schema):
    """Entries of a history in order; `next` is the `after` of the page behind it."""

    items = fields.List(fields.Nested(EntrySchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class ClockEventSchema(Schema):
    """One event of the clock's ledger."""

    kind = fields.Enum(ClockEventKind, by_value=True, required=True)
    at = Moment(required=True)
    reason = fields.String(required=True)
    ground = fields.String(required=True)
    days = fields.Integer(required=True, allow_none=True)


class DueStepSchema(Schema):
    """A due date the dossier has or had, and what set it."""

    due_at = Moment(required=True)
    since = Moment(required=True)
    kind = fields.Enum(ClockEventKind, by_value=True, required=True)
    reason = fields.String(required=True)


class DayLineSchema(Schema):
    """How one day counts, and why."""

    day = fields.Date(required=True)
    counted = fields.Boolean(required=True)
    number = fields.Float(
        required=True, allow_none=True, metadata={"description": "the running count; null on a day that does not count"}
    )
    reason_vi = fields.String(required=True)
    reason_en = fields.String(required=True)
    article = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "what the calendar says of the day"})
    provisional = fields.Boolean(required=True)
    last = fields.Boolean(required=True, metadata={"description": "the day with which the term ends"})


class StepShareSchema(Schema):
    """What a step used of the term in one unit, all its rounds together."""

    step = fields.String(required=True, metadata={"description": "id of the step in the diagram"})
    unit = fields.String(required=True, metadata={"description": "code of the unit; empty for the applicant"})
    role = fields.String(required=True)
    times = fields.Integer(required=True, metadata={"description": "how often the step was reached"})
    used = fields.Float(required=True, metadata={"description": "in the unit of the term, days for months"})


class ClockSchema(Schema):
    """The statutory clock: the due date with its reasons, counted from the ledger."""

    state = fields.String(required=True)
    due_at = Moment(required=True, allow_none=True)
    original_due_at = Moment(required=True, allow_none=True)
    started_at = Moment(required=True, allow_none=True)
    suspended_until = Moment(required=True, allow_none=True)
    allowed = fields.Float(required=True, metadata={"description": "in the unit of the term"})
    consumed = fields.Float(required=True)
    remaining = fields.Float(required=True)
    days_late = fields.Integer(required=True)
    timeliness = fields.String(required=True, allow_none=True)
    provisional = fields.Boolean(
        required=True, metadata={"description": "some day counted here has no official calendar yet"}
    )
    history = fields.List(fields.Nested(DueStepSchema), required=True)
    events = fields.List(fields.Nested(ClockEventSchema), required=True)
    unit = fields.String(required=True, metadata={"description": "of the term, such as working-days"})
    calendar = fields.String(required=True, metadata={"description": "name and version of the calendar counted by"})
    summary_vi = fields.String(required=True)
    summary_en = fields.String(required=True)
    days = fields.List(
        fields.Nested(DayLineSchema),
        required=True,
        metadata={"description": "every day from the reception, with the reason why it counts or does not"},
    )
    consumption = fields.List(
        fields.Nested(StepShareSchema),
        required=True,
        metadata={"description": "which step used how much of the term, in the order in which the steps were reached"},
    )
