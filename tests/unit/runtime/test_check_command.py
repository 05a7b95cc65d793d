"""`check` tells a designer what is wrong, and a script whether anything is: 0 clean, 1 errors, 2 wrong use."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_bundles import FORM, TOML, bundle, node, process, work

from api.cli.check import check


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one sound procedure."""
    (tmp_path / "bpmn/demo").mkdir(parents=True)
    (tmp_path / "forms/demo").mkdir(parents=True)
    (tmp_path / "bpmn/demo/process.bpmn").write_bytes(process(work()))
    (tmp_path / "bpmn/demo/procedure.toml").write_text(TOML)
    for key in ("application", "review"):
        (tmp_path / f"forms/demo/{key}.form.json").write_text(FORM.format(key=key))
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(check, [str(one) for one in arguments])


def test_a_sound_procedure_passes_as_folder_root_and_zip(root: Path) -> None:
    archive = root / "demo.zip"
    archive.write_bytes(bundle().to_zip())
    for place in (root, root / "bpmn/demo", archive):
        result = run(place)
        assert result.exit_code == 0, result.output
        assert "0 lỗi" in result.output


def test_errors_are_shown_with_place_and_way_out(root: Path) -> None:
    (root / "bpmn/demo/process.bpmn").write_bytes(process(work(node("manualTask", "m"), ("m",))))
    result = run(root / "bpmn/demo")
    assert result.exit_code == 1
    assert "process.bpmn:" in result.output
    assert "manual-task" in result.output
    assert "→ Dùng userTask" in result.output


def test_warnings_alone_are_no_failure_and_can_be_left_out(root: Path) -> None:
    (root / "forms/demo/spare.form.json").write_text(FORM.format(key="spare"))
    result = run(root)
    assert (result.exit_code, "form-unused" in result.output) == (0, True)
    assert "form-unused" not in run(root, "--errors").output


def test_json_is_for_programs(root: Path) -> None:
    (root / "bpmn/demo/procedure.toml").write_text(TOML.replace("valid_from", "validfrom"))
    result = run(root, "--json")
    assert result.exit_code == 1
    read = json.loads(result.output)
    assert {one["code"] for one in read["demo"]} == {"facts-missing-key", "facts-unknown-key"}
    assert set(read["demo"][0]) == {"code", "message", "fix", "path", "element_id", "line", "error"}


def test_one_diagram_is_judged_by_itself(root: Path) -> None:
    drawing = root / "sketch.bpmn"
    drawing.write_bytes(process(work()))
    assert run(drawing).exit_code == 0
    drawing.write_bytes(b"<x/>")
    assert (run(drawing).exit_code, "sketch.bpmn" in run(drawing).output) == (1, True)
    drawing.write_bytes(b"")
    assert run(drawing).exit_code == 1


def test_a_broken_archive_is_an_error_and_not_a_crash(root: Path) -> None:
    (root / "x.zip").write_bytes(b"PK")
    result = run(root / "x.zip")
    assert result.exit_code == 1
    assert "bundle-rejected" in result.output


def test_wrong_use_is_told_apart(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 2
    assert run(tmp_path / "nowhere").exit_code == 2
    assert run().exit_code == 2


def test_a_root_without_procedures_says_so(tmp_path: Path) -> None:
    (tmp_path / "bpmn").mkdir()
    result = run(tmp_path)
    assert (result.exit_code, "Không có thủ tục nào" in result.output) == (0, True)
