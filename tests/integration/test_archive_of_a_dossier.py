"""A dossier as one ZIP: everything is in it, anybody can check it without a database, and any change is found."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from city import City
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine import comments, documents, letters, transition
from engine.clock import FixedClock
from engine.document_store import DocumentStore
from engine.events import EventType
from engine.history import archive
from engine.history.archive import Making
from engine.history.archive_check import Report, check
from engine.ids import new_id
from engine.model import SYSTEM
from engine.persistence.database import make_engine
from engine.persistence.tables import DocumentRow, DossierRow

KEY = "detailed_plan_adjustment"
NAMES = ("../../tờ trình: “số 1”.pdf", "con.pdf", "." + "ă" * 300 + ".pdf")
Members = dict[str, bytes]


@dataclass
class Archivist(City):
    """A city whose papers lie in a real store."""

    store: DocumentStore | None = None

    def with_papers(self, session: Session, value: Any, key: str) -> Any:
        """The answers with a paper of the store in place of each "@name"."""
        if isinstance(value, str) and value.startswith("@") and value != "@today":
            assert self.store
            content = self.store.put(io.BytesIO(f"%PDF-1.7 {value} {self.clock.now()}".encode()), 10**6)
            paper = documents.Paper(content, value[1:], "application/pdf")
            return str(documents.keep(session, self.platform, paper, uploaded_by="test", uploader_key=key).id)
        return super().with_papers(session, value, key)

    def archived(self, dossier: DossierRow) -> bytes:
        """The archive of a dossier."""
        store = self.store
        assert store
        making = Making("Kiểm tra", self.platform.now())
        return self.see(lambda s: b"".join(archive.write(s, store, s.get_one(DossierRow, dossier.id), making)))


def founded(db: Engine, folder: Path) -> Archivist:
    """The demo city in the autumn of 2026 with a store."""
    city = City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)
    return Archivist(city.db, city.clock, city.platform, DocumentStore(folder / "store"))


def granted(city: Archivist) -> DossierRow:
    """A dossier that was granted, with papers of awkward names, letters and a comment."""
    dossier = city.walk(city.walk_file(KEY, "supplemented"))
    assert city.store
    letters.print_pending(city.db, city.platform, city.store)
    control = city.actor("ha.control")
    city.do(lambda s: comments.add(s, city.platform, control, dossier.id, "Đã hậu kiểm."))
    for name in NAMES:
        add_paper(city, dossier.id, name)
    return city.dossier(dossier.id)


@pytest.fixture
def city(db: Engine, tmp_path: Path) -> Archivist:
    """A city of this test's own."""
    return founded(db, tmp_path)


@pytest.fixture(scope="module")
def whole(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Members, DossierRow]:
    """The members of an archive that is whole, and its dossier."""
    folder = tmp_path_factory.mktemp("archive")
    shutil.copyfile(sqlite_template, folder / "motcua.sqlite")
    db = make_engine(f"sqlite:///{folder / 'motcua.sqlite'}")
    city = founded(db, folder)
    dossier = granted(city)
    files = members(city.archived(dossier))
    db.dispose()
    return files, dossier


def add_paper(city: Archivist, dossier_id: UUID, name: str) -> None:
    """A paper that comes in when the dossier has ended (it is recorded as a letter would be)."""
    assert city.store
    content = city.store.put(io.BytesIO(name.encode()), 10**6)
    row = DocumentRow(
        id=new_id(),
        dossier_id=dossier_id,
        sha256=content.sha256,
        filename=name,
        media_type="application/pdf",
        size=content.size,
        uploaded_by="test",
        uploader_key="test",
        uploaded_at=city.platform.now(),
    )

    def work(session: Session) -> None:
        head = transition.lock(session, city.platform, dossier_id)
        session.add(row)
        said = {"document": str(row.id), "filename": row.filename, "sha256": row.sha256, "size": row.size}
        transition.carry_out(
            session, city.platform, SYSTEM, head, lambda change: change.note(EventType.DOCUMENT_ATTACHED, **said)
        )

    city.do(work)


