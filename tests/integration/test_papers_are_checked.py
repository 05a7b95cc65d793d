"""Completeness: what is missing is asked for once and whole, or accepted without for a reason that is kept."""

from collections.abc import Mapping
from typing import Any

import pytest
from city import City
from sqlalchemy import Engine

from engine import tasks
from engine.clock import FixedClock
from engine.errors import InvalidInputError, NotAllowedError
from engine.history import journal
from engine.history.verify import verify
from engine.papers import DATA_KEY, CheckedPaper, Digitisation, IncompleteError, PaperState, Presented, checked
from engine.persistence import dossiers
from engine.persistence.tables import DossierRow, TaskRow
from engine.runtime.facts import CopyKind
from engine.tasks import Check

KEY = "house_building_permit"
GIVEN = {"request", "land_papers", "drawings", "safety"}
HERE = PaperState.PRESENT


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """A city in which houses are built."""
    return City.found(db, fixed_clock, KEY)


@pytest.fixture
def filed(city: City) -> DossierRow:
    """A dossier that came online and waits to be received."""
    return city.file(KEY, city.walk_file(KEY, "granted")["application"]).dossier


def check_task(city: City, dossier: DossierRow) -> TaskRow:
    return next(task for task in city.open_tasks(dossier.id) if task.form_key == "reception_check")


def answers(city: City, decision: str, **more: Any) -> dict[str, Any]:
    walk = "supplemented_at_reception" if decision == "supplement" else "granted"
    given = city.walk_file(KEY, walk)["answers"]["reception_check"][0]
    assert given["decision"] == decision
    return {**given, **more}


def send(city: City, dossier: DossierRow, raw: Mapping[str, Any], *presented: Presented) -> DossierRow:
    task = check_task(city, dossier)
    actor = city.holder(task)
    sent = Check(raw, presented, str(actor.id))
    return city.do(lambda s: tasks.complete_check(s, city.platform, actor, task.id, sent))


def papers(city: City, dossier: DossierRow) -> dict[str, CheckedPaper]:
    return city.see(lambda s: checked(dossiers.data_of(s, dossier.id)))


def told(city: City, dossier: DossierRow) -> list[dict[str, Any]]:
    rows = city.see(lambda s: list(journal.entries(s, dossier.id, limit=1000)))
    return [journal.read(row)["payload"] for row in rows if row.type == "document:checked"]


def test_accepting_what_came_online_records_every_paper_with_who_checked_it_and_when(
    city: City, filed: DossierRow
) -> None:
    send(city, filed, answers(city, "accept"))
    found = papers(city, filed)
    given = {key for key, one in found.items() if one.state is HERE}
    assert given >= {"request", "land_papers", "drawings"}
    assert all(one.digitisation is Digitisation.DIGITISED for one in found.values() if one.state is HERE)
    assert {one.checked_by for one in found.values()} == {city.holder(check_task_of(city, filed)).name}
    row = city.dossier(filed.id)
    assert (row.papers, row.papers_digitised, row.papers_reused) == (len(given), len(given), 0)
    assert len(told(city, filed)) == 1
    assert city.see(lambda s: verify(s, row)).intact


def check_task_of(city: City, dossier: DossierRow) -> TaskRow:
    return next(
        task
        for task in city.see(lambda s: list(s.query(TaskRow).filter_by(dossier_id=dossier.id)))
        if task.form_key == "reception_check"
    )


def test_a_dossier_without_a_required_paper_is_not_accepted(city: City, filed: DossierRow) -> None:
    absent = Presented("land_papers", PaperState.MISSING)
    with pytest.raises(IncompleteError) as refused:
        send(city, filed, answers(city, "accept"), absent)
    assert "Giấy tờ về quyền sử dụng đất: Nộp 01 bản chứng thực" in refused.value.message_vi
    assert city.dossier(filed.id).due_at is None
    assert DATA_KEY not in city.see(lambda s: dossiers.data_of(s, filed.id))


def test_it_is_accepted_without_when_a_reason_is_given_and_the_reason_is_kept(city: City, filed: DossierRow) -> None:
    reason = "Dữ liệu đất đai đã có trong cơ sở dữ liệu quốc gia"
    send(city, filed, answers(city, "accept"), Presented("land_papers", PaperState.WAIVED, reason=reason))
    assert city.dossier(filed.id).due_at is not None
    assert papers(city, filed)["land_papers"].reason == reason
    (entry,) = told(city, filed)
    assert reason in {one["reason"] for one in entry["papers"]}


def test_no_paper_is_waived_without_a_reason(city: City, filed: DossierRow) -> None:
    with pytest.raises(InvalidInputError, match="expected a reason"):
        send(city, filed, answers(city, "accept"), Presented("land_papers", PaperState.WAIVED, reason="  "))


