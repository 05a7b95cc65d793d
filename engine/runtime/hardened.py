"""XML from a stranger, read so that it can do nothing but be wrong: with `parser`, all the lxml of this package."""

import re
from typing import Any, Final, cast

from lxml import etree

from engine.model import Finding
from engine.runtime.rules import rule

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 100

_BOM = b"\xef\xbb\xbf"
_DECLARED_ENCODING = re.compile(rb"""\A<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]*)""")
_DECLARATION = re.compile(rb"\A<\?xml\s[^>]*\?>")

TOO_BIG = rule(
    "xml-too-big",
    ("Tệp có {size} byte, giới hạn là {limit}.", "The file has {size} bytes; the limit is {limit}."),
    ("Tách quy trình: dùng callActivity.", "Split the process: call a shared one with a callActivity."),
)
ENCODING = rule(
    "xml-encoding",
    ("Tệp không phải UTF-8 ({found}).", "The file is not UTF-8 ({found})."),
    ("Lưu lại tệp dạng UTF-8.", "Save the file as UTF-8."),
)
DOCTYPE = rule(
    "xml-doctype",
    ("Tệp chứa DOCTYPE hoặc ENTITY.", "The file holds a DOCTYPE or an ENTITY."),
    ("Xóa phần khai báo này; BPMN không cần.", "Delete the declaration; BPMN needs none."),
)
INSTRUCTION = rule(
    "xml-instruction",
    ("Tệp chứa chỉ thị xử lý <?{found}…?>.", "The file holds a processing instruction <?{found}…?>."),
    ("Xóa chỉ thị này.", "Delete the instruction."),
)
TOO_DEEP = rule(
    "xml-too-deep",
    ("Các thẻ lồng nhau quá {limit} lớp.", "The elements nest deeper than {limit} levels."),
    ("Bớt subProcess lồng nhau: dùng callActivity.", "Nest fewer subprocesses: use callActivity."),
)
UNREADABLE = rule(
    "xml-unreadable",
    ("Không đọc được XML: {found}.", "The XML cannot be read: {found}."),
    ("Mở và lưu lại bằng trình vẽ BPMN.", "Open and save it again in a BPMN editor."),
)


class ParseRefused(Exception):
    """The XML cannot be read; `findings` says where and why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = findings


def parse_xml(source: bytes, path: str) -> etree._Element:
    """The root of an XML document in UTF-8 without any document type, entity or processing instruction.

    Raises:
        ParseRefused: too big, not UTF-8, a forbidden construct, too deep, or not well-formed XML.
    """
    source = source.removeprefix(_BOM)
    _check_text(source, path)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as problem:
        found = UNREADABLE.at(path, problem.lineno or 0, found=problem.msg or "?")
        raise ParseRefused((found,)) from None
    _check_tree(root, path)
    return root


def line_of(element: etree._Element) -> int:
    """The line of the file where the element begins; 0 when it is not known."""
    return int(cast("Any", element).sourceline or 0)


def _check_text(source: bytes, path: str) -> None:
    if len(source) > MAX_BYTES:
        raise ParseRefused((TOO_BIG.at(path, size=len(source), limit=MAX_BYTES),))
    declared = _DECLARED_ENCODING.match(source)
    if declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii", b"ascii"}:
        raise ParseRefused((ENCODING.at(path, 1, found=declared[1].decode("ascii")),))
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = source.count(b"\n", 0, problem.start) + 1
        raise ParseRefused((ENCODING.at(path, line, found=problem.reason),)) from None
    for word in (b"<!DOCTYPE", b"<!ENTITY"):
        if (offset := source.find(word)) >= 0:
            raise ParseRefused((DOCTYPE.at(path, source.count(b"\n", 0, offset) + 1),))
    body = _DECLARATION.sub(b"", source, count=1)
    if instruction := re.search(rb"<\?([^\s?>]{0,40})", body):
        line = source.count(b"\n", 0, len(source) - len(body) + instruction.start()) + 1
        name = instruction[1].decode("utf-8", "replace")
        raise ParseRefused((INSTRUCTION.at(path, line, found=name),))


def _check_tree(root: etree._Element, path: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise ParseRefused((TOO_DEEP.at(path, line_of(element), limit=MAX_DEPTH),))
