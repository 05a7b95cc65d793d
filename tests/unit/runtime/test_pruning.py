"""A process costs in its thousandth round what it costs in its first, and counts no arrival of an earlier round."""

import pytest
from diagrams import Diagram
from in_memory import Run, started
from SpiffWorkflow.task import Task

ROUNDS = 2_000


def rework() -> Diagram:
    """`ask`, `check`, and back to `ask` as long as `more` holds."""
    diagram = Diagram("main").start("s").exclusive("m", "again").user("ask", "check").boundary_timer("t", "check")
    diagram.end("e").chain("s", "m", "ask", "check", "again").chain("t", "again")
    return diagram.flow("again", "m", "more").flow("again", "e", default=True)


def block_in_a_loop() -> Diagram:
    """A parallel block of two steps with timers inside a rework loop."""
    diagram = Diagram("main").start("s").exclusive("m", "x", "again").parallel("p", "j").user("a", "b", "check")
    diagram.boundary_timer("t", "a").end("e").chain("s", "m", "p", "a", "x", "j", "check", "again").chain("p", "b", "j")
    return diagram.chain("t", "x").flow("again", "m", "more").flow("again", "e", default=True)


def loop_in_a_branch() -> Diagram:
    """A parallel block inside a loop inside one branch of another parallel block."""
    diagram = Diagram("main").start("s").parallel("f", "fj").exclusive("m", "again").parallel("p", "j")
    diagram.user("a", "b", "check", "far", "after").end("e").chain("s", "f", "m", "p", "a", "j", "check", "again")
    diagram.chain("p", "b", "j").flow("again", "m", "more").flow("again", "fj", default=True)
    return diagram.chain("f", "far", "fj", "after", "e")


@pytest.mark.parametrize("late", ["a", "b"])
@pytest.mark.parametrize("diagram", [block_in_a_loop, loop_in_a_branch])
def test_a_join_in_a_loop_waits_for_both_branches_in_every_round(diagram, late: str) -> None:  # type: ignore[no-untyped-def]
    early = "ab".replace(late, "")
    run = started(diagram(), data={"more": True})
    far = {"far"} & set(run.open)
    for _ in range(4):
        run.complete(early)
        assert set(run.open) == {late} | far, "an arrival of an earlier round was counted"
        run.complete(late)
        assert set(run.open) == {"check"} | far
        run.complete("check")
    early, late = late, early  # who was last before is first now
    run.complete(early)
    assert set(run.open) == {late} | far
    run.complete(late)
    run.complete("check", more=False)
    if far:
        run.complete("far")
        run.complete("after")
    assert run.ended_at == "e"


def test_a_branch_that_has_arrived_still_counts_while_the_other_branch_loops() -> None:
    run = started(loop_in_a_branch(), data={"more": True})
    run.complete("far")
    for _ in range(3):
        run.complete("b")
        run.complete("a")
        run.complete("check")
    run.complete("a")
    run.complete("b")
    run.complete("check", more=False)
    assert run.open == ["after"]


def test_an_outer_block_in_a_loop_with_a_loop_inside() -> None:
    """The whole block, loop and all, is gone through again: nothing of the first time is left."""
    diagram = (
        Diagram("main").start("s").exclusive("M", "G").parallel("f", "fj").exclusive("m", "again").user("a", "far")
    )
    diagram.user("check").end("e").chain("s", "M", "f", "m", "a", "again").chain("f", "far", "fj", "check", "G")
    diagram.flow("again", "m", "inner").flow("again", "fj", default=True)
    run = started(diagram.flow("G", "M", "outer").flow("G", "e", default=True), data={"outer": True})
    for first in ("far", "a", "far"):
        if first == "far":
            run.complete("far")
        for _ in range(3):
            run.complete("a", inner=True)
        run.complete("a", inner=False)
        if first == "a":
            assert run.open == ["far"]
            run.complete("far")
        assert run.open == ["check"]
        run.complete("check")
    assert run.open == ["a", "far"]


