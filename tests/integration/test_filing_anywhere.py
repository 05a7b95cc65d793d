"""A dossier is filed anywhere: where it was helped, received and decided are three facts; somebody always has it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import dossiers, handovers, notices, procedures, receipt, staffing
from engine.clock import FixedClock
from engine.deadlines.sweep import sweep
from engine.dossiers import Filing
from engine.errors import NotAllowedError, NotFoundError, NotWaitingError
from engine.history.journal import read
from engine.history.verify import verify
from engine.model import SYSTEM, Actor, Channel, Role
from engine.organisation import people
from engine.persistence.tables import DossierRow, JournalRow, TaskRow
from engine.runtime.bundle import Bundle
from engine.runtime.side_tasks import ACKNOWLEDGE, ROUTE
from forms.answers import InvalidAnswers

KEY = "detailed_plan_adjustment"
POINT = "TD-TTHCC-01"
FROM_RECEIPT = 'starts = "competent-body-receipt"\n'
ROUTING = """
[routing]
file = "routing.dmn"
decision = "Cơ quan có thẩm quyền"
"""
DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="routing" name="routing" namespace="urn:test">
  <inputData id="application_data" name="application"><variable name="application"/></inputData>
  <decision id="competent" name="Cơ quan có thẩm quyền">
    <variable name="Cơ quan có thẩm quyền" typeRef="string"/>
    <informationRequirement><requiredInput href="#application_data"/></informationRequirement>
    <decisionTable id="table" hitPolicy="UNIQUE">
      <input id="area"><inputExpression typeRef="number"><text>application.area</text></inputExpression></input>
      <output id="unit" name="unit" typeRef="string"/>
      <rule id="small"><inputEntry id="i1"><text>&lt;= 1000</text></inputEntry>
        <outputEntry id="o1"><text>"TD-P-HB"</text></outputEntry></rule>
      <rule id="middle"><inputEntry id="i2"><text>(1000..2000]</text></inputEntry>
        <outputEntry id="o2"><text>"TD-UBND"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning, with a term that counts from the competent body's receipt."""
    city = City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")))
    files = dict(Bundle.find(Path(__file__).parents[2], KEY).files)
    toml = files["procedure.toml"].decode()
    assert toml.count('unit = "working-days"\n') == 1
    files["procedure.toml"] = toml.replace('unit = "working-days"\n', f'unit = "working-days"\n{FROM_RECEIPT}').encode()
    city.deploy(Bundle(files))
    return city


@pytest.fixture
def approved(city: City) -> dict[str, Any]:
    """A walk that ends with an approval."""
    return city.walk_file(KEY, "approved")


def deploy_with_routing(city: City) -> None:
    files = dict(Bundle.find(Path(__file__).parents[2], KEY).files)
    toml = files["procedure.toml"].decode().replace("[units]\n", '[units]\nunroutable = "TD-TTHCC"\n')
    files["procedure.toml"] = (toml + ROUTING).encode()
    files["routing.dmn"] = DMN.encode()
    assert [str(one) for one in procedures.check(Bundle(files)) if one.error] == []
    city.deploy(Bundle(files))


def file(city: City, walk: dict[str, Any], actor: Actor | None = None, area: int = 0, **said: Any) -> DossierRow:
    def work(session: Session) -> DossierRow:
        sized = {"area": area, "adjusted_area": area} if area else {}
        answers = city.with_papers(session, walk["application"] | sized, "citizen")
        return dossiers.file(
            session, city.platform, actor, Filing(KEY, answers, uploader_key="citizen", **said)
        ).dossier

    return city.do(work)


def officer(city: City, unit: str, role: Role = Role.RECEPTION_OFFICER) -> Actor:
    return city.actor(city.see(lambda s: people.holders(s, role, unit, city.platform.today()))[0].username)


def at_branch(city: City, walk: dict[str, Any], at: str = "2026-11-23T10:00:00+07:00") -> DossierRow:
    """A dossier that a branch has received online and found complete at the given moment."""
    dossier = file(city, walk, receiving_unit=POINT)
    city.clock.moment = datetime.fromisoformat(at)
    task = next(task for task in city.open_tasks(dossier.id) if task.element_id == "reception_check")
    assert task.unit_code == POINT
    city.complete(task, walk["answers"]["reception_check"][0])
    return city.dossier(dossier.id)


