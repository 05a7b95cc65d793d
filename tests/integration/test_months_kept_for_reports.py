"""A report that adds kept months up says what one says that counts every dossier; a month that changes is forgotten."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, select, update
from sqlalchemy.orm import Session
from years_of_work import (
    CONTROL,
    NOVEMBER,
    NOW,
    OCTOBER,
    PLATFORM,
    SMALL_DOSSIER,
    ZONE,
    Archive,
    add_small,
    archive_in,
    at,
    end_of,
    inquiry,
    small_archives,
)

from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.model import Actor, Role
from engine.month_keeping import keep_months, keep_months_of
from engine.organisation import people
from engine.persistence import month_tallies
from engine.persistence.statistics_boxes import Grouping
from engine.persistence.tables import DossierRow, ReportMonthRow, ReportScopeRow
from engine.persistence.transaction import run
from engine.platform import Platform
from engine.statistics import at_a_glance, report
from engine.statistics_inquiry import Inquiry, is_noted, note, scope_of
from engine.statistics_months import Window
from engine.statistics_numbers import Number
from engine.statistics_values import Period, period_of

YEAR, LAST_YEAR = (period_of(name, NOW.date()) for name in ("this_year", "last_year"))
QUARTER = period_of("this_quarter", NOW.date())
SUMMER = Period(date(2026, 6, 1), date(2026, 9, 30))
ODD = Period(date(2026, 9, 20), date(2026, 11, 10))
TOMORROW = Platform(FixedClock(NOW + timedelta(days=1)), vietnam())
HEAD = Actor(None, "Trưởng phòng", roles=frozenset({(Role.DIVISION_HEAD, "B")}))
Archives = Callable[[], AbstractContextManager[Archive]]


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def archives(request: pytest.FixtureRequest) -> Iterator[Archives]:
    yield from small_archives(request.getfixturevalue(request.param))


def keep(session: Session, asked: Inquiry) -> int:
    return keep_months_of(session, PLATFORM, scope_of(session, asked))


def dossiers_of(session: Session, asked: Inquiry, cell: str) -> Sequence[Any]:
    return Number.of(session, asked, cell).dossiers(session, limit=100)


def kept_months(session: Session) -> set[str]:
    return set(session.scalars(select(ReportMonthRow.month)))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    before=st.lists(SMALL_DOSSIER, max_size=12),
    later=st.lists(SMALL_DOSSIER, max_size=3),
    period=st.sampled_from([NOVEMBER, OCTOBER, QUARTER, YEAR, LAST_YEAR, SUMMER, ODD]),
    by=st.sampled_from(list(Grouping)),
    actor=st.sampled_from([CONTROL, HEAD]),
)
def test_kept_months_change_nothing_but_the_time_it_takes(
    archives: Archives,
    before: list[dict[str, Any]],
    later: list[dict[str, Any]],
    period: Period,
    by: Grouping,
    actor: Actor,
) -> None:
    with archives() as archive:
        for one in before:
            add_small(archive, one)
        asked = inquiry(period, actor, by=by)
        counted = at_a_glance(archive.session, asked)
        note(archive.session, asked)
        keep(archive.session, asked)
        assert at_a_glance(archive.session, asked) == counted
        for one in later:  # some of them closed in months that are kept
            add_small(archive, one)
        told = at_a_glance(archive.session, asked)
        listed = {cell: dossiers_of(archive.session, asked, cell) for cell in told.total.cells}
        assert {cell: len(rows) for cell, rows in listed.items()} == dict(told.total.cells)
        for row in (*told.lines, told.total):
            for cell, number in row.cells.items():
                assert Number.of(archive.session, asked, cell, row.key).count(archive.session) == number, cell
        archive.session.execute(delete(ReportMonthRow))
        assert at_a_glance(archive.session, asked) == told
        for cell, rows in listed.items():
            assert dossiers_of(archive.session, asked, cell) == rows


@pytest.fixture
def archive(db: Engine) -> Iterator[Archive]:
    with archive_in(db) as found:
        yield found


def closed(archive: Archive, day: str, **facts: Any) -> Any:
    return archive.add(at("09-01"), end_of("10-01"), decided_at=at(day), closed_at=at(day), outcome="granted", **facts)


@pytest.fixture
def asked(archive: Archive) -> Inquiry:
    """A question whose months are kept; dossiers of two months stand behind it."""
    found = inquiry(YEAR)
    closed(archive, "09-10")
    closed(archive, "10-12")
    note(archive.session, found)
    assert keep(archive.session, found) == 3
    return found


def test_months_are_kept_from_the_first_closing_up_to_last_midnight(archive: Archive, asked: Inquiry) -> None:
    spans = month_tallies.spans(archive.session, scope_of(archive.session, asked))
    assert list(spans) == ["2026-09", "2026-10", "2026-11"]
    assert spans["2026-11"] == (at("11-01", "00:00:00"), at("11-23", "00:00:00"))
    assert keep(archive.session, asked) == 0


def test_the_present_month_grows_by_what_was_closed_since(archive: Archive, asked: Inquiry) -> None:
    closed(archive, "11-23")
    scope = scope_of(archive.session, asked)
    assert keep_months_of(archive.session, TOMORROW, scope) == 1
    (november,) = month_tallies.kept(archive.session, scope, "2026-11")
    assert (november.past, [one.number for one in november.alike]) == (at("11-24", "00:00:00"), [1])
    assert report(archive.session, replace(asked, platform=TOMORROW)).total.cells["resolved"] == 3


def test_a_month_is_forgotten_when_something_is_closed_in_it_later(archive: Archive, asked: Inquiry) -> None:
    closed(archive, "10-20")
    assert "2026-10" not in kept_months(archive.session)
    assert {"2026-09", "2026-11"} <= kept_months(archive.session)
    assert report(archive.session, asked).total.cells["resolved"] == 3
    assert keep(archive.session, asked) == 1


def test_a_month_is_forgotten_when_what_was_closed_in_it_changes(archive: Archive, asked: Inquiry) -> None:
    of_september = DossierRow.closed_at == at("09-10")
    archive.session.execute(update(DossierRow).where(of_september).values(competent_unit="B"))
    assert "2026-09" not in kept_months(archive.session)
    keep(archive.session, asked)
    archive.session.execute(update(DossierRow).where(of_september).values(closed_at=at("10-30")))
    assert not {"2026-09", "2026-10"} & kept_months(archive.session)
    keep(archive.session, asked)
    archive.session.execute(delete(DossierRow).where(DossierRow.closed_at == at("10-30")))
    assert "2026-10" not in kept_months(archive.session)


def test_what_is_filed_or_goes_on_forgets_nothing(archive: Archive, asked: Inquiry) -> None:
    dossier = archive.add(at("10-01"), end_of("10-10"))
    archive.session.execute(update(DossierRow).where(DossierRow.id == dossier).values(due_at=end_of("10-20")))
    assert len(kept_months(archive.session)) == 3


def test_each_who_sees_other_dossiers_has_months_of_their_own(archive: Archive, asked: Inquiry) -> None:
    closed(archive, "11-10", competent_unit="B")
    of_head = inquiry(YEAR, HEAD)
    note(archive.session, of_head)
    keep(archive.session, of_head)
    assert report(archive.session, of_head).total.cells["resolved"] == 1
    assert report(archive.session, asked).total.cells["resolved"] == 3


def test_a_question_is_noted_once_a_day(archive: Archive, asked: Inquiry) -> None:
    assert is_noted(archive.session, replace(asked, asked=replace(asked.asked, period=OCTOBER)))
    assert not is_noted(archive.session, inquiry(YEAR, by=Grouping.CHANNEL))
    assert not is_noted(
        archive.session, replace(asked, platform=Platform(FixedClock(NOW + timedelta(days=1)), vietnam()))
    )


def test_what_nobody_has_asked_for_long_is_forgotten(archive: Archive, asked: Inquiry) -> None:
    month_tallies.forget(archive.session, NOW.date() - timedelta(days=1), calendar=0)
    assert kept_months(archive.session)
    month_tallies.forget(archive.session, NOW.date() + timedelta(days=1), calendar=0)
    assert not kept_months(archive.session)
    assert archive.session.scalar(select(ReportScopeRow)) is None


def test_what_was_counted_by_an_older_calendar_is_forgotten(archive: Archive, asked: Inquiry) -> None:
    month_tallies.forget(archive.session, NOW.date() - timedelta(days=1), calendar=1)
    assert not kept_months(archive.session)


def test_a_report_reads_no_dossier_that_was_closed_in_a_kept_month(archive: Archive, asked: Inquiry) -> None:
    found: list[Any] = []
    engine = archive.session.get_bind()

    def watch(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "dossier.closed_at >=" in statement:
            found.append(str(parameters))

    event.listen(engine, "before_cursor_execute", watch)
    at_a_glance(archive.session, asked)
    event.remove(engine, "before_cursor_execute", watch)
    assert found
    assert not [each for each in found if "2026-10" in each or "2026-11-01" in each]


@pytest.mark.parametrize(
    ("period", "window"),
    [
        (NOVEMBER, Window("2026-11", "9999-99")),
        (OCTOBER, Window("2026-10", "2026-11")),
        (YEAR, Window("2026-01", "9999-99")),
        (Period(date(2026, 10, 1), NOW.date()), Window("2026-10", "9999-99")),
        (Period(date(2026, 10, 1), date(2026, 10, 30)), None),
        (Period(date(2026, 10, 2), date(2026, 10, 31)), None),
    ],
)
def test_only_whole_months_can_be_added_up(period: Period, window: Window | None) -> None:
    begins = datetime.combine(period.first, datetime.min.time(), ZONE)
    ends = datetime.combine(period.last + timedelta(days=1), datetime.min.time(), ZONE)
    asked_at = min(ends - timedelta(seconds=1), NOW)
    assert Window.of_moments(begins, ends, asked_at, ZONE) == window


def test_nothing_is_kept_from_before_last_year(archive: Archive, asked: Inquiry) -> None:
    first = closed(archive, "09-10")
    archive.session.execute(
        update(DossierRow).where(DossierRow.id == first).values(closed_at=datetime(2023, 5, 5, tzinfo=ZONE))
    )
    archive.session.execute(delete(ReportMonthRow))
    assert keep(archive.session, asked) == 23
    assert min(kept_months(archive.session)) == "2025-01"


def test_what_each_reader_sees_first_is_kept_before_they_ask(db: Engine) -> None:
    def found(session: Session) -> None:
        archive = Archive(session).found()
        closed(archive, "11-10")
        for role, unit in ((Role.AGENCY_LEADER, "A"), (Role.DIVISION_HEAD, "A"), (Role.CASE_OFFICER, "B")):
            people.grant(session, people.add_person(session, role.value, "Ai đó", now=NOW), role, unit)

    run(db, found)
    keep_months(db, PLATFORM)
    with Session(db) as session:
        leader = Actor(None, "", roles=frozenset({(Role.AGENCY_LEADER, "A")}))
        assert is_noted(session, inquiry(YEAR, leader))
        assert kept_months(session) == {"2026-11"}
        assert len(month_tallies.scopes(session)) == 1


def test_the_chore_keeps_what_was_noted(db: Engine) -> None:
    def found(session: Session) -> None:
        archive = Archive(session).found()
        closed(archive, "09-10")
        note(session, inquiry(YEAR))

    run(db, found)
    assert keep_months(db, PLATFORM) == 3
    assert keep_months(db, PLATFORM) == 0
    with Session(db) as session:
        assert report(session, inquiry(YEAR)).total.cells["resolved"] == 1
