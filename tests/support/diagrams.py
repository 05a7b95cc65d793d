"""BPMN text from a few Python calls, for tests of the interpreter: no shapes, no lanes, no law.

main = Diagram("main").start("s").user("a").end("e").chain("s", "a", "e")
text = document(main)
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Self
from xml.sax.saxutils import escape, quoteattr

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MOTCUA = "urn:motcua:bpmn:1"
TIMER = '<bpmn:extensionElements><motcua:limit amount="1" unit="working-days"/></bpmn:extensionElements>'


class Diagram:
    """One process, or what stands inside one embedded subprocess."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts: list[str] = []
        self.flows: list[tuple[str, str, str]] = []  # source, target, condition
        self.defaults: dict[str, str] = {}
        self.messages: set[str] = set()
        self.errors: set[str] = set()

    # ---- events -------------------------------------------------------------------------------------

    def start(self, key: str) -> Self:
        """A start event."""
        return self._add("startEvent", key)

    def end(self, key: str, *, error: str = "", terminates: bool = False) -> Self:
        """An end event."""
        return self._add("endEvent", key, inside="<bpmn:terminateEventDefinition/>" * terminates + self._error(error))

    def timer(self, key: str) -> Self:
        """An intermediate event that waits for time."""
        return self._add("intermediateCatchEvent", key, inside=TIMER + "<bpmn:timerEventDefinition/>")

    def message(self, key: str, name: str) -> Self:
        """An intermediate event that waits for a message."""
        return self._add("intermediateCatchEvent", key, inside=self._message(name))

    def boundary_timer(self, key: str, on: str, *, interrupting: bool = True) -> Self:
        """A timer on the edge of an activity."""
        inside = TIMER + "<bpmn:timerEventDefinition/>"
        return self._add("boundaryEvent", key, _attached(on, interrupting), inside)

    def boundary_message(self, key: str, on: str, name: str, *, interrupting: bool = True) -> Self:
        """A message caught on the edge of an activity."""
        return self._add("boundaryEvent", key, _attached(on, interrupting), self._message(name))

    def boundary_error(self, key: str, on: str, code: str = "") -> Self:
        """An error caught on the edge of an activity; any error when no code is given."""
        inside = self._error(code) or "<bpmn:errorEventDefinition/>"
        return self._add("boundaryEvent", key, _attached(on, interrupting=True), inside)

    # ---- activities ---------------------------------------------------------------------------------

    def user(self, *keys: str) -> Self:
        """User tasks."""
        for key in keys:
            self._add("userTask", key, inside=_extension(f'<motcua:form key="{key}"/>'))
        return self

    def script(self, key: str, feel: str = "1", result: str = "") -> Self:
        """A script task, whose result is named after it unless something else is said."""
        inside = _extension(f'<motcua:result name="{result or key}"/>') + f"<bpmn:script>{escape(feel)}</bpmn:script>"
        return self._add("scriptTask", key, ' scriptFormat="feel"', inside)

    def decision(self, key: str, file: str, name: str, result: str) -> Self:
        """A business rule task."""
        inside = f'<motcua:decision file="{file}" name="{name}"/><motcua:result name="{result}"/>'
        return self._add("businessRuleTask", key, inside=_extension(inside))

    def service(self, key: str, name: str = "") -> Self:
        """A service task, calling the service of its own name unless another is given."""
        return self._add("serviceTask", key, inside=_extension(f'<motcua:service name="{name or key}"/>'))

    def call(self, key: str, called: str) -> Self:
        """A call of another process."""
        return self._add("callActivity", key, f' calledElement="{called}"')

    def subprocess(self, inner: "Diagram") -> Self:
        """An embedded subprocess, under the inner diagram's name."""
        self.messages |= inner.messages
        self.errors |= inner.errors
        return self._add("subProcess", inner.name, inside=inner.content())

    # ---- gateways and flows -------------------------------------------------------------------------

    def exclusive(self, *keys: str) -> Self:
        """Exclusive gateways."""
        return self._gateways("exclusiveGateway", keys)

    def parallel(self, *keys: str) -> Self:
        """Parallel gateways."""
        return self._gateways("parallelGateway", keys)

    def inclusive(self, *keys: str) -> Self:
        """Inclusive gateways."""
        return self._gateways("inclusiveGateway", keys)

    def event_gateway(self, *keys: str) -> Self:
        """Event-based gateways."""
        return self._gateways("eventBasedGateway", keys)

    def flow(self, source: str, target: str, condition: str = "", *, default: bool = False) -> Self:
        """A sequence flow."""
        if default:
            self.defaults[source] = f"{self.name}_f{len(self.flows)}"
        self.flows.append((source, target, condition))
        return self

    def chain(self, *keys: str) -> Self:
        """Flows from each to the next."""
        for source, target in pairwise(keys):
            self.flow(source, target)
        return self

    # ---- text ---------------------------------------------------------------------------------------

    def content(self) -> str:
        """Everything inside the process."""
        parts = "".join(self.parts)
        for source, flow in self.defaults.items():
            parts = parts.replace(f' id="{source}"', f' id="{source}" default="{flow}"', 1)
        return parts + "".join(self._flow_text(number) for number in range(len(self.flows)))

    def _flow_text(self, number: int) -> str:
        source, target, condition = self.flows[number]
        inside = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
        attributes = f'id="{self.name}_f{number}" sourceRef="{source}" targetRef="{target}"'
        return f"<bpmn:sequenceFlow {attributes}>{inside}</bpmn:sequenceFlow>"

    def _add(self, kind: str, key: str, attributes: str = "", inside: str = "") -> Self:
        self.parts.append(f'<bpmn:{kind} id="{key}"{attributes}>{inside}</bpmn:{kind}>')
        return self

    def _gateways(self, kind: str, keys: Iterable[str]) -> Self:
        for key in keys:
            self._add(kind, key)
        return self

    def _message(self, name: str) -> str:
        self.messages.add(name)
        return f'<bpmn:messageEventDefinition messageRef="message_{name}"/>'

    def _error(self, code: str) -> str:
        if not code:
            return ""
        self.errors.add(code)
        return f'<bpmn:errorEventDefinition errorRef="error_{code}"/>'


def document(diagram: Diagram) -> bytes:
    """A BPMN file with this process."""
    return "".join(
        [
            f"<bpmn:definitions xmlns:bpmn={quoteattr(BPMN)} xmlns:motcua={quoteattr(MOTCUA)}>",
            *(f'<bpmn:message id="message_{name}" name="{name}"/>' for name in sorted(diagram.messages)),
            *(f'<bpmn:error id="error_{code}" name="{code}" errorCode="{code}"/>' for code in sorted(diagram.errors)),
            f'<bpmn:process id="{diagram.name}" isExecutable="true">{diagram.content()}</bpmn:process>',
            "</bpmn:definitions>",
        ]
    ).encode()


def _attached(on: str, interrupting: bool) -> str:
    return f' attachedToRef="{on}" cancelActivity="{str(interrupting).lower()}"'


def _extension(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"
