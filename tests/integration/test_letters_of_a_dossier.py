"""What a process asks for is printed once, says what the dossier says, and is a document of the dossier."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from city import City
from pypdf import PdfReader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import dossiers, letters
from engine.clock import FixedClock
from engine.deadlines.sweep import sweep
from engine.document_store import DocumentStore
from engine.dossiers import Filing
from engine.history.verify import verify
from engine.letters import Printed, print_pending
from engine.model import Actor, LetterState, Role
from engine.organisation.people import holders
from engine.persistence.tables import DocumentRow, DossierRow, IncidentRow, JournalRow, LetterRow, PersonRow
from engine.runtime.bundle import Bundle
from engine.runtime.side_tasks import ACKNOWLEDGE, APOLOGY

ROOT = Path(__file__).parents[2]
KEY = "detailed_plan_adjustment"
MORNING = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
WALKS = {
    "approved": ["receipt", "handover"],
    "refused": ["receipt", "refusal", "handover"],
    "refused_at_examination": ["receipt", "refusal", "handover"],
    "supplemented": ["receipt", "supplement", "handover"],
    "supplemented_at_reception": ["supplement", "receipt", "handover"],
    "not_received": ["refusal"],
    "stopped": ["receipt", "stop"],
    "unanswered": ["receipt", "supplement", "stop"],
    "unanswered_at_reception": ["supplement", "stop"],
    "silent": ["receipt", "handover"],
    "reworked": ["receipt", "handover"],
    "withdrawn": ["receipt", "supplement"],
    "second_supplement_at_reception": ["supplement", "supplement", "receipt", "handover"],
    "second_supplement": ["supplement", "receipt", "supplement", "handover"],
    "second_supplement_denied": ["receipt", "supplement", "refusal", "handover"],
}


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning."""
    return City.found(db, FixedClock(MORNING), KEY)


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    """A store of documents of this test's own."""
    return DocumentStore(tmp_path / "store")


def _walked(city: City, name: str, until: str = "") -> DossierRow:
    return city.walk(city.walk_file(KEY, name), until=until)


def _letters(city: City, dossier: DossierRow) -> list[LetterRow]:
    rows = select(LetterRow).where(LetterRow.dossier_id == dossier.id).order_by(LetterRow.requested_at, LetterRow.id)
    return city.see(lambda s: list(s.scalars(rows)))


def _printed(city: City, dossier: DossierRow) -> list[DocumentRow]:
    own = select(DocumentRow).where(DocumentRow.dossier_id == dossier.id, DocumentRow.uploader_key.like("letter:%"))
    return city.see(lambda s: list(s.scalars(own.order_by(DocumentRow.uploaded_at, DocumentRow.id))))


def _attached(city: City, dossier: DossierRow) -> Counter[str]:
    """How often the history says that each letter was attached."""
    rows = select(JournalRow).where(JournalRow.stream_id == dossier.id, JournalRow.type == "document:attached")
    said = [json.loads(row.entry)["payload"] for row in city.see(lambda s: list(s.scalars(rows)))]
    return Counter(one["letter"] for one in said if "letter" in one)


def _words(store: DocumentStore, document: DocumentRow) -> str:
    """The text of a PDF without spaces: where lines break says nothing."""
    content = b"".join(store.read(document.sha256))
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def _packed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", WALKS)
def test_every_walk_prints_its_letters(city: City, store: DocumentStore, name: str) -> None:
    dossier = _walked(city, name)
    asked = _letters(city, dossier)
    assert [row.key for row in asked] == WALKS[name]
    assert print_pending(city.db, city.platform, store) == Printed(printed=len(asked))
    assert {row.state for row in _letters(city, dossier)} == {LetterState.PRINTED}
    assert _attached(city, dossier) == {str(row.id): 1 for row in asked}
    for document in _printed(city, dossier):
        text = _words(store, document)
        assert dossier.code in document.filename
        assert dossier.code in text
        assert _packed(dossier.applicant_name) in text
    assert city.see(lambda s: verify(s, city.dossier(dossier.id))).intact


def test_a_walk_of_every_end_is_among_them() -> None:
    assert set(WALKS) == {path.stem for path in (ROOT / "bpmn" / KEY / "walks").glob("*.json")}


def test_a_receipt_promises_the_due_date_and_lists_the_papers(city: City, store: DocumentStore) -> None:
    dossier = _walked(city, "approved", until="assignment")
    print_pending(city.db, city.platform, store)
    (document,) = _printed(city, dossier)
    text = _words(store, document)
    assert dossier.due_at is not None
    due = city.platform.calendar.close_of_business(dossier.due_at.astimezone(city.platform.zone).date())
    assert f"{due:%H}giờ{due:%M}phút,ngày{due:%d/%m/%Y}" in text
    assert _packed("8 ngày làm việc") in text
    assert _packed("Thuyết minh nội dung điều chỉnh") in text
    receiver = city.see(lambda s: s.scalars(select(PersonRow.name).where(PersonRow.username == "lan.reception")).one())
    others = city.see(lambda s: s.scalars(select(PersonRow.name).where(PersonRow.username == "hung.reception")).one())
    assert _packed(receiver) in text or _packed(others) in text


