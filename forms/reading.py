"""Reads the JSON of a form: strictly, noting everything wrong instead of stopping at the first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NoReturn

from engine.feel import FeelError, compile_expression, compile_unary_tests
from forms.fields import Assertion, Compiled, Condition, Feel, Template, Wording
from forms.findings import Findings
from forms.i18n import Text

MAX_BYTES: Final = 1_000_000
_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_RESERVED: Final = frozenset({"this", "parent", "i", "csrf_token"})


class _RefusedError(ValueError):
    """The text is JSON, but of a kind that no form needs."""


def read_json(source: bytes, findings: Findings) -> dict[str, object]:
    """The form's JSON as dictionaries; {} with a finding when it cannot be read."""
    try:
        if len(source) > MAX_BYTES:
            raise _RefusedError(f"{len(source)} bytes > {MAX_BYTES}")
        loaded = json.loads(
            source.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_twice,
        )
        if isinstance(loaded, dict):
            return loaded
        raise _RefusedError(f"{type(loaded).__name__} instead of an object")
    except (ValueError, RecursionError) as error:
        findings.error(
            "json",
            ("", ""),
            Text(f"Tệp không phải là JSON đọc được: {error}.", f"The file is not readable JSON: {error}."),
            Text(
                "Lưu lại biểu mẫu từ trình thiết kế, dạng UTF-8, dưới 1 MB.",
                "Save the form again from the designer, as UTF-8, below 1 MB.",
            ),
        )
        return {}


def _no_constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is not JSON")


