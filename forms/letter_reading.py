"""Letters' values to and from JSON: what templates read, what examples and tests are written in."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from forms.i18n import Text
from forms.letter_data import CONTRACTS, Letter, LetterKind

_WORDS: dict[type, Text] = {
    str: Text("chữ", "text"),
    int: Text("số nguyên", "a whole number"),
    bool: Text("đúng hoặc sai", "true or false"),
    date: Text("ngày, ví dụ 2026-11-23", "a day such as 2026-11-23"),
    datetime: Text(
        "thời điểm có múi giờ, ví dụ 2026-11-23T14:30:00+07:00",
        "a moment with its offset such as 2026-11-23T14:30:00+07:00",
    ),
}


@dataclass(frozen=True, slots=True)
class DataProblem:
    """One place in a letter's data that does not keep the contract; `path` as in `papers[0].name`."""

    path: str
    expected: Text
    found: str

    @property
    def text(self) -> Text:
        """What was expected there and what was found."""
        return Text(
            f"{self.path}: cần {self.expected.vi}, nhận được {self.found or 'không có gì'}",
            f"{self.path}: expected {self.expected.get('en')}, found {self.found or 'nothing'}",
        )


class InvalidLetterData(ValueError):
    """Data that cannot become the letter; `problems` lists every place."""

    code = "invalid-letter-data"

    def __init__(self, kind: LetterKind, problems: tuple[DataProblem, ...]) -> None:
        self.kind = kind
        self.problems = problems
        self.text = Text(
            f"Thiếu dữ liệu để in {kind}: " + "; ".join(each.text.vi for each in problems),
            f"The data of the letter {kind} is not whole: " + "; ".join(each.text.get("en") for each in problems),
        )
        super().__init__(self.text.get("en"))


def as_data(letter: Letter) -> dict[str, Any]:
    """The letter as JSON values, ready for `forms.letters.render`; every field is there, absent ones as null."""
    return {each.name: _plain(getattr(letter, each.name)) for each in fields(letter)}


def read_letter(kind: LetterKind, data: Mapping[str, Any]) -> Letter:
    """The letter that `data` (JSON values) describes.

    Raises:
        InvalidLetterData: a field is missing, unknown or of another type; every such place is named.
    """
    problems: list[DataProblem] = []
    letter = _read(CONTRACTS[kind], data, "", problems)
    if problems:
        raise InvalidLetterData(kind, tuple(problems))
    return letter  # type: ignore[no-any-return]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"expected a moment with its offset, found {value.isoformat()}; give it the zone")
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _read(wanted: Any, value: object, path: str, problems: list[DataProblem]) -> Any:
    """`value` as `wanted`; what is wrong is added to `problems` and None given."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        inner = next(each for each in get_args(wanted) if each is not types.NoneType)
        return None if value is None else _read(inner, value, path, problems)
    if origin is tuple:
        if isinstance(value, (list, tuple)):
            item = get_args(wanted)[0]
            return tuple(_read(item, each, f"{path}[{number}]", problems) for number, each in enumerate(value))
        return _wrong(path, Text("danh sách", "a list"), value, problems)
    if is_dataclass(wanted):
        return _read_fields(wanted, value, path, problems)
    if issubclass(wanted, Enum):
        return _read_choice(wanted, value, path, problems)
    return _read_scalar(wanted, value, path, problems)


def _read_fields(wanted: Any, value: object, path: str, problems: list[DataProblem]) -> Any:
    if not isinstance(value, Mapping):
        return _wrong(path or "(dữ liệu)", Text("nhóm dữ liệu", "an object"), value, problems)
    known = {each.name: each for each in fields(wanted)}
    before = len(problems)
    for name in value:
        if name not in known:
            choice = ", ".join(known)
            _wrong(_at(path, str(name)), Text(f"một trong: {choice}", f"one of: {choice}"), str(name), problems)
    given = dict(_read_given(wanted, known, value, path, problems))
    return wanted(**given) if len(problems) == before else None


def _read_given(
    wanted: Any, known: Mapping[str, Field[Any]], value: Mapping[str, object], path: str, problems: list[DataProblem]
) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(wanted)
    for name, field in known.items():
        if name in value:
            yield name, _read(hints[name], value[name], _at(path, name), problems)
        elif field.default is MISSING:
            _wrong(_at(path, name), _words(hints[name]), None, problems)


def _read_choice(wanted: type[Enum], value: object, path: str, problems: list[DataProblem]) -> Any:
    if value in {each.value for each in wanted}:
        return wanted(value)
    choice = ", ".join(str(each.value) for each in wanted)
    return _wrong(path, Text(f"một trong: {choice}", f"one of: {choice}"), value, problems)


def _read_scalar(wanted: type, value: object, path: str, problems: list[DataProblem]) -> Any:
    if wanted in (date, datetime):
        try:
            moment = wanted.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            return _wrong(path, _WORDS[wanted], value, problems)
        zoned = not isinstance(moment, datetime) or moment.tzinfo is not None
        return moment if zoned else _wrong(path, _WORDS[wanted], value, problems)
    return value if type(value) is wanted else _wrong(path, _WORDS[wanted], value, problems)


def _wrong(path: str, expected: Text, found: object, problems: list[DataProblem]) -> None:
    problems.append(DataProblem(path, expected, "" if found is None else f"{found!r:.80}"))


def _words(wanted: Any) -> Text:
    return _WORDS.get(wanted) or (
        Text("danh sách", "a list") if get_origin(wanted) is tuple else Text("nhóm dữ liệu", "an object")
    )


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
