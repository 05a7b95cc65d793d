"""Why somebody sees a task: the rule of `engine.access` that opens it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, wording
from api.site import site
from engine import access
from engine.model import Actor, Element, Role
from engine.organisation import mandates, standins
from engine.organisation.mandates import Matter
from engine.persistence.organisation import unit_names, unit_told
from engine.persistence.tables import TaskRow
from engine.runtime.procedure import Procedure


@dataclass(frozen=True)
class Eyes:
    """Somebody who looks, with what is needed to say why they see what they see."""

    actor: Actor
    units: Mapping[str, str]  # names by code
    covers_until: Mapping[UUID, date]  # by the absent person

    @classmethod
    def of(cls, session: Session, actor: Actor, units: set[str]) -> "Eyes":
        """For tasks in these units."""
        until = standins.last_days(session, actor.id, site().platform.today()) if actor.id and actor.covers else {}
        return cls(actor, unit_names(session, units, current_language()), until)

    def unit(self, code: str) -> str:
        """The unit's name in the reader's language."""
        return self.units.get(code, code)


def units_of(task: TaskRow) -> set[str]:
    """The units that a reason may have to name."""
    return {code for code in (task.unit_code, task.principal_unit) if code}


def why(eyes: Eyes, task: TaskRow) -> str:
    """One or two sentences."""
    return " ".join(filter(None, (_rule(eyes, task), _authority(eyes, task))))


def _rule(eyes: Eyes, task: TaskRow) -> str:
    actor, place = eyes.actor, {"role": wording.role(task.role), "unit": eyes.unit(task.unit_code)}
    if task.assignee_id is not None and task.assignee_id == actor.id:
        return _("Việc này đang do anh/chị giữ (%(role)s tại %(unit)s).", **place)
    if cover := access.stands_in_for(actor, task):
        until = eyes.covers_until.get(cover.id)
        return _(
            "Anh/chị thay %(name)s đến hết ngày %(day)s, người giữ vai trò %(role)s tại %(unit)s.",
            name=cover.name,
            day=present.day_text(until),
            **place,
        )
    if actor.has_role(Role(task.role), task.unit_code):
        return _("Anh/chị giữ vai trò %(role)s tại %(unit)s.", **place)
    if task.principal_unit and actor.has_role(Role.AGENCY_LEADER, task.principal_unit):
        return _("Anh/chị là lãnh đạo %(body)s.", body=eyes.unit(task.principal_unit))
    if actor.has_role(Role.DIVISION_HEAD, task.unit_code):
        return _("Anh/chị là lãnh đạo %(unit)s, nên được phân công việc này.", unit=place["unit"])
    return _only_seen(actor, task, place["unit"])


def _only_seen(actor: Actor, task: TaskRow, unit: str) -> str:
    if actor.has_role(Role.OPERATOR):
        return _("Anh/chị là người vận hành, nên được xem mọi hồ sơ và phân công việc này.")
    if any(actor.has_role(role) for role in access.SEES_ALL):
        return _("Vai trò của anh/chị được xem mọi hồ sơ.")
    if task.unit_code in access.units_of(actor):
        return _("Việc này ở %(unit)s, đơn vị của anh/chị. Anh/chị chỉ xem.", unit=unit)
    return _("Đơn vị của anh/chị tiếp nhận, giải quyết hoặc có việc trong hồ sơ này. Anh/chị chỉ xem.")


def _authority(eyes: Eyes, task: TaskRow) -> str:
    """In whose name an act is done; nothing where the task is none."""
    if not task.principal_unit:
        return ""
    body = eyes.unit(task.principal_unit)
    if task.principal_unit == task.unit_code:
        return _("Quyết định thuộc thẩm quyền của %(body)s.", body=body)
    return _("Quyết định nhân danh %(body)s, đã được giao cho đơn vị này.", body=body)


def mandate(session: Session, actor: Actor, task: TaskRow, element: Element, procedure: Procedure) -> str:
    """By which mandate the actor would do the act, or why none covers it; nothing where the task is no act.

    A ceiling is taken as kept: it is judged over the answers, when the act is done.
    """
    if not task.principal_unit or element.act is None:
        return ""
    matter = Matter(task.principal_unit, element.act.name, procedure.key, procedure.facts.field.get("vi"))
    judgement = mandates.judge(
        mandates.of_body(session, task.principal_unit),
        actor,
        matter,
        site().platform.today(),
        lambda _ceiling: True,
        leader_by_law=site().platform.leader_by_law,
    )
    judgement = judgement.naming(task.principal_unit, *unit_told(session, task.principal_unit))
    return judgement.en if current_language() == "en" else judgement.vi
