"""Somebody is absent, leaves, a unit closes: every task keeps an owner, and the history says who acted for whom."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from city import City
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.cli import main
from engine import access, staffing, tasks
from engine.clock import FixedClock
from engine.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, TaskTakenError
from engine.history.journal import read
from engine.history.timeline import as_of
from engine.history.verify import verify
from engine.model import SYSTEM, Role
from engine.organisation import importing, mandate_list, mandate_register, people, standins, units
from engine.organisation.mandates import MandateKind
from engine.organisation.standins import Absence
from engine.persistence import tasks as task_reads
from engine.persistence.tables import DossierRow, JournalRow, StandInRow, TaskRow, UnitRow
from engine.persistence.tasks import InboxFilter

KEY = "detailed_plan_adjustment"
DAY = date(2026, 11, 23)


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


@pytest.fixture
def approved(city: City) -> dict[str, Any]:
    """A walk that ends with an approval."""
    return city.walk_file(KEY, "approved")


def one_of(city: City, role: Role, unit: str, place: int = 0) -> str:
    return city.see(lambda s: people.holders(s, role, unit, city.platform.today()))[place].username


def absent(city: City, who: str, standin: str, **said: Any) -> StandInRow:
    def work(session: Session) -> StandInRow:
        days = {"valid_from": DAY, "valid_to": DAY + timedelta(days=4)} | said
        absence = Absence(people.get_person(session, who), ground="Nghỉ phép năm", **days)
        return standins.appoint(session, SYSTEM, people.get_person(session, standin), absence, now=city.clock.now())

    return city.do(work)


def opened(city: City, walk: dict[str, Any], element: str) -> tuple[DossierRow, TaskRow]:
    dossier = city.walk(walk, until=element)
    return dossier, next(task for task in city.open_tasks(dossier.id) if task.element_id == element)


def entries(city: City, dossier: DossierRow, type_: str) -> list[dict[str, Any]]:
    rows = select(JournalRow).where(JournalRow.stream_id == dossier.id, JournalRow.type == type_)
    return [read(row) for row in city.see(lambda s: s.scalars(rows.order_by(JournalRow.seq)).all())]


def inbox(city: City, username: str) -> list[str]:
    actor = city.actor(username)
    mine, queues = access.assignees_of(actor), access.queues_of(actor)
    return [task.element_id for task, _ in city.see(lambda s: task_reads.inbox(s, mine, queues, InboxFilter()))]


# ---- stand-ins ---------------------------------------------------------------------------------------------------


def test_a_stand_in_does_what_the_absent_person_has_taken_and_the_history_says_for_whom(
    city: City, approved: dict[str, Any]
) -> None:
    dossier, task = opened(city, approved, "examination")
    officer = city.holder(task).username
    other = one_of(city, Role.DIVISION_HEAD, "TD-QHXD")
    with pytest.raises(NotAllowedError):
        city.complete_as(city.actor(other), task, approved["answers"]["examination"][0])
    absent(city, officer, other)
    assert inbox(city, other) == ["examination"]
    city.complete_as(city.actor(other), task, approved["answers"]["examination"][0])
    done = entries(city, dossier, "task:completed")[-1]
    assert done["actor"]["username"] == other
    assert done["actor"]["on_behalf_of"]["username"] == officer
    row = city.see(lambda s: task_reads.get(s, task.id))
    assert "thay" in row.completed_by
    assert city.see(lambda s: verify(s, city.dossier(dossier.id))).intact


def test_a_colleague_of_the_same_role_needs_cover_to_do_what_an_absent_person_has_taken(
    city: City, approved: dict[str, Any]
) -> None:
    _dossier, task = opened(city, approved, "examination")
    officer = city.holder(task).username
    able = city.see(lambda s: people.holders(s, Role.CASE_OFFICER, "TD-QHXD", DAY))
    colleague = next(person.username for person in able if person.username != officer)
    with pytest.raises(TaskTakenError):
        city.complete_as(city.actor(colleague), task, approved["answers"]["examination"][0])
    absent(city, officer, colleague)
    city.complete_as(city.actor(colleague), task, approved["answers"]["examination"][0])


def test_what_a_stand_in_may_do_anyway_is_done_as_oneself(city: City, approved: dict[str, Any]) -> None:
    dossier, task = opened(city, approved, "reception_check")
    one, other = (one_of(city, Role.RECEPTION_OFFICER, "TD-TTHCC", place) for place in (0, 1))
    absent(city, one, other)
    city.complete_as(city.actor(other), task, approved["answers"]["reception_check"][0])
    assert "on_behalf_of" not in entries(city, dossier, "task:completed")[-1]["actor"]


def test_cover_ends_with_its_last_day(city: City, approved: dict[str, Any]) -> None:
    _dossier, task = opened(city, approved, "examination")
    head = one_of(city, Role.DIVISION_HEAD, "TD-QHXD")
    absent(city, city.holder(task).username, head, valid_to=DAY)
    city.later(days=1)
    assert inbox(city, head) == []
    with pytest.raises(NotAllowedError):
        city.complete_as(city.actor(head), task, approved["answers"]["examination"][0])


def test_cover_of_one_role_opens_no_other(city: City) -> None:
    one = one_of(city, Role.RECEPTION_OFFICER, "TD-TTHCC", 0)
    other = one_of(city, Role.CASE_OFFICER, "TD-KT")
    absent(city, one, other, unit_code="TD-TTHCC")
    borrowed = city.actor(other).borrowed
    assert borrowed == {(Role.RECEPTION_OFFICER, "TD-TTHCC")}


def test_cover_of_everything_leaves_out_roles_over_the_whole_installation(city: City) -> None:
    operator, other = one_of(city, Role.OPERATOR, "TD-UBND"), one_of(city, Role.CASE_OFFICER, "TD-KT")
    with pytest.raises(InvalidInputError):
        absent(city, operator, other)
    absent(city, operator, other, role=Role.OPERATOR)
    assert city.actor(other).has_role(Role.OPERATOR)


def test_two_stand_ins_for_the_same_at_once_are_refused(city: City) -> None:
    officers = [one_of(city, Role.CASE_OFFICER, "TD-QHXD", place) for place in (0, 1)]
    head = one_of(city, Role.DIVISION_HEAD, "TD-QHXD")
    row = absent(city, officers[0], head)
    with pytest.raises(ConflictError, match="end that first"):
        absent(city, officers[0], officers[1], valid_from=DAY + timedelta(days=4), valid_to=DAY + timedelta(days=9))
    city.do(lambda s: standins.end(s, SYSTEM, row.id, DAY + timedelta(days=3), now=city.clock.now()))
    absent(city, officers[0], officers[1], valid_from=DAY + timedelta(days=4), valid_to=DAY + timedelta(days=9))


@pytest.mark.parametrize("wrong", [{"valid_to": DAY - timedelta(days=1)}, {"unit_code": "TD-KT"}])
def test_cover_that_makes_no_sense_is_refused(city: City, wrong: dict[str, Any]) -> None:
    one, head = one_of(city, Role.CASE_OFFICER, "TD-QHXD"), one_of(city, Role.DIVISION_HEAD, "TD-QHXD")
    with pytest.raises(InvalidInputError):
        absent(city, one, head, **wrong)
    with pytest.raises(InvalidInputError):
        absent(city, one, one)


# ---- people who leave --------------------------------------------------------------------------------------------


def test_what_a_person_who_leaves_has_taken_goes_back_to_its_queue(city: City, approved: dict[str, Any]) -> None:
    dossier, task = opened(city, approved, "examination")
    officer = city.holder(task).username
    city.do(lambda s: staffing.leave(s, city.platform, SYSTEM, officer, DAY))
    assert city.see(lambda s: task_reads.get(s, task.id)).assignee_id is not None  # the last day counts
    city.later(days=1)
    assert staffing.tidy(city.db, city.platform) == 1
    row = city.see(lambda s: task_reads.get(s, task.id))
    assert (row.assignee_id, row.state, row.queue) == (None, "open", "TD-QHXD/case_officer")
    assert entries(city, dossier, "task:released")[-1]["payload"]["reason"] == "assignee-left"
    assert staffing.tidy(city.db, city.platform) == 0


def test_who_left_before_today_gives_tasks_back_at_once(city: City, approved: dict[str, Any]) -> None:
    _dossier, task = opened(city, approved, "examination")
    yesterday = DAY - timedelta(days=1)
    given = city.do(lambda s: staffing.leave(s, city.platform, SYSTEM, city.holder(task).username, yesterday))
    assert [each.id for each in given] == [task.id]


def test_only_operators_change_the_organisation(city: City) -> None:
    officer = city.actor(one_of(city, Role.CASE_OFFICER, "TD-QHXD"))
    with pytest.raises(NotAllowedError):
        city.do(lambda s: staffing.leave(s, city.platform, officer, officer.username, DAY))
    with pytest.raises(NotAllowedError):
        city.do(lambda s: staffing.close_unit(s, city.platform, officer, "TD-KT", DAY))


def test_a_task_taken_in_an_absent_persons_place_goes_back_when_the_cover_ends(
    city: City, approved: dict[str, Any]
) -> None:
    _dossier, task = opened(city, approved, "reception_check")
    officer = one_of(city, Role.RECEPTION_OFFICER, "TD-TTHCC")
    other = one_of(city, Role.CASE_OFFICER, "TD-KT")
    absent(city, officer, other, valid_to=DAY)
    city.do(lambda s: tasks.claim(s, city.platform, city.actor(other), task.id))
    assert staffing.tidy(city.db, city.platform) == 0
    city.later(days=1)
    assert staffing.tidy(city.db, city.platform) == 1


# ---- units that close --------------------------------------------------------------------------------------------


def test_a_unit_with_open_work_closes_only_with_a_successor(city: City, approved: dict[str, Any]) -> None:
    dossier, _task = opened(city, approved, "examination")
    with pytest.raises(ConflictError) as told:
        city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, "TD-QHXD", DAY))
    assert told.value.details["work"] == [f"{dossier.code}: examination"]
    assert dossier.code in told.value.message_vi
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, "TD-TNMT", DAY))


def test_a_unit_cannot_be_its_own_successor_nor_follow_a_closed_one(city: City) -> None:
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, "TD-TNMT", DAY - timedelta(days=9)))
    for successor in ("TD-KT", "TD-NOWHERE"):
        with pytest.raises(NotFoundError):
            city.do(lambda s, other=successor: staffing.close_unit(s, city.platform, SYSTEM, "TD-KT", DAY, other))


def test_the_work_of_a_closed_unit_is_its_successors_from_the_next_day(city: City, approved: dict[str, Any]) -> None:
    dossier, task = opened(city, approved, "examination")
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, "TD-QHXD", DAY, "TD-KT"))
    assert city.see(lambda s: task_reads.get(s, task.id)).unit_code == "TD-QHXD"
    city.later(days=1)
    assert staffing.tidy(city.db, city.platform) >= 1
    row = city.see(lambda s: task_reads.get(s, task.id))
    assert (row.unit_code, row.queue, row.assignee_id) == ("TD-KT", "TD-KT/case_officer", None)
    moved = entries(city, dossier, "task:moved")[-1]["payload"]
    assert (moved["before"], moved["unit"]) == ("TD-QHXD", "TD-KT")
    picture = city.see(lambda s: as_of(s, dossier.id, city.clock.moment))
    assert [open_task.unit for open_task in picture.tasks.values()] == ["TD-KT"]


def test_a_step_that_opens_after_the_closing_opens_at_the_successor(city: City, approved: dict[str, Any]) -> None:
    dossier, task = opened(city, approved, "reception_check")
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, "TD-QHXD", DAY, "TD-KT"))
    city.later(days=1)
    city.complete(task, approved["answers"]["reception_check"][0])
    assert [each.unit_code for each in city.open_tasks(dossier.id)] == ["TD-KT"]


def test_a_dossier_whose_competent_body_closes_is_the_successors(city: City, approved: dict[str, Any]) -> None:
    dossier, task = opened(city, approved, "leader_decision")
    yesterday = DAY - timedelta(days=1)
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, "TD-UBND", yesterday, "TD-P-HB"))
    assert city.dossier(dossier.id).competent_unit == "TD-P-HB"
    row = city.see(lambda s: task_reads.get(s, task.id))
    assert (row.unit_code, row.principal_unit) == ("TD-P-HB", "TD-P-HB")
    assert entries(city, dossier, "dossier:moved")[-1]["payload"]["unit"] == "TD-P-HB"
    city.complete(row, approved["answers"]["leader_decision"][0])


def test_an_open_task_is_looked_for_at_the_successor_of_the_place_that_received_the_dossier(
    city: City, approved: dict[str, Any]
) -> None:
    dossier, task = opened(city, approved, "examination")
    before = city.dossier(dossier.id).receiving_unit
    yesterday = DAY - timedelta(days=1)
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, before, yesterday, "TD-P-HB"))
    after = city.dossier(dossier.id).receiving_unit
    assert after == city.see(lambda s: task_reads.get(s, task.id)).receiving_unit == "TD-P-HB"


def test_an_open_act_comes_home_when_its_delegation_lapses(city: City, approved: dict[str, Any]) -> None:
    wanted = mandate_register.Mandate(
        unit_code="TD-UBND",
        kind=MandateKind.DELEGATION,
        instrument_number="3/QĐ",
        instrument_date=DAY,
        valid_from=DAY,
        valid_to=DAY,
        delegate_role=Role.DIVISION_HEAD,
        delegate_unit="TD-QHXD",
    )
    city.do(lambda s: mandate_register.record(s, SYSTEM, wanted, now=city.clock.now()))
    _dossier, task = opened(city, approved, "leader_decision")
    assert task.unit_code == "TD-QHXD"
    city.later(days=1)
    assert staffing.tidy(city.db, city.platform) == 1
    assert city.see(lambda s: task_reads.get(s, task.id)).queue == "TD-UBND/agency_leader"


# ---- units: import, search ---------------------------------------------------------------------------------------

HEAD = "code,name_vi,name_en,kind,parent,valid_from\n"


def test_units_are_found_by_folded_name(city: City) -> None:
    city.do(
        lambda s: importing.carry_out(s, importing.plan(s, HEAD + "X-1,Điểm Cát Lái,,ward,,\n"), now=city.clock.now())
    )
    for typed in ("cat lai", "Cát  LÁI", "x-1"):
        assert [unit.code for unit in city.see(lambda s, text=typed: units.search(s, text))] == ["X-1"]
    assert city.see(lambda s: units.search(s, "cat lai", kind=units.UnitKind.BRANCH)) == []


def test_an_import_is_planned_first_and_written_whole_or_not_at_all(city: City) -> None:
    text = HEAD + "N-2,Điểm hai,,reception_point,N-1,\nN-1,Chi nhánh một,,branch,TD-TTHCC,2026-12-01\n"
    planned = city.see(lambda s: importing.plan(s, text))
    assert (planned.new, planned.changed, planned.problems) == (["N-2", "N-1"], [], [])
    assert city.see(lambda s: s.get(UnitRow, "N-1")) is None
    city.do(lambda s: importing.carry_out(s, importing.plan(s, text), now=city.clock.now()))
    stored = city.see(lambda s: s.get_one(UnitRow, "N-2"))
    assert stored.parent_code == "N-1"
    again = city.see(lambda s: importing.plan(s, text))
    assert (again.new, again.changed, again.same) == ([], [], ["N-2", "N-1"])


def test_every_fault_of_a_file_is_told_with_its_line(city: City) -> None:
    text = HEAD + ",Không mã,,ward,,\nA,,,ward,,\nB,Bê,,palace,,\nC,Xê,,ward,Z,\nC,Xê,,ward,,31/12/2026\n"
    planned = city.see(lambda s: importing.plan(s, text))
    assert sorted({each.line for each in planned.problems}) == [2, 3, 4, 5, 6]
    with pytest.raises(InvalidInputError, match="line 2"):
        city.do(lambda s: importing.carry_out(s, planned, now=city.clock.now()))
    with pytest.raises(InvalidInputError, match="first line"):
        city.see(lambda s: importing.plan(s, "tên,mã\n"))


def test_people_are_imported_with_their_roles(city: City) -> None:
    text = (
        "username,name,role,unit,valid_to\nmoi.nguoi,Người Mới,case_officer,TD-KT,\n"
        "moi.nguoi,Người Mới,reception_officer,TD-TTHCC,2026-12-31\nx,X,king,TD-KT,\n"
    )
    assert [each.line for each in city.see(lambda s: importing.plan(s, text)).problems] == [4]
    good = text.replace("x,X,king,TD-KT,\n", "")
    city.do(lambda s: importing.carry_out(s, importing.plan(s, good), now=city.clock.now()))
    assert city.actor("moi.nguoi").roles == {(Role.CASE_OFFICER, "TD-KT"), (Role.RECEPTION_OFFICER, "TD-TTHCC")}


# ---- commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def motcua(db: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line on this test's database."""
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_VAR", str(tmp_path / "var"))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return invoke


