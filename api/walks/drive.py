"""The walk itself: whoever has an open task answers it, until the end or a named task. Where it happens, over HTTP or
in this process, is the driver's affair.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from api.walks.script import Desk, Walk, filled
from engine.errors import InvalidInputError, NotWaitingError
from engine.runtime.side_tasks import SIDE_TASKS


@dataclass(frozen=True)
class OpenTask:
    """A task that waits for somebody."""

    id: str
    element_id: str
    data_key: str
    name: str
    role: str
    unit: str
    assignee: str = ""  # a person's id, when somebody has it


@dataclass(frozen=True)
class Standing:
    """Where the dossier stands."""

    code: str
    state: str
    outcome: str  # empty while it is open
    due_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether the dossier has ended."""
        return bool(self.outcome)


@dataclass(frozen=True)
class Passed:
    """One step of the walk: what was done, by whom, and where the dossier stands after it."""

    what: str
    element_id: str
    who: str
    standing: Standing


class Driver(Protocol):
    """Does what a walk says, somewhere."""

    def stand_at(self, desk: Desk) -> None:
        """Be told where the dossier comes in, before anything is sent."""
        ...

    def today(self) -> date:
        """The day on which the next step takes place."""
        ...

    def upload(self, name: str, task: OpenTask | None) -> str:
        """Send a sample paper in, as whoever does the task (None: whoever files); its id."""
        ...

    def file(self, procedure: str, application: Mapping[str, Any]) -> str:
        """File the dossier; the name of who did."""
        ...

    def open_tasks(self) -> Sequence[OpenTask]:
        """The tasks that wait, oldest first."""
        ...

    def complete(self, task: OpenTask, answers: Mapping[str, Any]) -> str:
        """Send the answers as somebody who may; that one's name."""
        ...

    def send(self, message: str, reason: str) -> str:
        """Withdraw or stop the dossier as somebody who may; that one's name."""
        ...

    def wait(self) -> bool:
        """Let time pass until something falls due; False where that cannot be done."""
        ...

    def standing(self) -> Standing:
        """Where the dossier stands."""
        ...


def drive(driver: Driver, walk: Walk, until: str = "") -> Iterator[Passed]:
    """Go the walk, telling each step, to its end or until the task of the element `until` is open.

    Raises:
        InvalidInputError: a task is open that the walk has no answers for, or the end is not the expected one.
        NotWaitingError: only time can bring the dossier on, and the driver cannot let it pass.
    """
    driver.stand_at(walk.desk)
    application = filled(walk.application, driver.today(), lambda name: driver.upload(name, None))
    yield _passed(driver, "file", "", driver.file(walk.procedure, application))
    told = False
    while not driver.standing().ended:
        tasks = _of_walk(walk, driver.open_tasks())
        reached = {task.element_id for task in tasks}
        if until and until in reached:
            return
        if walk.message and not told and walk.message.at in reached:
            told = True
            who = driver.send(walk.message.name, walk.message.reason)
            yield _passed(driver, walk.message.name, walk.message.at, who)
            continue
        yield _next_step(driver, walk, tasks)
    _check_end(walk, driver.standing(), until)


def _of_walk(walk: Walk, opened: Sequence[OpenTask]) -> list[OpenTask]:
    """The tasks that the walk is about. What it does not answer beside the process (an apology) is no part of it."""
    beside = [task for task in opened if task.element_id in SIDE_TASKS and task.data_key in walk.answers]
    return [*beside, *(task for task in opened if task.element_id not in SIDE_TASKS)]


def _next_step(driver: Driver, walk: Walk, tasks: Sequence[OpenTask]) -> Passed:
    for task in tasks:
        raw = None if task.element_id in walk.leave else walk.next_answers(task.data_key)
        if raw is not None:
            answers = filled(raw, driver.today(), lambda name, task=task: driver.upload(name, task))  # type: ignore[misc]
            return _passed(driver, task.name, task.element_id, driver.complete(task, answers))
    missing = [task.element_id for task in tasks if task.element_id not in walk.leave]
    if missing:
        raise InvalidInputError(
            f"expected the walk to say what {', '.join(missing)} answers, found nothing (more); add it to `answers`, "
            "or name the task in `leave` if its time shall run out",
            f"Kịch bản chưa có câu trả lời cho {', '.join(missing)}.",
        )
    if not driver.wait():
        raise NotWaitingError(
            f"the dossier waits for a moment to come ({', '.join(task.element_id for task in tasks) or 'a timer'}); "
            "run the walk's rest when it has come",
            "Hồ sơ đang chờ đến thời điểm tiếp theo.",
        )
    return _passed(driver, "wait", "", "")


def _passed(driver: Driver, what: str, element_id: str, who: str) -> Passed:
    return Passed(what, element_id, who, driver.standing())


def _check_end(walk: Walk, standing: Standing, until: str) -> None:
    if until:
        raise InvalidInputError(
            f"expected the walk to come to {until}, found that it ended ({standing.outcome}) without",
            f"Hồ sơ kết thúc ({standing.outcome}) mà không qua bước {until}.",
        )
    if walk.outcome and standing.outcome != walk.outcome:
        raise InvalidInputError(
            f"expected the dossier to end as {walk.outcome}, found {standing.outcome}",
            f"Hồ sơ phải kết thúc là {walk.outcome} nhưng lại là {standing.outcome}.",
        )
