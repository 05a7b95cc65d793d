"""FEEL is read before anybody files a dossier: every name must be one that some step can have set by then."""

import pytest
from small_bundles import (
    FORM,
    TOML,
    boundary,
    bundle,
    chain,
    codes,
    flow,
    line_where,
    node,
    process,
    subprocess,
    task,
    work,
)

from engine.model import Finding
from engine.runtime.lint import findings

RESULT = '<motcua:result name="fee"/>'


def script(text: str, name: str = "count", result: str = RESULT) -> str:
    return node("scriptTask", name, result, inside=f"<bpmn:script>{text}</bpmn:script>", scriptFormat="feel")


def judged(middle: str, *way: str, toml: str = TOML) -> tuple[Finding, ...]:
    return findings(bundle(process(work(middle, way)), toml=toml))


def test_the_small_bundle_is_clean() -> None:
    assert findings(bundle()) == ()


def test_a_script_may_read_answers_results_and_the_dossier() -> None:
    text = 'if application.verdict = "x" then string length(review.verdict) else dossier.code'
    assert judged(script(text), "count") == ()


def test_what_is_no_feel_is_found_with_its_place() -> None:
    source = process(work(script("1 +"), ("count",)))
    (found,) = findings(bundle(source))
    assert (found.code, found.path, found.line) == ("feel-syntax", "process.bpmn", line_where(source, '"count"'))
    assert "Dòng 1, cột" in found.message
    assert "Line 1, column" in found.message


def test_the_line_of_a_fault_further_down_is_counted_on() -> None:
    source = process(work(script("1 +\n2 +\n* 3"), ("count",)))
    (found,) = findings(bundle(source))
    assert found.line == line_where(source, '"count"') + 2


def test_an_unknown_name_is_told_its_neighbour() -> None:
    (found,) = judged(script("applicaton.verdict"), "count")
    assert found.code == "unknown-name"
    assert "(application?)" in found.fix


def test_an_unknown_field_is_told_its_neighbour() -> None:
    (found,) = judged(script("application.verdct"), "count")
    assert found.code == "unknown-field"
    assert "(verdict?)" in found.fix
    assert codes(judged(script("dossier.kode"), "count")) == {"unknown-field"}


def test_an_unknown_function_is_told_its_neighbour() -> None:
    (found,) = judged(script('strin length("x")'), "count")
    assert found.code in {"feel-unknown-function", "feel-syntax"}
    (found,) = judged(script("flor(1.5)"), "count")
    assert found.code == "feel-unknown-function"
    assert "floor" in found.fix


def test_a_name_must_be_set_before_it_is_read() -> None:
    early = script("later.verdict")
    late = node("userTask", "ask", '<motcua:form key="review" as="later"/>')
    found = findings(bundle(process(work(early + late, ("count", "ask"), ("ask",)))))
    assert codes(found) == {"name-not-yet-set"}
    assert codes(findings(bundle(process(work(early + late, ("ask", "count"), ("ask",)))))) == set()


def test_what_one_of_two_ways_sets_may_be_read_behind_them() -> None:
    either = (
        node("exclusiveGateway", "g", default="g__m")
        + node("exclusiveGateway", "m")
        + script("1", "a")
        + flow("g", "a", "true")
        + chain("a", "m")
        + flow("g", "m")
        + script("fee + 1", "b", '<motcua:result name="more"/>')
        + chain("m", "b", "settle")
    )
    body = work(either, ("g",)).replace(flow("g", "settle"), "")
    assert findings(bundle(process(body))) == ()


def test_a_loop_may_read_what_its_last_turn_has_set() -> None:
    loop = (
        task("ask")
        + script("if fee = null then 1 else fee + 1")
        + node("exclusiveGateway", "again", default="again__settle")
        + flow("again", "ask", "fee < 3")
    )
    found = findings(bundle(process(work(loop, ("ask", "count", "again"), ("ask",)))))
    assert found == ()


def test_a_called_process_sets_and_reads_names_where_it_is_called() -> None:
    call = node("callActivity", "call", calledElement="rate")
    inner = node("startEvent", "rs") + script("review.verdict") + node("endEvent", "re") + chain("rs", "count", "re")
    after = script("fee + 1", "more", '<motcua:result name="total"/>')
    shared = {"shared/rate.bpmn": process(inner, "rate")}
    assert findings(bundle(process(work(call + after, ("call", "more"))), files=shared)) == ()
    swapped = findings(bundle(process(work(call + after, ("more", "call"))), files=shared))
    assert codes(swapped) == {"name-not-yet-set"}


def test_a_boundary_way_reads_what_was_set_inside() -> None:
    inner = node("startEvent", "sb") + task("deep") + script("1") + task("rest") + node("endEvent", "se")
    sub = subprocess("risky", inner + chain("sb", "deep", "count", "rest", "se"), lane_for=("deep", "rest"))
    late = boundary("late", "risky", "<bpmn:timerEventDefinition/>", '<motcua:limit amount="1" unit="months"/>')
    reads = script("fee", "note", '<motcua:result name="note"/>') + chain("late", "note", "settle")
    assert findings(bundle(process(work(sub + late + reads, ("risky",))))) == ()


