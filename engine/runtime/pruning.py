"""Cuts finished history out of a running process, so that a step costs the same in its first and its thousandth round.

SpiffWorkflow keeps every task it ever ran, walks all of them at each step and gives up at a depth of 1,000. The
history is in our journal; the tree needs only

1. tasks that are not finished, and tasks in error (they will be retried);
2. for a boundary join that is still open: its split and the split's children, whose states it reads;
3. for a gateway that still waits for branches: the branches that have arrived at it in this round, and the parents
   of all its instances, whose states it reads;
4. tasks where kept branches part, because "descends from" must stay true.

Everything else is taken out, and its children are handed to the nearest kept ancestor. This also removes what a
gateway inside a loop would otherwise count twice: arrivals of an earlier round.
"""

from collections import defaultdict
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

_ALIVE = TaskState.NOT_FINISHED_MASK | TaskState.ERROR


def prune(process: BpmnBaseWorkflow) -> None:
    """Take finished history out of `process` (one workflow, without its subprocesses)."""
    alive = [task for task in process.tasks.values() if task.has_state(_ALIVE)]
    keep = {process.task_tree.id} | {task.id for task in alive}
    for task in alive:
        if isinstance(task.task_spec, BoundaryEventJoin):
            keep |= _split_of(task)
        elif isinstance(task.task_spec, UnstructuredJoin):
            keep.add(task.parent.id)
    keep |= _arrivals(process, alive)
    _splice(process, keep | _partings(process, keep))


def _split_of(join: Task) -> set[UUID]:
    """The split that an open boundary join looks up, and the split's children."""
    split = join.parent
    while split is not None and split.task_spec.name != join.task_spec.split_task:
        split = split.parent
    return {split.id, *(child.id for child in split.children)} if split is not None else set()


def _arrivals(process: BpmnBaseWorkflow, alive: list[Task]) -> set[UUID]:
    """Finished instances of gateways that still wait, which arrived in the present round, with their parents."""
    waiting: dict[str, list[Task]] = defaultdict(list)
    for task in alive:
        if isinstance(task.task_spec, UnstructuredJoin) and not isinstance(task.task_spec, _EndJoin):
            waiting[task.task_spec.name].append(task)
    kept: set[UUID] = set()
    if not waiting:
        return kept
    for task in process.tasks.values():
        open_joins = waiting.get(task.task_spec.name)
        if open_joins and not task.has_state(_ALIVE) and any(_counts_for(task, join) for join in open_joins):
            kept |= {task.id, task.parent.id}
    return kept


def _counts_for(arrival: Task, join: Task) -> bool:
    """Whether no completed instance of the gateway stands between the common ancestor of both and `join`."""
    above_arrival = {task.id for task in _line_up(arrival)}
    for ancestor in _line_up(join):
        if ancestor.id in above_arrival:
            return bool(ancestor.id != arrival.id)
        if ancestor.task_spec is join.task_spec and ancestor.state == TaskState.COMPLETED:
            return False
    return False


def _line_up(task: Task) -> list[Task]:
    """The task and its ancestors, nearest first."""
    line = []
    current: Task | None = task
    while current is not None:
        line.append(current)
        current = current.parent
    return line


def _partings(process: BpmnBaseWorkflow, keep: set[UUID]) -> set[UUID]:
    """Ancestors below which kept tasks lie on more than one branch."""
    branches: dict[UUID, set[UUID]] = defaultdict(set)
    for identifier in keep:
        child = process.tasks[identifier]
        parent = child.parent
        while parent is not None:
            seen = child.id in branches[parent.id]
            branches[parent.id].add(child.id)
            if seen:
                break  # everything above has been walked with this child before
            child, parent = parent, parent.parent
    return {identifier for identifier, below in branches.items() if len(below) > 1}


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