def test_a_supplement_asks_for_what_is_missing_and_says_until_when(city: City, store: DocumentStore) -> None:
    walk = city.walk_file(KEY, "supplemented_at_reception")
    dossier = city.walk(walk, until="at_reception.submit_supplement")
    (row,) = _letters(city, dossier)
    print_pending(city.db, city.platform, store)
    text = _words(store, _printed(city, dossier)[0])
    asked = walk["answers"]["reception_check"][0]["missing"]
    assert all(_packed(one["paper"]) in text for one in asked)
    assert _packed(walk["answers"]["reception_check"][0]["supplement_reason"]) in text
    assert row.data["answer_by"] == (MORNING + timedelta(days=30)).date().isoformat()


def test_a_second_request_that_the_leader_approved_says_what_the_officer_typed(
    city: City, store: DocumentStore
) -> None:
    walk = city.walk_file(KEY, "second_supplement_at_reception")
    dossier = city.walk(walk)
    print_pending(city.db, city.platform, store)
    first, second = _printed(city, dossier)[:2]
    asked = walk["answers"]["reception_check"]
    assert _packed(asked[0]["supplement_reason"]) in _words(store, first)
    assert _packed(asked[1]["supplement_reason"]) in _words(store, second)
    assert all(_packed(one["paper"]) in _words(store, second) for one in asked[1]["missing"])
    assert city.dossier(dossier.id).supplement_requests == 2


def test_a_refusal_gives_the_reason_and_the_ground(city: City, store: DocumentStore) -> None:
    walk = city.walk_file(KEY, "not_received")
    dossier = city.walk(walk)
    print_pending(city.db, city.platform, store)
    text = _words(store, _printed(city, dossier)[0])
    said = walk["answers"]["reception_check"][-1]
    assert _packed(said["refusal_reason"]) in text
    assert _packed(said["refusal_ground"]) in text


def test_a_stop_says_who_stopped_it_and_why(city: City) -> None:
    walk = city.walk_file(KEY, "stopped")
    stop = _letters(city, city.walk(walk))[-1]
    assert stop.data["reason"] == walk["message"]["reason"]
    assert stop.data["stopped_at"] >= "2026-11-23"
    assert stop.data["link"] == ""


def test_an_approved_apology_is_printed_with_both_dates(city: City, store: DocumentStore) -> None:
    dossier = _walked(city, "approved", until="assignment")
    promised = dossier.due_at
    assert promised is not None
    city.clock.moment = promised - timedelta(hours=26)
    sweep(city.db, city.platform)
    task = next(one for one in city.open_tasks(dossier.id) if one.element_id == APOLOGY)
    new_day = (promised + timedelta(days=7)).astimezone(city.platform.zone).date()
    answers = {
        "decision": "send",
        "reason": "Đợt cao điểm của tháng.",
        "unit": "Phòng Quy hoạch – Xây dựng",
        "new_date": new_day.isoformat(),
        "document": "12/XL-UBND",
    }
    city.complete(task, answers)
    row = _letters(city, dossier)[-1]
    assert row.key == "apology"
    closes = city.platform.calendar.close_of_business
    assert datetime.fromisoformat(row.data["due_at"]) == closes(promised.date())
    assert datetime.fromisoformat(row.data["new_due_at"]) == closes(new_day)
    print_pending(city.db, city.platform, store)
    text = _words(store, _printed(city, dossier)[-1])
    assert _packed(answers["reason"]) in text
    assert f"ngày{new_day:%d/%m/%Y}" in text


def test_nothing_is_printed_while_the_process_moves(city: City) -> None:
    dossier = _walked(city, "approved", until="assignment")
    assert [row.state for row in _letters(city, dossier)] == [LetterState.PENDING]
    assert _printed(city, dossier) == []


def test_two_printers_at_once_print_each_letter_once(city: City, store: DocumentStore) -> None:
    walked = [_walked(city, "approved", until="assignment") for _ in range(4)]
    gate = Barrier(2)

    def work(_number: int) -> Printed:
        gate.wait()
        return print_pending(city.db, city.platform, store)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, range(2)))
    print_pending(city.db, city.platform, store)  # what one of them skipped because it was locked
    assert [one.failed for one in done] == [0, 0]
    for dossier in walked:
        assert len(_printed(city, dossier)) == 1
        assert set(_attached(city, dossier).values()) == {1}


def test_two_printers_that_hold_the_same_letter_attach_it_once(city: City, store: DocumentStore) -> None:
    dossier = _walked(city, "approved", until="assignment")
    claimed = city.do(lambda s: letters.claim(s, city.platform))
    assert claimed is not None
    city.later(minutes=5)
    again = city.do(lambda s: letters.claim(s, city.platform))
    assert again is not None
    assert again.id == claimed.id
    one, other = letters.put(store, claimed), letters.put(store, again)
    assert one == other, "the same letter of the same moment is the same file"
    assert city.do(lambda s: letters.attach(s, city.platform, claimed, one))
    assert not city.do(lambda s: letters.attach(s, city.platform, again, other))
    assert len(_printed(city, dossier)) == 1


