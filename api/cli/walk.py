"""`motcua walk`: a dossier goes through its procedure over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
import httpx

from api.cli.setup import tools
from api.cli.telling import answer, as_json, say
from api.demo import ROOT
from api.settings import Settings
from api.walks.drive import Passed, drive
from api.walks.over_http import Api, HttpDriver, People
from api.walks.script import Walk, read_walk, usual_walk
from api.walks.tokens import TokensFromDatabase, TokensFromFile
from engine.clock import SystemClock
from engine.deadlines.calendar import vietnam
from engine.errors import InvalidInputError, NotWaitingError
from engine.platform import Platform


@click.command()
@click.argument("procedure")
@click.option("--input", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another walk.")
@click.option("--until", default="", metavar="TASK", help="Stop when the task of this element is open.")
@click.option("--url", default=Settings.public_url, show_default=True, help="Where the site answers.")
@click.option(
    "--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help='{"username": "token"}'
)
@as_json
def walk(procedure: str, *, source: Path | None, until: str, url: str, token_file: Path | None, as_json: bool) -> None:
    """Drive a dossier of PROCEDURE over HTTP, as the people involved, to its end.

    Without --input, the walk of bpmn/PROCEDURE/walks in which all goes well is taken. Beside the site (with the same
    MOTCUA_DATABASE_URL) tokens for the people are made in its database; elsewhere, name a --token-file.
    """
    script = _script(procedure, source)
    steps: list[Passed] = []
    waiting = ""
    with httpx.Client(base_url=url, timeout=30) as client, _people(Api(client), token_file) as people:
        driver = HttpDriver(Api(client), people, Platform(SystemClock(), vietnam()).today())
        try:
            for step in drive(driver, script, until):
                steps.append(step)
                if not as_json:
                    _tell(step)
        except NotWaitingError as awaited:
            if not script.leave:
                raise
            waiting = str(awaited)  # the walk leaves tasks undone on purpose; a site's time cannot be moved
        end = driver.standing()
    if as_json:
        answer({"dossier": asdict(end), "steps": [asdict(step) for step in steps], "waiting": waiting})
    elif waiting:
        say(f"⏸ Hồ sơ {end.code} chờ đến hạn", "it waits for a moment to come")
    elif end.ended:
        say(f"■ Hồ sơ {end.code} kết thúc: {end.outcome}", "ended")
    else:
        say(f"▮ Hồ sơ {end.code} dừng trước bước {until}", f"stopped before {until}")


def _script(procedure: str, source: Path | None) -> Walk:
    found = read_walk(source or usual_walk(ROOT / "bpmn" / procedure))
    if found.procedure != procedure:
        raise InvalidInputError(f"expected a walk of {procedure}, found one of {found.procedure}")
    return found


@contextmanager
def _people(api: Api, token_file: Path | None) -> Iterator[People]:
    if token_file:
        yield TokensFromFile(api, token_file)
        return
    with tools() as at_hand:
        yield TokensFromDatabase(at_hand.db, at_hand.platform)


def _tell(step: Passed) -> None:
    due = f"{step.standing.due_at:%H:%M %d/%m/%Y}" if step.standing.due_at else "chưa tính"
    who = f" — {step.who}" if step.who else ""
    what = "Nộp hồ sơ" if step.what == "file" else step.what
    place = f" [{step.element_id}]" if step.element_id else ""
    click.echo(f"● {what}{place}{who}\n    {step.standing.code}  {step.standing.state}  hạn (due): {due}")
