"""Runs the migrations on the database named by the configuration."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from engine.persistence.database import make_engine
from engine.persistence.tables import Base


def _as_plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write the database's own type into a migration, so that it stays true when our classes move."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_as_plain_type
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
