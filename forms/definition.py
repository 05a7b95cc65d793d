"""A form as the procedure's designer drew it: form-js JSON, read strictly, ready to be asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from forms import lint
from forms.components import BUILDERS, Raw, Source
from forms.fields import Component, DynamicList, Feel, Field, Passage, in_scope, walk
from forms.findings import Finding, Findings, FormDefinitionError
from forms.i18n import Text
from forms.metaschema import (
    COMPONENTS,
    FORM,
    OWN,
    OWN_OF_FORM,
    REFUSED,
    SCHEMA_VERSION,
    unknown_properties,
    well_typed,
    words,
)
from forms.reading import Reader, read_json

__all__ = ["Finding", "FormDefinition", "FormDefinitionError", "findings"]

_ID: Final = re.compile(r"[^\W_][\w.-]{0,99}")
MAX_DEPTH: Final = 12
MAX_COMPONENTS: Final = 1000
_OWN_OF_ANSWERS: Final = words("label:en description:en assert message message:en")
_LAYOUT: Final = frozenset({"row", "columns"})


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A form that can be shown and checked. Two readings of the same bytes are alike in everything they do."""

    id: str
    path: str
    components: tuple[Component, ...]
    heading: Text

    @classmethod
    def parse(cls, source: bytes, path: str = "") -> FormDefinition:
        """Read form-js JSON (UTF-8); `path` is the file's name, for messages.

        Raises FormDefinitionError with every error found; warnings are no hindrance (see `findings`).
        """
        definition, found = _read(source, path)
        errors = [finding for finding in found if finding.severity == "error"]
        if errors:
            raise FormDefinitionError(path, errors)
        return definition

    def title(self, lang: str = "vi") -> str:
        """The form's heading in "vi" or "en"."""
        return self.heading.get(lang)

    def walk(self) -> Iterator[Component]:
        """Every component, outer before inner, in the order of the page."""
        return walk(self.components)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every component with an answer, also those in groups and lists."""
        return tuple(component for component in self.walk() if isinstance(component, Field))

    @property
    def names(self) -> frozenset[str]:
        """The names at the top of the answers."""
        return frozenset(item.path[0] for item in in_scope(self.components) if item.path)

    @property
    def lists(self) -> tuple[DynamicList, ...]:
        """Every list of rows."""
        return tuple(component for component in self.walk() if isinstance(component, DynamicList))


def findings(source: bytes, known: frozenset[str] | None = None) -> list[Finding]:
    """Everything wrong with a form, errors and warnings, in the order of the file.

    `known` are the names that expressions may read besides the form's own (the dossier's form keys and
    variables); without it names are not checked.
    """
    definition, found = _read(source, "", known)
    del definition
    return found


def _read(source: bytes, path: str, known: frozenset[str] | None = None) -> tuple[FormDefinition, list[Finding]]:
    collected = Findings()
    raw = read_json(source, collected)
    definition = _FormReader(collected).form(raw, path) if raw else FormDefinition("", path, (), Text(""))
    if raw:
        lint.check(definition.components, known, collected)
    return definition, collected.all


class _FormReader:
    """Reads a whole form; ids are made up where they are missing and must not repeat."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.ids: set[str] = set()
        self.count = 0

    def form(self, raw: Raw, path: str) -> FormDefinition:
        place = ("", "")
        unknown_properties(raw, FORM, place, self.found)
        version = raw.get("schemaVersion", SCHEMA_VERSION)
        if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
            self._error(
                "version",
                ("", "/schemaVersion"),
                Text(
                    f"schemaVersion phải từ 1 đến {SCHEMA_VERSION}, gặp {version!r}.",
                    f"schemaVersion must be 1 to {SCHEMA_VERSION}, found {version!r}.",
                ),
                Text("Mở và lưu lại bằng trình thiết kế của hệ thống.", "Open and save it in this system's designer."),
            )
        form_id = raw.get("id")
        if not isinstance(form_id, str) or not _ID.fullmatch(form_id):
            self._error(
                "form-id",
                ("", "/id"),
                Text(
                    "Biểu mẫu cần id gồm chữ, số, gạch dưới, gạch nối hoặc chấm.",
                    "The form needs an id of letters, digits, _ - or .",
                ),
                Text(
                    "Đặt id giống khóa biểu mẫu trong quy trình.", "Give it the id that the process uses as form key."
                ),
            )
            form_id = ""
        if raw.get("type", "default") != "default":
            self._error(
                "form-type",
                ("", "/type"),
                Text("type phải là default.", "type must be default."),
                Text("Sửa type.", "Correct type."),
            )
        components = self.children(raw.get("components", []), "/components", (), 0)
        return FormDefinition(form_id, path, components, self._heading(raw, components, form_id))

    def _heading(self, raw: Raw, components: tuple[Component, ...], form_id: str) -> Text:
        own = raw.get("properties", {})
        if isinstance(own, dict):
            unknown_properties(own, OWN_OF_FORM, ("", "/properties"), self.found)
            if isinstance(own.get("title"), str):
                return Text(own["title"], str(own.get("title:en", "")))
        for component in components:
            if isinstance(component, Passage):
                plain = component.text.plain()
                if plain.vi.startswith("#"):
                    return Text(*(side.splitlines()[0].lstrip("# ").strip() if side else "" for side in plain))
        return Text(form_id)

    def children(self, raw: object, pointer: str, outer: tuple[str, ...], depth: int) -> tuple[Component, ...]:
        """The components in one list."""
        if not isinstance(raw, list) or depth > MAX_DEPTH:
            self._error(
                "components",
                ("", pointer),
                Text(
                    f"components phải là danh sách, lồng nhau tối đa {MAX_DEPTH} lớp.",
                    f"components must be a list, nested at most {MAX_DEPTH} deep.",
                ),
                Text("Sửa cấu trúc biểu mẫu.", "Correct the structure of the form."),
            )
            return ()
        read = (self.component(item, f"{pointer}/{index}", outer, depth) for index, item in enumerate(raw))
        return tuple(component for component in read if component is not None)

    def component(self, raw: object, pointer: str, outer: tuple[str, ...], depth: int) -> Component | None:
        """One component, or None with findings."""
        if not isinstance(raw, dict):
            self._error(
                "component",
                ("", pointer),
                Text("Thành phần phải là một đối tượng.", "A component must be an object."),
                Text("Bỏ mục này.", "Remove it."),
            )
            return None
        component_id = self._id(raw, pointer)
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in COMPONENTS:
            self._unknown_type(kind, (component_id, f"{pointer}/type"))
            return None
        place = (component_id, pointer)
        unknown_properties(raw, COMPONENTS[kind], place, self.found)
        kept: dict[str, Any] = well_typed(raw, place, self.found)
        kept["type"] = kind
        own = self._own(kept, kind, place)
        reader = Reader(self.found, component_id, pointer)
        self._parts(kept, place)
        base = {
            "id": component_id,
            "type": kind,
            "pointer": pointer,
            "label": reader.wording(kept, "label", own),
            "hide": self._hide(kept, reader),
            "assertion": reader.assertion(own),
        }

        def inner(items: Sequence[object], name: str, path: tuple[str, ...]) -> tuple[Component, ...]:
            return self.children(items, f"{pointer}/{name}", path, depth + 1)

        return BUILDERS[kind](Source(kept, own, reader, base, outer, inner))

    def _id(self, raw: Mapping[str, object], pointer: str) -> str:
        given = raw.get("id")
        found = given if isinstance(given, str) and given else "component" + pointer.replace("/components/", "_")
        if found in self.ids:
            self._error(
                "duplicate-id",
                (found, f"{pointer}/id"),
                Text(f"Hai thành phần cùng id “{found}”.", f"Two components have the id “{found}”."),
                Text("Đặt id khác.", "Give one another id."),
            )
        self.ids.add(found)
        self.count += 1
        if self.count == MAX_COMPONENTS + 1:
            self._error(
                "too-large",
                ("", pointer),
                Text(
                    f"Biểu mẫu có hơn {MAX_COMPONENTS} thành phần.",
                    f"The form has more than {MAX_COMPONENTS} components.",
                ),
                Text("Chia thành nhiều biểu mẫu.", "Split it into several forms."),
            )
        return found

    def _unknown_type(self, kind: object, place: tuple[str, str]) -> None:
        reason = REFUSED.get(kind) if isinstance(kind, str) else None
        known = ", ".join(sorted(COMPONENTS))
        shown = str(kind)[:40]
        self._error(
            "component-type",
            place,
            reason or Text(f"Không có loại thành phần {shown!r}.", f"There is no component type {shown!r}."),
            Text(f"Dùng một trong: {known}.", f"Use one of: {known}."),
        )

    def _own(self, raw: Raw, kind: str, place: tuple[str, str]) -> dict[str, Any]:
        own = cast("dict[str, Any]", raw.get("properties", {}))
        here = (place[0], f"{place[1]}/properties")
        unknown_properties(own, OWN.get(kind, _OWN_OF_ANSWERS), here, self.found)
        bad = [name for name, value in own.items() if not isinstance(value, str | int) or isinstance(value, bool)]
        for name in bad:
            self._error(
                "wrong-type",
                (place[0], f"{here[1]}/{name}"),
                Text(f"properties.{name} phải là chữ.", f"properties.{name} must be text."),
                Text("Viết giá trị trong ngoặc kép.", "Write the value in quotation marks."),
            )
        return {name: value for name, value in own.items() if name not in bad}

    def _parts(self, raw: Raw, place: tuple[str, str]) -> None:
        for name, allowed in (("layout", _LAYOUT), ("appearance", frozenset({"prefixAdorner", "suffixAdorner"}))):
            unknown_properties(raw.get(name, {}), allowed, (place[0], f"{place[1]}/{name}"), self.found)
        well_typed(raw.get("appearance", {}), (place[0], f"{place[1]}/appearance"), self.found)

    def _hide(self, raw: Raw, reader: Reader) -> Feel | None:
        conditional = raw.get("conditional", {})
        unknown_properties(conditional, frozenset({"hide"}), reader.place("conditional"), self.found)
        return reader.condition(conditional["hide"], "conditional", "hide") if conditional.get("hide") else None

    def _error(self, code: str, place: tuple[str, str], message: Text, remedy: Text) -> None:
        self.found.error(code, place, message, remedy)