def members(content: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return out.getvalue()


def relisted(files: Members) -> Members:
    """The same with a manifest that fits, as somebody would make who knows how archives are checked."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"path": name, "size": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in sorted(files.items())
        if name != "manifest.json"
    ]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def checked(content: bytes, head: str = "") -> Report:
    return check(io.BytesIO(content), head)


def test_everything_is_in_it_and_it_holds(city: Archivist) -> None:
    dossier = granted(city)
    content = city.archived(dossier)
    files = members(content)
    report = checked(content, dossier.journal_head)
    assert report.faults == []
    assert (report.code, report.entries, report.head) == (dossier.code, dossier.journal_seq, dossier.journal_head)
    assert report.files == len(files) - 1
    assert {name.split("/")[0] for name in files} == {
        *("README.txt", "manifest.json", "history.jsonl", "dossier.json"),
        *("papers", "letters", "procedure", "calendars"),
    }
    assert "procedure/process.bpmn" in files
    assert sum(name.startswith("letters/") for name in files) >= 3
    told = json.loads(files["dossier.json"])
    assert told["outcome"] == "granted"
    assert told["data"]["application"]["applicant_name"] == dossier.applicant_name
    assert [act["name"] for act in told["acts"]] == ["approve"]
    assert dossier.due_at is not None
    assert datetime.fromisoformat(told["clock"]["due_at"]) == dossier.due_at
    assert dossier.journal_head in files["README.txt"].decode()
    assert "Đã hậu kiểm." in files["history.jsonl"].decode()


def test_names_in_it_are_safe_on_every_machine(whole: tuple[Members, DossierRow]) -> None:
    names = [name for name in whole[0] if name.startswith("papers/")]
    assert len(names) >= len(NAMES)
    for name in names:
        folder, _, last = name.partition("/")
        assert folder == "papers"
        assert "/" not in last
        assert last[:3].isdigit()
        assert len(last.encode()) < 200
        assert not set(last) & set('<>:"\\|?*')
    assert len({name.casefold() for name in names}) == len(names)


def test_a_dossier_under_way_is_archived_as_it_stands(city: Archivist) -> None:
    for until in ("reception_check", "assignment", "examination"):
        dossier = city.walk(city.walk_file(KEY, "supplemented"), until=until)
        content = city.archived(dossier)
        assert checked(content).faults == []
        told = json.loads(members(content)["dossier.json"])
        assert [task["element"] for task in told["open_tasks"]] == [until]


def test_a_paper_whose_bytes_are_lost_is_named(city: Archivist, tmp_path: Path) -> None:
    dossier = granted(city)
    lost = next(path for path in (tmp_path / "store").rglob("*") if path.is_file())
    lost.unlink()
    content = city.archived(dossier)
    manifest = json.loads(members(content)["manifest.json"])
    assert len(manifest["missing"]) >= 1
    faults = checked(content).faults
    assert {fault.part for fault in faults} == set(manifest["missing"])
    assert all("missing" in fault.en for fault in faults)


def test_it_comes_in_pieces(city: Archivist) -> None:
    """A large paper is never in memory as a whole."""
    dossier = city.walk(city.walk_file(KEY, "approved"), until="assignment")
    assert city.store
    content = city.store.put(io.BytesIO(b"\0" * 20_000_000), 10**9)
    add_paper(city, dossier.id, "bản đồ.pdf")

    class Instead:
        """A store in which every paper is the large one."""

        def read(self, _sha256: str) -> Iterator[bytes]:
            """The large one."""
            assert city.store
            return city.store.read(content.sha256)

    making = Making("Kiểm tra", city.platform.now())
    largest = city.see(lambda s: max(map(len, archive.write(s, Instead(), s.get_one(DossierRow, dossier.id), making))))
    assert largest < 2_000_000


def one(files: Members, folder: str) -> str:
    return next(name for name in files if name.startswith(folder))


def changed(files: Members, name: str, old: bytes, new: bytes) -> Members:
    assert old in files[name], name
    return {**files, name: files[name].replace(old, new, 1)}


def in_history(files: Members, old: str, new: str, *, rehash: bool = False) -> Members:
    """A history with a word changed, and if asked with every hash behind it worked out anew."""
    lines = [json.loads(line) for line in files["history.jsonl"].splitlines()]
    place = next(number for number, line in enumerate(lines) if old in line["entry"])
    lines[place]["entry"] = lines[place]["entry"].replace(old, new)
    if rehash:
        previous = ""
        for line in lines:
            entry = json.loads(line["entry"])
            entry["prev"] = previous
            line["entry"] = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            previous = line["hash"] = sha256(line["entry"].encode()).hexdigest()
    return {**files, "history.jsonl": b"".join(json.dumps(line).encode() + b"\n" for line in lines)}


TAMPERED: dict[str, tuple[Callable[[Members], Members], str]] = {
    "the readme": (lambda f: changed(f, "README.txt", b"motcua", b"motcau"), "README.txt"),
    "an entry of the history": (lambda f: in_history(f, "granted", "refused"), "history.jsonl"),
    "the end of the history": (
        lambda f: {**f, "history.jsonl": b"\n".join(f["history.jsonl"].splitlines()[:-1])},
        "history.jsonl",
    ),
    "the dossier's data": (lambda f: changed(f, "dossier.json", b'"granted"', b'"refused"'), "dossier.json"),
    "a paper": (lambda f: {**f, one(f, "papers/"): b"another paper"}, "papers/"),
    "a letter": (lambda f: {**f, one(f, "letters/"): b"another letter"}, "letters/"),
    "the diagram": (
        lambda f: changed(f, "procedure/process.bpmn", b"examination", b"examinatio"),
        "procedure/process.bpmn",
    ),
    "a form": (lambda f: {**f, one(f, "procedure/forms/"): b"{}"}, "procedure/forms/"),
    "the terms of the law": (
        lambda f: changed(f, "procedure/procedure.toml", b"amount = ", b"amount = 1"),
        "procedure/procedure.toml",
    ),
    "the calendar": (lambda f: changed(f, "calendars/0.toml", b"2026-11-24", b"2026-11-25"), "calendars/0.toml"),
    "a file that is gone": (lambda f: {n: c for n, c in f.items() if n != one(f, "papers/")}, "papers/"),
    "a file that came in": (lambda f: {**f, "papers/999-khac.pdf": b"new"}, "papers/999-khac.pdf"),
    "the manifest": (lambda f: changed(f, "manifest.json", b'"entries"', b'"entriez"'), "history.jsonl"),
    "the code in the manifest": (
        lambda f: changed(f, "manifest.json", b'"id": "', b'"id": "0'),
        "history.jsonl",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_change_of_any_part_is_found(whole: tuple[Members, DossierRow], what: str) -> None:
    change, part = TAMPERED[what]
    report = checked(packed(change(whole[0])))
    assert any(fault.part.startswith(part) for fault in report.faults), report.faults
    assert all(fault.vi and fault.en for fault in report.faults)


REMADE = {
    "an entry of the history": "history.jsonl",
    "the end of the history": "history.jsonl",
    "the dossier's data": "dossier.json#outcome",
    "a paper": "papers/",
    "a letter": "letters/",
    "the diagram": "procedure/",
    "a form": "procedure/",
    "the terms of the law": "procedure/",
    "the calendar": "calendars/0.toml",
    "a file that is gone": "papers/",
}


@pytest.mark.parametrize("what", REMADE)
def test_a_manifest_made_to_fit_hides_nothing(whole: tuple[Members, DossierRow], what: str) -> None:
    change, _part = TAMPERED[what]
    report = checked(packed(relisted(change(whole[0]))))
    assert any(fault.part.startswith(REMADE[what]) for fault in report.faults), report.faults


def test_a_whole_chain_made_anew_is_told_by_a_hash_kept_elsewhere(whole: tuple[Members, DossierRow]) -> None:
    files, dossier = whole
    remade = in_history(files, dossier.applicant_name, "Người Khác", rehash=True)
    report = checked(packed(relisted(remade)), dossier.journal_head)
    assert any("not the history that was kept" in fault.en for fault in report.faults)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 nothing",
        packed({}),
        packed({"manifest.json": b"[]"}),
        packed({"manifest.json": b"{}", "../../etc/passwd": b"x"}),
        packed({"manifest.json": b'{"format": "motcua-dossier-archive", "version": 2}'}),
    ],
)
def test_what_is_no_archive_is_refused_in_words(content: bytes) -> None:
    report = checked(content)
    assert not report.intact
    assert all(fault.vi and fault.en for fault in report.faults)


def test_no_change_of_a_single_byte_goes_unseen(whole: tuple[Members, DossierRow]) -> None:
    files, _dossier = whole
    for name, content in files.items():
        if name == "manifest.json":
            continue
        place = len(content) // 2
        bent = {**files, name: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]}
        assert not checked(packed(bent)).intact, name
