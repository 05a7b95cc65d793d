"""Dossiers are found by words, on both databases the same ones; and whoever may see them, finds them in one order."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from engine.access import visible_dossiers
from engine.ids import new_id
from engine.model import Actor, Role
from engine.persistence import dossiers, seen_dossiers, tasks
from engine.persistence.dossiers import DossierFilter
from engine.persistence.search import rarest
from engine.persistence.seen_dossiers import Counted
from engine.persistence.tables import DossierRow, ProcedureRow, ProcedureVersionRow, TaskRow, UnitRow
from engine.persistence.tasks import InboxFilter
from engine.text import search_key, words_of

NOW = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
CONTROL = Actor(None, "Kiểm soát", roles=frozenset({(Role.PROCEDURE_CONTROL, "A")}))
UNITS = ("A", "B", "C", "D")


@dataclass
class Shelf:
    """A few dossiers in a database."""

    session: Session
    version: UUID

    def put(self, code: str, applicant: str = "", summary: str = "", **more: object) -> UUID:
        """One dossier."""
        row = DossierRow(
            id=new_id(),
            code=code,
            procedure_key=str(more.pop("procedure_key", "p")),
            procedure_version_id=self.version,
            channel="online",
            applicant_name=applicant,
            summary=summary,
            search_key=search_key(code, applicant, summary),
            link_digest="",
            receiving_unit=str(more.pop("receiving_unit", "A")),
            competent_unit=str(more.pop("competent_unit", "A")),
            state=str(more.pop("state", "processing")),
            submitted_at=NOW,
            snapshot=b"",
        )
        for name, value in more.items():
            setattr(row, name, value)
        self.session.add(row)
        self.session.flush()
        return row.id

    def task(self, dossier_id: UUID, unit: str, *, state: str = "open") -> UUID:
        """A task of a dossier in a unit."""
        dossier = self.session.get_one(DossierRow, dossier_id)
        row = TaskRow(
            dossier_id=dossier_id,
            id=new_id(),
            element_id="examination",
            name_vi="Thẩm định",
            role=Role.CASE_OFFICER,
            unit_code=unit,
            queue=f"{unit}/case_officer",
            state=state,
            opened_at=NOW,
            search_key=dossier.search_key,
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def found(self, wanted: str, actor: Actor = CONTROL) -> set[str]:
        """The codes of what is found."""
        rows = dossiers.listing(self.session, actor, DossierFilter(text=wanted), limit=1_000)
        assert dossiers.count(self.session, actor, DossierFilter(text=wanted)) == Counted(len(rows))
        return {row.code for row in rows}


@pytest.fixture
def shelf(db: Engine) -> Iterator[Shelf]:
    """Units, a procedure and no dossier."""
    with Session(db) as session:
        session.add_all(UnitRow(code=code, name_vi=code, kind="division") for code in UNITS)
        session.add(ProcedureRow(key="p", id=new_id(), title_vi="Thủ tục"))
        session.flush()
        version = ProcedureVersionRow(
            id=new_id(),
            procedure_key="p",
            number=1,
            checksum="1",
            bundle=b"",
            facts={},
            valid_from=date(2026, 1, 1),
            deployed_at=NOW,
            deployed_by="test",
        )
        session.add(version)
        session.flush()
        yield Shelf(session, version.id)


# ---- words -------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """Three dossiers that people look for."""
    shelf.put("000.00.60.H29-261123-0001", "Nguyễn Thị Đào", "Điều chỉnh quy hoạch, thửa 12/5")
    shelf.put("000.00.60.H29-261123-0002", "Trần Văn An", "Giấy phép xây dựng nhà ở riêng lẻ")
    shelf.put("000.01.60.H30-261124-0001", "Công ty TNHH Đại Phát", "Quy hoạch chi tiết 1/500")
    return shelf


FIRST, SECOND, THIRD = "000.00.60.H29-261123-0001", "000.00.60.H29-261123-0002", "000.01.60.H30-261124-0001"
QUERIES = [
    ("nguyễn thị đào", {FIRST}),
    ("NGUYEN THI DAO", {FIRST}),
    ("dao nguyen", {FIRST}),  # in any order
    ("đại phát", {THIRD}),
    ("dai", {THIRD}),
    ("Quy hoạch", {FIRST, THIRD}),
    ("quy ho", {FIRST, THIRD}),  # the beginning of a word
    ("uy", set()),  # but not its middle
    ("ngu tran", set()),  # every word
    (FIRST, {FIRST}),
    (FIRST.lower(), {FIRST}),
    ("H29", {FIRST, SECOND}),
    ("h29-2611", {FIRST, SECOND}),
    ("H29-261123-0002", {SECOND}),
    ("0001", {FIRST, THIRD}),
    ("261124", {THIRD}),
    ("12/5", {FIRST}),
    ("1/5", {THIRD}),  # what stands before a sign is a whole word
    ("quy hoạch, 0001", {FIRST, THIRD}),
    ("   ", {FIRST, SECOND, THIRD}),
    ("…", set()),
    ("'\"*:&|!() %_", set()),
    ("an' OR 'x", set()),
    ("an*", {SECOND}),
]


@pytest.mark.parametrize(("wanted", "codes"), QUERIES)
def test_words_find_dossiers_with_and_without_diacritics(filled: Shelf, wanted: str, codes: set[str]) -> None:
    assert filled.found(wanted) == codes


def test_a_very_long_word_is_found_by_itself(shelf: Shelf) -> None:
    shelf.put("C-261123-0001", "x" * 5_000)
    assert shelf.found("x" * 5_000) == {"C-261123-0001"}
    assert shelf.found("x" * 63) == {"C-261123-0001"}


def test_what_is_searched_follows_a_change_of_the_dossier(filled: Shelf) -> None:
    row = filled.session.scalars(select(DossierRow).where(DossierRow.code == FIRST)).one()
    row.search_key = search_key(row.code, "Lê Văn Tám")
    filled.session.flush()
    assert filled.found("đào") == set()
    assert filled.found("tám") == {FIRST}


def test_a_dossier_that_moves_on_is_not_indexed_anew(filled: Shelf) -> None:
    """What a completion writes leaves the index of words alone, and no trigger looks at every change."""
    of_sqlite = filled.session.get_bind().dialect.name == "sqlite"
    made = filled.session.scalars(
        text(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
            if of_sqlite
            else "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
        )
    )
    of_dossiers = [each for each in made if " UPDATE" in each and re.search(r" ON (public\.)?dossier\s", each)]
    of_words = [each for each in of_dossiers if "dossier_search" in each and "RI_" not in each]
    assert of_words
    assert all("UPDATE OF search_key ON" in each for each in of_words), of_words
    assert all(" UPDATE OF " in each for each in of_dossiers if "RI_" not in each), of_dossiers


WORDS = ("Nguyễn", "nguyên", "Ng", "Đỗ", "đo", "an", "ân", "An-Phú", "12/5", "H29", "h2", "quy hoạch", "ß", "Ởn", "x_y")


def test_any_words_find_what_a_reader_would_find(shelf: Shelf) -> None:
    """Against the rule said in Python: every word is there, of the last one at least the beginning."""
    chance = random.Random(29)
    told = {}
    for number in range(40):
        code = f"T{number % 7}-261123-{number:04d}"
        summary = " ".join(chance.choices(WORDS, k=4))
        shelf.put(code, "", summary)
        told[code] = words_of(f"{code} {summary}")
    for _ in range(120):
        wanted = " ".join(chance.choices(WORDS, k=chance.randint(1, 3)))
        wanted = wanted[: chance.randint(1, len(wanted))]
        assert shelf.found(wanted) == {code for code, words in told.items() if _reads(words, wanted)}, wanted


def _reads(words: list[str], wanted: str) -> bool:
    asked = words_of(wanted)
    if not asked:
        return not wanted.strip()
    return all(word in words for word in asked[:-1]) and any(word.startswith(asked[-1]) for word in words)


def test_the_inbox_is_searched_by_the_same_words(filled: Shelf) -> None:
    identifiers = filled.session.scalars(select(DossierRow.id).order_by(DossierRow.code)).all()
    for identifier in identifiers:
        filled.task(identifier, "B")
    for wanted, codes in QUERIES:
        asked = InboxFilter(text=wanted)
        rows = tasks.inbox(filled.session, new_id(), ["B/case_officer"], asked)
        assert {dossier.code for _task, dossier in rows} == codes, wanted
        assert tasks.count(filled.session, new_id(), ["B/case_officer"], asked) == len(codes)


def test_postgresql_guesses_how_many_hold_the_rarest_word(shelf: Shelf) -> None:
    for number in range(300):
        shelf.put(f"S-261123-{number:04d}", "Trần Văn" if number % 2 else "Nguyễn Văn")
    shelf.session.flush()
    if shelf.session.get_bind().dialect.name == "sqlite":
        assert rarest(shelf.session, "tran van") is None
        return
    shelf.session.execute(text("ANALYZE dossier_search"))
    of_all, of_half, of_none = (rarest(shelf.session, words) or 0 for words in ("van s", "van trần ", "van 77'78"))
    assert of_all > 250 > of_half > 100 > 10 > of_none


# ---- who sees what, in pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "rare", "very_rare"), [(3_000, 4_000, 1_000), (4, 4_000, 0), (4, 1, 1_000), (4, 1, 0), (4, 0, 0)]
)
def test_a_list_read_page_by_page_holds_what_the_person_may_see_each_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, top: int, rare: int, very_rare: int
) -> None:
    """However much lies in a heap, however many hold the words, and whatever was guessed of them."""
    monkeypatch.setattr(seen_dossiers, "TOP", top)
    monkeypatch.setattr(seen_dossiers, "RARE", rare)
    monkeypatch.setattr(seen_dossiers, "VERY_RARE", very_rare)
    chance = random.Random(335)
    for number in range(60):
        dossier = shelf.put(
            f"S-261123-{number:04d}",
            "An" if number % 3 else "Bình",
            receiving_unit=chance.choice(UNITS),
            competent_unit=chance.choice(UNITS),
            support_unit=chance.choice([None, *UNITS]),
            submitted_at=NOW - timedelta(hours=chance.randint(0, 9)),  # many at the same moment
            state="closed" if number % 2 else "processing",
            closed_at=NOW if number % 2 else None,
            due_at=NOW - timedelta(days=1) if number % 5 else None,
        )
        for _ in range(chance.randint(0, 3)):
            shelf.task(dossier, chance.choice(UNITS), state=chance.choice(["open", "completed"]))
    officers = [
        Actor(None, "x", roles=frozenset((Role.CASE_OFFICER, unit) for unit in units))
        for units in ((), ("A",), ("B", "C"), UNITS)
    ]
    for actor in (*officers, CONTROL):
        for asked in (
            DossierFilter(),
            DossierFilter(text="an"),
            DossierFilter(text="1123 0017"),
            DossierFilter(text="261123 0017"),
            DossierFilter(state="processing"),
            DossierFilter(state="closed", text="binh"),
            DossierFilter(overdue_at=NOW),
            DossierFilter(overdue_at=NOW, text="binh"),
            DossierFilter(overdue_at=NOW, state="processing", procedure_key="p"),
            DossierFilter(procedure_key="other"),
        ):
            assert _paged(shelf, actor, asked) == _plainly(shelf, actor, asked), (actor.roles, asked)


def test_what_a_unit_sees_follows_the_tasks_the_places_and_the_state_of_a_dossier(shelf: Shelf) -> None:
    """The table of who sees what is told by the database itself of every change that it speaks of."""
    session = shelf.session
    actors = {unit: Actor(None, "x", roles=frozenset({(Role.CASE_OFFICER, unit)})) for unit in UNITS}
    dossier = session.get_one(DossierRow, shelf.put("S-261123-0001", "An", competent_unit="B"))
    task = session.scalars(select(TaskRow).where(TaskRow.id == shelf.task(dossier.id, "C"))).one()

    def seen(**asked: object) -> str:
        session.flush()
        narrowed = DossierFilter(**asked)  # type: ignore[arg-type]
        rows = {unit: _paged(shelf, actor, narrowed) for unit, actor in actors.items()}
        assert rows == {unit: _plainly(shelf, actor, narrowed) for unit, actor in actors.items()}
        return "".join(unit for unit, found in rows.items() if found)

    assert seen() == "ABC"
    task.unit_code = "D"  # a task that moves on leaves nothing behind
    assert seen() == "ABD"
    dossier.receiving_unit = "D"  # as after a reorganisation
    assert seen() == "BD"
    dossier.due_at = NOW - timedelta(days=1)
    assert seen(overdue_at=NOW) == "BD"
    dossier.state = "awaiting_applicant"
    assert (seen(state="processing"), seen(state="awaiting_applicant")) == ("", "BD")
    dossier.state, dossier.closed_at = "closed", NOW
    assert (seen(overdue_at=NOW), seen(state="closed"), seen()) == ("", "BD", "BD")


def test_everybody_who_controls_sees_all_and_an_applicant_the_own_dossier(filled: Shelf) -> None:
    own = filled.session.scalars(select(DossierRow.id).where(DossierRow.code == SECOND)).one()
    applicant = Actor(None, "An", dossier_id=own)
    assert filled.found("", applicant) == {SECOND}
    assert filled.found("dao", applicant) == set()
    assert filled.found("") == {FIRST, SECOND, THIRD}


def test_beyond_a_bound_a_list_is_not_counted_on(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossiers, "MOST_COUNTED", 1)
    assert dossiers.count(filled.session, CONTROL, DossierFilter()) == Counted(1, more=True)
    assert dossiers.count(filled.session, CONTROL, DossierFilter(text="tran")) == Counted(1)


def _paged(shelf: Shelf, actor: Actor, asked: DossierFilter) -> list[UUID]:
    found: list[DossierRow] = []
    while rows := dossiers.listing(
        shelf.session, actor, asked, after=(found[-1].submitted_at, found[-1].id) if found else None, limit=7
    ):
        found += rows
    counted = dossiers.count(shelf.session, actor, asked)
    _at_once(shelf, actor, asked, found)
    assert counted.number < len(found) if counted.more else counted.number == len(found)
    assert asked.text or not counted.more
    return [row.id for row in found]


def _at_once(shelf: Shelf, actor: Actor, asked: DossierFilter, found: list[DossierRow]) -> None:
    """The list and its number read together are the list, and its number."""
    rows, counted = dossiers.page(shelf.session, actor, asked, limit=5)
    assert rows == found[:5]
    assert counted.number < len(found) if counted.more else counted.number == len(found)
    if found:
        after = found[0].submitted_at, found[0].id
        assert dossiers.page(shelf.session, actor, asked, after=after, limit=5) == (found[1:6], counted)


def _plainly(shelf: Shelf, actor: Actor, asked: DossierFilter) -> list[UUID]:
    rows = shelf.session.scalars(select(DossierRow).where(visible_dossiers(actor)))
    kept = [
        row
        for row in rows
        if _reads(row.search_key.split(), asked.text)
        and asked.state in ("", row.state)
        and asked.procedure_key in ("", row.procedure_key)
        and (asked.overdue_at is None or (row.closed_at is None and row.due_at and row.due_at < asked.overdue_at))
    ]
    return [row.id for row in sorted(kept, key=lambda row: (row.submitted_at, row.id), reverse=True)]
