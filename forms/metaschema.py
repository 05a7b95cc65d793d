"""What a form-js form (schemaVersion 19) may say, property by property, and what our own `properties` add.

Facts of the format: https://github.com/bpmn-io/form-js (form-json-schema). Whatever stands here is supported;
whatever does not is a finding, because a property that is silently ignored misleads its designer.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from forms.findings import Findings
from forms.i18n import Text

SCHEMA_VERSION: Final = 19


def words(text: str) -> frozenset[str]:
    """The words of `text` as a set."""
    return frozenset(text.split())


FORM: Final = words(
    "type id schemaVersion components exporter executionPlatform executionPlatformVersion versionTag properties $schema"
)
_ANY: Final = words("id type conditional layout properties")
_INPUT: Final = _ANY | words("key label description disabled readonly validate defaultValue appearance")
_CHOICE: Final = _INPUT | {"values", "valuesKey", "valuesExpression"}
_CONTAINER: Final = _ANY | words("label path showOutline verticalAlignment components")

#: Properties by component type.
COMPONENTS: Final[Mapping[str, frozenset[str]]] = {
    "textfield": _INPUT,
    "textarea": _INPUT,
    "number": _INPUT | {"decimalDigits", "increment", "serializeToString"},
    "datetime": _INPUT
    | words("subtype dateLabel timeLabel use24h timeSerializingFormat timeInterval disallowPassedDates"),
    "checkbox": _INPUT,
    "radio": _CHOICE,
    "select": _CHOICE | {"searchable"},
    "checklist": _CHOICE,
    "taglist": _CHOICE,
    "filepicker": _INPUT | {"accept", "multiple"},
    "expression": _ANY | words("key label description expression computeOn"),
    "group": _CONTAINER,
    "dynamiclist": _CONTAINER
    | words("isRepeating allowAddRemove defaultRepetitions disableCollapse nonCollapsedItems"),
    "text": _ANY | {"text", "label"},
    "image": _ANY | {"source", "alt", "label"},
    "table": _ANY | words("label dataSource rowCount columns columnsExpression"),
    "documentPreview": _ANY | words("label title dataSource endpointKey maxHeight"),
    "separator": _ANY,
    "spacer": _ANY | {"height"},
    "button": _ANY | {"label", "action", "key"},
}
INPUTS: Final = frozenset(name for name, allowed in COMPONENTS.items() if "readonly" in allowed)

#: Component types of form-js that are refused, with the reason.
REFUSED: Final[Mapping[str, Text]] = {
    "html": Text(
        "HTML tự do không được chấp nhận vì có thể chạy mã lạ trên máy người dân.",
        "Free HTML is not accepted because it can run foreign code on a citizen's machine.",
    ),
    "iframe": Text(
        "Khung nhúng (iframe) không được chấp nhận vì tải trang của bên ngoài.",
        "Frames (iframe) are not accepted because they load somebody else's page.",
    ),
}

_TEXT_RULES: Final = frozenset({"minLength", "maxLength"})
VALIDATE: Final[Mapping[str, frozenset[str]]] = {
    "textfield": _TEXT_RULES | {"required", "pattern", "patternErrorMessage", "validationType"},
    "textarea": _TEXT_RULES | {"required"},
    "number": frozenset({"required", "min", "max"}),
}

_OUR_INPUT: Final = words("label:en description:en assert message message:en")
#: Our own `properties` by component type; those of every type first.
OWN: Final[Mapping[str, frozenset[str]]] = {
    "textfield": _OUR_INPUT | {"autocomplete", "patternMessage:en", "prefix:en", "suffix:en"},
    "textarea": _OUR_INPUT | {"autocomplete"},
    "number": _OUR_INPUT | {"autocomplete", "prefix:en", "suffix:en"},
    "datetime": _OUR_INPUT | {"autocomplete"},
    "select": _OUR_INPUT | {"autocomplete"},
    "filepicker": _OUR_INPUT | {"maxSizeMb", "accept"},
    "dynamiclist": words("label:en assert message message:en minRows maxRows"),
    "group": words("label:en assert message message:en"),
    "text": frozenset({"text:en"}),
    "image": frozenset({"alt:en"}),
    "table": frozenset({"label:en"}),
    "documentPreview": frozenset({"label:en"}),
    "button": frozenset({"label:en"}),
    "separator": frozenset(),
    "spacer": frozenset(),
}
OWN_OF_FORM: Final = frozenset({"title", "title:en"})

#: Values of the HTML autocomplete attribute (WHATWG), as far as a person's data is concerned.
AUTOCOMPLETE: Final = words(
    "off on name honorific-prefix given-name additional-name family-name nickname username organization "
    "organization-title street-address address-line1 address-line2 address-line3 address-level1 "
    "address-level2 address-level3 address-level4 country country-name postal-code bday bday-day bday-month "
    "bday-year sex tel tel-national email url language"
)

_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "id": (str,),
    "label": (str,),
    "description": (str,),
    "key": (str,),
    "text": (str,),
    "source": (str,),
    "alt": (str,),
    "readonly": (bool, str),
    "disabled": (bool, str),
    "subtype": (str,),
    "dateLabel": (str,),
    "timeLabel": (str,),
    "use24h": (bool,),
    "timeSerializingFormat": (str,),
    "timeInterval": (int,),
    "disallowPassedDates": (bool,),
    "increment": (int, Decimal, str),
    "decimalDigits": (int,),
    "serializeToString": (bool,),
    "searchable": (bool,),
    "valuesKey": (str,),
    "valuesExpression": (str,),
    "values": (list,),
    "components": (list,),
    "path": (str,),
    "showOutline": (bool,),
    "verticalAlignment": (str,),
    "validate": (dict,),
    "layout": (dict,),
    "appearance": (dict,),
    "conditional": (dict,),
    "properties": (dict,),
    "columns": (list,),
    "columnsExpression": (str,),
    "rowCount": (int,),
    "dataSource": (str,),
    "accept": (str,),
    "multiple": (bool, str),
    "expression": (str,),
    "computeOn": (str,),
    "isRepeating": (bool,),
    "allowAddRemove": (bool,),
    "defaultRepetitions": (int,),
    "disableCollapse": (bool,),
    "nonCollapsedItems": (int,),
    "height": (int, Decimal),
    "maxHeight": (int, Decimal),
    "title": (str,),
    "endpointKey": (str,),
    "action": (str,),
    "required": (bool,),
    "minLength": (int, str),
    "maxLength": (int, str),
    "min": (int, Decimal, str),
    "max": (int, Decimal, str),
    "pattern": (str,),
    "patternErrorMessage": (str,),
    "validationType": (str, type(None)),
    "hide": (str,),
    "prefixAdorner": (str,),
    "suffixAdorner": (str,),
}
_ONE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "subtype": ("date", "time", "datetime"),
    "timeSerializingFormat": ("utc_offset", "utc_normalized", "no_timezone"),
    "verticalAlignment": ("start", "center", "end"),
    "validationType": ("email", "phone", "custom", ""),
    "action": ("submit", "reset"),
    "computeOn": ("change", "presubmit"),
}
_NAMES: Final[Mapping[type, Text]] = {
    str: Text("chữ", "text"),
    bool: Text("true hoặc false", "true or false"),
    int: Text("số nguyên", "a whole number"),
    Decimal: Text("số", "a number"),
    list: Text("danh sách", "a list"),
    dict: Text("đối tượng", "an object"),
    type(None): Text("null", "null"),
}


def unknown_properties(
    found: Mapping[str, object], allowed: frozenset[str], place: tuple[str, str], findings: Findings
) -> None:
    """Note every property that is not allowed here."""
    for name in found:
        if name not in allowed:
            listed = ", ".join(sorted(allowed)) or "—"
            findings.error(
                "unknown-property",
                (place[0], f"{place[1]}/{escape(name)}"),
                Text(f"Không có thuộc tính “{name}” ở đây.", f"There is no property “{name}” here."),
                Text(f"Bỏ đi, hoặc dùng: {listed}.", f"Remove it, or use one of: {listed}."),
            )


def well_typed(found: Mapping[str, object], place: tuple[str, str], findings: Findings) -> dict[str, object]:
    """The properties whose values have the right type; the others are noted and left out."""
    kept: dict[str, object] = {}
    for name, value in found.items():
        kinds = _KINDS.get(name)
        if kinds is None or _is_of(value, kinds):
            if name not in _ONE_OF or value is None or value in _ONE_OF[name]:
                kept[name] = value
                continue
            expected = Text(" | ".join(_ONE_OF[name]), " | ".join(_ONE_OF[name]))
        else:
            expected = Text(
                " hoặc ".join(_NAMES[kind].vi for kind in kinds), " or ".join(_NAMES[kind].en for kind in kinds)
            )
        findings.error(
            "wrong-type",
            (place[0], f"{place[1]}/{escape(name)}"),
            Text(
                f"“{name}” phải là {expected.vi}, gặp {str(value)[:60]!r}.",
                f"“{name}” must be {expected.en}, found {str(value)[:60]!r}.",
            ),
            Text("Sửa giá trị này.", "Correct this value."),
        )
    return kept


def _is_of(value: object, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, kinds)


def escape(name: str) -> str:
    """A name as one token of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
