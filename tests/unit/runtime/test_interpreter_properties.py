"""Random block-structured processes, walked in random order, held against two others that must agree.

One is the same interpreter with the process kept in memory, never stored and never pruned. The other is a few lines
that know nothing of tasks and trees: a process is a term, and doing a step rewrites the term.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from diagrams import Diagram
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_memory import Run, program_of
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from engine.model import Step
from engine.runtime import interpreter
from engine.runtime.evaluation import Evaluation
from engine.runtime.specs import Program
from engine.runtime.walking import every

# ---- processes as terms ---------------------------------------------------------------------------------

Block = tuple[Any, ...]
"""One of ("task", timer), ("script",), ("sub", timer, block), ("loop", block), ("seq" | "par" | "xor" | "or", *blocks).

`timer` is None, "stops" (an interrupting timer on the edge that goes on behind the activity) or "notes" (one that does
not interrupt and leads to a user task and an end of its own).
"""

_TIMERS = st.sampled_from([None, None, "stops", "notes"])
_LEAVES = st.one_of(st.tuples(st.just("task"), _TIMERS), st.just(("script",)))


def _compound(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        *(several.map(lambda blocks, kind=kind: (kind, *blocks)) for kind in ("seq", "par", "xor", "or")),  # type: ignore[misc]
        inner.map(lambda block: ("loop", block)),
        st.tuples(st.just("sub"), _TIMERS, inner),
    )


BLOCKS = st.recursive(_LEAVES, _compound, max_leaves=8)


@dataclass
class Drawn:
    """A block drawn into diagrams, with its elements numbered; `term` is the block with the names filled in."""

    diagram: Diagram
    names: Iterator[int] = field(default_factory=count)

    def draw(self, into: Diagram, block: Block, before: str) -> tuple[Block, str]:
        """Draw the block behind `before`; the named block and the element that is behind it."""
        number = next(self.names)
        kind = block[0]
        if kind == "seq":
            parts = []
            for each in block[1:]:
                part, before = self.draw(into, each, before)
                parts.append(part)
            return ("seq", *parts), before
        if kind in ("task", "sub"):
            return self._activity(into, block, before, number)
        if kind == "script":
            into.script(f"s{number}", "1").flow(before, f"s{number}")
            return ("script", f"s{number}"), f"s{number}"
        if kind == "loop":
            into.exclusive(f"m{number}", f"x{number}").user(f"t{number}").flow(before, f"m{number}")
            into.flow(f"m{number}", f"t{number}")
            body, last = self.draw(into, block[1], f"t{number}")
            into.flow(last, f"x{number}").flow(f"x{number}", f"m{number}", f"n{number} > 0")
            after = f"a{number}"
            into.script(after, "1").flow(f"x{number}", after, default=True)
            return ("loop", number, ("seq", ("task", None, f"t{number}"), body)), after
        return self._gateways(into, block, before, number)

    def _gateways(self, into: Diagram, block: Block, before: str, number: int) -> tuple[Block, str]:
        kind = block[0]
        make = {"par": into.parallel, "xor": into.exclusive, "or": into.inclusive}[kind]
        make(f"g{number}", f"j{number}")
        into.flow(before, f"g{number}")
        parts = []
        for index, each in enumerate(block[1:]):
            entry = f"e{number}_{index}"
            condition = "" if kind == "par" else f"contains(w{number}, &quot;{index}&quot;)".replace("&quot;", '"')
            default = kind != "par" and index == 0
            into.script(entry, "1").flow(f"g{number}", entry, "" if default else condition, default=default)
            part, last = self.draw(into, each, entry)
            into.flow(last, f"j{number}")
            parts.append(part)
        return (kind, number, *parts), f"j{number}"

    def _activity(self, into: Diagram, block: Block, before: str, number: int) -> tuple[Block, str]:
        kind, timer = block[:2]
        name, after = f"{'t' if kind == 'task' else 'p'}{number}", f"b{number}"
        if kind == "task":
            into.user(name)
            term: Block = ("task", timer, name)
        else:
            inner = Diagram(name).start(f"is{number}")
            body, last = self.draw(inner, block[2], f"is{number}")
            into.subprocess(inner.end(f"ie{number}").flow(last, f"ie{number}"))
            term = ("sub", timer, name, body)
        into.exclusive(after).flow(before, name).flow(name, after)
        if timer:
            edge, note = f"{name}_timer", f"{name}_note"
            into.boundary_timer(edge, name, interrupting=timer == "stops")
            if timer == "stops":
                into.flow(edge, after)
            else:
                into.user(note).end(f"{note}_end").chain(edge, note, f"{note}_end")
        return term, after


def drawn(block: Block) -> tuple[Program, Block]:
    """The program of a block and its term."""
    diagram = Diagram("main").start("start").end("end")
    term, last = Drawn(diagram).draw(diagram, block, "start")
    return program_of(diagram.flow(last, "end")), term


# ---- the reference that knows nothing of trees ----------------------------------------------------------

Term = tuple[Any, ...]
DONE: Term = ("done",)


class Rewriting:
    """What a process does, by rewriting its term. A term is ("scope", notes, state): `notes` are loose user tasks."""

    def __init__(self, term: Block, data: dict[str, Any]) -> None:
        self.data = data
        self.notes: list[list[str]] = [[]]  # of the process; subprocesses keep their own in their state
        self.state = self.begin(term)

    def begin(self, block: Block) -> Term:
        """The state of a block that has just been reached."""
        kind = block[0]
        if kind == "script":
            return DONE
        if kind == "task":
            return ("task", block[1], block[2])
        if kind == "seq":
            return self._sequence(self.begin(block[1]), block[2:])
        if kind == "loop":
            return self._loop(self.begin(block[2]), block)
        if kind == "sub":
            return self._sub(block[1], block[2], self.begin(block[3]), ())
        return self._branches(self.begin(each) for each in self._chosen(block))

    def _chosen(self, block: Block) -> list[Block]:
        kind, number, *parts = block
        if kind == "par":
            return parts
        wanted = [part for index, part in enumerate(parts) if index and str(index) in self.data[f"w{number}"]]
        return (wanted[:1] if kind == "xor" else wanted) or parts[:1]

    def _sequence(self, first: Term, rest: tuple[Block, ...]) -> Term:
        while first == DONE and rest:
            first, rest = self.begin(rest[0]), rest[1:]
        return ("seq", first, rest) if rest else first

    def _loop(self, inside: Term, block: Block) -> Term:
        if inside != DONE:
            return ("loop", inside, block)
        if self.data[f"n{block[1]}"] > 0:
            return self._loop(self.begin(block[2]), block)
        return DONE

    def _branches(self, states: Iterator[Term]) -> Term:
        left = tuple(state for state in states if state != DONE)
        return ("all", *left) if left else DONE

    def _sub(self, timer: str | None, name: str, inside: Term, notes: tuple[str, ...]) -> Term:
        return DONE if inside == DONE and not notes else ("sub", timer, name, inside, notes)

    def do(self, what: str) -> None:
        """A user task is done or a timer fires, by its element."""
        before = self.open()
        self.state, loose = self._step(self.state, what)
        self.notes[0].extend(loose)
        if self.open() == before and what in self.notes[0]:
            self.notes[0].remove(what)

    def _step(self, state: Term, what: str) -> tuple[Term, list[str]]:
        """The state after `what`, and the notes that it has left beside in the same process."""
        kind = state[0]
        if kind == "done" or what not in _open(state):
            return state, []
        if kind == "task":
            _, timer, name = state
            if what == name or timer == "stops":
                return DONE, []
            return ("task", None, name), [f"{name}_note"]
        if kind == "seq":
            first, loose = self._step(state[1], what)
            return self._sequence(first, state[2]), loose
        if kind == "loop":
            inside, loose = self._step(state[1], what)
            return self._loop(inside, state[2]), loose
        if kind == "sub":
            return self._step_sub(state, what)
        parts, loose, found = [], [], False
        for part in state[1:]:
            if not found and what in _open(part):
                found = True
                changed, loose = self._step(part, what)
                parts.append(changed)
            else:
                parts.append(part)
        return self._branches(iter(parts)), loose

    def _step_sub(self, state: Term, what: str) -> tuple[Term, list[str]]:
        _, timer, name, inside, notes = state
        if what == f"{name}_timer":
            if timer == "stops":
                return DONE, []
            return ("sub", None, name, inside, notes), [f"{name}_note"]
        if what in notes and what not in _open(inside):
            left = list(notes)
            left.remove(what)
            return self._sub(timer, name, inside, tuple(left)), []
        inside, loose = self._step(inside, what)
        return self._sub(timer, name, inside, (*notes, *loose)), []

    def open(self) -> Counter[str]:
        """The elements of all open user tasks and waiting timers."""
        return _open(self.state) + Counter(self.notes[0])


def _open(state: Term) -> Counter[str]:
    kind = state[0]
    if kind == "done":
        return Counter()
    if kind == "task":
        return Counter([state[2], *([f"{state[2]}_timer"] if state[1] else [])])
    if kind == "sub":
        _, timer, name, inside, notes = state
        return _open(inside) + Counter(notes) + Counter([f"{name}_timer"] if timer else [])
    if kind == "all":
        return sum((_open(part) for part in state[1:]), Counter())
    return _open(state[1])


# ---- the reference that keeps everything in memory ------------------------------------------------------


@dataclass
class Unpruned(Run):
    """The same interpreter, with nothing stored and nothing cut."""

    workflow: BpmnWorkflow | None = None

    def _take(self, command: Callable[[Evaluation], Step]) -> Step:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(interpreter, "load", self._load)
            patch.setattr(interpreter, "save", self._save)
            step = command(self._evaluation())
        self._follow(step)
        return step

    def _load(self, _snapshot: bytes, _program: Program, evaluation: Evaluation) -> BpmnWorkflow:
        assert self.workflow is not None
        self.workflow.script_engine = evaluation
        return self.workflow

    def _save(self, workflow: BpmnWorkflow) -> bytes:
        self.workflow = workflow
        return b""

    def total(self) -> int:
        """How many tasks the process has in memory."""
        assert self.workflow is not None
        return sum(1 for _ in every(self.workflow))


def told(step: Step, opened_before: dict[UUID, str]) -> tuple[object, ...]:
    """What a step says, with elements in place of ids."""
    return (
        step.passed,
        step.entered,
        step.left,
        tuple(each.element_id for each in (*step.tasks_opened, *step.timers_opened)),
        sorted(opened_before[each] for each in step.tasks_closed | step.timers_closed),
        step.failures,
        step.ended_at,
    )


# ---- the properties -------------------------------------------------------------------------------------

MOST_STEPS = 25


class Choices:
    """Every question that a diagram may ask has an answer: which branches, and how many rounds are left."""

    def __init__(self, draw: st.DataObject, term: Block) -> None:
        self.draw = draw
        self.data: dict[str, Any] = {}
        self._collect(term)

    def _collect(self, block: Block) -> None:
        if block[0] in ("xor", "or"):
            self.data[f"w{block[1]}"] = self.draw.draw(st.sampled_from(["", "1", "2", "12"]))
        if block[0] == "loop":
            self.data[f"n{block[1]}"] = self.draw.draw(st.integers(0, 1))
        for part in block[1:]:
            if isinstance(part, tuple):
                self._collect(part)

    def change(self) -> dict[str, Any]:
        """A new answer to some question."""
        if not self.data:
            return {}
        key = self.draw.draw(st.sampled_from(sorted(self.data)))
        value = st.integers(0, 1) if key.startswith("n") else st.sampled_from(["", "1", "2", "12"])
        self.data[key] = self.draw.draw(value)
        return {key: self.data[key]}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(BLOCKS, st.data())
def test_stored_and_pruned_a_process_does_what_it_does_in_memory_and_on_paper(
    block: Block, draw: st.DataObject
) -> None:
    program, term = drawn(block)
    choices = Choices(draw, term)
    stored, memory = Run(program, dict(choices.data)), Unpruned(program, dict(choices.data))
    assert told(stored.start(), {}) == told(memory.start(), {})
    paper = Rewriting(term, choices.data)
    for _ in range(MOST_STEPS):
        now = Counter([*stored.tasks.values(), *stored.timers.values()])
        assert now == paper.open()
        assert bool(stored.ended_at) == (not now)
        if stored.ended_at:
            break
        kind = draw.draw(st.sampled_from([kind for kind in ("tasks", "timers") if getattr(stored, kind)]))
        places = list(getattr(stored, kind).items())
        index = draw.draw(st.integers(0, len(places) - 1))
        identifier, element = places[index]
        twin = list(getattr(memory, kind))[index]
        assert getattr(memory, kind)[twin] == element
        answers = choices.change()
        before, before_twin = {**stored.tasks, **stored.timers}, {**memory.tasks, **memory.timers}
        if kind == "tasks":
            steps = stored.complete(identifier, **answers), memory.complete(twin, **answers)
        else:
            for run in (stored, memory):
                run.data.update(answers)
            steps = stored.fire(identifier), memory.fire(twin)
        assert told(steps[0], before) == told(steps[1], before_twin)
        paper.do(element)
        assert stored.size() <= memory.total()
