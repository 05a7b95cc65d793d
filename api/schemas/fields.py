"""Fields that our schemas share: moments, plain text, whole numbers, cursors."""

import base64
import binascii
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from marshmallow import Schema, ValidationError, fields, validate

from api.site import site
from engine.persistence.tables import FAR_FUTURE

MOST_ROWS = 100


class Moment(fields.AwareDateTime):
    """A moment as RFC 3339 with its offset, in the authority's time zone; "never" is null."""

    def __init__(self, **options: Any) -> None:
        """As any field; the format is fixed."""
        super().__init__(format="iso", **options)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **options: Any) -> str | None:
        if value is None or value == FAR_FUTURE:
            return None
        return value.astimezone(site().platform.zone).isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **options)
        if not 1900 <= moment.year <= 2999:
            raise ValidationError("Expected a moment between the years 1900 and 2999.")
        return moment


class Text(fields.String):
    """Text without control characters (line breaks and tabs are fine) and without halves of characters."""

    def __init__(self, *, longest: int = 200, shortest: int = 0, **options: Any) -> None:
        """`longest` and `shortest` are lengths in characters."""
        super().__init__(validate=validate.Length(min=shortest or None, max=longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\r\t" for letter in text):
            raise ValidationError("Expected text without control characters.")
        return unicodedata.normalize("NFC", text)


class Answers(fields.Dict):
    """The answers to a form, by field. What they mean the form says; here only what no database could keep is refused:
    whole numbers beyond 64 bits, halves of characters, nesting without end.
    """

    def __init__(self, **options: Any) -> None:
        """As any field."""
        super().__init__(keys=fields.String(), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, Any]:
        answers: dict[str, Any] = super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        try:
            orjson.dumps(answers)
        except orjson.JSONEncodeError as problem:
            raise ValidationError(f"Expected answers that can be kept, found: {problem}.") from None
        return answers


class Number(fields.Integer):
    """A whole number; neither "1" nor 1.5 in a JSON body, and never too large for the database."""

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **options: Any) -> None:
        """`least` and `most` are both allowed."""
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **options)


class QueryNumber(fields.Integer):
    """A whole number in a query string, where everything is text."""

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **options: Any) -> None:
        """`least` and `most` are both allowed."""
        super().__init__(validate=validate.Range(min=least, max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10):
            raise ValidationError("Expected a whole number.")
        return int(value)


class Cursor(fields.Field[tuple[datetime, UUID]]):
    """Where a page of a list ended. Clients pass it back as they got it."""

    def _serialize(self, value: tuple[datetime, UUID] | None, attr: str | None, obj: Any, **options: Any) -> str | None:
        if value is None:
            return None
        moment, identifier = value
        return base64.urlsafe_b64encode(orjson.dumps([moment.isoformat(), str(identifier)])).decode()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> tuple[datetime, UUID]:
        try:
            moment, identifier = orjson.loads(base64.b64decode(str(value), altchars=b"-_", validate=True))
            found = datetime.fromisoformat(moment)
            cursor = found.astimezone(UTC), UUID(identifier)
        except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
            raise ValidationError("Expected the `next` of a page of this list, as it was given.") from None
        if found.tzinfo is None:
            raise ValidationError("Expected the `next` of a page of this list, as it was given.")
        return cursor


class PageQuery(Schema):
    """Which page of a list."""

    cursor = Cursor(load_default=None, metadata={"type": "string", "description": "`next` of the page before"})
    limit = QueryNumber(
        least=1, most=MOST_ROWS, load_default=20, metadata={"description": f"rows, at most {MOST_ROWS}"}
    )


class Words(Schema):
    """The same words in two languages."""

    vi = fields.String(required=True)
    en = fields.String(required=True)