def test_what_a_service_gives_is_declared() -> None:
    service = node("serviceTask", "pay", '<motcua:service name="pay"/>')
    declared = node("serviceTask", "pay", '<motcua:service name="pay"/>', '<motcua:result name="payment"/>')
    reads = script("payment.amount")
    assert codes(judged(service + reads, "pay", "count")) == {"unknown-name"}
    assert codes(judged(declared + reads, "pay", "count")) == set()


def test_the_applicant_s_name_is_read_from_the_first_form_alone() -> None:
    for expression, code in (
        ("application.applicant_nam", "unknown-field"),
        ("review.verdict", "name-not-yet-set"),
        ("1 +", "feel-syntax"),
        ("12", "feel-wrong-type"),
    ):
        toml = TOML.replace('"application.applicant_name"', f'"{expression}"')
        (found,) = findings(bundle(toml=toml))
        assert (found.code, found.path, found.line) == (code, "procedure.toml", 13)


def caught(definition: str) -> set[str]:
    inside = f"<bpmn:timerEventDefinition>{definition}</bpmn:timerEventDefinition>"
    return codes(judged(node("intermediateCatchEvent", "wait", inside=inside), "wait"))


@pytest.mark.parametrize(
    "said", ["P10D", "PT2H30M", "P1M", "=duration(&quot;P10D&quot;)", "=if review.verdict = null then null else null"]
)
def test_a_duration_is_iso_8601_or_feel(said: str) -> None:
    assert caught(f"<bpmn:timeDuration>{said}</bpmn:timeDuration>") == set()


@pytest.mark.parametrize(
    "said",
    ["10", "10 days", "10D", "P10", "PT10D", "=10", "=&quot;P10D&quot;", "PT0S", "-P1D", "10 ngày", "&quot;P10D&quot;"],
)
def test_waiting_ten_days_never_means_a_minute(said: str) -> None:
    assert caught(f"<bpmn:timeDuration>{said}</bpmn:timeDuration>") == {"feel-wrong-type"}


def test_feel_needs_its_sign_in_a_duration() -> None:
    assert caught("<bpmn:timeDuration>duration(&quot;P10D&quot;)</bpmn:timeDuration>") == {"feel-wrong-type"}
    assert caught("<bpmn:timeDuration>=1 +</bpmn:timeDuration>") == {"feel-syntax"}
    assert caught("<bpmn:timeDuration>=nobody.days</bpmn:timeDuration>") == {"unknown-name"}


@pytest.mark.parametrize(
    "said", ["2026-12-31", "2026-12-31T17:00:00+07:00", "=dossier.due_at", "=date(&quot;2026-12-31&quot;)"]
)
def test_a_moment_is_a_day_or_an_instant(said: str) -> None:
    assert caught(f"<bpmn:timeDate>{said}</bpmn:timeDate>") == set()


@pytest.mark.parametrize("said", ["31/12/2026", "2026-02-30", "P1D", "=2026-12-31", "tomorrow"])
def test_what_is_no_day_is_refused(said: str) -> None:
    assert caught(f"<bpmn:timeDate>{said}</bpmn:timeDate>") == {"feel-wrong-type"}


def test_a_condition_that_is_never_true_or_false_is_refused() -> None:
    for text, expected in (('"yes"', {"feel-wrong-type"}), ("1 = 1", set()), ("1 +", {"feel-syntax"})):
        body = work().replace('review.verdict = "yes"', text)
        assert codes(bundle(process(body))) == expected


def test_the_condition_s_own_line_is_told() -> None:
    source = process(work().replace("review.verdict", "revue.verdict"))
    (found,) = findings(bundle(source))
    assert (found.code, found.line, found.element_id) == (
        "unknown-name",
        line_where(source, "which__granted"),
        "which__granted",
    )


def test_an_assignee_is_a_username() -> None:
    def named(expression: str) -> set[str]:
        asked = task("ask", f'<motcua:assignee expression="{expression}"/>')
        return codes(findings(bundle(process(work(asked, ("ask",), ("ask",))))))

    assert named("review.verdict") == set()
    assert named("&quot;an.nguyen&quot;") == set()
    assert named("7") == {"feel-wrong-type"}
    assert named("officer.name") == {"unknown-name"}


def test_the_feel_of_a_form_reads_what_is_set_where_it_is_shown() -> None:
    def shown(hide: str) -> set[str]:
        form = FORM.format(key="review").replace(
            '"label": "Kết quả"', f'"conditional": {{"hide": "={hide}"}}, "label": "Kết quả"'
        )
        return codes(findings(bundle(forms={"review": form})))

    assert shown("application.verdict = null") == set()
    assert shown("dossier.code = null") == set()
    assert shown("nobody.name = null") == {"form-fault"}


def test_a_constant_that_takes_long_is_not_waited_for() -> None:
    said = "=count(for i in 1..90000 return i) * duration(&quot;P1D&quot;)"
    assert caught(f"<bpmn:timeDuration>{said}</bpmn:timeDuration>") == set()
