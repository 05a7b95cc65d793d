"""Before a dossier walks a diagram, every way through it is looked at: nothing stands still, nothing runs for ever."""

import pytest
from small_bundles import (
    ERROR,
    boundary,
    bundle,
    chain,
    codes,
    flow,
    line_where,
    message,
    node,
    process,
    task,
    timer,
    work,
)

from engine.model import Finding
from engine.runtime.lint import diagram_findings
from engine.runtime.lint_graph import MAX_BRANCHES, MAX_LINE

ENDS = node("startEvent", "begun") + node("endEvent", "done")


def judged(body: str, *flows: str) -> tuple[Finding, ...]:
    return diagram_findings(process(ENDS + body + "".join(flows)), "x.bpmn")


def xor(name: str, default: str = "") -> str:
    return node("exclusiveGateway", name, **({"default": default} if default else {}))


def both(name: str) -> str:
    return node("parallelGateway", name)


def script(name: str) -> str:
    run = "<bpmn:script>1</bpmn:script>"
    return node("scriptTask", name, '<motcua:result name="r"/>', inside=run, scriptFormat="feel")


def test_a_plain_way_is_sound() -> None:
    assert judged(task("a"), chain("begun", "a", "done")) == ()


# ---- shape ---------------------------------------------------------------------------------------------------

LOOSE = {
    "no start": (process(task("a") + node("endEvent", "done") + chain("a", "done")), "start-count"),
    "two starts": (
        process(ENDS + node("startEvent", "second") + chain("begun", "done") + chain("second", "done")),
        "start-count",
    ),
    "no end": (process(node("startEvent", "begun") + task("a") + chain("begun", "a")), "no-end"),
    "a dead end": (process(ENDS + task("a") + task("b") + chain("begun", "a", "done")), "dead-end"),
    "a flow into the start": (process(ENDS + task("a") + chain("begun", "a", "begun")), "flow-into-start"),
    "a flow out of the end": (process(ENDS + task("a") + chain("begun", "done", "a")), "flow-out-of-end"),
    "a flow into a boundary event": (
        process(ENDS + task("a") + boundary("b", "a", timer()) + chain("begun", "a", "b", "done")),
        "flow-into-start",
    ),
    "two flows out of a task": (
        process(ENDS + task("a") + task("b") + chain("begun", "a", "done") + chain("a", "b", "done")),
        "several-flows-out",
    ),
    "two flows out of the start": (
        process(ENDS + task("a") + chain("begun", "done") + chain("begun", "a", "done")),
        "several-flows-out",
    ),
    "a condition after a task": (
        process(ENDS + task("a") + chain("begun", "a") + flow("a", "done", "true")),
        "condition-not-at-choice",
    ),
    "a condition after a parallel gateway": (
        process(ENDS + both("g") + task("a") + chain("begun", "g", "a", "done") + flow("g", "done", "true")),
        "condition-not-at-choice",
    ),
    "a condition where there is no choice": (
        process(ENDS + xor("g") + chain("begun", "g") + flow("g", "done", "true")),
        "condition-not-at-choice",
    ),
    "a way without condition": (
        process(ENDS + xor("g", "g__done") + task("a") + chain("begun", "g", "done") + chain("g", "a", "done")),
        "missing-condition",
    ),
    "a default that is no way out": (
        process(
            ENDS
            + xor("g", "begun__g")
            + task("a")
            + chain("begun", "g", "done")
            + flow("g", "a", "true")
            + chain("a", "done")
        ),
        "default-unknown",
    ),
    "a default with a condition": (
        process(
            ENDS
            + xor("g", "g__done")
            + task("a")
            + chain("begun", "g")
            + flow("g", "done", "true")
            + flow("g", "a", "true")
            + chain("a", "done")
        ),
        "default-with-condition",
    ),
}
LOOSE["no default"] = (
    process(
        ENDS
        + xor("g")
        + task("a")
        + chain("begun", "g")
        + flow("g", "done", "true")
        + flow("g", "a", "true")
        + chain("a", "done")
    ),
    "missing-default",
)


@pytest.mark.parametrize(("source", "code"), LOOSE.values(), ids=LOOSE.keys())
def test_elements_are_connected_as_the_standard_says(source: bytes, code: str) -> None:
    found = [one for one in diagram_findings(source, "x.bpmn") if one.code == code]
    assert found, diagram_findings(source, "x.bpmn")
    assert found[0].error
    assert found[0].line


def test_an_inclusive_gateway_needs_a_default_too() -> None:
    split = node("inclusiveGateway", "g") + task("a") + task("b") + flow("g", "a", "true") + flow("g", "b", "true")
    assert "missing-default" in codes(judged(split, chain("begun", "g"), chain("a", "done"), chain("b", "done")))


def waits(name: str, definition: str) -> str:
    return node("intermediateCatchEvent", name, inside=definition)


