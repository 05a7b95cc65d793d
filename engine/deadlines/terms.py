"""A term: how much of what, from when it counts, how it ends, on which legal basis, and while which law holds.

A term is written in BPMN and in procedure.toml by the same plain words, one attribute each:

    amount="8" unit="working-days" starts="day-after-reception" ends="roll-forward" cut_off="15:00"

Only `amount` and `unit` are needed; the rest falls to what the Civil Code says of that unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from engine.deadlines.errors import NoTermInForceError, TermContradictionError


class Unit(StrEnum):
    """What a term is counted in. One law mixes them, so each term has its own."""

    WORKING_DAYS = "working-days"
    CALENDAR_DAYS = "calendar-days"
    WORKING_HOURS = "working-hours"
    MONTHS = "months"

    @property
    def short(self) -> str:
        """The one word a person types: "working", "calendar", "hours", "months"."""
        return {"working-days": "working", "calendar-days": "calendar", "working-hours": "hours"}.get(self, "months")

    def of(self, amount: float, lang: str = "vi") -> str:
        """The amount with the unit's name, e.g. "8 ngày làm việc"."""
        vi, one, many = _NAMES[self]
        return f"{amount:g} {vi}" if lang == "vi" else f"{amount:g} {one if amount == 1 else many}"


_NAMES = {
    Unit.WORKING_DAYS: ("ngày làm việc", "working day", "working days"),
    Unit.CALENDAR_DAYS: ("ngày", "calendar day", "calendar days"),
    Unit.WORKING_HOURS: ("giờ làm việc", "working hour", "working hours"),
    Unit.MONTHS: ("tháng", "month", "months"),
}


class Starts(StrEnum):
    """From when the term counts. All of them wait for the acceptance of a complete and correct dossier."""

    DAY_AFTER_RECEPTION = "day-after-reception"  # Civil Code 2015 Art. 147(2): the first day is not counted
    SAME_DAY = "same-day"  # the day of reception is day one, e.g. certified copies
    COMPETENT_BODY_RECEIPT = "competent-body-receipt"  # boundary-free filing: Decree 309/2026 Art. 8(3)
    FROM_THE_MOMENT = "from-the-moment"  # terms in hours: Civil Code 2015 Art. 147(1)


class Ends(StrEnum):
    """How the term ends."""

    ROLL_FORWARD = "roll-forward"  # the end of the last day, or of the next working day if that day is closed
    END_OF_DAY = "end-of-day"  # the end of the last day, closed or not
    CLOSE_OF_BUSINESS = "close-of-business"  # rolls forward and ends with the working hours of that day
    EXACT_MOMENT = "exact-moment"  # terms in hours: when the last working hour is over


