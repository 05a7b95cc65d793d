"""A dossier's way through its diagram as a list: what is done, what is now, what is ahead; who, when, how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import steps, wording
from api.pages.steps import StepLine
from engine.dossier_clock import TaskShare
from engine.dossier_steps import Standing, StepStory, Whereabouts
from engine.model import ElementKind
from engine.persistence.organisation import unit_names
from engine.runtime.procedure import Procedure

MOST_TURNS = 5  # of a step, in the list; what is sent back again and again would fill the page


@dataclass(frozen=True)
class Turn:
    """Somebody had the step once. `used` is what it took of the legal days."""

    who: str
    unit: str
    since: datetime
    until: datetime | None
    used: str


@dataclass(frozen=True)
class StoryLine:
    """One step with how it stands."""

    step: StepLine
    level: int
    standing: str
    word: str
    turns: tuple[Turn, ...]  # the latest, in order
    earlier: str  # how many there were before
    passed_at: datetime | None
    holds_others: bool


def lines(session: Session, procedure: Procedure, told: Sequence[StepStory]) -> list[StoryLine]:
    """Every step that has something to say."""
    said = _said(procedure, current_language())
    units = unit_names(session, {share.unit for story in told for share in story.shares}, current_language())
    words, found = _words(), []
    for story in told:
        line = said.get(story.placed.element.id)
        if line is None:
            continue
        turns = tuple(_turn(share, units.get(share.unit, share.unit)) for share in story.shares[-MOST_TURNS:])
        found.append(
            StoryLine(
                step=line,
                level=story.placed.level,
                standing=story.standing,
                word=words[story.standing],
                turns=turns,
                earlier=_earlier(story.shares[:-MOST_TURNS]),
                passed_at=story.passed_at,
                holds_others=story.placed.element.kind in (ElementKind.CALL, ElementKind.SUBPROCESS),
            )
        )
    return found


_known: dict[tuple[str, str], dict[str, StepLine]] = {}  # by checksum and language; a version never changes


def _said(procedure: Procedure, lang: str) -> dict[str, StepLine]:
    """What there is to say of each step, whichever dossier passes through it."""
    key = (procedure.bundle.checksum, lang)
    if key not in _known:
        _known[key] = {line.id: line for process in procedure.processes for line in steps.lines(process)}
    return _known[key]


def marks(procedure: Procedure, where: Whereabouts) -> dict[str, str]:
    """What the drawing marks: the present place and what has been passed, as ids with spaces between."""
    calls = {one.called: one.id for one in procedure.elements.values() if one.kind is ElementKind.CALL}
    current = set(where.current)
    for key in where.current:
        element = procedure.elements.get(key)
        while element is not None:
            if element.process_id in calls:
                current.add(calls[element.process_id])
            element = procedure.elements.get(calls.get(element.process_id, element.process_id))
    done = set(where.passed) - current
    return {"current": " ".join(sorted(current)), "done": " ".join(sorted(done))}


def _turn(share: TaskShare, unit: str) -> Turn:
    who = share.person or (wording.role(share.role) if share.end else wording.nobody())
    return Turn(who, unit, share.start, share.end, f"{share.used:g}")


def _earlier(shares: Sequence[TaskShare]) -> str:
    """How often somebody had the step before; the history tells of each time."""
    if not shares:
        return ""
    used = sum(share.used for share in shares)
    times = ngettext("%(num)s lần trước đó", "%(num)s lần trước đó", len(shares))
    return f"{times}. {_('Đã dùng %(used)s', used=f'{used:g}')}" if used else times


def _words() -> dict[Standing, str]:
    return {
        Standing.DONE: _("Đã qua"),
        Standing.NOW: _("Đang ở đây"),
        Standing.AHEAD: _("Chưa tới"),
        Standing.PASSED_BY: _("Không đi qua"),
    }
