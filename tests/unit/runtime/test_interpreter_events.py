"""Timers, messages, errors and ends: what they start, what they stop, and that nothing is left behind."""

import pytest
from diagrams import Diagram
from in_memory import Run, started

from engine.errors import NotWaitingError, TaskNotOpenError


def unchanged(run: Run, before: bytes) -> None:
    """The process stands as it stood."""
    assert run.snapshot == before
    run.verify()


# ---- timers ---------------------------------------------------------------------------------------------


def watched(*, interrupting: bool) -> Run:
    """A step `a` with a timer on its edge that leads to `note`."""
    diagram = Diagram("main").start("s").user("a", "note").boundary_timer("t", "a", interrupting=interrupting)
    return started(diagram.end("e1").end("e2").chain("s", "a", "e1").chain("t", "note", "e2"))


def test_an_interrupting_timer_takes_the_step_away() -> None:
    run = watched(interrupting=True)
    task, timer = run.task("a"), run.timer("t")
    step = run.fire("t")
    assert (step.tasks_closed, step.timers_closed) == (frozenset({task}), frozenset({timer}))
    assert step.passed == ("t",)
    assert set(step.left) == {"a", "t"}
    assert step.entered == ("note",)
    with pytest.raises(TaskNotOpenError):
        run.complete(task)
    assert run.complete("note").ended_at == "e2"


def test_a_timer_that_does_not_interrupt_leaves_the_step_open_and_fires_once() -> None:
    run = watched(interrupting=False)
    timer = run.timer("t")
    step = run.fire("t")
    assert (step.tasks_closed, step.timers_closed, step.left) == (frozenset(), frozenset({timer}), ("t",))
    assert run.open == ["a", "note"]
    with pytest.raises(NotWaitingError):
        run.fire(timer)
    assert run.complete("a").ended_at == ""
    assert run.complete("note").ended_at == "e2"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_timer_is_closed_with_its_step_and_cannot_fire_afterwards(interrupting: bool) -> None:
    run = watched(interrupting=interrupting)
    timer = run.timer("t")
    step = run.complete("a")
    assert step.timers_closed == frozenset({timer})
    assert step.ended_at == "e1"
    before = run.snapshot
    with pytest.raises(NotWaitingError):
        run.fire(timer)
    unchanged(run, before)


def test_a_timer_fires_once_even_when_it_is_told_twice() -> None:
    run = watched(interrupting=True)
    timer = run.timer("t")
    run.fire(timer)
    before = run.snapshot
    with pytest.raises(NotWaitingError):
        run.fire(timer)
    unchanged(run, before)


def test_several_timers_on_one_step_are_told_apart() -> None:
    diagram = Diagram("main").start("s").user("a", "n1", "n2", "late").end("e").chain("s", "a", "e")
    for name, target in (("t1", "n1"), ("t2", "n2")):
        diagram.boundary_timer(name, "a", interrupting=False).chain(name, target, "e")
    run = started(diagram.boundary_timer("t3", "a").chain("t3", "late", "e"))
    assert run.waiting == ["t1", "t2", "t3"]
    run.fire("t2")
    assert (run.open, run.waiting) == (["a", "n2"], ["t1", "t3"])
    run.fire("t1")
    assert (run.open, run.waiting) == (["a", "n1", "n2"], ["t3"])
    run.fire("t3")
    assert (run.open, run.waiting) == (["late", "n1", "n2"], [])


def test_a_timer_on_a_step_in_a_loop_is_a_new_one_each_round() -> None:
    diagram = Diagram("main").start("s").exclusive("m", "g").user("a", "b").boundary_timer("t", "a").end("e")
    diagram.chain("s", "m", "a", "g").chain("t", "b", "m").flow("g", "m", "more").flow("g", "e", default=True)
    run = started(diagram, data={"more": True})
    seen = {run.timer("t")}
    run.complete("a")
    seen.add(run.timer("t"))
    run.fire("t")
    run.complete("b")
    seen.add(run.timer("t"))
    assert len(seen) == 3
    assert run.complete("a", more=False).ended_at == "e"


