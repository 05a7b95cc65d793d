"""Commands for rules: evaluate FEEL, make a DMN decision, check a model, run the compatibility kit."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click

from engine.decisions import Decision, DecisionModelError
from engine.decisions.analysis import findings
from engine.decisions.tck import CaseResult, Tally, load_with_neighbours, run_folder, tally
from engine.feel import (
    FeelError,
    FeelSyntaxError,
    compile_expression,
    evaluate_traced,
    from_feel,
    text_of,
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON. / Print JSON.")
_NOW = click.option(
    "--now", default=None, help="Thời điểm cho now(), today(), ISO 8601 có múi giờ. / The moment, with offset."
)


@click.group("feel")
def feel() -> None:
    """Biểu thức FEEL. / FEEL expressions."""


@click.group("dmn")
def dmn() -> None:
    """Bảng quyết định DMN. / DMN decisions."""


@feel.command("eval")
@click.argument("expression")
@click.option("--context", type=_FILE, default=None, help="Tệp JSON chứa biến. / JSON file of variables.")
@_NOW
@_JSON
def evaluate(expression: str, context: Path | None, now: str | None, *, as_json: bool) -> None:
    """Tính một biểu thức. / Evaluate EXPRESSION."""
    variables = _read_object(context) if context else {}
    try:
        compiled = compile_expression(expression, frozenset(variables))
        value, problems = evaluate_traced(compiled, variables, now=_moment(now))
    except FeelError as error:
        _fail(error, as_json=as_json)
    if as_json:
        notes = [{"message": p.message, "column": p.column} for p in problems]
        _print_json({"value": from_feel(value), "text": _shown(value), "problems": notes})
        return
    click.echo(_shown(value))
    for problem in problems:
        click.echo(f"  cột / column {problem.column}: {problem.message}", err=True)


@dmn.command("run")
@click.argument("file", type=_FILE)
@click.option("--decision", required=True, help="Tên hoặc mã quyết định. / The decision's name or id.")
@click.option("--input", "input_file", type=_FILE, default=None, help="Tệp JSON. / JSON file of inputs.")
@click.option("--trace", is_flag=True, help="Kể từng bước. / Tell every step.")
@_NOW
@_JSON
def run(  # each argument is one of the command's options
    file: Path, decision: str, input_file: Path | None, now: str | None, *, trace: bool, as_json: bool
) -> None:
    """Ra một quyết định từ tệp DMN. / Make a decision of FILE."""
    inputs = _read_object(input_file) if input_file else {}
    try:
        answer = load_with_neighbours(file).decide(decision, inputs, now=_moment(now))
    except (DecisionModelError, FeelError) as error:
        _fail(error, as_json=as_json)
    if as_json:
        _print_json(_as_json(answer, trace=trace))
        return
    click.echo(_shown(answer.value))
    if trace:
        _print_trace(answer)


@dmn.command("check")
@click.argument("file", type=_FILE)
@_JSON
def check(file: Path, *, as_json: bool) -> None:
    """Tìm kẽ hở, chồng lấn, tên lạ. / Find gaps, overlaps and unknown names in FILE."""
    try:
        found = findings(load_with_neighbours(file))
    except (DecisionModelError, FeelError) as error:
        _fail(error, as_json=as_json)
    if as_json:
        fields = ("kind", "severity", "decision", "rules", "message")
        _print_json([{**{name: getattr(f, name) for name in fields}, "line": f.place.line} for f in found])
    else:
        for finding in found:
            place = f"{file.name}:{finding.place.line}"
            click.echo(f"{place}: {finding.severity}: {finding.message} [{finding.kind}]")
    if any(finding.severity == "error" for finding in found):
        raise SystemExit(1)


@dmn.command("tck")
@click.argument("folder", type=_FOLDER)
@click.option("--misses", is_flag=True, help="Liệt kê trường hợp trượt. / List what does not pass.")
@_NOW
@_JSON
def tck(folder: Path, now: str | None, *, misses: bool, as_json: bool) -> None:
    """Chạy bộ kiểm DMN TCK. / Run the DMN Technology Compatibility Kit in FOLDER."""
    results = run_folder(folder, now=_moment(now) or dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
    failed = [result for result in results if not result.passed]
    levels = tally(results)
    if as_json:
        _print_json(_kit_json(levels, failed if misses else []))
        return
    for level in levels:
        share = level.passed / level.total * 100 if level.total else 0.0
        tables = f"bảng quyết định / tables {level.table_passed}/{level.table_total}"
        click.echo(f"{level.level}: {level.passed}/{level.total} ({share:.1f} %), {tables}")
    if misses:
        for result in failed:
            click.echo(f"  {result.suite} {result.case} {result.node}: {result.reason}")


# --- shared --------------------------------------------------------------------------------------
def _read_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError as error:
        raise click.ClickException(f"{path.name}: không phải JSON. / not JSON: {error}") from None
    if not isinstance(data, dict):
        raise click.ClickException(f"{path.name}: cần một đối tượng JSON. / expected a JSON object.")
    return data


def _moment(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("cần ISO 8601, ví dụ 2026-11-23T10:00:00+07:00", param_hint="--now") from None
    if moment.tzinfo is None:
        raise click.BadParameter("thiếu múi giờ. / the offset is missing, as in +07:00", param_hint="--now")
    return moment


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else text_of(value)


def _fail(error: Exception, *, as_json: bool) -> NoReturn:
    if as_json:
        place = {"line": error.line, "column": error.column} if isinstance(error, FeelSyntaxError) else {}
        _print_json({"error": type(error).__name__, "message": str(error), **place})
        raise SystemExit(1)
    pointer = ""
    if isinstance(error, FeelSyntaxError):
        line = error.text.splitlines()[error.line - 1] if error.text else ""
        pointer = f"\n  {line}\n  {' ' * (error.column - 1)}^"
    raise click.ClickException(f"{error}{pointer}")


def _print_json(data: object) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _as_json(answer: Decision, *, trace: bool) -> dict[str, object]:
    data: dict[str, object] = {
        "value": from_feel(answer.value),
        "matchedRules": [{"decision": decision, "rule": rule} for decision, rule in answer.matched_rules],
        "problems": [problem.message for problem in answer.problems],
    }
    if trace:
        data["trace"] = [
            {
                "decision": step.decision,
                "name": step.name,
                "inputs": from_feel(dict(step.inputs)),
                "rules": [match.number for match in step.rules],
                "value": from_feel(step.value),
            }
            for step in answer.trace
        ]
    return data


def _print_trace(answer: Decision) -> None:
    for step in answer.trace:
        numbers = ", ".join(str(match.number) for match in step.rules)
        rules = f" (quy tắc / rules {numbers})" if numbers else ""
        click.echo(f"  {step.name} = {_shown(step.value)}{rules}")
        for name, value in step.inputs.items():
            click.echo(f"      {name} = {_shown(value)}")
    for problem in answer.problems:
        click.echo(f"  ! {problem.message}")


def _kit_json(levels: list[Tally], failed: list[CaseResult]) -> dict[str, object]:
    return {
        "levels": [
            {
                "level": level.level,
                "passed": level.passed,
                "total": level.total,
                "tablesPassed": level.table_passed,
                "tablesTotal": level.table_total,
            }
            for level in levels
        ],
        "misses": [{"suite": r.suite, "case": r.case, "node": r.node, "reason": r.reason} for r in failed],
    }
