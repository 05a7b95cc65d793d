"""How elements may be connected: starts and ends, how many flows, and what a gateway needs to decide."""

from collections.abc import Iterator

from engine.model import Element, ElementKind, Finding, Flow
from engine.runtime.graph import CHOICES, GATEWAYS, Scope
from engine.runtime.rules import rule
from engine.runtime.subject import Place, Subject

START_COUNT = rule(
    "start-count",
    ("“{name}” có {count} startEvent.", '"{name}" has {count} start events.'),
    (
        "Mỗi process hoặc subProcess đúng một startEvent để trống.",
        "Give each process or subProcess exactly one plain startEvent.",
    ),
)
NO_END = rule(
    "no-end",
    ("“{name}” không có endEvent.", '"{name}" has no end event.'),
    ("Thêm endEvent ở cuối mỗi nhánh.", "Put an endEvent at the end of each way."),
)
ENTERS_START = rule(
    "flow-into-start",
    ("Luồng đi vào startEvent hoặc sự kiện biên.", "A flow enters a start or boundary event."),
    ("Nối tới bước sau nó.", "Connect it to the step after it."),
)
LEAVES_END = rule(
    "flow-out-of-end",
    ("Luồng đi ra từ endEvent.", "A flow leaves an end event."),
    ("Bỏ luồng, hoặc thay bằng intermediateThrowEvent.", "Remove it, or make the end an intermediateThrowEvent."),
)
DEAD_END = rule(
    "dead-end",
    ("Không có luồng nào đi ra từ đây.", "No flow leaves this element."),
    ("Nối tiếp, hoặc tới một endEvent.", "Go on, or end with an endEvent."),
)
SEVERAL_OUT = rule(
    "several-flows-out",
    ("{count} luồng đi ra từ một phần tử không phải cổng.", "{count} flows leave an element that is no gateway."),
    ("Đặt parallelGateway hoặc exclusiveGateway sau nó.", "Put a parallelGateway or exclusiveGateway after it."),
)
CONDITION_NOT_HERE = rule(
    "condition-not-at-choice",
    ("Điều kiện trên luồng này sẽ bị bỏ qua.", "The condition on this flow would be ignored."),
    (
        "Chỉ đặt điều kiện sau exclusive hoặc inclusiveGateway có nhiều luồng ra.",
        "Conditions belong after an exclusive or inclusiveGateway with several ways out.",
    ),
)
MISSING_CONDITION = rule(
    "missing-condition",
    (
        "Luồng ra của cổng không có điều kiện và không phải mặc định.",
        "A way out of the gateway has no condition and is not the default.",
    ),
    ("Viết điều kiện FEEL hoặc đặt làm mặc định.", "Write a FEEL condition or make it the default."),
)
MISSING_DEFAULT = rule(
    "missing-default",
    (
        "Cổng không có luồng mặc định: khi không điều kiện nào đúng, hồ sơ sẽ kẹt.",
        "The gateway has no default flow: a dossier that meets no condition would stand still.",
    ),
    ("Đặt một luồng ra làm mặc định.", "Make one way out the default."),
)
DEFAULT_UNKNOWN = rule(
    "default-unknown",
    ("Luồng mặc định “{found}” không đi ra từ cổng này.", 'The default flow "{found}" does not leave this gateway.'),
    ("Chọn lại luồng mặc định.", "Choose the default flow again."),
)
DEFAULT_CONDITION = rule(
    "default-with-condition",
    ("Luồng mặc định có điều kiện.", "The default flow has a condition."),
    ("Bỏ điều kiện đó.", "Remove the condition."),
)
EVENT_GATEWAY_TARGET = rule(
    "event-gateway-target",
    ("Sau eventBasedGateway là “{found}”.", 'An eventBasedGateway leads to "{found}".'),
    (
        "Sau nó chỉ có intermediateCatchEvent, mỗi cái chỉ nhận luồng từ cổng này.",
        "It leads only to intermediateCatchEvents that nothing else leads to.",
    ),
)
EVENT_GATEWAY_ONE = rule(
    "event-gateway-one-way",
    ("eventBasedGateway có {count} luồng ra.", "The eventBasedGateway has {count} ways out."),
    ("Cần ít nhất hai sự kiện; chỉ một thì nối thẳng.", "It needs two events or more; for one, connect it directly."),
)
TWO_TIMERS = rule(
    "two-timers-at-gateway",
    (
        "eventBasedGateway có {count} timer; chỉ một timer chạy đúng.",
        "The eventBasedGateway has {count} timers; only one can be kept.",
    ),
    ("Giữ timer sớm nhất; timer kia đặt ở bước sau.", "Keep the earliest; put the other after it."),
)