def test_an_intermediate_timer_holds_its_branch() -> None:
    run = started(Diagram("main").start("s").timer("t").user("a").end("e").chain("s", "t", "a", "e"))
    assert (run.open, run.waiting) == ([], ["t"])
    step = run.fire("t")
    assert (step.passed, step.left, step.entered) == (("t",), ("t",), ("a",))


# ---- event-based gateway --------------------------------------------------------------------------------


def gateway_of_events() -> Run:
    """A gateway that waits for two timers and a message."""
    diagram = Diagram("main").start("s").event_gateway("g").timer("t1").timer("t2").message("m", "answer")
    diagram.user("first", "second", "third").end("e").chain("s", "g", "t1", "first", "e")
    return started(diagram.chain("g", "t2", "second", "e").chain("g", "m", "third", "e"))


def test_two_timers_on_one_gateway_have_ids_of_their_own_that_stay() -> None:
    run = gateway_of_events()
    assert run.waiting == ["t1", "t2"]
    assert len(run.timers) == 2


@pytest.mark.parametrize(("timer", "task"), [("t1", "first"), ("t2", "second")])
def test_either_timer_of_a_gateway_may_fire_and_closes_the_other(timer: str, task: str) -> None:
    run = gateway_of_events()
    both = frozenset(run.timers)
    other = next(each for each in both if each != run.timer(timer))
    step = run.fire(timer)
    assert step.timers_closed == both
    assert step.passed == ("g", timer)
    assert run.open == [task]
    for gone in (lambda: run.fire(other), lambda: run.send("answer")):
        with pytest.raises(NotWaitingError):
            gone()
    assert run.complete(task).ended_at == "e"


def test_a_message_at_a_gateway_closes_both_timers() -> None:
    run = gateway_of_events()
    step = run.send("answer")
    assert len(step.timers_closed) == 2
    assert step.passed == ("g", "m")
    assert run.open == ["third"]


def test_a_gateway_of_events_in_a_loop_waits_anew() -> None:
    diagram = Diagram("main").start("s").exclusive("x").event_gateway("g").timer("t").message("m", "again").user("a")
    run = started(diagram.end("e").chain("s", "x", "g", "t", "e").chain("g", "m", "a", "x"))
    first = run.timer("t")
    for _ in range(3):
        run.send("again")
        run.complete("a")
    assert run.timer("t") != first
    assert run.fire("t").ended_at == "e"


# ---- messages -------------------------------------------------------------------------------------------


def test_a_message_that_nobody_waits_for_is_refused() -> None:
    run = watched(interrupting=True)
    before = run.snapshot
    with pytest.raises(NotWaitingError):
        run.send("withdrawal")
    unchanged(run, before)


def test_one_message_reaches_one_of_two_that_wait_for_it() -> None:
    diagram = Diagram("main").start("s").parallel("p").message("m1", "answer").message("m2", "answer").end("e")
    run = started(diagram.chain("s", "p", "m1", "e").chain("p", "m2", "e"))
    assert run.send("answer").ended_at == ""
    assert run.send("answer").ended_at == "e"


def test_a_message_that_does_not_interrupt_leaves_everything_running() -> None:
    diagram = Diagram("main").start("s").user("a", "b").boundary_message("m", "a", "query", interrupting=False)
    run = started(diagram.end("e").end("e2").chain("s", "a", "e").chain("m", "b", "e2"))
    step = run.send("query")
    assert (step.tasks_closed, step.left, run.open) == (frozenset(), (), ["a", "b"])
    with pytest.raises(NotWaitingError):
        run.send("query")