def said(city: City, dossier: DossierRow, type_: str) -> list[dict[str, Any]]:
    rows = select(JournalRow).where(JournalRow.stream_id == dossier.id, JournalRow.type == type_)
    return [read(row)["payload"] for row in city.see(lambda s: s.scalars(rows.order_by(JournalRow.seq)).all())]


def named(city: City, dossier: DossierRow, element: str) -> TaskRow:
    return next(task for task in city.open_tasks(dossier.id) if task.element_id == element)


# ---- three places ------------------------------------------------------------------------------------------------


def test_support_place_receiving_place_and_competent_body_are_three_facts(city: City, approved: dict[str, Any]) -> None:
    helper = officer(city, "TD-P-HB")
    dossier = file(city, approved, helper, receiving_unit=POINT, support_unit="TD-P-HB", channel=Channel.DESK)
    assert (dossier.support_unit, dossier.receiving_unit, dossier.competent_unit) == ("TD-P-HB", POINT, "TD-UBND")
    filed = said(city, dossier, "dossier:filed")[0]
    assert (filed["support_unit"], filed["receiving_unit"], filed["competent_unit"]) == ("TD-P-HB", POINT, "TD-UBND")


def test_only_an_officer_of_the_place_files_at_its_desk_or_helps_there(city: City, approved: dict[str, Any]) -> None:
    stranger = officer(city, "TD-P-HB")
    with pytest.raises(NotAllowedError):
        file(city, approved, stranger, receiving_unit=POINT, channel=Channel.DESK)
    with pytest.raises(NotAllowedError):
        file(city, approved, None, receiving_unit=POINT, support_unit="TD-P-HB")
    file(city, approved, officer(city, POINT), receiving_unit=POINT, channel=Channel.DESK)


def test_a_closed_point_takes_nothing_in_and_says_who_does(city: City, approved: dict[str, Any]) -> None:
    last = city.platform.today().replace(day=1)
    city.do(lambda s: staffing.close_unit(s, city.platform, SYSTEM, POINT, last, "TD-TTHCC"))
    with pytest.raises(NotFoundError, match=r"file at .*\(TD-TTHCC\)"):
        file(city, approved, receiving_unit=POINT)


# ---- hand-over and receipt ---------------------------------------------------------------------------------------


def test_the_clock_of_a_dossier_received_elsewhere_starts_with_the_competent_bodys_receipt(
    city: City, approved: dict[str, Any]
) -> None:
    dossier = at_branch(city, approved)
    assert dossier.hand_over_id is not None
    assert (dossier.state, dossier.due_at) == ("filed", None)
    handed = said(city, dossier, "dossier:handed_over")[0]
    assert (handed["from"], handed["to"]) == (POINT, "TD-UBND")
    task = named(city, dossier, ACKNOWLEDGE)
    assert task.queue == "TD-UBND/records_clerk"
    city.clock.moment = datetime.fromisoformat("2026-11-25T09:00:00+07:00")
    city.complete(task, {"decision": "received"})
    after = city.dossier(dossier.id)
    assert (after.state, after.hand_over_id) == ("processing", None)
    assert said(city, dossier, "clock:accepted")[0]["reason"] == "acknowledged"
    assert after.due_at is not None
    assert after.due_at.astimezone(city.platform.zone).date().isoformat() == "2026-12-07"  # 8 working days later
    assert all(open_task.due_at.year < 9999 for open_task in city.open_tasks(dossier.id))
    assert said(city, dossier, "dossier:acknowledged")[0]["late"] is True
    assert city.see(lambda s: verify(s, after)).intact


def test_at_the_competent_bodys_own_desk_reception_is_the_receipt(city: City, approved: dict[str, Any]) -> None:
    dossier = file(city, approved)
    city.complete(named(city, dossier, "reception_check"), approved["answers"]["reception_check"][0])
    after = city.dossier(dossier.id)
    assert (after.state, after.hand_over_id) == ("processing", None)
    assert said(city, dossier, "dossier:handed_over") == []


