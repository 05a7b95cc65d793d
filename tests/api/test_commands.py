"""The command `motcua`: what it says, what it exits with, and that programs can read its answers."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from city import ROOT
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from api import demo
from api.cli import COMMANDS, main
from api.walks.sample_papers import sample_pdf
from engine.document_kinds import recognise
from engine.persistence.database import make_engine
from engine.persistence.tables import DossierRow, PersonRow

Run = Callable[..., Result]


@pytest.fixture
def motcua(database_url: str, tmp_path: Path) -> Run:
    """Runs the command on a database of this test's own."""

    def run(*words: str, **options: Any) -> Result:
        environment = {"MOTCUA_DATABASE_URL": database_url, "MOTCUA_VAR": str(tmp_path)}
        return CliRunner().invoke(main, list(words), env=environment, **options)

    return run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0, told.output
    assert len(told.output.splitlines()) > 4


def test_the_demo_is_loaded_once(motcua: Run, database_url: str) -> None:
    first = json.loads(motcua("demo", "load", "--json").stdout)
    assert first["dossiers"] > 5
    assert {"lan.reception", "tam.operator"} <= {account["username"] for account in first["accounts"]}
    again = json.loads(motcua("demo", "load", "--json").stdout)
    assert (again["dossiers"], again["new_people"]) == (0, 0)
    db = make_engine(database_url)
    with db.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(DossierRow)) == first["dossiers"]
        assert connection.scalar(select(func.count()).where(DossierRow.incidents > 0)) == 0
        assert connection.scalar(select(func.count()).where(DossierRow.submitted_at > func.now())) == 0
    db.dispose()
    assert first["password"] == demo.PASSWORD


def test_a_person_is_added_with_a_role_and_gets_a_token(motcua: Run, database_url: str) -> None:
    assert motcua("db", "upgrade").exit_code == 0
    db = make_engine(database_url)
    with db.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(PersonRow)) == 0
    db.dispose()
    new = ("user", "add", "an.test", "--name", "Nguyễn An", "--password", "một mật khẩu dài")
    assert motcua(*new).exit_code == 0
    taken = motcua(*new)
    assert taken.exit_code == 1
    assert "an.test" in taken.stderr
    told = json.loads(motcua("token", "create", "an.test", "--json").stdout)
    assert told["token"].startswith("motcua_")
    assert motcua("token", "create", "nobody.here").exit_code == 1
    assert motcua("user", "grant", "an.test", "king@TD").exit_code == 2
    assert motcua("user", "grant", "an.test", "operator@NOWHERE").exit_code == 1
    assert motcua("user", "password", "an.test", "--password", "ngắn").exit_code == 1


def test_a_procedure_is_deployed_from_its_folder_and_the_same_one_is_no_new_version(motcua: Run) -> None:
    folder = str(ROOT / "bpmn" / "certified_copy")
    first, again = (json.loads(motcua("deploy", folder, "--json").stdout) for _ in range(2))
    assert first == again
    assert first["number"] == 1


def test_a_faulty_procedure_is_not_deployed_and_every_fault_is_told(motcua: Run, tmp_path: Path) -> None:
    folder = tmp_path / "bpmn" / "faulty"
    folder.mkdir(parents=True)
    source = ROOT / "bpmn" / "certified_copy"
    (folder / "procedure.toml").write_bytes((source / "procedure.toml").read_bytes())
    diagram = (source / "process.bpmn").read_bytes()
    (folder / "process.bpmn").write_bytes(diagram.replace(b"userTask", b"manualTask"))
    refused = motcua("deploy", str(folder))
    assert refused.exit_code == 1
    assert "process.bpmn" in refused.stderr


def test_a_wrong_setting_is_no_crash(motcua: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PORTT", "1")
    told = motcua("db", "upgrade")
    assert told.exit_code == 2
    assert "MOTCUA_PORTT" in told.stderr


def test_a_site_that_does_not_answer_is_told(motcua: Run) -> None:
    told = motcua("walk", "certified_copy", "--url", "http://127.0.0.1:1")
    assert told.exit_code == 1
    assert "is it running?" in told.stderr


def test_a_sample_paper_is_taken_as_a_pdf() -> None:
    assert recognise(io.BytesIO(sample_pdf("Tờ trình (số 1)")), "a.pdf") == "application/pdf"
