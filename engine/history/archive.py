"""Writes a whole dossier as one ZIP, piece by piece: whatever its size, little of it is in memory at once.

What it says is fixed when it begins: entries that are written to the history meanwhile stay out.
"""

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine.deadlines.calendar import load_calendar
from engine.document_kinds import safe_name
from engine.errors import NotFoundError
from engine.history import archive_facts as layout
from engine.history.archive_facts import Law, described
from engine.history.archive_readme import readme
from engine.history.folding import take
from engine.history.journal import Entry, entries
from engine.history.picture import PaperThen, Picture
from engine.history.timeline import told
from engine.persistence import documents
from engine.persistence.tables import CalendarVersionRow, DossierRow, ProcedureVersionRow
from engine.runtime.bundle import Bundle

_PAGE = 200  # entries read at once
_LONGEST_NAME = 160  # bytes of a file's name
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)


class Store(Protocol):
    """Where the bytes of papers come from."""

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes, piece by piece; NotFoundError when they are not there."""
        ...


@dataclass(frozen=True)
class Making:
    """Who makes an archive, and when."""

    by: str
    at: datetime


@dataclass
class _Written:
    """What has gone into the archive so far."""

    files: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class _Pipe(io.RawIOBase):
    """A file that can only be written to and is emptied as it fills."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What has been written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def filename(dossier: DossierRow) -> str:
    """What the archive is called."""
    return f"{safe_name(dossier.code)}.zip"


def write(session: Session, store: Store, dossier: DossierRow, making: Making) -> Iterator[bytes]:
    """The archive of a dossier, in pieces. A paper whose bytes are lost is named in the manifest as missing."""
    pipe, written = _Pipe(), _Written()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as out:
        for path, pieces in _parts(session, store, dossier, making, written):
            yield from _member(out, pipe, path, pieces, written)
        yield from _member(out, pipe, layout.MANIFEST, [_manifest(dossier, making, written)], _Written())
    yield pipe.taken()


def _parts(
    session: Session, store: Store, dossier: DossierRow, making: Making, written: _Written
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Every member with its bytes, in the order in which they are written."""
    head = dossier.journal_head
    yield layout.README, [readme(dossier.code, making.at.isoformat(timespec="seconds"), making.by, head)]
    picture = Picture(making.at)
    yield layout.HISTORY, _history(session, dossier, picture)
    bundle = _bundle(session, UUID(picture.version))
    calendars = dict(_calendars(session, dossier, picture))
    number = picture.calendar if picture.calendar is not None else min(calendars)
    case = dossier.procedure_case if picture.case is None else picture.case
    law = Law(bundle.typed_facts, case, load_calendar(calendars[number]), number)
    papers = _papers(session, dossier, picture)
    for path, paper in papers:
        try:
            yield path, store.read(paper.sha256)
        except NotFoundError:
            written.missing.append(path)
    index = [_about(session, path, paper) for path, paper in papers]
    yield layout.DOSSIER, [orjson.dumps(described(picture, law, index), option=orjson.OPT_INDENT_2)]
    for path, content in bundle.files.items():
        yield layout.PROCEDURE + path, [content]
    for key, content in calendars.items():
        yield layout.calendar_path(key), [content]


def _member(
    out: zipfile.ZipFile, pipe: _Pipe, path: str, pieces: Iterable[bytes], written: _Written
) -> Iterator[bytes]:
    """Write one member and remember its size and hash."""
    info = zipfile.ZipInfo(path, date_time=_FIRST_MOMENT)
    stored = path.startswith((layout.PAPERS, layout.LETTERS))  # pictures and PDFs are compressed already
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o100644 << 16
    hashed, size = hashlib.sha256(), 0
    with out.open(info, "w", force_zip64=True) as member:
        for piece in pieces:
            hashed.update(piece)
            size += len(piece)
            member.write(piece)
            if ready := pipe.taken():
                yield ready
    written.files.append({"path": path, "size": size, "sha256": hashed.hexdigest()})
    yield pipe.taken()


def _history(session: Session, dossier: DossierRow, picture: Picture) -> Iterator[bytes]:
    """The entries up to the one that headed the history at the beginning; the picture takes them in on the way."""
    seq = 0
    while page := entries(session, dossier.id, after=seq, limit=_PAGE):
        kept = [row for row in page if row.seq <= dossier.journal_seq]
        for row in kept:
            take(picture, told(row))
        yield b"".join(_as_line(row) for row in kept)
        seq = page[-1].seq
        session.expunge_all()


def _as_line(row: Entry) -> bytes:
    return orjson.dumps({"hash": row.hash, "entry": row.entry}) + b"\n"


def _bundle(session: Session, version_id: UUID) -> Bundle:
    row = session.get_one(ProcedureVersionRow, version_id, options=[undefer(ProcedureVersionRow.bundle)])
    return Bundle.from_zip(row.bundle)


def _calendars(session: Session, dossier: DossierRow, picture: Picture) -> Iterator[tuple[int, bytes]]:
    """The calendars that the dossier was counted by; where the history says none, the newest at its filing."""
    rows = session.scalars(select(CalendarVersionRow).where(CalendarVersionRow.number <= dossier.calendar_number))
    known = {row.number: row for row in rows}
    earlier = [number for number, row in known.items() if row.imported_at <= dossier.submitted_at]
    first = max(earlier, default=0)
    applied = {each.number for each in picture.calendars}
    for number in sorted(applied or {first}):
        if number == 0:
            yield 0, (files("engine.deadlines") / "calendars" / "vietnam.toml").read_bytes()
        else:
            yield number, known[number].content.encode()


def _papers(session: Session, dossier: DossierRow, picture: Picture) -> Sequence[tuple[str, PaperThen]]:
    """Every paper that the history names, with a place of its own in the archive."""
    found = []
    for number, paper in enumerate(picture.papers.values(), start=1):
        folder = layout.LETTERS if paper.letter else layout.PAPERS
        found.append((f"{folder}{number:03d}-{_short(safe_name(paper.filename))}", paper))
    return found


def _short(name: str) -> str:
    """A name that every file system takes: composed letters, no spaces at the ends, not too many bytes."""
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    suffix = path.suffix.encode()[:20].decode(errors="ignore")
    stem = path.stem.encode()[: _LONGEST_NAME - len(suffix.encode())].decode(errors="ignore").strip(" .")
    return f"{stem or 'paper'}{suffix}"


def _about(session: Session, path: str, paper: PaperThen) -> dict[str, Any]:
    row = documents.get(session, UUID(paper.id))
    return {
        "id": paper.id,
        "path": path,
        "filename": paper.filename,
        "media_type": row.media_type if row else "",
        "size": paper.size,
        "sha256": paper.sha256,
        "letter": paper.letter,
    }


def _manifest(dossier: DossierRow, making: Making, written: _Written) -> bytes:
    content = {
        "format": layout.FORMAT,
        "version": layout.VERSION,
        "dossier": {"id": str(dossier.id), "code": dossier.code},
        "made_at": making.at.isoformat(),
        "made_by": making.by,
        "history": {"entries": dossier.journal_seq, "head": dossier.journal_head},
        "missing": written.missing,
        "files": sorted(written.files, key=lambda each: str(each["path"])),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)