def deep() -> Run:
    """A subprocess that holds parallel steps, timers, and a subprocess with the same, and can be withdrawn."""
    inner = (
        Diagram("inner").start("s3").parallel("p3").user("c", "d").timer("t3").end("e3").chain("s3", "p3", "c", "e3")
    )
    inner.chain("p3", "d", "e3").chain("p3", "t3", "e3").boundary_timer("bt3", "c").chain("bt3", "e3")
    outer = Diagram("outer").start("s2").parallel("p2", "j2").user("a").timer("t2").subprocess(inner).end("e2")
    outer.boundary_timer("bt2", "inner").chain("bt2", "e2").message("m2", "answer").chain("p2", "m2", "j2")
    outer.chain("s2", "p2", "a", "j2", "e2").chain("p2", "t2", "j2").chain("p2", "inner", "j2")
    diagram = Diagram("main").start("s").subprocess(outer).boundary_message("w", "outer", "withdrawal")
    return started(
        diagram.user("tell", "after").end("e").end("ew").chain("s", "outer", "after", "e").chain("w", "tell", "ew")
    )


def test_a_message_on_a_subprocess_closes_all_that_is_inside_however_deep() -> None:
    run = deep()
    assert run.open == ["a", "c", "d"]
    assert run.waiting == ["bt2", "bt3", "t2", "t3"]
    tasks, timers = frozenset(run.tasks), frozenset(run.timers)
    done = run.task("d")
    run.complete(done)
    step = run.send("withdrawal")
    assert step.tasks_closed == tasks - {done}
    assert step.timers_closed == timers
    assert (run.open, run.waiting) == (["tell"], [])
    assert "outer" in step.left
    assert "inner" in step.left
    assert "outer" not in step.passed
    assert run.size() < 10
    step = run.complete("tell")
    assert step.ended_at == "ew"
    assert "e" not in run.passed


def test_a_subprocess_that_completes_is_passed_and_left() -> None:
    inner = Diagram("sub").start("s2").user("a").end("e2").chain("s2", "a", "e2")
    diagram = Diagram("main").start("s").subprocess(inner).user("after").end("e").chain("s", "sub", "after", "e")
    run = started(diagram)
    assert run.last is not None
    assert set(run.last.entered) == {"sub", "a"}
    step = run.complete("a")
    assert step.passed == ("a", "e2", "sub")
    assert set(step.left) == {"a", "sub"}


def test_a_subprocess_that_waits_for_nobody_is_passed_at_once() -> None:
    inner = Diagram("sub").start("s2").script("x").end("e2").chain("s2", "x", "e2")
    run = started(Diagram("main").start("s").subprocess(inner).end("e").chain("s", "sub", "e"))
    assert run.passed == ["s", "s2", "x", "e2", "sub", "e"]
    assert run.ended_at == "e"


def test_a_subprocess_in_a_loop_begins_anew_each_round() -> None:
    inner = Diagram("sub").start("s2").user("a").end("e2").chain("s2", "a", "e2")
    diagram = Diagram("main").start("s").exclusive("m", "g").subprocess(inner).end("e").chain("s", "m", "sub", "g")
    run = started(diagram.flow("g", "m", "more").flow("g", "e", default=True), data={"more": True})
    for _ in range(4):
        assert run.open == ["a"]
        run.complete("a")
    assert run.complete("a", more=False).ended_at == "e"


# ---- errors ---------------------------------------------------------------------------------------------


def refusal(code_caught: str, *, nested: bool = False, called: bool = False) -> Run:
    """An error `refused` thrown beside an open step; caught on the edge of the activity around."""
    body = Diagram("inner").start("s3").parallel("p3").user("a", "b").end("refuse", error="refused").end("e3")
    body.chain("s3", "p3", "a", "refuse").chain("p3", "b", "e3")
    host = "inner"
    others: tuple[Diagram, ...] = ()
    if called:
        diagram, others = Diagram("main").start("s").call("host", "inner"), (body,)
        host = "host"
    elif nested:
        outer = Diagram("outer").start("s2").subprocess(body).end("e2").chain("s2", "inner", "e2")
        diagram, host = Diagram("main").start("s").subprocess(outer), "outer"
    else:
        diagram = Diagram("main").start("s").subprocess(body)
    diagram.user("after", "told").boundary_error("caught", host, code_caught).end("e").end("er")
    return started(diagram.chain("s", host, "after", "e").chain("caught", "told", "er"), *others)


