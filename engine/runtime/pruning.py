"""Cuts finished history out of a running process, so that a step costs the same in its first and its thousandth round.

SpiffWorkflow keeps every task it ever ran, walks all of them at each step and gives up at a depth of 1,000. The
history is in our journal, gateways count tokens and not history (`joins.py`); the tree needs only

1. tasks that are not finished;
2. for a boundary join that is still open: its split and the split's children, whose states it reads.

Everything else is taken out, and its children are handed to the nearest kept ancestor. The order in which a walk
down the tree meets the kept tasks stays the same.
"""

from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


def prune(process: BpmnBaseWorkflow) -> None:
    """Take finished history out of `process` (one workflow, without its subprocesses)."""
    keep = {process.task_tree.id}
    for task in process.tasks.values():
        if task.has_state(TaskState.NOT_FINISHED_MASK):
            keep.add(task.id)
            if isinstance(task.task_spec, BoundaryEventJoin):
                keep |= _split_of(task)
    _splice(process, keep)


def _split_of(join: Task) -> set[UUID]:
    """The split that an open boundary join looks up, and the split's children."""
    split = join.parent
    while split is not None and split.task_spec.name != join.task_spec.split_task:
        split = split.parent
    return {split.id, *(child.id for child in split.children)} if split is not None else set()


def _splice(process: BpmnBaseWorkflow, keep: set[UUID]) -> None:
    """Rebuild the tree from the kept tasks; siblings keep their order."""
    if len(keep) == len(process.tasks):
        return
    children: dict[UUID, list[UUID]] = {identifier: [] for identifier in keep}
    pending: list[tuple[Task, UUID | None]] = [(process.task_tree, None)]
    while pending:
        task, nearest = pending.pop()
        if task.id in keep:
            if nearest is not None:
                children[nearest].append(task.id)
                task.parent = process.tasks[nearest]
            nearest = task.id
        pending.extend((child, nearest) for child in reversed(task.children))
    for identifier in [identifier for identifier in process.tasks if identifier not in keep]:
        del process.tasks[identifier]
    for identifier, below in children.items():
        process.tasks[identifier].children = [process.tasks[child] for child in below]
    process.last_task = process.task_tree
