"""Parallel and inclusive gateways by the letter of BPMN: tokens wait at a gateway and are consumed when it fires.

SpiffWorkflow reads from finished tasks who has arrived. It so counts arrivals of an earlier round of a loop, runs the
way behind a join twice when two flows come straight from one split, and forgets at an inclusive join those that are
inside a subprocess or reach it by a second way. Here each arrival is a waiting task that knows where it came from, so
that finished history says nothing and can be cut.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

_CAME_FROM = "from"
_HOLDS_A_TOKEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED

Arrivals = Mapping[str, list[Task]]
"""The waiting arrivals at a gateway by the name of the specification they came from, oldest first."""


class TokenGateway:
    """What both kinds of gateway are known by."""


class TokenParallelGateway(TokenGateway, ParallelGateway):
    """Fires when a token waits on every incoming flow and takes one from each; what is more stays."""

    def _update_hook(self, my_task: Task) -> bool:
        arrivals = _arrive(my_task)
        needed: Counter[str] = Counter(self._inputs)
        if any(len(arrivals.get(source, ())) < count for source, count in needed.items()):
            return False
        return _consume(my_task, arrivals, needed)

    def _run_hook(self, my_task: Task) -> bool:
        return True


class TokenInclusiveGateway(TokenGateway, InclusiveGateway):
    """Fires when no token elsewhere can still come in on an empty flow; then decides which ways to go.

    A token that can also come in on a flow where one waits already is not waited for, as the standard has it.
    """

    def _update_hook(self, my_task: Task) -> bool:
        arrivals = _arrive(my_task)
        empty = set(self._inputs) - arrivals.keys()
        if empty:
            feeders = self._feeders()
            for source in _tokens_elsewhere(my_task):
                ways_in = feeders.get(source, frozenset())
                if ways_in and ways_in <= empty:
                    return False
        return _consume(my_task, arrivals, dict.fromkeys(arrivals, 1))

    def _run_hook(self, my_task: Task) -> bool:
        return bool(MultiChoice._run_hook(self, my_task))  # noqa: SLF001 - past the library's own joining

    def _get_matching_outputs(self, my_task: Task) -> tuple[list[TaskSpec], list[TaskSpec]]:
        """The ways whose conditions hold, else the default way.

        Raises:
            WorkflowTaskException: no condition holds and there is no default.
        """
        matching, otherwise = super()._get_matching_outputs(my_task)
        if not matching and not otherwise:
            raise WorkflowTaskException(f"expected a condition behind '{self.name}' to hold, found none", task=my_task)
        return matching or otherwise, []

    def _feeders(self) -> Mapping[str, frozenset[str]]:
        """For each specification the incoming flows that a token on it can reach without passing this gateway."""
        known: Mapping[str, frozenset[str]] | None = getattr(self, "_known_feeders", None)
        if known is None:  # the same whoever computes it first, so that threads need no lock
            known = self._known_feeders = _feeders_of(self)
        return known


def _arrive(my_task: Task) -> Arrivals:
    """Let the token wait, if it does not yet; all that wait at the same gateway of the same process."""
    if my_task.state != TaskState.WAITING:
        my_task._set_state(TaskState.WAITING)  # noqa: SLF001 - as every hook of the library does
        my_task.internal_data[_CAME_FROM] = my_task.parent.task_spec.name
    arrivals: dict[str, list[Task]] = defaultdict(list)
    for task in my_task.workflow.tasks.values():
        if task.task_spec is my_task.task_spec and task.state == TaskState.WAITING:
            arrivals[task.internal_data[_CAME_FROM]].append(task)
    return arrivals


def _consume(my_task: Task, arrivals: Arrivals, needed: Mapping[str, int]) -> bool:
    """Take the tokens, of which `my_task` goes on."""
    for source, count in needed.items():
        if source == my_task.internal_data[_CAME_FROM]:
            others = [task for task in arrivals[source] if task is not my_task][: count - 1]
        else:
            others = arrivals[source][:count]
        for task in others:
            task.cancel()
    return True


def _tokens_elsewhere(join: Task) -> Iterator[str]:
    """The specifications on which tokens of the same process stand, apart from those that wait at this gateway.

    A boundary event that waits counts: its activity's token may leave by it. So does what has just been reached and
    does not know it yet.
    """
    for task in join.workflow.tasks.values():
        just_reached = task.state == TaskState.FUTURE and task.parent is not None and _is_done(task.parent)
        if task.task_spec is join.task_spec:
            if just_reached:
                yield task.parent.task_spec.name
        elif just_reached or task.has_state(_HOLDS_A_TOKEN):
            yield task.task_spec.name


def _is_done(task: Task) -> bool:
    return bool(task.state == TaskState.COMPLETED)


def _feeders_of(join: TaskSpec) -> dict[str, frozenset[str]]:
    reached: dict[str, set[str]] = defaultdict(set)
    for way_in in set(join._inputs):  # noqa: SLF001 - names, where the public property makes objects of them
        pending = [way_in]
        while pending:
            name = pending.pop()
            if name != join.name and way_in not in reached[name]:
                reached[name].add(way_in)
                pending.extend(join._wf_spec.task_specs[name]._inputs)  # noqa: SLF001 - as above
    return {name: frozenset(ways_in) for name, ways_in in reached.items()}