def test_the_commands_record_check_list_and_end_a_mandate(city: City, motcua: Any) -> None:
    one, other = (one_of(city, Role.AGENCY_LEADER, "TD-UBND", place) for place in (0, 1))
    asked = ("mandate", "check", one, "--procedure", KEY, "--on", "2026-11-23", "--data")
    small, large = '{"application": {"area": 40000}}', '{"application": {"area": 60000}}'
    assert motcua(*asked, large).exit_code == 0
    number = ("--number", "12/QĐ-UBND", "--signed", "2026-01-02", "--ceiling", "application.area <= 50000")
    recorded = motcua("mandate", "add", "TD-UBND", *number, "--person", one, "--act", "approve", "--json")
    assert recorded.exit_code == 0, recorded.output
    assert motcua(*asked, small).exit_code == 0
    refused = motcua(*asked, large)
    assert (refused.exit_code, "ceiling-exceeded" in refused.output) == (1, True)
    assert motcua("mandate", "check", other, "--procedure", KEY, "--on", "2026-11-23").exit_code == 1
    overlapping = motcua("mandate", "add", "TD-UBND", *number, "--person", one)
    assert (overlapping.exit_code, "Trùng với văn bản" in overlapping.output) == (1, True)
    assert "12/QĐ-UBND" in motcua("mandate", "list", "TD-UBND").output
    (row,) = city.see(mandate_list.listing)
    assert motcua("mandate", "end", str(row.id), "--on", "2026-11-22").exit_code == 0
    assert motcua(*asked, small).exit_code == 1


