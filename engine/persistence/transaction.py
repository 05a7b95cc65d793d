"""The one place that commits.

A use case is a function of a session; `run` gives it one transaction and repeats it when the database asks for it
(serialisation failure, deadlock, a row that changed under us). What it does inside must therefore stay inside the
database: mails and the like go through rows that are sent afterwards.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine.persistence.database import READ_ONLY

T = TypeVar("T")

ATTEMPTS = 5
_RETRY_STATES = frozenset({"40001", "40P01"})  # serialisation failure, deadlock


def run(engine: Engine, work: Callable[[Session], T]) -> T:
    """Carry out `work` in one transaction and commit it; anything it raises rolls all of it back."""
    for attempt in range(ATTEMPTS):
        try:
            with Session(engine, expire_on_commit=False) as session:
                result = work(session)
                session.commit()
                return result
        except (DBAPIError, StaleDataError) as error:
            if attempt == ATTEMPTS - 1 or not _worth_repeating(error):
                raise
            time.sleep(random.uniform(0.005, 0.05) * 2**attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads; it takes no write lock and ends with a rollback."""
    with Session(engine.execution_options(**{READ_ONLY: True}), expire_on_commit=False) as session:
        yield session


def _worth_repeating(error: DBAPIError | StaleDataError) -> bool:
    if isinstance(error, StaleDataError):
        return True
    if isinstance(error, IntegrityError):
        return True  # two first users of one key at once: the second attempt finds the row
    return getattr(error.orig, "sqlstate", None) in _RETRY_STATES
