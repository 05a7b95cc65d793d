"""From one component's JSON to its value: one function for each kind of component."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from forms import patterns
from forms.fields import (
    Button,
    CheckboxField,
    ChoiceField,
    Column,
    Component,
    ComputedField,
    DocumentPreview,
    DynamicList,
    FileField,
    Gap,
    Group,
    MomentField,
    NumberField,
    Option,
    OptionSource,
    Passage,
    Picture,
    Table,
    Template,
    TextField,
    Wording,
)
from forms.i18n import Text
from forms.metaschema import AUTOCOMPLETE, VALIDATE, unknown_properties, well_typed
from forms.reading import Reader

MAX_ROWS: Final = 1000
_ADDRESS = re.compile(r"(https://|/(?!/))\S*|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")

Raw = Mapping[str, Any]
Children = Callable[[Sequence[object], str, tuple[str, ...]], tuple[Component, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """One component's JSON on its way to a value."""

    raw: Raw
    own: Raw
    reader: Reader
    base: dict[str, Any]
    outer: tuple[str, ...]
    children: Children

    def rules(self) -> dict[str, object]:
        """The `validate` object, with unknown rules noted."""
        rules = cast("dict[str, object]", self.raw.get("validate", {}))
        place = self.reader.place("validate")
        unknown_properties(rules, VALIDATE.get(self.raw["type"], frozenset({"required"})), place, self.reader.findings)
        return well_typed(rules, place, self.reader.findings)

    def answer(self) -> dict[str, Any]:
        """What every component with an answer has."""
        return {
            **self.base,
            "path": self.path(),
            "hint": self.reader.wording(self.raw, "description", self.own),
            "required": bool(self.rules_quietly().get("required", False)),
            "readonly": self.reader.flag(self.raw, "readonly"),
            "disabled": self.reader.flag(self.raw, "disabled"),
            "default": self.raw.get("defaultValue"),
            "autocomplete": self.autocomplete(),
        }

    def path(self) -> tuple[str, ...]:
        """The key with the paths of the groups around it."""
        return self.outer + self.reader.key(self.raw, "key", required=True)

    def rules_quietly(self) -> dict[str, object]:
        """The `validate` object as it stands, without noting anything twice."""
        return cast("dict[str, object]", self.raw.get("validate", {}))

    def autocomplete(self) -> str:
        """The HTML autocomplete token."""
        token = str(self.own.get("autocomplete", ""))
        if token and not set(token.split()) <= AUTOCOMPLETE:
            self.reader.findings.error(
                "autocomplete",
                self.reader.place("properties", "autocomplete"),
                Text(
                    f"Không có từ khóa autocomplete “{token[:40]}”.", f"There is no autocomplete token “{token[:40]}”."
                ),
                Text(
                    "Dùng một từ khóa của HTML, ví dụ name, tel, email, street-address.",
                    "Use a token of HTML such as name, tel, email, street-address.",
                ),
            )
            return ""
        return token

    def adorner(self, name: str) -> Wording | None:
        """The text before ("prefix") or after ("suffix") an input."""
        adorners = self.raw.get("appearance", {})
        texts = {name: adorners.get(f"{name}Adorner", "")} if isinstance(adorners, dict) else {}
        return self.reader.wording(texts, name, self.own)


def text_field(source: Source) -> Component:
    """textfield and textarea."""
    rules = source.rules()
    pattern = rules.get("pattern")
    if pattern and (trouble := patterns.trouble(str(pattern))):
        source.reader.findings.error(
            "pattern",
            source.reader.place("validate", "pattern"),
            Text(
                f"Biểu thức chính quy “{str(pattern)[:80]}” không dùng được trên máy chủ: {trouble}.",
                f"The regular expression “{str(pattern)[:80]}” cannot run on the server: {trouble}.",
            ),
            Text(
                "Bỏ phần chỉ có trong JavaScript (nhìn trước, nhìn sau, tham chiếu ngược, \\u).",
                "Remove what only JavaScript has (look-ahead, look-behind, back-references, \\u).",
            ),
        )
        pattern = None
    message = rules.get("patternErrorMessage")
    kind = rules.get("validationType")
    return TextField(
        **source.answer(),
        multiline=source.raw["type"] == "textarea",
        min_length=source.reader.length(rules, "minLength"),
        max_length=source.reader.length(rules, "maxLength"),
        pattern=str(pattern) if pattern else None,
        pattern_message=Text(str(message), str(source.own.get("patternMessage:en", ""))) if message else None,
        kind="email" if kind == "email" else "phone" if kind == "phone" else "",
        prefix=source.adorner("prefix"),
        suffix=source.adorner("suffix"),
    )


