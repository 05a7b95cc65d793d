"""An element is read with its line, its lane's role, and the law that stands on it."""

from collections.abc import Mapping

from lxml import etree
from small_bundles import (
    ERROR,
    boundary,
    flow,
    line_where,
    message,
    node,
    process,
    subprocess,
    task,
    timer,
    work,
)

from engine.deadlines.ledger import ClockEventKind
from engine.deadlines.terms import Unit
from engine.model import Element, ElementKind, FormRef, LegalBasis, Role, StepLimit, TimerRule
from engine.runtime.parser import read, read_process, spiff_root


def elements(body: str) -> Mapping[str, Element]:
    (read_one,) = read_process(process(body), "process.bpmn")
    return read_one.elements


def element(text: str) -> Element:
    return elements(text)["x"]


def test_a_process_is_read_with_its_nested_elements() -> None:
    source = process(work())
    (main,) = read_process(source, "process.bpmn")
    assert (main.id, main.path, main.line) == ("demo", "process.bpmn", line_where(source, '"demo"'))
    assert main.elements["receive"].process_id == "work"
    assert main.elements["work"].process_id == "demo"
    assert main.elements["receive"].line == line_where(source, 'userTask id="receive"')
    assert {one.id for one in main.flows} >= {"filed__work", "opened__receive"}


def test_a_user_task_carries_the_law() -> None:
    read_task = element(
        task(
            "x",
            '<motcua:label lang="en" text="Examine"/>',
            '<motcua:limit amount="3" unit="working-days"/>',
            '<motcua:clock effect="suspend" ground="Điều 19"/>',
            '<motcua:legalBasis document="Nghị định 61" article="Điều 19" checked="2026-11-23" sample="true"/>',
            '<motcua:legalBasis document="Luật"/>',
            '<motcua:assignee expression="=assignment.officer"/>',
            '<motcua:milestone percent="40"/>',
            inside="<bpmn:documentation>Đọc kỹ.</bpmn:documentation>",
        ).replace('id="x"', 'id="x" name="Thẩm tra"')
    )
    assert (read_task.kind, read_task.name, read_task.name_en) == (ElementKind.USER_TASK, "Thẩm tra", "Examine")
    assert (read_task.title("vi"), read_task.title("en")) == ("Thẩm tra", "Examine")
    assert read_task.documentation == "Đọc kỹ."
    assert read_task.form == FormRef("review", "review")
    assert read_task.limit == StepLimit(3, Unit.WORKING_DAYS)
    assert (read_task.clock.on_enter, read_task.clock.on_leave) == (ClockEventKind.SUSPENDED, ClockEventKind.RESUMED)
    assert read_task.clock.ground == "Điều 19"
    assert read_task.legal_bases == (
        LegalBasis("Nghị định 61", "Điều 19", "2026-11-23", sample=True),
        LegalBasis("Luật"),
    )
    assert (read_task.assignee, read_task.milestone) == ("assignment.officer", 40)


def test_what_an_element_does_to_the_clock() -> None:
    effects = {
        "accept": (None, ClockEventKind.ACCEPTED),
        "suspend": (ClockEventKind.SUSPENDED, ClockEventKind.RESUMED),
        "restart": (ClockEventKind.SUSPENDED, ClockEventKind.RESTARTED),
        "decide": (None, ClockEventKind.DECIDED),
        "stop": (None, ClockEventKind.STOPPED),
    }
    for effect, expected in effects.items():
        clock = element(task("x", f'<motcua:clock effect="{effect}"/>')).clock
        assert (clock.on_enter, clock.on_leave) == expected


def test_answers_are_kept_under_another_name_when_the_form_says_so() -> None:
    asked = node("userTask", "x", '<motcua:form key="consultation" as="ward_opinion"/>')
    assert element(asked).form == FormRef("consultation", "ward_opinion")


def test_automatic_steps_say_what_they_do() -> None:
    result = '<motcua:result name="r"/>'
    script = node("scriptTask", "x", result, inside="<bpmn:script>=1 + 1</bpmn:script>", scriptFormat="feel")
    assert (element(script).script, element(script).result) == ("1 + 1", "r")
    decision = node("businessRuleTask", "x", result, '<motcua:decision file="a.dmn" name="Mức phí"/>')
    assert (element(decision).decision, element(decision).result) == (("a.dmn", "Mức phí"), "r")
    assert element(node("serviceTask", "x", '<motcua:service name="send_letter"/>')).service == "send_letter"
    assert element(node("callActivity", "x", calledElement="consult")).called == "consult"


def test_timers_count_a_limit_a_duration_or_a_moment() -> None:
    limit = boundary(
        "x",
        "t",
        "<bpmn:timerEventDefinition/>",
        '<motcua:limit amount="7" unit="working-days"/>',
        '<motcua:silence means="consent"/>',
    )
    assert element(limit).timer == TimerRule(limit=StepLimit(7, Unit.WORKING_DAYS))
    assert element(limit).silence_consents
    assert element(limit).limit is None
    assert element(boundary("x", "t", timer("P10D"))).timer == TimerRule(duration="P10D")
    moment = "<bpmn:timerEventDefinition><bpmn:timeDate>=dossier.due_at</bpmn:timeDate></bpmn:timerEventDefinition>"
    assert element(boundary("x", "t", moment)).timer == TimerRule(moment="=dossier.due_at")


