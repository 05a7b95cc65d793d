"""Letters for tests: fictional examples, one press for the run, and ways to look into a PDF."""

import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from forms import letters
from forms.letter_data import LetterKind
from forms.letter_process import ROOT
from forms.letters import LetterPress, Pdf, common_template

HERE = Path(__file__).parent
AT = datetime(2026, 3, 5, 9, 12, tzinfo=timezone(timedelta(hours=7)))

Print = Callable[..., Pdf]


@pytest.fixture(scope="session")
def press() -> Iterator[LetterPress]:
    """A press of this run's own."""
    press = LetterPress()
    yield press
    press.close()


@pytest.fixture(scope="session")
def example() -> Callable[[LetterKind], dict[str, Any]]:
    """The fictional data of a letter."""

    def read(kind: LetterKind) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((HERE / "data" / f"{kind.value}.json").read_text(encoding="utf-8"))
        return data

    return read


@pytest.fixture(scope="session")
def at() -> datetime:
    """When the letters of these tests are made."""
    return AT


@pytest.fixture(scope="session")
def printed(press: LetterPress, example: Callable[[LetterKind], dict[str, Any]]) -> Print:
    """Prints a letter of the common set with its example data, in part replaced by `changes`."""

    def make(kind: LetterKind, lang: str = "vi", **changes: Any) -> Pdf:
        return press.render(common_template(kind), example(kind) | changes, at=AT, lang=lang)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def opened() -> Callable[[Pdf], PdfReader]:
    """The PDF as a reader sees it."""
    return lambda pdf: PdfReader(io.BytesIO(pdf.content), strict=True)


@pytest.fixture(scope="session")
def words(opened: Callable[[Pdf], PdfReader]) -> Callable[[Pdf], str]:
    """All letters of a PDF without any space: where a line ends is the layout's affair."""
    return lambda pdf: "".join("".join(page.extract_text() for page in opened(pdf).pages).split())


@pytest.fixture(scope="session")
def pictured() -> Callable[[LetterKind, dict[str, Any]], list[bytes]]:
    """The first pages of a letter of the common set as small PNG pictures."""
    compiler = typst.Compiler(root=ROOT, ignore_system_fonts=True)

    def draw(kind: LetterKind, data: dict[str, Any]) -> list[bytes]:
        inputs = letters._inputs(data, set()) | {"lang": "vi", "families": json.dumps(letters.FAMILIES)}
        pages = compiler.compile(input=common_template(kind), format="png", ppi=36, sys_inputs=inputs)
        return pages[:3] if isinstance(pages, list) else [pages or b""]

    return draw


@pytest.fixture(scope="session")
def inked() -> Callable[[bytes], tuple[float, float]]:
    """Where the leftmost and the rightmost ink of a page is, as parts of its width."""

    def measure(picture: bytes) -> tuple[float, float]:
        rows = png_rows(picture)
        width = len(rows[0]) // 4
        columns = {x for row in rows for x in range(width) if min(row[4 * x : 4 * x + 3]) < 160}
        return min(columns) / width, (max(columns) + 1) / width

    return measure


def png_rows(picture: bytes) -> list[bytearray]:
    """The rows of a PNG of eight-bit RGBA, its filters taken away."""
    chunks: dict[bytes, bytes] = {}
    place = 8
    while place < len(picture):
        size, name = struct.unpack_from(">I4s", picture, place)
        chunks[name] = chunks.get(name, b"") + picture[place + 8 : place + 8 + size]
        place += size + 12
    width, _, depth, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, colour) == (8, 6), "expected eight-bit RGBA"
    plain, length = zlib.decompress(chunks[b"IDAT"]), 4 * width
    rows, above = [], bytearray(length)
    for start in range(0, len(plain), length + 1):
        row = bytearray(plain[start + 1 : start + 1 + length])
        unfilter(plain[start], row, above)
        rows.append(row)
        above = row
    return rows


def unfilter(kind: int, row: bytearray, above: bytearray) -> None:
    """Undo one of PNG's five filters in place."""
    for x in range(len(row)) if kind else ():
        left, corner = (row[x - 4], above[x - 4]) if x >= 4 else (0, 0)
        if kind == 4:
            ahead = left + above[x] - corner
            guess = min((left, above[x], corner), key=lambda value: abs(ahead - value))
        else:
            guess = (left, above[x], (left + above[x]) // 2)[kind - 1]
        row[x] = (row[x] + guess) & 255


@pytest.fixture(scope="session")
def tags(opened: Callable[[Pdf], PdfReader]) -> Callable[[Pdf], list[tuple[str, str]]]:
    """Every element of the PDF's structure in reading order: its kind and its alternative text."""

    def walk(node: object) -> Iterator[tuple[str, str]]:
        while isinstance(node, IndirectObject):
            node = node.get_object()
        if isinstance(node, list):
            for inner in node:
                yield from walk(inner)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                yield str(node["/S"]), str(node.get("/Alt", ""))
            yield from walk(node.get("/K"))

    return lambda pdf: list(walk(opened(pdf).trailer["/Root"]["/StructTreeRoot"]))  # type: ignore[index]
