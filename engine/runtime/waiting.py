"""Events that this platform owns: they fire when they are told to, and never look at a clock or an inbox themselves.

SpiffWorkflow's timers ask the machine's time at every step and compare event definitions by class alone, so that two
timers on one gateway are the same to it. Ours have a name, and fire from outside.
"""

from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.runtime.failures import UncaughtErrorEvent

TIMER, MESSAGE, ERROR = "timer", "message", "error"


class OwnedEvent(EventDefinition):
    """An event known by its kind and name (a timer's name is its element's id)."""

    def __init__(self, kind: str, name: str) -> None:
        """Keep what tells this event from every other."""
        super().__init__(name=name)
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        """Equal by kind and name."""
        return isinstance(other, OwnedEvent) and (self.kind, self.name) == (other.kind, other.name)

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash((self.kind, self.name))

    def throw(self, my_task: Task) -> None:
        """Raise a BPMN error to the nearest boundary event that catches it.

        Raises:
            UncaughtErrorEvent: nothing catches it; SpiffWorkflow would go on as if nothing had happened.
        """
        if self.kind != ERROR:
            return
        catcher = _error_catcher(my_task, self.name)
        if catcher is None:
            raise UncaughtErrorEvent(self.name)
        deliver(catcher, self)


def own(definition: EventDefinition) -> EventDefinition:
    """Our counterpart of an event definition that SpiffWorkflow's parser made; others are returned as they are.

    The parser was fed timers whose expression is the id of their element (`specs.py`).
    """
    if isinstance(definition, TimerEventDefinition):
        return OwnedEvent(TIMER, definition.expression)
    if isinstance(definition, MessageEventDefinition):
        return OwnedEvent(MESSAGE, definition.name)
    if isinstance(definition, ErrorEventDefinition):
        return OwnedEvent(ERROR, definition.code or "")
    if isinstance(definition, MultipleEventDefinition):
        definition.event_definitions = [own(each) for each in definition.event_definitions]
    return definition


def awaited(task: Task) -> Iterator[OwnedEvent]:
    """The events that a waiting task would react to: one, or several at an event-based gateway."""
    definition = task.task_spec.event_definition
    candidates = definition.event_definitions if isinstance(definition, MultipleEventDefinition) else [definition]
    return (each for each in candidates if isinstance(each, OwnedEvent))


def is_waiting(task: Task) -> bool:
    """Whether the task is an event that waits to be told."""
    return task.state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent)


def deliver(task: Task, event: OwnedEvent) -> None:
    """Tell a waiting task that its event has happened."""
    task.task_spec.catch(task, BpmnEvent(event))
    task.task_spec._update(task)  # noqa: SLF001 - the library offers no public way to wake one task


def _error_catcher(task: Task, code: str) -> Task | None:
    """The boundary error event on the nearest enclosing activity that catches `code`, else one for any error."""
    top = task.workflow.top_workflow
    scope = task.workflow
    while scope.parent_task_id is not None:
        activity = top.get_task_from_id(scope.parent_task_id)
        catchers = {event.name: sibling for sibling in activity.parent.children for event in _errors_caught(sibling)}
        if catcher := catchers.get(code) or catchers.get(""):
            return catcher
        scope = activity.workflow
    return None


def _errors_caught(task: Task) -> Iterator[OwnedEvent]:
    """The error that a waiting boundary event catches; its name is empty when it catches any."""
    if isinstance(task.task_spec, BoundaryEvent) and is_waiting(task):
        yield from (event for event in awaited(task) if event.kind == ERROR)
