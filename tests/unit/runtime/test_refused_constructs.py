"""Whatever this platform would run otherwise than the standard says is refused, with its line and a way out."""

import pytest
from small_bundles import ERROR, boundary, bundle, chain, flow, line_where, message, node, process, task, timer

from engine.runtime.lint import diagram_findings, findings
from engine.runtime.refused import CONSTRUCTS

AROUND = (node("startEvent", "begun"), node("endEvent", "done"))


def drawn(inside: str, *way: str) -> bytes:
    """A process whose one way leads through the elements given."""
    return process(AROUND[0] + inside + AROUND[1] + chain("begun", *(way or ("x",)), "done"))


def event(tag: str, definition: str) -> str:
    return node(tag, "x", inside=f"<bpmn:{definition}/>")


SUB = chain("sb", "se") + node("startEvent", "sb") + node("endEvent", "se")
MULTI = "<bpmn:multiInstanceLoopCharacteristics/>"
LOOP = '<bpmn:standardLoopCharacteristics loopMaximum="3"/>'

# what is drawn, the code it must be refused with, and a word that the advice must hold
REFUSED = {
    "a task of no type": (node("task", "x"), "untyped-task", "userTask"),
    "a manual task": (node("manualTask", "x"), "manual-task", "userTask"),
    "a send task": (node("sendTask", "x"), "send-task", "serviceTask"),
    "a receive task": (node("receiveTask", "x"), "receive-task", "intermediateCatchEvent"),
    "a complex gateway": (node("complexGateway", "x"), "complex-gateway", "parallelGateway"),
    "a transaction": (node("transaction", "x", inside=SUB), "transaction", "subProcess"),
    "an ad-hoc subprocess": (node("adHocSubProcess", "x"), "ad-hoc", "subProcess"),
    "an event subprocess": (
        node("subProcess", "x", inside=SUB, triggeredByEvent="true"),
        "event-subprocess",
        "boundary",
    ),
    "multi-instance": (task("x", inside=MULTI), "multi-instance", "list of rows"),
    "a loop marker": (task("x", inside=LOOP), "loop", "exclusiveGateway"),
    "a task that compensates": (node("scriptTask", "x", isForCompensation="true"), "compensation", "flow"),
    "a link thrown": (event("intermediateThrowEvent", "linkEventDefinition"), "link-event", "sequenceFlow"),
    "a link caught": (event("intermediateCatchEvent", "linkEventDefinition"), "link-event", "sequenceFlow"),
    "compensation thrown": (event("intermediateThrowEvent", "compensateEventDefinition"), "compensation", "flow"),
    "a signal caught": (event("intermediateCatchEvent", "signalEventDefinition"), "signal-event", "message"),
    "a signal thrown": (event("intermediateThrowEvent", "signalEventDefinition"), "signal-event", "message"),
    "an escalation thrown": (event("intermediateThrowEvent", "escalationEventDefinition"), "escalation-event", "error"),
    "a condition awaited": (
        event("intermediateCatchEvent", "conditionalEventDefinition"),
        "conditional-event",
        "exclusiveGateway",
    ),
    "a message thrown": (
        event("intermediateThrowEvent", "messageEventDefinition"),
        "event-not-here",
        "Catch: timer or message",
    ),
    "a catch event without a definition": (node("intermediateCatchEvent", "x"), "missing-part", "timerEventDefinition"),
    "a timer that repeats": (
        node(
            "intermediateCatchEvent",
            "x",
            inside="<bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>",
        ),
        "timer-cycle",
        "timeDuration",
    ),
    "an event of two kinds": (
        node("intermediateCatchEvent", "x", inside=timer() + message()),
        "multiple-events",
        "several",
    ),
    "a parallel event gateway": (
        node("eventBasedGateway", "x", eventGatewayType="Parallel"),
        "parallel-event-gateway",
        "parallelGateway",
    ),
    "a gateway that starts the process": (
        node("eventBasedGateway", "x", instantiate="true"),
        "instantiating-gateway",
        "startEvent",
    ),
    "inputs and outputs of a task": (task("x", inside="<bpmn:ioSpecification/>"), "io-specification", "forms"),
    "a performer": (task("x", inside="<bpmn:potentialOwner/>"), "performer", "motcua:role"),
    "a script in another language": (
        node(
            "scriptTask",
            "x",
            '<motcua:result name="r"/>',
            inside="<bpmn:script>r = 1</bpmn:script>",
            scriptFormat="python",
        ),
        "expression-language",
        "FEEL",
    ),
    "a script without a script": (
        node("scriptTask", "x", '<motcua:result name="r"/>', scriptFormat="feel"),
        "missing-part",
        "script",
    ),
    "a script without a language": (
        node("scriptTask", "x", '<motcua:result name="r"/>', inside="<bpmn:script>1</bpmn:script>"),
        "missing-part",
        "scriptFormat",
    ),
    "a script without a result": (
        node("scriptTask", "x", inside="<bpmn:script>1</bpmn:script>", scriptFormat="feel"),
        "missing-part",
        "motcua:result",
    ),
    "a decision task without a decision": (
        node("businessRuleTask", "x", '<motcua:result name="r"/>'),
        "missing-part",
        "motcua:decision",
    ),
    "a service task without a service": (node("serviceTask", "x"), "missing-part", "motcua:service"),
    "a call of nothing": (node("callActivity", "x"), "missing-part", "calledElement"),
    "a default flow of a task": (
        task("x").replace('id="x"', 'id="x" default="x__done"'),
        "unsupported-attribute",
        "ignored",
    ),
    "an attribute misspelt": (task("x").replace('id="x"', 'id="x" nmae="Xem xét"'), "unsupported-attribute", "ignored"),
    "an attribute of Zeebe": (
        task("x").replace('id="x"', 'id="x" zeebe:modelerTemplate="t"'),
        "foreign-attribute",
        "motcua:*",
    ),
    "an attribute of Camunda": (
        task("x").replace('id="x"', 'id="x" camunda:assignee="an"'),
        "foreign-attribute",
        "motcua:*",
    ),
    "an extension of SpiffWorkflow": (
        task("x", "<spiffworkflow:preScript>1</spiffworkflow:preScript>"),
        "extension-foreign",
        "motcua:*",
    ),
    "an element of another product": (task("x", inside="<zeebe:thing/>"), "foreign-element", "motcua:*"),
    "an extension that does not exist": (task("x", '<motcua:limits amount="3"/>'), "extension-unknown", "limit"),
    "an extension against the XSD": (
        task("x", '<motcua:limit amount="0" unit="days"/>'),
        "extension-invalid",
        "bpmn.md",
    ),
    "an extension in the wrong place": (
        task("x", '<motcua:outcome key="granted"/>'),
        "extension-misplaced",
        "endEvent",
    ),
    "an extension said twice": (
        task("x", '<motcua:milestone percent="1"/>', '<motcua:milestone percent="2"/>'),
        "extension-repeated",
        "Keep one",
    ),
    "an element of unknown tag": (task("x") + "<bpmn:nonsense/>", "unsupported-construct", "profile"),
    "a data store": (
        '<bpmn:dataStoreReference id="ds" dataStoreRef="d"/>' + task("x"),
        "data-store",
        "answers of forms",
    ),
}