def test_boundary_events_know_their_host_and_whether_they_interrupt() -> None:
    one = element(boundary("x", "t", message()))
    assert (one.attached_to, one.interrupting, one.message) == ("t", True, "withdrawal")
    assert not element(boundary("x", "t", timer(), cancelActivity="false")).interrupting
    assert element(boundary("x", "t", ERROR)).error_code == "bad"
    everything = element(boundary("x", "t", "<bpmn:errorEventDefinition/>"))
    assert (everything.error_code, everything.message, everything.timer) == ("", "", None)


def test_ends_end_err_or_terminate() -> None:
    end = element(node("endEvent", "x", '<motcua:outcome key="refused"/>'))
    assert (end.outcome, end.error_code, end.terminates) == ("refused", "", False)
    assert element(node("endEvent", "x", inside=ERROR)).error_code == "bad"
    assert element(node("endEvent", "x", inside="<bpmn:terminateEventDefinition/>")).terminates


def test_flows_carry_conditions_names_and_the_gateway_its_default() -> None:
    body = (
        node("exclusiveGateway", "g", default="f2") + flow("g", "a", '= x.y = "z"', "f1") + flow("g", "b", flow_id="f2")
    )
    (main,) = read_process(process(body), "p")
    first = main.flows[0]
    assert (first.id, first.source, first.target, first.condition) == ("f1", "g", "a", 'x.y = "z"')
    assert main.elements["g"].default_flow == "f2"


# ---- lanes -------------------------------------------------------------------------------------------------


def lane(name: str, role: str, *refs: str, inner: str = "", unit: str = "", basis: str = "") -> str:
    said = f'<motcua:role key="{role}"{f" unit={unit!r}" if unit else ""}/>' if role else ""
    law = f'<motcua:legalBasis document="{basis}"/>' if basis else ""
    shown = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in refs)
    return (
        f'<bpmn:lane id="{name}"><bpmn:extensionElements>{said}{law}</bpmn:extensionElements>{shown}{inner}</bpmn:lane>'
    )


def lane_set(*inside: str, tag: str = "laneSet", name: str = "ls") -> str:
    return f'<bpmn:{tag} id="{name}">{"".join(inside)}</bpmn:{tag}>'


def test_the_innermost_lane_says_who_and_the_outer_one_fills_in_where() -> None:
    inner = lane("l2", "division_head", "x", basis="Luật")
    outer = lane(
        "l1",
        "case_officer",
        "y",
        inner=lane_set(inner, tag="childLaneSet", name="cl"),
        unit="competent",
        basis="Nghị định",
    )
    read_all = elements(lane_set(outer) + task("x") + task("y") + task("z"))
    x, y, z = (read_all[name] for name in "xyz")
    assert (x.role, x.unit, x.legal_bases) == (Role.DIVISION_HEAD, "competent", (LegalBasis("Luật"),))
    assert (y.role, y.unit, y.legal_bases) == (Role.CASE_OFFICER, "competent", (LegalBasis("Nghị định"),))
    assert (z.role, z.unit, z.legal_bases) == (None, "", ())


def test_elements_of_a_subprocess_stand_in_its_lane_unless_it_has_lanes_of_its_own() -> None:
    inner = lane_set(lane("l2", "records_clerk", "own", unit="receiving"), name="ls2")
    sub = node("subProcess", "sub", inside=inner + task("own") + task("inherits"))
    read_all = elements(lane_set(lane("l1", "agency_leader", "sub", unit="competent")) + sub)
    assert (read_all["inherits"].role, read_all["inherits"].unit) == (Role.AGENCY_LEADER, "competent")
    assert (read_all["own"].role, read_all["own"].unit) == (Role.RECORDS_CLERK, "receiving")


def test_a_step_s_own_legal_basis_goes_before_its_lane_s() -> None:
    own = task("x", '<motcua:legalBasis document="Luật"/>')
    read_all = elements(lane_set(lane("l1", "case_officer", "x", basis="Nghị định")) + own)
    assert read_all["x"].legal_bases == (LegalBasis("Luật"),)


# ---- what cannot be run is left out --------------------------------------------------------------------------


def test_refused_elements_are_left_out_and_the_rest_is_read() -> None:
    reading = read(
        process(node("manualTask", "m") + task("x") + node("subProcess", "es", triggeredByEvent="true")), "p"
    )
    assert set(reading.processes[0].elements) == {"x"}
    assert not reading.sound


def test_the_engine_sees_nothing_that_is_only_drawn() -> None:
    picture = '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="dr" dataObjectRef="d"/><bpmn:group id="g"/>'
    arrow = '<bpmn:dataInputAssociation id="da"><bpmn:sourceRef>dr</bpmn:sourceRef></bpmn:dataInputAssociation>'
    source = process(
        picture + task("x", inside=arrow) + subprocess("s", picture.replace('"d', '"e').replace('"g"', '"h"'))
    )
    shapes = b'<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"><di:BPMNPlane/></di:BPMNDiagram>'
    pool = b'<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="demo"/></bpmn:collaboration><bpmn:error'
    whole = source.replace(b"<bpmn:error", pool, 1).replace(b"</bpmn:definitions>", shapes + b"</bpmn:definitions>")
    left = {etree.QName(one).localname for one in spiff_root(whole).iter()}
    assert {"process", "userTask", "subProcess"} <= left
    assert not left & {
        "dataObject",
        "dataObjectReference",
        "group",
        "dataInputAssociation",
        "collaboration",
        "BPMNDiagram",
    }


def test_a_whole_diagram_is_sound() -> None:
    reading = read(process(work()), "process.bpmn")
    assert reading.findings == ()
    assert reading.sound