def test_an_event_gateway_leads_to_a_timer_and_to_messages() -> None:
    gateway = node("eventBasedGateway", "g") + waits("t", timer()) + waits("m", message())
    ways = chain("begun", "g", "t", "done") + chain("g", "m", "done")
    assert judged(gateway, ways) == ()
    second = waits("t2", timer("P2D")) + chain("g", "t2", "done")
    assert codes(judged(gateway + second, ways)) == {"two-timers-at-gateway"}
    assert codes(judged(gateway + task("a"), ways, chain("g", "a", "done"))) == {"event-gateway-target"}
    shared = task("a") + xor("x", "x__t") + flow("x", "a", "true") + chain("a", "done") + flow("x", "t")
    assert "event-gateway-target" in codes(judged(gateway + shared, ways))
    alone = node("eventBasedGateway", "g") + waits("t", timer()) + chain("begun", "g", "t", "done")
    assert codes(judged(alone)) == {"event-gateway-one-way"}


# ---- reach ---------------------------------------------------------------------------------------------------


def test_what_no_way_leads_to_is_found() -> None:
    source = process(ENDS + task("a") + task("lost") + chain("begun", "a", "done") + chain("lost", "done"))
    (found,) = diagram_findings(source, "x.bpmn")
    assert (found.code, found.element_id, found.line) == ("unreachable", "lost", line_where(source, '"lost"'))


def test_what_leads_to_no_end_is_found() -> None:
    found = judged(
        xor("g", "g__done") + task("a") + task("b"),
        chain("begun", "g", "done"),
        flow("g", "a", "true"),
        chain("a", "b", "a"),
    )
    assert {one.element_id for one in found if one.code == "no-way-to-an-end"} == {"a", "b"}


def test_a_boundary_event_is_a_way() -> None:
    assert (
        judged(
            task("a") + boundary("late", "a", timer()) + task("b"),
            chain("begun", "a", "done"),
            chain("late", "b", "done"),
        )
        == ()
    )


# ---- loops ---------------------------------------------------------------------------------------------------


def test_a_loop_in_which_people_work_is_fine() -> None:
    back = xor("g", "g__done") + task("a") + chain("begun", "a", "g", "done") + flow("g", "a", "review.verdict = 1")
    assert judged(back) == ()


def test_a_loop_in_which_nothing_waits_is_found() -> None:
    back = xor("g", "g__done") + script("a") + chain("begun", "a", "g", "done") + flow("g", "a", "r = 1")
    found = judged(back)
    assert codes(found) == {"busy-cycle"}
    assert "“a” → “g”" in found[0].message or "“g” → “a”" in found[0].message


@pytest.mark.parametrize(
    "rest", [waits("w", timer()), waits("w", message()), task("w")], ids=["timer", "message", "task"]
)
def test_a_loop_may_wait_for_time_a_message_or_a_person(rest: str) -> None:
    back = (
        xor("g", "g__done")
        + script("a")
        + rest
        + chain("begun", "a", "g", "done")
        + flow("g", "w", "r = 1")
        + chain("w", "a")
    )
    assert judged(back) == ()


def test_a_loop_through_a_subprocess_waits_only_if_every_way_through_it_waits() -> None:
    def looped(inner: str) -> set[str]:
        sub = node("subProcess", "s", inside=node("startEvent", "sb") + node("endEvent", "se") + inner)
        return codes(judged(sub + xor("g", "g__done"), chain("begun", "s", "g", "done"), flow("g", "s", "true")))

    assert looped(task("t") + chain("sb", "t", "se")) == set()
    assert looped(script("t") + chain("sb", "t", "se")) == {"busy-cycle"}
    either = xor("h", "h__se") + task("t") + chain("sb", "h", "se") + flow("h", "t", "true") + chain("t", "se")
    assert looped(either) == {"busy-cycle"}


def test_a_timer_that_leads_back_to_its_task_is_fine() -> None:
    assert judged(task("a") + boundary("late", "a", timer()), chain("begun", "a", "done"), chain("late", "a")) == ()


def test_a_loop_without_a_choice_breeds_branches() -> None:
    found = judged(both("g") + task("a"), chain("begun", "a", "g", "a"), chain("g", "done"))
    assert "cycle-without-choice" in codes(found)


# ---- size ----------------------------------------------------------------------------------------------------


def blocks(count: int, width: int, between: str = "") -> str:
    """Parallel blocks one after another, with something between them."""
    drawn, last = "", "begun"
    for n in range(count):
        drawn += both(f"p{n}") + both(f"q{n}") + chain(last, f"p{n}")
        drawn += "".join(task(f"t{n}_{k}") + chain(f"p{n}", f"t{n}_{k}", f"q{n}") for k in range(width))
        last = f"q{n}"
        if between == "choice" and n < count - 1:
            drawn += xor(f"x{n}", f"x{n}__p{n + 1}") + chain(last, f"x{n}") + flow(f"x{n}", "done", "true")
            last = f"x{n}"
    return drawn + chain(last, "done")


def test_parallel_blocks_in_a_row_multiply() -> None:
    assert judged(blocks(4, 3)) == ()  # 81 branches
    found = judged(blocks(5, 3))  # 243
    assert codes(found) == {"too-many-branches"}
    assert "243 branches" in found[0].message
    assert MAX_BRANCHES == 200


def test_a_choice_between_the_blocks_keeps_them_apart() -> None:
    assert judged(blocks(4, 3, between="choice")) == ()