@pytest.mark.parametrize("drawing", REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_a_way_out(drawing: tuple[str, str, str]) -> None:
    inside, code, advice = drawing
    found = [one for one in diagram_findings(drawn(inside), "x.bpmn") if one.code == code]
    assert found, [str(one) for one in diagram_findings(drawn(inside), "x.bpmn")]
    assert found[0].error
    assert found[0].line > 10
    assert advice in found[0].fix


@pytest.mark.parametrize("drawing", REFUSED.values(), ids=REFUSED.keys())
def test_a_bundle_with_it_cannot_be_deployed(drawing: tuple[str, str, str]) -> None:
    found = findings(bundle(drawn(drawing[0])))
    assert any(one.error and one.code == drawing[1] and one.path == "process.bpmn" for one in found)


@pytest.mark.parametrize(
    "definition",
    [
        "signalEventDefinition",
        "linkEventDefinition",
        "compensateEventDefinition",
        "escalationEventDefinition",
        "cancelEventDefinition",
        "messageEventDefinition",
    ],
)
def test_an_end_event_only_ends_errs_or_terminates(definition: str) -> None:
    source = process(AROUND[0] + node("endEvent", "done", inside=f"<bpmn:{definition}/>") + chain("begun", "done"))
    found = [one for one in diagram_findings(source, "x.bpmn") if one.error]
    assert {one.element_id for one in found} == {"done"}


@pytest.mark.parametrize(
    "definition", [timer(), message(), "<bpmn:signalEventDefinition/>", "<bpmn:conditionalEventDefinition/>"]
)
def test_a_dossier_starts_a_process_and_nothing_else_does(definition: str) -> None:
    source = process(node("startEvent", "begun", inside=definition) + AROUND[1] + chain("begun", "done"))
    assert any(one.element_id == "begun" and one.error for one in diagram_findings(source, "x.bpmn"))


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("link", "link-event"),
        ("compensate", "compensation"),
        ("signal", "signal-event"),
        ("escalation", "escalation-event"),
        ("conditional", "conditional-event"),
        ("cancel", "transaction"),
    ],
)
def test_a_boundary_event_is_a_timer_a_message_or_an_error(tag: str, code: str) -> None:
    source = drawn(task("x") + boundary("b", "x", f"<bpmn:{tag}EventDefinition/>") + chain("b", "done"))
    assert code in {one.code for one in diagram_findings(source, "x.bpmn")}


