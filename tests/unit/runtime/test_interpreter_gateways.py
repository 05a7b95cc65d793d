"""What gateways do with tokens: each test says what the standard says of one shape."""

from uuid import UUID

import pytest
from diagrams import Diagram
from in_memory import Run, program_of, started

from engine.errors import TaskNotOpenError


def split_and_join(kind: str, *branches: str) -> Diagram:
    """start, split, one user task a branch, join, `after`, end."""
    diagram = Diagram("main").start("s").user(*branches, "after").end("e")
    getattr(diagram, kind)("split", "join")
    for branch in branches:
        condition = f"wanted.{branch}" if kind == "inclusive" else ""
        diagram.flow("split", branch, condition).flow(branch, "join")
    return diagram.chain("s", "split").chain("join", "after", "e")


def through(run: Run) -> None:
    """Finish `after`, the last step; it must stand there exactly once."""
    assert run.open == ["after"]
    run.complete("after")
    assert run.ended_at == "e"


# ---- exclusive ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "way"), [(1, "low"), (10, "high"), (5, "middle")])
def test_an_exclusive_gateway_takes_the_first_way_whose_condition_holds(answer: int, way: str) -> None:
    diagram = Diagram("main").start("s").user("ask", "low", "middle", "high").exclusive("g", "m").end("e")
    diagram.chain("s", "ask", "g").flow("g", "low", "ask.x < 5").flow("g", "high", "ask.x > 5")
    diagram.flow("g", "middle", default=True).chain("low", "m").chain("middle", "m").chain("high", "m", "e")
    run = started(diagram)
    run.complete("ask", ask={"x": answer})
    assert run.open == [way]
    step = run.complete(way)
    assert step.passed == (way, "m", "e")


def test_where_two_conditions_hold_only_the_first_way_is_taken() -> None:
    diagram = Diagram("main").start("s").exclusive("g").user("one", "two").end("e").end("e2").chain("s", "g")
    diagram.flow("g", "one", "true").flow("g", "two", "true").chain("one", "e").chain("two", "e2")
    assert started(diagram).open == ["one"]


def test_two_ways_of_an_exclusive_gateway_may_lead_to_the_same_step() -> None:
    diagram = Diagram("main").start("s").exclusive("g").user("a").end("e").chain("s", "g").chain("a", "e")
    diagram.flow("g", "a", "x = 1").flow("g", "a", "x = 2").flow("g", "a", default=True)
    assert started(diagram, data={"x": 2}).open == ["a"]


# ---- parallel -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_a_parallel_join_waits_for_every_branch_in_any_order(order: str) -> None:
    run = started(split_and_join("parallel", "a", "b", "c"))
    for number, branch in enumerate(order):
        assert run.open == sorted(order[number:])
        step = run.complete(branch)
        assert step.passed == ((branch,) if number < 2 else (branch, "join"))
    through(run)


def test_two_flows_straight_from_split_to_join_are_two_tokens_and_one_way_on() -> None:
    diagram = Diagram("main").start("s").parallel("split", "join").user("after").end("e")
    diagram.chain("s", "split", "join", "after", "e").flow("split", "join")
    run = started(diagram)
    assert run.passed == ["s", "split", "join"]
    through(run)


def test_one_branch_may_lead_straight_to_the_join() -> None:
    diagram = split_and_join("parallel", "a").flow("split", "join")
    run = started(diagram)
    assert run.open == ["a"]
    run.complete("a")
    through(run)


def test_nested_parallel_blocks_join_from_the_inside_out() -> None:
    diagram = Diagram("main").start("s").parallel("p", "q", "qj", "pj").user("a", "b", "c", "after").end("e")
    diagram.chain("s", "p", "q", "a", "qj", "pj", "after", "e").chain("q", "b", "qj").chain("p", "c", "pj")
    run = started(diagram)
    assert run.open == ["a", "b", "c"]
    assert run.complete("c").passed == ("c",)
    assert run.complete("a").passed == ("a",)
    assert run.complete("b").passed == ("b", "qj", "pj")
    through(run)


@pytest.mark.parametrize("order", [("b1", "b2", "b3"), ("b3", "b1", "b2"), ("b2", "b3", "b1")])
def test_an_unbalanced_join_takes_one_token_from_each_of_two_splits_branches(order: tuple[str, ...]) -> None:
    """Split A leads to b1 and to split B, which leads to b2 and b3; one join closes all three."""
    diagram = Diagram("main").start("s").parallel("A", "B", "join").user("b1", "b2", "b3", "after").end("e")
    diagram.chain("s", "A", "b1", "join", "after", "e").chain("A", "B", "b2", "join").chain("B", "b3", "join")
    run = started(diagram)
    for branch in order:
        assert run.ended_at == ""
        run.complete(branch)
    through(run)


