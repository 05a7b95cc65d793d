"""Many tasks at one stroke: each in a transaction of its own, each at most once, each with its own outcome.

A batch carries an attempt, a random name. What has been done under an attempt is kept with its effect, so a double
click, a retry after a lost answer and the back button change nothing twice: they are told the same outcome again.
Refusals are not kept: what was refused may be tried anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.database import write
from api.language import current_language
from api.site import site
from engine.errors import ConflictError, EngineError
from engine.model import Actor
from engine.persistence import idempotency
from forms.answers import InvalidAnswers
from forms.problems import FieldProblem


class Fate(StrEnum):
    """What became of one row of a batch."""

    DONE = "done"
    REFUSED = "refused"
    CHANGED = "changed"  # meanwhile, by somebody else


@dataclass(frozen=True)
class Chosen:
    """A row as the person saw it; `version` None means whichever."""

    task_id: UUID
    version: int | None = None

    @classmethod
    def read(cls, text: str) -> "Chosen | None":
        """From "<id>:<version>", as pages write it; None for anything else."""
        identifier, _colon, version = text.partition(":")
        try:
            return cls(UUID(identifier), int(version) if version.isdecimal() else None)
        except ValueError:
            return None

    def __str__(self) -> str:
        """As `read` reads it."""
        return f"{self.task_id}:{self.version}" if self.version is not None else str(self.task_id)


@dataclass(frozen=True)
class Outcome:
    """What became of one row, and why when it was not done."""

    task_id: UUID
    fate: Fate
    reason: str = ""
    problems: Sequence[FieldProblem] = field(default_factory=tuple)  # answers that the row's form refused


@dataclass(frozen=True)
class Batch:
    """One stroke: who, under which attempt, what, and a text that tells it from any other with the same attempt."""

    actor: Actor
    attempt: str
    action: str
    content: str = ""


def carry_out(batch: Batch, rows: Sequence[Chosen], act: Callable[[Session, Chosen], Any]) -> list[Outcome]:
    """Do `act` to each row; one that is refused leaves the others alone."""
    return [_one(batch, row, act) for row in rows]


def _one(batch: Batch, row: Chosen, act: Callable[[Session, Chosen], Any]) -> Outcome:
    try:
        write(lambda session: _once(session, batch, row, act))
    except ConflictError as error:
        return Outcome(row.task_id, Fate.CHANGED, told(error))
    except EngineError as error:
        return Outcome(row.task_id, Fate.REFUSED, told(error))
    except InvalidAnswers as error:
        words = "; ".join(one.message(current_language()) for one in error.problems)
        return Outcome(row.task_id, Fate.REFUSED, words, tuple(error.problems))
    except OperationalError:  # the database is busy: the rows after this one may fare better
        return Outcome(row.task_id, Fate.REFUSED, busy())
    return Outcome(row.task_id, Fate.DONE)


def _once(session: Session, batch: Batch, row: Chosen, act: Callable[[Session, Chosen], Any]) -> None:
    if batch.attempt:
        owner, key = str(batch.actor.id), _name(batch, row.task_id)
        fingerprint = sha256(batch.content.encode()).hexdigest()
        if idempotency.reserve(session, owner, key, fingerprint, site().platform.now()) is not None:
            return
        act(session, row)
        idempotency.remember(session, owner, key, 200, "", {})
    else:
        act(session, row)


def _name(batch: Batch, task_id: UUID) -> str:
    return sha256(f"bulk {batch.attempt} {batch.action} {task_id}".encode()).hexdigest()


def told(error: EngineError) -> str:
    """What a person is told of a refusal."""
    return error.message_vi if current_language() == "vi" else error.message


def busy() -> str:
    """What a person is told when the database had no time."""
    if current_language() == "vi":
        return "Hệ thống đang bận; chưa có gì được ghi cho việc này. Hãy thử lại."
    return "The system is busy; nothing has been written for this task. Try again."