_NO_WAY_IN = frozenset({ElementKind.START, ElementKind.BOUNDARY})


def findings(subject: Subject) -> Iterator[Finding]:
    """What is wrong with how the elements of each diagram are connected."""
    for scope in subject.scopes:
        yield from _scope(scope)
        for element in scope.elements.values():
            yield from _element(scope, element)


def _scope(scope: Scope) -> Iterator[Finding]:
    starts = scope.of_kind(ElementKind.START)
    if len(starts) != 1:
        yield START_COUNT.at(scope.path, scope.line, scope.id, name=scope.id, count=len(starts))
    if not scope.of_kind(ElementKind.END):
        yield NO_END.at(scope.path, scope.line, scope.id, name=scope.id)
    for flow in scope.flows:
        if flow.condition and not _decides(scope, flow.source):
            yield CONDITION_NOT_HERE.at(scope.path, flow.line, flow.id)


def _decides(scope: Scope, key: str) -> bool:
    source = scope.elements.get(key)
    return source is not None and source.kind in CHOICES and len(scope.outgoing[key]) > 1


def _element(scope: Scope, element: Element) -> Iterator[Finding]:
    place: Place = (scope.path, element.line, element.id)
    outgoing = scope.outgoing[element.id]
    if element.kind in _NO_WAY_IN and scope.incoming[element.id]:
        yield ENTERS_START.at(*place)
    if element.kind is ElementKind.END:
        if outgoing:
            yield LEAVES_END.at(*place)
        return
    if not outgoing:
        yield DEAD_END.at(*place)
    if len(outgoing) > 1 and element.kind not in GATEWAYS:
        yield SEVERAL_OUT.at(*place, count=len(outgoing))
    if element.kind in CHOICES:
        yield from _choice(scope, element, outgoing)
    if element.kind is ElementKind.EVENT_GATEWAY:
        yield from _event_gateway(scope, element, outgoing)


def _choice(scope: Scope, element: Element, outgoing: tuple[Flow, ...]) -> Iterator[Finding]:
    place: Place = (scope.path, element.line, element.id)
    if element.default_flow and element.default_flow not in {flow.id for flow in outgoing}:
        yield DEFAULT_UNKNOWN.at(*place, found=element.default_flow)
    if len(outgoing) < 2:
        return
    if not element.default_flow:
        yield MISSING_DEFAULT.at(*place)
    for flow in outgoing:
        is_default = flow.id == element.default_flow
        if is_default and flow.condition:
            yield DEFAULT_CONDITION.at(scope.path, flow.line, flow.id)
        if not is_default and not flow.condition:
            yield MISSING_CONDITION.at(scope.path, flow.line, flow.id)


def _event_gateway(scope: Scope, element: Element, outgoing: tuple[Flow, ...]) -> Iterator[Finding]:
    place: Place = (scope.path, element.line, element.id)
    targets = [scope.elements[flow.target] for flow in outgoing]
    if len(targets) == 1:
        yield EVENT_GATEWAY_ONE.at(*place, count=len(targets))
    timers = sum(1 for target in targets if target.timer)
    if timers > 1:
        yield TWO_TIMERS.at(*place, count=timers)
    for target in targets:
        if target.kind is not ElementKind.CATCH or len(scope.incoming[target.id]) > 1:
            yield EVENT_GATEWAY_TARGET.at(*place, found=target.title())
