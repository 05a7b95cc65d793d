"""Statistics at a glance: report II.06a with pictures, the dossiers behind each number, and the same as files."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.asking import ask
from api.auth import allow
from api.database import read
from api.pages import listing, present, spreadsheets, statistics_list, statistics_pictures, statistics_view
from api.pages.acting import person
from api.pages.listing import Column
from api.pages.statistics_view import GROUPS, Filters
from api.site import site
from engine import statistics
from engine.persistence.statistics import Position
from engine.statistics_inquiry import READERS, Inquiry
from engine.statistics_numbers import Number
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
            wide=True,
            **statistics_view.choices(session, inquiry.actor, report, filters),
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
        number = Number.of(session, inquiry, cell, row)
        rows = number.dossiers(session, after=_after(), limit=PAGE + 1)
        onward = _place(rows[PAGE - 1]) if len(rows) > PAGE else ""
        names = statistics.names_of_row(session, inquiry.asked.by, row) if row else ("", "")
        here, columns = {"cell": cell, "row": row}, _columns(session)
        return render_template(
            "pages/statistics/dossiers.html",
            column=statistics_view.column_name(cell),
            period=statistics_view.period_text(inquiry.asked.period),
            narrowed=statistics_view.narrowed_to(session, filters),
            row_name=statistics_view.name_of(inquiry.asked.by, row, names),
            row_kind=statistics_view.GROUPINGS[inquiry.asked.by],
            dossiers=statistics_list.lines(session, inquiry.actor, rows[:PAGE], columns),
            columns=columns,
            columns_href=url_for("lists.show", kind="behind", next=filters.href("statistics.behind", **here)),
            total=number.count(session),
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
        Number.of(session, inquiry, cell, row)
        columns = _columns(session)
    return spreadsheets.as_csv(_all_behind(inquiry, cell, row, columns), f"{cell}.csv")


def _columns(session: Session) -> Sequence[Column]:
    return listing.wishes(session, person(), "behind", statistics_list.COLUMNS).columns


def _all_behind(inquiry: Inquiry, cell: str, row: str, columns: Sequence[Column]) -> Iterator[list[spreadsheets.Cell]]:
    yield statistics_list.head(columns)
    after: Position | None = None
    while True:
        with read() as session:
            rows = Number.of(session, inquiry, cell, row).dossiers(session, after=after, limit=AT_ONCE)
            lines = statistics_list.lines(session, inquiry.actor, rows, columns)
        for line in lines:
            yield statistics_list.cells(line, columns)
        if len(rows) < AT_ONCE:
            return
        after = Position(rows[-1].closed_at, rows[-1].received_at, rows[-1].id)


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
    yield [_("Kỳ báo cáo"), statistics_view.period_text(report.asked.period)]
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
        yield [statistics_view.name_of(report.asked.by, line.key, line.names), *numbers, line.rate, line.used]


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
