"""What is wrong with a form definition, said so that a designer can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from forms.i18n import Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a form definition.

    `component` is the component's id ("" for the form itself), `pointer` the JSON pointer (RFC 6901) to the
    place. `message` says what was expected and found, `remedy` what to do. Errors keep a form from being
    deployed; warnings do not.
    """

    code: str
    component: str
    pointer: str
    message: Text
    remedy: Text
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.pointer or '/'} ({self.component})" if self.component else self.pointer or "/"
        return f"{place}: {self.message.vi} {self.remedy.vi} / {self.message.get('en')} {self.remedy.get('en')}"


class FormDefinitionError(ValueError):
    """The form definition cannot be used; `findings` lists everything wrong with it."""

    code = "form-definition"

    def __init__(self, path: str, findings: Sequence[Finding]) -> None:
        self.path = path
        self.findings = tuple(findings)
        lines = "\n".join(f"  {finding}" for finding in self.findings)
        count = len(self.findings)
        super().__init__(f"{path or 'form'}: biểu mẫu có {count} lỗi / the form has {count} errors\n{lines}")


class Findings:
    """Collects findings about the component that is being read."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def error(self, code: str, place: tuple[str, str], message: Text, remedy: Text) -> None:
        """Note something that keeps the form from being used; `place` is (component id, JSON pointer)."""
        self.all.append(Finding(code, place[0], place[1], message, remedy))

    def warning(self, code: str, place: tuple[str, str], message: Text, remedy: Text) -> None:
        """Note something that should be better; `place` is (component id, JSON pointer)."""
        self.all.append(Finding(code, place[0], place[1], message, remedy, "warning"))
