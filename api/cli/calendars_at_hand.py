"""Which calendar a command counts by: a file, the one an installation has imported last, or the one that ships."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.cli.setup import tools
from api.settings import embedded
from engine.deadlines.calendar import Calendar, load_calendar, vietnam
from engine.persistence import calendars
from engine.persistence.transaction import reading

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])

in_file = click.option("--calendar", "file", type=FILE, help="A calendar file instead of the calendar in force.")
known_on = click.option("--known-on", type=DAY, help="Count with the decisions that were known on this day.")


def in_force(file: Path | None, known_on: datetime | None) -> Calendar:
    """The calendar of the file; else the newest that was imported here; else the one that ships."""
    found = load_calendar(file) if file else _of_installation()
    return found.as_known_on(known_on.date()) if known_on else found


def versions() -> list[dict[str, Any]]:
    """The imported versions, newest first; none where nothing has been set up."""
    if not _set_up():
        return []
    with tools() as at_hand, reading(at_hand.db) as session:
        zone = at_hand.platform.zone
        return [
            {
                "number": row.number,
                "imported_at": row.imported_at.astimezone(zone).isoformat(),
                "by": row.imported_by,
                "cause": row.cause,
                "fingerprint": row.fingerprint,
            }
            for row in calendars.versions(session)
        ]


def _of_installation() -> Calendar:
    if not _set_up():
        return vietnam()
    with tools() as at_hand, reading(at_hand.db) as session:
        calendars.refresh(session, at_hand.platform)
        return at_hand.platform.calendar


def _set_up() -> bool:
    """Whether an installation was set up here; asking one that is not there would make an empty database."""
    return "MOTCUA_DATABASE_URL" in os.environ or embedded(Path(os.environ.get("MOTCUA_VAR", "var"))).exists()
