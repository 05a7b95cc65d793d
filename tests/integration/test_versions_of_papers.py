"""A paper that comes again is a new version; the old one stays, is marked, and stays readable for who could read it."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from city import City
from sqlalchemy import Engine

from api.walks.sample_papers import sample_pdf
from engine import documents
from engine.clock import FixedClock
from engine.document_store import DocumentStore
from engine.documents import Paper
from engine.history import journal
from engine.model import Actor
from engine.persistence.tables import DocumentRow

PLAN = "detailed_plan_adjustment"
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+07:00")


@pytest.fixture
def city(db: Engine) -> City:
    """The organisation with a procedure that asks for papers."""
    return City.found(db, FixedClock(MONDAY), PLAN)


@pytest.fixture
def waiting(city: City) -> UUID:
    """A dossier that waits for its applicant's supplement."""
    return city.walk(city.walk_file(PLAN, "supplemented"), until="at_examination.submit_supplement").id


@pytest.fixture
def add(city: City, waiting: UUID, tmp_path: Path) -> Callable[..., DocumentRow]:
    """Adds a paper to the dossier outside any form."""
    store = DocumentStore(tmp_path / "papers")
    applicant = Actor(id=None, name="Người nộp", dossier_id=waiting)

    def send(name: str, content: str = "", actor: Actor = applicant) -> DocumentRow:
        taken = store.put(io.BytesIO(sample_pdf(content or name)), 1_000_000)
        paper = Paper(taken, name, "application/pdf")
        return city.do(lambda s: documents.attach(s, city.platform, actor, waiting, paper, store))

    return send


def _of(city: City, dossier_id: UUID) -> list[DocumentRow]:
    applicant = Actor(id=None, name="Người nộp", dossier_id=dossier_id)
    return city.see(lambda session: documents.of_dossier(session, applicant, dossier_id))


def test_a_paper_of_the_same_name_is_a_new_version_and_the_old_one_stays(
    city: City, waiting: UUID, add: Callable[..., DocumentRow]
) -> None:
    first = add("Bản vẽ điều chỉnh.pdf")
    second = add("bản vẽ  điều chỉnh.PDF".replace("  ", " "), "sửa")
    assert second.replaces_id == first.id
    assert {first.id, second.id} <= {row.id for row in _of(city, waiting)}
    noted = city.see(lambda s: journal.entries(s, waiting))
    told = [entry for entry in noted if str(second.id) in entry.entry]
    assert any(f'"replaces":"{first.id}"' in entry.entry for entry in told)


def test_a_third_version_replaces_the_second(add: Callable[..., DocumentRow]) -> None:
    rows = [add("thuyết minh bổ sung.pdf", f"bản {number}") for number in range(3)]
    assert [row.replaces_id for row in rows] == [None, rows[0].id, rows[1].id]


def test_another_name_is_another_paper(add: Callable[..., DocumentRow]) -> None:
    add("a.pdf")
    assert add("b.pdf").replaces_id is None