class Killed(BaseException):
    """What ends a process; nobody catches it."""


def test_a_printer_killed_between_store_and_commit_leaves_the_letter_to_the_next(
    city: City, store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = _walked(city, "approved", until="assignment")

    def die(*_arguments: object) -> bool:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(letters, "attach", die)
        with pytest.raises(Killed):
            print_pending(city.db, city.platform, store)
    assert _printed(city, dossier) == []
    assert print_pending(city.db, city.platform, store) == Printed(), "it is still out of reach"
    city.later(minutes=3)
    assert print_pending(city.db, city.platform, store) == Printed(printed=1)
    assert len(_printed(city, dossier)) == 1
    assert set(_attached(city, dossier).values()) == {1}


@pytest.fixture
def broken(city: City) -> City:
    """The procedure's own receipt asks for what no receipt holds."""
    files = dict(Bundle.find(ROOT, KEY).files)
    files["forms/letters/receipt.typ"] = b'#import "/layout.typ": *\n#data.weather\n'
    city.deploy(Bundle(files))
    return city


def test_a_letter_that_cannot_be_printed_becomes_an_incident_and_can_be_tried_again(
    broken: City, store: DocumentStore
) -> None:
    city = broken
    dossier = _walked(city, "approved", until="assignment")
    for _ in range(letters.ATTEMPTS):
        assert print_pending(city.db, city.platform, store) == Printed(failed=1)
        city.later(hours=1)
    assert print_pending(city.db, city.platform, store) == Printed()
    (row,) = _letters(city, dossier)
    assert row.state == LetterState.FAILED
    assert "weather" in row.last_error
    assert city.dossier(dossier.id).incidents == 1
    (incident,) = city.see(lambda s: list(s.scalars(select(IncidentRow).where(IncidentRow.dossier_id == dossier.id))))
    operator = _operator(city)
    after = city.do(lambda s: dossiers.retry(s, city.platform, operator, dossier.id, incident.id))
    assert after.incidents == 0
    assert _letters(city, dossier)[0].state == LetterState.PENDING


def test_a_letter_of_a_dossier_that_has_ended_can_be_tried_again(city: City, store: DocumentStore) -> None:
    files = dict(Bundle.find(ROOT, KEY).files)
    city.deploy(Bundle(files | {"forms/letters/stop.typ": b'#import "/layout.typ": *\n#data.weather\n'}))
    dossier = _walked(city, "stopped")
    assert dossier.outcome == "stopped"
    for _ in range(letters.ATTEMPTS):
        print_pending(city.db, city.platform, store)
        city.later(hours=1)
    assert _letters(city, dossier)[-1].state == LetterState.FAILED
    find = select(IncidentRow).where(IncidentRow.dossier_id == dossier.id)
    incident = city.see(lambda s: s.scalars(find).one())
    after = city.do(lambda s: dossiers.retry(s, city.platform, _operator(city), dossier.id, incident.id))
    assert (after.incidents, after.outcome) == (0, "stopped")
    assert _letters(city, dossier)[-1].state == LetterState.PENDING


def test_where_the_receipt_of_the_competent_body_starts_the_clock_the_slip_waits_for_it(
    city: City, store: DocumentStore
) -> None:
    files = dict(Bundle.find(ROOT, KEY).files)
    counted = 'unit = "working-days"\n'
    toml = files["procedure.toml"].decode().replace(counted, f'{counted}starts = "competent-body-receipt"\n')
    city.deploy(Bundle(files | {"procedure.toml": toml.encode()}))
    walk = city.walk_file(KEY, "approved")
    dossier = city.do(lambda s: _file_at(s, city, "TD-TTHCC-01", walk["application"]))
    (task,) = city.open_tasks(dossier.id)
    city.complete(task, walk["answers"]["reception_check"][0])
    assert city.dossier(dossier.id).due_at is None
    assert print_pending(city.db, city.platform, store) == Printed()
    assert city.dossier(dossier.id).incidents == 0

    city.later(hours=2)
    receipt = next(one for one in city.open_tasks(dossier.id) if one.element_id == ACKNOWLEDGE)
    city.complete(receipt, {"decision": "received"})
    due = city.dossier(dossier.id).due_at
    (row,) = _letters(city, dossier)
    assert due is not None
    assert datetime.fromisoformat(row.data["due_at"]) == city.platform.calendar.close_of_business(due.date())
    assert row.data["set_count"] == walk["answers"]["reception_check"][0]["set_count"]
    assert datetime.fromisoformat(row.data["received_at"]) == MORNING
    assert print_pending(city.db, city.platform, store) == Printed(printed=1)


def _file_at(session: Session, city: City, unit: str, answers: dict[str, Any]) -> DossierRow:
    filled = city.with_papers(session, answers, "citizen")
    filing = Filing(KEY, filled, receiving_unit=unit, uploader_key="citizen")
    return dossiers.file(session, city.platform, None, filing).dossier


def _operator(city: City) -> Actor:
    return city.actor(city.see(lambda s: holders(s, Role.OPERATOR, "TD-UBND", city.platform.today()))[0].username)
