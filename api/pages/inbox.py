"""What an inbox is asked for, and what it shows: two boxes whose counts are those of the lists."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import procedure_view, task_view
from api.site import site
from engine.access import assignees_of, queues_of
from engine.model import Actor
from engine.persistence import tasks
from engine.persistence.tables import DossierRow, TaskRow
from engine.persistence.tasks import InboxFilter

PAGE = 25
MINE, QUEUE = "mine", "queue"
After = tuple[datetime, UUID] | None


@dataclass(frozen=True)
class Filters:
    """What the person has chosen, as the address says it."""

    box: str = MINE
    q: str = ""
    procedure: str = ""
    step: str = ""
    due: str = ""
    after: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """From the query of an address; what makes no sense is left out."""
        box = args.get("box", MINE)
        return cls(
            box=box if box in {MINE, QUEUE} else MINE,
            q=args.get("q", "").strip()[:200],
            procedure=args.get("procedure", "")[:64],
            step=args.get("step", "")[:128],
            due=args.get("due", "") if args.get("due") in _DUE_DAYS else "",
            after=args.get("after", ""),
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is left out of the box."""
        return bool(self.q or self.procedure or self.step or self.due)

    @property
    def href(self) -> str:
        """The address of this list, without what is empty."""
        return f"{url_for('officer.inbox')}?{urlencode({key: value for key, value in vars(self).items() if value})}"

    def question(self) -> InboxFilter:
        """The same as the engine asks it."""
        return InboxFilter(
            procedure_key=self.procedure,
            element_id=self.step,
            due_before=_due_before(self.due),
            text=self.q,
            mine=self.box == MINE,
            queues=self.box == QUEUE,
        )


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from."""

    key: str
    title: str


_DUE_DAYS = {"overdue": -1, "today": 0, "3": 3, "7": 7}


def page(session: Session, actor: Actor, filters: Filters) -> dict[str, Any]:
    """Everything the template writes out."""
    if actor.id is None:
        return {}
    queues, question = queues_of(actor), filters.question()
    rows = tasks.inbox(session, assignees_of(actor), queues, question, after=read_after(filters.after), limit=PAGE + 1)
    shown, more = rows[:PAGE], len(rows) > PAGE
    choices = tasks.choices(
        session, assignees_of(actor), queues, replace(question, procedure_key="", element_id="", text="")
    )
    return {
        "filters": filters,
        "boxes": _boxes(session, actor, filters),
        "procedures": _procedures(session, choices),
        "steps": _steps(choices, filters.procedure),
        "dues": dues(),
        "tasks": task_view.lines(session, actor, shown),
        "total": tasks.count(session, assignees_of(actor), queues, question),
        "next_href": _at(filters, write_after(shown[-1])) if more else None,
        "first_href": _at(filters, "") if filters.after else None,
        "here": _at(filters, filters.after),
    }


def dues() -> list[tuple[str, str]]:
    """The choices of how near a due date is."""
    return [
        ("", _("Bất kỳ")),
        ("overdue", _("Đã quá hạn")),
        ("today", _("Hết hôm nay")),
        ("3", _("Trong 3 ngày tới")),
        ("7", _("Trong 7 ngày tới")),
    ]


def write_after(row: tuple[TaskRow, DossierRow]) -> str:
    """Where a page ends, as text for an address."""
    return cursor(row[0].due_at, row[0].id)


def cursor(moment: datetime, identifier: UUID) -> str:
    """A place in an ordered list, as text for an address."""
    return urlsafe_b64encode(f"{moment.isoformat()} {identifier}".encode()).decode().rstrip("=")


def read_after(text: str) -> After:
    """The place that `cursor` wrote; None for anything else, which shows the first page."""
    try:
        moment, identifier = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        found = datetime.fromisoformat(moment)
        return (found, UUID(identifier)) if found.tzinfo else None
    except (ValueError, Base64Error):
        return None


def _due_before(chosen: str) -> datetime | None:
    if chosen not in _DUE_DAYS:
        return None
    now = site().now()
    if chosen == "overdue":
        return now
    return datetime.combine(now.date() + timedelta(days=_DUE_DAYS[chosen] + 1), time(), now.tzinfo)


def _boxes(session: Session, actor: Actor, filters: Filters) -> list[dict[str, Any]]:
    if actor.id is None:
        return []
    found = []
    for key, text in ((MINE, _("Của tôi")), (QUEUE, _("Hàng chờ của đơn vị"))):
        own = replace(filters, box=key, after="")
        found.append(
            {
                "href": own.href,
                "text": text,
                "count": tasks.count(session, assignees_of(actor), queues_of(actor), own.question()),
                "current": key == filters.box,
            }
        )
    return found


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


def _at(filters: Filters, after: str) -> str:
    return replace(filters, after=after).href
