"""Moves a process on until it waits for people or for time, and says what happened as a `Step`.

It computes and writes nothing: what a step means for rows, journal and clock is `transition`'s business. A failing
automatic step does not undo what a person has done: the process stands still at that element until it is retried.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError, NotWaitingError, TaskNotOpenError
from engine.model import Failure, Opened, Step
from engine.runtime.evaluation import Evaluation
from engine.runtime.failures import EndlessStep, StuckJoin
from engine.runtime.joins import TokenGateway
from engine.runtime.snapshot import load, save
from engine.runtime.specs import Program, element_id
from engine.runtime.waiting import MESSAGE, TIMER, OwnedEvent, awaited, deliver, is_waiting
from engine.runtime.walking import every, find, reached

MOST_AUTOMATIC_STEPS = 1_000  # in one command; more means a loop that waits for nobody

_FAILED, _STUCK = "failed", "stuck"


@dataclass(frozen=True)
class Present:
    """Where a process stands: what waits, by id."""

    tasks: dict[UUID, str]
    timers: dict[UUID, str]
    others: dict[UUID, str]  # messages awaited, subprocesses under way

    def everything(self) -> dict[UUID, str]:
        """All of it."""
        return {**self.tasks, **self.timers, **self.others}


@dataclass
class _Record:
    """What happens while a process moves."""

    passed: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ended_at: str = ""


def start(program: Program, evaluation: Evaluation) -> Step:
    """A new process, moved on from its start event."""
    return _moved(BpmnWorkflow(program.main, dict(program.subprocesses), script_engine=evaluation), evaluation, None)


def complete(program: Program, snapshot: bytes, evaluation: Evaluation, task_id: UUID) -> Step:
    """The process after the open user task `task_id` is done.

    Raises:
        TaskNotOpenError: the process does not wait for this task.
    """

    def act(workflow: BpmnWorkflow, record: _Record) -> None:
        task = find(workflow, task_id)
        if task is None or task.state != TaskState.READY or not task.task_spec.manual:
            raise TaskNotOpenError(f"expected the user task {task_id} to be open in the process, found it closed")
        _run(task, record)

    return _moved(load(snapshot, program, evaluation), evaluation, act)


def fire(program: Program, snapshot: bytes, evaluation: Evaluation, timer_id: UUID) -> Step:
    """The process after the waiting timer `timer_id` has been told that its moment has come.

    Raises:
        NotWaitingError: the process does not wait for this timer (any more).
    """

    def act(workflow: BpmnWorkflow, _record: _Record) -> None:
        for task, event in _awaited(workflow, TIMER):
            if _timer_id(task, event) == timer_id:
                return deliver(task, event)
        raise NotWaitingError(f"expected the timer {timer_id} to be waiting in the process, found that it is not")

    return _moved(load(snapshot, program, evaluation), evaluation, act)


def send(program: Program, snapshot: bytes, evaluation: Evaluation, message: str) -> Step:
    """The process after a message has come in.

    Raises:
        NotWaitingError: nothing in the process waits for this message.
    """

    def act(workflow: BpmnWorkflow, _record: _Record) -> None:
        deliver(*_catcher(workflow, message))

    return _moved(load(snapshot, program, evaluation), evaluation, act)


def refuse_unawaited(program: Program, snapshot: bytes, evaluation: Evaluation, message: str) -> None:
    """Say nothing when something in the process waits for this message.

    Raises:
        NotWaitingError: nothing does.
    """
    _catcher(load(snapshot, program, evaluation), message)


def _catcher(workflow: BpmnWorkflow, message: str) -> tuple[Task, OwnedEvent]:
    catchers = [(task, event) for task, event in _awaited(workflow, MESSAGE) if event.name == message]
    if not catchers:
        raise NotWaitingError(
            f"expected the process to wait for the message '{message}', found that it does not at this step; the "
            "procedure's diagram says when it does",
            "Quy trình không ở bước có thể nhận yêu cầu này; sơ đồ thủ tục cho biết bước nào nhận.",
        )
    return catchers[0]


def retry(program: Program, snapshot: bytes, evaluation: Evaluation, failed_id: UUID) -> Step:
    """The process after the failed automatic step `failed_id` has been tried once more.

    Raises:
        NotWaitingError: no step with this id has failed.
    """

    def act(workflow: BpmnWorkflow, _record: _Record) -> None:
        task = find(workflow, failed_id)
        if task is None or not _has_failed(task):
            raise NotWaitingError(f"expected the step {failed_id} to have failed, found that it has not")
        del task.internal_data[_FAILED if _FAILED in task.internal_data else _STUCK]

    return _moved(load(snapshot, program, evaluation), evaluation, act)


def present(workflow: BpmnWorkflow) -> Present:
    """Where the process stands."""
    found = Present({}, {}, {})
    for task in reached(workflow):
        where = element_id(task.task_spec)
        if task.state == TaskState.READY and task.task_spec.manual:
            found.tasks[task.id] = where
        elif task.state == TaskState.STARTED and isinstance(task.task_spec, SubWorkflowTask):
            found.others[task.id] = where
        elif is_waiting(task):
            found.timers.update({_timer_id(task, event): event.name for event in awaited(task) if event.kind == TIMER})
            if not isinstance(task.task_spec, BoundaryEvent):
                found.others[task.id] = where
    return found


def _moved(workflow: BpmnWorkflow, evaluation: Evaluation, act: Callable[[BpmnWorkflow, _Record], None] | None) -> Step:
    before = present(workflow) if act else Present({}, {}, {})
    failed_before = {task.id for task in every(workflow) if _has_failed(task)}
    record = _Record()
    if act:
        act(workflow, record)
    _advance(workflow, record)
    _report_stuck_joins(workflow, record)
    after = present(workflow)
    still_failed = {task.id for task in every(workflow) if _has_failed(task)}
    stood, stands = before.everything(), after.everything()
    return Step(
        snapshot=save(workflow),
        passed=tuple(record.passed),
        entered=tuple(where for identifier, where in stands.items() if identifier not in stood),
        left=tuple(where for identifier, where in stood.items() if identifier not in stands),
        tasks_opened=_new(after.tasks, before.tasks),
        tasks_closed=frozenset(before.tasks) - frozenset(after.tasks),
        timers_opened=_new(after.timers, before.timers),
        timers_closed=frozenset(before.timers) - frozenset(after.timers),
        results=dict(evaluation.results),
        decisions=tuple(evaluation.decisions),
        failures=tuple(record.failures),
        mended=frozenset(failed_before - still_failed),
        ended_at=record.ended_at if _is_over(workflow) else "",
    )


def _new(after: dict[UUID, str], before: dict[UUID, str]) -> tuple[Opened, ...]:
    return tuple(Opened(identifier, where) for identifier, where in after.items() if identifier not in before)


def _advance(workflow: BpmnWorkflow, record: _Record) -> None:
    """Run automatic tasks until none is ready."""
    for _ in range(MOST_AUTOMATIC_STEPS):
        task = _next_ready(workflow)
        if task is None:
            return
        _run(task, record)
    raise EndlessStep(
        f"expected the process to wait within {MOST_AUTOMATIC_STEPS} automatic steps, found that it does not; "
        f"last at '{record.passed[-1] if record.passed else ''}'"
    )


def _next_ready(workflow: BpmnWorkflow) -> Task | None:
    """The next automatic task; boundary events first, so that what they interrupt cannot go on beside them."""
    ready = [task for task in every(workflow) if _is_automatic(task)]
    if len(ready) > 1:
        ready = [task for task in reached(workflow) if _is_automatic(task)]
        ready.sort(key=lambda task: not isinstance(task.task_spec, BoundaryEvent))
    return ready[0] if ready else None


def _is_automatic(task: Task) -> bool:
    return task.state == TaskState.READY and not task.task_spec.manual and not _has_failed(task)


def _run(task: Task, record: _Record) -> None:
    try:
        task.run()
    except (EngineError, WorkflowException) as error:
        code = error.code if isinstance(error, EngineError) else "process-error"
        record.failures.append(Failure(task.id, element_id(task.task_spec), code, str(error)))
        _stand_still(task)
        return
    where = element_id(task.task_spec)
    if where and task.state == TaskState.COMPLETED:
        record.passed.append(where)
        if isinstance(task.task_spec, EndEvent) and task.workflow.parent_task_id is None:
            record.ended_at = where


def _stand_still(task: Task) -> None:
    """Leave a failed step as one that is still to be done.

    The library takes a task in error for finished: nothing could cancel it, and a boundary event beside it would end.
    """
    task._set_state(TaskState.READY)  # noqa: SLF001 - the library's own reset would drop the branch
    task.internal_data[_FAILED] = True


def _has_failed(task: Task) -> bool:
    key = {TaskState.READY: _FAILED, TaskState.WAITING: _STUCK}.get(task.state)
    return key in task.internal_data


def _report_stuck_joins(workflow: BpmnWorkflow, record: _Record) -> None:
    """Say so when all that is left are gateways that wait for each other or for nobody: no one would ever notice."""
    if any(_may_go_on(task) for task in every(workflow)):
        return
    for task in reached(workflow):
        if isinstance(task.task_spec, TokenGateway) and task.state == TaskState.WAITING and not _has_failed(task):
            task.internal_data[_STUCK] = True
            where = element_id(task.task_spec)
            message = f"expected every branch to reach the gateway '{where}', found that nothing can come any more"
            record.failures.append(Failure(task.id, where, StuckJoin.code, message))


def _may_go_on(task: Task) -> bool:
    """Whether a person, time or a message would move this task on. A withdrawal from outside does not count."""
    if isinstance(task.task_spec, BoundaryEvent):
        return any(event.kind == TIMER for event in awaited(task)) if is_waiting(task) else False
    return is_waiting(task) or task.state == TaskState.READY


def _is_over(workflow: BpmnWorkflow) -> bool:
    return not any(task.has_state(TaskState.NOT_FINISHED_MASK) for task in every(workflow))


def _awaited(workflow: BpmnWorkflow, kind: str) -> Iterator[tuple[Task, OwnedEvent]]:
    for task in reached(workflow):
        if is_waiting(task):
            for event in awaited(task):
                if event.kind == kind:
                    yield task, event


def _timer_id(task: Task, event: OwnedEvent) -> UUID:
    """A timer's id: its task's, told apart where one gateway waits for several timers."""
    return task.id if task.task_spec.event_definition is event else uuid5(task.id, event.name)
