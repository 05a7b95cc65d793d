"""BPMN text -> `Process`: every element with its line, its lane's role, and the law that stands on it.

Only XML that cannot be read at all is an exception (`ParseRefused`); whatever else is wrong is a finding, and
the reading goes on, so that a designer sees everything at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.model import Element, ElementKind, Finding, Flow, LegalBasis, Process, Role
from engine.runtime import parts, references
from engine.runtime.extensions import Extensions
from engine.runtime.hardened import ParseRefused, line_of, parse_xml
from engine.runtime.profile import BPMN, DRAWN_ONLY, name_of, violations

__all__ = ["ParseRefused", "Reading", "read", "read_process", "spiff_root"]

KINDS: Final[Mapping[str, ElementKind]] = {kind.value: kind for kind in ElementKind}


@dataclass(frozen=True)
class Reading:
    """What one BPMN file holds, and what is wrong with it. `sound` is false when parts had to be left out."""

    processes: tuple[Process, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether the whole diagram was read, so that its graph can be judged."""
        return not any(finding.error for finding in self.findings)


@dataclass(frozen=True)
class LaneLaw:
    """What the lanes around an element say: who, where, and on what legal basis."""

    role: Role | None = None
    unit: str = ""
    legal_bases: tuple[LegalBasis, ...] = ()

    def within(self, inner: "LaneLaw") -> "LaneLaw":
        """The inner lane's word where it has one, else this lane's."""
        return LaneLaw(inner.role or self.role, inner.unit or self.unit, inner.legal_bases or self.legal_bases)


def read(source: bytes, path: str) -> Reading:
    """Read a BPMN file.

    Raises:
        ParseRefused: the XML cannot be read.
    """
    root = parse_xml(source, path)
    refusals = tuple(violations(root, path))
    if name_of(root) != "definitions" or root.tag != f"{{{BPMN}}}definitions":
        return Reading((), refusals)
    reader = _Reader(root, path)
    processes = tuple(reader.processes())
    return Reading(processes, (*refusals, *reader.findings))


def read_process(source: bytes, path: str) -> tuple[Process, ...]:
    """The processes of a BPMN file, as far as they can be read; `read` also tells what is wrong.

    Raises:
        ParseRefused: the XML cannot be read.
    """
    return read(source, path).processes


def spiff_root(source: bytes) -> etree._Element:
    """The diagram for SpiffWorkflow's parser, without what is only drawn.

    Data objects and their arrows, pools, notes and shapes go: SpiffWorkflow would demand values for the arrows,
    and order a gateway's flows by the height at which their targets are drawn.

    Raises:
        ParseRefused: the XML cannot be read.
    """
    root = parse_xml(source, "")
    drawn = [element for element in root.iter() if name_of(element) in DRAWN_ONLY]
    for element in drawn:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return root