def test_a_term_that_does_not_wait_starts_at_reception_and_the_receipt_is_still_asked_for(
    city: City, approved: dict[str, Any]
) -> None:
    city.deploy(Bundle.find(Path(__file__).parents[2], KEY))
    dossier = at_branch(city, approved)
    assert dossier.due_at is not None
    assert dossier.hand_over_id is not None
    before = dossier.due_at
    city.do(lambda s: handovers.acknowledge(s, city.platform, officer(city, "TD-UBND", Role.RECORDS_CLERK), dossier.id))
    assert city.dossier(dossier.id).due_at == before


def test_working_on_the_dossier_in_the_competent_body_confirms_the_receipt(
    city: City, approved: dict[str, Any]
) -> None:
    dossier = at_branch(city, approved)
    city.complete(named(city, dossier, "assignment"), approved["answers"]["assignment"][0])
    assert said(city, dossier, "dossier:acknowledged")[0]["implied"] is True
    assert ACKNOWLEDGE not in {task.element_id for task in city.open_tasks(dossier.id)}
    assert city.dossier(dossier.id).due_at is not None


def test_a_receipt_is_confirmed_once_and_by_the_body_itself(city: City, approved: dict[str, Any]) -> None:
    dossier = at_branch(city, approved)
    with pytest.raises(NotAllowedError):
        city.do(lambda s: handovers.acknowledge(s, city.platform, officer(city, POINT), dossier.id))
    clerk = officer(city, "TD-UBND", Role.RECORDS_CLERK)
    city.do(lambda s: handovers.acknowledge(s, city.platform, clerk, dossier.id))
    with pytest.raises(NotWaitingError):
        city.do(lambda s: handovers.acknowledge(s, city.platform, clerk, dossier.id))
    (row,) = city.see(lambda s: handovers.of_dossier(s, dossier.id))
    assert row.acknowledged_by == clerk.name


@pytest.mark.parametrize(
    ("complete", "due"),
    [
        ("2026-11-23T08:00", "2026-11-23T17:00"),
        ("2026-11-23T15:00", "2026-11-23T17:00"),
        ("2026-11-23T15:00:01", "2026-11-25T"),  # the 24th is Vietnamese Culture Day
        ("2026-11-28T09:00", "2026-11-30T"),  # a Saturday
    ],
)
def test_a_hand_over_is_due_the_same_day_or_early_on_the_next_working_day(city: City, complete: str, due: str) -> None:
    moment = datetime.fromisoformat(complete).replace(tzinfo=city.platform.zone)
    found = receipt.due_of(moment, city.platform.calendar)
    assert found.astimezone(city.platform.zone).isoformat().startswith(due)
    if due.endswith("T"):
        assert found == city.platform.calendar.at(
            found.date(), city.platform.calendar.working_hours(found.date())[0][0]
        )


def test_both_ends_are_reminded_of_a_dossier_that_has_not_arrived(city: City, approved: dict[str, Any]) -> None:
    dossier = at_branch(city, approved)
    city.clock.moment = datetime.fromisoformat("2026-11-23T17:00:02+07:00")
    sweep(city.db, city.platform)
    told = {
        notice.audience for notice in city.see(lambda s: notices.about(s, dossier.id)) if "hand-over" in notice.kind
    }
    assert f"queue:{POINT}/reception_officer" in told
    assert "queue:TD-UBND/records_clerk" in told


def test_nobody_is_reminded_of_a_dossier_that_has_arrived(city: City, approved: dict[str, Any]) -> None:
    dossier = at_branch(city, approved)
    city.complete(named(city, dossier, ACKNOWLEDGE), {"decision": "received"})
    city.clock.moment = datetime.fromisoformat("2026-11-23T17:00:02+07:00")
    sweep(city.db, city.platform)
    assert not any("hand-over" in notice.kind for notice in city.see(lambda s: notices.about(s, dossier.id)))


def test_a_dossier_filed_at_a_branch_goes_all_the_way(city: City, approved: dict[str, Any]) -> None:
    dossier = at_branch(city, approved)
    turns: dict[str, int] = {}
    for _ in range(30):
        if city.dossier(dossier.id).closed_at is not None:
            break
        opened = [task for task in city.open_tasks(dossier.id) if task.element_id != ACKNOWLEDGE]
        task = opened[0]
        given = approved["answers"][task.data_key]
        city.complete(task, given[min(turns.get(task.data_key, 0), len(given) - 1)])
        turns[task.data_key] = turns.get(task.data_key, 0) + 1
    assert city.dossier(dossier.id).outcome == "granted"


