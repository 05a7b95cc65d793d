"""What an inbox is asked for, and what it shows: boxes whose counts are those of the lists behind them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from api.pages import inbox_inputs, listing, live, task_view
from api.pages.listing import Column, Wishes
from api.site import site
from engine.access import assignees_of, everyone_of, queues_of
from engine.model import Actor
from engine.persistence import tasks
from engine.persistence.tables import DossierRow, TaskRow
from engine.persistence.tasks import InboxFilter

PAGE = 25
MINE, QUEUE, ALL, OVERDUE = "mine", "queue", "all", "overdue"
BOXES = {
    MINE: lazy("Của tôi"),
    QUEUE: lazy("Hàng chờ của đơn vị"),
    ALL: lazy("Tất cả tôi được xem"),
    OVERDUE: lazy("Quá hạn"),
}
COLUMNS = (
    Column("procedure", lazy("Thủ tục")),
    Column("code", lazy("Mã hồ sơ"), narrow=True),
    Column("applicant", lazy("Người nộp, nội dung"), roomy=True),
    Column("due", lazy("Đến hạn")),
    Column("dossier_due", lazy("Hạn trả hồ sơ"), at_first=False),
    Column("holder", lazy("Ai nhận")),
    Column("unit", lazy("Đơn vị"), at_first=False),
    Column("point", lazy("Nơi tiếp nhận"), at_first=False),
    Column("state", lazy("Tình trạng hồ sơ"), at_first=False),
    Column("opened", lazy("Giao lúc"), at_first=False),
    Column("why", lazy("Vì sao tôi thấy")),
)
After = tuple[datetime, UUID] | None
_DUE_DAYS = {"overdue": -1, "today": 0, "3": 3, "7": 7}


@dataclass(frozen=True)
class Filters(listing.Filters):
    """What the person has chosen, as the address says it."""

    endpoint: ClassVar[str] = "officer.inbox"
    steering: ClassVar[frozenset[str]] = frozenset({"box", "after"})

    box: str = MINE
    q: str = ""
    procedure: str = ""
    step: str = ""
    unit: str = ""
    point: str = ""
    due: str = ""
    state: str = ""
    holder: str = ""  # a person's id
    after: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        """From the query of an address; what makes no sense is left out."""
        read = super().of(args)
        return replace(
            read,
            box=read.box if read.box in BOXES else MINE,
            due=read.due if read.due in _DUE_DAYS else "",
            state=read.state if read.state in tasks.STATES else "",
            holder=read.holder if _identifier(read.holder) else "",
        )

    def question(self, actor: Actor) -> InboxFilter:
        """The same as the engine asks it."""
        everyones = self.box in (ALL, OVERDUE)
        return InboxFilter(
            procedure_key=self.procedure,
            element_id=self.step,
            due_before=_due_before(self.due, self.box),
            text=self.q,
            mine=self.box != QUEUE,
            queues=self.box == QUEUE,
            everyone_in=everyone_of(actor) if everyones else frozenset(),
            unit_code=self.unit,
            receiving_unit=self.point,
            assignee_id=_identifier(self.holder),
            state=self.state,
        )


def page(session: Session, actor: Actor, filters: Filters, wishes: Wishes) -> dict[str, Any]:
    """Everything the template writes out."""
    rows = listed(session, actor, filters, PAGE + 1)
    shown, more = rows[:PAGE], len(rows) > PAGE
    boxes = _boxes(session, actor, filters)
    total = next(box["count"] for box in boxes if box["current"])
    inputs, further = inbox_inputs.of(session, actor, filters)
    return {
        "filters": filters,
        "boxes": boxes,
        "inputs": inputs,
        "further": further,
        "columns": [one for one in wishes.columns if one.key != "holder" or filters.box != MINE],
        "kept": wishes.links(filters.endpoint, filters.query),
        "tasks": task_view.lines(session, actor, shown),
        "total": total,
        "etag": live.etag([(task.id, task.version) for task, _dossier in shown], total),
        "next_href": filters.at(cursor(shown[-1][0].due_at, shown[-1][0].id)) if more else None,
        "first_href": filters.at("") if filters.after else None,
        "here": filters.href,
    }


def listed(session: Session, actor: Actor, filters: Filters, limit: int) -> Sequence[tuple[TaskRow, DossierRow]]:
    """The tasks of the list from where the filters say, what is due first first."""
    return tasks.inbox(
        session,
        assignees_of(actor),
        queues_of(actor),
        filters.question(actor),
        after=read_after(filters.after),
        limit=limit,
    )


def outline(session: Session, actor: Actor, filters: Filters, limit: int = PAGE) -> list[tuple[UUID, int]]:
    """The ids and versions of `listed`, cheaply."""
    question, after = filters.question(actor), read_after(filters.after)
    return tasks.outline(session, assignees_of(actor), queues_of(actor), question, after=after, limit=limit)


def count(session: Session, actor: Actor, filters: Filters) -> int:
    """How many tasks the whole list has."""
    return tasks.count(session, assignees_of(actor), queues_of(actor), filters.question(actor))


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


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _due_before(chosen: str, box: str) -> datetime | None:
    now = site().now()
    limits = [now] if box == OVERDUE or chosen == "overdue" else []
    if chosen in _DUE_DAYS and chosen != "overdue":
        limits.append(datetime.combine(now.date() + timedelta(days=_DUE_DAYS[chosen] + 1), time(), now.tzinfo))
    return min(limits, default=None)


def _boxes(session: Session, actor: Actor, filters: Filters) -> list[dict[str, Any]]:
    several = {key: replace(filters, box=key, after="") for key in BOXES}
    questions = [own.question(actor) for own in several.values()]
    there = tasks.counts(session, assignees_of(actor), queues_of(actor), questions)
    return [
        {"key": key, "href": own.href, "text": BOXES[key], "count": number, "current": key == filters.box}
        for (key, own), number in zip(several.items(), there, strict=True)
    ]
