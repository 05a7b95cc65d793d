"""What is said about a decision model that cannot be used."""

from __future__ import annotations


class DecisionModelError(Exception):
    """The DMN file cannot be read or does not mean anything that can be run.

    `element_id` names the element ("" when it has none), `line` is its line in the file (0 when not
    known), `advice` says what to do.
    """

    def __init__(self, message: str, *, element_id: str = "", line: int = 0, advice: str = "") -> None:
        place = f" ({element_id or '?'}, dòng / line {line})" if line or element_id else ""
        super().__init__(f"{message}{place}. {advice}".strip())
        self.message = message
        self.element_id = element_id
        self.line = line
        self.advice = advice


class UnknownDecisionError(DecisionModelError):
    """There is no decision, service or knowledge model of that name or id."""