def test_the_commands_tell_of_queues_that_nobody_works_on(city: City, motcua: Any, approved: dict[str, Any]) -> None:
    assert motcua("organisation", "check").exit_code == 0
    dossier, _task = opened(city, approved, "assignment")
    head = one_of(city, Role.DIVISION_HEAD, "TD-QHXD")
    refused = motcua("organisation", "leave", head, "--on", "2026-01-01")
    assert (refused.exit_code, "TD-QHXD/division_head (1)" in refused.output) == (1, True)
    city.do(lambda session: staffing.leave(session, city.platform, SYSTEM, head, date(2026, 1, 1)))
    told = motcua("organisation", "check", "--mend")
    assert (told.exit_code, "TD-QHXD/division_head" in told.output) == (1, True)
    assert city.open_tasks(dossier.id)[0].state == "open"


def test_somebody_leaves_by_command_when_an_heir_takes_over(city: City, motcua: Any, approved: dict[str, Any]) -> None:
    opened(city, approved, "assignment")
    head, heir = one_of(city, Role.DIVISION_HEAD, "TD-QHXD"), one_of(city, Role.CASE_OFFICER, "TD-QHXD")
    left = motcua("organisation", "leave", head, "--on", "2026-01-01", "--heir", heir)
    assert left.exit_code == 0, left.output
    assert motcua("organisation", "check", "--mend").exit_code == 0


def test_the_commands_import_search_and_appoint(city: City, motcua: Any, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text(HEAD + "N-1,Chi nhánh Linh Xuân,,branch,TD-TTHCC,\n", encoding="utf-8")
    assert "nothing was written" in motcua("organisation", "import", str(file), "--dry-run").output
    assert "N-1" not in motcua("organisation", "search", "linh xuan").output
    assert motcua("organisation", "import", str(file)).exit_code == 0
    assert "N-1" in motcua("organisation", "search", "linh xuan").output
    file.write_text(HEAD + "N-2,,,branch,,\n", encoding="utf-8")
    assert motcua("organisation", "import", str(file)).exit_code == 1
    one, head = one_of(city, Role.CASE_OFFICER, "TD-QHXD"), one_of(city, Role.DIVISION_HEAD, "TD-QHXD")
    days = ("--from", "2026-11-23", "--to", "2026-11-27", "--ground", "Nghỉ phép")
    assert motcua("organisation", "stand-in", head, "--for", one, *days).exit_code == 0
    assert head in motcua("organisation", "stand-ins", "--on", "2026-11-24").output
    (row,) = city.see(standins.listing)
    assert motcua("organisation", "stand-in-end", str(row.id), "--on", "2026-11-24").exit_code == 0
