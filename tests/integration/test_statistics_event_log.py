"""The event log for process mining tells what happened, and nothing of anybody."""

import csv
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from city import City
from click.testing import CliRunner
from sqlalchemy import Engine

from api.cli import main
from engine.clock import FixedClock
from engine.persistence.event_log import LogLine, event_log

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
SIMPLE = "certified_copy"


@pytest.fixture
def city(db: Engine) -> City:
    city = City.found(db, FixedClock(MONDAY), SIMPLE)
    walk = city.walk_file(SIMPLE, "handed_over")
    for _ in range(2):
        city.walk(walk)
    return city


def log(city: City, start: datetime, end: datetime) -> list[LogLine]:
    return city.see(lambda session: list(event_log(session, start, end)))


def test_each_case_is_told_in_order_with_the_role_and_unit_of_its_tasks(city: City) -> None:
    lines = log(city, MONDAY, MONDAY + timedelta(days=30))
    assert Counter(line.case for line in lines).keys() == {1, 2}
    first = [line for line in lines if line.case == 1]
    assert first[0].activity == "dossier:filed"
    assert [line.occurred_at for line in first] == sorted(line.occurred_at for line in first)
    done = [line for line in first if line.activity.startswith("task:completed ")]
    assert done
    assert all(line.role and line.unit for line in done)
    assert {line.procedure for line in lines} == {SIMPLE}


def test_what_lies_outside_of_the_period_is_left_out(city: City) -> None:
    assert log(city, MONDAY - timedelta(days=2), MONDAY) == []
    assert log(city, MONDAY + timedelta(days=30), MONDAY + timedelta(days=60)) == []


def test_the_file_tells_of_nobody(city: City, database_url: str, tmp_path: Path) -> None:
    out = tmp_path / "events.csv"
    words = ["export", "events", "--from", "2026-11-23", "--to", "2026-12-31", str(out)]
    told = CliRunner().invoke(main, words, env={"MOTCUA_DATABASE_URL": database_url, "MOTCUA_VAR": str(tmp_path)})
    assert told.exit_code == 0, told.output
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["case", "activity", "occurred_at", "recorded_at", "role", "unit", "procedure"]
    assert datetime.fromisoformat(rows[0]["occurred_at"]) == MONDAY
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    kept = out.read_text(encoding="utf-8")
    secrets = [str(answer) for answer in application.values() if isinstance(answer, str) and len(answer) > 3]
    people = ["tuan.ward", "lan.reception", "Tuấn", "Lan"]
    assert [one for one in (*secrets, *people, "H29") if one in kept] == []


def test_days_in_the_wrong_order_are_refused(database_url: str, tmp_path: Path) -> None:
    words = ["export", "events", "--from", "2026-11-24", "--to", "2026-11-23", str(tmp_path / "x.csv")]
    told = CliRunner().invoke(main, words, env={"MOTCUA_DATABASE_URL": database_url, "MOTCUA_VAR": str(tmp_path)})
    assert told.exit_code == 1
    assert "--from" in told.output
    assert not (tmp_path / "x.csv").exists()
