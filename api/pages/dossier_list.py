"""The list of dossiers: what it is asked for, and what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import inbox, listing, live, present, procedure_view, unit_choices
from api.pages.listing import Choice, Column, Input, Wishes
from api.pages.wording import STATES
from api.site import site
from engine.model import Actor
from engine.persistence import dossiers
from engine.persistence.dossiers import DossierFilter
from engine.persistence.organisation import unit_names
from engine.persistence.tables import DossierRow
from engine.procedures import offered

PAGE = 25
COLUMNS = (
    Column("applicant", lazy("Người nộp, nội dung"), roomy=True),
    Column("procedure", lazy("Thủ tục")),
    Column("submitted", lazy("Nộp lúc")),
    Column("received", lazy("Tiếp nhận lúc"), at_first=False),
    Column("due", lazy("Hạn trả")),
    Column("state", lazy("Tình trạng")),
    Column("point", lazy("Nơi tiếp nhận"), at_first=False),
    Column("unit", lazy("Cơ quan giải quyết"), at_first=False),
)


@dataclass(frozen=True)
class Filters(listing.Filters):
    """What the person has chosen, as the address says it."""

    endpoint: ClassVar[str] = "dossiers.index"

    q: str = ""
    procedure: str = ""
    state: str = ""
    unit: str = ""
    point: str = ""
    overdue: str = ""
    incident: str = ""
    after: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        """From the query of an address; what makes no sense is left out."""
        read = super().of(args)
        return replace(read, state=read.state if read.state in STATES else "")

    def question(self) -> DossierFilter:
        """The same as the engine asks it."""
        return DossierFilter(
            procedure_key=self.procedure,
            state=self.state,
            text=self.q,
            overdue_at=site().platform.now() if self.overdue else None,
            with_incident=bool(self.incident),
            competent_unit=self.unit,
            receiving_unit=self.point,
        )


def page(session: Session, actor: Actor, filters: Filters, wishes: Wishes) -> dict[str, Any]:
    """Everything the template writes out."""
    question = filters.question()
    rows, total = dossiers.page(session, actor, question, after=inbox.read_after(filters.after), limit=PAGE + 1)
    shown, more = rows[:PAGE], len(rows) > PAGE
    inputs, further = _inputs(session, actor, filters)
    return {
        "filters": filters,
        "inputs": inputs,
        "further": further,
        "columns": wishes.columns,
        "kept": wishes.links(filters.endpoint, filters.query),
        "dossiers": _lines(session, shown),
        "total": total.number,
        "more_than": total.more,
        "next_href": filters.at(inbox.cursor(shown[-1].submitted_at, shown[-1].id)) if more else None,
        "first_href": filters.at("") if filters.after else None,
        "etag": live.etag([(row.id, row.version) for row in shown]),
        "here": filters.href,
        "wide": True,
    }


def outline(session: Session, actor: Actor, filters: Filters, limit: int) -> list[live.Row]:
    """The ids and versions of the first dossiers of the list, from where the filters say."""
    after = inbox.read_after(filters.after)
    rows = dossiers.listing(session, actor, filters.question(), after=after, limit=limit)
    return [(row.id, row.version) for row in rows]


def _lines(session: Session, rows: Any) -> list[dict[str, Any]]:
    codes = {code for row in rows for code in (row.receiving_unit, row.competent_unit)}
    names = unit_names(session, codes, current_language())
    return [_line(session, row, names) for row in rows]


def _line(session: Session, row: DossierRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "dossier": row,
        "chosen": f"{row.id}:{row.version}",
        "procedure": procedure_view.title_of(session, row.procedure_version_id),
        "due": present.dossier_due(row),
        "point": names.get(row.receiving_unit, row.receiving_unit),
        "unit": names.get(row.competent_unit, row.competent_unit),
    }


def _inputs(session: Session, actor: Actor, filters: Filters) -> tuple[list[Input], list[Input]]:
    """The conditions that one sees at once, and those that are asked for more seldom."""
    today = site().platform.today()
    titles = [Choice(one.procedure_key, procedure_view.title_of(session, one.id)) for one in offered(session, today)]
    first = [
        Input("search", "q", _("Mã, người nộp, nội dung"), filters.q),
        Input("select", "procedure", _("Thủ tục"), filters.procedure, titles),
        Input("select", "state", _("Tình trạng"), filters.state, [Choice(key, str(STATES[key])) for key in STATES]),
        Input("tick", "overdue", _("Chỉ hồ sơ quá hạn"), filters.overdue),
    ]
    bodies = unit_choices.competent(session, actor, filters.unit)
    points = unit_choices.receiving(session, actor, filters.point)
    further = [
        Input("select", "unit", _("Cơ quan giải quyết"), filters.unit, bodies),
        Input("select", "point", _("Nơi tiếp nhận"), filters.point, points),
        Input("tick", "incident", _("Chỉ hồ sơ có sự cố"), filters.incident),
    ]
    return first, further
