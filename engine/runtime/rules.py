"""What can be wrong with a bundle, as data: each rule has a code and says, in two languages, what and what to do.

A rule stands beside the code that finds it; `RULES` knows them all, so that the designers' page can be held
against it.
"""

from dataclasses import dataclass
from typing import Final

from engine.model import Finding

RULES: Final[dict[str, "Rule"]] = {}
"""Every rule by its code."""

_LONGEST_VALUE = 300


@dataclass(frozen=True)
class Rule:
    """One way of being wrong. The four sentences may hold `{names}` that `at` fills in."""

    code: str
    vi: str
    en: str
    fix_vi: str
    fix_en: str
    error: bool = True

    def at(self, path: str, line: int = 0, element_id: str = "", **values: object) -> Finding:
        """The finding at one place of the bundle. Values are shortened: they come out of a stranger's file."""
        shown = {name: _short(value) for name, value in values.items()}
        return Finding(
            code=self.code,
            message=f"{self.vi.format_map(shown)} / {self.en.format_map(shown)}",
            fix=f"{self.fix_vi.format_map(shown)} / {self.fix_en.format_map(shown)}",
            path=path,
            element_id=element_id,
            line=line,
            error=self.error,
        )


def rule(code: str, found: tuple[str, str], fix: tuple[str, str], *, error: bool = True) -> Rule:
    """Make a rule known; `found` and `fix` are (Vietnamese, English).

    Raises:
        ValueError: the code is taken by a rule with other sentences.
    """
    made = Rule(code, *found, *fix, error=error)
    if RULES.setdefault(code, made) != made:
        raise ValueError(f"two rules are called {code!r}")
    return made


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
