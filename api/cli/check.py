"""`check`: what is wrong with a procedure's files, before anybody deploys them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from engine.errors import BundleRejectedError
from engine.model import Finding
from engine.runtime.bundle import Bundle
from engine.runtime.lint import diagram_findings, findings

_CLEAN, _FOUND = 0, 1


@click.command("check")
@click.argument("place", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON. / Print JSON.")
@click.option("--errors", "errors_only", is_flag=True, help="Chỉ lỗi, bỏ cảnh báo. / Errors only, no warnings.")
@click.pass_context
def check(context: click.Context, place: Path, *, as_json: bool, errors_only: bool) -> None:
    """Kiểm tra thủ tục trước khi triển khai. / Check a procedure before it is deployed.

    PLACE: bpmn/<key>, a folder that holds bpmn/ and forms/, a bundle.zip, or one diagram.bpmn.

    Exit code: 0 clean (warnings may be there), 1 errors found, 2 wrong use.
    """
    found: dict[str, list[Finding]] = {}
    for name, bundle_findings in _checked(place):
        found[name] = [one for one in bundle_findings if one.error or not errors_only]
    if as_json:
        click.echo(
            json.dumps({name: [asdict(one) for one in ones] for name, ones in found.items()}, ensure_ascii=False)
        )
    else:
        _print(found)
    context.exit(_FOUND if any(one.error for ones in found.values() for one in ones) else _CLEAN)


def _checked(place: Path) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Each procedure at the place, with its findings."""
    if place.is_file() and place.suffix == ".bpmn":
        yield place.name, diagram_findings(place.read_bytes(), place.name)
    elif place.is_file():
        yield from _bundle(place.name, place)
    elif (place / "bpmn").is_dir():
        keys = sorted(one.name for one in (place / "bpmn").iterdir() if (one / "procedure.toml").is_file())
        for key in keys:
            yield from _bundle(key, place / "bpmn" / key)
    elif (place / "procedure.toml").is_file() or (place / "process.bpmn").is_file():
        yield from _bundle(place.name, place)
    else:
        raise click.UsageError(
            f"{place}: cần bpmn/<thủ tục>, thư mục có bpmn/, tệp .zip hoặc .bpmn. / "
            f"expected bpmn/<key>, a folder that holds bpmn/, a .zip or a .bpmn."
        )


def _bundle(name: str, place: Path) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    try:
        if place.is_file():
            bundle = Bundle.from_zip(place.read_bytes())
        else:
            folder = place.resolve()
            bundle = Bundle.from_folder(folder, folder.parent.parent / "forms" / folder.name)
    except BundleRejectedError as problem:
        message = f"{problem.message_vi} / {problem.message}"
        yield name, (Finding(problem.code, message, "", path=str(place)),)
        return
    yield name, findings(bundle)


def _print(found: dict[str, list[Finding]]) -> None:
    for name, ones in found.items():
        errors = sum(one.error for one in ones)
        click.secho(
            f"{name}: {errors} lỗi, {len(ones) - errors} cảnh báo / {errors} errors, {len(ones) - errors} warnings",
            bold=True,
        )
        for one in ones:
            where = ":".join(str(part) for part in (one.path, one.line or "", one.element_id) if part)
            click.secho(f"  {where}: {one.code}", fg="red" if one.error else "yellow")
            click.echo(f"    {one.message}\n    → {one.fix}")
    if not found:
        click.echo("Không có thủ tục nào. / No procedures.")
