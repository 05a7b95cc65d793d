"""A procedure that is as small as a sound one can be, and short words for drawing diagrams in tests."""

from collections.abc import Mapping
from itertools import pairwise
from xml.sax.saxutils import escape

from engine.model import Finding
from engine.runtime.bundle import Bundle
from engine.runtime.lint import findings

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:motcua="urn:motcua:bpmn:1"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions" targetNamespace="urn:test">
<bpmn:message id="m_withdrawal" name="withdrawal"/>
<bpmn:message id="m_stop" name="stop"/>
<bpmn:message id="m_other" name="parcel"/>
<bpmn:error id="e_bad" name="Bad" errorCode="bad"/>
"""
TOML = """
key = "demo"
national_code = "1.000001"
valid_from = 2026-01-01
start_form = "application"
[title]
vi = "Thủ tục thử"
en = "A procedure for tests"
[field]
vi = "Thử"
en = "Tests"
[applicant]
name = "application.applicant_name"
[units]
competent = "TD-UBND"
receiving = "TD-TTHCC"
[[term]]
name = "base"
amount = 10
unit = "working-days"
legal_basis = { document = "Luật thử", article = "Điều 1", checked = 2026-01-01 }
"""
LANE = """<bpmn:laneSet id="lanes{of}"><bpmn:lane id="officers{of}" name="Chuyên viên"><bpmn:extensionElements>
<motcua:role key="case_officer" unit="competent"/><motcua:legalBasis document="Luật thử" article="Điều 2"/>
</bpmn:extensionElements>{refs}</bpmn:lane></bpmn:laneSet>
"""
FORM = """{{"id": "{key}", "type": "default", "schemaVersion": 18, "components": [
{{"id": "{key}_title", "type": "text", "text": "# {key}", "properties": {{"text:en": "# {key}"}}}},
{{"id": "{key}_name", "key": "applicant_name", "type": "textfield",
  "label": "Tên", "properties": {{"label:en": "Name"}}}},
{{"id": "{key}_verdict", "key": "verdict", "type": "textfield",
  "label": "Kết quả", "properties": {{"label:en": "Verdict"}}}}
]}}"""
SHOWN = '<motcua:form key="{form}"/>'


def flow(source: str, target: str, condition: str = "", flow_id: str = "") -> str:
    """A sequence flow; its id is `source__target`."""
    inside = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    name = flow_id or f"{source}__{target}"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>\n'


def chain(*ids: str) -> str:
    """Flows from each element to the next."""
    return "".join(flow(source, target) for source, target in pairwise(ids))


def node(tag: str, node_id: str, *extensions: str, inside: str = "", **attributes: str) -> str:
    """An element on a line of its own."""
    shown = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    extended = f"<bpmn:extensionElements>{''.join(extensions)}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{tag} id="{node_id}"{shown}>{extended}{inside}</bpmn:{tag}>\n'


def task(task_id: str, *extensions: str, form: str = "review", inside: str = "") -> str:
    """A user task with a form."""
    return node("userTask", task_id, SHOWN.format(form=form), *extensions, inside=inside)


def subprocess(sub_id: str, body: str, *extensions: str, lane_for: tuple[str, ...] = ()) -> str:
    """An embedded subprocess, with a lane for some of its elements."""
    return node("subProcess", sub_id, *extensions, inside="\n" + lanes(lane_for, sub_id) + body)


def lanes(ids: tuple[str, ...], of: str = "") -> str:
    """One lane of case officers that holds these elements; nothing when there are none."""
    refs = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in ids)
    return LANE.format(refs=refs, of=f"_{of}" if of else "") if ids else ""


def boundary(event_id: str, host: str, definition: str, *extensions: str, **attributes: str) -> str:
    """A boundary event."""
    return node("boundaryEvent", event_id, *extensions, inside=definition, attachedToRef=host, **attributes)


def timer(duration: str = "P1D") -> str:
    """A timer definition with a duration."""
    said = f"<bpmn:timeDuration>{escape(duration)}</bpmn:timeDuration>"
    return f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>"


def message(name: str = "withdrawal") -> str:
    """A message definition."""
    return f'<bpmn:messageEventDefinition messageRef="m_{name}"/>'


ERROR = '<bpmn:errorEventDefinition errorRef="e_bad"/>'


def process(body: str, process_id: str = "demo", lane_for: tuple[str, ...] = ()) -> bytes:
    """A file with one process."""
    inside = lanes(lane_for, "" if process_id == "demo" else process_id) + body
    whole = (
        f'{HEAD}<bpmn:process id="{process_id}" isExecutable="true">\n{inside}</bpmn:process>\n</bpmn:definitions>\n'
    )
    return whole.encode()


def outcome(key: str, effect: str = "") -> tuple[str, ...]:
    """The extensions of an end event."""
    clock = f'<motcua:clock effect="{effect}" ground="Luật"/>' if effect else ""
    return (f'<motcua:outcome key="{key}"/>', clock)


WITHDRAWAL = (
    boundary("withdrawn", "work", message())
    + node("endEvent", "ended_withdrawn", *outcome("withdrawn", "stop"))
    + chain("withdrawn", "ended_withdrawn")
)
RECEIVE = task("receive", '<motcua:clock effect="accept"/>', form="review")
DECIDE = task("settle", '<motcua:clock effect="decide"/>', form="review")
ENDS = (
    node("exclusiveGateway", "which", default="which__refused")
    + node("endEvent", "granted", *outcome("granted"))
    + node("endEvent", "refused", *outcome("refused"))
    + flow("which", "granted", 'review.verdict = "yes"')
    + flow("which", "refused")
)


def work(middle: str = "", way: tuple[str, ...] = (), inner_lane: tuple[str, ...] = ()) -> str:
    """The main process's body; `middle` and the `way` through it stand between reception and decision."""
    inner = (
        node("startEvent", "opened")
        + RECEIVE
        + middle
        + DECIDE
        + node("endEvent", "closed")
        + chain("opened", "receive", *way, "settle", "closed")
    )
    return (
        node("startEvent", "filed")
        + subprocess("work", inner, lane_for=("receive", "settle", *inner_lane))
        + WITHDRAWAL
        + chain("filed", "work", "which")
        + ENDS
    )


def bundle(
    main: bytes | None = None,
    *,
    toml: str = TOML,
    forms: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Bundle:
    """The small sound bundle, with parts of it replaced."""
    shown = {"application": FORM.format(key="application"), "review": FORM.format(key="review"), **(forms or {})}
    return Bundle(
        {
            "procedure.toml": toml.encode(),
            "process.bpmn": main if main is not None else process(work()),
            **{f"forms/{key}.form.json": text.encode() for key, text in shown.items()},
            **(files or {}),
        }
    )


def codes(found: Bundle | tuple[Finding, ...], services: frozenset[str] | None = None) -> set[str]:
    """The codes of the findings."""
    return {one.code for one in (findings(found, services) if isinstance(found, Bundle) else found)}


def line_where(source: bytes, text: str) -> int:
    """The line of a file in which a text stands first."""
    return source.decode()[: source.decode().index(text)].count("\n") + 1