def test_a_token_too_many_waits_at_the_join_for_its_partner() -> None:
    """Two tokens come in by one flow of the join and none by the other: nothing goes on until the other comes."""
    diagram = Diagram("main").start("s").parallel("p", "join").exclusive("m").user("a", "b", "c", "after").end("e")
    diagram.chain("s", "p", "a", "m", "join", "after", "e").chain("p", "b", "m").chain("p", "c", "join")
    run = started(diagram)
    assert run.complete("a").passed == ("a", "m")
    assert run.complete("b").passed == ("b", "m")
    assert run.complete("c").passed == ("c", "join")
    assert run.open == ["after"]
    step = run.complete("after")
    assert step.ended_at == ""
    assert [(each.element_id, each.error) for each in step.failures] == [("join", "stuck-join")]


def test_a_join_that_nobody_can_reach_any_more_is_an_incident_and_stays_one_when_it_is_retried() -> None:
    diagram = Diagram("main").start("s").parallel("p", "j").exclusive("x").user("a", "b").end("e").end("e2")
    diagram.chain("s", "p", "a", "j", "e").chain("p", "b", "x").flow("x", "e2", "gone").flow("x", "j", default=True)
    run = started(diagram, data={"gone": True})
    run.complete("b")
    assert not run.failed
    run.complete("a")
    assert [each.error for each in run.failed.values()] == ["stuck-join"]
    step = run.retry()
    assert [each.error for each in step.failures] == ["stuck-join"]
    assert not step.mended


def test_a_join_stuck_inside_a_subprocess_is_gone_when_the_subprocess_is_interrupted() -> None:
    inner = Diagram("sub").start("s2").parallel("p", "j").user("a").end("e2").end("e3")
    inner.exclusive("x").chain("s2", "p", "a", "j", "e2").chain("p", "x")
    inner.flow("x", "e3", "true").flow("x", "j", default=True)
    diagram = Diagram("main").start("s").subprocess(inner).boundary_message("w", "sub", "withdrawal").end("e").end("ew")
    run = started(diagram.chain("s", "sub", "e").chain("w", "ew"))
    stuck = {each.id for each in run.complete("a").failures}
    step = run.send("withdrawal")
    assert (step.mended, step.ended_at) == (stuck, "ew")


def test_a_step_that_two_tokens_reach_runs_twice_and_both_are_told_apart() -> None:
    diagram = Diagram("main").start("s").parallel("p").user("a").end("e").chain("s", "p", "a", "e").flow("p", "a")
    run = started(diagram)
    assert run.open == ["a", "a"]
    first, second = run.tasks
    run.complete(first)
    assert run.ended_at == ""
    with pytest.raises(TaskNotOpenError):
        run.complete(first)
    run.complete(second)
    assert run.ended_at == "e"


# ---- inclusive ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["a", "b", "c", "ab", "bc", "ac", "abc"])
def test_an_inclusive_join_waits_for_the_branches_that_were_chosen(wanted: str) -> None:
    diagram = split_and_join("inclusive", "a", "b", "c")
    run = started(diagram, data={"wanted": {branch: branch in wanted for branch in "abc"}})
    assert run.open == list(wanted)
    for branch in reversed(wanted):
        run.complete(branch)
    through(run)
    assert run.passed.count("join") == 1


def test_an_inclusive_gateway_takes_the_default_way_only_when_no_condition_holds() -> None:
    diagram = Diagram("main").start("s").inclusive("g", "j").user("a", "b").end("e").chain("s", "g")
    diagram.flow("g", "a", "x > 1").flow("g", "b", default=True).chain("a", "j").chain("b", "j", "e")
    assert started(diagram, data={"x": 2}).open == ["a"]
    assert started(diagram, data={"x": 1}).open == ["b"]


def test_an_inclusive_join_waits_for_a_branch_inside_a_subprocess() -> None:
    """Behind the subprocess lies a choice and a further step, so that the join cannot be seen from it at once."""
    inner = Diagram("sub").start("s2").user("u").end("e2").chain("s2", "u", "e2")
    diagram = Diagram("main").start("s").inclusive("p", "j").exclusive("x", "y").user("a", "b", "c", "after").end("e")
    diagram.subprocess(inner).chain("s", "p").flow("p", "sub", "true").flow("p", "a", "true").chain("sub", "x")
    diagram.flow("x", "b", "true").flow("x", "c", default=True).chain("c", "y")
    diagram.chain("b", "y", "j").chain("a", "j", "after", "e")
    run = started(diagram)
    assert run.complete("a").passed == ("a",)
    assert run.open == ["u"]
    run.complete("u")
    run.complete("b")
    through(run)


def test_an_inclusive_join_waits_for_a_token_that_comes_by_the_second_flow_of_a_merge() -> None:
    diagram = Diagram("main").start("s").inclusive("p", "j").exclusive("x", "m").user("a", "b", "c", "d", "after")
    diagram.end("e").chain("s", "p").flow("p", "a", "true").flow("p", "b", "true").flow("p", "d", default=True)
    diagram.chain("d", "m").chain("b", "x").flow("x", "c", "true").flow("x", "m", default=True)
    diagram.chain("c", "m", "j", "after", "e").chain("a", "j")
    run = started(diagram)
    run.complete("a")
    assert run.open == ["b"]
    run.complete("b")
    assert run.open == ["c"]
    run.complete("c")
    through(run)


