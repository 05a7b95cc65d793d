"""Do the steps fit into the statutory term? The longest way through the limits of the steps is held against it.

Units differ (Decrees count working days, laws calendar days), so the comparison is by what is certain: a working
day takes at least one calendar day, eight working hours are one working day. What cannot be compared counts for
nothing, so that a finding is true, and silence is no proof. Terms of single cases are not judged: which ways a case
does not go, only its decision table knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.deadlines.ledger import ClockEventKind
from engine.deadlines.terms import Unit
from engine.model import Element, ElementKind, Finding, Role, StepLimit
from engine.runtime.coming import RUNNING, Coming
from engine.runtime.facts import StatutoryTerm
from engine.runtime.graph import Scope, acyclic, knots
from engine.runtime.rules import rule
from engine.runtime.subject import Subject

BEYOND_TERM = rule(
    "steps-beyond-term",
    (
        "Hạn các bước cộng lại {total}, vượt thời hạn “{name}” {term}: {steps}.",
        'The limits of the steps add up to {total_en}, beyond the term "{name}" of {term_en}: {steps}.',
    ),
    ("Rút ngắn hạn các bước, hoặc cho chạy song song.", "Shorten the limits, or run steps side by side."),
)
PERHAPS_BEYOND_TERM = rule(
    "steps-perhaps-beyond-term",
    (
        "Hạn các bước, đổi theo cách có lợi nhất, là {total}, vượt thời hạn “{name}” {term}: {steps}.",
        'The limits of the steps, converted at their least, come to {total_en}; "{name}" is {term_en}: {steps}.',
    ),
    ("Rút ngắn hạn các bước, hoặc ghi cùng đơn vị.", "Shorten the limits, or write them in the term's unit."),
    error=False,
)

HOURS_A_DAY: Final = 8
_AT_LEAST: Final[Mapping[tuple[Unit, Unit], float]] = {
    (Unit.WORKING_HOURS, Unit.WORKING_DAYS): 1 / HOURS_A_DAY,
    (Unit.WORKING_HOURS, Unit.CALENDAR_DAYS): 1 / HOURS_A_DAY,
    (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS): 1,
    (Unit.WORKING_DAYS, Unit.WORKING_HOURS): HOURS_A_DAY,
    (Unit.MONTHS, Unit.CALENDAR_DAYS): 28,
    (Unit.CALENDAR_DAYS, Unit.MONTHS): 1 / 31,
    (Unit.WORKING_DAYS, Unit.MONTHS): 1 / 31,
}
"""How many of the second unit one of the first takes at least."""


@dataclass(frozen=True)
class Way:
    """A way through steps: what their limits add up to in the term's unit, and the steps that count."""

    total: float = 0
    steps: tuple[Element, ...] = ()

    def then(self, other: "Way") -> "Way":
        """This way and the other one after it."""
        return Way(self.total + other.total, self.steps + other.steps)


def findings(subject: Subject, coming: Coming) -> Iterator[Finding]:
    """Each statutory term that the steps cannot keep."""
    if not subject.sound or subject.facts is None or subject.main is None:
        return
    for term in subject.facts.terms:
        if not subject.facts.case_of(term):
            yield from _term(subject, coming, term)


def _term(subject: Subject, coming: Coming, term: StatutoryTerm) -> Iterator[Finding]:
    unit = term.term.unit
    longest = _Longest(subject, coming, unit).way(subject.main.id if subject.main else "")
    if longest.total <= term.term.amount:
        return
    same = all(limit.unit is unit for step in longest.steps if (limit := limit_of(subject, step)))
    which = BEYOND_TERM if same else PERHAPS_BEYOND_TERM
    yield which.at(
        *subject.place(longest.steps[0]),
        name=term.name,
        total=unit.of(round(longest.total, 2)),
        total_en=unit.of(round(longest.total, 2), "en"),
        term=term.term.describe(),
        term_en=term.term.describe("en"),
        steps=" + ".join(f"“{step.title()}”" for step in longest.steps),
    )


def limit_of(subject: Subject, element: Element) -> StepLimit | None:
    """How long an element may hold the dossier up: a timer that cuts it off, else its own limit."""
    if element.kind is ElementKind.USER_TASK:
        cut_off = [
            event.timer.limit
            for event in subject.of_kind(ElementKind.BOUNDARY)
            if event.attached_to == element.id and event.interrupting and event.timer and event.timer.limit
        ]
        return cut_off[0] if cut_off else element.limit
    return element.timer.limit if element.kind is ElementKind.CATCH and element.timer else None


class _Longest:
    """Finds the longest way through each scope while the clock runs."""

    def __init__(self, subject: Subject, coming: Coming, unit: Unit) -> None:
        self.subject = subject
        self.coming = coming
        self.unit = unit
        self.scopes = {scope.id: scope for scope in subject.scopes}
        self._known: dict[str, Way] = {}

    def way(self, scope_id: str) -> Way:
        """The longest way through a scope; a loop is gone round once, and a restart begins anew."""
        if scope_id not in self._known:
            scope = self.scopes.get(scope_id)
            self._known[scope_id] = self._through(scope) if scope else Way()
        return self._known[scope_id]

    def _through(self, scope: Scope) -> Way:
        edges = acyclic(scope.edges)
        best: dict[str, Way] = {}
        for knot in knots(edges):
            element = scope.elements[knot[0]]
            restarts = element.clock and element.clock.on_leave is ClockEventKind.RESTARTED
            onward = [] if restarts else [best[target] for target in edges[element.id]]
            ahead = max(onward, key=lambda way: way.total, default=Way())
            best[element.id] = self._here(element).then(ahead)
        return max(best.values(), key=lambda way: way.total, default=Way())

    def _here(self, element: Element) -> Way:
        """What one element takes of the term; nothing while the clock stands still or the applicant acts."""
        pauses = element.clock and element.clock.on_enter is ClockEventKind.SUSPENDED
        if pauses or (element.role is Role.APPLICANT and element.kind is ElementKind.USER_TASK):
            return Way()
        if element.kind in {ElementKind.SUBPROCESS, ElementKind.CALL}:
            return self.way(element.called or element.id)
        limit = limit_of(self.subject, element)
        if limit is None or RUNNING not in self.coming.before(element.id):
            return Way()
        each = 1 if limit.unit is self.unit else _AT_LEAST.get((limit.unit, self.unit), 0)
        return Way(limit.amount * each, (element,)) if each else Way()
