"""What must agree between the diagrams of a bundle: ids, calls, errors thrown and caught, names of processes."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from engine.feel import nearest_name
from engine.model import Element, ElementKind, Finding
from engine.runtime.bundle import MAIN
from engine.runtime.rules import rule
from engine.runtime.subject import MAX_ELEMENTS, MAX_NESTING, Subject

NO_MAIN = rule(
    "main-process-missing",
    ("Bộ thủ tục không có process.bpmn.", "The bundle has no process.bpmn."),
    ("Vẽ quy trình chính vào process.bpmn.", "Draw the main process in process.bpmn."),
)
PROCESS_ID = rule(
    "process-id",
    ("Process có id “{found}”, cần “{wanted}”.", 'The process has the id "{found}"; it must be "{wanted}".'),
    (
        "Đặt id theo khóa thủ tục, hoặc theo tên tệp trong shared.",
        "Name it after the procedure, or after its file in shared.",
    ),
)
SAME_ID = rule(
    "id-in-two-diagrams",
    ("Id này cũng có trong {other}.", "This id also stands in {other}."),
    ("Đổi id: lịch sử hồ sơ gọi mỗi bước bằng một id.", "Change it: a dossier's history calls each step by one id."),
)
CALLED_MISSING = rule(
    "called-process-missing",
    ("Không có quy trình dùng chung “{found}”.", 'There is no shared process "{found}".'),
    ("Tạo bpmn/shared/{found}.bpmn{near}.", "Make bpmn/shared/{found}.bpmn{near}."),
)
CALL_CYCLE = rule(
    "call-cycle",
    ("Các quy trình gọi vòng: {names}.", "The processes call each other in a circle: {names}."),
    ("Bỏ một callActivity trong vòng.", "Remove one callActivity of the circle."),
)
TOO_LARGE = rule(
    "too-many-elements",
    ("Các sơ đồ có hơn {limit} phần tử và luồng.", "The diagrams hold more than {limit} elements and flows."),
    ("Chia thành nhiều thủ tục.", "Divide it into several procedures."),
)
TOO_NESTED = rule(
    "too-nested",
    (
        "subProcess và callActivity lồng nhau {count} lớp; giới hạn {limit}.",
        "subProcesses and callActivities nest {count} deep; the limit is {limit}.",
    ),
    ("Bớt một số lớp.", "Take some levels out."),
)
UNCAUGHT = rule(
    "uncaught-error",
    ("Lỗi “{found}” ném ra ở đây không được bắt ở đâu.", 'Nothing catches the error "{found}" that is thrown here.'),
    (
        "Đặt sự kiện biên error cùng mã trên subProcess hoặc callActivity bao quanh.",
        "Put an error boundary event with its code on the subProcess or callActivity around it.",
    ),
)
NEVER_THROWN = rule(
    "error-never-thrown",
    ("Bên trong không có endEvent nào ném lỗi “{found}”.", 'No end event inside throws the error "{found}".'),
    ("Xóa sự kiện biên, hoặc sửa mã lỗi.", "Delete the boundary event, or correct the code."),
)


def findings(subject: Subject) -> Iterator[Finding]:
    """What does not agree between the diagrams."""
    if MAIN not in subject.bundle.files:
        yield NO_MAIN.at(MAIN)
    if subject.too_large:
        yield TOO_LARGE.at(MAIN, limit=MAX_ELEMENTS)
        return
    yield from _names(subject)
    yield from _calls(subject)
    if subject.sound:
        yield from _errors(subject)


def _names(subject: Subject) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for process in subject.drawn:
        wanted = (subject.facts.key if subject.facts else process.id) if process.path == MAIN else ""
        wanted = wanted or PurePosixPath(process.path).stem
        if process.id != wanted:
            yield PROCESS_ID.at(process.path, process.line, process.id, found=process.id, wanted=wanted)
        for key, line in ((process.id, process.line), *((e.id, e.line) for e in process.elements.values())):
            if seen.setdefault(key, process.path) != process.path:
                yield SAME_ID.at(process.path, line, key, other=seen[key])


def _calls(subject: Subject) -> Iterator[Finding]:
    shared = {process.id for process in subject.processes.values() if process.path != MAIN}
    for element in subject.of_kind(ElementKind.CALL):
        if element.called and element.called not in shared:
            near = nearest_name(element.called, shared)
            place = subject.place(element)
            yield CALLED_MISSING.at(*place, found=element.called, near=f" ({near}?)" if near else "")
    for knot in subject.call_cycles:
        process = next(one for one in subject.all_processes if one.id in knot)
        yield CALL_CYCLE.at(process.path, process.line, process.id, names=" → ".join(sorted(knot)))
    if subject.nesting > MAX_NESTING:
        yield TOO_NESTED.at(MAIN, count=subject.nesting, limit=MAX_NESTING)


def _errors(subject: Subject) -> Iterator[Finding]:
    escaping = Escaping(subject)
    for process in subject.processes.values():
        callers = [element for element in subject.of_kind(ElementKind.CALL) if element.called == process.id]
        for code, end in escaping.of(process.id).items():
            if process.path == MAIN or not callers:
                yield UNCAUGHT.at(*subject.place(end), found=code)
    for event in subject.of_kind(ElementKind.BOUNDARY):
        host = subject.elements.get(event.attached_to)
        if host is None or event.timer or event.message:
            continue
        thrown = escaping.of(host.called or host.id)
        if not thrown or (event.error_code and event.error_code not in thrown):
            yield NEVER_THROWN.at(*subject.place(event), found=event.error_code or "*")


class Escaping:
    """The errors that leave a process or subprocess, each with one end event that throws it."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._known: dict[str, Mapping[str, Element]] = {}

    def of(self, scope_id: str) -> Mapping[str, Element]:
        """By error code. Processes that call each other in a circle are refused elsewhere."""
        if scope_id not in self._known:
            self._known[scope_id] = {}
            self._known[scope_id] = dict(self._thrown(scope_id))
        return self._known[scope_id]

    def _thrown(self, scope_id: str) -> Iterator[tuple[str, Element]]:
        inside = [element for element in self.subject.elements.values() if element.process_id == scope_id]
        for element in inside:
            if element.kind is ElementKind.END and element.error_code:
                yield element.error_code, element
            elif element.kind in {ElementKind.SUBPROCESS, ElementKind.CALL}:
                caught = {event.error_code for event in inside if event.attached_to == element.id and _is_error(event)}
                thrown = self.of(element.called or element.id)
                yield from ((code, end) for code, end in thrown.items() if not caught & {code, ""})


def _is_error(event: Element) -> bool:
    return event.kind is ElementKind.BOUNDARY and not event.timer and not event.message
