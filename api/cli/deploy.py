"""`motcua deploy`: a procedure's files become its newest version."""

from pathlib import Path

import click

from api.cli.setup import Tools, tools
from api.cli.telling import answer, as_json, say
from engine import procedures
from engine.model import SYSTEM, Actor
from engine.organisation import people
from engine.persistence.transaction import reading, run
from engine.runtime.bundle import Bundle


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--forms", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where its forms lie.")
@click.option("--as", "username", default="", help="Deploy as this designer or operator (default: the system).")
@as_json
def deploy(path: Path, *, forms: Path | None, username: str, as_json: bool) -> None:
    """Deploy the procedure in the folder PATH (bpmn/<key>, its forms in forms/<key>), or in the ZIP file PATH.

    The same content again makes no new version. A bundle with faults is refused, and every fault is told.
    """
    bundle = bundle_at(path, forms)
    with tools() as at_hand:
        actor = _actor(at_hand, username) if username else SYSTEM
        version = run(at_hand.db, lambda session: procedures.deploy(session, at_hand.platform, actor, bundle))
    if as_json:
        answer({"procedure": version.procedure_key, "number": version.number, "checksum": version.checksum})
    else:
        what = f"{version.procedure_key}, phiên bản {version.number} ({version.checksum[:12]})"
        say(f"Đã triển khai {what}", "deployed")


def bundle_at(path: Path, forms: Path | None = None) -> Bundle:
    """The bundle in a folder or a ZIP file; the forms of bpmn/<key> lie in forms/<key> unless told otherwise."""
    if path.is_file():
        return Bundle.from_zip(path.read_bytes())
    folder = path.resolve()
    return Bundle.from_folder(folder, forms or folder.parent.parent / "forms" / folder.name)


def _actor(at_hand: Tools, username: str) -> Actor:
    with reading(at_hand.db) as session:
        person = people.get_person(session, username)
        return people.load_actor(session, person.id, at_hand.platform.today())
