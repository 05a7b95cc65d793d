"""Report II.06a: in every row received = resolved + in progress, and behind each number stand just so many dossiers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from years_of_work import (
    CONTROL,
    NOVEMBER,
    NOW,
    OCTOBER,
    SMALL_DOSSIER,
    Archive,
    add_small,
    archive_in,
    at,
    end_of,
    inquiry,
    small_archives,
)

from engine.errors import InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.model import Actor, Channel, Role
from engine.persistence.statistics import Position
from engine.persistence.statistics_boxes import CELLS, Grouping
from engine.persistence.tables import TaskRow
from engine.statistics import report
from engine.statistics_numbers import Number
from engine.statistics_procedures import Procedures
from engine.statistics_values import Line, Period, period_of


@pytest.fixture
def archive(db: Engine) -> Iterator[Archive]:
    with archive_in(db) as found:
        yield found


def numbers(row: Line) -> dict[str, int]:
    """The cells of a row that are not nought."""
    return {cell: number for cell, number in row.cells.items() if number}


# ---- early, on time, overdue -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided", "cell"),
    [
        (at("11-09", "23:59:59"), "resolved_early"),  # still the day before, though the 10th in Tokyo
        (at("11-10", "00:00:00"), "resolved_on_time"),  # already the due day, though still the 9th in UTC
        (end_of("11-10") + timedelta(microseconds=999_999), "resolved_on_time"),  # the last second in time
        (at("11-11", "00:00:00"), "resolved_overdue"),
    ],
)
def test_a_day_is_a_day_of_the_authority_s_zone(archive: Archive, decided: datetime, cell: str) -> None:
    archive.add(at("11-02"), end_of("11-10"), decided_at=decided)
    assert {"resolved": 1, cell: 1}.items() <= numbers(archive.told().total).items()


def test_an_extension_does_not_hide_that_a_dossier_was_late(archive: Archive) -> None:
    archive.add(at("11-02"), end_of("11-20"), original_due_at=end_of("11-10"), extended=True, decided_at=at("11-12"))
    archive.add(at("11-02"), end_of("11-30"), original_due_at=end_of("11-10"), extended=True)
    told = archive.told().total
    assert (told.cells["resolved_overdue"], told.cells["resolved_by_extension"]) == (1, 1)
    assert (told.cells["in_progress_overdue"], told.cells["in_progress_by_extension"]) == (1, 1)
    assert told.rate == 0.0


def test_what_an_extension_was_not_needed_for_is_judged_by_the_original_day(archive: Archive) -> None:
    extended = {"original_due_at": end_of("11-10"), "extended": True}
    archive.add(at("11-02"), end_of("11-20"), decided_at=at("11-10"), **extended)
    archive.add(at("11-02"), end_of("11-20"), decided_at=at("11-09"), **extended)
    told = archive.told().total.cells
    assert (told["resolved_on_time"], told["resolved_early"]) == (1, 1)


def test_days_in_which_the_law_stopped_the_clock_make_nobody_late(archive: Archive) -> None:
    archive.add(at("11-02"), end_of("11-20"), original_due_at=end_of("11-10"), decided_at=at("11-12"))
    archive.add(at("11-02"), None, original_due_at=end_of("11-10"))
    told = archive.told().total.cells
    assert (told["resolved_early"], told["in_progress_in_time"]) == (1, 1)


# ---- periods ---------------------------------------------------------------------------------------------


def test_how_a_dossier_came_into_the_period(archive: Archive) -> None:
    archive.add(at("10-20"), end_of("12-01"))
    archive.add(at("11-01", "00:00:00"), end_of("12-01"))  # still October in UTC
    for channel in (Channel.DESK, Channel.POST, Channel.KIOSK):
        archive.add(at("11-03"), end_of("12-01"), channel=channel)
    told = archive.told().total.cells
    assert (told["carried_over"], told["received_online"], told["received_direct"]) == (1, 1, 3)


def test_a_past_period_is_told_as_it_stood_at_its_end(archive: Archive) -> None:
    archive.add(at("10-01"), end_of("10-20"), decided_at=at("11-05"), closed_at=at("11-06"), outcome="granted")
    archive.add(at("10-01"), end_of("11-20"), closed_at=at("11-05"), outcome="withdrawn")
    archive.add(at("11-02"), end_of("11-20"))
    assert numbers(archive.told(OCTOBER).total) == {
        "received": 2,
        "received_online": 2,
        "in_progress": 2,
        "in_progress_in_time": 1,
        "in_progress_overdue": 1,
    }
    assert archive.told().total.cells["withdrawn"] == 1


def test_what_ended_without_a_result_stands_apart(archive: Archive) -> None:
    for outcome in ("withdrawn", "stopped", "not_received"):
        archive.add(at("11-02"), end_of("11-05"), closed_at=at("11-09"), outcome=outcome)
    assert numbers(archive.told().total) == {"withdrawn": 1, "stopped": 1, "not_received": 1}


def test_what_is_not_accepted_yet_has_no_term_to_miss(archive: Archive) -> None:
    archive.add(at("11-20"))
    told = archive.told().total.cells
    assert (told["in_progress_not_accepted"], told["in_progress_in_time"]) == (1, 1)


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(InvalidInputError, match="2026-11-02 to 2026-11-01"):
        Period(date(2026, 11, 2), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_periods_have_names(preset: str, first: str, last: str) -> None:
    assert period_of(preset, NOW.date()) == Period(date.fromisoformat(first), date.fromisoformat(last))


# ---- rows, filters, what stands beside -------------------------------------------------------------------


def test_rows_are_units_fields_procedures_or_channels(archive: Archive) -> None:
    archive.add(at("11-02"), competent_unit="A", receiving_unit="B", procedure_key="p", channel=Channel.DESK)
    archive.add(at("11-03"), competent_unit="A", receiving_unit="A", procedure_key="q")
    rows = {by: {line.key: line.cells["received"] for line in archive.told(by=by).lines} for by in Grouping}
    assert rows == {
        Grouping.COMPETENT: {"A": 2},
        Grouping.RECEIVING: {"A": 1, "B": 1},
        Grouping.FIELD: {"Lĩnh vực p": 1, "Lĩnh vực q": 1},
        Grouping.PROCEDURE: {"p": 1, "q": 1},
        Grouping.CHANNEL: {"desk": 1, "online": 1},
    }
    assert [line.name_vi for line in archive.told(by=Grouping.RECEIVING).lines] == ["Đơn vị A", "Đơn vị B"]
    assert [line.name_en for line in archive.told(by=Grouping.FIELD).lines] == ["Field p", "Field q"]


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ({"competent": "B"}, 1),
        ({"receiving": "B"}, 2),
        ({"procedure": "q"}, 1),
        ({"field": "Lĩnh vực p"}, 2),
        ({"field": "Lĩnh vực p", "procedure": "q"}, 0),
        ({"channel": Channel.POST}, 1),
        ({"competent": "nowhere"}, 0),
    ],
)
def test_a_report_can_be_narrowed(archive: Archive, narrowed: dict[str, Any], left: int) -> None:
    archive.add(at("11-02"), receiving_unit="B")
    archive.add(at("11-02"), channel=Channel.POST)
    archive.add(at("11-02"), competent_unit="B", receiving_unit="B", procedure_key="q")
    assert archive.told(**narrowed).total.cells["received"] == left


def test_months_and_days_used_stand_beside_the_report(archive: Archive) -> None:
    archive.add(at("10-26"), end_of("10-30"), decided_at=at("11-02"))  # Monday to the Monday after: 5 working days
    archive.add(at("11-06"), end_of("11-30"), decided_at=at("11-09"))  # Friday to Monday: 1
    archive.add(at("11-02"), end_of("11-20"), original_due_at=end_of("11-10"), decided_at=at("11-20"))  # was stopped
    told = archive.told()
    assert told.total.used == 3.0
    assert [line.used for line in told.lines] == [3.0]
    assert told.total.rate == 66.7
    assert len(told.months) == 12
    assert [(one.month, one.resolved, one.overdue) for one in told.months[-2:]] == [
        ("2026-10", 0, 0),
        ("2026-11", 3, 1),
    ]
    assert told.months[-2].rate is None


def test_what_lapses_next_is_told_before_it_does(archive: Archive) -> None:
    archive.add(at("11-02"), end_of("11-20"))  # lapsed on Friday
    today = archive.add(at("11-02"), end_of("11-23"))
    next_day = archive.add(at("11-02"), end_of("11-25"))
    archive.add(at("11-02"), end_of("11-25"), decided_at=at("11-20"))
    archive.add(at("11-02"), end_of("11-26"))
    # the 24th is Vietnamese Culture Day: nobody works
    forecast = archive.told(OCTOBER).forecast
    assert forecast
    assert (forecast.today, forecast.next_day, forecast.next_on) == (1, 1, date(2026, 11, 25))
    assert [row.id for row in forecast.dossiers] == [today, next_day]


# ---- who sees what ---------------------------------------------------------------------------------------


def test_heads_count_what_their_units_have_to_do_with(archive: Archive) -> None:
    archive.add(at("11-02"), competent_unit="A", receiving_unit="A")
    archive.add(at("11-02"), competent_unit="A", receiving_unit="B")
    with_task = archive.add(at("11-02"), competent_unit="A", receiving_unit="A")
    archive.session.add(
        TaskRow(
            dossier_id=with_task,
            id=new_id(),
            element_id="x",
            name_vi="x",
            role=Role.CASE_OFFICER,
            unit_code="B",
            queue="B/case_officer",
            state="open",
            opened_at=NOW,
        )
    )
    archive.session.flush()
    head = Actor(None, "Trưởng phòng", roles=frozenset({(Role.DIVISION_HEAD, "B"), (Role.CASE_OFFICER, "A")}))
    assert archive.told(actor=CONTROL).total.cells["received"] == 3
    assert archive.told(actor=head).total.cells["received"] == 2  # being an officer of A opens no report on A
    officer = replace(head, roles=frozenset({(Role.CASE_OFFICER, "A")}))
    assert archive.told(actor=officer).total.cells["received"] == 0


# ---- the same dossiers in number and list ------------------------------------------------------------------


Archives = Callable[[], AbstractContextManager[Archive]]


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def archives(request: pytest.FixtureRequest) -> Iterator[Archives]:
    yield from small_archives(request.getfixturevalue(request.param))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    dossiers=st.lists(SMALL_DOSSIER, max_size=12),
    period=st.sampled_from([NOVEMBER, OCTOBER, Period(date(2026, 9, 20), date(2026, 11, 10))]),
    by=st.sampled_from(list(Grouping)),
)
def test_received_is_resolved_and_in_progress_and_each_number_has_its_dossiers(
    archives: Callable[[], AbstractContextManager[Archive]],
    dossiers: list[dict[str, Any]],
    period: Period,
    by: Grouping,
) -> None:
    with archives() as archive:
        for one in dossiers:
            add_small(archive, one)
        asked = inquiry(period, by=by)
        told = report(archive.session, asked)
        for row in (*told.lines, told.total):
            hold_together(row)
            for cell in CELLS:
                assert Number.of(archive.session, asked, cell, row.key).count(archive.session) == row.cells[cell], cell
                listed = Number.of(archive.session, asked, cell, row.key).dossiers(archive.session, limit=100)
                assert len(listed) == row.cells[cell], cell
        for cell in CELLS:
            assert sum(row.cells[cell] for row in told.lines) == told.total.cells[cell]


def hold_together(row: Line) -> None:
    cells = row.cells
    assert cells["received"] == cells["resolved"] + cells["in_progress"]
    assert cells["received"] == cells["received_online"] + cells["received_direct"] + cells["carried_over"]
    assert cells["resolved"] == cells["resolved_early"] + cells["resolved_on_time"] + cells["resolved_overdue"]
    assert cells["in_progress"] == cells["in_progress_in_time"] + cells["in_progress_overdue"]


def test_a_long_list_is_read_page_by_page_open_ones_first_then_what_was_closed_last(archive: Archive) -> None:
    closed = [archive.add(at("11-02"), closed_at=at(f"11-{day:02}"), outcome="granted") for day in (9, 12, 10)]
    opened = [archive.add(at(f"11-{day:02}")) for day in (5, 3)]
    same = archive.add(at("11-02"), closed_at=at("11-10"), outcome="granted")
    read: list[Any] = []
    received = Number.of(archive.session, inquiry(), "received")
    while rows := received.dossiers(archive.session, after=place_of(read[-1]) if read else None, limit=2):
        read += rows
    assert [row.id for row in read] == [*opened, closed[1], *sorted([closed[2], same], reverse=True), closed[0]]


def place_of(row: Any) -> Position:
    return Position(row.closed_at, row.received_at, row.id)


def test_a_column_that_the_report_lacks_is_refused(archive: Archive) -> None:
    with pytest.raises(NotFoundError, match="in_progress_overdue"):
        Number.of(archive.session, inquiry(), "no_such_column")


def test_the_rate_of_nothing_is_no_rate(archive: Archive) -> None:
    assert archive.told().total.rate is None
    assert Procedures.known(archive.session).of_field("") == ()
