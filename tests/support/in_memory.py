"""Runs a diagram without a database, and checks after every command that the step told the whole truth."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from diagrams import Diagram, document

from engine.decisions import DecisionModel
from engine.model import Element, Failure, Step
from engine.runtime import interpreter, snapshot
from engine.runtime.evaluation import Evaluation, Service
from engine.runtime.parser import read, spiff_root
from engine.runtime.specs import Program, compile_program

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def program_of(*diagrams: Diagram) -> Program:
    """The first process, ready to run; the others are those it calls. The parser must find nothing wrong."""
    elements: dict[str, Element] = {}
    roots: dict[str, Any] = {}
    for diagram in diagrams:
        source, path = document(diagram), f"{diagram.name}.bpmn"
        reading = read(source, path)
        assert reading.sound, [str(finding) for finding in reading.findings]
        elements |= reading.processes[0].elements
        roots[path] = spiff_root(source)
    return compile_program(diagrams[0].name, roots, elements)


@dataclass
class Run:
    """One process under way. Every state goes through bytes; `Unpruned` in the property tests keeps it in memory."""

    program: Program
    data: dict[str, Any] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    models: Mapping[str, DecisionModel] = field(default_factory=dict)
    snapshot: bytes = b""
    tasks: dict[UUID, str] = field(default_factory=dict)
    timers: dict[UUID, str] = field(default_factory=dict)
    waits: Counter[str] = field(default_factory=Counter)
    failed: dict[UUID, Failure] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    ended_at: str = ""
    last: Step | None = None

    # ---- what stands --------------------------------------------------------------------------------

    @property
    def open(self) -> list[str]:
        """The elements of the open user tasks, sorted."""
        return sorted(self.tasks.values())

    @property
    def waiting(self) -> list[str]:
        """The elements of the waiting timers, sorted."""
        return sorted(self.timers.values())

    def task(self, element_id: str) -> UUID:
        """The one open task of an element."""
        return _only(self.tasks, element_id)

    def timer(self, element_id: str) -> UUID:
        """The one waiting timer of an element."""
        return _only(self.timers, element_id)

    def size(self) -> int:
        """How many SpiffWorkflow tasks the snapshot holds."""
        state = snapshot._unpack(self.snapshot)
        return len(state["main"]) + sum(len(rows) for _, _, rows in state["sub"])

    # ---- commands -----------------------------------------------------------------------------------

    def start(self) -> Step:
        """Begin."""
        return self._take(lambda evaluation: interpreter.start(self.program, evaluation))

    def complete(self, task: str | UUID, **answers: Any) -> Step:
        """Do a user task, having stored `answers` first."""
        self.data.update(answers)
        identifier = self.task(task) if isinstance(task, str) else task
        return self._take(lambda each: interpreter.complete(self.program, self.snapshot, each, identifier))

    def fire(self, timer: str | UUID) -> Step:
        """Let a timer's moment come."""
        identifier = self.timer(timer) if isinstance(timer, str) else timer
        return self._take(lambda each: interpreter.fire(self.program, self.snapshot, each, identifier))

    def send(self, message: str) -> Step:
        """Let a message come in."""
        return self._take(lambda each: interpreter.send(self.program, self.snapshot, each, message))

    def retry(self, failed: UUID | None = None, **mended: Any) -> Step:
        """Try a failed step once more, having stored `mended` first."""
        self.data.update(mended)
        identifier = failed or next(iter(self.failed))
        return self._take(lambda each: interpreter.retry(self.program, self.snapshot, each, identifier))

    # ---- after each command -------------------------------------------------------------------------

    def _evaluation(self) -> Evaluation:
        return Evaluation(self.program.elements, self.data, NOW, lambda path: self.models[path], self.services)

    def _take(self, command: Callable[[Evaluation], Step]) -> Step:
        step = command(self._evaluation())
        assert not self.ended_at, "a process that has ended went on"
        self._follow(step)
        self.verify()
        return step

    def _follow(self, step: Step) -> None:
        for opened, closed, kept in (
            (step.tasks_opened, step.tasks_closed, self.tasks),
            (step.timers_opened, step.timers_closed, self.timers),
        ):
            assert closed <= kept.keys(), "something was closed that was not open"
            for identifier in closed:
                del kept[identifier]
            assert not kept.keys() & {each.id for each in opened}, "something was opened that was open"
            kept.update({each.id: each.element_id for each in opened})
        self.waits.update(step.entered)
        self.waits.subtract(step.left)
        assert min(self.waits.values(), default=0) >= 0, "something was left that had not been entered"
        assert step.mended <= self.failed.keys(), "something was mended that had not failed"
        self.failed = {key: value for key, value in self.failed.items() if key not in step.mended}
        self.failed.update({each.id: each for each in step.failures})
        self.data.update(step.results)
        self.passed.extend(step.passed)
        self.snapshot, self.ended_at, self.last = step.snapshot, step.ended_at, step

    def verify(self) -> None:
        """What the deltas add up to is what the stored state says; storing it again changes nothing."""
        workflow = snapshot.load(self.snapshot, self.program, self._evaluation())
        present = interpreter.present(workflow)
        assert present.tasks == self.tasks
        assert present.timers == self.timers
        assert Counter(present.everything().values()) == +self.waits
        assert snapshot._unpack(snapshot.save(workflow)) == snapshot._unpack(self.snapshot)
        if self.ended_at:
            assert not self.tasks
            assert not self.timers
            assert not +self.waits
            assert not self.failed
        else:
            assert self.tasks or self.timers or +self.waits or self.failed, "nothing waits, and it has not ended"


def started(*diagrams: Diagram, data: Mapping[str, Any] | None = None, **more: Any) -> Run:
    """A process that has begun."""
    run = Run(program_of(*diagrams), dict(data or {}), **more)
    run.start()
    return run


def _only(among: Mapping[UUID, str], element_id: str) -> UUID:
    found = [identifier for identifier, where in among.items() if where == element_id]
    assert len(found) == 1, f"expected one '{element_id}', found {sorted(among.values())}"
    return found[0]