def test_a_dossier_withdrawn_on_its_way_leaves_nothing_open(city: City, approved: dict[str, Any]) -> None:
    dossier = at_branch(city, approved)
    ended = city.send(dossier.id, dossiers.WITHDRAWAL, "Đổi ý")
    assert ended.outcome == "withdrawn"
    assert city.open_tasks(dossier.id) == []


# ---- routing -----------------------------------------------------------------------------------------------------


def test_the_table_names_the_competent_body_and_the_rule_stands_in_the_history(
    city: City, approved: dict[str, Any]
) -> None:
    deploy_with_routing(city)
    dossier = file(city, approved, area=900)
    assert dossier.competent_unit == "TD-P-HB"
    assert said(city, dossier, "dossier:filed")[0]["routed_by"] != []
    assert file(city, approved, area=1500).competent_unit == "TD-UBND"


def test_what_the_table_does_not_know_waits_in_the_unroutable_queue_until_somebody_sends_it_on(
    city: City, approved: dict[str, Any]
) -> None:
    deploy_with_routing(city)
    dossier = file(city, approved, area=5000)
    assert dossier.competent_unit == "TD-TTHCC"
    assert "names no body" in said(city, dossier, "dossier:routed")[0]["reason"]
    assert [each.id for each in city.see(lambda s: handovers.lost(s, "TD-TTHCC"))] == [dossier.id]
    task = named(city, dossier, ROUTE)
    assert task.queue == "TD-TTHCC/reception_officer"
    reason = "Diện tích trên 2.000 m² thuộc thẩm quyền thành phố."
    with pytest.raises(InvalidAnswers):
        city.complete(task, {"unit": "TD-NOWHERE", "reason": reason})
    city.complete(task, {"unit": "TD-UBND", "reason": reason})
    assert city.dossier(dossier.id).competent_unit == "TD-UBND"
    assert said(city, dossier, "dossier:routed")[-1]["reason"] == reason
    assert city.see(lambda s: handovers.lost(s, "TD-TTHCC")) == []


def test_a_lost_dossier_that_is_complete_is_handed_over_once_it_is_routed(city: City, approved: dict[str, Any]) -> None:
    deploy_with_routing(city)
    dossier = file(city, approved, area=5000)
    city.complete(named(city, dossier, "reception_check"), approved["answers"]["reception_check"][0])
    assert city.dossier(dossier.id).hand_over_id is None
    task = named(city, dossier, ROUTE)
    city.complete(task, {"unit": "TD-P-HB", "reason": "Thuộc thẩm quyền của phường."})
    assert city.dossier(dossier.id).hand_over_id is not None


def test_a_body_that_is_handed_what_is_not_its_own_sends_it_back(city: City, approved: dict[str, Any]) -> None:
    dossier = at_branch(city, approved)
    city.complete(named(city, dossier, ACKNOWLEDGE), {"decision": "not_ours", "reason": "Thuộc phường Hiệp Bình."})
    lost = city.dossier(dossier.id)
    assert (lost.competent_unit, lost.hand_over_id) == ("TD-TTHCC", None)
    task = named(city, dossier, ROUTE)
    city.complete(task, {"unit": "TD-P-HB", "reason": "Thuộc phường Hiệp Bình."})
    again = city.dossier(dossier.id)
    assert (again.competent_unit, again.hand_over_id is not None) == ("TD-P-HB", True)
    assert named(city, dossier, ACKNOWLEDGE).unit_code == "TD-P-HB"
    assert len(city.see(lambda s: handovers.of_dossier(s, dossier.id))) == 2


def test_a_routing_table_that_is_not_there_is_found_before_deployment(city: City) -> None:
    files = dict(Bundle.find(Path(__file__).parents[2], KEY).files)
    files["procedure.toml"] += ROUTING.encode()
    assert "facts-missing-key" in {finding.code for finding in procedures.check(Bundle(files))}
    files["procedure.toml"] = files["procedure.toml"].replace(b"[units]\n", b'[units]\nunroutable = "TD-TTHCC"\n')
    assert "decision-missing" in {finding.code for finding in procedures.check(Bundle(files))}
