"""What somebody can do with a dossier, as a page shows it: what is open to them, and the rest with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _

from api.auth.access import access_of
from api.language import current_language
from api.pages import present, task_view, wording
from engine import possible
from engine.possible import Possible
from engine.runtime.procedure import Procedure


@dataclass(frozen=True)
class ActionLine:
    """One act that can be done: `href` leads to where, empty when it is done on the page itself."""

    act: str
    text: str
    href: str
    caution: str
    incident_id: UUID | None = None


@dataclass(frozen=True)
class Refused:
    """Acts that cannot be done, all for one reason."""

    reason: str
    acts: tuple[str, ...]


def lines(procedure: Procedure, found: Sequence[Possible]) -> list[ActionLine]:
    """The acts on the dossier that can be done."""
    return [_line(procedure, one) for one in found if one.hindrance is None]


def refused(procedure: Procedure, found: Sequence[Possible]) -> list[Refused]:
    """The acts that cannot be done, by reason."""
    reasons: dict[str, list[str]] = {}
    for one in found:
        if one.hindrance is not None:
            reasons.setdefault(present.told(one.hindrance), []).append(_text(procedure, one))
    return [Refused(reason, tuple(dict.fromkeys(acts))) for reason, acts in reasons.items()]


def roles_of(endpoint: str) -> str:
    """Who may use a page, in words."""
    access = access_of(current_app, endpoint)
    return ", ".join(sorted(wording.role(one) for one in access.roles)) if access else ""


def _line(procedure: Procedure, one: Possible) -> ActionLine:
    return ActionLine(
        one.act,
        _text(procedure, one),
        url_for("officer.task", task_id=one.task.id) if one.task is not None else "",
        present.told(one.caution) if one.caution else "",
        one.incident.id if one.incident else None,
    )


def _text(procedure: Procedure, one: Possible) -> str:
    if one.act == possible.WITHDRAW:
        return _("Ghi nhận người nộp rút hồ sơ")
    if one.act == possible.STOP:
        return _("Dừng giải quyết hồ sơ")
    if one.incident is not None:
        element = procedure.elements.get(one.incident.element_id)
        step = element.title(current_language()) if element else one.incident.element_id
        return _("Chạy lại bước “%(step)s”", step=step)
    step = task_view.title(one.task) if one.task is not None else ""
    return _("Giao việc “%(step)s”", step=step) if one.act == possible.ASSIGN else _("Làm “%(step)s”", step=step)
