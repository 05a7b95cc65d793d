"""Report II.06a and what stands beside it: the rows with their names, on-time rates, days used, what lapses next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.model import Actor, Role
from engine.persistence import month_tallies
from engine.persistence import statistics as queries
from engine.persistence.once import once
from engine.persistence.organisation import unit_names
from engine.persistence.statistics_boxes import CELLS, Box, Grouping, Origin, Question
from engine.platform import Platform
from engine.statistics_forecast import forecast
from engine.statistics_months import Kept, Span, Window
from engine.statistics_months import month as month_of
from engine.statistics_procedures import Procedures
from engine.statistics_values import Asked, Line, Month, Period, Report, months_later

READERS = (Role.DIVISION_HEAD, Role.AGENCY_LEADER, Role.PROCEDURE_CONTROL, Role.OPERATOR)
_SEE_ALL = (Role.PROCEDURE_CONTROL, Role.OPERATOR)
_CELLS_OF: Mapping[tuple[Box, Origin], Sequence[str]] = {
    (box, origin): [cell for cell, (boxes, origins) in CELLS.items() if box in boxes and origin in (origins or Origin)]
    for box in Box
    for origin in Origin
}
MONTHS = 12  # how far back the months beside the report go


@dataclass(frozen=True)
class Inquiry:
    """Who asks for what, in which surroundings."""

    platform: Platform
    actor: Actor
    asked: Asked


def report(session: Session, inquiry: Inquiry) -> Report:
    """Report II.06a over what the actor may see; received = resolved + in progress in every row."""
    procedures = Procedures.known(session)
    question = _question(inquiry, procedures)
    counting = _counting(session, inquiry, question, question.start)
    tallies = queries.tallies(session, question, inquiry.asked.by, counting.gaps)
    return _told(session, inquiry, procedures, [*tallies, *counting.tallies], {})


def at_a_glance(session: Session, inquiry: Inquiry) -> Report:
    """The report with the days used, the months behind it and what lapses next."""
    procedures = Procedures.known(session)
    question = _question(inquiry, procedures)
    names, chart = _chart(inquiry, procedures)
    counting = _counting(session, inquiry, question, min(question.start, chart.start))
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


def number(session: Session, inquiry: Inquiry, cell: str, row: str = "") -> int:
    """One number of the report: a column of it, in one row (by its key) or in the total; nought of a row it lacks.

    Raises:
        NotFoundError: the report has no such column.
    """
    procedures, question, counting, which = _one_number(session, inquiry, cell, row)
    keys = _keys_of(inquiry.asked.by, row, procedures)
    kept = sum(one.number for one in counting.tallies if _counts(one, cell, keys))
    return kept + queries.counted(session, question, which, counting.gaps)


def names_of_row(session: Session, by: Grouping, row: str) -> tuple[str, str]:
    """The Vietnamese and the English name of a row by its key."""
    return _names(session, by, [row], Procedures.known(session))[row]


def is_noted(session: Session, inquiry: Inquiry) -> bool:
    """Whether it is known that this is asked, so that its months are kept; see `engine.month_keeping`."""
    return month_tallies.asked_on(session, scope_of(session, inquiry)) == inquiry.platform.today()


def note(session: Session, inquiry: Inquiry) -> None:
    """Make it known that this is asked."""
    month_tallies.note(session, scope_of(session, inquiry), inquiry.platform.today())


def scope_of(session: Session, inquiry: Inquiry) -> month_tallies.Scope:
    """The scope in which the months of an inquiry are counted, whatever its period."""
    question = _question(inquiry, Procedures.known(session))
    return month_tallies.Scope.of(question, inquiry.asked.by, inquiry.platform.calendar_number)


@dataclass(frozen=True)
class _Counting:
    """A question, and what is kept of it: only the gaps are counted, and what is open."""

    question: Question
    kept: Kept

    @cached_property
    def window(self) -> Window | None:
        return Window.of(self.question)

    def about(self, question: Question) -> "_Counting":
        return _Counting(question, self.kept)

    @property
    def usable(self) -> Kept:
        return self.kept.since(self.window.first) if self.window else Kept()

    @property
    def gaps(self) -> list[Span]:
        return self.usable.gaps(self.question.start)

    @property
    def tallies(self) -> list[queries.Tally]:
        return self.usable.tallies(self.window) if self.window else []


def _counting(session: Session, inquiry: Inquiry, question: Question, since: datetime) -> _Counting:
    scope = month_tallies.Scope.of(question, inquiry.asked.by, inquiry.platform.calendar_number)
    first = month_of(since, inquiry.platform.zone)
    kept = once(session, (scope, first), lambda: month_tallies.kept(session, scope, first))
    return _Counting(question, Kept(tuple(kept)))


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


def _keys_of(by: Grouping, row: str, procedures: Procedures) -> Sequence[str] | None:
    """By what the database knows a row of the report; None for all of it."""
    if not row:
        return None
    return procedures.of_field(row) if by is Grouping.FIELD else (row,)


def behind(
    session: Session,
    inquiry: Inquiry,
    cell: str,
    row: str = "",
    *,
    after: queries.Position | None = None,
    limit: int = 25,
) -> Sequence[Row[Any]]:
    """The dossiers that one number counts: a column of the report, in one row (by its key) or in all.

    Open ones come first, then what was closed last. `after` is the place of the last one that was read.

    Raises:
        NotFoundError: the report has no such column.
    """
    procedures, question, counting, which = _one_number(session, inquiry, cell, row)
    keys, spans = _keys_of(inquiry.asked.by, row, procedures), None
    if counting.window:
        spans = counting.usable.spans(question.start, counting.window, lambda one: _counts(one, cell, keys))
    return queries.behind(session, question, which, spans, after=after, limit=limit)


def _one_number(
    session: Session, inquiry: Inquiry, cell: str, row: str
) -> tuple[Procedures, Question, _Counting, queries.Behind]:
    if cell not in CELLS:
        raise NotFoundError(
            f"expected a column of the report ({', '.join(CELLS)}), found {cell!r}", "Báo cáo không có cột này."
        )
    procedures = Procedures.known(session)
    by, question = inquiry.asked.by, _question(inquiry, procedures)
    keys = _keys_of(by, row, procedures)
    which = queries.Behind(cell, None if keys is None else (by, keys))
    return procedures, question, _counting(session, inquiry, question, question.start), which


def _counts(tally: queries.Tally, cell: str, keys: Sequence[str] | None) -> bool:
    return cell in _CELLS_OF[tally.box, tally.origin] and (keys is None or tally.key in keys)


def _question(inquiry: Inquiry, procedures: Procedures) -> Question:
    """The same as the database is asked. Whoever leads a unit sees what that unit has to do with."""
    platform, actor, asked = inquiry.platform, inquiry.actor, inquiry.asked
    calendar, now = platform.calendar, platform.now()
    start = calendar.end_of_day(asked.period.first - timedelta(days=1)) + timedelta(seconds=1)
    end = calendar.end_of_day(asked.period.last) + timedelta(seconds=1)
    leading = (
        actor.roles if any(map(actor.has_role, _SEE_ALL)) else {each for each in actor.roles if each[0] in READERS}
    )
    keys = {procedures.of_field(asked.field)} if asked.field else set()
    if asked.procedure:
        keys.add((asked.procedure,))
    chosen = set.intersection(*map(set, keys)) if keys else None
    return Question(
        actor=replace(actor, roles=frozenset(leading)),
        start=start,
        end=end,
        at=min(end - timedelta(seconds=1), now),
        zone=platform.zone,
        competent=asked.competent,
        receiving=asked.receiving,
        procedures=None if chosen is None else tuple(sorted(chosen)),
        channels=(asked.channel,) if asked.channel else (),
    )


def _cells(tallies: Iterable[queries.Tally]) -> dict[str, int]:
    numbers = dict.fromkeys(CELLS, 0)
    for tally in tallies:
        for cell in _CELLS_OF[tally.box, tally.origin]:
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


def _days_used(inquiry: Inquiry, counting: _Counting, rows: Iterable[queries.Resolved]) -> dict[str, tuple[int, int]]:
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
    question = _question(replace(inquiry, asked=replace(asked, period=span)), procedures)
    return [f"{first:%Y-%m}" for first in wanted], question


def _months(names: Sequence[str], counting: _Counting, rows: Iterable[queries.Resolved]) -> tuple[Month, ...]:
    """What was resolved in each of the months, those without a result included."""
    numbers: dict[str, list[int]] = defaultdict(lambda: [0, 0])  # month -> in time, overdue
    for row in rows:
        numbers[f"{row.resolved:%Y-%m}"][row.overdue] += row.number
    for month, late, number in counting.usable.resolved(counting.window) if counting.window else ():
        numbers[month][late] += number
    return tuple(Month(name, sum(numbers[name]), numbers[name][True]) for name in names)