class _Reader:
    """Reads one document."""

    def __init__(self, root: etree._Element, path: str) -> None:
        self.root = root
        self.path = path
        self.findings: list[Finding] = []
        self._seen: set[etree._Element] = set()
        self.ids = Counter(str(element.get("id")) for element in _with_id(root))
        self.names = {
            str(element.get("id")): parts.Declared(element.get("name", ""), element.get("errorCode", ""))
            for element in root
            if name_of(element) in {"message", "error"}
        }

    def processes(self) -> Iterator[Process]:
        """Every process of the file."""
        self.findings.extend(references.id_findings(self.root, self.ids, self.path))
        self.findings.extend(references.pool_findings(self.root, self.path))
        for node in self.root.findall(f"{{{BPMN}}}process"):
            yield self._process(node)
        for holder in self.root.iter(f"{{{BPMN}}}extensionElements"):
            owner = holder.getparent()
            if owner is not None and owner not in self._seen:
                self._extensions(owner)  # nothing reads these, so that each of them is misplaced

    def _process(self, node: etree._Element) -> Process:
        if node.get("isExecutable") != "true":
            self.findings.append(references.NOT_EXECUTABLE.at(self.path, line_of(node), node.get("id", "")))
        extensions = self._extensions(node)
        elements: dict[str, Element] = {}
        flows: list[Flow] = []
        self._fill(node, LaneLaw(), {}, elements, flows)
        self.findings.extend(references.reference_findings(elements, flows, self.ids, self.path))
        return Process(
            id=node.get("id", ""),
            name=node.get("name", ""),
            path=self.path,
            elements=elements,
            flows=tuple(flows),
            name_en=extensions.value("label", "text"),
            line=line_of(node),
        )

    def _fill(
        self,
        container: etree._Element,
        around: LaneLaw,
        outer: Mapping[str, LaneLaw],
        elements: dict[str, Element],
        flows: list[Flow],
    ) -> None:
        """Add the elements and flows of a process or subprocess, inner ones after their own.

        A lane of the process may name elements inside a subprocess that is drawn across lanes (`outer`); what it
        names is in that lane, whatever lane the subprocess itself is in.
        """
        lanes = {**outer, **self._lanes(container, around)}
        inner: list[tuple[etree._Element, LaneLaw]] = []
        for child in container:
            name = name_of(child)
            if child.tag != f"{{{BPMN}}}{name}" or not child.get("id"):
                continue
            if name == "sequenceFlow":
                flows.append(self._flow(child))
            elif name in KINDS and child.get("triggeredByEvent") != "true":
                law = lanes.get(str(child.get("id")), around)
                element = self._element(child, str(container.get("id", "")), law)
                elements.setdefault(element.id, element)
                if name == "subProcess":
                    inner.append((child, law))
        for child, law in inner:
            self._fill(child, law, lanes, elements, flows)

    def _flow(self, node: etree._Element) -> Flow:
        condition = node.find(f"{{{BPMN}}}conditionExpression")
        return Flow(
            id=str(node.get("id")),
            source=node.get("sourceRef", ""),
            target=node.get("targetRef", ""),
            line=line_of(node),
            condition="" if condition is None else parts.feel(condition),
            name=node.get("name", ""),
            name_en=self._extensions(node).value("label", "text"),
        )

    def _element(self, node: etree._Element, process_id: str, law: LaneLaw) -> Element:
        extensions = self._extensions(node)
        kind = KINDS[name_of(node)]
        event, found = parts.event(node, extensions, self.names, self.path)
        self.findings.extend(found)
        self.findings.extend(parts.missing(node, extensions, self.path))
        documentation = node.find(f"{{{BPMN}}}documentation")
        return Element(
            id=str(node.get("id")),
            kind=kind,
            name=node.get("name", ""),
            process_id=process_id,
            line=line_of(node),
            name_en=extensions.value("label", "text"),
            documentation="" if documentation is None else parts.text(documentation),
            role=law.role,
            unit=law.unit,
            form=extensions.form,
            limit=extensions.limit if kind in {ElementKind.USER_TASK, ElementKind.CALL} else None,
            clock=extensions.clock,
            legal_bases=extensions.legal_bases or law.legal_bases,
            assignee=parts.without_sign(extensions.value("assignee", "expression")),
            timer=event.timer,
            message=event.message,
            error_code=event.error_code,
            script=parts.script(node),
            result=extensions.value("result", "name"),
            decision=(extensions.value("decision", "file"), extensions.value("decision", "name")),
            service=extensions.value("service", "name"),
            outcome=extensions.value("outcome", "key"),
            milestone=extensions.milestone,
            attached_to=node.get("attachedToRef", ""),
            interrupting=node.get("cancelActivity") != "false",
            called=node.get("calledElement", ""),
            call=extensions.call if kind is ElementKind.CALL else None,
            default_flow=node.get("default", ""),
            terminates=event.terminates,
            act=extensions.act,
            letters=extensions.letters,
            silence_consents=extensions.value("silence", "means") == "consent",
        )

    def _lanes(self, container: etree._Element, around: LaneLaw) -> dict[str, LaneLaw]:
        """The law of the innermost lane of each element of the container."""
        found: dict[str, LaneLaw] = {}
        lane_of: dict[str, etree._Element] = {}
        waiting = [(lane, around) for lane in container.iterfind(f"{{{BPMN}}}laneSet/{{{BPMN}}}lane")]
        while waiting:  # outer lanes before inner ones, so that the inner one has the last word
            lane, outer = waiting.pop(0)
            extensions = self._extensions(lane)
            law = outer.within(LaneLaw(*extensions.role, extensions.legal_bases))
            for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef"):
                node_id = parts.text(reference)
                place = (self.path, line_of(reference), node_id)
                if node_id not in self.ids:
                    self.findings.append(references.LANE_REF.at(*place, found=node_id))
                elif node_id in lane_of and lane_of[node_id] not in lane.iterancestors():
                    self.findings.append(references.LANE_TWICE.at(*place))
                found[node_id], lane_of[node_id] = law, lane
            waiting.extend((inner, law) for inner in lane.iterfind(f"{{{BPMN}}}childLaneSet/{{{BPMN}}}lane"))
        return found

    def _extensions(self, node: etree._Element) -> Extensions:
        self._seen.add(node)
        extensions = Extensions(node, self.path)
        self.findings.extend(extensions.findings)
        return extensions


def _with_id(root: etree._Element) -> Iterator[etree._Element]:
    """Every BPMN element with an id; ids of shapes are names of pictures."""
    return (element for element in root.iter(f"{{{BPMN}}}*") if element.get("id"))
