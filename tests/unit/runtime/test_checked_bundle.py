"""What the diagrams of a bundle name must be there, and agree: forms, tables, services, units, processes, ids."""

import json
from itertools import pairwise

import pytest
from small_bundles import FORM, TOML, bundle, chain, codes, flow, node, process, subprocess, task, work

from engine.model import Finding
from engine.runtime.bundle import Bundle
from engine.runtime.lint import findings
from engine.runtime.subject import MAX_NESTING

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<inputData id="in" name="{given}"><variable id="inv" name="{given}"/></inputData>
<decision id="rate" name="Mức phí"><variable id="v" name="Mức phí"/>
<informationRequirement id="ir"><requiredInput href="#in"/></informationRequirement>
<literalExpression id="le"><text>{text}</text></literalExpression></decision></definitions>"""


def table(given: str = "review", text: str = "if review.verdict = null then 0 else 1") -> dict[str, bytes]:
    return {"rate.dmn": TABLE.format(given=given, text=text).encode()}


def deciding(name: str = "Mức phí", file: str = "rate.dmn") -> bytes:
    said = f'<motcua:decision file="{file}" name="{name}"/>'
    return process(work(node("businessRuleTask", "rate_it", said, '<motcua:result name="fee"/>'), ("rate_it",)))


def only(checked: Bundle, services: frozenset[str] | None = None) -> Finding:
    (found,) = findings(checked, services)
    return found


def test_a_form_that_is_not_there_is_told_its_neighbour() -> None:
    source = process(work(task("ask", form="revieew"), ("ask",), ("ask",)))
    assert only(bundle(source)).code == "form-missing"
    assert "(review?)" in only(bundle(source)).fix


def test_the_first_form_must_be_there() -> None:
    small = bundle()
    files = {path: content for path, content in small.files.items() if "application" not in path}
    assert codes(Bundle(files)) == {"form-missing"}


def test_a_user_task_shows_a_form() -> None:
    assert codes(bundle(process(work(node("userTask", "ask"), ("ask",), ("ask",))))) == {"user-task-without-form"}


def test_a_form_that_nobody_shows_is_mentioned() -> None:
    found = only(bundle(forms={"spare": FORM.format(key="spare")}))
    assert (found.code, found.error, found.path) == ("form-unused", False, "forms/spare.form.json")


def test_a_faulty_form_is_found_with_its_place() -> None:
    faulty = json.loads(FORM.format(key="review"))
    faulty["components"][1]["type"] = "telepathy"
    found = [one for one in findings(bundle(forms={"review": json.dumps(faulty)})) if one.code == "form-fault"]
    assert found
    assert found[0].path == "forms/review.form.json"
    assert "/components/1" in found[0].message


def test_what_a_form_should_have_better_is_a_warning() -> None:
    lacking = FORM.format(key="review").replace('"label:en": "Name"', "")
    found = findings(bundle(forms={"review": lacking}))
    assert [(one.code, one.error) for one in found] == [("form-warning", False)]


def test_a_decision_table_is_read_and_its_inputs_are_names() -> None:
    assert findings(bundle(deciding(), files=table())) == ()
    assert only(bundle(deciding(), files=table("revue", "revue.verdict"))).code == "decision-input-unknown"
    assert only(bundle(deciding(), files=table("fee", "fee + 1"))).code == "decision-input-unknown"


def test_a_decision_that_is_not_there_is_found() -> None:
    assert codes(bundle(deciding(file="rates.dmn"), files=table())) == {"decision-missing", "decision-unused"}
    unknown = only(bundle(deciding("Mức thu"), files=table()))
    assert unknown.code == "decision-unknown"
    assert "Mức phí" in unknown.fix


def test_a_faulty_decision_file_is_found() -> None:
    for source in (b"<x/>", b"not XML", table(text="1 +")["rate.dmn"]):
        found = [one for one in findings(bundle(deciding(), files={"rate.dmn": source})) if one.error]
        assert {(one.code, one.path) for one in found} == {("decision-fault", "rate.dmn")}


def test_a_gap_in_a_decision_table_is_mentioned() -> None:
    rows = (
        '<decisionTable id="dt" hitPolicy="UNIQUE"><input id="i"><inputExpression id="ie" typeRef="number">'
        '<text>review.verdict</text></inputExpression></input><output id="o"/>'
        '<rule id="r1"><inputEntry id="e1"><text>&lt; 5</text></inputEntry>'
        '<outputEntry id="x1"><text>1</text></outputEntry></rule>'
        "</decisionTable>"
    )
    literal = '<literalExpression id="le"><text>{text}</text></literalExpression>'
    source = TABLE.replace(literal, rows).format(given="review")
    found = findings(bundle(deciding(), files={"rate.dmn": source.encode()}))
    assert {(one.code, one.error, one.path) for one in found} == {("decision-warning", False, "rate.dmn")}


def test_a_decision_file_that_nobody_asks_is_mentioned() -> None:
    assert only(bundle(files=table())).code == "decision-unused"


def test_a_service_must_be_registered_where_the_names_are_known() -> None:
    service = bundle(process(work(node("serviceTask", "send", '<motcua:service name="send_leter"/>'), ("send",))))
    assert findings(service) == ()
    assert findings(service, frozenset({"send_leter"})) == ()
    found = only(service, frozenset({"send_letter"}))
    assert (found.code, found.element_id) == ("service-unknown", "send")
    assert "(send_letter?)" in found.fix
    assert codes(service, frozenset()) == {"service-unknown"}


@pytest.mark.parametrize(
    ("unit", "code"), [("planning", None), ("support", None), ("receiving", None), ("planing", "unit-unknown")]
)
def test_a_lane_sits_in_a_unit_that_procedure_toml_knows(unit: str, code: str | None) -> None:
    source = process(work()).replace(b'unit="competent"', f'unit="{unit}"'.encode())
    toml = TOML.replace("[units]", '[units]\nplanning = "TD-QHXD"')
    assert codes(bundle(source, toml=toml)) == ({code} if code else set())


@pytest.mark.parametrize("key", ["dossier", "people", "if", "null", "for"])
def test_a_data_key_must_be_a_name_of_feel(key: str) -> None:
    ask = node("userTask", "ask", f'<motcua:form key="review" as="{key}"/>')
    assert "data-key-reserved" in codes(bundle(process(work(ask, ("ask",), ("ask",)))))


# ---- processes -----------------------------------------------------------------------------------------------


def test_the_main_process_is_called_like_the_procedure() -> None:
    found = only(bundle(process(work()), toml=TOML.replace('key = "demo"', 'key = "demonstration"')))
    assert (found.code, found.element_id) == ("process-id", "demo")


def test_a_bundle_has_a_main_process() -> None:
    small = bundle()
    assert "main-process-missing" in codes(Bundle({p: c for p, c in small.files.items() if p != "process.bpmn"}))


def shared(name: str, *called: str, process_id: str = "", suffix: str = "") -> dict[str, bytes]:
    """A shared process that calls others one after another."""
    calls = "".join(node("callActivity", f"{name}_{one}{suffix}", calledElement=one) for one in called)
    way = chain(f"{name}_s", *(f"{name}_{one}{suffix}" for one in called), f"{name}_e")
    body = node("startEvent", f"{name}_s") + calls + node("endEvent", f"{name}_e") + way
    return {f"shared/{name}.bpmn": process(body, process_id or name)}


def calling(name: str) -> bytes:
    return process(work(node("callActivity", "call", calledElement=name), ("call",)))


def test_a_called_process_is_there_under_its_file_s_name() -> None:
    assert findings(bundle(calling("consult"), files=shared("consult"))) == ()
    missing = only(bundle(calling("consult")))
    assert missing.code == "called-process-missing"
    near = findings(bundle(calling("consul"), files=shared("consult")))
    assert "(consult?)" in next(one.fix for one in near if one.code == "called-process-missing")
    renamed = bundle(calling("consult"), files=shared("consult", process_id="consultation"))
    assert "process-id" in codes(renamed)


def test_the_main_process_is_not_called() -> None:
    assert "called-process-missing" in codes(bundle(calling("demo")))


def test_processes_do_not_call_each_other_in_a_circle() -> None:
    files = shared("one", "two") | shared("two", "one")
    assert codes(bundle(calling("one"), files=files)) == {"call-cycle"}
    assert "call-cycle" in codes(bundle(calling("one"), files=shared("one", "one")))


def test_calls_nest_only_so_deep() -> None:
    names = [f"p{n}" for n in range(MAX_NESTING + 5)]
    files = {p: c for name, inner in pairwise(names) for p, c in shared(name, inner).items()}
    found = codes(bundle(calling("p0"), files={**files, **shared(names[-1])}))
    assert "too-nested" in found


def test_hundreds_of_processes_in_a_row_break_nothing() -> None:
    names = [f"p{n}" for n in range(450)]
    files = {p: c for name, inner in pairwise(names) for p, c in shared(name, inner).items()}
    assert codes(bundle(calling("p0"), files={**files, **shared(names[-1])})) == {"too-many-elements"}


def test_an_id_stands_in_one_diagram_only() -> None:
    files = {"shared/consult.bpmn": shared("consult")["shared/consult.bpmn"].replace(b'"consult_s"', b'"filed"')}
    found = only(bundle(calling("consult"), files=files))
    assert (found.code, found.path, found.element_id) == ("id-in-two-diagrams", "shared/consult.bpmn", "filed")
    inner = subprocess("consult", node("startEvent", "cs") + node("endEvent", "ce") + chain("cs", "ce"))
    both = bundle(process(work(inner, ("consult",))), files=shared("consult"))
    assert "id-in-two-diagrams" in codes(both)


def test_findings_come_in_the_order_of_the_files() -> None:
    broken = process(work(node("manualTask", "m") + node("task", "t"), ("m", "t")))
    found = findings(bundle(broken, toml=TOML.replace("en =", "eng =")))
    assert [(one.path, one.line) for one in found] == sorted((one.path, one.line) for one in found)
    assert len(found) == len(set(found))


def test_a_broken_diagram_says_nothing_that_follows_from_its_break_alone() -> None:
    broken = process(work(node("manualTask", "m"), ("m",)))
    assert codes(bundle(broken)) == {"manual-task"}
    gateway = node("complexGateway", "g") + flow("g", "settle")
    assert codes(bundle(process(work(gateway, ("g",)).replace(flow("g", "settle"), "", 1)))) == {"complex-gateway"}
