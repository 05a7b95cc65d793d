"""The commands `feel eval`, `dmn run`, `dmn check` and `dmn tck`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from api.cli.rules import dmn as dmn_group
from api.cli.rules import feel as feel_group

TESTS = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<modelName>fee.dmn</modelName>
<testCase id="1"><inputNode name="age"><value xsi:type="xsd:decimal">{age}</value></inputNode>
<resultNode name="Fee"><expected><value xsi:type="xsd:decimal">1</value></expected></resultNode></testCase>
</testCases>"""


@pytest.fixture
def run() -> Callable[..., Result]:
    group = click.Group("motcua", commands={"feel": feel_group, "dmn": dmn_group})
    return lambda *arguments: CliRunner().invoke(group, [str(argument) for argument in arguments])


@pytest.fixture
def fee_file(tmp_path: Path, dmn: Any) -> Path:
    table = dmn.table(["age"], ["fee"], ["< 18 => 1", "> 18 => 2"])
    path = tmp_path / "fee.dmn"
    path.write_bytes(dmn.definitions(dmn.inputs("age") + dmn.decision("Fee", table, needs=["age"])))
    return path


def test_an_expression_is_evaluated_with_a_file_of_variables(run: Callable[..., Result], tmp_path: Path) -> None:
    context = tmp_path / "context.json"
    context.write_text('{"Monthly Salary": 12000000.5, "districts": ["Q1"]}', encoding="utf-8")
    assert run("feel", "eval", "Monthly Salary * 2", "--context", context).output == "24000001\n"
    assert run("feel", "eval", "districts[1]", "--context", context).output == '"Q1"\n'
    data = json.loads(run("feel", "eval", "salary + 1", "--context", context, "--json").output)
    assert data["value"] is None
    assert data["problems"][0]["column"] == 1


def test_the_moment_is_given_and_never_read_from_the_machine(run: Callable[..., Result]) -> None:
    assert run("feel", "eval", "today()").output.startswith("null")
    assert run("feel", "eval", "today()", "--now", "2026-11-23T09:00:00+07:00").output == "2026-11-23\n"
    assert run("feel", "eval", "today()", "--now", "2026-11-23T09:00:00").exit_code == 2


def test_a_mistake_is_pointed_at(run: Callable[..., Result]) -> None:
    result = run("feel", "eval", "1 + = 2")
    assert result.exit_code == 1
    assert result.output.splitlines()[-2:] == ["  1 + = 2", "      ^"]
    assert json.loads(run("feel", "eval", "1 +", "--json").output)["column"] == 4


def test_a_decision_is_made_and_traced(run: Callable[..., Result], fee_file: Path, tmp_path: Path) -> None:
    given = tmp_path / "input.json"
    given.write_text('{"age": 5}', encoding="utf-8")
    result = run("dmn", "run", fee_file, "--decision", "Fee", "--input", given, "--trace")
    assert result.output.splitlines() == ["1", "  Fee = 1 (quy tắc / rules 1)", "      age = 5"]
    data = json.loads(run("dmn", "run", fee_file, "--decision", "Fee", "--input", given, "--trace", "--json").output)
    assert data["matchedRules"] == [{"decision": "Fee", "rule": "r1"}]
    assert data["trace"][0]["rules"] == [1]


def test_an_unknown_decision_is_refused(run: Callable[..., Result], fee_file: Path) -> None:
    result = run("dmn", "run", fee_file, "--decision", "Fe")
    assert result.exit_code == 1
    assert "`Fee`" in result.output


def test_a_model_is_checked(run: Callable[..., Result], fee_file: Path) -> None:
    result = run("dmn", "check", fee_file)
    assert "[gap]" in result.output
    assert result.exit_code == 0
    assert json.loads(run("dmn", "check", fee_file, "--json").output)[0]["kind"] == "gap"


def test_the_kit_is_run_from_a_folder(run: Callable[..., Result], fee_file: Path, tmp_path: Path) -> None:
    for name, age in (("passes", 5), ("fails", 50)):
        folder = tmp_path / "compliance-level-2" / name
        folder.mkdir(parents=True)
        (folder / "fee.dmn").write_bytes(fee_file.read_bytes())
        (folder / "test-01.xml").write_text(TESTS.format(age=age), encoding="utf-8")
    result = run("dmn", "tck", tmp_path, "--misses")
    assert result.output.startswith("compliance-level-2: 1/2 (50.0 %)")
    assert "fails 1 Fee: expected 1, got 2" in result.output
    data = json.loads(run("dmn", "tck", tmp_path, "--json").output)
    assert data["levels"][0]["tablesTotal"] == 2
