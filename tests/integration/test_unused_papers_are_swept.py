"""What was begun and never used goes after its time; what anybody still needs stays, whoever is at work meanwhile."""

import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from city import City
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.walks.sample_papers import sample_pdf
from engine import documents, dossiers, uploads
from engine.clock import FixedClock
from engine.document_store import DocumentStore
from engine.document_sweep import YOUNGEST, Cleared, sweep
from engine.documents import ContentGoneError, Paper
from engine.dossiers import Filing
from engine.ids import new_id
from engine.intake import Intake
from engine.persistence.tables import DocumentRow, DraftRow, FilingDraftRow, UploadRow
from engine.persistence.transaction import run
from engine.uploads import Announced, Owner
from forms.answers import InvalidAnswers

PLAN = "detailed_plan_adjustment"
KEEP = timedelta(days=7)
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+07:00")


@pytest.fixture
def city(db: Engine) -> City:
    """The organisation with a procedure that asks for papers."""
    return City.found(db, FixedClock(MONDAY), PLAN)


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    """A store of this test's own."""
    return DocumentStore(tmp_path / "papers")


@pytest.fixture
def paper(city: City, store: DocumentStore) -> Callable[..., DocumentRow]:
    """Sends a paper in."""

    def send(name: str = "a.pdf", key: str = "citizen") -> DocumentRow:
        content = store.put(io.BytesIO(sample_pdf(name)), 1_000_000)
        taken = Paper(content, name, "application/pdf")
        return city.do(
            lambda session: documents.keep(
                session, city.platform, taken, uploaded_by="test", uploader_key=key, store=store
            )
        )

    return send


def _sweep(city: City, store: DocumentStore) -> Cleared:
    return sweep(city.db, city.platform, store, KEEP)


def _there(city: City, row: DocumentRow) -> bool:
    return city.see(lambda session: session.get(DocumentRow, row.id)) is not None


def _age_all(folder: Path) -> None:
    """Make every object in the store two days older than the test's clock."""
    old = (MONDAY - timedelta(days=2)).timestamp()
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))


def _application(city: City, one: Callable[..., DocumentRow], key: str) -> dict[str, Any]:
    answers: dict[str, Any] = city.walk_file(PLAN, "approved")["application"]
    for name, value in answers.items():
        if isinstance(value, list) and str(value[0]).startswith("@"):
            answers[name] = [str(one(f"{name} {key}.pdf", key).id)]
        if value == "@today":
            answers[name] = MONDAY.date().isoformat()
    return answers


def test_a_paper_that_joined_no_dossier_goes_after_its_time_with_its_bytes(
    city: City, store: DocumentStore, paper: Callable[..., DocumentRow]
) -> None:
    row = paper()
    city.later(days=6, hours=23)
    assert not _sweep(city, store)
    city.later(hours=2)
    assert _sweep(city, store) == Cleared(documents=1, contents=1)
    assert not _there(city, row)
    assert not store.has(row.sha256)


def test_bytes_stay_while_another_paper_points_at_them(
    city: City, store: DocumentStore, paper: Callable[..., DocumentRow]
) -> None:
    first = paper()
    city.later(days=6)
    second = paper()
    assert first.sha256 == second.sha256
    city.later(days=2)
    assert _sweep(city, store) == Cleared(documents=1)
    assert store.has(second.sha256)


def test_papers_of_a_dossier_stay_for_ever(city: City, store: DocumentStore, paper: Callable[..., DocumentRow]) -> None:
    answers = _application(city, paper, "citizen")
    filed = city.do(lambda s: dossiers.file(s, city.platform, None, Filing(PLAN, answers, uploader_key="citizen")))
    city.later(days=400)
    _sweep(city, store)
    kept = city.see(lambda s: list(s.scalars(select(DocumentRow).where(DocumentRow.dossier_id == filed.dossier.id))))
    assert len(kept) >= 5
    assert all(store.has(row.sha256) for row in kept)


def test_papers_that_a_draft_names_stay_as_long_as_it(
    city: City, store: DocumentStore, paper: Callable[..., DocumentRow]
) -> None:
    of_task, of_filing = paper("a.pdf", "an officer"), paper("b.pdf", "d" * 64)
    now = city.platform.now()

    def begin(session: Session) -> UUID:
        answers = _application(city, paper, "x")
        filed = dossiers.file(session, city.platform, None, Filing(PLAN, answers, uploader_key="x"))
        session.add(
            DraftRow(
                dossier_id=filed.dossier.id,
                task_id=new_id(),
                data={"papers": [str(of_task.id)]},
                saved_at=now,
                saved_by="Lan",
            )
        )
        session.add(
            FilingDraftRow(
                digest="d" * 64, procedure_key=PLAN, data={}, saved_at=now, expires_at=now + timedelta(days=30)
            )
        )
        return filed.dossier.id

    city.do(begin)
    city.later(days=20)
    assert not _sweep(city, store)
    city.later(days=20)
    assert _sweep(city, store).drafts == 1  # and with it nothing holds its papers
    assert _sweep(city, store).documents <= 1
    assert _there(city, of_task)
    assert not _there(city, of_filing)


