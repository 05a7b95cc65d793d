"""`motcua calendar` and `motcua deadline explain --dossier` on the database of an installation."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from city import City
from click.testing import CliRunner, Result
from sqlalchemy import Engine

import engine.deadlines.calendar as calendar_module
from api.cli import main
from engine import notices
from engine.clock import SystemClock
from engine.deadlines.calendar import vietnam
from engine.history.journal import entries, read
from engine.persistence.tables import DossierRow
from engine.platform import Platform

Run = Callable[..., Result]
KEY = "certified_copy"
SHIPPED = Path(calendar_module.__file__).with_name("calendars") / "vietnam.toml"
CAUSE = "Công văn mẫu 999/VPCP-KGVX"


class OrdinaryMonday(SystemClock):
    """The machine's clock, for the commands, stands on an ordinary Monday."""

    def now(self) -> datetime:
        """Monday 7 December 2026, nine in the morning."""
        return datetime.fromisoformat("2026-12-07T09:00:00+07:00")


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city with the longest of its terms in work."""
    city = City.found(db, OrdinaryMonday(), "detailed_plan_adjustment")
    city.platform = Platform(city.clock, vietnam())
    return city


@pytest.fixture
def dossier(city: City) -> DossierRow:
    """An open dossier whose clock runs."""
    walk = city.walk_file("detailed_plan_adjustment", "approved")
    return city.walk(walk, until="examination")


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls `motcua` in an installation with this database."""
    monkeypatch.setattr("api.cli.setup.SystemClock", OrdinaryMonday)
    environment = {"MOTCUA_DATABASE_URL": database_url, "MOTCUA_VAR": str(tmp_path)}
    return lambda *words: CliRunner(env=environment).invoke(main, [str(word) for word in words])


def _with_day_off(folder: Path, *days: str) -> Path:
    """The shipped calendar, with further days off by a decision of its own."""
    holidays = ", ".join(f'{{ day = {day}, vi = "Nghỉ (mẫu)", en = "Day off (sample)" }}' for day in days)
    decision = (
        f'[[decision]]\nid = "test"\ndocument = "{CAUSE}"\nknown_from = 2026-12-01\nsample = true\n'
        f'title_vi = "Nghỉ thêm (mẫu)"\ntitle_en = "More days off (sample)"\nholidays = [{holidays}]\n'
    )
    file = folder / "changed.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8") + decision, encoding="utf-8")
    return file


def test_a_preview_lists_the_days_and_the_dossiers_that_move_and_changes_nothing(
    run: Run, city: City, dossier: DossierRow, tmp_path: Path
) -> None:
    file = _with_day_off(tmp_path, "2026-12-09")
    told = run("calendar", "preview", file)
    assert told.exit_code == 0, told.output
    assert "09/12/2026  working → holiday" in told.output
    assert "dời 1 hồ sơ đang mở" in told.output
    assert dossier.code in told.output
    found = json.loads(run("calendar", "preview", file, "--json").output)
    assert [(moved["code"], moved["days"] > 0) for moved in found["moved"]] == [(dossier.code, True)]
    assert [day["day"] for day in found["days"]] == ["2026-12-09"]
    assert city.dossier(dossier.id).due_at == dossier.due_at


def test_a_change_that_moves_nobody_says_so(run: Run, dossier: DossierRow, tmp_path: Path) -> None:
    told = run("calendar", "preview", _with_day_off(tmp_path, "2027-06-01"))
    assert "không dời hồ sơ đang mở nào" in told.output


def test_an_import_moves_open_dossiers_tells_why_and_is_listed(
    run: Run, city: City, dossier: DossierRow, tmp_path: Path
) -> None:
    file = _with_day_off(tmp_path, "2026-12-09")
    told = run("calendar", "import", file, "--cause", CAUSE)
    assert told.exit_code == 0, told.output
    assert dossier.code in told.output

    moved = city.dossier(dossier.id)
    assert moved.due_at is not None
    assert dossier.due_at is not None
    assert moved.due_at > dossier.due_at
    history = [read(row) for row in city.see(lambda s: entries(s, dossier.id, limit=500))]
    assert CAUSE in {entry["payload"].get("cause") for entry in history if entry["type"] == "deadline:moved"}
    assert "due-date-moved" in {notice.kind for notice in city.see(lambda s: notices.about(s, dossier.id))}

    listed = run("calendar", "list")
    assert CAUSE in listed.output
    assert "Nghỉ thêm (mẫu)" in listed.output
    [version] = json.loads(run("calendar", "list", "--json").output)["imported"]
    assert (version["number"], version["cause"]) == (1, CAUSE)
    assert run("calendar", "show", 2026).output.startswith("2026: 248")


def test_an_import_answers_programs_in_json(run: Run, dossier: DossierRow, tmp_path: Path) -> None:
    file = _with_day_off(tmp_path, "2026-12-09")
    found = json.loads(run("calendar", "import", file, "--cause", CAUSE, "--as", "ha.control", "--json").output)
    assert (found["number"], found["recounted"]) == (1, 1)
    assert [moved["code"] for moved in found["moved"]] == [dossier.code]


def test_who_may_not_change_the_calendar_and_what_is_none_are_refused(
    run: Run, city: City, dossier: DossierRow, tmp_path: Path
) -> None:
    file = _with_day_off(tmp_path, "2026-12-09")
    for words, code, says in (
        (("import", file, "--cause", CAUSE, "--as", "minh.case"), 1, "kiểm soát thủ tục"),
        (("import", file, "--cause", CAUSE, "--as", "nobody.at.all"), 1, "nobody.at.all"),
        (("import", file, "--cause", " "), 1, "số, ngày"),
        (("import", file), 2, "--cause"),
        (("import", SHIPPED, "--cause", CAUSE), 1, "trùng"),
        (("import", tmp_path / "none.toml", "--cause", CAUSE), 2, "none.toml"),
    ):
        told = run("calendar", *words)
        assert told.exit_code == code, (words, told.output)
        assert says in told.output
    assert json.loads(run("calendar", "list", "--json").output)["imported"] == []
    assert city.dossier(dossier.id).due_at == dossier.due_at


def test_a_calendar_that_forgets_a_year_is_refused(run: Run, dossier: DossierRow, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    without = tmp_path / "without.toml"
    head, year, rest = text.partition("[[year]]")
    first, _, others = rest.partition("[[year]]")
    assert "2024" in first
    without.write_text(head + year + others, encoding="utf-8")
    told = run("calendar", "import", without, "--cause", CAUSE)
    assert told.exit_code == 1
    assert "2024" in told.output


def test_a_dossier_is_explained_from_its_own_ledger(run: Run, dossier: DossierRow) -> None:
    told = run("deadline", "explain", "--dossier", dossier.code)
    assert told.exit_code == 0, told.output
    assert "07/12/2026" in told.output
    found = json.loads(run("deadline", "explain", "--dossier", dossier.code, "--json").output)
    assert dossier.due_at is not None
    assert datetime.fromisoformat(found["due"]["due_at"]) == dossier.due_at


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--dossier", "NONE-1"), 1, "Không tìm thấy"),
        (("--dossier", "X", "--received", "2026-12-07"), 2, "received"),
        ((), 2, "--dossier"),
    ],
)
def test_an_explanation_of_nothing_is_refused(run: Run, words: tuple[str, ...], code: int, says: str) -> None:
    told = run("deadline", "explain", *words)
    assert (told.exit_code, says in told.output) == (code, True), told.output
