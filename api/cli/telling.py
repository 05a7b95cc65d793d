"""How commands speak: Vietnamese first, English second; JSON where a program asks; errors in words."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
import orjson
from sqlalchemy.exc import OperationalError, ProgrammingError

from api.settings import SettingsError
from engine.errors import EngineError
from forms.answers import InvalidAnswers

T = TypeVar("T")
REFUSED, WRONG_SETUP = 1, 2

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def run_telling(work: Callable[[], T]) -> T:
    """Carry out `work`; what goes wrong in an expected way becomes a sentence and an exit code."""
    try:
        return work()
    except InvalidAnswers as error:
        for problem in error.problems:
            complain(f"{problem.path}: {problem.message_vi}", problem.message_en)
        sys.exit(REFUSED)
    except EngineError as error:
        complain(error.message_vi, error.message)
        _tell_findings(error.details.get("findings"))
        sys.exit(REFUSED)
    except SettingsError as error:
        complain("Cấu hình không đúng.", str(error))
        sys.exit(WRONG_SETUP)
    except (OperationalError, ProgrammingError) as error:
        complain(
            "Cơ sở dữ liệu không trả lời hoặc chưa được cập nhật; hãy chạy “motcua db upgrade”.",
            f"The database does not answer or is not up to date ({error.orig}); run 'motcua db upgrade'.",
        )
        sys.exit(WRONG_SETUP)


def say(vi: str, en: str = "") -> None:
    """A line for people, in both languages."""
    click.echo(f"{vi} — {en}" if en else vi)


def complain(vi: str, en: str) -> None:
    """A line about what went wrong, on the error stream."""
    click.echo(click.style("✗ ", fg="red") + (f"{vi}\n  {en}" if en and en not in vi else vi), err=True)


def answer(value: Any) -> None:
    """A value for programs: one JSON document."""
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


def table(rows: Sequence[Sequence[str]]) -> None:
    """Rows for people, in aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _tell_findings(found: object) -> None:
    if isinstance(found, list | tuple):
        for finding in found:
            click.echo(f"  {finding}", err=True)
