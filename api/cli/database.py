"""`motcua db`: the database."""

import click

from api.cli.telling import say
from api.settings import from_environment
from engine.persistence.database import upgrade


@click.group()
def db() -> None:
    """Cơ sở dữ liệu — the database that MOTCUA_DATABASE_URL names."""


@db.command("upgrade")
def upgrade_database() -> None:
    """Bring the schema to the newest version; does nothing when it is there already."""
    upgrade(from_environment().database_url)
    say("Cơ sở dữ liệu đã ở phiên bản mới nhất", "the database is up to date")
