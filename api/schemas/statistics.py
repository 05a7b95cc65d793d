"""Report II.06a."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.fields import Moment, Text
from engine.model import Channel
from engine.persistence.statistics_boxes import CELLS, Grouping

_LONGEST = 64


class Day(fields.Date):
    """A day as YYYY-MM-DD that a calendar can hold."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **options)
        if not 1900 <= day.year <= 2999:
            raise ValidationError("Expected a day between the years 1900 and 2999.")
        return day


class StatisticsQuery(Schema):
    """What the report is to tell; what is left out is not narrowed."""

    first = Day(load_default=None, metadata={"description": "first day; by default of the present month"})
    last = Day(load_default=None, metadata={"description": "last day; by default of the present month"})
    by = fields.Enum(Grouping, by_value=True, load_default=Grouping.COMPETENT)
    competent = Text(longest=_LONGEST, load_default="")
    receiving = Text(longest=_LONGEST, load_default="")
    procedure = Text(longest=_LONGEST, load_default="")
    field = Text(load_default="", metadata={"description": "the Vietnamese name of a field of procedures"})
    channel = fields.Enum(Channel, by_value=True, load_default=None)

    @validates_schema
    def _together(self, data: dict[str, Any], **_options: Any) -> None:
        if (data["first"] is None) != (data["last"] is None):
            raise ValidationError("Expected both `first` and `last`, or neither.")
        if data["first"] and data["first"] > data["last"]:
            raise ValidationError("Expected `first` not to come after `last`.")


Cells = Schema.from_dict(
    {cell: fields.Integer(required=True, validate=validate.Range(min=0)) for cell in CELLS}, name="Cells"
)


class Numbers(fields.Nested):
    """Numbers by name as they are: to look at each of the thousands in a report takes longer than to count them."""

    def _serialize(self, nested_obj: Any, attr: Any, obj: Any, **options: Any) -> dict[str, int]:  # type: ignore[override]  # as Nested names them
        return dict(nested_obj)


class StatisticsLine(Schema):
    """A row of the report. received = resolved + in_progress."""

    key = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    cells = Numbers(Cells, required=True)
    rate = fields.Float(required=True, allow_none=True, metadata={"description": "per cent early or on time"})
    used = fields.Float(
        required=True, allow_none=True, metadata={"description": "average working days, clocks that stood still aside"}
    )


class StatisticsMonth(Schema):
    """What was resolved in a month."""

    month = fields.String(required=True, metadata={"description": "YYYY-MM"})
    resolved = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class Forecast(Schema):
    """Undecided dossiers that lapse next."""

    today = fields.Integer(required=True)
    next_day = fields.Integer(required=True)
    next_on = fields.Date(required=True)


class StatisticsSchema(Schema):
    """Report II.06a as of a moment, over what you may see."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    made_at = Moment(required=True)
    by = fields.Enum(Grouping, by_value=True, required=True)
    lines = fields.List(fields.Nested(StatisticsLine), required=True)
    total = fields.Nested(StatisticsLine, required=True)
    months = fields.List(fields.Nested(StatisticsMonth), required=True)
    forecast = fields.Nested(Forecast, required=True)