def test_an_inclusive_join_goes_on_when_the_branch_it_waits_for_ends_elsewhere() -> None:
    diagram = (
        Diagram("main")
        .start("s")
        .inclusive("p", "j")
        .exclusive("x")
        .user("a", "b", "after")
        .end(
            "e",
        )
        .end("e2")
    )
    diagram.chain("s", "p").flow("p", "a", "true").flow("p", "b", "true").chain("b", "x").chain("a", "j")
    diagram.flow("x", "e2", "given_up").flow("x", "j", default=True).chain("j", "after", "e")
    run = started(diagram, data={"given_up": True})
    run.complete("a")
    assert run.open == ["b"]
    assert set(run.complete("b").passed) == {"b", "x", "e2", "j"}
    through(run)


def test_an_inclusive_join_goes_on_when_a_timer_takes_the_awaited_branch_away() -> None:
    diagram = split_and_join("inclusive", "a", "b").boundary_timer("late", "b").end("e2").chain("late", "e2")
    run = started(diagram, data={"wanted": {"a": True, "b": True}})
    run.complete("a")
    assert run.open == ["b"]
    assert set(run.fire("late").passed) == {"late", "e2", "join"}
    through(run)


def test_an_inclusive_join_waits_for_a_step_whose_timer_could_still_send_a_token() -> None:
    diagram = Diagram("main").start("s").inclusive("p", "j").user("a", "b", "note", "after").end("e").end("e2")
    diagram.boundary_timer("late", "b").chain("s", "p").flow("p", "a", "true").flow("p", "b", "true")
    diagram.chain("b", "e2").chain("late", "note", "j").chain("a", "j", "after", "e")
    run = started(diagram)
    run.complete("a")
    assert run.open == ["b"]
    run.fire("late")
    assert run.open == ["note"]
    run.complete("note")
    through(run)


def test_an_inclusive_join_does_not_wait_for_a_step_that_cannot_reach_it() -> None:
    diagram = Diagram("main").start("s").parallel("f").inclusive("p", "j").user("a", "b", "far", "after").end("e")
    diagram.end("e2").chain("s", "f", "p").chain("f", "far", "e2").flow("p", "a", "true").flow("p", "b", "false")
    diagram.chain("a", "j").chain("b", "j", "after", "e")
    run = started(diagram)
    run.complete("a")
    assert run.open == ["after", "far"]


def test_an_inclusive_block_inside_a_loop_counts_each_round_afresh() -> None:
    diagram = Diagram("main").start("s").exclusive("m", "again").inclusive("p", "j").user("a", "b", "check").end("e")
    diagram.chain("s", "m", "p").flow("p", "a", "true").flow("p", "b", "both").chain("a", "j").chain("b", "j")
    diagram.chain("j", "check", "again").flow("again", "m", "more").flow("again", "e", default=True)
    run = started(diagram, data={"both": True, "more": True})
    for both in (True, False, True, True):
        run.complete("a", both=both)
        assert run.open == (["b"] if "b" in run.open else ["check"])
        if run.open == ["b"]:
            run.complete("b")
        run.complete("check")
    assert run.open == ["a", "b"]


# ---- several ends ---------------------------------------------------------------------------------------


def test_a_process_has_ended_only_when_no_token_is_left() -> None:
    diagram = Diagram("main").start("s").parallel("p").user("a", "b").timer("t").end("e1").end("e2").end("e3")
    diagram.chain("s", "p", "a", "e1").chain("p", "b", "e2").chain("p", "t", "e3")
    run = started(diagram)
    assert run.complete("a").ended_at == ""
    assert run.fire("t").ended_at == ""
    assert run.complete("b").ended_at == "e2"


def test_what_has_been_opened_and_closed_is_told_by_id() -> None:
    run = started(split_and_join("parallel", "a", "b"))
    assert run.last is not None
    assert [each.element_id for each in run.last.tasks_opened] == ["a", "b"]
    assert run.last.entered == ("a", "b")
    a, b = (run.task(name) for name in "ab")
    step = run.complete("b")
    assert (step.tasks_closed, step.left, step.tasks_opened, step.entered) == (frozenset({b}), ("b",), (), ())
    step = run.complete(a)
    assert (step.tasks_closed, step.left) == (frozenset({a}), ("a",))
    assert [each.element_id for each in step.tasks_opened] == ["after"]
    assert step.entered == ("after",)


def test_a_task_that_nobody_knows_or_that_is_done_cannot_be_completed() -> None:
    run = started(split_and_join("parallel", "a", "b"))
    done = run.task("a")
    run.complete(done)
    before = run.snapshot
    for wrong in (done, UUID(int=7)):
        with pytest.raises(TaskNotOpenError):
            run.complete(wrong)
    assert run.snapshot == before
    run.verify()


def test_the_same_program_may_be_compiled_twice() -> None:
    assert program_of(split_and_join("parallel", "a")).main.name == "main"
