"""Every diagram can be looked at: each element and flow is drawn, in its lane, without overlaps or loose ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import pytest
from dry_walk import KEYS, SHARED, Files, SharedDiagram
from lxml import etree

from engine.model import ElementKind
from engine.runtime.profile import BPMN, BPMNDI

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
NODES = frozenset(kind.value for kind in ElementKind)
MOST_CROSSINGS = {"detailed_plan_adjustment": 2}

Drawn = Files | SharedDiagram
DRAWN: list[Drawn] = [*map(Files, KEYS), *map(SharedDiagram, SHARED)]
every_diagram = pytest.mark.parametrize("files", DRAWN, ids=[*KEYS, *SHARED])
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """The bounds of a shape."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, point: Point, slack: float = 0.5) -> bool:
        """Whether the point lies in the box or on its edge."""
        return (
            self.x - slack <= point[0] <= self.x + self.width + slack
            and self.y - slack <= point[1] <= self.y + self.height + slack
        )

    def contains(self, other: "Box") -> bool:
        """Whether the other box lies wholly inside."""
        return self.holds((other.x, other.y)) and self.holds((other.x + other.width, other.y + other.height))

    def meets(self, other: "Box") -> bool:
        """Whether the two boxes cover common ground."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True)
class Drawing:
    """A diagram's elements with their shapes and edges."""

    root: etree._Element

    @property
    def shapes(self) -> dict[str, Box]:
        """The bounds by the element drawn."""
        return {
            str(shape.get("bpmnElement")): _box(shape.find(f"{{{DC}}}Bounds"))
            for shape in self.root.iter(f"{{{BPMNDI}}}BPMNShape")
        }

    @property
    def labels(self) -> dict[str, Box]:
        """The bounds of the labels, by the element or flow they name."""
        return {
            str(label.getparent().get("bpmnElement")): _box(label.find(f"{{{DC}}}Bounds"))  # type: ignore[union-attr]
            for label in self.root.iter(f"{{{BPMNDI}}}BPMNLabel")
        }

    @property
    def edges(self) -> dict[str, list[Point]]:
        """The waypoints by the flow drawn."""
        return {
            str(edge.get("bpmnElement")): [
                (float(str(at.get("x"))), float(str(at.get("y")))) for at in edge.iter(f"{{{DI}}}waypoint")
            ]
            for edge in self.root.iter(f"{{{BPMNDI}}}BPMNEdge")
        }

    def of(self, *names: str) -> Iterator[etree._Element]:
        """The BPMN elements of these kinds."""
        return (each for name in names for each in self.root.iter(f"{{{BPMN}}}{name}"))


def _box(bounds: etree._Element | None) -> Box:
    assert bounds is not None
    return Box(*(float(str(bounds.get(side))) for side in ("x", "y", "width", "height")))


def _drawing(files: Drawn) -> Drawing:
    return Drawing(etree.fromstring(files.source))


@every_diagram
def test_every_element_lane_and_flow_is_drawn_once(files: Drawn) -> None:
    drawing = _drawing(files)
    shaped = {str(each.get("id")) for each in drawing.of(*NODES, "lane", "participant")}
    flows = {str(each.get("id")) for each in drawing.of("sequenceFlow")}
    assert shaped == set(drawing.shapes)
    assert flows == set(drawing.edges)
    drawn = [each.get("bpmnElement") for each in drawing.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")]
    assert len(drawn) == len(set(drawn))


@every_diagram
def test_every_flow_begins_and_ends_at_its_elements(files: Drawn) -> None:
    drawing = _drawing(files)
    shapes, edges = drawing.shapes, drawing.edges
    for flow in drawing.of("sequenceFlow"):
        points = edges[str(flow.get("id"))]
        assert len(points) >= 2
        assert shapes[str(flow.get("sourceRef"))].holds(points[0]), flow.get("id")
        assert shapes[str(flow.get("targetRef"))].holds(points[-1]), flow.get("id")
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), flow.get("id")


@every_diagram
def test_every_element_stands_inside_its_lane(files: Drawn) -> None:
    drawing = _drawing(files)
    shapes = drawing.shapes
    kinds = {str(each.get("id")): etree.QName(each).localname for each in drawing.of(*NODES)}
    for lane in drawing.of("lane"):
        for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef"):
            node = str(reference.text)
            if kinds[node] not in {"subProcess", "boundaryEvent"}:  # those reach over several lanes, or sit on an edge
                assert shapes[str(lane.get("id"))].contains(shapes[node]), node


@every_diagram
def test_every_element_of_a_container_with_lanes_is_in_one_of_them(files: Drawn) -> None:
    drawing = _drawing(files)
    for container in drawing.of("process", "subProcess"):
        lanes = [str(ref.text) for ref in container.iterfind(f"{{{BPMN}}}laneSet/{{{BPMN}}}lane/{{{BPMN}}}flowNodeRef")]
        nodes = [str(each.get("id")) for each in container if etree.QName(each).localname in NODES]
        has_lanes = container.find(f"{{{BPMN}}}laneSet") is not None
        assert sorted(lanes) == (sorted(nodes) if has_lanes else [])


@every_diagram
def test_no_two_elements_overlap(files: Drawn) -> None:
    drawing = _drawing(files)
    shapes = drawing.shapes
    solid = [str(each.get("id")) for each in drawing.of(*(NODES - {"subProcess", "boundaryEvent"}))]
    assert [(one, other) for one, other in combinations(solid, 2) if shapes[one].meets(shapes[other])] == []


@every_diagram
def test_no_label_lies_on_an_element_or_on_another_label(files: Drawn) -> None:
    drawing = _drawing(files)
    shapes, labels = drawing.shapes, drawing.labels
    solid = {str(each.get("id")): shapes[str(each.get("id"))] for each in drawing.of(*(NODES - {"subProcess"}))}
    on_elements = [(label, node) for label, at in labels.items() for node, box in solid.items() if at.meets(box)]
    assert on_elements == []
    assert [(a, b) for a, b in combinations(labels, 2) if labels[a].meets(labels[b])] == []


@every_diagram
def test_flows_cross_only_where_they_must(files: Drawn) -> None:
    edges = _drawing(files).edges
    crossings = [(one, other) for one, other in combinations(edges, 2) if _crossings(edges[one], edges[other])]
    assert len(crossings) <= MOST_CROSSINGS.get(files.key, 0), crossings


def _crossings(one: list[Point], other: list[Point]) -> int:
    """How often two lines of upright and level pieces cross; touching and running together do not count."""
    return sum(_cross(a, b, c, d) for a, b in pairwise(one) for c, d in pairwise(other))


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    if (a[0] == b[0]) == (c[0] == d[0]):
        return False
    (a, b), (c, d) = ((a, b), (c, d)) if a[0] == b[0] else ((c, d), (a, b))
    upright, level = sorted((a[1], b[1])), sorted((c[0], d[0]))
    return upright[0] < c[1] < upright[1] and level[0] < a[0] < level[1]
