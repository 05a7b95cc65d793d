"""Which kinds of file are taken as papers: recognised by their content, and named accordingly.

What is not on the list is refused. Files that a browser would run (HTML, SVG), programs and documents with macros
are not on it. A ZIP packs the parts of one paper, as the maps of a plan come: files of these kinds and of maps only.
"""

import re
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO

import puremagic

from engine.errors import InvalidInputError
from engine.zips import UNREADABLE

_HEAD = 8 * 1024  # bytes that are enough to recognise a kind
_END, _LONGEST_END = 22, 22 + 65_535 + 20  # bytes of the record that ends a ZIP: alone; with comment and locator
_LONGEST_LIST = 2 * 1024 * 1024  # bytes of the list of what a ZIP packs
_LONGEST_NAME = 150  # characters

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
DOCX, XLSX = _OFFICE + "wordprocessingml.document", _OFFICE + "spreadsheetml.sheet"
ZIP, GEOPACKAGE = "application/zip", "application/geopackage+sqlite3"
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")  # the application's id in the header of the database (OGC 12-128, 1.1.1)

EXTENSIONS: Mapping[str, frozenset[str]] = {
    "application/pdf": frozenset({".pdf"}),
    "image/jpeg": frozenset({".jpg", ".jpeg"}),
    "image/png": frozenset({".png"}),
    "image/tiff": frozenset({".tif", ".tiff"}),
    "image/x-dwg": frozenset({".dwg"}),
    DOCX: frozenset({".docx"}),
    XLSX: frozenset({".xlsx"}),
    _OPEN + "text": frozenset({".odt"}),
    _OPEN + "spreadsheet": frozenset({".ods"}),
    GEOPACKAGE: frozenset({".gpkg"}),
    ZIP: frozenset({".zip"}),
}
_MAPS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg", ".qml", ".gml", ".geojson", ".dxf", ".csv", ".txt"})
_PACKED = _MAPS | {extension for kind, names in EXTENSIONS.items() if kind != ZIP for extension in names}
_TAKEN = frozenset(extension for kinds in EXTENSIONS.values() for extension in kinds)


class KindRefusedError(InvalidInputError):
    """Files of this kind are not taken."""

    code = "file-kind-refused"
    status = 415
    title_vi = "Không nhận loại tệp này."


def recognise(stream: IO[bytes], filename: str) -> str:
    """The media type of a file by its content; the stream is left at its start.

    Raises:
        KindRefusedError: the kind is unknown or not taken, or the file's name says another one.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    found = _in_zip(stream) if head.startswith(b"PK\x03\x04") else _by_head(head)
    stream.seek(0)
    extension = PurePosixPath(filename).suffix.lower()
    if found in EXTENSIONS and extension in EXTENSIONS[found]:
        return found
    raise _refusal(filename)


def refuse_name(filename: str) -> None:
    """Refuse a file by its name alone, before it is sent.

    Raises:
        KindRefusedError: no kind that is taken has such a name.
    """
    if PurePosixPath(filename).suffix.lower() not in _TAKEN:
        raise _refusal(filename)


def _refusal(filename: str) -> KindRefusedError:
    """What is wrong with this one file; the field that it was for tells which kinds it takes."""
    extension = PurePosixPath(filename).suffix[:12]
    if extension.lower() in _TAKEN:
        kind = extension[1:].upper()
        return KindRefusedError(
            f"expected a {kind} file, as its name says, found another kind; save or scan the paper as {kind} and send "
            "it again",
            f"Nội dung của tệp không phải là {kind} như tên tệp. Hãy lưu hoặc quét giấy tờ thành {kind} rồi gửi lại.",
        )
    vi, en = (
        (f"có đuôi “{extension}”", f"ending in '{extension}'") if extension else ("không có đuôi", "without ending")
    )
    return KindRefusedError(
        f"expected a file of a kind that is taken, such as PDF, found a name {en}; save or scan the paper as PDF and "
        "send it again",
        f"Không nhận tệp {vi}. Hãy lưu hoặc quét giấy tờ thành PDF rồi gửi lại.",
    )


def safe_name(filename: str) -> str:
    """The name to keep of a file: no folders, no control characters, not too long, never empty."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]', "", name).strip(" .")
    path = PurePosixPath(name or "tài liệu")
    return path.stem[: _LONGEST_NAME - len(path.suffix)] + path.suffix[:_LONGEST_NAME]


def _by_head(head: bytes) -> str:
    if head.startswith(b"SQLite format 3\0"):
        return GEOPACKAGE if head[68:72] in _GEOPACKAGES else ""
    try:
        return puremagic.magic_string(head)[0].mime_type if head else ""
    except puremagic.PureError:
        return ""


def _has_short_list(stream: IO[bytes]) -> bool:
    """Whether the list of what a ZIP packs is short enough to be read into memory; no paper packs a million files."""
    length = stream.seek(0, 2)
    stream.seek(max(0, length - _LONGEST_END))
    tail = stream.read()
    end = len(tail) - _END if tail[-_END:].startswith(b"PK\x05\x06") else tail.rfind(b"PK\x05\x06")
    many = tail[max(0, end - 20) :].startswith(b"PK\x06\x07")  # the other record, for more than 65,535 files
    return end >= 0 and not many and int.from_bytes(tail[end + 12 : end + 16], "little") <= _LONGEST_LIST


def _in_zip(stream: IO[bytes]) -> str:
    """The kind of a packed file by what it packs; only names are read, nothing is unpacked but one short one."""
    if not _has_short_list(stream):
        return ""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if any(name.endswith("vbaProject.bin") for name in names):
                return ""
            if "[Content_Types].xml" in names:
                return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else ""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return archive.read("mimetype").decode("ascii", "replace")
            packed = [PurePosixPath(name) for name in names if not name.endswith("/")]
            if packed and all(path.suffix.lower() in _PACKED and ".." not in path.parts for path in packed):
                return ZIP
    except UNREADABLE:
        pass  # damaged or encrypted: of no kind that is known
    return ""