def test_the_finding_names_the_line_and_the_element() -> None:
    source = drawn(node("manualTask", "x", name="Đóng dấu"))
    (found,) = (one for one in diagram_findings(source, "x.bpmn") if one.code == "manual-task")
    assert (found.path, found.line, found.element_id) == ("x.bpmn", line_where(source, '"x"'), "x")
    assert found.message == '“Đóng dấu”: manualTask không được hỗ trợ. / "Đóng dấu": a manualTask is not supported.'


def test_every_construct_of_the_table_says_what_to_do_instead() -> None:
    for construct in CONSTRUCTS.values():
        assert construct.rule.error
        assert construct.rule.fix_vi
        assert construct.rule.fix_en


def test_signals_escalations_and_data_stores_are_refused_where_they_are_declared() -> None:
    source = drawn(task("x")).replace(
        b'<bpmn:error id="e_bad"',
        b'<bpmn:signal id="s"/><bpmn:escalation id="es"/><bpmn:dataStore id="ds"/><bpmn:error id="e_bad"',
    )
    assert {one.code for one in diagram_findings(source, "x.bpmn")} >= {
        "signal-event",
        "escalation-event",
        "data-store",
    }


def test_message_flows_and_a_second_pool_are_refused() -> None:
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="demo"/><bpmn:participant id="p2"/>'
        '<bpmn:messageFlow id="mf" sourceRef="p1" targetRef="p2"/></bpmn:collaboration>'
    )
    source = drawn(task("x")).replace(b"<bpmn:error", pools.encode() + b"<bpmn:error", 1)
    assert {one.code for one in diagram_findings(source, "x.bpmn")} >= {"several-pools", "message-flow"}


def test_a_pool_that_shows_no_process_is_refused() -> None:
    pool = b'<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="other"/></bpmn:collaboration><bpmn:error'
    source = drawn(task("x")).replace(b"<bpmn:error", pool, 1)
    assert "pool-without-process" in {one.code for one in diagram_findings(source, "x.bpmn")}


def test_a_process_must_say_that_it_is_executable() -> None:
    for said in (b"", b'isExecutable="false"'):
        source = drawn(task("x")).replace(b'isExecutable="true"', said)
        assert "not-executable" in {one.code for one in diagram_findings(source, "x.bpmn")}


def test_a_file_holds_one_process() -> None:
    second = b'</bpmn:process><bpmn:process id="p2" isExecutable="true"></bpmn:process></bpmn:definitions>'
    source = drawn(task("x")).replace(b"</bpmn:process>\n</bpmn:definitions>", second)
    assert "several-processes" in {one.code for one in diagram_findings(source, "x.bpmn")}
    assert {
        one.code for one in diagram_findings(drawn("").split(b"<bpmn:process")[0] + b"</bpmn:definitions>", "x")
    } == {"no-process"}


def test_two_elements_of_one_id_are_refused() -> None:
    found = [one for one in diagram_findings(drawn(task("x") + task("x")), "x.bpmn") if one.code == "duplicate-id"]
    assert [one.element_id for one in found] == ["x"]


@pytest.mark.parametrize("taken", ["Start", "End", "Root", "StartEventJoin", "x.EndJoin", "1x", "bước"])
def test_an_id_that_means_something_to_the_engine_is_refused(taken: str) -> None:
    found = diagram_findings(drawn(task(taken), taken), "x.bpmn")
    assert "bad-id" in {one.code for one in found}


def test_an_element_without_an_id_is_refused() -> None:
    source = drawn(task("x")).replace(b'<bpmn:userTask id="x"', b"<bpmn:userTask")
    assert "missing-id" in {one.code for one in diagram_findings(source, "x.bpmn")}


def test_an_automatic_step_can_have_no_boundary_event() -> None:
    step = node(
        "scriptTask", "x", '<motcua:result name="r"/>', inside="<bpmn:script>1</bpmn:script>", scriptFormat="feel"
    )
    source = drawn(step + boundary("b", "x", timer()) + chain("b", "done"))
    assert "boundary-host" in {one.code for one in diagram_findings(source, "x.bpmn")}
    source = drawn(task("x") + boundary("b", "nowhere", timer()) + chain("b", "done"))
    assert "boundary-host" in {one.code for one in diagram_findings(source, "x.bpmn")}


def test_an_error_is_caught_on_a_subprocess_only_and_interrupts() -> None:
    source = drawn(task("x") + boundary("b", "x", ERROR) + chain("b", "done"))
    assert "error-boundary-on-task" in {one.code for one in diagram_findings(source, "x.bpmn")}
    sub = node("subProcess", "x", inside=SUB) + boundary("b", "x", ERROR, cancelActivity="false")
    assert "error-boundary-not-interrupting" in {
        one.code for one in diagram_findings(drawn(sub + chain("b", "done")), "x")
    }


