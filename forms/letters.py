"""Printed letters: a Typst template and data become a PDF/A-2a that is also PDF/UA-1.

The same template, data and moment give the same bytes. Data reaches a template as JSON and is printed as text: nothing
a person writes can become markup. A template reads its data and the shared layout (`forms/letters/layout.typ`) and
nothing else; it is set in a process of its own, within a time limit (`forms.letter_process`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from forms.i18n import Text
from forms.letter_data import LetterKind
from forms.letter_pictures import bars_svg, qr_svg
from forms.letter_process import Broken, LetterProcess, TooSlow
from forms.letter_source import RefusedTemplate, read_template

TEMPLATES: Final = Path(__file__).parent / "letters"
SECONDS: Final = 10.0
MOST_DATA: Final = 2 << 20  # bytes of JSON
MOST_PDF: Final = 20 << 20  # bytes
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
FAMILIES: Final = ("Libertinus Serif",)  # inside Typst; has every Vietnamese letter

_PLACE: Final = re.compile(r"__typst_py_bytes__\.typ:(\d+):")
_MISSING: Final = re.compile(r'does not contain key "([^"]*)"')
_UNPRINTABLE: Final = re.compile(r'(?:the text|codepoint) `"((?:[^"\\]|\\.)*)"`')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


class LettersError(ValueError):
    """A letter could not be printed.

    `text` says why in both languages; `line` is the line of the template (from 1) and `missing` the name that the
    data lacks, where there is one.
    """

    code = "letter-not-printed"

    def __init__(self, text: Text, *, line: int | None = None, missing: str | None = None) -> None:
        place = Text(f" (mẫu văn bản, dòng {line})", f" (template, line {line})") if line else Text("", "")
        self.text = Text(text.vi + place.vi, text.get("en") + place.en)
        self.line = line
        self.missing = missing
        super().__init__(self.text.get("en"))


@dataclass(frozen=True, slots=True)
class Pdf:
    """A printed letter: the file, what Typst remarked, and the letters of the data that no font has.

    The latter are printed as U+FFFD; whoever hands the letter out should know.
    """

    content: bytes
    warnings: tuple[str, ...] = ()
    replaced: str = ""

    @property
    def checksum(self) -> str:
        """SHA-256 of the file, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


class LetterPress:
    """Prints letters with given fonts; keep one and use it for every letter.

    `fonts` are folders of font files beside the fonts inside Typst and `families` the names to set in, in order of
    preference: NĐ 30/2020 asks for Times New Roman, which an authority brings itself. Safe to use from many threads.
    """

    def __init__(
        self, *, fonts: tuple[Path, ...] = (), families: tuple[str, ...] = FAMILIES, seconds: float = SECONDS
    ) -> None:
        self._process = LetterProcess(fonts)
        self._families = json.dumps(families)
        self._seconds = seconds

    def render(
        self, template: bytes | Path, data: Mapping[str, Any], *, at: datetime, lang: Literal["vi", "en"] = "vi"
    ) -> Pdf:
        """The letter as PDF; see `render` below."""
        source = _source(template)
        if at.tzinfo is None:
            raise ValueError(f"expected a moment with its offset, found {at.isoformat()}; give it the zone")
        replaced: set[str] = set()
        while True:
            inputs = _inputs(data, replaced) | {"lang": lang, "families": self._families}
            answer = self._ask({"template": source, "inputs": inputs, "at": _fixed(at)})
            if "pdf" in answer:
                return _checked(Pdf(answer["pdf"], tuple(answer["warnings"]), "".join(sorted(replaced))))
            found = set(_unprintable(answer["diagnostic"])) - replaced
            if not found & set(inputs["data"]):
                raise _told(answer)
            replaced |= found

    def close(self) -> None:
        """End the process behind this press; a later letter starts it again."""
        self._process.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._process.ask(request, self._seconds)
        except TooSlow as problem:
            raise LettersError(
                Text(
                    f"Mẫu văn bản chạy quá {self._seconds:g} giây nên đã bị dừng; hãy bỏ vòng lặp dài trong mẫu",
                    f"The template ran for more than {self._seconds:g} seconds and was stopped; shorten its loops",
                )
            ) from problem
        except Broken as problem:
            raise LettersError(
                Text(
                    "Mẫu văn bản bị dừng vì cần quá nhiều bộ nhớ; hãy giảm dữ liệu hoặc đơn giản hóa mẫu",
                    "The template was stopped, most often for too much memory; give it less data or make it simpler",
                )
            ) from problem