def test_a_line_has_its_longest() -> None:
    ids = [f"t{n}" for n in range(MAX_LINE)]
    assert codes(judged("".join(map(task, ids)), chain("begun", *ids, "done"))) == {"too-long"}
    assert judged("".join(map(task, ids[:100])), chain("begun", *ids[:100], "done")) == ()


# ---- joins ---------------------------------------------------------------------------------------------------


def test_what_a_choice_divides_a_parallel_join_waits_for_in_vain() -> None:
    found = judged(
        xor("g", "g__a") + task("a") + task("b") + both("j"),
        chain("begun", "g", "a", "j", "done"),
        flow("g", "b", "true"),
        chain("b", "j"),
    )
    assert [(one.code, one.element_id, one.error) for one in found] == [("join-never-completes", "j", False)]


def test_what_a_parallel_gateway_divides_is_run_twice_without_a_join() -> None:
    found = judged(
        both("g") + task("a") + task("b") + task("after"),
        chain("begun", "g", "a", "after", "done"),
        chain("g", "b", "after"),
    )
    assert [(one.code, one.element_id, one.error) for one in found] == [("missing-join", "after", False)]


def test_parallel_branches_may_end_by_themselves() -> None:
    end = node("endEvent", "done2")
    assert (
        judged(both("g") + task("a") + task("b") + end, chain("begun", "g", "a", "done"), chain("g", "b", "done2"))
        == ()
    )


def test_branches_that_meet_again_are_sound() -> None:
    assert (
        judged(
            both("g") + both("j") + task("a") + task("b"), chain("begun", "g", "a", "j", "done"), chain("g", "b", "j")
        )
        == ()
    )


def test_a_branch_cut_off_by_a_timer_still_meets_the_others() -> None:
    cut = boundary("late", "a", timer()) + xor("m")
    assert (
        judged(
            both("g") + both("j") + task("a") + task("b") + cut,
            chain("begun", "g", "a", "m", "j", "done"),
            chain("late", "m"),
            chain("g", "b", "j"),
        )
        == ()
    )


def test_a_timer_that_leads_past_the_join_leaves_it_waiting() -> None:
    cut = boundary("late", "a", timer()) + node("endEvent", "gone")
    found = judged(
        both("g") + both("j") + task("a") + task("b") + cut,
        chain("begun", "g", "a", "j", "done"),
        chain("late", "gone"),
        chain("g", "b", "j"),
    )
    assert codes(found) == {"join-never-completes"}


def test_a_terminating_end_leaves_no_join_waiting() -> None:
    stop = boundary("late", "a", timer()) + node("endEvent", "gone", inside="<bpmn:terminateEventDefinition/>")
    assert (
        judged(
            both("g") + both("j") + task("a") + task("b") + stop,
            chain("begun", "g", "a", "j", "done"),
            chain("late", "gone"),
            chain("g", "b", "j"),
        )
        == ()
    )


def test_an_inclusive_join_waits_for_the_branches_that_were_taken() -> None:
    split = node("inclusiveGateway", "g", default="g__a") + node("inclusiveGateway", "j") + task("a") + task("b")
    assert judged(split, chain("begun", "g", "a", "j", "done"), flow("g", "b", "true"), chain("b", "j")) == ()


def test_an_inclusive_join_waits_for_a_branch_that_takes_a_turn() -> None:
    split = node("inclusiveGateway", "g", default="g__a") + node("inclusiveGateway", "j") + task("a") + task("b")
    turn = xor("x", "x__j") + chain("b", "x", "j") + flow("x", "b", "true") + node("endEvent", "off") + task("c")
    aside = flow("g", "c", "true") + chain("c", "off")
    assert judged(split + turn + aside, chain("begun", "g", "a", "j", "done"), flow("g", "b", "true")) == ()


def test_a_diagram_with_too_many_states_gets_no_verdict() -> None:
    wide = (
        both("p")
        + both("q")
        + "".join(
            task(f"a{n}")
            + xor(f"x{n}", f"x{n}__q")
            + chain("p", f"a{n}", f"x{n}", "q")
            + flow(f"x{n}", f"a{n}", "true")
            for n in range(9)
        )
    )
    assert judged(wide, chain("begun", "p"), chain("q", "done")) == ()


# ---- errors --------------------------------------------------------------------------------------------------


def throwing(*, caught: bool, thrown: bool = True) -> set[str]:
    """The codes of a bundle with a subprocess that may throw an error, which its boundary event may catch."""
    inner = node("startEvent", "sb") + node("endEvent", "se", inside=ERROR if thrown else "") + chain("sb", "se")
    catch = boundary("catch", "risky", ERROR) + chain("catch", "settle") if caught else ""
    return codes(bundle(process(work(node("subProcess", "risky", inside=inner) + catch, ("risky",)))))


def test_an_error_thrown_inside_needs_somebody_to_catch_it() -> None:
    assert throwing(caught=True) == set()
    assert "uncaught-error" in throwing(caught=False)


def test_an_error_that_nobody_throws_is_not_caught() -> None:
    assert throwing(caught=True, thrown=False) == {"error-never-thrown"}