@pytest.mark.parametrize("shape", [{}, {"nested": True}, {"called": True}])
@pytest.mark.parametrize("code", ["", "refused"])
def test_an_error_end_takes_the_way_of_its_boundary_and_no_other(code: str, shape: dict[str, bool]) -> None:
    run = refusal(code, **shape)
    assert run.open == ["a", "b"]
    step = run.complete("a")
    assert run.open == ["told"]
    assert not step.failures
    assert step.passed == ("a", "refuse", "caught")
    assert "after" not in step.entered
    step = run.complete("told")
    assert step.ended_at == "er"
    assert "e" not in run.passed


def test_an_error_as_the_last_thing_in_a_subprocess_does_not_complete_it() -> None:
    inner = Diagram("sub").start("s2").end("refuse", error="refused").chain("s2", "refuse")
    diagram = Diagram("main").start("s").subprocess(inner).boundary_error("caught", "sub", "refused").user("after")
    run = started(diagram.end("e").end("er").chain("s", "sub", "after", "e").chain("caught", "er"))
    assert run.passed == ["s", "s2", "refuse", "caught", "er"]
    assert run.ended_at == "er"


def test_the_boundary_that_names_the_error_goes_before_one_for_any_error() -> None:
    for order in (("any", "named"), ("named", "any")):
        inner = Diagram("sub").start("s2").end("refuse", error="refused").chain("s2", "refuse")
        diagram = (
            Diagram("main").start("s").subprocess(inner).end("e").end("e_any").end("e_named").chain("s", "sub", "e")
        )
        for name in order:
            diagram.boundary_error(name, "sub", "refused" if name == "named" else "").chain(name, f"e_{name}")
        assert started(diagram).ended_at == "e_named"


def test_the_nearest_boundary_catches_an_error() -> None:
    inner = Diagram("inner").start("s3").end("refuse", error="refused").chain("s3", "refuse")
    outer = Diagram("outer").start("s2").subprocess(inner).end("e2").end("e2r").chain("s2", "inner", "e2")
    outer.boundary_error("near", "inner").chain("near", "e2r")
    diagram = Diagram("main").start("s").subprocess(outer).end("e").end("er").boundary_error("far", "outer", "refused")
    run = started(diagram.chain("s", "outer", "e").chain("far", "er"))
    assert run.passed == ["s", "s2", "s3", "refuse", "near", "e2r", "outer", "e"]


def test_an_error_passes_by_boundaries_for_other_errors() -> None:
    inner = Diagram("inner").start("s3").end("refuse", error="refused").chain("s3", "refuse")
    outer = Diagram("outer").start("s2").subprocess(inner).end("e2").end("e2r").chain("s2", "inner", "e2")
    outer.boundary_error("near", "inner", "lost").chain("near", "e2r")
    diagram = Diagram("main").start("s").subprocess(outer).end("e").end("er").boundary_error("far", "outer", "refused")
    run = started(diagram.chain("s", "outer", "e").chain("far", "er"))
    assert run.passed == ["s", "s2", "s3", "refuse", "far", "er"]
    assert run.ended_at == "er"


# ---- terminate ------------------------------------------------------------------------------------------


