"""Asks for statistics, and makes known that they are asked for, so that their months are kept for the next time."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.database import read, write
from engine.statistics_inquiry import Inquiry, is_noted, note

T = TypeVar("T")
log = structlog.get_logger(__name__)


def ask(inquiry: Inquiry, answer: Callable[[Session], T]) -> T:
    """What `answer` makes of a session that reads; the first to ask on a day leaves a note of it."""
    with read() as session:
        answered, noted = answer(session), is_noted(session, inquiry)
    if not noted:
        try:
            write(lambda session: note(session, inquiry))
        except SQLAlchemyError as error:  # the answer is there; only the next one may take longer
            log.warning("statistics.not_noted", error=str(error))
    return answered
