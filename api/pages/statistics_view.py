"""Report II.06a as pages and files show it: what is chosen, columns in words, bars drawn from the table's figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, unit_choices, wording
from api.pages.listing import Choice
from api.site import site
from engine.model import Actor, Channel
from engine.persistence.organisation import unit_names
from engine.persistence.statistics_boxes import CELLS, Box, Grouping
from engine.statistics_procedures import Procedures
from engine.statistics_values import PRESETS, Asked, Line, Period, Report, on_time_rate, period_of
from engine.text import alphabetical

PERIODS: Mapping[str, LazyString] = {
    "this_month": lazy("Tháng này"),
    "last_month": lazy("Tháng trước"),
    "this_quarter": lazy("Quý này"),
    "this_year": lazy("Năm nay"),
    "last_year": lazy("Năm trước"),
    "chosen": lazy("Từ ngày, đến ngày"),
}
GROUPINGS: Mapping[Grouping, LazyString] = {
    Grouping.COMPETENT: lazy("Cơ quan giải quyết"),
    Grouping.RECEIVING: lazy("Nơi tiếp nhận"),
    Grouping.FIELD: lazy("Lĩnh vực"),
    Grouping.PROCEDURE: lazy("Thủ tục"),
    Grouping.CHANNEL: lazy("Cách nộp"),
}
# Columns in the order of the form, in groups; the last group is ours.
GROUPS: Sequence[tuple[LazyString, Mapping[str, LazyString]]] = (
    (
        lazy("Số hồ sơ tiếp nhận"),
        {
            "received": lazy("Tổng số"),
            "received_online": lazy("Trong kỳ: trực tuyến"),
            "received_direct": lazy("Trong kỳ: trực tiếp, bưu chính"),
            "carried_over": lazy("Từ kỳ trước"),
        },
    ),
    (
        lazy("Số hồ sơ đã giải quyết"),
        {
            "resolved": lazy("Tổng số"),
            "resolved_early": lazy("Trước hạn"),
            "resolved_on_time": lazy("Đúng hạn"),
            "resolved_overdue": lazy("Quá hạn"),
            "resolved_by_extension": lazy("trong đó kịp hạn đã hẹn lại"),
        },
    ),
    (
        lazy("Số hồ sơ đang giải quyết"),
        {
            "in_progress": lazy("Tổng số"),
            "in_progress_in_time": lazy("Trong hạn"),
            "in_progress_overdue": lazy("Quá hạn"),
            "in_progress_by_extension": lazy("trong đó còn hạn đã hẹn lại"),
            "in_progress_not_accepted": lazy("trong đó chờ tiếp nhận"),
        },
    ),
    (
        lazy("Kết thúc không giải quyết"),
        {
            "withdrawn": lazy("Đã rút hồ sơ"),
            "stopped": lazy("Dừng giải quyết"),
            "not_received": lazy("Không tiếp nhận"),
        },
    ),
)
MOST_ROWS = 50  # of the table at first
BOXES: Mapping[Box, LazyString] = {
    Box.EARLY: lazy("Trước hạn"),
    Box.ON_TIME: lazy("Đúng hạn"),
    Box.EXTENDED: lazy("Chỉ kịp hạn đã hẹn lại"),
    Box.LATE: lazy("Quá hạn"),
    Box.RUNNING: lazy("Trong hạn"),
    Box.WAITING: lazy("Chờ tiếp nhận"),
    Box.RUNNING_EXTENDED: lazy("Chỉ còn hạn đã hẹn lại"),
    Box.RUNNING_LATE: lazy("Quá hạn"),
    Box.WITHDRAWN: lazy("Đã rút hồ sơ"),
    Box.STOPPED: lazy("Dừng giải quyết"),
    Box.NOT_RECEIVED: lazy("Không tiếp nhận"),
}


@dataclass(frozen=True)
class Filters:
    """What the person has chosen, as the address says it."""

    period: str = "this_month"
    first: str = ""
    last: str = ""
    by: str = Grouping.COMPETENT.value
    competent: str = ""
    receiving: str = ""
    procedure: str = ""
    field: str = ""
    channel: str = ""
    all: str = ""  # "1": every row of the table, however many

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """From the query of an address; what makes no sense is left out."""
        told = cls(**{name: args.get(name, "").strip()[:200] for name in vars(cls())})
        period = told.period if told.period in PRESETS else ("chosen" if _day(told.first) and _day(told.last) else "")
        return replace(
            told,
            period=period or "this_month",
            first=told.first if period == "chosen" else "",
            last=told.last if period == "chosen" else "",
            by=told.by if told.by in list(Grouping) else Grouping.COMPETENT.value,
            channel=told.channel if told.channel in list(Channel) else "",
        )

    def asked(self) -> Asked:
        """The same as the engine is asked.

        Raises:
            InvalidInputError: the period ends before it begins.
        """
        first, last = _day(self.first), _day(self.last)
        return Asked(
            Period(first, last) if first and last else period_of(self.period, site().platform.today()),
            Grouping(self.by),
            self.competent,
            self.receiving,
            self.procedure,
            self.field,
            Channel(self.channel) if self.channel else None,
        )

    def query(self, **more: str) -> str:
        """The query of an address with this choice, without what is empty."""
        return urlencode({key: value for key, value in {**vars(self), **more}.items() if value})

    def href(self, endpoint: str, **more: str) -> str:
        """An address with this choice."""
        return f"{url_for(endpoint)}?{self.query(**more)}"


@dataclass(frozen=True)
class TableRow:
    """A row of the report's table. `cells`: its numbers as HTML, each with the address of the list behind it."""

    name: str
    cells: Markup
    rate: str
    used: str