@pytest.mark.parametrize(
    ("copies", "kind", "wanted"),
    [
        (0, CopyKind.CERTIFIED, "Nộp đủ 01 bản chứng thực (đã có 00)"),
        (1, CopyKind.PLAIN, "Nộp 01 bản chứng thực (đã có bản chụp)"),
    ],
)
def test_too_few_copies_or_a_weaker_kind_are_missing_too(
    city: City, filed: DossierRow, copies: int, kind: CopyKind, wanted: str
) -> None:
    with pytest.raises(IncompleteError, match="expected every required paper") as refused:
        send(city, filed, answers(city, "accept"), Presented("land_papers", HERE, copies, kind))
    assert wanted in refused.value.message_vi
    send(city, filed, answers(city, "accept"), Presented("land_papers", HERE, 1, CopyKind.ORIGINAL))
    assert papers(city, filed)["land_papers"].copy_kind is CopyKind.ORIGINAL


def test_a_request_lists_all_that_is_missing_once_and_what_else_the_officer_wants(
    city: City, filed: DossierRow
) -> None:
    raw = answers(city, "supplement", missing=[{"paper": "Bộ bản vẽ thiết kế", "wanted": "Bản vẽ có chữ ký"}])
    absent = [Presented(key, PaperState.MISSING) for key in ("land_papers", "drawings")]
    send(city, filed, raw, *absent)
    data = city.see(lambda s: dossiers.data_of(s, filed.id))
    assert data["reception_check"]["missing"] == [
        {"paper": "Giấy tờ về quyền sử dụng đất", "wanted": "Nộp 01 bản chứng thực"},
        {"paper": "Bộ bản vẽ thiết kế", "wanted": "Bản vẽ có chữ ký"},
    ]


def test_nothing_is_asked_for_that_was_checked_as_present(city: City, filed: DossierRow) -> None:
    raw = answers(city, "supplement", missing=[{"paper": "Bộ bản vẽ thiết kế", "wanted": "Nộp lại"}])
    with pytest.raises(InvalidInputError, match="checked as present"):
        send(city, filed, raw, Presented("drawings", HERE, 1, CopyKind.ORIGINAL))


def test_after_the_supplement_the_papers_are_checked_anew(city: City, filed: DossierRow) -> None:
    walk = city.walk_file(KEY, "supplemented_at_reception")["answers"]
    send(city, filed, answers(city, "supplement"), Presented("land_papers", PaperState.MISSING))
    waiting = city.open_tasks(filed.id)[0]
    city.complete(waiting, walk[waiting.data_key][0])
    with pytest.raises(IncompleteError):
        send(city, filed, answers(city, "accept"))
    send(city, filed, answers(city, "accept"), Presented("land_papers", HERE, 1, CopyKind.CERTIFIED))
    assert city.dossier(filed.id).due_at is not None
    assert len(told(city, filed)) == 2


def test_what_was_seen_so_far_can_be_kept_while_the_step_stays_open(city: City, filed: DossierRow) -> None:
    task = check_task(city, filed)
    seen = [Presented("drawings", PaperState.MISSING)]
    city.do(lambda s: tasks.check_papers(s, city.platform, city.holder(task), task.id, seen))
    assert papers(city, filed)["drawings"].state is PaperState.MISSING
    assert check_task(city, filed).id == task.id


@pytest.mark.parametrize("key", ["judgment", "", "reception_check"])
def test_a_paper_that_the_procedure_does_not_know_is_refused(city: City, filed: DossierRow, key: str) -> None:
    with pytest.raises(InvalidInputError, match="expected papers of this procedure's case"):
        send(city, filed, answers(city, "accept"), Presented(key, HERE))


def test_only_the_step_of_completeness_takes_a_list_of_papers(city: City, filed: DossierRow) -> None:
    send(city, filed, answers(city, "accept"))
    task = city.open_tasks(filed.id)[0]
    actor = city.holder(task)
    seen = (Presented("drawings", HERE),)
    for act in (
        lambda s: tasks.check_papers(s, city.platform, actor, task.id, seen),
        lambda s: tasks.complete_check(s, city.platform, actor, task.id, Check({}, seen)),
    ):
        with pytest.raises(InvalidInputError, match="checks the papers"):
            city.do(act)


def test_somebody_elses_upload_is_no_scan_of_mine(city: City, filed: DossierRow) -> None:
    stranger = city.do(lambda s: city.with_papers(s, "@tệp.pdf", "somebody else"))
    with pytest.raises(InvalidInputError, match="expected scans that you have sent"):
        send(city, filed, answers(city, "accept"), Presented("drawings", HERE, documents=(stranger,)))
    with pytest.raises(NotAllowedError, match="this applicant gave before"):
        send(city, filed, answers(city, "accept"), Presented("drawings", HERE, reuse=stranger))