def render(template: bytes | Path, data: Mapping[str, Any], *, at: datetime, lang: Literal["vi", "en"] = "vi") -> Pdf:
    """The letter as PDF, with the fonts inside Typst.

    Args:
        template: the Typst source, or where it lies (`common_template`).
        data: JSON values, most often `as_data` of a value of `forms.letter_data`. Two names have a meaning of their
            own: `link` is drawn as a QR code and `dossier_code` as bars.
        at: the moment of making, aware; it becomes the file's creation date and Typst's today.
        lang: the language of the printed words; a letter in English calls itself a reading copy.

    Raises:
        LettersError: the template is refused, says something wrong or lacks data, takes too long or becomes too large.
    """
    return _press().render(template, data, at=at, lang=lang)


def common_template(kind: LetterKind) -> Path:
    """The template that procedures share; a procedure's own `forms/letters/<kind>.typ` goes before it."""
    return TEMPLATES / f"{kind.value}.typ"


@cache
def _press() -> LetterPress:
    return LetterPress()


def _source(template: bytes | Path) -> str:
    try:
        return read_template(template if isinstance(template, bytes) else template.read_bytes())
    except RefusedTemplate as problem:
        raise LettersError(problem.text, line=problem.line) from problem
    except OSError as problem:
        raise LettersError(
            Text(f"Không đọc được mẫu văn bản {template!s}", f"The template {template!s} cannot be read")
        ) from problem


def _fixed(at: datetime) -> str:
    """The moment with a plain offset and whole seconds, all that a PDF keeps."""
    return at.astimezone(timezone(at.utcoffset() or timedelta())).isoformat(timespec="seconds")


# ---- data -----------------------------------------------------------------------------------------------


def _inputs(data: Mapping[str, Any], replaced: set[str]) -> dict[str, str]:
    clean = _clean(data, replaced)
    try:
        text = json.dumps(clean, ensure_ascii=False)
        pictures = json.dumps(dict(_pictures(clean)))
    except (TypeError, ValueError) as problem:
        raise LettersError(
            Text(f"Dữ liệu không in được: {problem}", f"The data cannot be printed: {problem}")
        ) from problem
    if len(text.encode()) > MOST_DATA:
        limit = MOST_DATA >> 20
        raise LettersError(
            Text(
                f"Dữ liệu của một văn bản được tối đa {limit} MB; hãy chia thành nhiều văn bản",
                f"The data of one letter has at most {limit} MB; divide it among several letters",
            )
        )
    return {"data": text, "pictures": pictures}


def _pictures(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if link := data.get("link"):
        yield "link", qr_svg(str(link))
    with suppress(ValueError):  # codes of other systems may not fit into bars; they are printed all the same
        if code := data.get("dossier_code"):
            yield "dossier_code", bars_svg(str(code))


def _clean(value: Any, replaced: set[str]) -> Any:
    """JSON values with every text in NFC, printable, and without signs that turn or hide letters."""
    if isinstance(value, str):
        plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
        return "".join(REPLACEMENT if letter in replaced else _printed(letter) for letter in plain)
    if isinstance(value, Mapping):
        return {key: _clean(inner, replaced) for key, inner in value.items()}
    return [_clean(inner, replaced) for inner in value] if isinstance(value, (list, tuple)) else value


def _printed(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter == "\n" or category in ("Zl", "Zp"):
        return "\n"
    if category == "Cf":
        return ""
    if category == "Cc":
        return " "
    return REPLACEMENT if category in ("Cs", "Co", "Cn") else letter


# ---- what Typst says ------------------------------------------------------------------------------------


def _unprintable(diagnostic: str) -> Iterator[str]:
    for found in _UNPRINTABLE.findall(diagnostic):
        plain = _ESCAPED.sub(lambda escape: chr(int(escape.group(1), 16)), found)
        yield from (letter for letter in plain if not letter.isascii())


def _told(answer: Mapping[str, Any]) -> LettersError:
    place = _PLACE.search(answer["diagnostic"])  # the template's own line, also where the layout stumbles over it
    line = int(place.group(1)) if place else None
    if missing := _MISSING.search(answer["message"]):
        name = missing.group(1)
        text = Text(f"Dữ liệu của văn bản thiếu mục “{name}”", f"The data of the letter lacks “{name}”")
        return LettersError(text, line=line, missing=name)
    said = "; ".join([answer["message"].split(" (searched at")[0], *answer["hints"]])
    return LettersError(Text(f"Mẫu văn bản có lỗi: {said}", f"The template is wrong: {said}"), line=line)


def _checked(pdf: Pdf) -> Pdf:
    if len(pdf.content) > MOST_PDF:
        found, limit = len(pdf.content) >> 20, MOST_PDF >> 20
        raise LettersError(
            Text(f"Văn bản được tối đa {limit} MB, bản này {found} MB", f"A letter has at most {limit} MB, not {found}")
        )
    return pdf