def rows(report: Report, filters: Filters) -> list[TableRow]:
    """The table with the total last.

    Of a great many rows those that received most are told; the others are one row, until all are asked for.
    """
    shown: Sequence[Line] = report.lines
    others: Sequence[Line] = ()
    if len(shown) > MOST_ROWS and not filters.all:
        most = sorted(shown, key=lambda one: -one.cells["received"])
        kept = {one.key for one in most[:MOST_ROWS]}
        shown, others = tuple(one for one in shown if one.key in kept), tuple(most[MOST_ROWS:])
    columns = {cell: escape(f"{group}: {name}") for group, cells in GROUPS for cell, name in cells.items()}
    base = filters.href("statistics.behind")
    found = []
    for line in (*shown, report.total):
        name = name_of(report.asked.by, line.key, line.names) if line.key else _("Tổng số")
        href = f"{base}&cell={{}}" + (f"&{urlencode({'row': line.key})}" if line.key else "")
        found.append(TableRow(name, _cells(line.cells, columns, name, href), percent(line.rate), decimal(line.used)))
    if others:
        found.insert(-1, _together(others, columns))
    return found


def _together(others: Sequence[Line], columns: Mapping[str, Markup]) -> TableRow:
    numbers = {cell: sum(one.cells[cell] for one in others) for cell in columns}
    return TableRow(
        ngettext("%(num)s dòng khác", "%(num)s dòng khác", len(others)),
        _cells(numbers, columns),
        percent(on_time_rate(numbers["resolved"], numbers["resolved_overdue"])),
        decimal(None),
    )


def _cells(numbers: Mapping[str, int], columns: Mapping[str, Markup], row: str = "", href: str = "") -> Markup:
    """The numbers of a row, those that are not nought as links; in one piece, as a template would need thousands.

    `href`: where a number leads, with {} in place of its column.
    """
    named, (before, _here, behind) = escape(row), str(escape(href)).partition("{}")
    parts = []
    for cell, column in columns.items():
        told = f"{numbers[cell]}"
        if numbers[cell] and href:
            hidden = f'<span class="govuk-visually-hidden"> ({named}, {column})</span>'
            told = f'<a class="govuk-link" href="{before}{cell}{behind}">{told}{hidden}</a>'
        parts.append(f'<td class="govuk-table__cell govuk-table__cell--numeric">{told}</td>')
    return Markup("\n".join(parts))  # noqa: S704 - of escaped parts


def name_of(by: Grouping, key: str, names: tuple[str, str]) -> str:
    """The name of a row in the reader's language, from its key and its Vietnamese and English name."""
    if by is Grouping.CHANNEL and key:
        return wording.channel(key)
    return names[_language()]


def month_name(month: str) -> str:
    """YYYY-MM as people write it."""
    return f"{month[5:]}/{month[:4]}"


def decimal(number: float | None) -> str:
    """A number with one decimal for people; a dash for none."""
    return "—" if number is None else f"{number:.1f}".replace(".", "," if current_language() == "vi" else ".")


def percent(rate: float | None) -> str:
    """A rate for people; a dash for none."""
    return "—" if rate is None else f"{decimal(rate)} %"


def period_text(period: Period) -> str:
    """The period in words."""
    return _("từ %(first)s đến %(last)s", first=present.day_text(period.first), last=present.day_text(period.last))


def narrowed_to(session: Session, filters: Filters) -> list[tuple[str, str]]:
    """What the report leaves out, in words: (what, to which)."""
    units = unit_names(session, [filters.competent, filters.receiving], current_language())
    titles = Procedures.known(session).titles
    told = (
        (Grouping.COMPETENT, units.get(filters.competent, filters.competent)),
        (Grouping.RECEIVING, units.get(filters.receiving, filters.receiving)),
        (Grouping.PROCEDURE, titles.get(filters.procedure, (filters.procedure, filters.procedure))[_language()]),
        (Grouping.FIELD, filters.field),
        (Grouping.CHANNEL, wording.channel(filters.channel) if filters.channel else ""),
    )
    return [(str(GROUPINGS[what]), which) for what, which in told if which]


def choices(session: Session, actor: Actor, report: Report, filters: Filters) -> dict[str, Any]:
    """What can be chosen from."""
    procedures = Procedures.known(session)
    titles = [(key, words[_language()]) for key, words in procedures.titles.items()]
    return {
        "periods": list(PERIODS.items()),
        "groupings": list(GROUPINGS.items()),
        "competent": _pairs(unit_choices.competent(session, actor, filters.competent)),
        "receiving": _pairs(unit_choices.receiving(session, actor, filters.receiving)),
        "procedures": sorted(titles, key=lambda one: alphabetical(one[1])),
        "fields": [(key, words[_language()]) for key, words in sorted(procedures.field_names.items())],
        "channels": list(wording.CHANNELS.items()),
        "made_at": report.made_at,
    }


def _pairs(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in choices]


def column_name(cell: str) -> str:
    """A column with its group, in one line."""
    if cell not in CELLS:
        return cell
    return next(f"{group}: {names[cell]}" for group, names in GROUPS if cell in names)


def box_name(box: Box) -> str:
    """Where a dossier stands, in words."""
    return str(BOXES[box])


def _language() -> int:
    return 1 if current_language() == "en" else 0


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2999 else None
