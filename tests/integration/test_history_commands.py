"""`motcua history`: prove a history, write a dossier as one ZIP, check the ZIP where no database is."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from city import City
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from api.cli import main
from engine.clock import FixedClock
from engine.persistence import access_log
from engine.persistence.tables import DossierRow

Run = Callable[..., Result]
KEY = "certified_copy"


@pytest.fixture
def motcua(database_url: str, tmp_path: Path) -> Run:
    """Runs the command on the database of this test."""

    def run(*words: str, database: str = database_url) -> Result:
        environment = {"MOTCUA_DATABASE_URL": database, "MOTCUA_VAR": str(tmp_path)}
        return CliRunner().invoke(main, ["history", *words], env=environment)

    return run


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """The demo city with a short procedure."""
    return City.found(db, fixed_clock, KEY)


@pytest.fixture
def dossier(city: City) -> DossierRow:
    """A dossier whose papers nobody keeps, so that an archive of it lacks them."""
    return city.walk(city.walk_file(KEY, "handed_over"))


def test_a_history_in_the_database_is_proved(motcua: Run, dossier: DossierRow) -> None:
    told = motcua("verify", dossier.code)
    assert told.exit_code == 0, told.output
    assert dossier.journal_head in told.output
    assert motcua("verify", "000.00.NOTHING").exit_code == 1


def test_an_archive_is_written_recorded_and_checked_without_a_database(
    motcua: Run, city: City, dossier: DossierRow, tmp_path: Path
) -> None:
    told = motcua("archive", dossier.code, str(tmp_path))
    assert told.exit_code == 0, told.output
    file = tmp_path / f"{dossier.code}.zip"
    assert file.stat().st_size > 1000
    looks = city.see(lambda s: access_log.of_dossier(s, dossier.id))
    assert [(look.person, look.what) for look in looks] == [("motcua history archive", "archive")]
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    checked = motcua("verify-archive", str(file), "--json", database=nowhere)
    report = json.loads(checked.stdout)
    assert (report["code"], report["head"], report["entries"]) == (
        dossier.code,
        dossier.journal_head,
        dossier.journal_seq,
    )
    assert {fault["part"].split("/")[0] for fault in report["faults"]} <= {"papers"}
    assert checked.exit_code == (0 if report["intact"] else 1)


def test_a_changed_archive_and_another_head_are_told(motcua: Run, dossier: DossierRow, tmp_path: Path) -> None:
    file, bent = tmp_path / "a.zip", tmp_path / "b.zip"
    assert motcua("archive", dossier.code, str(file)).exit_code == 0
    other = motcua("verify-archive", str(file), "--head", "0" * 64)
    assert other.exit_code == 1
    assert "history.jsonl" in other.stderr
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(bent, "w") as target:
        for name in whole.namelist():
            content = whole.read(name)
            target.writestr(name, content.replace(b'"granted"', b'"refused"') if name == "dossier.json" else content)
    told = motcua("verify-archive", str(bent))
    assert told.exit_code == 1
    assert "dossier.json" in told.stderr
    assert "Không nguyên vẹn" in told.stdout


def test_a_file_that_is_no_archive_is_told_in_words(motcua: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing of the kind")
    told = motcua("verify-archive", str(tmp_path / "x.zip"))
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert motcua("verify-archive", str(tmp_path / "none.zip")).exit_code == 2