def test_an_event_refers_to_a_message_or_error_of_the_file() -> None:
    for definition in ('<bpmn:messageEventDefinition messageRef="nowhere"/>', "<bpmn:messageEventDefinition/>"):
        source = drawn(node("intermediateCatchEvent", "x", inside=definition))
        assert "event-unknown-ref" in {one.code for one in diagram_findings(source, "x.bpmn")}
    source = process(
        AROUND[0] + node("endEvent", "done", inside="<bpmn:errorEventDefinition/>") + chain("begun", "done")
    )
    assert "event-unknown-ref" in {one.code for one in diagram_findings(source, "x.bpmn")}


LIMIT = '<motcua:limit amount="3" unit="working-days"/>'


@pytest.mark.parametrize(
    "caught",
    [
        node("intermediateCatchEvent", "x", inside="<bpmn:timerEventDefinition/>"),
        node("intermediateCatchEvent", "x", LIMIT, inside=timer()),
    ],
    ids=["none", "two"],
)
def test_a_timer_says_one_moment(caught: str) -> None:
    assert "timer-ambiguous" in {one.code for one in diagram_findings(drawn(caught), "x.bpmn")}


def test_a_limit_or_a_silence_stands_on_a_timer_and_not_on_a_message() -> None:
    found = diagram_findings(drawn(node("intermediateCatchEvent", "x", LIMIT, inside=message())), "x.bpmn")
    assert "limit-without-timer" in {one.code for one in found}
    quiet = boundary("b", "x", message(), '<motcua:silence means="consent"/>')
    found = diagram_findings(drawn(node("subProcess", "x", inside=SUB) + quiet + chain("b", "done")), "x.bpmn")
    assert "silence-without-timer" in {one.code for one in found}


def test_lanes_hold_elements_that_exist_and_each_once() -> None:
    def lane(name: str, *refs: str, inner: str = "") -> str:
        shown = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in refs)
        return f'<bpmn:lane id="{name}">{shown}{inner}</bpmn:lane>'

    def found(*drawn_lanes: str) -> set[str]:
        lane_set = f'<bpmn:laneSet id="ls">{"".join(drawn_lanes)}</bpmn:laneSet>'
        return {one.code for one in diagram_findings(drawn(lane_set + task("x")), "x.bpmn")}

    nested = f'<bpmn:childLaneSet id="cl">{lane("l2", "x")}</bpmn:childLaneSet>'
    assert found(lane("l1", "x", inner=nested)) == set()
    assert found(lane("l1", "x"), lane("l2", "x")) == {"lane-twice"}
    assert found(lane("l1", "gone")) == {"lane-unknown-ref"}


def test_flows_connect_elements_of_one_scope() -> None:
    assert "flow-unknown-ref" in {one.code for one in diagram_findings(drawn(task("x") + flow("x", "gone")), "x.bpmn")}
    sub = node("subProcess", "x", inside=SUB)
    found = diagram_findings(drawn(sub + flow("begun", "se", flow_id="across")), "x.bpmn")
    assert "flow-crosses-subprocess" in {one.code for one in found if one.element_id == "across"}


def test_what_is_only_drawn_is_accepted() -> None:
    picture = (
        '<bpmn:textAnnotation id="note"><bpmn:text>Ghi chú</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:association id="line" sourceRef="x" targetRef="note"/><bpmn:group id="g"/>'
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="dr" dataObjectRef="d"/>'
    )
    arrow = (
        '<bpmn:property id="pr" name="__targetRef_placeholder"/><bpmn:dataInputAssociation id="da">'
        "<bpmn:sourceRef>dr</bpmn:sourceRef><bpmn:targetRef>pr</bpmn:targetRef></bpmn:dataInputAssociation>"
    )
    assert diagram_findings(drawn(picture + task("x", inside=arrow)), "x.bpmn") == ()


def test_extensions_where_nobody_reads_them_are_refused() -> None:
    hidden = '<bpmn:error id="e2"><bpmn:extensionElements><zeebe:x/></bpmn:extensionElements></bpmn:error>'
    source = drawn(task("x")).replace(b"<bpmn:error", hidden.encode() + b"<bpmn:error", 1)
    assert "extension-foreign" in {one.code for one in diagram_findings(source, "x.bpmn")}


def test_a_file_of_another_language_is_refused() -> None:
    assert {one.code for one in diagram_findings(b"<html/>", "x.bpmn")} == {"not-bpmn"}
    old = drawn(task("x")).replace(b"20100524/MODEL", b"20990101/MODEL")
    assert {one.code for one in diagram_findings(old, "x.bpmn")} == {"not-bpmn"}