def test_a_terminate_end_closes_every_branch_of_the_process() -> None:
    inner = Diagram("sub").start("s2").user("c").boundary_timer("bt", "c").end("e2").chain("s2", "c", "e2")
    inner.chain("bt", "e2")
    diagram = Diagram("main").start("s").parallel("p").user("a", "b").timer("t").subprocess(inner).end("e")
    diagram.end("stop", terminates=True).chain("s", "p", "a", "stop").chain("p", "b", "e").chain("p", "t", "e")
    run = started(diagram.chain("p", "sub", "e"))
    tasks, timers = frozenset(run.tasks), frozenset(run.timers)
    step = run.complete("a")
    assert (step.tasks_closed, step.timers_closed, step.ended_at) == (tasks, timers, "stop")
    assert run.size() == 1


def test_a_terminate_end_inside_a_subprocess_ends_only_the_subprocess() -> None:
    inner = Diagram("sub").start("s2").parallel("p2").user("a", "b").end("stop", terminates=True).end("e2")
    inner.chain("s2", "p2", "a", "stop").chain("p2", "b", "e2")
    diagram = Diagram("main").start("s").parallel("p", "j").subprocess(inner).user("c", "after").end("e")
    run = started(diagram.chain("s", "p", "sub", "j", "after", "e").chain("p", "c", "j"))
    step = run.complete("a")
    assert step.passed == ("a", "stop", "sub")
    assert run.open == ["c"]
    assert step.ended_at == ""
    run.complete("c")
    assert run.complete("after").ended_at == "e"


def test_a_terminate_end_in_a_called_process_ends_only_the_call() -> None:
    called = Diagram("shared").start("s2").parallel("p2").user("a", "b").end("stop", terminates=True).end("e2")
    called.chain("s2", "p2", "a", "stop").chain("p2", "b", "e2")
    run = started(Diagram("main").start("s").call("c1", "shared").user("x").end("e").chain("s", "c1", "x", "e"), called)
    assert run.complete("a").passed == ("a", "stop", "c1")
    assert run.open == ["x"]


def test_a_terminate_end_closes_a_step_that_had_failed() -> None:
    diagram = Diagram("main").start("s").parallel("p").user("a").exclusive("g").end("stop", terminates=True)
    diagram.end("e2").end("e3").chain("s", "p", "a", "stop").chain("p", "g").flow("g", "e2", "nothing > 2")
    run = started(diagram.flow("g", "e3", default=True))
    failed = frozenset(run.failed)
    assert len(failed) == 1
    step = run.complete("a")
    assert (step.mended, step.ended_at) == (failed, "stop")


# ---- calls ----------------------------------------------------------------------------------------------


def test_a_process_called_twice_in_parallel_runs_twice() -> None:
    shared = Diagram("shared").start("s2").user("a").boundary_timer("t", "a").end("e2").chain("s2", "a", "e2")
    shared.chain("t", "e2")
    diagram = Diagram("main").start("s").parallel("p", "j").call("c1", "shared").call("c2", "shared").end("e")
    run = started(diagram.chain("s", "p", "c1", "j", "e").chain("p", "c2", "j"), shared)
    assert (run.open, run.waiting) == (["a", "a"], ["t", "t"])
    first, second = run.tasks
    step = run.complete(first)
    assert step.passed == ("a", "e2", "c1")
    assert len(step.timers_closed) == 1
    assert run.complete(second).ended_at == "e"
    assert run.passed[-5:] == ["a", "e2", "c2", "j", "e"]


def test_a_process_called_within_a_called_process_is_closed_with_it() -> None:
    innermost = Diagram("third").start("s3").user("a").end("e3").chain("s3", "a", "e3")
    middle = Diagram("second").start("s2").call("c2", "third").end("e2").chain("s2", "c2", "e2")
    diagram = Diagram("main").start("s").call("c1", "second").boundary_timer("t", "c1").end("e").end("et")
    run = started(diagram.chain("s", "c1", "e").chain("t", "et"), middle, innermost)
    step = run.fire("t")
    assert (set(step.left), step.ended_at) == ({"c1", "c2", "a", "t"}, "et")
