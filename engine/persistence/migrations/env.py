"""Runs the migrations on the database named by the configuration."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from engine.persistence.database import make_engine
from engine.persistence.tables import Base


def _as_plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write the database's own type into a migration, so that it stays true when our classes move."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table is one of `tables.py`: the index of words is each database's own, known to migrations only."""
    return kind != "table" or not (name or "").startswith("dossier_search")


def _foreign_keys(connection: Connection, state: str) -> None:
    """Switch SQLite's foreign keys on or off; it makes a table anew to change it, and others refer to the old one."""
    raw = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and raw is not None:
        raw.execute(f"PRAGMA foreign_keys={state}")


def _refuse_dangling(connection: Connection) -> None:
    """Whatever a migration has done, every reference must lead somewhere before it is committed."""
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise RuntimeError(f"expected every reference to lead somewhere after the migration, found {dangling[:5]}")


engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    _foreign_keys(connection, "OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_as_plain_type,
        include_name=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()
        _refuse_dangling(connection)
    _foreign_keys(connection, "ON")
engine.dispose()