class Counted:
    """How many tasks SpiffWorkflow makes: what a command costs, whatever the machine does besides."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        original = Task.__init__

        def counting(task: Task, *args: object, **named: object) -> None:
            self.made += 1
            original(task, *args, **named)

        monkeypatch.setattr(Task, "__init__", counting)


def test_two_thousand_rounds_of_rework_cost_the_same_in_the_last_as_in_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = started(rework(), data={"more": True})
    counted = Counted(monkeypatch)
    run.verify = lambda: None  # type: ignore[method-assign]  # the round trip itself is checked elsewhere
    rounds: list[tuple[int, int, int]] = []
    for number in range(ROUNDS):
        counted.made = 0
        run.complete("ask")
        if number % 3:
            run.complete("check")
        else:
            run.fire("t")
        if number % 3:
            rounds.append((counted.made, run.size(), len(run.snapshot) // 64))
    assert len(set(rounds)) <= 3, "some rounds cost more than others"
    assert max(made for made, _, _ in rounds) <= 60
    assert max(size for _, size, _ in rounds) <= 15
    run.complete("ask")
    assert run.complete("check", more=False).ended_at == "e"


@pytest.mark.parametrize("diagram", [block_in_a_loop, loop_in_a_branch])
def test_parallel_blocks_in_a_loop_leave_nothing_behind(diagram) -> None:  # type: ignore[no-untyped-def]
    run = started(diagram(), data={"more": True})
    sizes = set()
    for _ in range(100):
        for task in ("a", "b", "check"):
            run.complete(task)
        sizes.add(run.size())
    assert len(sizes) == 1


def test_a_subprocess_in_a_loop_leaves_nothing_behind() -> None:
    inner = (
        Diagram("sub").start("s2").user("a").boundary_timer("t", "a").end("e2").chain("s2", "a", "e2").chain("t", "e2")
    )
    diagram = Diagram("main").start("s").exclusive("m", "g").subprocess(inner).boundary_timer("late", "sub").end("e")
    diagram.chain("s", "m", "sub", "g").chain("late", "m").flow("g", "m", "more").flow("g", "e", default=True)
    run = started(diagram, data={"more": True})
    sizes = set()
    for number in range(100):
        run.fire("late") if number % 2 else run.complete("a")
        sizes.add(run.size())
    assert len(sizes) == 1


def test_what_does_not_interrupt_may_come_every_round_without_being_kept() -> None:
    diagram = Diagram("main").start("s").exclusive("m", "g").user("a", "note").end("e").end("en")
    diagram.boundary_timer("t", "a", interrupting=False).chain("s", "m", "a", "g").chain("t", "note", "en")
    run = started(diagram.flow("g", "m", "more").flow("g", "e", default=True), data={"more": True})
    sizes = []
    for _ in range(50):
        run.fire("t")
        run.complete("a")
        run.complete("note")
        sizes.append(run.size())
    assert len(set(sizes)) == 1


def test_notes_left_open_over_many_rounds_are_all_kept() -> None:
    diagram = Diagram("main").start("s").exclusive("m", "g").user("a", "note").end("e").end("en")
    diagram.boundary_timer("t", "a", interrupting=False).chain("s", "m", "a", "g").chain("t", "note", "en")
    run = started(diagram.flow("g", "m", "more").flow("g", "e", default=True), data={"more": True})
    for number in range(30):
        run.fire("t")
        run.complete("a", more=number < 29)
    assert run.open == ["note"] * 30
    for note in list(run.tasks):
        assert run.ended_at == ""
        run.complete(note)
    assert run.ended_at == "en"


def test_a_finished_process_keeps_its_root_alone() -> None:
    run: Run = started(Diagram("main").start("s").user("a").end("e").chain("s", "a", "e"))
    run.complete("a")
    assert run.size() == 1
    assert len(run.snapshot) < 200
