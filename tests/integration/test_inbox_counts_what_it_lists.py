"""Every box of the inbox, however narrowed, counts exactly what all its pages list: each task once, due first."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from city import City
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from engine import access, tasks
from engine.clock import FixedClock
from engine.model import Actor
from engine.persistence import dossiers
from engine.persistence import tasks as stored
from engine.persistence.tables import DossierRow, TaskRow
from engine.persistence.tasks import STATES, InboxFilter

SIMPLE, PLANNING = "certified_copy", "detailed_plan_adjustment"
NAMES = ("Nguyễn Văn An", "Trần Thị Bưởi", "Lê Đình Cường", "Đặng Thị Đào")
PEOPLE = ("tuan.ward", "loan.ward", "vinh.ward", "son.head", "minh.case", "lan.reception", "ha.control", "phuc.leader")
LIMIT = 3  # small pages, so that there are many


@pytest.fixture
def busy(db: Engine) -> City:
    """A city in the middle of its work: dossiers at several steps, some taken, some late."""
    city = City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), SIMPLE, PLANNING)
    simple, planning = city.walk_file(SIMPLE, "handed_over"), city.walk_file(PLANNING, "approved")
    for name in NAMES:
        city.file(SIMPLE, {**simple["application"], "applicant_name": name})
        city.later(minutes=7)
    taken = city.open_tasks(city.file(SIMPLE, simple["application"]).dossier.id)[0]
    city.do(lambda session: tasks.claim(session, city.platform, city.actor("tuan.ward"), taken.id))
    city.walk(simple, until="certify")
    for until in ("reception_check", "assignment", "examination", "appraisal"):
        city.walk(planning, until=until)
    city.clock.moment += timedelta(days=4)
    return city


def everything(city: City, actor: Actor, narrowed: InboxFilter) -> list[TaskRow]:
    """All pages of a list, one after the other."""
    found: list[TaskRow] = []
    people, queues, after = access.assignees_of(actor), access.queues_of(actor), None
    while True:
        page = city.see(lambda s: stored.inbox(s, people, queues, narrowed, after=after, limit=LIMIT))  # noqa: B023
        found += [task for task, _dossier in page]
        if len(page) < LIMIT:
            return found
        after = (found[-1].due_at, found[-1].id)


def filters(city: City, actor: Actor) -> st.SearchStrategy[InboxFilter]:
    """Any way in which a page may narrow one of its boxes."""
    boxes = [(True, False, False), (False, True, False), (True, False, True), (True, True, False), (True, True, True)]
    units = ["", "TD-P-HB", "TD-QHXD", "TD-TTHCC", "TD-UBND", "nowhere"]

    def made(box: tuple[bool, bool, bool], narrow: dict[str, object]) -> InboxFilter:
        mine, queues, everyones = box
        return InboxFilter(
            mine=mine,
            queues=queues,
            everyone_in=access.everyone_of(actor) if everyones else frozenset(),
            **narrow,  # type: ignore[arg-type]
        )

    now = city.platform.now()
    narrow = st.fixed_dictionaries(
        {},
        optional={
            "procedure_key": st.sampled_from(["", SIMPLE, PLANNING, "unknown"]),
            "element_id": st.sampled_from(["", "compare", "certify", "examination", "assignment"]),
            "due_before": st.sampled_from([None, now, now - timedelta(days=3), now + timedelta(days=3)]),
            "text": st.sampled_from(["", "nguyen", "Đặng", "le dinh", "zzz", "cuong"]),
            "unit_code": st.sampled_from(units),
            "receiving_unit": st.sampled_from(units),
            "assignee_id": st.sampled_from([None, actor.id, UUID(int=1)]),
            "state": st.sampled_from(["", *STATES]),
        },
    )
    return st.builds(made, st.sampled_from(boxes), narrow)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_box_counts_what_its_pages_list_each_task_once_and_what_is_due_first_first(
    busy: City, data: st.DataObject
) -> None:
    actor = busy.actor(data.draw(st.sampled_from(PEOPLE)))
    narrowed = data.draw(filters(busy, actor))
    listed = everything(busy, actor, narrowed)
    people, queues = access.assignees_of(actor), access.queues_of(actor)
    assert busy.see(lambda s: stored.count(s, people, queues, narrowed)) == len(listed)
    assert len({task.id for task in listed}) == len(listed)
    assert [(task.due_at, task.id) for task in listed] == sorted((task.due_at, task.id) for task in listed)
    outline = busy.see(lambda s: stored.outline(s, people, queues, narrowed, limit=1000))
    assert outline == [(task.id, task.version) for task in listed]


@pytest.mark.parametrize("username", PEOPLE)
def test_whoever_lists_a_task_of_everybody_may_see_its_dossier(busy: City, username: str) -> None:
    actor = busy.actor(username)
    for task in everything(busy, actor, InboxFilter(everyone_in=access.everyone_of(actor))):
        assert busy.see(lambda s: dossiers.get(s, actor, task.dossier_id)).id == task.dossier_id  # noqa: B023


def test_a_head_lists_the_tasks_of_the_unit_whoever_has_them_and_control_lists_all(busy: City) -> None:
    def units(username: str) -> set[str]:
        actor = busy.actor(username)
        return {task.unit_code for task in everything(busy, actor, InboxFilter(everyone_in=access.everyone_of(actor)))}

    assert units("son.head") == {"TD-QHXD"}
    assert {"TD-QHXD", "TD-P-HB", "TD-TTHCC"} <= units("ha.control")
    assert units("vinh.ward") == {"TD-P-HB"}


def test_a_task_carries_what_the_inbox_looks_for_of_its_dossier_while_it_is_open(busy: City) -> None:
    rows = busy.see(lambda s: [(task, s.get_one(DossierRow, task.dossier_id)) for task in s.scalars(select(TaskRow))])
    assert {task.state for task, _dossier in rows} > {"open"}
    for task, dossier in rows:
        assert (task.procedure_key, task.receiving_unit) == (dossier.procedure_key, dossier.receiving_unit)
        assert task.search_key == (dossier.search_key if task.state == "open" else "")


def test_several_boxes_are_counted_at_once_as_one_by_one(busy: City) -> None:
    actor = busy.actor("minh.case")
    people, queues = access.assignees_of(actor), access.queues_of(actor)
    nothing = InboxFilter(mine=False, queues=False)
    several = [InboxFilter(), InboxFilter(mine=False), InboxFilter(everyone_in=None), nothing]
    at_once = busy.see(lambda s: stored.counts(s, people, queues, several))
    assert list(at_once) == [len(everything(busy, actor, one)) for one in several]
