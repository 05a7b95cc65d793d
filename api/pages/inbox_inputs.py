"""The conditions of the inbox's filter form, with what occurs in the box to choose from."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import procedure_view
from api.pages.listing import Choice, Input
from engine.access import assignees_of, queues_of
from engine.model import Actor
from engine.persistence import tasks
from engine.persistence.organisation import person_names, unit_names

if TYPE_CHECKING:
    from api.pages.inbox import Filters

STATES = {
    "untaken": lazy("Chưa ai nhận"),
    "taken": lazy("Đã có người nhận"),
    "running": lazy("Thời hạn đang tính"),
    "suspended": lazy("Thời hạn tạm dừng, chờ bổ sung"),
    "incident": lazy("Có sự cố"),
    "applicant": lazy("Chờ người nộp"),
}
_KEPT_FOR = 60.0  # seconds
_OF_ALL = "inbox-choices"  # where the application keeps what occurs in everybody's tasks


@dataclass(frozen=True)
class _Occurring:
    """What occurs in a box."""

    steps: Sequence[tasks.Choice]
    units: Collection[str]
    points: Collection[str]
    takers: Collection[UUID]


def of(session: Session, actor: Actor, filters: Filters) -> tuple[list[Input], list[Input]]:
    """The conditions that one sees at once, and those that are asked for more seldom."""
    found = _occurring(session, actor, filters)
    steps, units, points = found.steps, found.units, found.points
    unit_titles = unit_names(session, {*units, *points}, current_language())
    first = [
        Input("search", "q", _("Mã, người nộp, nội dung"), filters.q),
        Input("select", "procedure", _("Thủ tục"), filters.procedure, _procedures(session, steps)),
        Input("select", "due", _("Đến hạn"), filters.due, _dues()),
    ]
    further = [
        Input("select", "step", _("Bước"), filters.step, _steps(steps, filters.procedure)),
        Input("select", "state", _("Tình trạng"), filters.state, [Choice(key, str(STATES[key])) for key in STATES]),
        Input("select", "unit", _("Đơn vị"), filters.unit, _named(units, unit_titles)),
        Input("select", "point", _("Nơi tiếp nhận"), filters.point, _named(points, unit_titles)),
    ]
    if filters.box != "queue":
        names = {str(key): name for key, name in person_names(session, found.takers).items()}
        further.append(Input("select", "holder", _("Ai nhận"), filters.holder, _named(names, names)))
    return first, further


def _occurring(session: Session, actor: Actor, filters: Filters) -> _Occurring:
    """What occurs in the box. Of all units' tasks it is what occurred up to a minute ago: that is much to read."""
    question = filters.question(actor)
    if question.everyone_in is not None:
        return _read(session, actor, question)
    kept: tuple[float, _Occurring] | None = current_app.extensions.get(_OF_ALL)
    if kept is None or time.monotonic() - kept[0] > _KEPT_FOR:
        kept = time.monotonic(), _read(session, actor, replace(question, due_before=None))
        current_app.extensions[_OF_ALL] = kept
    return kept[1]


def _read(session: Session, actor: Actor, question: tasks.InboxFilter) -> _Occurring:
    people, queues = assignees_of(actor), queues_of(actor)
    steps = tasks.choices(session, people, queues, question)
    return _Occurring(steps, *tasks.occurring(session, people, queues, question))


def _dues() -> list[Choice]:
    """The choices of how near a due date is."""
    return [
        Choice("overdue", _("Đã quá hạn")),
        Choice("today", _("Hết hôm nay")),
        Choice("3", _("Trong 3 ngày tới")),
        Choice("7", _("Trong 7 ngày tới")),
    ]


def _named(keys: Collection[str], titles: Mapping[str, str]) -> list[Choice]:
    return sorted((Choice(key, titles.get(key, key)) for key in keys), key=lambda one: one.title)


def _procedures(session: Session, choices: Sequence[tasks.Choice]) -> list[Choice]:
    newest = {one.procedure_key: one.version_id for one in choices}
    found = [Choice(key, procedure_view.title_of(session, version)) for key, version in newest.items()]
    return sorted(found, key=lambda one: one.title)


def _steps(choices: Sequence[tasks.Choice], procedure: str) -> list[Choice]:
    english = current_language() == "en"
    names = {
        one.element_id: (one.name_en if english else one.name_vi) or one.name_vi
        for one in choices
        if not procedure or one.procedure_key == procedure
    }
    return sorted((Choice(key, name) for key, name in names.items()), key=lambda one: one.title)
