"""The conditions of the inbox's filter form, with what occurs in the box to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages.lately import lately
from api.pages.listing import Choice, Input
from engine.access import assignees_of, queues_of
from engine.model import Actor
from engine.persistence.inbox_choices import Names, Occurring, occurring

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


def of(session: Session, actor: Actor, filters: Filters) -> tuple[list[Input], list[Input]]:
    """The conditions that one sees at once, and those that are asked for more seldom."""
    found = _occurring(session, actor, filters)
    first = [
        Input("search", "q", _("Mã, người nộp, nội dung"), filters.q),
        Input("select", "procedure", _("Thủ tục"), filters.procedure, _named(found.procedures)),
        Input("select", "due", _("Đến hạn"), filters.due, _dues()),
    ]
    further = [
        Input("select", "step", _("Bước"), filters.step, _steps(found.steps, filters.procedure)),
        Input("select", "state", _("Tình trạng"), filters.state, [Choice(key, str(STATES[key])) for key in STATES]),
        Input("select", "unit", _("Đơn vị"), filters.unit, _named(found.units)),
        Input("select", "point", _("Nơi tiếp nhận"), filters.point, _named(found.points)),
    ]
    if filters.box != "queue":
        takers = {str(key): (name, "") for key, name in found.takers.items()}
        further.append(Input("select", "holder", _("Ai nhận"), filters.holder, _named(takers)))
    return first, further


def _occurring(session: Session, actor: Actor, filters: Filters) -> Occurring:
    """What occurs in the box, or did up to a minute ago."""
    question = filters.question(actor)
    if question.everyone_in is None:
        question = replace(question, due_before=None)
    people, queues = assignees_of(actor), queues_of(actor)
    whose = frozenset(people.items()), frozenset(queues), question.everyone_in
    box = "inbox", question.mine, question.queues, filters.due if question.due_before else None
    return lately((*box, *whose), lambda: occurring(session, people, queues, question))


def _dues() -> list[Choice]:
    """The choices of how near a due date is."""
    return [
        Choice("overdue", _("Đã quá hạn")),
        Choice("today", _("Hết hôm nay")),
        Choice("3", _("Trong 3 ngày tới")),
        Choice("7", _("Trong 7 ngày tới")),
    ]


def _named(names: Mapping[str, Names]) -> list[Choice]:
    mine = 1 if current_language() == "en" else 0
    return sorted((Choice(key, said[mine] or said[0]) for key, said in names.items()), key=attrgetter("title"))


def _steps(steps: Mapping[tuple[str, str], Names], procedure: str) -> list[Choice]:
    return _named({element: names for (key, element), names in steps.items() if not procedure or key == procedure})
