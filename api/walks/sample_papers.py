"""A small valid PDF, or a ZIP with one, to stand for a paper in walks and demos."""

import io
import zipfile


def sample_paper(name: str) -> tuple[bytes, str]:
    """What the name promises, and its media type: a ZIP for "….zip", a PDF for everything else."""
    if not name.lower().endswith(".zip"):
        return sample_pdf(name), "application/pdf"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sample.pdf"), sample_pdf(name))  # of no day: the same bytes each time
    return packed.getvalue(), "application/zip"


def sample_pdf(title: str) -> bytes:
    """One A4 page that says SAMPLE and the title (letters beyond ASCII are left out)."""
    plain = "".join(letter for letter in title if letter.isascii() and letter.isprintable() and letter not in "()\\")
    text = f"BT /F1 24 Tf 72 760 Td (SAMPLE) Tj /F1 12 Tf 0 -36 Td ({plain}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)
