"""Tables as files: CSV that Excel opens with its accents, and XLSX. No cell of text ever becomes a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, stream_with_context
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.workbook.workbook import Workbook

Cell = str | int | float | None
BOM = "\ufeff"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 64 * 1024  # bytes
_IN_MEMORY = 4 * 1024 * 1024  # bytes of a workbook that need no file on disk
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(rows: Iterable[Sequence[Cell]], filename: str) -> Response:
    """The rows as they come, none kept in memory."""
    return _download(stream_with_context(_csv_lines(rows)), CSV, filename)


def as_xlsx(rows: Iterable[Sequence[Cell]], title: str, filename: str) -> Response:
    """The rows as a workbook of one sheet; a large one lies in a temporary file until it is sent."""
    workbook = Workbook(write_only=True)  # type: ignore[no-untyped-call]
    sheet = workbook.create_sheet(title[:31])  # type: ignore[no-untyped-call]
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    workbook.save(file)  # type: ignore[no-untyped-call]
    return _download(_chunks(file), XLSX, filename)


def _csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    line.write(BOM)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _plain(cell: Cell) -> Cell:
    """Text that a spreadsheet would calculate gets an apostrophe before it: what is behind it is text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell


def _xlsx_cell(sheet: object, value: Cell) -> object:
    if not isinstance(value, str):
        return value
    cell: Any = WriteOnlyCell(sheet, _without_controls(value))  # type: ignore[no-untyped-call]
    cell.data_type = "s"  # whatever it begins with
    return cell


def _without_controls(text: str) -> str:
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")


def _chunks(file: "tempfile.SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    file.seek(0)
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _download(body: Iterator[str] | Iterator[bytes], media_type: str, filename: str) -> Response:
    response = Response(body, content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    return response
