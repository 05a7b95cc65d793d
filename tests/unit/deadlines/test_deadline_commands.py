"""`motcua deadline` and `motcua calendar`, as a person or a program calls them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main

Run = Callable[..., Result]
SHIPPED = Path(__file__).parents[3] / "engine" / "deadlines" / "calendars" / "vietnam.toml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Calls `motcua` with the words of a command line."""

    def call(line: str, *more: str) -> Result:
        return CliRunner(env={"MOTCUA_VAR": str(tmp_path)}).invoke(main, [*line.split(), *more])

    return call


def test_the_dossier_of_20_august_is_explained_day_by_day(run: Run) -> None:
    told = run("deadline explain --received 2026-08-20T16:10 --days 8 --unit working")
    assert told.exit_code == 0, told.output
    lines = {line[:10]: line for line in told.output.splitlines() if line[2:3] == "/"}
    assert "+     2" in lines["22/08/2026"]
    assert all("không tính" in lines[day] for day in ("20/08/2026", "31/08/2026", "01/09/2026", "02/09/2026"))
    assert "◆     8" in lines["03/09/2026"]
    assert "Hết hạn lúc 23:59:59 03/09/2026" in told.output


def test_a_program_reads_the_same_as_json(run: Run) -> None:
    told = run("deadline explain --received 2026-08-20T16:10 --days 8 --json")
    found = json.loads(told.output)
    assert found["due"]["due_at"] == "2026-09-03T23:59:59+07:00"
    assert [day["day"] for day in found["days"] if day["counted"]][-1] == "2026-09-03"
    assert found["due"]["history"][0]["kind"] == "accepted"


def test_what_happened_to_the_dossier_can_be_told(run: Run) -> None:
    told = run(
        "deadline explain --received 2026-03-02T09:00 --days 17 --suspended 2026-03-06T10:00..2026-03-16T09:00"
        " --extended 2026-03-20T10:00+2 --json"
    )
    found = json.loads(told.output)["due"]
    assert [step["due_at"][:10] for step in found["history"]] == ["2026-03-25", "2026-04-02", "2026-04-06"]


@pytest.mark.parametrize(
    ("options", "ends"),
    [
        ("--days 8 --unit hours", "2026-08-21T16:10:00+07:00"),
        ("--days 9 --unit calendar", "2026-09-03T23:59:59+07:00"),
        ("--days 9 --unit calendar --ends end-of-day", "2026-08-29T23:59:59+07:00"),
        ("--days 1 --unit months", "2026-09-21T23:59:59+07:00"),
        ("--days 1 --starts same-day --cut-off 15:00", "2026-08-21T23:59:59+07:00"),
        ("--days 8 --known-on 2025-12-24", "2026-09-03T23:59:59+07:00"),
        ("--days 8 --restarted 2026-08-24T09:00", "2026-09-08T23:59:59+07:00"),
        ("--days 8 --accepted 2026-08-21T09:00", "2026-09-04T23:59:59+07:00"),
    ],
)
def test_each_option_of_a_term_counts(run: Run, options: str, ends: str) -> None:
    told = run(f"deadline explain --received 2026-08-20T16:10 {options} --json")
    assert json.loads(told.output)["due"]["due_at"] == ends


def test_a_suspension_that_lasts_leaves_no_due_date(run: Run) -> None:
    told = run("deadline explain --received 2026-03-02T09:00 --days 17 --suspended 2026-03-06T10:00..")
    assert "Đang tạm dừng" in told.output


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("deadline explain --received yesterday --days 8", 2, "ISO 8601"),
        ("deadline explain --received 2026-08-20 --days 8 --suspended 2026-08-21", 2, "FROM..TO"),
        ("deadline explain --received 2026-08-20 --days 8 --extended 2026-08-21", 2, "MOMENT+DAYS"),
        ("deadline explain --received 2026-08-20 --days 0", 1, "whole number"),
        ("deadline explain --received 2031-08-20 --days 8", 1, "chưa có năm 2031"),
        ("deadline explain --received 2026-08-20 --accepted 2026-08-19 --days 8", 1, "last one in the ledger"),
        ("deadline explain --received 2026-08-20 --days 8 --extended 2026-08-21+1 --extended 2026-08-22+1", 1, "1 lần"),
        ("calendar show 2031", 1, "chưa có năm 2031"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(run: Run, line: str, code: int, says: str) -> None:
    told = run(line)
    assert told.exit_code == code
    assert says in told.output
    assert "Traceback" not in told.output


def test_the_calendar_lists_its_years_and_decisions(run: Run) -> None:
    told = run("calendar list")
    assert "2027 (tạm tính / provisional)" in told.output
    assert "Thông báo 9441/TB-BNV" in told.output
    assert json.loads(run("calendar list --json").output)["years"][0] == {"year": 2024, "provisional": False}
    assert "9441" not in run("calendar list --known-on 2025-01-01").output


def test_a_year_shows_its_days_that_are_not_ordinary(run: Run) -> None:
    told = run("calendar show 2026")
    assert "249 ngày làm việc" in told.output
    assert "22/08/2026  swapped-on" in told.output
    assert json.loads(run("calendar show 2027 --json").output)["working_days"] == 249
    assert "tạm tính" in run("calendar show 2027").output


def test_a_calendar_file_is_checked_and_compared_with_the_shipped_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    storm = (
        '[[decision]]\nid = "storm"\ndocument = "Công văn 99"\nknown_from = 2026-09-14\n'
        'holidays = [{ day = 2026-09-15, vi = "Nghỉ tránh bão", en = "Storm" }]\n'
    )
    shipped = SHIPPED.read_text(encoding="utf-8")
    file.write_text(shipped.replace("[[hours]]", storm + "[[hours]]"), encoding="utf-8")
    told = run("calendar check", str(file))
    assert told.exit_code == 0, told.output
    assert "15/09/2026  working → holiday" in told.output
    assert run("calendar show 2026 --calendar", str(file)).output.startswith("2026: 248")
    file.write_text("name = ", encoding="utf-8")
    assert "TOML" in run("calendar check", str(file)).output