def number_field(source: Source) -> Component:
    """number."""
    rules = source.rules()
    raw, reader = source.raw, source.reader
    increment = reader.decimal(raw["increment"], "increment") if raw.get("increment") not in {None, ""} else None
    if increment is not None and increment <= 0:
        reader.number_needed(increment, "increment")
        increment = None
    digits = raw.get("decimalDigits")
    if digits is not None and not 0 <= digits <= 20:
        reader.number_needed(digits, "decimalDigits")
        digits = None
    return NumberField(
        **source.answer(),
        minimum=reader.limit(rules, "min"),
        maximum=reader.limit(rules, "max"),
        digits=digits,
        increment=increment,
        as_text=bool(raw.get("serializeToString", False)),
        prefix=source.adorner("prefix"),
        suffix=source.adorner("suffix"),
    )


def moment_field(source: Source) -> Component:
    """datetime; form-js labels it by dateLabel and timeLabel."""
    source.rules()
    raw = source.raw
    answer = source.answer()
    if answer["label"] is None:
        name = "timeLabel" if raw.get("subtype") == "time" else "dateLabel"
        answer["label"] = source.reader.wording(raw, name, {f"{name}:en": source.own.get("label:en", "")})
    return MomentField(
        **answer,
        subtype=raw.get("subtype", "date"),
        not_past=bool(raw.get("disallowPassedDates", False)),
        interval=raw.get("timeInterval"),
        zone_format=raw.get("timeSerializingFormat", "no_timezone"),
    )


def checkbox_field(source: Source) -> Component:
    """checkbox."""
    source.rules()
    return CheckboxField(**source.answer())


def choice_field(source: Source) -> Component:
    """radio, select, checklist and taglist."""
    source.rules()
    return ChoiceField(
        **source.answer(),
        options=_options(source),
        multiple=source.raw["type"] in {"checklist", "taglist"},
    )


def _options(source: Source) -> OptionSource:
    raw, reader = source.raw, source.reader
    given = [name for name in ("values", "valuesKey", "valuesExpression") if raw.get(name)]
    if len(given) != 1:
        reader.findings.error(
            "options",
            reader.place(),
            Text(
                f"Cần đúng một nguồn lựa chọn, gặp {given or 'không có nguồn nào'}.",
                f"Exactly one source of options is needed, found {given or 'none'}.",
            ),
            Text("Điền values, valuesKey hoặc valuesExpression.", "Fill in values, valuesKey or valuesExpression."),
        )
    if given == ["valuesExpression"]:
        return OptionSource(expression=reader.feel(raw["valuesExpression"], "valuesExpression"))
    if given == ["valuesKey"]:
        return OptionSource(key=reader.key(raw, "valuesKey", required=True))
    options = tuple(
        option for index, item in enumerate(raw.get("values") or []) if (option := _option(reader, item, index))
    )
    tokens = [option.token for option in options]
    if len(set(tokens)) != len(tokens):
        reader.findings.error(
            "options",
            reader.place("values"),
            Text("Có hai lựa chọn cùng giá trị.", "Two options have the same value."),
            Text("Mỗi lựa chọn cần một giá trị riêng.", "Give each option a value of its own."),
        )
    return OptionSource(fixed=options)


def _option(reader: Reader, item: object, index: int) -> Option | None:
    if (
        isinstance(item, dict)
        and set(item) <= {"label", "value", "label:en"}
        and isinstance(item.get("label"), str)
        and isinstance(item.get("value"), str | int | bool | Decimal)
        and isinstance(item.get("label:en", ""), str)
        and str(item["value"]).strip()
    ):
        return Option(item["value"], Text(item["label"], item.get("label:en", "")))
    reader.findings.error(
        "options",
        reader.place("values", str(index)),
        Text(
            "Lựa chọn cần label (chữ) và value (chữ, số hoặc true/false).",
            "An option needs a label (text) and a value (text, number or true/false).",
        ),
        Text("Sửa lựa chọn này.", "Correct this option."),
    )
    return None


def file_field(source: Source) -> Component:
    """filepicker."""
    source.rules()
    raw, own, reader = source.raw, source.own, source.reader
    accept = str(own.get("accept") or raw.get("accept") or "")
    kinds = tuple(kind.strip().lower() for kind in accept.split(",") if kind.strip())
    for kind in kinds:
        if not re.fullmatch(r"\.[a-z0-9]+|[a-z]+/[a-z0-9.+*-]+", kind):
            reader.findings.error(
                "accept",
                reader.place("properties", "accept"),
                Text(
                    f"“{kind}” không phải đuôi tệp hay loại tệp.", f"“{kind}” is neither an extension nor a media type."
                ),
                Text(
                    "Không dùng biểu thức ở đây. Viết như .pdf,.docx,image/*.",
                    "No expressions here. Write it like .pdf,.docx,image/*.",
                ),
            )
    size = reader.decimal(own["maxSizeMb"], "properties", "maxSizeMb") if "maxSizeMb" in own else None
    return FileField(
        **source.answer(),
        accept=kinds,
        multiple=reader.flag(raw, "multiple"),
        max_bytes=int(size * 1_000_000) if size is not None and size > 0 else None,
    )


