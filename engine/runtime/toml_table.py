"""A table of a TOML file, read key by key: what is missing, wrong or unknown becomes a finding, never a guess."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from engine.feel.names import nearest_name
from engine.model import Finding
from engine.runtime.rules import Rule, rule

MAX_BYTES: Final = 100_000
MAX_TEXT: Final = 2_000

UNREADABLE = rule(
    "facts-unreadable",
    ("Không đọc được TOML: {found}.", "The TOML cannot be read: {found}."),
    (
        "Sửa dòng này; tệp phải là UTF-8, dưới {limit} byte.",
        "Correct the line; the file must be UTF-8 below {limit} bytes.",
    ),
)
MISSING = rule(
    "facts-missing-key",
    ("Thiếu {key}.", "{key} is missing."),
    ("Thêm {key}.", "Add {key}."),
)
WRONG = rule(
    "facts-wrong-value",
    ("{key} phải là {expected_vi}, gặp {found}.", "{key} must be {expected}, found {found}."),
    ("Sửa giá trị.", "Correct the value."),
)
UNKNOWN = rule(
    "facts-unknown-key",
    ("Không có khóa nào tên {key}.", "There is no key called {key}."),
    ("Xóa hoặc sửa{near_vi}.", "Delete or correct it{near}."),
)

_HEADER = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_.-]+)\s*\]{1,2}")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_AT_LINE = re.compile(r"at line (\d+)")
Lines = Mapping[str, int]


class Report:
    """Where the findings about one file gather."""

    def __init__(self, path: str, lines: Lines) -> None:
        self.path = path
        self.lines = lines
        self.findings: list[Finding] = []

    def add(self, which: Rule, key: str, **values: object) -> None:
        """Note a finding about a key, written with the names of the tables around it."""
        line = next((self.lines[place] for place in _outwards(key) if place in self.lines), 0)
        self.findings.append(which.at(self.path, line, "", key=key, **values))


def _outwards(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.rpartition(".")[0] if "." in key else key.partition("[")[0] if "[" in key else ""


def lines_of(text: str) -> Lines:
    """The line of every header and key, by its dotted name: `term[0].amount`. Keys on one line share it."""
    found: dict[str, int] = {}
    count: dict[str, int] = {}
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            inside = header[1]
            if line.lstrip().startswith("[["):
                count[inside] = count.get(inside, -1) + 1
                inside = f"{inside}[{count[inside]}]"
            found.setdefault(inside, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{inside}.{key[1]}" if inside else key[1], number)
    return found


def load(source: bytes, path: str) -> tuple[Mapping[str, Any], Report]:
    """The top table of a TOML file, empty with a finding when it cannot be read."""
    report = Report(path, {})
    if len(source) > MAX_BYTES:
        report.findings.append(UNREADABLE.at(path, found=f"{len(source)} byte", limit=MAX_BYTES))
        return {}, report
    try:
        text = source.decode("utf-8")
        report.lines = lines_of(text)
        return tomllib.loads(text), report
    except (ValueError, RecursionError) as problem:
        at = _AT_LINE.search(str(problem))
        found = str(problem) or type(problem).__name__
        report.findings.append(UNREADABLE.at(path, int(at[1]) if at else 0, found=found, limit=MAX_BYTES))
        return {}, report


class Table:
    """One table. Every key that is asked for is known; `close` refuses the others."""

    def __init__(self, raw: Mapping[str, Any], name: str, report: Report) -> None:
        self.raw = raw
        self.name = name
        self.report = report
        self._known: set[str] = set()

    def text(self, key: str, *, required: bool = True, pattern: str = "") -> str:
        """A text that is not blank."""
        value = self._value(key, required=required)
        if value is None:
            return ""
        fits = isinstance(value, str) and bool(value.strip()) and len(value) <= MAX_TEXT
        if not fits or (pattern and not re.fullmatch(pattern, value)):
            expected = f"/{pattern}/" if pattern else ""
            self.wrong(key, value, (f"chữ {expected}".strip(), f"a text {expected}".strip()))
            return ""
        return str(value).strip()

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day, written 2026-04-29 without quotes."""
        value = self._value(key, required=required)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.wrong(key, value, ("ngày dạng 2026-04-29, không ngoặc kép", "a day like 2026-04-29, without quotes"))
        return None

    def flag(self, key: str, *, default: bool = False) -> bool:
        """true or false."""
        value = self._value(key, required=False)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, value, ("true hoặc false", "true or false"))
        return default

    def whole(self, key: str, *, default: int = 1) -> int:
        """A whole number from 1 to 1000."""
        value = self._value(key, required=False)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000):
            return default if value is None else value
        self.wrong(key, value, ("số nguyên từ 1 đến 1000", "a whole number from 1 to 1000"))
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once and none of them blank; empty when the key is not there."""
        value = self._value(key, required=False)
        if value is None:
            return ()
        fits = isinstance(value, list) and all(isinstance(one, str) and 0 < len(one.strip()) <= 200 for one in value)
        if not fits or not value or len(set(value)) != len(value):
            self.wrong(key, value, ("danh sách chữ, mỗi mục một lần", "a list of texts, each once"))
            return ()
        return tuple(one.strip() for one in value)

    def raw_values(self, *keys: str) -> dict[str, Any]:
        """The values of these keys as they stand, for a reader of their own."""
        self._known.update(keys)
        return {key: self.raw[key] for key in keys if key in self.raw}

    def table(self, key: str, *, required: bool = False) -> "Table | None":
        """An inner table."""
        value = self._value(key, required=required)
        if value is None or isinstance(value, dict):
            return None if value is None else Table(value, self.of(key), self.report)
        self.wrong(key, value, ("bảng", "a table"))
        return None

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables of an array, written [[key]]."""
        value = self._value(key, required=False)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(key, value, (f"các bảng [[{key}]]", f"tables [[{key}]]"))
            return
        for index, item in enumerate(value):
            yield Table(item, f"{self.of(key)}[{index}]", self.report)

    def close(self) -> None:
        """Refuse every key that nobody asked for."""
        for key in self.raw:
            if key not in self._known:
                near = nearest_name(key, self._known)
                self.report.add(
                    UNKNOWN,
                    self.of(key),
                    near=f": did you mean {near}?" if near else "",
                    near_vi=f" (có phải {near}?)" if near else "",
                )

    def wrong(self, key: str, value: object, expected: tuple[str, str]) -> None:
        """Note that the value does not fit; `expected` is (Vietnamese, English)."""
        self.report.add(WRONG, self.of(key), found=repr(value)[:80], expected_vi=expected[0], expected=expected[1])

    def of(self, key: str) -> str:
        """The full name of a key."""
        return f"{self.name}.{key}" if self.name else key

    def _value(self, key: str, *, required: bool) -> Any:
        self._known.add(key)
        if required and key not in self.raw:
            self.report.add(MISSING, self.of(key))
        return self.raw.get(key)
