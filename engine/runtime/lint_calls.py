"""Calls of shared processes: each under a name of its own, and saying only what the called process can take."""

from collections.abc import Iterator

from engine.model import Element, ElementKind, Finding, Process
from engine.runtime import calls
from engine.runtime.rules import rule
from engine.runtime.subject import Subject

CALLED_TWICE = rule(
    "called-twice-without-scope",
    (
        "“{found}” được gọi nhiều lần dưới cùng một tên: câu trả lời của lần sau đè lần trước.",
        '"{found}" is called several times under one name: the answers of one call would replace the other\'s.',
    ),
    (
        'Đặt motcua:scope name="…" khác nhau trên mỗi callActivity.',
        'Put a motcua:scope name="…" of its own on each callActivity.',
    ),
)
SCOPE_NEEDED = rule(
    "call-without-scope",
    (
        "motcua:{what} chỉ có tác dụng khi callActivity có motcua:scope.",
        "motcua:{what} takes effect only where the callActivity has a motcua:scope.",
    ),
    ("Thêm motcua:scope.", "Add a motcua:scope."),
)
PLACE_UNKNOWN = rule(
    "place-unknown",
    (
        "Không làn nào của “{called}” thuộc đơn vị “{found}”.",
        'No lane of "{called}" sits in the unit "{found}".',
    ),
    ("Sửa tên; quy trình được gọi có: {there}.", "Correct the name; the called process has: {there}."),
)


def findings(subject: Subject) -> Iterator[Finding]:
    """What is wrong with the calls."""
    known = {process.id: process for process in subject.drawn}
    for process in subject.drawn:
        for call in process.elements.values():
            if call.kind is ElementKind.CALL and call.called in known:
                yield from _call(process.path, call, known[call.called])
    if not subject.call_cycles:
        for call in calls.repeated(subject.processes.values()):
            yield CALLED_TWICE.at(*subject.place(call), found=call.called.rpartition(".")[2])


def _call(path: str, call: Element, called: Process) -> Iterator[Finding]:
    place = (path, call.line, call.id)
    said = call.call
    if said is None:
        return
    if not said.scope:
        for what, there in (("place", said.places), ("given", said.given), ("limit", call.limit)):
            if there:
                yield SCOPE_NEEDED.at(*place, what=what)
    units = {element.unit for element in called.elements.values() if element.unit}
    for name, _unit in said.places:
        if name not in units and not _passes_on(called, name):
            yield PLACE_UNKNOWN.at(*place, called=called.id, found=name, there=", ".join(sorted(units)) or "–")


def _passes_on(called: Process, name: str) -> bool:
    """Whether the called process hands the unit to a process that it calls itself."""
    inner = (element.call for element in called.elements.values() if element.call)
    return any(unit == name for call in inner for _, unit in call.places)