def _no_twice(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        names = [name for name, _ in pairs]
        raise _RefusedError(f"property twice in one object: {sorted({n for n in names if names.count(n) > 1})}")
    return read


class Reader:
    """Reads the parts of one component: texts, expressions, numbers, keys."""

    def __init__(self, findings: Findings, component: str, pointer: str) -> None:
        self.findings = findings
        self.component = component
        self.pointer = pointer

    def place(self, *names: str) -> tuple[str, str]:
        """The component and the JSON pointer of something in it."""
        return (self.component, "/".join([self.pointer, *names]))

    def feel(
        self, source: object, *names: str, compile_: Callable[[str], Compiled] = compile_expression
    ) -> Feel | None:
        """The expression after "="; None with a finding when it is not FEEL."""
        if not isinstance(source, str) or not source.startswith("="):
            self.findings.error(
                "feel-sign",
                self.place(*names),
                Text(
                    f"Biểu thức phải bắt đầu bằng dấu =, gặp {str(source)[:60]!r}.",
                    f"An expression must begin with =, found {str(source)[:60]!r}.",
                ),
                Text("Thêm dấu = ở đầu.", "Put = before it."),
            )
            return None
        return self._compile(source[1:], names, compile_)

    def condition(self, source: object, *names: str) -> Feel | None:
        """The same of a condition (forms.fields.Condition)."""
        return self.feel(source, *names, compile_=lambda text: Condition(compile_unary_tests(text)))

    def _compile(
        self, source: str, names: tuple[str, ...], compile_: Callable[[str], Compiled] = compile_expression
    ) -> Feel | None:
        pointer = self.place(*names)[1]
        try:
            return Feel(source.strip(), compile_(source.strip()), pointer)
        except FeelError as error:
            self.findings.error(
                "feel",
                (self.component, pointer),
                Text(f"Biểu thức FEEL sai: {error}", f"Bad FEEL expression: {error}"),
                Text(f"Sửa biểu thức “{source.strip()[:80]}”.", f"Correct the expression “{source.strip()[:80]}”."),
            )
            return None

    def template(self, source: str, *names: str) -> Template:
        """A text with {{expressions}}, or an expression when it begins with "="."""
        if source.startswith("="):
            whole = self.feel(source, *names)
            return Template((whole,) if whole else (source,))
        parts: list[str | Feel] = []
        for index, piece in enumerate(_HOLE.split(source)):
            if index % 2 == 0:
                parts.append(piece)
            elif piece.lstrip()[:1] in {"#", "/"}:
                self.findings.error(
                    "template-block",
                    self.place(*names),
                    Text(
                        "Khối {{#if}} / {{#loop}} không được hỗ trợ.", "Blocks {{#if}} / {{#loop}} are not supported."
                    ),
                    Text(
                        "Dùng {{if … then … else …}} hoặc ẩn hiện cả mục.",
                        "Use {{if … then … else …}}, or hide the whole component.",
                    ),
                )
            elif compiled := self._compile(piece, names):
                parts.append(compiled)
        return Template(tuple(part for part in parts if part != ""))

    def wording(self, raw: Mapping[str, object], name: str, own: Mapping[str, object]) -> Wording | None:
        """The text `name` with its English from our `properties`; None when there is none."""
        source = raw.get(name)
        if not isinstance(source, str) or not source.strip():
            return None
        english = own.get(f"{name}:en")
        english_template = None
        if isinstance(english, str) and english.strip():
            english_template = self.template(english, "properties", f"{name}:en")
        return Wording(self.template(source, name), english_template)

    def flag(self, raw: Mapping[str, object], name: str) -> bool | Feel:
        """true, false or an expression; absent is false."""
        value = raw.get(name, False)
        if isinstance(value, str):
            if value in {"", "true", "false"}:
                return value == "true"
            read = self.condition if name == "readonly" else self.feel  # form-js asks only this one as a condition
            return read(value, name) or False
        return bool(value)

    def limit(self, rules: Mapping[str, object], name: str) -> Decimal | Feel | None:
        """A limit of `validate`: a number, a number as text, or an expression."""
        value = rules.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.startswith("="):
            return self.feel(value, "validate", name)
        return self.decimal(value, "validate", name)

    def length(self, rules: Mapping[str, object], name: str) -> int | Feel | None:
        """A length limit: a whole number from 0, or an expression."""
        value = self.limit(rules, name)
        if not isinstance(value, Decimal):
            return value
        if value < 0 or value != int(value):
            self.number_needed(value, "validate", name)
            return None
        return int(value)

    def decimal(self, value: object, *names: str) -> Decimal | None:
        """A finite number, or None with a finding."""
        try:
            number = Decimal(str(value))
            if number.is_finite() and abs(number.adjusted()) < 30:
                return number
        except ArithmeticError:
            pass
        self.number_needed(value, *names)
        return None

    def number_needed(self, value: object, *names: str) -> None:
        """Note that a number was expected here."""
        self.findings.error(
            "number",
            self.place(*names),
            Text(f"Cần một số, gặp {str(value)[:60]!r}.", f"A number is needed, found {str(value)[:60]!r}."),
            Text("Viết số, hoặc biểu thức bắt đầu bằng =.", "Write a number, or an expression beginning with =."),
        )

    def key(self, raw: Mapping[str, object], name: str, *, required: bool) -> tuple[str, ...]:
        """A key or path as its parts; () when absent and not required."""
        value = raw.get(name, "")
        if value == "" and not required:
            return ()
        if isinstance(value, str) and _NAME.fullmatch(value) and len(value) <= 200:
            parts = tuple(value.split("."))
            if not (set(parts) & _RESERVED) and not any(part.startswith("_") for part in parts):
                return parts
        shown = str(value)[:60]
        self.findings.error(
            "key",
            self.place(name),
            Text(
                f"“{name}” phải là tên gồm chữ, số và gạch dưới, có thể nối bằng dấu chấm; gặp {shown!r}.",
                f"“{name}” must be letters, digits and underscores, joined by dots; found {shown!r}.",
            ),
            Text(
                "Đặt tên khác; không bắt đầu bằng số hay gạch dưới, không dùng this, parent, i, csrf_token.",
                "Choose another name; not beginning with a digit or underscore, not this, parent, i, csrf_token.",
            ),
        )
        return ()

    def assertion(self, own: Mapping[str, object]) -> Assertion | None:
        """Our rule: `assert` with its two messages."""
        if "assert" not in own:
            return None
        rule = self.feel(own["assert"], "properties", "assert")
        message = own.get("message")
        if not isinstance(message, str) or not message.strip():
            self.findings.error(
                "assert-message",
                self.place("properties", "message"),
                Text("Quy tắc assert chưa có câu báo lỗi.", "The assert rule has no message."),
                Text(
                    "Thêm properties.message nói người điền phải làm gì.",
                    "Add properties.message that says what the person should do.",
                ),
            )
            return None
        return Assertion(rule, Text(message, str(own.get("message:en", "")))) if rule else None
