"""A walk: what is filed and what everybody answers, as in bpmn/<procedure>/walks/*.json."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from engine.errors import InvalidInputError, NotFoundError

_SAMPLE = " (mẫu)"
USUAL = ("approved", "granted", "handed_over")  # the walks in which all goes well


@dataclass(frozen=True)
class Message:
    """What is sent to the process while the task of the element `at` is open."""

    at: str
    name: str  # "withdrawal" or "stop"
    reason: str


@dataclass(frozen=True)
class Desk:
    """Where and how a dossier comes in; what is empty is the procedure's own place, or nobody's help."""

    channel: str = ""  # the driver's own when empty
    receiving_unit: str = ""
    support_unit: str = ""

    @property
    def officers_unit(self) -> str:
        """Where the officer works who files: where the applicant was helped, else where it is received."""
        return self.support_unit or self.receiving_unit


@dataclass(frozen=True)
class Walk:
    """A way through a procedure.

    `answers` holds, for each data key, the answers in the order in which they are asked for. Tasks of the elements in
    `leave` are never done: the process goes on when their time is up. What is asked beside the process (the receipt of
    a dossier handed over, the body that is competent) is answered first, where `answers` says something of it.
    """

    procedure: str
    application: Mapping[str, Any]
    answers: Mapping[str, Sequence[Mapping[str, Any]]]
    message: Message | None = None
    leave: frozenset[str] = frozenset()
    desk: Desk = Desk()
    outcome: str = ""  # what the dossier's outcome is expected to be at the end
    used: dict[str, int] = field(default_factory=dict)

    def next_answers(self, data_key: str) -> Mapping[str, Any] | None:
        """The next answers for this form, or None when the walk has no more."""
        number = self.used.get(data_key, 0)
        given = self.answers.get(data_key, ())
        if number >= len(given):
            return None
        self.used[data_key] = number + 1
        return given[number]

    def with_application(self, changes: Mapping[str, Any]) -> "Walk":
        """The same walk with another application, from its beginning; answers name what the application names now."""
        answers = _renamed(self.answers, dict(_names_changed(self.application, changes)))
        return replace(self, application={**self.application, **changes}, answers=answers, used={})


def _names_changed(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each name of several words that is another now, with the new one; also without the mark of sample data."""
    for key, new in changes.items():
        old = before.get(key)
        if isinstance(old, str) and isinstance(new, str) and " " in old and old != new:
            yield old, new
            yield old.removesuffix(_SAMPLE), new.removesuffix(_SAMPLE)


def _renamed(said: Any, names: Mapping[str, str]) -> Any:
    if isinstance(said, str):
        for old, new in names.items():
            said = said.replace(old, new)
        return said
    if isinstance(said, Mapping):
        return {key: _renamed(value, names) for key, value in said.items()}
    return [_renamed(value, names) for value in said] if isinstance(said, Sequence) else said


def read_walk(path: Path) -> Walk:
    """The walk in a file.

    Raises:
        NotFoundError: there is no such file.
        InvalidInputError: it is no walk.
    """
    try:
        content = orjson.loads(path.read_bytes())
        message, expected = content.get("message"), content.get("expect", {})
        return Walk(
            procedure=content["procedure"],
            application=content["application"],
            answers=content.get("answers", {}),
            message=Message(**message) if message else None,
            leave=frozenset(content.get("leave", ())),
            desk=Desk(**content.get("desk", {})),
            outcome=expected.get("outcome", ""),
        )
    except FileNotFoundError:
        raise NotFoundError(f"expected a walk in {path}, found no such file") from None
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise InvalidInputError(
            f"expected a walk (JSON with procedure, application, answers) in {path}, found: {problem!r}"
        ) from None


def usual_walk(folder: Path) -> Path:
    """Of the walks of a procedure, the one in which all goes well.

    Raises:
        NotFoundError: the folder holds no walk.
    """
    found = sorted((folder / "walks").glob("*.json"))
    if not found:
        raise NotFoundError(f"expected walks in {folder / 'walks'}, found none; name one with --input")
    return next((path for path in found if path.stem in USUAL), found[0])


def filled(value: Any, today: date, upload: Callable[[str], str]) -> Any:
    """Answers with their placeholders filled: "@today", and "@name.pdf" by the id of a paper sent in."""
    if isinstance(value, Mapping):
        return {key: filled(each, today, upload) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, today, upload) for each in value]
    if value == "@today":
        return today.isoformat()
    if isinstance(value, str) and value.startswith("@"):
        return upload(value[1:])
    return value
