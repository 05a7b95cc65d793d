"""What the law asks of a diagram is asked before the first citizen files: who, on what basis, how long, how it ends."""

import pytest
from small_bundles import (
    TOML,
    boundary,
    bundle,
    chain,
    codes,
    flow,
    line_where,
    message,
    node,
    outcome,
    process,
    subprocess,
    task,
    timer,
    work,
)

from engine.model import Finding
from engine.runtime.lint import findings

LAW = '<motcua:legalBasis document="Luật" article="Điều 9"/>'
SUSPEND = '<motcua:clock effect="suspend" ground="Điều 19"/>'
APPLICANT = (
    '<bpmn:lane id="citizen"><bpmn:extensionElements><motcua:role key="applicant"/></bpmn:extensionElements>'
    "<bpmn:flowNodeRef>supplement</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)


def judged(middle: str, *way: str, lane: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    return findings(bundle(process(work(middle, way, lane))))


def limited(name: str, amount: int, unit: str = "working-days", *more: str) -> str:
    return task(name, f'<motcua:limit amount="{amount}" unit="{unit}"/>', *more)


# ---- who, and on what basis ------------------------------------------------------------------------------------


def test_every_user_task_has_somebody_accountable() -> None:
    assert codes(judged(task("ask", LAW), "ask")) == {"no-role"}


def test_a_role_sits_in_a_unit() -> None:
    source = process(work()).replace(b' unit="competent"', b"")
    found = [one for one in findings(bundle(source)) if one.code == "role-without-unit"]
    assert {one.element_id for one in found} == {"receive", "settle"}


def test_every_user_task_has_a_legal_basis_of_its_own_or_of_its_lane() -> None:
    bare = process(work()).replace('<motcua:legalBasis document="Luật thử" article="Điều 2"/>'.encode(), b"")
    assert codes(bundle(bare)) == {"no-legal-basis"}
    own = bare.replace(b'<motcua:form key="review"/>', b'<motcua:form key="review"/>' + LAW.encode())
    assert codes(bundle(own)) == set()


def test_sample_law_is_told_once_for_each_text() -> None:
    sample = '<motcua:legalBasis document="Nghị định mẫu" article="Điều 1" sample="true"/>'
    found = judged(task("a", sample) + task("b", sample), "a", "b", lane=("a", "b"))
    assert [(one.code, one.error) for one in found] == [("sample-law", False)]
    assert "Nghị định mẫu Điều 1" in found[0].message
    toml = TOML.replace("checked = 2026-01-01", "checked = 2026-01-01, sample = true")
    assert codes(bundle(toml=toml)) == {"sample-law"}


# ---- the clock -------------------------------------------------------------------------------------------------


def asking(*extensions: str) -> tuple[Finding, ...]:
    """The applicant is asked for a supplement while the clock runs."""
    source = process(work(task("supplement", LAW, *extensions), ("supplement",)))
    return findings(bundle(source.replace(b"</bpmn:laneSet>", APPLICANT.encode(), 1)))


def test_a_wait_for_the_applicant_says_what_it_does_to_the_clock() -> None:
    assert codes(asking()) == {"applicant-wait-without-clock"}
    assert codes(asking(SUSPEND)) == set()
    assert codes(asking('<motcua:clock effect="restart" ground="Điều 19"/>')) == set()


def test_a_wait_for_the_applicant_before_the_acceptance_or_after_the_result_needs_no_effect() -> None:
    after = task("supplement", LAW)
    body = work().replace(chain("work", "which"), chain("work", "supplement", "which"))
    lanes = '<bpmn:laneSet id="main_lanes">' + APPLICANT
    assert findings(bundle(process(lanes + after + body))) == ()


def test_a_suspension_has_a_ground() -> None:
    assert codes(asking('<motcua:clock effect="suspend"/>')) == {"clock-without-ground"}


def test_what_does_not_wait_suspends_nothing() -> None:
    script = node(
        "scriptTask",
        "s",
        SUSPEND,
        '<motcua:result name="r"/>',
        inside="<bpmn:script>1</bpmn:script>",
        scriptFormat="feel",
    )
    assert codes(judged(script, "s")) == {"clock-suspends-nothing"}
    late = boundary("late", "ask", timer(), SUSPEND) + chain("late", "settle")
    assert "clock-suspends-nothing" in codes(judged(task("ask") + late, "ask", lane=("ask",)))


def test_a_clock_that_has_not_started_cannot_be_suspended_or_decided() -> None:
    early = work().replace('<motcua:clock effect="accept"/>', SUSPEND)
    found = findings(bundle(process(early)))
    assert codes(found) == {"clock-impossible", "clock-never-starts"}
    assert {one.element_id for one in found} == {"receive", "settle", ""}
    assert "chưa bắt đầu" in next(one.message for one in found if one.element_id == "settle")


def test_a_second_acceptance_is_impossible_and_one_on_some_ways_is_doubtful() -> None:
    again = task("again", '<motcua:clock effect="accept"/>')
    assert codes(judged(again, "again", lane=("again",))) == {"clock-impossible"}
    loop = node("exclusiveGateway", "g", default="g__settle") + flow("g", "receive", "true")
    found = judged(loop, "g")
    assert [(one.code, one.element_id, one.error) for one in found] == [("clock-doubtful", "receive", False)]


def test_a_decision_ends_the_count() -> None:
    found = findings(bundle(process(work().replace('<motcua:clock effect="decide"/>', ""))))
    assert codes(found) == {"clock-never-decided", "clock-runs-on"}
    assert {one.element_id for one in found if one.code == "clock-runs-on"} == {"granted", "refused"}
    assert not any(one.error for one in found if one.code == "clock-runs-on")


def test_a_withdrawal_stops_the_clock_whatever_its_state() -> None:
    assert findings(bundle()) == ()
    running_on = work().replace('<motcua:clock effect="stop" ground="Luật"/>', "")
    assert [(one.code, one.element_id) for one in findings(bundle(process(running_on)))] == [
        ("clock-runs-on", "ended_withdrawn")
    ]


# ---- how it ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["granted", "refused"])
def test_a_dossier_can_be_granted_and_refused(missing: str) -> None:
    body = work().replace(f'<motcua:outcome key="{missing}"/>', '<motcua:outcome key="stopped"/>')
    found = findings(bundle(process(body)))
    assert codes(found) == {"outcome-missing"}
    assert missing in found[0].message


def test_an_outcome_that_no_way_leads_to_counts_for_nothing() -> None:
    body = work().replace(flow("which", "refused"), flow("which", "granted", flow_id="which__refused"))
    assert codes(bundle(process(body))) == {"unreachable", "outcome-missing"}


def test_an_end_says_how_the_dossier_ended() -> None:
    body = work().replace('<motcua:outcome key="withdrawn"/>', "")
    source = process(body)
    (found,) = findings(bundle(source))
    assert (found.code, found.element_id, found.line) == (
        "end-without-outcome",
        "ended_withdrawn",
        line_where(source, 'endEvent id="ended_withdrawn"'),
    )


def test_an_outcome_said_inside_the_main_subprocess_is_enough() -> None:
    inner = (
        node("startEvent", "opened")
        + task("receive", '<motcua:clock effect="accept"/>')
        + task("settle", '<motcua:clock effect="decide"/>')
        + node("exclusiveGateway", "which", default="which__no")
        + node("endEvent", "yes", *outcome("granted"))
        + node("endEvent", "no", *outcome("refused"))
        + chain("opened", "receive", "settle", "which")
        + flow("which", "yes", "review.verdict = null")
        + flow("which", "no")
    )
    main = (
        node("startEvent", "filed")
        + subprocess("work", inner, lane_for=("receive", "settle"))
        + node("endEvent", "done")
        + chain("filed", "work", "done")
        + boundary("withdrawn", "work", message())
        + node("endEvent", "gone", *outcome("withdrawn", "stop"))
        + chain("withdrawn", "gone")
    )
    assert findings(bundle(process(main))) == ()


def test_an_applicant_who_cannot_withdraw_is_mentioned() -> None:
    body = work().replace(message(), timer("P30D"))
    found = findings(bundle(process(body)))
    assert [(one.code, one.error) for one in found] == [("no-withdrawal", False)]


def test_a_message_that_nobody_sends_is_refused() -> None:
    waiting = node("intermediateCatchEvent", "wait", inside=message("other"))
    assert codes(judged(waiting, "wait")) == {"message-nobody-sends"}


def test_withdrawal_and_stop_interrupt_the_main_subprocess() -> None:
    assert codes(judged(node("intermediateCatchEvent", "wait", inside=message("stop")), "wait")) == {
        "message-not-interrupting"
    }
    body = work().replace('attachedToRef="work"', 'attachedToRef="work" cancelActivity="false"')
    assert codes(bundle(process(body))) >= {"message-not-interrupting"}
    on_task = boundary("stopped", "receive", message("stop")) + chain("stopped", "settle")
    assert "message-not-interrupting" in codes(judged(on_task))


# ---- the statutory term ----------------------------------------------------------------------------------------


def test_steps_in_a_row_fit_into_the_term() -> None:
    fits = limited("a", 4) + limited("b", 6)
    assert judged(fits, "a", "b", lane=("a", "b")) == ()
    found = judged(limited("a", 5) + limited("b", 6), "a", "b", lane=("a", "b"))
    assert [(one.code, one.error) for one in found] == [("steps-beyond-term", True)]
    assert "11 ngày làm việc" in found[0].message
    assert "“a” + “b”" in found[0].message


def test_steps_side_by_side_take_the_time_of_the_longest() -> None:
    fork = node("parallelGateway", "f") + node("parallelGateway", "j") + chain("f", "a", "j") + chain("f", "b", "j")
    body = work(fork + limited("a", 8) + limited("b", 9), ("f", "j"), ("a", "b")).replace(flow("f", "j"), "")
    assert findings(bundle(process(body))) == ()


def test_a_consultation_lasts_until_its_timer() -> None:
    silence = boundary(
        "late", "a", "<bpmn:timerEventDefinition/>", '<motcua:limit amount="9" unit="working-days"/>'
    ) + chain("late", "b")
    found = judged(limited("a", 3) + silence + limited("b", 2), "a", "b", lane=("a", "b"))
    assert codes(found) == {"steps-beyond-term"}


def test_a_wait_in_the_diagram_takes_time_too() -> None:
    pause = node(
        "intermediateCatchEvent",
        "p",
        '<motcua:limit amount="20" unit="working-days"/>',
        inside="<bpmn:timerEventDefinition/>",
    )
    assert codes(judged(pause, "p")) == {"steps-beyond-term"}


def test_what_happens_before_the_acceptance_or_while_the_clock_stands_takes_nothing() -> None:
    assert asking(SUSPEND, '<motcua:limit amount="30" unit="working-days"/>') == ()
    suspended = limited("a", 30, "working-days", SUSPEND)
    assert judged(suspended, "a", lane=("a",)) == ()
    before = work().replace(
        '<motcua:clock effect="accept"/>',
        '<motcua:clock effect="accept"/><motcua:limit amount="30" unit="working-days"/>',
    )
    assert findings(bundle(process(before))) == ()


def test_a_restart_begins_the_count_anew() -> None:
    restart = task("wait", '<motcua:clock effect="restart" ground="Điều 19"/>')
    middle = limited("a", 8) + restart + limited("b", 8)
    assert judged(middle, "a", "wait", "b", lane=("a", "wait", "b")) == ()


def test_a_loop_is_gone_round_once() -> None:
    loop = limited("a", 6) + node("exclusiveGateway", "g", default="g__settle") + flow("g", "a", "true")
    assert judged(loop, "a", "g", lane=("a",)) == ()


@pytest.mark.parametrize(
    ("amount", "unit", "term", "code"),
    [
        (90, "working-hours", ("10", "working-days"), "steps-perhaps-beyond-term"),
        (80, "working-hours", ("10", "working-days"), None),
        (11, "working-days", ("10", "calendar-days"), "steps-perhaps-beyond-term"),
        (40, "calendar-days", ("10", "working-days"), None),  # nobody can say how many of them are worked
        (1, "months", ("20", "calendar-days"), "steps-perhaps-beyond-term"),
        (9, "calendar-days", ("8", "calendar-days"), "steps-beyond-term"),
    ],
)
def test_units_are_compared_by_what_is_certain(amount: int, unit: str, term: tuple[str, str], code: str | None) -> None:
    toml = TOML.replace("amount = 10", f"amount = {term[0]}").replace('"working-days"', f'"{term[1]}"')
    found = findings(bundle(process(work(limited("a", amount, unit), ("a",), ("a",))), toml=toml))
    assert codes(found) == ({code} if code else set())


def test_every_term_is_held_against_the_steps_also_a_temporary_one() -> None:
    shorter = """
[[term]]
name = "resolution"
amount = 3
unit = "working-days"
overrides = "base"
valid_to = 2027-02-28
legal_basis = { document = "Nghị quyết", checked = 2026-01-01 }
"""
    (found,) = findings(bundle(process(work(limited("a", 5), ("a",), ("a",))), toml=TOML + shorter))
    assert (found.code, found.element_id) == ("steps-beyond-term", "a")
    assert "“resolution” 3 ngày làm việc" in found.message


def test_the_steps_of_a_called_process_count_where_it_is_called() -> None:
    inner = node("startEvent", "cs") + limited("deep", 8) + node("endEvent", "ce") + chain("cs", "deep", "ce")
    shared = {"shared/ask.bpmn": process(inner, "ask", ("deep",))}
    call = node("callActivity", "call", calledElement="ask")
    fits = process(work(call + limited("a", 2), ("call", "a"), ("a",)))
    beyond = process(work(call + limited("a", 3), ("call", "a"), ("a",)))
    assert findings(bundle(fits, files=shared)) == ()
    assert codes(findings(bundle(beyond, files=shared))) == {"steps-beyond-term"}
