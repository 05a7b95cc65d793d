"""Statistics at a glance: report II.06a with pictures, the dossiers behind each number, and the same as files."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from api.asking import ask
from api.auth import allow
from api.database import read
from api.language import current_language
from api.pages import present, spreadsheets, statistics_pictures, statistics_view
from api.pages.acting import person
from api.pages.listing import Column
from api.pages.statistics_view import GROUPS, Filters
from api.site import site
from engine import statistics
from engine.persistence.organisation import all_units
from engine.persistence.statistics import Position
from engine.persistence.statistics_boxes import Box
from engine.statistics import READERS, Inquiry
from engine.statistics_procedures import Procedures
from engine.statistics_values import Report

blueprint = Blueprint("statistics", __name__)
PAGE, AT_ONCE = 25, 500


@blueprint.get("/statistics")
@allow(*READERS)
def index() -> str:
    """The report, its pictures, the months behind it and what lapses next."""
    filters = Filters.of(request.args)
    inquiry = _inquiry(filters)

    def page(session: Session) -> str:
        report = statistics.at_a_glance(session, inquiry)
        return render_template(
            "pages/statistics/report.html",
            filters=filters,
            report=report,
            groups=GROUPS,
            view=statistics_view,
            rows=statistics_view.rows(report, filters),
            bars=statistics_pictures.bars(report),
            month_bars=statistics_pictures.month_bars(report.months),
            narrowed=statistics_view.narrowed_to(session, filters),
            lapsing=statistics.lapsing(session, inquiry),
            wide=True,
            **statistics_view.choices(session, report, all_units(session)),
        )

    return ask(inquiry, page)


@blueprint.get("/statistics/report.csv")
@allow(*READERS)
def report_csv() -> Response:
    """The report for a spreadsheet."""
    rows, name = _file()
    return spreadsheets.as_csv(rows, f"{name}.csv")


@blueprint.get("/statistics/report.xlsx")
@allow(*READERS)
def report_xlsx() -> Response:
    """The report as a workbook."""
    rows, name = _file()
    return spreadsheets.as_xlsx(rows, "II.06a", f"{name}.xlsx")


@blueprint.get("/statistics/dossiers")
@allow(*READERS)
def behind() -> str:
    """The dossiers that one number counts."""
    filters, cell, row = Filters.of(request.args), _cell(), request.args.get("row", "")[:200]
    inquiry = _inquiry(filters)

    def page(session: Session) -> str:
        rows = statistics.behind(session, inquiry, cell, row, after=_after(), limit=PAGE + 1)
        onward = _place(rows[PAGE - 1]) if len(rows) > PAGE else ""
        line = statistics.report(session, inquiry).line(row)
        here = {"cell": cell, "row": row}
        return render_template(
            "pages/statistics/dossiers.html",
            column=statistics_view.column_name(cell),
            row_name=statistics_view.name_of(inquiry.asked.by, line) if row else _("Tổng số"),
            dossiers=_lines(session, rows[:PAGE]),
            columns=_COLUMNS,
            total=line.cells[cell],
            back_href=filters.href("statistics.index"),
            csv_href=filters.href("statistics.behind_csv", **here),
            next_href=filters.href("statistics.behind", **here, after=onward) if onward else None,
            first_href=filters.href("statistics.behind", **here) if request.args.get("after") else None,
            wide=True,
        )

    return ask(inquiry, page)


@blueprint.get("/statistics/dossiers.csv")
@allow(*READERS)
def behind_csv() -> Response:
    """The dossiers that one number counts, all of them, as they are read."""
    filters, cell, row = Filters.of(request.args), _cell(), request.args.get("row", "")[:200]
    inquiry = _inquiry(filters)
    with read() as session:  # what makes no sense is told before the first line is sent
        statistics.behind(session, inquiry, cell, row, limit=1)
    return spreadsheets.as_csv(_all_behind(inquiry, cell, row), f"{cell}.csv")


def _all_behind(inquiry: Inquiry, cell: str, row: str) -> Iterator[list[spreadsheets.Cell]]:
    yield [_("Mã hồ sơ"), *(str(column.title) for column in _COLUMNS)]
    after: Position | None = None
    while True:
        with read() as session:
            rows = statistics.behind(session, inquiry, cell, row, after=after, limit=AT_ONCE)
            lines = _lines(session, rows)
        for line in lines:
            yield [line["code"], line["procedure"], *(present.moment_text(line[at]) for at in _MOMENTS), line["box"]]
        if len(rows) < AT_ONCE:
            return
        after = Position(rows[-1].closed_at, rows[-1].received_at, rows[-1].id)


_COLUMNS = (
    Column("procedure", lazy("Thủ tục")),
    Column("received_at", lazy("Tiếp nhận lúc"), narrow=True),
    Column("due_at", lazy("Hạn trả"), narrow=True),
    Column("ended_at", lazy("Kết thúc lúc"), narrow=True),
    Column("box", lazy("Kết quả")),
)
_MOMENTS = ("received_at", "due_at", "ended_at")


def _lines(session: Session, rows: Any) -> list[dict[str, Any]]:
    titles, language = Procedures.known(session).titles, current_language()
    boxes = list(Box)
    return [
        {
            "id": row.id,
            "code": row.code,
            "procedure": titles.get(row.procedure_key, (row.procedure_key,) * 2)[language == "en"],
            "box": statistics_view.box_name(boxes[row.box]),
            "due": row.due_at and present.due_date_text(row.due_at),
            **{name: getattr(row, name) for name in _MOMENTS},
        }
        for row in rows
    ]


def _file() -> tuple[Iterator[list[spreadsheets.Cell]], str]:
    filters = Filters.of(request.args)
    inquiry = _inquiry(filters)
    report, narrowed = ask(
        inquiry,
        lambda session: (
            statistics.at_a_glance(session, inquiry),
            statistics_view.narrowed_to(session, filters),
        ),
    )
    period = report.asked.period
    return _rows(report, narrowed), f"II.06a_{period.first:%Y%m%d}-{period.last:%Y%m%d}"


def _rows(report: Report, narrowed: list[tuple[str, str]]) -> Iterator[list[spreadsheets.Cell]]:
    yield [_("Tình hình, kết quả giải quyết thủ tục hành chính (II.06a)")]
    yield [_("Kỳ báo cáo"), statistics_view.period_text(report)]
    yield [_("Lập lúc"), present.moment_text(report.made_at)]
    for what, which in narrowed:
        yield [what, which]
    yield []
    columns = [cell for _group, cells in GROUPS for cell in cells]
    heads = [statistics_view.column_name(cell) for cell in columns]
    by = str(statistics_view.GROUPINGS[report.asked.by])
    yield [by, *heads, _("Tỷ lệ trước và đúng hạn (%%)"), _("Số ngày làm việc trung bình")]
    for line in (*report.lines, report.total):
        numbers = [line.cells[cell] for cell in columns]
        yield [statistics_view.name_of(report.asked.by, line), *numbers, line.rate, line.used]


def _inquiry(filters: Filters) -> Inquiry:
    return Inquiry(site().platform, person(), filters.asked())


def _cell() -> str:
    return request.args.get("cell", "received")[:64]


def _place(row: Any) -> str:
    """Where a dossier stands in the list, as text for an address."""
    closed = row.closed_at.isoformat() if row.closed_at else ""
    return f"{closed}~{row.received_at.isoformat()}~{row.id}"


def _after() -> Position | None:
    """The place that `_place` wrote; None for anything else, which shows the first page."""
    try:
        closed, received, identifier = request.args.get("after", "").split("~")
        moments = [datetime.fromisoformat(one) if one else None for one in (closed, received)]
        identified = UUID(identifier)
    except ValueError:
        return None
    if moments[1] is None or any(one and one.tzinfo is None for one in moments):
        return None
    return Position(moments[0], moments[1], identified)
