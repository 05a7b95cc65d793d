"""Answers as people read and type them, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from forms.fields import ChoiceField, ComputedField, Field, FileField, MomentField, NumberField, Scope, show, token
from forms.i18n import WORDS
from forms.rules import AnswerContext, options
from forms.values import RefusalError, decimal, is_blank


def typed_number(value: object, lang: str) -> str:
    """A number as its reader would type it: "2,5" in Vietnamese, "2.5" in English; other text as it is.

    A zero is added where the text could be read as thousands.
    """
    if value is None:
        return ""
    try:
        plain = show(decimal(value))
    except RefusalError:
        return str(value).removesuffix("?")
    if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", plain):
        plain += "0"
    return plain.replace(".", ",") if lang == "vi" else plain


def date_parts(value: object) -> tuple[str, str, str]:
    """Day, month and year of an ISO day, or of what was typed as day/month/year."""
    written = str(value or "").partition("T")[0]
    if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", written):
        return found[3].lstrip("0"), found[2].lstrip("0"), found[1]
    day, month, year = [*written.split("/"), "", "", ""][:3]
    return day, month, year


def clock_part(value: object, subtype: str) -> str:
    """The time of day as HH:MM, or what was typed."""
    written = str(value or "")
    clock = written.partition("T")[2] if subtype == "datetime" else written
    found = re.fullmatch(r"(\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})?", clock)
    return (found[1] + (found[2] or "").removesuffix(":00")) if found else clock


def local(field: MomentField, value: object, context: AnswerContext) -> str:
    """A stored time or moment as the clocks of `context.zone` show it, without offset; other text as it is."""
    written = str(value or "")
    if field.subtype == "date" or field.zone_format == "no_timezone":
        return written
    day = f"{context.now.astimezone(context.zone).date().isoformat()}T" if field.subtype == "time" else ""
    try:
        moment = datetime.fromisoformat(day + written.replace("Z", "+00:00"))
        here = moment if moment.tzinfo is None else moment.astimezone(context.zone)
    except (ValueError, OverflowError):
        return written
    text = here.replace(tzinfo=None).isoformat(timespec="seconds")
    return text.partition("T")[2] if field.subtype == "time" else text


def shown(field: Field, value: object, scope: Scope, context: AnswerContext, lang: str) -> str:  # noqa: PLR0911
    """An answer as a sentence would say it; "" when there is none. One branch for each kind of field."""
    if is_blank(value):
        return ""
    if isinstance(value, bool):
        return WORDS["yes" if value else "no"].get(lang)
    if isinstance(field, ChoiceField):
        labels = {option.token: option.label.get(lang) for option in options(field, scope, context.data)}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(token(item), token(item)) for item in chosen)
    if isinstance(field, FileField):
        names = [context.documents(str(item)) for item in value] if isinstance(value, list) else []
        return ", ".join(document.name for document in names if document)
    if isinstance(field, MomentField):
        return _moment(field, str(value), context, lang)
    if isinstance(field, NumberField) or (isinstance(field, ComputedField) and isinstance(value, int | Decimal)):
        return _with_unit(field, _or_text(number, value, lang), scope, lang)
    return _with_unit(field, show(value), scope, lang)


def number(value: object, lang: str) -> str:
    """A number with thousands grouped as the language does. Raises RefusalError when it is none."""
    return str(format_decimal(decimal(value), locale=lang, decimal_quantization=False))


def _or_text(format_: Callable[[object, str], str], value: object, lang: str) -> str:
    try:
        return format_(value, lang)
    except (RefusalError, ValueError):
        return str(value)


def _moment(field: MomentField, value: str, context: AnswerContext, lang: str) -> str:
    here = local(field, value, context)
    if field.subtype == "time":
        return clock_part(here, "time")
    day = _or_text(_day, here.partition("T")[0], lang)
    return f"{day} {clock_part(here, 'datetime')}".strip() if field.subtype == "datetime" else day


def _day(value: object, lang: str) -> str:
    day = date.fromisoformat(str(value))
    return day.strftime("%d/%m/%Y") if lang == "vi" else str(format_date(day, "d MMMM y", locale="en"))


def _with_unit(field: Field, text: str, scope: Scope, lang: str) -> str:
    prefix = getattr(field, "prefix", None)
    suffix = getattr(field, "suffix", None)
    before = prefix.render(scope).get(lang) if prefix else ""
    after = suffix.render(scope).get(lang) if suffix else ""
    return " ".join(part for part in (before, text, after) if part)
