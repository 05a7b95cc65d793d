"""A dossier's way through its diagram, step by step: done, now or ahead; who had it, from when to when, how long."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from engine.dossier_clock import TaskShare, consumption_of
from engine.events import EventType
from engine.history.journal import of_kind, read
from engine.history.picture import Picture
from engine.model import ElementKind
from engine.persistence import dossiers, waits
from engine.persistence.tables import DossierRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.procedure import Procedure
from engine.runtime.reading_order import Placed, whole

_HOLDS_OTHERS = (ElementKind.CALL, ElementKind.SUBPROCESS)


class Standing(StrEnum):
    """How a step stands to the dossier."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    PASSED_BY = "passed-by"  # the dossier has ended without it


@dataclass(frozen=True)
class Whereabouts:
    """Where a dossier stands: what waits, and when each element was passed last."""

    current: frozenset[str]
    passed: Mapping[str, datetime | None]
    ended: bool = False


@dataclass(frozen=True)
class StepStory:
    """One step: `shares` are the times that people had it, `passed_at` when it was passed last."""

    placed: Placed
    standing: Standing
    shares: tuple[TaskShare, ...] = ()
    passed_at: datetime | None = None


def steps_of(session: Session, platform: Platform, dossier: DossierRow) -> list[StepStory]:
    """Every step of the dossier's diagram and of what it calls, as of now."""
    shares = consumption_of(session, platform, dossier)
    return told(pinned(session, dossier), whereabouts(session, dossier), shares)


def told(procedure: Procedure, where: Whereabouts, shares: Iterable[TaskShare] = ()) -> list[StepStory]:
    """Every step in the order in which a reader meets it. A step that holds others is where one of them is."""
    by_step: dict[str, list[TaskShare]] = {}
    for share in shares:
        by_step.setdefault(share.step, []).append(share)
    order = whole(procedure)
    current = _with_holders(order, where.current)
    return [
        StepStory(
            each,
            _standing(each.element.id, where, current),
            tuple(by_step.get(each.element.id, ())),
            where.passed.get(each.element.id),
        )
        for each in order
    ]


def whereabouts(session: Session, dossier: DossierRow) -> Whereabouts:
    """Where a dossier stands now."""
    opened = {task.element_id for task in waits.open_tasks(session, dossier.id)}
    timers = {element for element, _due in waits.timers(session, dossier.id)}
    failed = {row.element_id for row in dossiers.open_incidents_of(session, dossier)}
    current = opened | timers | failed
    entries = of_kind(session, dossier.id, EventType.ELEMENT_PASSED)
    passed = {read(row)["payload"]["element"]: row.occurred_at for row in entries}
    return Whereabouts(frozenset(current - {""}), passed, dossier.closed_at is not None)


def whereabouts_then(picture: Picture) -> Whereabouts:
    """Where a dossier stood, as its history says."""
    return Whereabouts(picture.present_elements, dict.fromkeys(picture.passed), bool(picture.ended))


def _with_holders(order: Collection[Placed], current: frozenset[str]) -> frozenset[str]:
    """What is current, with every subprocess and call that holds it."""
    elements = {each.element.id: each.element for each in order}
    holders = {each.called or each.id: each.id for each in elements.values() if each.kind in _HOLDS_OTHERS}
    found = set(current)
    for key in current:
        inner = elements.get(key)
        while inner is not None and inner.process_id in holders and holders[inner.process_id] not in found:
            found.add(holders[inner.process_id])
            inner = elements.get(holders[inner.process_id])
    return frozenset(found)


def _standing(key: str, where: Whereabouts, current: frozenset[str]) -> Standing:
    if key in current:
        return Standing.NOW
    if key in where.passed:
        return Standing.DONE
    return Standing.PASSED_BY if where.ended else Standing.AHEAD
