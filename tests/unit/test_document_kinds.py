"""Which files are taken as papers: by what they are, not by what they are called."""

import io
import zipfile

import pytest

from api.walks.sample_papers import sample_paper, sample_pdf
from engine.document_kinds import DOCX, KindRefusedError, recognise, safe_name

PDF = sample_pdf("giấy tờ")


def _zipped(**entries: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in entries.items():
            # of one moment, as the bytes name tests: all processes that share them out must find the same names
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/")), text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("program.exe", b"MZ\x90\x00" + b"\0" * 100),
        ("note.txt", b"just text"),
        ("empty.pdf", b""),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        ("paper.exe", PDF),
        ("archive.zip", _zipped(a="b")),
        ("program.zip", _zipped(**{"setup.exe": "MZ"})),
        ("page.zip", _zipped(**{"map.shp": "x", "index.html": "<script>"})),
        ("nested.zip", _zipped(**{"inner.zip": "PK"})),
        ("outside.zip", _zipped(**{"..__plan.pdf": "x"})),
        ("plain.gpkg", b"SQLite format 3\0" + bytes(100)),
        ("archive.docx", _zipped(a="b")),
        ("macros.docx", _zipped(**{"[Content_Types].xml": "", "word__document.xml": "", "word__vbaProject.bin": ""})),
        ("broken.docx", _zipped(**{"[Content_Types].xml": "", "word__document.xml": ""})[:60]),
    ],
)
def test_what_is_not_on_the_list_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(KindRefusedError, match="save or scan the paper as"):
        recognise(io.BytesIO(content), name)


def test_a_refusal_speaks_of_this_file_and_not_of_every_kind() -> None:
    told = {}
    for name in ("đơn.docx", "đơn.exe", "đơn"):
        with pytest.raises(KindRefusedError) as refusal:
            recognise(io.BytesIO(b"MZ"), name)
        told[name] = refusal.value.message_vi
    assert "không phải là DOCX như tên tệp" in told["đơn.docx"]
    assert "Không nhận tệp có đuôi “.exe”" in told["đơn.exe"]
    assert "Không nhận tệp không có đuôi" in told["đơn"]


def test_a_file_is_known_by_its_content_and_left_at_its_start() -> None:
    for name, content, kind in (
        ("a.PDF", PDF, "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 100, "image/jpeg"),
        ("a.dwg", b"AC1032" + b"\0" * 100, "image/x-dwg"),
        ("a.docx", _zipped(**{"[Content_Types].xml": "<Types/>", "word__document.xml": "<w/>"}), DOCX),
        (
            "a.odt",
            _zipped(mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        ("a.zip", _zipped(**{"maps__plan.SHP": "x", "maps__plan.dbf": "x", "plan.pdf": "x"}), "application/zip"),
        ("a.gpkg", b"SQLite format 3\0" + bytes(52) + b"GPKG" + bytes(28), "application/geopackage+sqlite3"),
    ):
        stream = io.BytesIO(content)
        assert recognise(stream, name) == kind
        assert stream.read() == content


def test_a_zip_whose_list_would_fill_the_memory_is_refused_unread() -> None:
    packed = bytearray(_zipped(**{"plan.pdf": "x"}))
    packed[-10:-6] = (500 * 1024 * 1024).to_bytes(4, "little")
    with pytest.raises(KindRefusedError):
        recognise(io.BytesIO(packed), "plan.zip")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Tờ trình số 1.pdf", "Tờ trình số 1.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Lan\\tờ trình.pdf", "tờ trình.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "tài liệu"),
        ("...", "tài liệu"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_could_mislead(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("name", ["Sơ đồ.pdf", "bản đồ.zip"])
def test_the_sample_papers_of_walks_are_what_their_names_say(name: str) -> None:
    content, media_type = sample_paper(name)
    assert recognise(io.BytesIO(content), name) == media_type


def test_a_damaged_office_document_is_refused_like_an_unknown_one() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    content = bytearray(packed.getvalue())
    content[40:50] = b"\xff" * 10  # within what is packed
    with pytest.raises(KindRefusedError):
        recognise(io.BytesIO(content), "letter.odt")
