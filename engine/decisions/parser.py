"""DMN XML to a plain tree of elements, hardened against hostile files."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from engine.decisions.errors import DecisionModelError

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 200_000

_FAMILIES = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
_TEST_CASES = ("http://www.omg.org/spec/DMN/20160719/testcase",)


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the DMN namespace: local name, attributes, own text, children and line."""

    tag: str
    attributes: dict[str, str]
    text: str
    line: int
    children: tuple[Element, ...] = ()
    prefixes: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id, "" when the element has none."""
        return self.attributes.get("id", "")

    def get(self, name: str, default: str = "") -> str:
        """An attribute by its local name."""
        return self.attributes.get(name, default)

    def all(self, *tags: str) -> list[Element]:
        """The children with one of these local names."""
        return [child for child in self.children if child.tag in tags]

    def first(self, *tags: str) -> Element | None:
        """The first child with one of these local names."""
        return next((child for child in self.children if child.tag in tags), None)


def parse(xml: bytes) -> Element:
    """The `definitions` element of a DMN file of version 1.1 to 1.5.

    Refuses document type declarations, entities, files over 2 MB, deep nesting and other namespaces.
    Raises DecisionModelError.
    """
    return _tree(xml, "definitions", _FAMILIES)


def parse_test_cases(xml: bytes) -> Element:
    """The `testCases` element of a test file of the DMN Technology Compatibility Kit, read as carefully."""
    return _tree(xml, "testCases", _TEST_CASES)


def _tree(xml: bytes, tag: str, namespaces: tuple[str, ...]) -> Element:
    root = _read(xml)
    name = etree.QName(root)
    if name.localname != tag or not (name.namespace or "").startswith(namespaces):
        raise DecisionModelError(
            f"Phần tử gốc là {root.tag}, cần {tag} của DMN. / The root is {root.tag}, expected {tag} of DMN",
            line=_line(root),
            advice="Chọn tệp DMN 1.1 đến 1.5. / Choose a file of DMN 1.1 to 1.5.",
        )
    return _Builder(name.namespace or "").build(root, 0)


def _read(xml: bytes) -> etree._Element:
    if len(xml) > MAX_BYTES:
        raise DecisionModelError(
            f"Tệp DMN lớn hơn {MAX_BYTES:,} byte. / The DMN file is larger than {MAX_BYTES:,} bytes",
            advice="Chia thành nhiều tệp. / Split it into several files.",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise DecisionModelError(
            f"Tệp không phải XML hợp lệ: {error}. / The file is not well-formed XML: {error}",
            line=line,
            advice="Mở lại bằng trình soạn DMN. / Open it in the DMN editor and save it again.",
        ) from None
    if etree.ElementTree(root).docinfo.doctype:  # type: ignore[attr-defined]  # missing from the stubs
        raise DecisionModelError(
            "Tệp có khai báo DOCTYPE. / The file has a document type declaration",
            advice="Xóa dòng <!DOCTYPE …>. / Remove the <!DOCTYPE …> line.",
        )
    return root


def _line(node: etree._Element) -> int:
    line: object = node.sourceline
    return line if isinstance(line, int) else 0


class _Builder:
    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.count = 0

    def build(self, node: etree._Element, depth: int) -> Element:
        self.count += 1
        line = _line(node)
        if depth > MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise DecisionModelError(
                "Tệp DMN lồng quá sâu hoặc quá nhiều phần tử. / The DMN file is nested too deeply or too large",
                line=line,
                advice="Đơn giản hóa mô hình. / Simplify the model.",
            )
        children = [child for child in node if self._is_ours(child)]
        return Element(
            tag=etree.QName(node).localname,
            attributes={etree.QName(key).localname: str(value) for key, value in node.attrib.items()},
            text="".join([node.text or "", *[child.tail or "" for child in node]]),
            line=line,
            children=tuple(self.build(child, depth + 1) for child in children),
            prefixes={str(key or ""): str(uri) for key, uri in node.nsmap.items()} if depth == 0 else {},
        )

    def _is_ours(self, node: etree._Element) -> bool:
        return isinstance(node.tag, str) and etree.QName(node).namespace == self.namespace
