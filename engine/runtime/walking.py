"""Ways through the tasks of a running process and its subprocesses."""

from collections.abc import Iterator
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


def processes(workflow: BpmnWorkflow) -> Iterator[BpmnBaseWorkflow]:
    """The main process and its subprocesses under way, outer ones first."""
    yield workflow
    yield from workflow.subprocesses.values()


def every(workflow: BpmnWorkflow) -> Iterator[Task]:
    """Every task, in no particular order."""
    for process in processes(workflow):
        yield from process.tasks.values()


def reached(workflow: BpmnWorkflow) -> Iterator[Task]:
    """Every task that is more than foreseen, parents first: an order that neither pruning nor storing changes."""
    for process in processes(workflow):
        pending = [process.task_tree]
        while pending:
            task = pending.pop()
            if task.state >= TaskState.WAITING:  # below what is foreseen everything is foreseen
                yield task
                pending.extend(reversed(task.children))


def find(workflow: BpmnWorkflow, task_id: UUID) -> Task | None:
    """The task with an id, in whichever process it stands."""
    return next((process.tasks[task_id] for process in processes(workflow) if task_id in process.tasks), None)
