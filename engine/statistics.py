"""Report II.06a and what stands beside it: the rows with their names, on-time rates, days used, what lapses next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.persistence import statistics as queries
from engine.persistence.organisation import unit_names
from engine.persistence.statistics_boxes import CELLS, Grouping, Question, cells_of
from engine.statistics_forecast import forecast
from engine.statistics_inquiry import Counting, Inquiry, counting_of, question_of
from engine.statistics_months import Span
from engine.statistics_procedures import Procedures
from engine.statistics_values import Line, Month, Period, Report, months_later

MONTHS = 12  # how far back the months beside the report go


def report(session: Session, inquiry: Inquiry) -> Report:
    """Report II.06a over what the actor may see; received = resolved + in progress in every row."""
    procedures = Procedures.known(session)
    question = question_of(inquiry, procedures)
    counting = counting_of(session, inquiry, question, question.start)
    tallies = queries.tallies(session, question, inquiry.asked.by, counting.gaps)
    return _told(session, inquiry, procedures, [*tallies, *counting.tallies], {})


def at_a_glance(session: Session, inquiry: Inquiry) -> Report:
    """The report with the days used, the months behind it and what lapses next."""
    procedures = Procedures.known(session)
    question = question_of(inquiry, procedures)
    names, chart = _chart(inquiry, procedures)
    counting = counting_of(session, inquiry, question, min(question.start, chart.start))
    of_chart, by = counting.about(chart), inquiry.asked.by
    if counting.window and chart.start <= question.start and question.at < chart.end:  # nothing was resolved after it
        spans = _split(of_chart.gaps, question.start)
        tallies, in_chart = queries.tallies_and_resolved(session, question, by, chart.start, spans)
        in_period = _within(in_chart, inquiry.asked.period)
    else:
        tallies = queries.tallies(session, question, by, counting.gaps)
        in_chart = queries.resolved(session, chart, by, of_chart.gaps)
        in_period = queries.resolved(session, question, by, counting.gaps)
    used = _days_used(inquiry, counting, in_period)
    told = _told(session, inquiry, procedures, [*tallies, *counting.tallies], used)
    months = _months(names, of_chart, in_chart)
    return replace(told, months=months, forecast=forecast(session, inquiry.platform, question))


def names_of_row(session: Session, by: Grouping, row: str) -> tuple[str, str]:
    """The Vietnamese and the English name of a row by its key."""
    return _names(session, by, [row], Procedures.known(session))[row]


def _split(spans: Iterable[Span], at: datetime) -> list[Span]:
    """The same spans, none of which goes on across a moment."""
    found: list[Span] = []
    for first, past in spans:
        across = first < at and (past is None or past > at)
        found += [(first, at), (at, past)] if across else [(first, past)]
    return found


def _told(
    session: Session,
    inquiry: Inquiry,
    procedures: Procedures,
    tallies: Sequence[queries.Tally],
    used: Mapping[str, tuple[int, int]],
) -> Report:
    by = inquiry.asked.by
    rows: dict[str, list[queries.Tally]] = defaultdict(list)  # row of the report -> what stands in it
    for tally in tallies:
        row = procedures.fields.get(tally.key, (tally.key, tally.key))[0] if by is Grouping.FIELD else tally.key
        rows[row].append(tally)
    names = _names(session, by, rows, procedures)
    lines = [
        Line(row, *names[row], _cells(own), _average(used, {tally.key for tally in own})) for row, own in rows.items()
    ]
    total = _total(tallies, _average(used, used))
    return Report(inquiry.asked, inquiry.platform.now(), tuple(sorted(lines, key=lambda one: one.name_vi)), total)


def _total(tallies: Sequence[queries.Tally], used: float | None = None) -> Line:
    return Line("", "Tổng số", "Total", _cells(tallies), used)


def _cells(tallies: Iterable[queries.Tally]) -> dict[str, int]:
    numbers = dict.fromkeys(CELLS, 0)
    for tally in tallies:
        for cell in cells_of(tally.box, tally.origin):
            numbers[cell] += tally.number
    return numbers


def _names(
    session: Session, by: Grouping, keys: Iterable[str], procedures: Procedures
) -> Mapping[str, tuple[str, str]]:
    """The Vietnamese and the English name of each row; of a channel its key, which pages have words for."""
    if by in (Grouping.COMPETENT, Grouping.RECEIVING):
        vi, en = unit_names(session, list(keys)), unit_names(session, list(keys), "en")
        return {key: (vi.get(key, key), en.get(key, key)) for key in keys}
    if by is Grouping.FIELD:
        return {key: procedures.field_names.get(key, (key, key)) for key in keys}
    if by is Grouping.PROCEDURE:
        return {key: procedures.titles.get(key, (key, key)) for key in keys}
    return {key: (key, key) for key in keys}


def _within(rows: Iterable[queries.Resolved], period: Period) -> list[queries.Resolved]:
    return [row for row in rows if period.first <= row.resolved <= period.last]


def _days_used(inquiry: Inquiry, counting: Counting, rows: Iterable[queries.Resolved]) -> dict[str, tuple[int, int]]:
    """(dossiers, their working days added up) by row of the report as the database knows it."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    calendar = inquiry.platform.calendar
    for row in rows:
        if row.received is not None:
            found[row.key][0] += row.number
            found[row.key][1] += row.number * calendar.working_days_between(row.received, row.resolved)
    for key, dossiers, days in counting.usable.used(counting.window) if counting.window else ():
        found[key][0] += dossiers
        found[key][1] += days
    return {key: (dossiers, total) for key, (dossiers, total) in found.items()}


def _average(used: Mapping[str, tuple[int, int]], keys: Iterable[str]) -> float | None:
    of = [used[key] for key in keys if key in used]
    dossiers = sum(number for number, _days in of)
    return round(sum(days for _number, days in of) / dossiers, 1) if dossiers else None


def _chart(inquiry: Inquiry, procedures: Procedures) -> tuple[list[str], Question]:
    """The calendar months up to the end of the period or to now, and the same question about all of them."""
    platform, asked = inquiry.platform, inquiry.asked
    final = min(asked.period.last, max(platform.today(), asked.period.first)).replace(day=1)
    wanted = [months_later(final, back) for back in range(1 - MONTHS, 1)]
    span = Period(wanted[0], months_later(final, 1) - timedelta(days=1))
    question = question_of(replace(inquiry, asked=replace(asked, period=span)), procedures)
    return [f"{first:%Y-%m}" for first in wanted], question


def _months(names: Sequence[str], counting: Counting, rows: Iterable[queries.Resolved]) -> tuple[Month, ...]:
    """What was resolved in each of the months, those without a result included."""
    numbers: dict[str, list[int]] = defaultdict(lambda: [0, 0])  # month -> in time, overdue
    for row in rows:
        numbers[f"{row.resolved:%Y-%m}"][row.overdue] += row.number
    for month, late, number in counting.usable.resolved(counting.window) if counting.window else ():
        numbers[month][late] += number
    return tuple(Month(name, sum(numbers[name]), numbers[name][True]) for name in names)
