"""Automatic steps that fail: what a person has done stays done, and the process stands still there alone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from diagrams import Diagram
from in_memory import Run, program_of, started

from engine.errors import NotAllowedError, NotWaitingError
from engine.model import Element
from engine.runtime.evaluation import Evaluation
from engine.runtime.failures import EndlessStep


def choice(condition: str) -> Diagram:
    """A step, a choice by `condition`, and an end each way."""
    diagram = Diagram("main").start("s").user("a").exclusive("g").end("yes").end("no").chain("s", "a", "g")
    return diagram.flow("g", "yes", condition).flow("g", "no", default=True)


def failing(run: Run) -> list[tuple[str, str]]:
    """Where the process stands still, and why."""
    return [(each.element_id, each.error) for each in run.failed.values()]


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("a.x > 3", {}),
        ("a.x > 3", {"x": None}),
        ("a.x > 3", {"x": "ten"}),
        ("a.x", {"x": "yes"}),
        ("a.x", {"x": 1}),
        ("nobody.knows", {}),
        ("a.x = null or a.x > 3", {"x": "ten"}),
    ],
)
def test_a_condition_that_is_neither_true_nor_false_is_a_failure_and_not_the_default_way(
    condition: str, answer: dict[str, Any]
) -> None:
    run = started(choice(condition))
    step = run.complete("a", a=answer)
    assert step.passed == ("a",)
    assert failing(run) == [("g", "condition-not-boolean")]
    assert condition in step.failures[0].message
    assert run.retry(a={"x": 5}, nobody={"knows": True}).ended_at == ("yes" if condition != "a.x" else "")


def test_a_condition_that_is_not_feel_is_a_failure() -> None:
    run = started(choice("a.x >"))
    run.complete("a")
    assert failing(run) == [("g", "expression-failed")]


def test_no_way_behind_an_exclusive_gateway_is_a_failure() -> None:
    diagram = Diagram("main").start("s").exclusive("g").end("e1").end("e2").chain("s", "g")
    run = started(diagram.flow("g", "e1", "x = 1").flow("g", "e2", "x = 2"), data={"x": 3})
    assert failing(run) == [("g", "process-error")]
    assert run.retry(x=2).ended_at == "e2"


def test_no_way_behind_an_inclusive_gateway_is_a_failure() -> None:
    diagram = Diagram("main").start("s").inclusive("g").end("e1").end("e2").chain("s", "g")
    run = started(diagram.flow("g", "e1", "x = 1").flow("g", "e2", "x = 2"), data={"x": 3})
    assert failing(run) == [("g", "process-error")]
    assert run.retry(x=2).ended_at == "e2"


def test_a_retry_that_fails_again_stands_at_the_same_step_under_the_same_id() -> None:
    run = started(choice("a.x > 3"))
    run.complete("a")
    (first,) = run.failed
    step = run.retry()
    assert [each.id for each in step.failures] == [first]
    assert step.mended == frozenset()
    step = run.retry(a={"x": 4})
    assert (step.mended, step.failures, step.ended_at) == (frozenset({first}), (), "yes")


def test_only_what_has_failed_can_be_retried() -> None:
    run = started(choice("a.x > 3"))
    for wrong in (run.task("a"), UUID(int=3)):
        with pytest.raises(NotWaitingError):
            run.retry(wrong)
    run.complete("a")
    (failed,) = run.failed
    run.retry(a={"x": 1})
    with pytest.raises(NotWaitingError):
        Run(run.program, snapshot=run.snapshot).retry(failed)


def test_a_failing_branch_does_not_stop_the_others_and_the_join_waits_for_it() -> None:
    diagram = Diagram("main").start("s").parallel("p", "j").user("a").exclusive("g", "m").timer("t").end("e")
    diagram.chain("s", "p", "g").flow("g", "m", "ok").flow("g", "m", default=True).chain("m", "j")
    run = started(diagram.chain("p", "a", "j").chain("p", "t", "j", "e"))
    assert failing(run) == [("g", "condition-not-boolean")]
    assert (run.open, run.waiting) == (["a"], ["t"])
    run.complete("a")
    run.fire("t")
    assert failing(run) == [("g", "condition-not-boolean")]
    assert run.ended_at == ""
    assert run.retry(ok=True).ended_at == "e"


def test_a_subprocess_is_not_complete_while_a_step_inside_stands_still() -> None:
    inner = Diagram("sub").start("s2").parallel("p2").user("a").end("e2").end("e3", error="lost")
    inner.chain("s2", "p2", "a", "e2").chain("p2", "e3")
    diagram = Diagram("main").start("s").subprocess(inner).user("after").end("e").chain("s", "sub", "after", "e")
    run = started(diagram)
    assert failing(run) == [("e3", "uncaught-error-event")]
    run.complete("a")
    assert run.open == []
    assert run.ended_at == ""
    run.retry()
    assert failing(run) == [("e3", "uncaught-error-event")]


def test_an_error_that_nothing_catches_stands_still_at_its_end_event() -> None:
    run = started(Diagram("main").start("s").user("a").end("lost", error="lost").chain("s", "a", "lost"))
    step = run.complete("a")
    assert (step.passed, step.ended_at) == (("a",), "")
    assert failing(run) == [("lost", "uncaught-error-event")]
    assert "lost" in step.failures[0].message


def test_an_error_that_only_another_activity_would_catch_is_not_caught() -> None:
    other = Diagram("other").start("s3").user("b").end("e3").chain("s3", "b", "e3")
    inner = Diagram("sub").start("s2").user("a").end("lost", error="lost").chain("s2", "a", "lost")
    diagram = Diagram("main").start("s").parallel("p").subprocess(inner).subprocess(other).boundary_error("x", "other")
    diagram.end("e").end("ex").chain("s", "p", "sub", "e").chain("p", "other", "e").chain("x", "ex")
    run = started(diagram)
    run.complete("a")
    assert failing(run) == [("lost", "uncaught-error-event")]
    assert run.open == ["b"]


def test_a_step_that_failed_inside_an_interrupted_subprocess_stands_no_longer() -> None:
    inner = Diagram("sub").start("s2").exclusive("g").end("e2").end("e3").chain("s2", "g")
    inner.flow("g", "e2", "x > 2").flow("g", "e3", default=True)
    diagram = Diagram("main").start("s").subprocess(inner).boundary_timer("t", "sub").user("b").end("e").end("e4")
    run = started(diagram.chain("s", "sub", "e").chain("t", "b", "e4"))
    (failed,) = run.failed
    step = run.fire("t")
    assert step.mended == frozenset({failed})
    assert run.complete("b").ended_at == "e4"
    with pytest.raises(NotWaitingError):
        Run(run.program, snapshot=run.snapshot).retry(failed)


def test_a_loop_that_waits_for_nobody_is_stopped() -> None:
    diagram = (
        Diagram("main").start("s").user("a").exclusive("m", "g").script("x").end("e").chain("s", "a", "m", "x", "g")
    )
    run = started(diagram.flow("g", "e", "stop").flow("g", "m", default=True), data={"stop": False})
    before = run.snapshot
    with pytest.raises(EndlessStep, match="1000 automatic steps"):
        run.complete("a")
    assert run.snapshot == before
    assert run.complete("a", stop=True).ended_at == "e"


def test_a_loop_of_parallel_branches_that_waits_for_nobody_is_stopped() -> None:
    diagram = Diagram("main").start("s").exclusive("m", "g").parallel("p", "j").script("x").script("y").end("e")
    diagram.chain("s", "m", "p", "x", "j", "g").chain("p", "y", "j").flow("g", "e", "stop").flow("g", "m", default=True)
    with pytest.raises(EndlessStep):
        started(diagram, data={"stop": False})


# ---- services -------------------------------------------------------------------------------------------


class Flaky:
    """A service that fails in a given way until it is mended."""

    def __init__(self, trouble: Exception | None, gives: Any = None) -> None:
        self.trouble, self.gives, self.calls = trouble, gives, 0

    def __call__(self, _evaluation: Evaluation, _element: Element) -> Mapping[str, Any]:
        self.calls += 1
        if self.trouble:
            raise self.trouble
        return self.gives  # type: ignore[no-any-return]


def served(service: Flaky) -> Run:
    diagram = Diagram("main").start("s").user("a").service("v").user("b").end("e").chain("s", "a", "v", "b", "e")
    return started(diagram, services={"v": service})


@pytest.mark.parametrize("trouble", [ValueError("broken"), ConnectionError("no line"), KeyError("x")])
def test_whatever_a_service_raises_the_step_before_it_stays_done(trouble: Exception) -> None:
    service = Flaky(trouble, {"answer": 42})
    run = served(service)
    step = run.complete("a")
    assert step.passed == ("a",)
    assert failing(run) == [("v", "service-failed")]
    service.trouble = None
    step = run.retry()
    assert (run.data["answer"], run.open, service.calls) == (42, ["b"], 2)


def test_an_error_of_the_engine_keeps_its_own_code() -> None:
    run = served(Flaky(NotAllowedError("no mandate")))
    run.complete("a")
    assert failing(run) == [("v", "not-allowed")]


@pytest.mark.parametrize("gives", [None, 5, ["x"], {"x": object()}])
def test_a_service_that_gives_no_results_by_name_has_failed(gives: Any) -> None:
    run = served(Flaky(None, gives))
    run.complete("a")
    assert failing(run) == [("v", "service-failed")]
    assert run.last is not None
    assert run.last.results == {}


def test_a_service_that_nobody_registered_has_failed() -> None:
    diagram = Diagram("main").start("s").service("v").end("e").chain("s", "v", "e")
    run = Run(program_of(diagram))
    run.start()
    assert failing(run) == [("v", "service-failed")]


def test_steps_behind_a_service_are_not_run_twice_by_a_retry() -> None:
    first, second = Flaky(None, {"one": 1}), Flaky(ValueError("broken"), {"two": 2})
    diagram = Diagram("main").start("s").service("v1").service("v2").end("e").chain("s", "v1", "v2", "e")
    run = started(diagram, services={"v1": first, "v2": second})
    assert run.data == {"one": 1}
    second.trouble = None
    assert run.retry().ended_at == "e"
    assert (first.calls, second.calls) == (1, 2)