def test_uploads_that_lapsed_go_with_their_pieces(city: City, store: DocumentStore) -> None:
    intake = Intake(store, 1_000_000)
    owner = Owner("k" * 64)
    row = city.do(lambda s: uploads.announce(s, city.platform, intake, owner, Announced("a.pdf", 1000)))
    pieces = {store.keep_piece(row.id, b"abc"): 3}
    city.do(lambda s: uploads.add(s, city.platform, row.id, owner.key, 0, pieces))
    city.later(hours=23)
    assert not _sweep(city, store)
    city.later(hours=2)
    assert _sweep(city, store) == Cleared(uploads=1)
    assert city.see(lambda s: s.get(UploadRow, row.id)) is None
    assert store.uploads_older_than(datetime.now(UTC) + timedelta(hours=1)) == set()


def test_bytes_that_nobody_ever_recorded_are_found_within_two_days(
    city: City, store: DocumentStore, tmp_path: Path
) -> None:
    lost = store.put(io.BytesIO(b"a process died here"), 1000)
    fresh = store.put(io.BytesIO(b"on its way"), 1000)
    _age_all(tmp_path / "papers" / "sha256" / lost.sha256[:2] / lost.sha256[2:4] / "..")
    if lost.sha256[:2] == fresh.sha256[:2]:
        pytest.fail("choose other bytes")
    cleared = 0
    for _turn in range(256):
        cleared += _sweep(city, store).contents
        city.later(minutes=10)
        _keep_young(tmp_path / "papers", fresh.sha256, city)
    assert cleared == 1
    assert not store.has(lost.sha256)
    assert store.has(fresh.sha256)


def _keep_young(folder: Path, sha256: str, city: City) -> None:
    moment = (city.platform.now() - YOUNGEST / 2).timestamp()
    os.utime(folder / "sha256" / sha256[:2] / sha256[2:4] / sha256, (moment, moment))


def test_sweeps_and_filings_at_once_lose_nothing(
    city: City, store: DocumentStore, paper: Callable[..., DocumentRow]
) -> None:
    applications = [(_application(city, paper, f"citizen {n}"), f"citizen {n}") for n in range(12)]
    city.later(days=8)

    def file(answers: dict[str, Any], key: str) -> UUID | None:
        filing = Filing(PLAN, answers, uploader_key=key)
        try:
            return run(city.db, lambda s: dossiers.file(s, city.platform, None, filing)).dossier.id
        except InvalidAnswers:
            return None  # the sweep was quicker: the citizen is asked to send the paper again

    with ThreadPoolExecutor(4) as people:
        sweeps = [people.submit(_sweep, city, store) for _ in range(3)]
        filed = list(people.map(lambda pair: file(*pair), applications))
        for each in sweeps:
            each.result()
    _sweep(city, store)
    rows = city.see(lambda s: list(s.scalars(select(DocumentRow))))
    assert {row.dossier_id for row in rows} == {identifier for identifier in filed if identifier}
    assert all(store.has(row.sha256) for row in rows)


class _SlowStore(DocumentStore):
    """Takes its time to remove something, so that others come in between."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.removing, self.go_on = threading.Event(), threading.Event()

    def remove(self, sha256: str) -> None:
        self.removing.set()
        assert self.go_on.wait(20)
        super().remove(sha256)


def test_a_paper_that_comes_while_its_bytes_are_cleared_away_has_to_be_sent_again(
    city: City, tmp_path: Path, paper: Callable[..., DocumentRow]
) -> None:
    row = paper()
    city.later(days=8)
    slow = _SlowStore(tmp_path / "papers")
    again = Paper(slow.put(io.BytesIO(sample_pdf("a.pdf")), 1_000_000), "a.pdf", "application/pdf")
    assert again.content.sha256 == row.sha256

    def keep(session: Session) -> DocumentRow:
        return documents.keep(session, city.platform, again, uploaded_by="", uploader_key="k", store=slow)

    with ThreadPoolExecutor(2) as both:
        sweeping = both.submit(_sweep, city, slow)
        assert slow.removing.wait(20)
        keeping = both.submit(run, city.db, keep)
        with pytest.raises(TimeoutError):
            keeping.result(timeout=0.5)  # it waits for the sweep
        slow.go_on.set()
        assert sweeping.result().contents == 1
        with pytest.raises(ContentGoneError):
            keeping.result()


def test_bytes_of_a_paper_that_is_being_recorded_are_not_cleared_away(
    city: City, store: DocumentStore, paper: Callable[..., DocumentRow]
) -> None:
    row = paper()
    city.later(days=8)
    again = Paper(store.put(io.BytesIO(sample_pdf("a.pdf")), 1_000_000), "a.pdf", "application/pdf")
    recorded, go_on = threading.Event(), threading.Event()

    def keep(session: Session) -> DocumentRow:
        kept = documents.keep(session, city.platform, again, uploaded_by="", uploader_key="k", store=store)
        recorded.set()
        assert go_on.wait(20)
        return kept

    with ThreadPoolExecutor(2) as both:
        keeping = both.submit(run, city.db, keep)
        assert recorded.wait(20)
        sweeping = both.submit(_sweep, city, store)
        threading.Timer(0.5, go_on.set).start()
        keeping.result()
        assert sweeping.result().contents == 0
    assert store.has(row.sha256)