_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True)
class Term:
    """A processing limit.

    `amount` counts whole `unit`s. After `cut_off` (local time) an acceptance counts as made on the next working
    day; None means that the hour of the day does not matter. `valid_from` and `valid_to` are the first and the
    last day on which a dossier must be received for the term to govern it. An `override` is temporary: it needs
    `valid_to`, and when it lapses the base term governs again. `sample` marks a term no lawyer has confirmed;
    `checked` is the day its source was last looked at. `max_extensions` is how often it may be extended (once:
    Decree 61/2018 Art. 19(9)); `max_suspensions` None sets no bound.

    Raises:
        TermContradictionError: the parts do not fit together.
    """

    amount: int
    unit: Unit
    starts: Starts | None = None  # None: what the Civil Code says of the unit; never None after construction
    ends: Ends | None = None  # the same
    cut_off: time | None = None
    legal_basis: str = ""
    checked: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    override: bool = False
    sample: bool = False
    max_extensions: int = 1
    max_suspensions: int | None = None

    def __post_init__(self) -> None:
        """Fill in what the Civil Code says and refuse what does not fit together."""
        in_hours = self.unit is Unit.WORKING_HOURS
        if self.starts is None:
            object.__setattr__(self, "starts", Starts.FROM_THE_MOMENT if in_hours else Starts.DAY_AFTER_RECEPTION)
        if self.ends is None:
            object.__setattr__(self, "ends", Ends.EXACT_MOMENT if in_hours else Ends.ROLL_FORWARD)
        for wrong, found, remedy in self._contradictions():
            if wrong:
                raise TermContradictionError(f"Expected a term that agrees with itself, found {found}; {remedy}.")

    def _contradictions(self) -> Iterable[tuple[bool, str, str]]:
        hours = self.unit is Unit.WORKING_HOURS
        first, last = self.valid_from or date.min, self.valid_to or date.max
        yield (
            isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 1,
            f"the amount {self.amount!r}",
            "write a whole number from 1; a result on the day itself is 1 working day that starts same-day",
        )
        yield (
            hours != (self.ends is Ends.EXACT_MOMENT),
            f"{self.unit} with ends={self.ends}",
            "a term in working hours, and only such a term, ends at the exact moment",
        )
        yield (
            hours and self.starts in (Starts.DAY_AFTER_RECEPTION, Starts.SAME_DAY),
            f"working hours with starts={self.starts}",
            "hours count from the moment or from the competent body's receipt",
        )
        yield (
            not hours and self.starts is Starts.FROM_THE_MOMENT,
            f"{self.unit} with starts={self.starts}",
            "only hours count from the moment; choose a day",
        )
        yield (
            self.unit is Unit.MONTHS and self.starts is Starts.SAME_DAY,
            "months that start on the same day",
            "a month ends on the corresponding day, so its first day is never counted",
        )
        yield (hours and self.cut_off is not None, "working hours with a cut-off hour", "leave the cut-off out")
        yield (
            self.cut_off is not None and self.cut_off.tzinfo is not None,
            "a cut-off with a time zone",
            "write the local time; the calendar knows the zone",
        )
        yield (first > last, f"valid from {first} to {last}", "let valid_to follow valid_from")
        yield (
            self.override and self.valid_to is None,
            "an override without valid_to",
            "say until when the temporary rule holds",
        )
        yield (self.max_extensions < 0 or (self.max_suspensions or 0) < 0, "a negative count", "write 0 or more")

    def in_force_on(self, day: date) -> bool:
        """Whether the term governs a dossier received on that day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def describe(self, lang: str = "vi") -> str:
        """The amount and unit in words."""
        return self.unit.of(self.amount, lang)

    @classmethod
    def parse(cls, attributes: Mapping[str, Any]) -> "Term":
        """The term that plain attributes describe: texts as in BPMN, or values as in TOML.

        Keys are the field names. `amount` and `unit` are needed; unknown keys are refused.

        Raises:
            TermContradictionError: a key is unknown or missing, a value unreadable, or the parts do not fit.
        """
        if unknown := sorted(set(attributes) - set(_READERS)):
            raise TermContradictionError(f"Expected the keys {sorted(_READERS)} in a term, found {unknown} besides.")
        if missing := [key for key in ("amount", "unit") if key not in attributes]:
            raise TermContradictionError(
                f"Expected a term to say its amount and unit, found no {' and no '.join(missing)}; write for example"
                ' amount="8" unit="working-days".',
            )
        fields: dict[str, Any] = {key: _read(key, value) for key, value in attributes.items()}
        return cls(**fields)


# ---- reading attributes ---------------------------------------------------------------------------------


def _choice(kind: type[_E]) -> Any:
    def read(value: object) -> _E:
        if value not in [one.value for one in kind]:
            raise ValueError(f"one of {', '.join(kind)}")
        return kind(str(value))

    return read


def _whole(value: object) -> int:
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdecimal())):
        raise ValueError("a whole number")
    return int(value)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _clock(value: object) -> time:
    return value if isinstance(value, time) else time.fromisoformat(str(value))


def _flag(value: object) -> bool:
    if value not in (True, False, "true", "false"):
        raise ValueError("true or false")
    return value in (True, "true")


_READERS: Mapping[str, Any] = {
    "amount": _whole,
    "unit": _choice(Unit),
    "starts": _choice(Starts),
    "ends": _choice(Ends),
    "cut_off": _clock,
    "legal_basis": str,
    "checked": _day,
    "valid_from": _day,
    "valid_to": _day,
    "override": _flag,
    "sample": _flag,
    "max_extensions": _whole,
    "max_suspensions": _whole,
}


def _read(key: str, value: object) -> object:
    try:
        return _READERS[key](value)
    except ValueError as problem:
        raise TermContradictionError(
            f"Expected {key!r} of a term to be readable ({problem}), found {value!r}; correct it.",
        ) from problem


# ---- which term governs ---------------------------------------------------------------------------------


def resolve_term(terms: Iterable[Term], on: date) -> Term:
    """The term that governs a dossier received on that day.

    An override that holds on the day goes before the base terms; among base terms the one that came into force
    last governs. When an override lapses, the base governs again by itself.

    Raises:
        NoTermInForceError: none holds on the day.
        TermContradictionError: two of equal standing hold on the day.
    """
    holding = [term for term in terms if term.in_force_on(on)]
    standing = [term for term in holding if term.override] or holding
    if not standing:
        raise NoTermInForceError(
            f"Expected a term in force on {on}, found none; add one whose valid_from and valid_to include that day.",
            f"Không có thời hạn nào có hiệu lực ngày {on:%d/%m/%Y}; hãy bổ sung thời hạn bao gồm ngày này.",
        )
    newest = max(term.valid_from or date.min for term in standing)
    chosen = [term for term in standing if (term.valid_from or date.min) == newest]
    if len(chosen) > 1 or (chosen[0].override and len(standing) > 1):
        found = "; ".join(f"{term.describe('en')} ({term.legal_basis})" for term in standing)
        raise TermContradictionError(
            f"Expected one term of its standing in force on {on}, found {len(standing)}: {found}; end one of them.",
        )
    return chosen[0]
