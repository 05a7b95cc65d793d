"""The rules that a form sets for one answer of the right type: limits, patterns, choices, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, localcontext
from typing import Final

from forms import patterns
from forms.fields import (
    CheckboxField,
    ChoiceField,
    Feel,
    Field,
    FileField,
    MomentField,
    NumberField,
    Option,
    Scope,
    TextField,
    show,
    token,
)
from forms.i18n import FILE_KINDS, Text
from forms.paths import get
from forms.values import RefusalError, clock_of, day

MAX_DOCUMENTS: Final = 50


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document that the person has uploaded. `size` is in bytes, `media_type` what its content was found to be."""

    id: str
    name: str
    media_type: str
    size: int


def _no_document(_identifier: str) -> DocumentRef | None:
    return None


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What surrounds an answer.

    `data` is the dossier, by form key, as expressions read it; `now` the aware moment of answering; `documents`
    gives those that the person may attach; `zone` decides what "today" is. `stored` holds the values this form
    already has: readonly fields keep them (or, failing that, what `data` has at the same place).
    """

    now: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    documents: Callable[[str], DocumentRef | None] = _no_document
    zone: tzinfo = UTC
    stored: Mapping[str, object] = field(default_factory=dict)


def obey(of: Field, value: object, scope: Scope, context: AnswerContext) -> object:
    """`value` when it keeps the rules of the field (a choice becomes the option's own value).

    `value` is typed and not blank. Raises RefusalError.
    """
    if isinstance(of, TextField):
        _text(of, str(value), scope)
    elif isinstance(of, NumberField):
        _number(of, Decimal(str(value)), scope)
    elif isinstance(of, MomentField):
        _moment(of, str(value), context)
    elif isinstance(of, CheckboxField):
        if of.required and value is not True:
            raise RefusalError("required_tick")
    elif isinstance(of, ChoiceField):
        return _choice(of, value, scope, context)
    elif isinstance(of, FileField) and isinstance(value, list):
        _files(of, value, scope, context)
    return value


def flag(value: bool | Feel, scope: Scope) -> bool:
    """Whether a property that may be an expression is on."""
    return value.evaluate(scope) is True if isinstance(value, Feel) else value


def limit(value: int | Decimal | Feel | None, scope: Scope) -> Decimal | None:
    """A limit that may be an expression; an expression without a number sets no limit."""
    found = value.evaluate(scope) if isinstance(value, Feel) else value
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    return Decimal(found)


def _text(of: TextField, value: str, scope: Scope) -> None:
    least, most = limit(of.min_length, scope), limit(of.max_length, scope)
    if least is not None and len(value) < least:
        raise RefusalError("too_short", limit=show(least))
    if most is not None and len(value) > most:
        raise RefusalError("too_long", limit=show(most))
    if of.kind == "email" and (len(value) > 254 or not patterns.matches(patterns.EMAIL, value)):
        raise RefusalError("email")
    if of.kind == "phone" and not patterns.matches(patterns.PHONE, value):
        raise RefusalError("phone")
    if of.pattern and not patterns.matches(of.pattern, value):
        raise RefusalError("pattern")


def _number(of: NumberField, value: Decimal, scope: Scope) -> None:
    exponent = value.as_tuple().exponent
    if of.digits is not None and isinstance(exponent, int) and -exponent > of.digits:
        raise RefusalError("whole") if of.digits == 0 else RefusalError("decimal_digits", limit=str(of.digits))
    if of.increment is not None and not _is_multiple(value, of.increment):
        raise RefusalError("increment", limit=show(of.increment))
    least, most = limit(of.minimum, scope), limit(of.maximum, scope)
    if least is not None and value < least:
        raise RefusalError("too_small", limit=show(least))
    if most is not None and value > most:
        raise RefusalError("too_large", limit=show(most))


def _is_multiple(value: Decimal, step: Decimal) -> bool:
    with localcontext(prec=100):  # a remainder needs all digits of the quotient
        return value % step == 0


def _moment(of: MomentField, value: str, context: AnswerContext) -> None:
    clock = value.partition("T")[2] if of.subtype == "datetime" else value
    if of.subtype != "date" and of.interval and clock_of(clock)[0].minute % of.interval:
        raise RefusalError("interval", limit=str(of.interval))
    if of.subtype != "time" and of.not_past:
        here = day(value.partition("T")[0])
        if of.subtype == "datetime" and of.zone_format != "no_timezone":
            here = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(context.zone).date()
        if here < context.now.astimezone(context.zone).date():
            raise RefusalError("past")


def options(of: ChoiceField, scope: Scope, data: Mapping[str, object]) -> tuple[Option, ...]:
    """The choices a person has at this place and moment; from the server's data, never from the client's."""
    if of.options.fixed:
        return of.options.fixed
    found = get(data, of.options.key) if of.options.key else None
    if of.options.expression is not None:
        found = of.options.expression.evaluate(scope)
    return tuple(_dynamic(found)) if isinstance(found, Sequence) and not isinstance(found, str) else ()


def _dynamic(found: Iterable[object]) -> Iterable[Option]:
    seen: set[str] = set()
    for item in found:
        source = item if isinstance(item, Mapping) else {"value": item, "label": token(item)}
        value = source.get("value")
        if isinstance(value, str | int | bool | Decimal) and token(value) not in seen:
            seen.add(token(value))
            yield Option(value, Text(show(source.get("label", value)), show(source.get("label:en"))))


def _choice(of: ChoiceField, value: object, scope: Scope, context: AnswerContext) -> object:
    allowed = {option.token: option.value for option in options(of, scope, context.data)}
    if not of.multiple:
        if token(value) not in allowed:
            raise RefusalError("choice")
        return allowed[token(value)]
    tokens = [token(item) for item in value] if isinstance(value, list) else []
    if any(item not in allowed for item in tokens):
        raise RefusalError("choice")
    if len(set(tokens)) != len(tokens):
        raise RefusalError("repeated")
    return [allowed[item] for item in tokens]


def _files(of: FileField, value: list[object], scope: Scope, context: AnswerContext) -> None:
    if len(value) > 1 and not flag(of.multiple, scope):
        raise RefusalError("one_document")
    if len(value) > MAX_DOCUMENTS:
        raise RefusalError("many_documents", limit=str(MAX_DOCUMENTS))
    for identifier in value:
        document = context.documents(str(identifier))
        if document is None:
            raise RefusalError("document", value=str(identifier)[:80])
        if of.accept and not _accepted(document, of.accept):
            raise RefusalError("document_kind", value=document.name[:80], limit=kinds(of.accept))
        if of.max_bytes is not None and document.size > of.max_bytes:
            raise RefusalError("document_size", value=document.name[:80], limit=megabytes(of.max_bytes))


def _accepted(document: DocumentRef, accept: tuple[str, ...]) -> bool:
    name, media = document.name.lower(), document.media_type.lower()
    for kind in accept:
        if kind.startswith("."):
            if name.endswith(kind):
                return True
        elif media == kind or (kind.endswith("/*") and media.startswith(kind[:-1])):
            return True
    return False


def kinds(accept: tuple[str, ...]) -> Text:
    """The accepted kinds of file as people name them: PDF, DOCX, images."""
    named = [
        Text(kind[1:].upper(), kind[1:].upper()) if kind.startswith(".") else FILE_KINDS.get(kind, Text(kind, kind))
        for kind in accept
    ]
    return Text(", ".join(one.vi for one in named), ", ".join(one.en for one in named))


def megabytes(size: int) -> str:
    """A size in bytes as megabytes (10^6)."""
    return show(Decimal(size) / 1_000_000)
