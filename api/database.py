"""Binds the engine's tables to the application through Flask-SQLAlchemy.

The tables know nothing of Flask, and only `engine.persistence.transaction` commits: a view hands it a use case
through `write`, and reads through `read`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, Session

from api.site import site
from engine.errors import ActRefusedError
from engine.organisation import register
from engine.persistence import once, transaction
from engine.persistence.database import engine_options, prepare
from engine.persistence.tables import Base

T = TypeVar("T")
_READING = "motcua_reading"  # known of the application's context: the session that reads now


class _SameTables(DeclarativeBase):
    """Base's tables under another base: Flask-SQLAlchemy copies the base it is given, and SQLAlchemy 2.1 does not let
    one with a `type_annotation_map` be copied.
    """

    metadata = Base.metadata


db = SQLAlchemy(model_class=_SameTables, disable_autonaming=True)


def connect(app: Flask, url: str) -> None:
    """Give the application its database at `url`."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def write(work: Callable[[Session], T]) -> T:
    """Carry out `work` in one transaction, on the database of this request's application.

    An act that was refused for want of a mandate is rolled back; that it was tried is kept all the same.
    """
    g.pop(_READING, None)
    try:
        return transaction.run(db.engine, work)
    except ActRefusedError as refusal:
        keep_refusal(db.engine, refusal, site().platform.now())
        raise


def keep_refusal(engine: Engine, refusal: ActRefusedError, now: datetime) -> None:
    """Keep in the organisation's journal that somebody tried what no mandate covers."""
    transaction.run(engine, lambda session: register.keep_refusal(session, refusal, now))


@contextmanager
def read() -> Iterator[Session]:
    """A session that only reads; inside another one it is that one, unless something has been written since."""
    if outer := g.get(_READING):
        yield outer
        return
    with transaction.reading(db.engine) as session:
        once.remember(session)
        setattr(g, _READING, session)
        try:
            yield session
        finally:
            g.pop(_READING, None)
