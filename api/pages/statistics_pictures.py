"""Bars drawn from the figures of the statistics' tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as lazy

from api.pages.statistics_view import month_name, name_of, percent
from engine.statistics_values import Line, Month, Report

BARS = (
    ("resolved_early", lazy("Trước hạn"), "#146c43"),
    ("resolved_on_time", lazy("Đúng hạn"), "#5aa9e6"),
    ("resolved_overdue", lazy("Quá hạn"), "#a3241c"),
)
MOST_BARS = 20


@dataclass(frozen=True)
class Segment:
    """A coloured part of a bar, in the units of the picture."""

    name: str
    number: int
    start: float
    width: float
    colour: str


@dataclass(frozen=True)
class Bar:
    """One bar of a picture."""

    name: str
    top: int
    segments: tuple[Segment, ...]


WIDTH, ROW = 600, 44


def bars(report: Report) -> list[Bar]:
    """What was resolved, a bar for each row of the table, the longest first."""
    lines = sorted((one for one in report.lines if one.cells["resolved"]), key=lambda one: -one.cells["resolved"])
    scale = WIDTH / max((one.cells["resolved"] for one in lines), default=1)
    return [
        Bar(name_of(report.asked.by, one.key, one.names), ROW * place, _segments(one, scale))
        for place, one in enumerate(lines[:MOST_BARS])
    ]


def month_bars(months: Sequence[Month]) -> list[Bar]:
    """The on-time rate, a bar for each month that resolved anything; the full width is a hundred per cent."""
    told = [(one.month, one.rate) for one in months if one.rate is not None]
    return [
        Bar(
            f"{month_name(month)}: {percent(rate)}",
            ROW * place,
            (Segment("", 0, 0, round(WIDTH * rate / 100, 1), BARS[0][2]),),
        )
        for place, (month, rate) in enumerate(told)
    ]


def _segments(line: Line, scale: float) -> tuple[Segment, ...]:
    found, start = [], 0.0
    for cell, name, colour in BARS:
        width = round(line.cells[cell] * scale, 1)
        if width:
            found.append(Segment(str(name), line.cells[cell], round(start, 1), width, colour))
        start += width
    return tuple(found)
