"""Ids, pools and references of a BPMN document: what is missing, said twice, or points to nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from engine.model import Element, ElementKind, Finding, Flow
from engine.runtime.hardened import line_of
from engine.runtime.profile import BPMN, name_of
from engine.runtime.rules import rule

_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,119}")
_ENGINES_OWN: Final = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})

NOT_EXECUTABLE = rule(
    "not-executable",
    ('Quy trình thiếu isExecutable="true".', 'The process does not say isExecutable="true".'),
    ('Đặt isExecutable="true".', 'Say isExecutable="true".'),
)
NO_PROCESS = rule(
    "no-process",
    ("Tệp không có process.", "The file holds no process."),
    ("Vẽ một process.", "Draw one process."),
)
SEVERAL_PROCESSES = rule(
    "several-processes",
    ("Tệp có {count} process.", "The file holds {count} processes."),
    (
        "Mỗi tệp một process; quy trình dùng chung để ở bpmn/shared.",
        "One process a file; shared ones go to bpmn/shared.",
    ),
)
SEVERAL_POOLS = rule(
    "several-pools",
    ("Sơ đồ có {count} pool.", "The diagram has {count} pools."),
    ("Giữ một pool; mỗi bên là một lane.", "Keep one pool; each party is a lane."),
)
POOL_REF = rule(
    "pool-without-process",
    ("Pool không trỏ tới process của tệp.", "The pool does not refer to the file's process."),
    ("Đặt processRef là id của process.", "Set processRef to the id of the process."),
)
DUPLICATE_ID = rule(
    "duplicate-id",
    ("Id này có {count} phần tử.", "{count} elements have this id."),
    ("Mỗi phần tử một id.", "Give each element an id of its own."),
)
BAD_ID = rule(
    "bad-id",
    ("Id “{found}” không dùng được.", 'The id "{found}" cannot be used.'),
    (
        "Dùng chữ cái, số, _ và -, bắt đầu bằng chữ; không dùng Start, End, Root, StartEventSplit, StartEventJoin.",
        "Use letters, digits, _ and -, a letter first; not Start, End, Root, StartEventSplit or StartEventJoin.",
    ),
)
MISSING_ID = rule(
    "missing-id",
    ("<{found}> không có id.", "<{found}> has no id."),
    ("Đặt id.", "Give it an id."),
)
LANE_REF = rule(
    "lane-unknown-ref",
    ("Lane chứa “{found}”, không có phần tử nào như vậy.", 'The lane holds "{found}"; there is no such element.'),
    ("Xóa flowNodeRef này.", "Delete that flowNodeRef."),
)
LANE_TWICE = rule(
    "lane-twice",
    ("Phần tử nằm trong hai lane.", "The element is in two lanes."),
    ("Giữ phần tử trong một lane.", "Keep it in one lane."),
)
FLOW_REF = rule(
    "flow-unknown-ref",
    (
        "Luồng nối tới “{found}”, không có phần tử nào như vậy.",
        'The flow refers to "{found}"; there is no such element.',
    ),
    ("Nối lại luồng.", "Connect the flow again."),
)
FLOW_CROSSES = rule(
    "flow-crosses-subprocess",
    ("Luồng đi xuyên qua biên của subProcess.", "The flow crosses the border of a subProcess."),
    ("Kết thúc bên trong rồi nối tiếp từ subProcess.", "End inside and go on from the subProcess."),
)
BOUNDARY_HOST = rule(
    "boundary-host",
    (
        "Sự kiện biên phải gắn trên userTask, subProcess hoặc callActivity; gặp “{found}”.",
        'A boundary event belongs on a userTask, subProcess or callActivity; found "{found}".',
    ),
    (
        "Gắn lại; bước tự động xong ngay nên không thể bị ngắt.",
        "Attach it again; an automatic step is over at once and cannot be interrupted.",
    ),
)
ERROR_BOUNDARY = rule(
    "error-boundary-on-task",
    (
        "Sự kiện biên error chỉ bắt được lỗi của subProcess hoặc callActivity.",
        "An error boundary event catches only errors thrown inside a subProcess or callActivity.",
    ),
    ("Kiểm tra kết quả của bước bằng exclusiveGateway.", "Test the step's result at an exclusiveGateway."),
)


def id_findings(root: etree._Element, ids: Mapping[str, int], path: str) -> Iterator[Finding]:
    """Ids that are missing, used twice, or mean something to the engine."""
    told: set[str] = set()
    for element in root.iter(f"{{{BPMN}}}*"):
        element_id, name = element.get("id"), name_of(element)
        place = (path, line_of(element), element_id or "")
        if element_id is None:
            if name in {"process", "sequenceFlow", "message", "error", "lane"} or name in set(ElementKind):
                yield MISSING_ID.at(*place, found=name)
            continue
        if ids[element_id] > 1 and element_id not in told:
            told.add(element_id)
            yield DUPLICATE_ID.at(*place, count=ids[element_id])
        if not _ID.fullmatch(element_id) or element_id in _ENGINES_OWN:
            yield BAD_ID.at(*place, found=element_id)


def pool_findings(root: etree._Element, path: str) -> Iterator[Finding]:
    """One process a file, and at most one pool, which shows it."""
    processes = root.findall(f"{{{BPMN}}}process")
    if not processes:
        yield NO_PROCESS.at(path, line_of(root))
    if len(processes) > 1:
        yield SEVERAL_PROCESSES.at(path, line_of(processes[1]), processes[1].get("id", ""), count=len(processes))
    pools = root.findall(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant")
    if len(pools) > 1:
        yield SEVERAL_POOLS.at(path, line_of(pools[1]), pools[1].get("id", ""), count=len(pools))
    for pool in pools[:1]:
        if pool.get("processRef") not in {process.get("id") for process in processes}:
            yield POOL_REF.at(path, line_of(pool), pool.get("id", ""))


def reference_findings(
    elements: Mapping[str, Element], flows: Sequence[Flow], ids: Mapping[str, int], path: str
) -> Iterator[Finding]:
    """Flows and boundary events that refer to nothing, to the wrong kind, or across a border."""
    for flow in flows:
        for end in (flow.source, flow.target):
            if end not in ids:
                yield FLOW_REF.at(path, flow.line, flow.id, found=end)
        source, target = elements.get(flow.source), elements.get(flow.target)
        if source and target and source.process_id != target.process_id:
            yield FLOW_CROSSES.at(path, flow.line, flow.id)
    for element in elements.values():
        if element.kind is ElementKind.BOUNDARY and element.attached_to:
            yield from _boundary_findings(element, elements, ids, path)


def _boundary_findings(
    element: Element, elements: Mapping[str, Element], ids: Mapping[str, int], path: str
) -> Iterator[Finding]:
    host = elements.get(element.attached_to)
    place = (path, element.line, element.id)
    interruptible = {ElementKind.USER_TASK, ElementKind.SUBPROCESS, ElementKind.CALL}
    if host is None and element.attached_to in ids:
        return  # attached to what the profile refuses, which has been said
    if host is None or host.kind not in interruptible or host.process_id != element.process_id:
        yield BOUNDARY_HOST.at(*place, found=host.kind if host else element.attached_to)
    elif not (element.timer or element.message) and host.kind is ElementKind.USER_TASK:
        yield ERROR_BOUNDARY.at(*place)
