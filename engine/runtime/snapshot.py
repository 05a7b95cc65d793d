"""A running process as bytes and back.

Only what can still matter is kept: the specification is shared and never stored, data lives in our tables, finished
history is pruned (`pruning.py`). The format has its own version stamp, so that a snapshot of an older release is read
by the code that knows it; `tests/unit/runtime/golden` holds one of every format.
"""

from typing import Any
from uuid import UUID

import orjson
import zstandard
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.runtime.pruning import prune
from engine.runtime.specs import Program

FORMAT = 1
LIMIT = 4 * 1024 * 1024  # bytes; a process that is larger than this when unpacked is broken

_NO_PARENT = -1


class UnreadableSnapshot(EngineError):
    """A stored process cannot be read by this release."""

    code = "unreadable-snapshot"
    status = 500
    title_vi = "Không đọc được trạng thái quy trình đã lưu."


def save(workflow: BpmnWorkflow) -> bytes:
    """The state of `workflow`, pruned and compressed. Changes the workflow: its finished history is cut."""
    for process in (workflow, *workflow.subprocesses.values()):
        prune(process)
    _drop_finished_subprocesses(workflow)
    state = {
        "v": FORMAT,
        "main": _tasks(workflow),
        "sub": [
            [str(parent_id), process.spec.name, _tasks(process)] for parent_id, process in workflow.subprocesses.items()
        ],
    }
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(orjson.dumps(state))


def load(snapshot: bytes, program: Program, script_engine: Any) -> BpmnWorkflow:
    """The running process that `save` wrote, on the shared specification of its version.

    Raises:
        UnreadableSnapshot: the bytes are damaged, of a format this release does not know, or of another diagram.
    """
    state = _unpack(snapshot)
    try:
        return _rebuild(state, program, script_engine)
    except (AttributeError, LookupError, TypeError, ValueError, WorkflowException) as error:
        raise UnreadableSnapshot(
            f"expected the state of a process of this version, found one that does not fit it: {error!r}"
        ) from error


def _rebuild(state: dict[str, Any], program: Program, script_engine: Any) -> BpmnWorkflow:
    workflow = BpmnWorkflow(program.main, dict(program.subprocesses), script_engine=script_engine, deserializing=True)
    _restore(workflow, state["main"])
    # A subprocess asks for its parent task when it is made, so outer ones come first; `save` keeps that order.
    for parent_id, name, rows in state["sub"]:
        parent = workflow.get_task_from_id(UUID(parent_id))
        process = BpmnSubWorkflow(program.spec(name), parent.id, workflow, deserializing=True)
        workflow.subprocesses[parent.id] = process
        _restore(process, rows)
        process.completed_event.connect(parent.task_spec._on_subworkflow_completed, parent)  # noqa: SLF001 - as the library's own loader does
    return workflow


def _unpack(snapshot: bytes) -> dict[str, Any]:
    try:
        # The size stands in the header, and the library makes room for it whatever limit it is given.
        size = zstandard.frame_content_size(snapshot)
        if not 0 < size <= LIMIT:
            raise UnreadableSnapshot(f"expected a process state of at most {LIMIT} bytes, found {size}")
        state = orjson.loads(zstandard.ZstdDecompressor().decompress(snapshot, allow_extra_data=False))
    except (zstandard.ZstdError, orjson.JSONDecodeError) as error:
        raise UnreadableSnapshot(f"expected a compressed process state, found damaged bytes: {error}") from error
    if not isinstance(state, dict) or state.get("v") != FORMAT:
        found = state.get("v") if isinstance(state, dict) else None
        raise UnreadableSnapshot(f"expected process state of format {FORMAT}, found {found}; upgrade this node")
    return state


def _tasks(process: BpmnBaseWorkflow) -> list[list[Any]]:
    """One row a task, parents before children: id, parent's row, spec, state, triggered, internal data."""
    rows: list[list[Any]] = []
    pending = [(process.task_tree, _NO_PARENT)]
    while pending:
        task, parent = pending.pop()
        number = len(rows)
        rows.append([str(task.id), parent, task.task_spec.name, task.state, int(task.triggered), task.internal_data])
        # pop() takes the last one: push children in reverse, so that siblings keep their order
        pending.extend((child, number) for child in reversed(task.children))
    return rows


def _restore(process: BpmnBaseWorkflow, rows: list[list[Any]]) -> None:
    restored: list[Task] = []
    for identifier, parent, spec_name, state, triggered, internal in rows:
        spec = process.spec.task_specs.get(spec_name)
        if spec is None:
            raise UnreadableSnapshot(f"expected '{spec_name}' in the diagram '{process.spec.name}', found none")
        above = restored[parent] if parent != _NO_PARENT else None
        task_id = UUID(identifier)
        if task_id in process.tasks or (above is None) != (not restored):
            raise UnreadableSnapshot(f"expected one tree of tasks, found the task {task_id} out of place")
        task = Task(process, spec, above, state=state, id=task_id)
        task.triggered = bool(triggered)
        task.internal_data = internal
        restored.append(task)
    process.task_tree = restored[0]
    process.last_task = restored[0]
    process.completed = not any(task.has_state(TaskState.NOT_FINISHED_MASK) for task in restored)


def _drop_finished_subprocesses(workflow: BpmnWorkflow) -> None:
    """Forget subprocesses whose activity is over; nothing reads them any more."""
    open_tasks = {
        task.id
        for process in (workflow, *workflow.subprocesses.values())
        for task in process.tasks.values()
        if task.has_state(TaskState.NOT_FINISHED_MASK)
    }
    for parent_id in [parent_id for parent_id in workflow.subprocesses if parent_id not in open_tasks]:
        del workflow.subprocesses[parent_id]
