"""Reading a calendar file (TOML) into checked `CalendarData`; every mistake is named with its place."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.deadlines.days import (
    CalendarData,
    CalendarDecision,
    CoveredYear,
    DatedHours,
    DayKind,
    DecidedDay,
    Hours,
)
from engine.deadlines.errors import CalendarDataError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_HOLIDAY = timedelta(days=31)  # a longer range is a slip of the pen in `to`

Table = Mapping[str, Any]


def read_calendar(content: bytes) -> CalendarData:
    """The calendar that the TOML text describes.

    Raises:
        CalendarDataError: the text is not TOML, a field is missing or of the wrong kind, a day contradicts
            itself, or a covered year has no holiday.
    """
    table = _parse(content)
    rest = frozenset(_weekday(name) for name in _need(table, "rest", list, "calendar"))
    data = CalendarData(
        name=_need(table, "name", str, "calendar"),
        version=str(_need(table, "version", (str, date), "calendar")),
        title_vi=str(table.get("title_vi", "")),
        title_en=str(table.get("title_en", "")),
        zone=_zone(_need(table, "zone", str, "calendar")),
        rest=rest,
        years=tuple(_year(entry) for entry in _need(table, "year", list, "calendar")),
        decisions=tuple(read_decision(entry) for entry in table.get("decision", [])),
        hours=tuple(sorted(map(_hours, table.get("hours", [])), key=lambda hours: hours.valid_from)),
        desk=tuple((_weekday(day), _spans(spans, "desk")) for day, spans in table.get("desk", {}).items()),
    )
    check_calendar(data)
    return data


def read_decision(table: Table) -> CalendarDecision:
    """One `[[decision]]` of a calendar file.

    Raises:
        CalendarDataError: a field is missing or of the wrong kind.
    """
    place = f"decision {table.get('id', '?')!r}"
    return CalendarDecision(
        id=_need(table, "id", str, place),
        document=_need(table, "document", str, place),
        known_from=_need(table, "known_from", date, place),
        title_vi=str(table.get("title_vi", "")),
        title_en=str(table.get("title_en", "")),
        days=tuple(_decided_days(table, place)),
        issued=table.get("issued"),
        checked=table.get("checked"),
        sample=bool(table.get("sample", False)),
        supersedes=tuple(table.get("supersedes", ())),
    )


def check_calendar(data: CalendarData) -> None:
    """Refuse a calendar that could only be counted by guessing.

    Raises:
        CalendarDataError: no year, a gap between years, a year without a holiday, a decision id used twice or
            superseded but unknown, a swap that swaps nothing.
    """
    years = [covered.year for covered in data.years]
    if not years or years != list(range(years[0], years[0] + len(years))):
        raise CalendarDataError(
            f"Expected the covered years of calendar {data.name!r} to follow one another, found {years}; add the"
            " missing [[year]] with its decisions.",
        )
    ids = Counter(decision.id for decision in data.decisions)
    named = {name for decision in data.decisions for name in decision.supersedes}
    if twice := [name for name, times in ids.items() if times > 1]:
        raise CalendarDataError(f"Expected each decision id once, found {twice} more than once; rename one.")
    if unknown := sorted(named - set(ids)):
        raise CalendarDataError(f"Expected superseded decisions to be in the calendar, found none called {unknown}.")
    _check_days(data)
    _check_years_have_holidays(data)


def _check_days(data: CalendarData) -> None:
    for decision in data.decisions:
        for decided in decision.days:
            at_rest = decided.day.weekday() in data.rest
            if decided.kind is DayKind.SWAPPED_ON and not at_rest:
                raise CalendarDataError(
                    f"Expected the day worked in a swap to be a weekly rest day, found {decided.day} in"
                    f" {decision.id!r}, a working day already; correct `on`.",
                )
            if decided.kind in (DayKind.SWAPPED_OFF, DayKind.COMPENSATORY) and at_rest:
                raise CalendarDataError(
                    f"Expected a {decided.kind} day to be a working weekday, found {decided.day} in"
                    f" {decision.id!r}, a weekly rest day already; correct the date.",
                )


def _check_years_have_holidays(data: CalendarData) -> None:
    with_holidays = {
        decided.day.year for decision in data.decisions for decided in decision.days if decided.kind is DayKind.HOLIDAY
    }
    if empty := [covered.year for covered in data.years if covered.year not in with_holidays]:
        raise CalendarDataError(
            f"Expected every covered year of calendar {data.name!r} to have holidays, found none in {empty}; enter"
            " the year's decisions or take the [[year]] out. A year is never counted by weekdays alone.",
            f"Năm {empty} trong lịch {data.name!r} chưa có ngày nghỉ lễ nào; hãy nhập các quyết định của năm đó.",
        )


# ---- fields ---------------------------------------------------------------------------------------------


def _parse(content: bytes) -> Table:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CalendarDataError(
            f"Expected a calendar file in TOML (UTF-8), found something else: {problem}."
        ) from problem


def _need(table: Table, key: str, kind: type | tuple[type, ...], place: str) -> Any:
    value = table.get(key)
    if not isinstance(value, kind) or value in ("", []):
        wanted = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
        raise CalendarDataError(f"Expected {key!r} ({wanted}) in {place}, found {value!r}; write it.")
    return value


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise CalendarDataError(
            f"Expected a time zone such as Asia/Ho_Chi_Minh, found {name!r}; correct `zone`."
        ) from problem


def _weekday(name: object) -> int:
    if name not in WEEKDAYS:
        raise CalendarDataError(f"Expected a weekday ({', '.join(WEEKDAYS)}), found {name!r}; correct it.")
    return WEEKDAYS.index(str(name))


def _year(table: Table) -> CoveredYear:
    place = f"[[year]] {table.get('year', '?')}"
    return CoveredYear(
        year=_need(table, "year", int, place),
        known_from=_need(table, "known_from", date, place),
        provisional=bool(table.get("provisional", False)),
        note_vi=str(table.get("note_vi", "")),
        note_en=str(table.get("note_en", "")),
    )


def _hours(table: Table) -> DatedHours:
    return DatedHours(
        valid_from=_need(table, "valid_from", date, "[[hours]]"),
        spans=_spans(_need(table, "spans", list, "[[hours]]"), "[[hours]]"),
        source=str(table.get("source", "")),
        sample=bool(table.get("sample", False)),
    )


def _spans(pairs: Iterable[Any], place: str) -> Hours:
    spans = tuple((start, end) for start, end in pairs)
    edges = [edge for span in spans for edge in span]
    if not all(isinstance(edge, time) for edge in edges) or edges != sorted(set(edges)):
        raise CalendarDataError(
            f"Expected spans of hours in order and without overlap in {place}, found {edges}; write them as"
            " [[07:30:00, 11:30:00], [13:00:00, 17:00:00]].",
        )
    return spans


# ---- days -----------------------------------------------------------------------------------------------


def _decided_days(table: Table, place: str) -> Iterator[DecidedDay]:
    for entry in table.get("holidays", ()):
        for day in _range(entry, place):
            yield DecidedDay(day, DayKind.HOLIDAY, *_reason(entry, place))
    for entry in table.get("compensatory", ()):
        yield _compensatory(entry, place)
    for entry in table.get("swaps", ()):
        yield from _swap(entry, place)


def _reason(entry: Table, place: str) -> tuple[str, str]:
    return _need(entry, "vi", str, place), _need(entry, "en", str, place)


def _range(entry: Table, place: str) -> Iterator[date]:
    if "day" in entry:
        yield _need(entry, "day", date, place)
        return
    first, last = _need(entry, "from", date, place), _need(entry, "to", date, place)
    if not timedelta(0) <= last - first <= LONGEST_HOLIDAY:
        raise CalendarDataError(f"Expected `from` before `to` by a month at most in {place}, found {first}..{last}.")
    yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _compensatory(entry: Table, place: str) -> DecidedDay:
    day, instead = _need(entry, "day", date, place), _need(entry, "for", date, place)
    return DecidedDay(
        day,
        DayKind.COMPENSATORY,
        f"Nghỉ bù cho ngày lễ {instead:%d/%m/%Y} trùng ngày nghỉ hằng tuần",
        f"Day off in place of the holiday {instead:%d/%m/%Y}, which fell on the weekly rest",
    )


def _swap(entry: Table, place: str) -> Iterator[DecidedDay]:
    off, on = _need(entry, "off", date, place), _need(entry, "on", date, place)
    yield DecidedDay(
        off,
        DayKind.SWAPPED_OFF,
        f"Nghỉ hoán đổi, làm việc bù ngày {on:%d/%m/%Y}",
        f"Swapped day off, made up for on {on:%d/%m/%Y}",
    )
    yield DecidedDay(
        on,
        DayKind.SWAPPED_ON,
        f"Ngày làm việc hoán đổi, bù cho ngày {off:%d/%m/%Y}",
        f"Swapped working day, in place of {off:%d/%m/%Y}",
    )
