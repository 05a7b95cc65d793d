"""What operators can measure of the sweep: how much it did, how late it was, what still waits."""

import socket
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import click
import prometheus_client
import pytest
from city import City
from sqlalchemy import Engine

import engine.deadlines.calendar as calendar_module
from api import sweep_metrics
from api.sweep_metrics import SweepMetrics
from engine import calendars, dossiers, effects
from engine.clock import FixedClock
from engine.deadlines import scheduler
from engine.deadlines.scheduler import Tick
from engine.deadlines.sweep import Backlog, Swept, backlog, sweep
from engine.effects import EFFECTS
from engine.errors import InvalidInputError
from engine.model import SYSTEM, Actor, DeadlineKind, Role
from engine.notices import about
from engine.persistence.dossiers import incidents_of
from engine.persistence.transaction import reading

KEY = "detailed_plan_adjustment"
SHIPPED = Path(calendar_module.__file__).with_name("calendars") / "vietnam.toml"
DAY_OFF = """
[[decision]]
id = "test"
document = "999/VPCP-KGVX"
known_from = 2026-11-23
sample = true
title_vi = "Nghỉ thêm (mẫu)"
title_en = "One more day off (sample)"
holidays = [{ day = 2026-12-02, vi = "Nghỉ (mẫu)", en = "Day off (sample)" }]
"""


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on Monday 23 November 2026."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


def _told(registry: prometheus_client.CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"motcua_sweep_{name}", labels)


def test_a_round_tells_what_it_fired_how_late_and_what_waits(city: City) -> None:
    city.walk(city.walk_file(KEY, "approved"), until="appraisal")
    registry = prometheus_client.CollectorRegistry()
    metrics = SweepMetrics(registry)
    city.clock.moment = datetime.fromisoformat("2026-12-01T01:00:00+07:00")  # the warning was due at midnight
    with reading(city.db) as session:
        assert backlog(session, city.platform).oldest >= timedelta(hours=1)

    metrics.observe(scheduler.tick(city.db, city.platform))

    assert (_told(registry, "effects_total", result="fired") or 0) >= 1
    assert _told(registry, "effects_total", result="failed") == 0
    assert (_told(registry, "lateness_seconds") or 0) >= 3600
    assert _told(registry, "oldest_due_seconds") == 0
    assert _told(registry, "last_round_timestamp_seconds") == city.clock.moment.timestamp()


def test_what_fails_is_counted_and_what_waits_grows_old(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.walk(city.walk_file(KEY, "approved"), until="appraisal")

    def fail(_change: object, _row: object) -> None:
        raise ZeroDivisionError("a slip in an effect")

    for kind in EFFECTS:
        monkeypatch.setitem(EFFECTS, kind, fail)
    city.clock.moment = datetime.fromisoformat("2026-12-01T01:00:00+07:00")
    swept = sweep(city.db, city.platform)
    assert swept.fired == 0
    assert swept.failed >= 1


def test_an_effect_that_fails_is_parked_and_an_operator_tries_it_again(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:

    dossier = city.walk(city.walk_file(KEY, "approved"), until="appraisal")

    def fail(_change: object, _row: object) -> None:
        raise ZeroDivisionError("a slip in an effect")

    with monkeypatch.context() as patched:
        patched.setitem(EFFECTS, DeadlineKind.WARNING, fail)
        city.clock.moment = datetime.fromisoformat("2026-12-01T01:00:00+07:00")
        for _ in range(6):
            sweep(city.db, city.platform)
            city.later(hours=1)
    [incident] = city.see(lambda s: incidents_of(s, dossier.id))
    assert (incident.error, incident.resolved_at) == ("deadline-failed", None)
    assert "ZeroDivisionError" in incident.message
    assert city.dossier(dossier.id).incidents == 1
    assert "term-nears" not in {notice.kind for notice in city.see(lambda s: about(s, dossier.id))}

    operator = Actor(id=None, name="Vận hành", roles=frozenset({(Role.OPERATOR, "TD")}))
    city.do(lambda s: dossiers.retry(s, city.platform, operator, dossier.id, incident.id))
    sweep(city.db, city.platform)

    assert city.dossier(dossier.id).incidents == 0
    assert "term-nears" in {notice.kind for notice in city.see(lambda s: about(s, dossier.id))}


def _new_calendar(city: City) -> None:
    content = SHIPPED.read_bytes() + DAY_OFF.encode()
    city.do(lambda s: calendars.import_calendar(s, city.platform, SYSTEM, content, "999/VPCP-KGVX"))


def test_dossiers_that_a_new_calendar_has_still_to_reach_are_counted(city: City) -> None:
    city.walk(city.walk_file(KEY, "approved"), until="appraisal")
    _new_calendar(city)
    with reading(city.db) as session:
        assert backlog(session, city.platform) == Backlog(stale=1)
    tick = scheduler.tick(city.db, city.platform)
    assert (tick.recounted, tick.waiting.stale) == (1, 0)


def test_no_moment_fires_by_a_calendar_that_counts_no_more(city: City) -> None:
    dossier = city.walk(city.walk_file(KEY, "approved"), until="appraisal")
    _new_calendar(city)
    city.clock.moment = datetime.fromisoformat("2026-12-05T00:00:01+07:00")  # a second too late by the old calendar
    sweep(city.db, city.platform)
    after = city.dossier(dossier.id)
    assert after.due_at == datetime.fromisoformat("2026-12-07T23:59:59+07:00")

    assert "dossier-overdue" not in {notice.kind for notice in city.see(lambda s: about(s, dossier.id))}


def test_a_dossier_that_the_new_calendar_cannot_count_is_told_and_holds_up_nobody(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:

    stuck = city.walk(city.walk_file(KEY, "approved"), until="appraisal")
    other = city.walk(city.walk_file(KEY, "approved"), until="appraisal")
    _new_calendar(city)
    recalculate = effects.recalculate

    def refuse(change: object, cause: str) -> bool:
        if change.dossier.id == stuck.id:  # type: ignore[attr-defined]
            raise InvalidInputError("the calendar ends too early")
        return recalculate(change, cause)  # type: ignore[arg-type]

    monkeypatch.setattr(effects, "recalculate", refuse)
    assert scheduler.tick(city.db, city.platform).recounted == 2
    assert city.dossier(other.id).due_at != other.due_at
    assert city.dossier(stuck.id).due_at == stuck.due_at
    [incident] = city.see(lambda s: incidents_of(s, stuck.id))
    assert (incident.error, incident.message) == ("recount-failed", "the calendar ends too early")


def test_a_running_ticker_tells_every_round(city: City) -> None:

    told = Event()
    ticker = scheduler.start(city.db, city.platform, 0.1, lambda tick: told.set() if tick.swept == Swept() else None)
    try:
        assert told.wait(20)
    finally:
        ticker.stop()


def test_a_worker_tells_its_measurements_at_an_address_of_its_own() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    observe = sweep_metrics.of_worker(f"127.0.0.1:{port}")
    morning = datetime.fromisoformat("2026-12-01T01:00:00+07:00")
    observe(Tick(morning, Swept(fired=3), 2, Backlog(timedelta(hours=1), 4)))
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    for line in (
        'motcua_sweep_effects_total{result="fired"} 3.0',
        "motcua_sweep_recounted_total 2.0",
        "motcua_sweep_oldest_due_seconds 3600.0",
        "motcua_sweep_stale_dossiers 4.0",
    ):
        assert line in text
    for wrong in ("nowhere", f"127.0.0.1:{port}"):
        with pytest.raises(click.BadParameter):
            sweep_metrics.of_worker(wrong)
