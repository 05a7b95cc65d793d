"""Checks an archive with nothing but the archive: no database, no network, no trust in what any one part of it says.

Every file must be the one that the manifest names; the history must be a whole chain; and what the archive says of the
dossier must follow from the history, the bundle that its first entry names, and the calendar. Whoever could write all
of it anew could also work out every hash; only a hash kept elsewhere (`head`) tells then.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

import orjson

from engine.deadlines.calendar import load_calendar
from engine.errors import EngineError
from engine.history import archive_facts as layout
from engine.history.archive_facts import Law, described
from engine.history.folding import line_of, take
from engine.history.journal import digest
from engine.history.picture import LONG_AGO, Picture
from engine.runtime.archive import check_path
from engine.runtime.bundle import Bundle
from engine.zips import UNREADABLE

_CHUNK: Final = 256 * 1024  # bytes
_LONGEST_LINE: Final = 64_000_000  # bytes of one entry
_LARGEST: Final = 200_000_000  # bytes of a part that is read whole
_UNREADABLE: Final = (*UNREADABLE, TypeError, AttributeError, EngineError)  # the ZIP, or what it holds


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in which part, in both languages."""

    part: str
    vi: str
    en: str


@dataclass
class Report:
    """What a check has found. `code`, `made_at` and `made_by` are what the archive says of itself."""

    code: str = ""
    made_at: str = ""
    made_by: str = ""
    files: int = 0
    entries: int = 0
    head: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def add(self, part: str, vi: str, en: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(part, vi, en))


def check(file: IO[bytes], head: str = "") -> Report:
    """Everything that is wrong with an archive; `head` is the history's last hash as known from elsewhere."""
    report = Report()
    try:
        with zipfile.ZipFile(file) as archive:
            _Check(archive, report).run()
    except _UNREADABLE as problem:
        report.add("zip", f"Không đọc được tệp nén ({problem}).", f"the ZIP cannot be read ({problem})")
    if head and head.strip().lower() != report.head:
        report.add(
            layout.HISTORY,
            f"Mã băm cuối phải là {head.strip()[:12]}…, trong tệp là {report.head[:12]}…: không phải lịch sử đã giữ.",
            f"expected the history to end in {head.strip()}, found {report.head}: not the history that was kept",
        )
    return report


