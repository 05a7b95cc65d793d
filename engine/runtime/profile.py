"""The BPMN that this platform runs, as a list of what is allowed; everything else is refused with a way out.

Being a list of what is allowed, it also refuses what nobody has thought of: an attribute misspelt, a tag of
another product, an element of BPMN that the engine would quietly run as something else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.model import Finding
from engine.runtime.hardened import line_of
from engine.runtime.refused import CONSTRUCTS, Construct
from engine.runtime.rules import rule

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
MOTCUA: Final = "urn:motcua:bpmn:1"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
COLOURS: Final = frozenset(
    {"http://bpmn.io/schema/bpmn/biocolor/1.0", "http://www.omg.org/spec/BPMN/non-normative/color/1.0"}
)
FEEL_LANGUAGES: Final = frozenset(
    {
        "feel",
        "FEEL",
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
    }
)

Allowed = Mapping[str, frozenset[str] | None]
"""The attributes of a tag, each with its allowed values (None: any)."""

NOT_BPMN = rule(
    "not-bpmn",
    ("Gốc của tệp là <{found}>, cần <definitions> của BPMN 2.0.", "The root is <{found}>, not BPMN 2.0 <definitions>."),
    ("Lưu lại bằng trình vẽ BPMN 2.0.", "Save the diagram from a BPMN 2.0 editor."),
)
UNSUPPORTED = rule(
    "unsupported-construct",
    ("<{found}> không được phép trong <{inside}>.", "<{found}> is not accepted inside <{inside}>."),
    (
        "Xóa nó, hoặc vẽ bằng phần tử trong hồ sơ BPMN.",
        "Delete it, or draw it with an element of the accepted profile.",
    ),
)
EVENT_NOT_HERE = rule(
    "event-not-here",
    ("<{inside}> không được có <{found}>.", "A <{inside}> cannot have a <{found}>."),
    (
        "Bắt đầu: trống. Kết thúc: trống, error, terminate. Chờ: timer, message. Biên: timer, message, error.",
        "Start: none. End: none, error or terminate. Catch: timer or message. Boundary: timer, message or error.",
    ),
)
ATTRIBUTE = rule(
    "unsupported-attribute",
    (
        'Thuộc tính {name}="{value}" của <{inside}> không được hỗ trợ.',
        'The attribute {name}="{value}" of <{inside}> is not supported.',
    ),
    ("Xóa thuộc tính; nó sẽ bị bỏ qua khi chạy.", "Delete the attribute: it would be ignored when run."),
)
FOREIGN_ATTRIBUTE = rule(
    "foreign-attribute",
    ("Thuộc tính {name} của sản phẩm khác sẽ bị bỏ qua.", "The attribute {name} of another product would be ignored."),
    ("Xóa nó; dùng phần mở rộng motcua:*.", "Delete it; say it with a motcua:* extension."),
)
FOREIGN_ELEMENT = rule(
    "foreign-element",
    ("Thẻ {name} của sản phẩm khác sẽ bị bỏ qua.", "The element {name} of another product would be ignored."),
    ("Xóa nó; dùng phần mở rộng motcua:*.", "Delete it; say it with a motcua:* extension."),
)
LANGUAGE = rule(
    "expression-language",
    ("Ngôn ngữ biểu thức là {found}; chỉ FEEL được chạy.", "The expression language is {found}; only FEEL is run."),
    (
        'Viết lại bằng FEEL và đặt language="feel" hoặc bỏ đi.',
        'Write it in FEEL and say "feel", or leave the attribute out.',
    ),
)


@dataclass(frozen=True)
class Shape:
    """What one tag may carry."""

    attributes: Allowed
    children: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _only(value: str) -> frozenset[str]:
    return frozenset({value})


_NODE: Final[Allowed] = {"id": None, "name": None}
_ACTIVITY: Final[Allowed] = {
    **_NODE,
    "isForCompensation": _only("false"),
    "startQuantity": _only("1"),
    "completionQuantity": _only("1"),
    "implementation": _words("##unspecified ##WebService ##Other"),
}
_CATCH: Final[Allowed] = {**_NODE, "parallelMultiple": _only("false")}
_GATEWAY: Final[Allowed] = {**_NODE, "gatewayDirection": None}
_EXPRESSION: Final = Shape({"id": None, "language": None})

PICTURES: Final = _words("textAnnotation association group dataObject dataObjectReference")
"""Drawn, and of no effect."""

_PLAIN = _words("documentation extensionElements")
_IN_NODE = _PLAIN | _words("incoming outgoing")
_IN_ACTIVITY = _IN_NODE | _words("dataInputAssociation dataOutputAssociation property")
_FLOW = (
    _words("startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent userTask scriptTask")
    | _words("businessRuleTask serviceTask exclusiveGateway parallelGateway inclusiveGateway eventBasedGateway")
    | _words("subProcess callActivity sequenceFlow laneSet")
    | PICTURES
)

SHAPES: Final[Mapping[str, Shape]] = {
    "definitions": Shape(
        dict.fromkeys(_words("id name targetNamespace exporter exporterVersion expressionLanguage typeLanguage")),
        _PLAIN | _words("process collaboration message error category"),
    ),
    "message": Shape(_NODE, _PLAIN),
    "error": Shape({**_NODE, "errorCode": None}, _PLAIN),
    "category": Shape(_NODE, _PLAIN | _words("categoryValue")),
    "categoryValue": Shape({"id": None, "value": None}),
    "collaboration": Shape(
        {**_NODE, "isClosed": _only("false")},
        _PLAIN | _words("participant textAnnotation association group"),
    ),
    "participant": Shape({**_NODE, "processRef": None}, _PLAIN),
    "process": Shape({**_NODE, "isExecutable": None, "isClosed": _only("false"), "processType": None}, _PLAIN | _FLOW),
    "laneSet": Shape(_NODE, _PLAIN | _words("lane")),
    "childLaneSet": Shape(_NODE, _PLAIN | _words("lane")),
    "lane": Shape(_NODE, _PLAIN | _words("flowNodeRef childLaneSet")),
    "flowNodeRef": Shape({}),
    "incoming": Shape({}),
    "outgoing": Shape({}),
    "documentation": Shape({"id": None, "textFormat": None}),
    "sequenceFlow": Shape(
        {**_NODE, "sourceRef": None, "targetRef": None, "isImmediate": _only("true")},
        _PLAIN | _words("conditionExpression"),
    ),
    "conditionExpression": _EXPRESSION,
    "startEvent": Shape({**_CATCH, "isInterrupting": _only("true")}, _IN_NODE),
    "endEvent": Shape(_NODE, _IN_NODE | _words("errorEventDefinition terminateEventDefinition")),
    "intermediateCatchEvent": Shape(_CATCH, _IN_NODE | _words("timerEventDefinition messageEventDefinition")),
    "intermediateThrowEvent": Shape(_NODE, _IN_NODE),
    "boundaryEvent": Shape(
        {**_CATCH, "attachedToRef": None, "cancelActivity": _words("true false")},
        _IN_NODE | _words("timerEventDefinition messageEventDefinition errorEventDefinition"),
    ),
    "timerEventDefinition": Shape({"id": None}, _words("timeDate timeDuration")),
    "timeDate": _EXPRESSION,
    "timeDuration": _EXPRESSION,
    "messageEventDefinition": Shape({"id": None, "messageRef": None}),
    "errorEventDefinition": Shape({"id": None, "errorRef": None}),
    "terminateEventDefinition": Shape({"id": None}),
    "userTask": Shape(_ACTIVITY, _IN_ACTIVITY),
    "scriptTask": Shape({**_ACTIVITY, "scriptFormat": None}, _IN_ACTIVITY | _words("script")),
    "script": Shape({}),
    "businessRuleTask": Shape(_ACTIVITY, _IN_ACTIVITY),
    "serviceTask": Shape(_ACTIVITY, _IN_ACTIVITY),
    "exclusiveGateway": Shape({**_GATEWAY, "default": None}, _IN_NODE),
    "inclusiveGateway": Shape({**_GATEWAY, "default": None}, _IN_NODE),
    "parallelGateway": Shape(_GATEWAY, _IN_NODE),
    "eventBasedGateway": Shape(
        {**_GATEWAY, "instantiate": _only("false"), "eventGatewayType": _only("Exclusive")}, _IN_NODE
    ),
    "subProcess": Shape({**_ACTIVITY, "triggeredByEvent": _only("false")}, _IN_ACTIVITY | _FLOW),
    "callActivity": Shape({**_ACTIVITY, "calledElement": None}, _IN_ACTIVITY),
}

DRAWN_ONLY: Final = PICTURES | _words("dataInputAssociation dataOutputAssociation BPMNDiagram category collaboration")
"""What `without_pictures` takes out before the engine sees the diagram."""

_LANGUAGE_ATTRIBUTES = _words("language expressionLanguage scriptFormat")


def name_of(element: etree._Element) -> str:
    """The tag without its namespace."""
    return etree.QName(element).localname


def prefixed(qname: etree.QName, near: etree._Element) -> str:
    """A name as it stands in the file, with its prefix."""
    prefixes = [prefix for prefix, uri in near.nsmap.items() if prefix and uri == qname.namespace]
    return ":".join([*prefixes[:1], qname.localname])


def violations(root: etree._Element, path: str) -> Iterator[Finding]:
    """Everything in the document that the profile does not allow, in document order."""
    if root.tag != f"{{{BPMN}}}definitions":
        yield NOT_BPMN.at(path, line_of(root), found=name_of(root))
        return
    yield from _element(root, path)


def _element(element: etree._Element, path: str) -> Iterator[Finding]:
    shape = SHAPES[name_of(element)]
    yield from _attributes(element, shape, path)
    for child in element:
        yield from _child(child, element, shape, path)


def _child(child: etree._Element, parent: etree._Element, shape: Shape, path: str) -> Iterator[Finding]:
    qname = etree.QName(child)
    if qname.namespace == BPMNDI and name_of(parent) == "definitions":
        return
    if qname.namespace != BPMN:
        yield FOREIGN_ELEMENT.at(path, line_of(child), _nearest_id(child), name=prefixed(qname, child))
    elif qname.localname in CONSTRUCTS:
        yield _refusal(CONSTRUCTS[qname.localname], child, path)
    elif qname.localname == "property" and child.get("name") == "__targetRef_placeholder":
        return  # what editors write beside an arrow from a data object to a task
    elif qname.localname not in shape.children or qname.localname == "property":
        which = EVENT_NOT_HERE if qname.localname.endswith("EventDefinition") else UNSUPPORTED
        place = (path, line_of(child), _nearest_id(child))
        yield which.at(*place, found=qname.localname, inside=name_of(parent))
    elif qname.localname in SHAPES:
        yield from _element(child, path)


def _attributes(element: etree._Element, shape: Shape, path: str) -> Iterator[Finding]:
    for key, value in element.attrib.items():
        qname = etree.QName(key)
        if qname.namespace:
            yield from _foreign_attribute(element, qname, path)
            continue
        name, allowed = qname.localname, shape.attributes.get(qname.localname)
        place = (path, line_of(element), _nearest_id(element))
        if refused := CONSTRUCTS.get(f"@{name}={value!s}"):
            yield _refusal(refused, element, path)
        elif name not in shape.attributes or (allowed is not None and value not in allowed):
            yield ATTRIBUTE.at(*place, name=name, value=value, inside=name_of(element))
        elif name in _LANGUAGE_ATTRIBUTES and value not in FEEL_LANGUAGES:
            yield LANGUAGE.at(*place, found=value)


def _foreign_attribute(element: etree._Element, qname: etree.QName, path: str) -> Iterator[Finding]:
    harmless = qname.namespace == XSI or qname.namespace in COLOURS or name_of(element) == "definitions"
    if not harmless:
        place = (path, line_of(element), _nearest_id(element))
        yield FOREIGN_ATTRIBUTE.at(*place, name=prefixed(qname, element))


def _refusal(construct: Construct, element: etree._Element, path: str) -> Finding:
    seen = _nearest(element)
    name = name_of(element) if seen is None else seen.get("name") or seen.get("id")
    return construct.rule.at(path, line_of(element), _nearest_id(element), name=name)


def _nearest_id(element: etree._Element) -> str:
    seen = _nearest(element)
    return "" if seen is None else str(seen.get("id"))


def _nearest(element: etree._Element) -> etree._Element | None:
    """The element that a person would look for: event definitions have ids that nobody sees."""
    for seen in (element, *element.iterancestors()):
        if seen.get("id") and not name_of(seen).endswith(("EventDefinition", "Characteristics", "Expression")):
            return seen
    return None
