"""Parts of BPMN elements that the parser reads: texts, event definitions, what an element must have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.model import Finding, TimerRule
from engine.runtime.extensions import Extensions
from engine.runtime.hardened import line_of
from engine.runtime.profile import BPMN, name_of
from engine.runtime.refused import CONSTRUCTS
from engine.runtime.rules import rule

ERROR_NOT_INTERRUPTING = rule(
    "error-boundary-not-interrupting",
    ("Sự kiện biên error luôn ngắt.", "An error boundary event always interrupts."),
    ('Bỏ cancelActivity="false".', 'Remove cancelActivity="false".'),
)
MISSING_PART = rule(
    "missing-part",
    ("<{inside}> thiếu {what}.", "The <{inside}> lacks {what}."),
    ("Thêm {what}.", "Add {what}."),
)
UNKNOWN_REF = rule(
    "event-unknown-ref",
    ("{what} “{found}” không có trong tệp, hoặc không có tên.", '{what} "{found}" is not in the file, or has no name.'),
    (
        "Chọn hoặc tạo lại {what}; message cần name, error cần errorCode.",
        "Choose or make the {what}; a message needs a name, an error an errorCode.",
    ),
)
TIMER_TWICE = rule(
    "timer-ambiguous",
    (
        "Timer nói {count} thời điểm; cần đúng một: motcua:limit, timeDuration hoặc timeDate.",
        "The timer says {count} moments; it needs exactly one of motcua:limit, timeDuration and timeDate.",
    ),
    ("Giữ lại một.", "Keep one."),
)
LIMIT_WITHOUT_TIMER = rule(
    "limit-without-timer",
    ("motcua:limit đứng trên sự kiện không phải timer.", "motcua:limit stands on an event that is no timer."),
    ("Chuyển nó tới timer hoặc userTask.", "Move it to a timer or a userTask."),
)
SILENCE_WITHOUT_TIMER = rule(
    "silence-without-timer",
    ("motcua:silence đứng trên sự kiện không phải timer.", "motcua:silence stands on an event that is no timer."),
    ("Chuyển nó tới timer biên của bước lấy ý kiến.", "Move it to the boundary timer of the consultation."),
)


@dataclass(frozen=True)
class Declared:
    """A message (its name) or an error (its code) declared at the top of a file."""

    name: str
    code: str


@dataclass(frozen=True)
class Event:
    """What an event waits for or throws."""

    timer: TimerRule | None = None
    message: str = ""
    error_code: str = ""
    terminates: bool = False


def text(element: etree._Element) -> str:
    """The text of an element, without the space around it."""
    return "".join(str(piece) for piece in element.itertext()).strip()


def without_sign(expression: str) -> str:
    """FEEL without the "=" that editors put before it."""
    return expression.strip().removeprefix("=").strip()


def feel(element: etree._Element) -> str:
    """The FEEL of an expression element."""
    return without_sign(text(element))


def script(node: etree._Element) -> str:
    """The FEEL of a script task; empty for other elements."""
    found = node.find(f"{{{BPMN}}}script")
    return "" if found is None else feel(found)


def event(
    node: etree._Element, extensions: Extensions, names: Mapping[str, Declared], path: str
) -> tuple[Event, tuple[Finding, ...]]:
    """What an event waits for or throws, and what is wrong with how it says so."""
    place = (path, line_of(node), node.get("id", ""))
    found: list[Finding] = []
    definitions = [child for child in node if name_of(child).endswith("EventDefinition")]
    if len(definitions) > 1:
        found.append(CONSTRUCTS["@parallelMultiple=true"].rule.at(*place, name=node.get("name") or node.get("id")))
    kind = name_of(definitions[0]) if definitions else ""
    read = Event(terminates=kind == "terminateEventDefinition")
    if kind == "timerEventDefinition":
        read = Event(timer=_timer(definitions[0], extensions, found, place))
    elif kind == "messageEventDefinition":
        read = Event(message=_reference(definitions[0], "message", names, found, place))
    elif kind == "errorEventDefinition":
        if definitions[0].get("errorRef") or name_of(node) == "endEvent":
            read = Event(error_code=_reference(definitions[0], "error", names, found, place))
        if node.get("cancelActivity") == "false":
            found.append(ERROR_NOT_INTERRUPTING.at(*place))
    if kind != "timerEventDefinition" and name_of(node) not in {"userTask", "callActivity"}:
        found.extend(LIMIT_WITHOUT_TIMER.at(*place) for _ in range(extensions.has("limit")))
        found.extend(SILENCE_WITHOUT_TIMER.at(*place) for _ in range(extensions.has("silence")))
    return read, tuple(found)


def _timer(
    definition: etree._Element, extensions: Extensions, found: list[Finding], place: tuple[str, int, str]
) -> TimerRule:
    moments = {
        name: [text(e) for e in definition.findall(f"{{{BPMN}}}{name}")] for name in ("timeDuration", "timeDate")
    }
    count = sum(len(said) for said in moments.values()) + extensions.has("limit")
    if count != 1 and definition.find(f"{{{BPMN}}}timeCycle") is None:
        found.append(TIMER_TWICE.at(*place, count=count))
    duration, date = ("".join(moments[name][:1]) for name in ("timeDuration", "timeDate"))
    return TimerRule(limit=extensions.limit, duration=duration, moment=date)


def _reference(
    definition: etree._Element,
    what: str,
    names: Mapping[str, Declared],
    found: list[Finding],
    place: tuple[str, int, str],
) -> str:
    """The name of the message or the code of the error that a definition refers to."""
    reference = definition.get(f"{what}Ref", "")
    declared = names.get(reference, Declared("", ""))
    value = declared.code if what == "error" else declared.name
    if not value:
        found.append(UNKNOWN_REF.at(*place, what=what, found=reference))
    return value


def missing(node: etree._Element, extensions: Extensions, path: str) -> Iterator[Finding]:
    """The parts without which an element cannot run."""
    name = name_of(node)
    needed = {
        "scriptTask": (
            ('scriptFormat="feel"', node.get("scriptFormat")),
            ("script", script(node)),
            ("motcua:result", extensions.has("result")),
        ),
        "businessRuleTask": (
            ("motcua:decision", extensions.has("decision")),
            ("motcua:result", extensions.has("result")),
        ),
        "serviceTask": (("motcua:service", extensions.has("service")),),
        "callActivity": (("calledElement", node.get("calledElement")),),
        "intermediateCatchEvent": (("timerEventDefinition | messageEventDefinition", _has_definition(node)),),
        "boundaryEvent": (
            ("timerEventDefinition | messageEventDefinition | errorEventDefinition", _has_definition(node)),
            ("attachedToRef", node.get("attachedToRef")),
        ),
    }.get(name, ())
    for what, there in needed:
        if not there:
            yield MISSING_PART.at(path, line_of(node), node.get("id", ""), inside=name, what=what)


def _has_definition(node: etree._Element) -> bool:
    return any(name_of(child).endswith("EventDefinition") for child in node)