class _Check:
    """One check of one archive, part by part; a part that cannot be read does not hide what is wrong with others."""

    def __init__(self, archive: zipfile.ZipFile, report: Report) -> None:
        self.archive = archive
        self.report = report
        self.manifest: Mapping[str, Any] = {}
        self.listed: dict[str, Mapping[str, Any]] = {}
        self.picture = Picture(LONG_AGO)

    def run(self) -> None:
        """Look at every part."""
        for part, look in (
            ("zip", self._names),
            (layout.MANIFEST, self._manifest),
            ("zip", self._files),
            (layout.HISTORY, self._history),
            (layout.PROCEDURE, self._bundle),
            (layout.CALENDARS, self._calendars),
            (layout.PAPERS, self._papers),
            (layout.DOSSIER, self._dossier),
        ):
            try:
                look()
            except _UNREADABLE as problem:
                said = str(problem) or type(problem).__name__
                self.report.add(part, f"Không đọc được phần này ({said}).", f"this part cannot be read ({said})")

    def _names(self) -> None:
        seen: set[str] = set()
        for name in self.archive.namelist():
            check_path(name)
            if name in seen:
                self.report.add(name, "Tệp có mặt hai lần.", "the file is there twice")
            seen.add(name)

    def _manifest(self) -> None:
        self.manifest = orjson.loads(self._whole(layout.MANIFEST))
        said = (self.manifest["format"], self.manifest["version"])
        if said != (layout.FORMAT, layout.VERSION):
            self.report.add(
                layout.MANIFEST,
                f"Không phải tệp lưu trữ phiên bản {layout.VERSION} của motcua.",
                f"expected {layout.FORMAT} version {layout.VERSION}, found {said[0]} version {said[1]}",
            )
        self.report.code = str(self.manifest["dossier"]["code"])
        self.report.made_at, self.report.made_by = str(self.manifest["made_at"]), str(self.manifest["made_by"])
        self.listed = {str(each["path"]): each for each in self.manifest["files"]}

    def _files(self) -> None:
        """Every file is there, is the one the manifest names, and no other is there."""
        there = set(self.archive.namelist()) - {layout.MANIFEST}
        for path in sorted(set(self.listed) - there):
            self.report.add(path, "Thiếu tệp này.", "the file is missing")
        for path in sorted(there - set(self.listed)):
            self.report.add(path, "Tệp không có trong danh mục.", "the file is not in the manifest")
        for path in sorted(there & set(self.listed)):
            self.report.files += 1
            said = self.listed[path]
            try:
                size, found = self._measure(path, int(said["size"]))
            except _UNREADABLE as problem:
                self.report.add(path, f"Không đọc được tệp ({problem}).", f"the file cannot be read ({problem})")
                continue
            if (size, found) != (said["size"], said["sha256"]):
                self.report.add(
                    path,
                    "Nội dung tệp đã bị sửa.",
                    f"expected {said['size']} bytes with the SHA-256 {said['sha256']}, found {size} with {found}",
                )

    def _measure(self, path: str, expected: int) -> tuple[int, str]:
        """Size and hash of a member; it is read no further than one byte behind what was expected."""
        hashed, size = hashlib.sha256(), 0
        with self.archive.open(path) as member:
            while size <= expected and (piece := member.read(min(_CHUNK, expected + 1 - size))):
                hashed.update(piece)
                size += len(piece)
        return size, hashed.hexdigest()

    def _history(self) -> None:
        """Each entry carries the hash of the one before; the last one is the head that the manifest names."""
        dossier = str(self.manifest.get("dossier", {}).get("id", ""))
        for number, line in enumerate(self._lines(), start=1):
            if fault := self._fault_of(line, number, dossier):
                self.report.add(layout.HISTORY, *fault)
                break
            self.report.entries, self.report.head = number, line["hash"]
            take(self.picture, line_of(orjson.loads(line["entry"]), line["hash"]))
        said = self.manifest.get("history", {})
        if (self.report.entries, self.report.head) != (said.get("entries"), said.get("head")):
            self.report.add(
                layout.HISTORY,
                f"Lịch sử phải có {said.get('entries')} mục, chỉ {self.report.entries} mục nối nhau đúng.",
                f"expected {said.get('entries')} entries ending in {said.get('head')}, "
                f"found {self.report.entries} ending in {self.report.head}",
            )

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self.archive.open(layout.HISTORY) as member:
            while line := member.readline(_LONGEST_LINE):
                yield orjson.loads(line)

    def _fault_of(self, line: Mapping[str, Any], number: int, dossier: str) -> tuple[str, str] | None:
        """What is wrong with one entry, in Vietnamese and English."""
        if digest(line["entry"]) != line["hash"]:
            return f"Mục số {number} đã bị sửa.", f"entry {number} does not have the hash recorded for it"
        entry = orjson.loads(line["entry"])
        if (entry["seq"], entry["prev"]) != (number, self.report.head):
            return f"Mục số {number} không nối tiếp mục trước.", f"entry {number} does not follow entry {number - 1}"
        if dossier and entry["stream"] != dossier:
            return f"Mục số {number} thuộc hồ sơ khác.", f"entry {number} belongs to another dossier"
        return None

    def _bundle(self) -> None:
        """The diagrams, forms and tables are those that the first entry of the history names."""
        if self._loaded_bundle().checksum != self.picture.checksum:
            self.report.add(
                layout.PROCEDURE,
                "Quy trình, biểu mẫu hoặc bảng quyết định không phải bộ mà hồ sơ đã theo.",
                f"expected the bundle {self.picture.checksum} that the history names, found another",
            )

    def _loaded_bundle(self) -> Bundle:
        names = [name for name in self.archive.namelist() if name.startswith(layout.PROCEDURE)]
        return Bundle({name.removeprefix(layout.PROCEDURE): self._whole(name) for name in names})

    def _calendars(self) -> None:
        """The calendars are those that the history names."""
        for said in self.picture.calendars:
            path = layout.calendar_path(said.number)
            if said.fingerprint and load_calendar(self._whole(path)).fingerprint != said.fingerprint:
                self.report.add(
                    path,
                    "Lịch làm việc không phải lịch mà lịch sử ghi nhận.",
                    f"expected the calendar with the fingerprint {said.fingerprint} that the history names",
                )

    def _papers(self) -> None:
        """Every paper that the history names is there, with the bytes that the history names."""
        index = {str(each["id"]): each for each in orjson.loads(self._whole(layout.DOSSIER))["papers"]}
        for paper in self.picture.papers.values():
            said = index.pop(paper.id, None)
            path = str(said["path"]) if said else paper.filename
            file = self.listed.get(path)
            if said is None or file is None:
                self.report.add(path, "Thiếu giấy tờ có trong lịch sử.", "a paper that the history names is missing")
            elif (file["sha256"], said["sha256"]) != (paper.sha256, paper.sha256):
                self.report.add(
                    path,
                    "Giấy tờ khác với bản mà lịch sử ghi nhận.",
                    f"expected the SHA-256 {paper.sha256} that the history names, found {file['sha256']}",
                )
        for left in index.values():
            self.report.add(
                str(left["path"]), "Giấy tờ không có trong lịch sử.", "the history does not name this paper"
            )

    def _dossier(self) -> None:
        """What the archive says of the dossier, and its due date, follow from the history."""
        said = orjson.loads(self._whole(layout.DOSSIER))
        number = self.picture.calendar if self.picture.calendar is not None else int(said["clock"]["calendar"])
        calendar = load_calendar(self._whole(layout.calendar_path(number)))
        case = said["case"] if self.picture.case is None else self.picture.case
        law = Law(self._loaded_bundle().typed_facts, case, calendar, number)
        follows = orjson.loads(orjson.dumps(described(self.picture, law, said["papers"])))
        for name in sorted(set(said) | set(follows)):
            if said.get(name) != follows.get(name):
                self.report.add(
                    f"{layout.DOSSIER}#{name}",
                    f"Mục “{name}” không khớp với lịch sử.",
                    f"'{name}' is not what follows from the history",
                )
        due = law.due(self.picture)[0].due_at
        if self.picture.promised and due and due != self.picture.promised:
            self.report.add(
                layout.calendar_path(number),
                f"Theo lịch này hạn trả là {due:%d/%m/%Y}, nhưng lịch sử ghi {self.picture.promised:%d/%m/%Y}.",
                f"by this calendar the dossier was due on {due.isoformat()}, "
                f"by its history on {self.picture.promised.isoformat()}",
            )

    def _whole(self, path: str) -> bytes:
        with self.archive.open(path) as member:
            content = member.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ValueError(f"{path} is larger than {_LARGEST:,} bytes")
        return content