def computed_field(source: Source) -> Component | None:
    """expression."""
    expression = source.reader.feel(source.raw.get("expression", ""), "expression")
    hint = source.reader.wording(source.raw, "description", source.own)
    if expression is None:
        return None
    return ComputedField(**(source.base | {"path": source.path(), "hint": hint}), expression=expression)


def group(source: Source) -> Component:
    """group: its path, when it has one, goes before the keys inside it."""
    inner = source.outer + source.reader.key(source.raw, "path", required=False)
    return Group(
        **(source.base | {"path": inner}),
        components=source.children(source.raw.get("components", []), "components", inner),
        outline=bool(source.raw.get("showOutline", False)),
    )


def dynamic_list(source: Source) -> Component:
    """dynamiclist: keys inside it start anew in every row."""
    raw, own, reader = source.raw, source.own, source.reader
    numbers = {name: reader.decimal(own[name], "properties", name) for name in ("minRows", "maxRows") if name in own}
    most = int(numbers.get("maxRows") or 100)
    if not 1 <= most <= MAX_ROWS:
        reader.number_needed(most, "properties", "maxRows")
    return DynamicList(
        **(source.base | {"path": source.outer + reader.key(raw, "path", required=True)}),
        components=source.children(raw.get("components", []), "components", ()),
        add_remove=bool(raw.get("allowAddRemove", True)),
        repetitions=max(0, min(raw.get("defaultRepetitions", 1), most)),
        min_rows=int(numbers.get("minRows") or 0),
        max_rows=min(max(most, 1), MAX_ROWS),
    )


def passage(source: Source) -> Component:
    """text."""
    text = source.reader.wording(source.raw, "text", source.own) or Wording(Template(("",)))
    return Passage(**source.base, text=text)


def picture(source: Source) -> Component:
    """image."""
    address = str(source.raw.get("source", ""))
    if not address.startswith("=") and "{{" not in address and not safe_address(address):
        source.reader.findings.error(
            "image-source",
            source.reader.place("source"),
            Text(
                f"Địa chỉ hình “{address[:80]}” không dùng được.", f"The image address “{address[:80]}” cannot be used."
            ),
            Text("Dùng https://…, /… hoặc data:image/….", "Use https://…, /… or data:image/…."),
        )
    return Picture(
        **source.base,
        source=source.reader.template(address, "source"),
        alt=source.reader.wording(source.raw, "alt", source.own),
    )


def safe_address(address: str) -> bool:
    """Whether a page may load or link this address: our own site, https, or an image in the text itself."""
    return _ADDRESS.fullmatch(address) is not None


def table(source: Source) -> Component | None:
    """table."""
    raw, reader = source.raw, source.reader
    rows = reader.feel(raw.get("dataSource", ""), "dataSource")
    expression = reader.feel(raw["columnsExpression"], "columnsExpression") if raw.get("columnsExpression") else None
    columns = tuple(
        Column(key=str(item["key"]), label=Text(str(item.get("label", item["key"])), str(item.get("label:en", ""))))
        for item in raw.get("columns", [])
        if isinstance(item, dict) and "key" in item
    )
    if len(columns) != len(raw.get("columns", [])) or bool(columns) == bool(expression):
        reader.findings.error(
            "columns",
            reader.place("columns"),
            Text(
                "Bảng cần columns (mỗi cột có key và label) hoặc columnsExpression, không cả hai.",
                "A table needs columns (each with key and label) or columnsExpression, not both.",
            ),
            Text("Điền một trong hai.", "Fill in one of the two."),
        )
    if rows is None:
        return None
    return Table(
        **source.base, source=rows, columns=columns, columns_expression=expression, row_count=raw.get("rowCount", 0)
    )


def document_preview(source: Source) -> Component | None:
    """documentPreview; the address of a document is ours to make, so endpointKey is not used."""
    rows = source.reader.feel(source.raw.get("dataSource", ""), "dataSource")
    return DocumentPreview(**source.base, source=rows) if rows else None


def gap(source: Source) -> Component:
    """separator and spacer."""
    return Gap(**source.base)


def button(source: Source) -> Component:
    """button."""
    return Button(**source.base, action=source.raw.get("action", "submit"))


BUILDERS: Final[Mapping[str, Callable[[Source], Component | None]]] = {
    "textfield": text_field,
    "textarea": text_field,
    "number": number_field,
    "datetime": moment_field,
    "checkbox": checkbox_field,
    "radio": choice_field,
    "select": choice_field,
    "checklist": choice_field,
    "taglist": choice_field,
    "filepicker": file_field,
    "expression": computed_field,
    "group": group,
    "dynamiclist": dynamic_list,
    "text": passage,
    "image": picture,
    "table": table,
    "documentPreview": document_preview,
    "separator": gap,
    "spacer": gap,
    "button": button,
}
