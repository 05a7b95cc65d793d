"""Many tasks at one stroke: each stands for itself, each is done once, and each says how it fared."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from city import ROOT, City
from flask import Flask
from flask.testing import FlaskClient
from pages import PageRead, get, post, posted

from api.bulk import Chosen
from engine import tasks
from engine.model import TaskState
from engine.organisation import people
from engine.persistence.tables import TaskRow
from engine.runtime.bundle import Bundle

SIMPLE = "certified_copy"
PLANNING = "detailed_plan_adjustment"
PASSWORD = "một mật khẩu đủ dài"
COMPARED = {"decision": "certify", "pages": "3", "copies": "2"}
SignIn = Callable[[str], str]
Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def desk(signed_in: SignIn, client: FlaskClient) -> FlaskClient:
    """The reception officer of the ward, signed in."""
    signed_in("tuan.ward")
    return client


@pytest.fixture
def waiting(city: City) -> list[TaskRow]:
    """Three tasks in the queue of the ward's desk."""
    application = city.walk_file(SIMPLE, "handed_over")["application"]
    return [city.open_tasks(city.file(SIMPLE, application).dossier.id)[0] for _ in range(3)]


def now(city: City, task: TaskRow) -> TaskRow:
    return city.see(lambda session: session.get_one(TaskRow, (task.dossier_id, task.id)))


def chosen(*rows: TaskRow) -> list[str]:
    return [str(Chosen(row.id, row.version)) for row in rows]


def fates(answer: Any) -> list[str]:
    return [str(one) for one in PageRead(answer).tree.xpath("//li/@data-fate")]


def stroke(client: FlaskClient, rows: list[str], path: str = "", **fields: Any) -> Any:
    sent = {"_task": rows, "_filters": "box=queue", "_attempt": "an attempt of this test", **fields}
    return post(client, f"/inbox/bulk{path}", sent)


# ---- claim, give back, assign -----------------------------------------------------------------------------------


def test_what_is_free_is_taken_and_what_somebody_else_has_is_told(
    desk: FlaskClient, city: City, waiting: list[TaskRow]
) -> None:
    def hire(session: Any) -> None:
        person = people.add_person(session, "second.ward", "Tô Thị Hai", now=city.clock.now())
        people.grant(session, person, people.Role.RECEPTION_OFFICER, "TD-P-HB")

    city.do(hire)
    city.do(lambda session: tasks.claim(session, city.platform, city.actor("second.ward"), waiting[1].id))
    answer = stroke(desk, [*chosen(*waiting), str(uuid4()), "nonsense"], _do="claim")
    assert sorted(fates(answer)) == ["changed", "done", "done", "refused"]
    assert "Tô Thị Hai" not in PageRead(answer).text or "đang giữ" in PageRead(answer).text
    assert "Đã xong 2 việc" in PageRead(answer).text
    mine = city.actor("tuan.ward").id
    assert [now(city, task).assignee_id == mine for task in waiting] == [True, False, True]


def test_a_stroke_that_comes_twice_is_done_once_and_told_twice(
    desk: FlaskClient, city: City, waiting: list[TaskRow]
) -> None:
    first = stroke(desk, chosen(*waiting), _do="claim")
    versions = [now(city, task).version for task in waiting]
    second = stroke(desk, chosen(*waiting), _do="claim")
    assert fates(first) == fates(second) == ["done"] * 3
    assert [now(city, task).version for task in waiting] == versions


def test_a_row_that_has_changed_since_it_was_seen_is_left_alone(
    desk: FlaskClient, city: City, waiting: list[TaskRow]
) -> None:
    seen = chosen(*waiting)
    city.do(lambda session: tasks.claim(session, city.platform, city.actor("tuan.ward"), waiting[0].id))
    city.do(lambda session: tasks.release(session, city.platform, city.actor("tuan.ward"), waiting[0].id))
    assert sorted(fates(stroke(desk, seen, _do="claim"))) == ["changed", "done", "done"]


def test_the_whole_page_and_the_whole_list_are_taken_and_given_back(
    desk: FlaskClient, city: City, waiting: list[TaskRow]
) -> None:
    page = get(desk, "/inbox?box=queue")
    shown = [one.get("value") for one in page.tree.xpath("//input[@name='_shown']")]
    assert fates(stroke(desk, [], _do="claim", _scope="page", _shown=shown)) == ["done"] * 3
    everything = {"_do": "release", "_scope": "all", "_filters": "box=mine"}
    assert fates(stroke(desk, [], **everything)) == ["done"] * 3
    assert fates(stroke(desk, [], **everything)) == ["done"] * 3, "the same rows again, though none is in the list now"
    assert desk.get("/inbox/rows?box=queue").json == {
        "rows": chosen(*(now(city, task) for task in sorted(waiting, key=lambda one: (one.due_at, one.id)))),
        "total": 3,
    }


def test_a_fragment_is_only_the_outcomes(desk: FlaskClient, waiting: list[TaskRow]) -> None:
    token = get(desk, "/inbox").tree.xpath("string(//meta[@name='csrf-token']/@content)")
    answer = desk.post(
        "/inbox/bulk",
        data={"_do": "claim", "_task": chosen(*waiting)},
        headers={"HX-Request": "true", "X-CSRFToken": token},
    )
    assert "<html" not in answer.text
    assert answer.text.count('data-fate="done"') == 3


def test_nothing_chosen_is_told(desk: FlaskClient) -> None:
    assert stroke(desk, [], _do="claim").headers["Location"].startswith("/inbox?box=queue")
    assert "Hãy đánh dấu ít nhất một việc" in get(desk, "/inbox").text


def test_a_head_assigns_several_tasks_to_whom_can_take_most(city: City, signed_in: SignIn, client: FlaskClient) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    walk = city.walk_file(PLANNING, "approved")
    rows = [city.open_tasks(city.walk(walk, until="examination").id)[0] for _ in range(2)]
    signed_in("son.head")
    page = PageRead(stroke(client, chosen(*rows), _do="assign"))
    options = [" ".join(one.text.split()) for one in page.tree.xpath("//select[@name='_username']/option")]
    assert "Võ Thị Anh Thư (2/2)" in options
    sent = [one.get("value") for one in page.tree.xpath("//input[@name='_task']")]
    assert fates(stroke(client, sent, "/assign", _username="thu.case")) == ["done", "done"]
    to = city.actor("thu.case").id
    assert [now(city, row).assignee_id for row in rows] == [to, to]
    assert fates(stroke(client, chosen(*[now(city, row) for row in rows]), "/assign", _username="tuan.ward")) == [
        "refused",
        "refused",
    ]


# ---- complete and sign -----------------------------------------------------------------------------------------


def test_one_form_completes_the_same_step_of_several_dossiers(
    desk: FlaskClient, city: City, waiting: list[TaskRow]
) -> None:
    form = PageRead(stroke(desk, chosen(*waiting), _do="complete"))
    assert form.heading == "Đối chiếu bản sao với bản chính"
    assert len(form.rows()) == 3
    sent = [one.get("value") for one in form.tree.xpath("//input[@name='_task']")]
    city.do(lambda session: tasks.complete(
        session, city.platform, city.actor("tuan.ward"), waiting[0].id, {"decision": "certify", "pages": 1, "copies": 1}
    ))  # fmt: skip
    answers = posted(COMPARED, _action="complete")
    answer = stroke(desk, sent, "/complete", **answers)
    assert sorted(fates(answer)) == ["changed", "done", "done"]
    assert [now(city, task).state for task in waiting] == [TaskState.COMPLETED] * 3
    assert sorted(fates(stroke(desk, sent, "/complete", **answers))) == ["changed", "done", "done"]
    assert [one.element_id for one in city.open_tasks(waiting[1].dossier_id)] == ["certify"]


def test_wrong_answers_show_the_form_again_and_nothing_is_done(
    desk: FlaskClient, city: City, waiting: list[TaskRow]
) -> None:
    answers = posted({**COMPARED, "pages": "many"}, _action="complete")
    answer = stroke(desk, chosen(*waiting), "/complete", **answers)
    page = PageRead(answer)
    assert answer.status_code == 422
    assert "#f-pages" in page.errors()
    assert page.value("pages") == "many"
    assert [now(city, task).state for task in waiting] == [TaskState.OPEN] * 3
    good = posted(COMPARED, _action="complete")
    assert fates(stroke(desk, chosen(*waiting), "/complete", **good)) == ["done"] * 3, "the same attempt goes on"


def test_tasks_of_several_steps_are_told_apart(desk: FlaskClient, city: City, waiting: list[TaskRow]) -> None:
    city.complete(waiting[0], {"decision": "certify", "pages": 3, "copies": 2})
    certify = city.open_tasks(waiting[0].dossier_id)[0]
    page = PageRead(stroke(desk, chosen(certify, *waiting[1:]), _do="complete"))
    buttons = [" ".join(one.text_content().split()) for one in page.tree.xpath("//main//button[@name='_do']")]
    assert buttons == ["Đối chiếu bản sao với bản chính (2)", "Ký chứng thực (1)"]


def test_a_leader_signs_several_decisions_and_the_mandate_is_checked_for_each(
    city: City, signed_in: SignIn, client: FlaskClient
) -> None:
    city.deploy(Bundle.find(ROOT, PLANNING))
    walk = city.walk_file(PLANNING, "approved")
    rows = [city.open_tasks(city.walk(walk, until="leader_decision").id)[0] for _ in range(2)]
    signed_in("phuc.leader")
    form = PageRead(stroke(client, chosen(*rows), _do="sign"))
    sent = [one.get("value") for one in form.tree.xpath("//input[@name='_task']")]
    answers = posted(walk["answers"]["leader_decision"][0], _action="complete")
    assert fates(stroke(client, sent, "/sign", **answers)) == ["done", "done"]
    assert [now(city, row).completed_by for row in rows] == [city.actor("phuc.leader").name] * 2


def test_what_is_no_decision_is_not_signed(desk: FlaskClient, waiting: list[TaskRow]) -> None:
    stroke(desk, chosen(*waiting), _do="sign")
    assert "không có quyết định nào để ký" in get(desk, "/inbox").text


def test_who_may_not_do_a_step_is_refused_for_each(
    city: City, signed_in: SignIn, client: FlaskClient, waiting: list[TaskRow]
) -> None:
    signed_in("ngan.ward")
    answer = stroke(client, chosen(*waiting), "/complete", **posted(COMPARED, _action="complete"))
    assert fates(answer) == ["refused"] * 3
    assert [now(city, task).state for task in waiting] == [TaskState.OPEN] * 3


# ---- as JSON ---------------------------------------------------------------------------------------------------


def test_programs_claim_assign_and_release_many_at_once(
    client: FlaskClient, city: City, bearer: Bearer, waiting: list[TaskRow]
) -> None:
    officer = {**bearer("tuan.ward"), "Idempotency-Key": str(uuid4())}
    sent = {"tasks": [{"task_id": str(one.id), "version": one.version} for one in waiting[:2]]}
    sent["tasks"].append({"task_id": str(uuid4()), "version": None})
    told = client.post("/api/v1/tasks/claim", json=sent, headers=officer).json["outcomes"]
    assert [one["status"] for one in told] == [200, 200, 404]
    assert {one["task"]["assignee_id"] for one in told[:2]} == {str(city.actor("tuan.ward").id)}
    again = client.post("/api/v1/tasks/claim", json=sent, headers=officer).json["outcomes"]
    assert again[:2] == told[:2]
    back = {"tasks": [{"task_id": str(waiting[0].id)}]}
    assert (
        client.post("/api/v1/tasks/release", json=back, headers=bearer("tuan.ward")).json["outcomes"][0]["task"][
            "assignee_id"
        ]
        is None
    )
    give = {"tasks": [{"task_id": str(one.id)} for one in waiting], "username": "tuan.ward"}
    assert [
        one["status"]
        for one in client.post("/api/v1/tasks/assign", json=give, headers=bearer("vinh.ward")).json["outcomes"]
    ] == [200, 200, 200]
    assert [
        one["status"]
        for one in client.post("/api/v1/tasks/assign", json=give, headers=bearer("tuan.ward")).json["outcomes"]
    ] == [403, 403, 403]


def test_programs_list_everybodys_tasks_of_a_unit(client: FlaskClient, bearer: Bearer, waiting: list[TaskRow]) -> None:
    everyones = "/api/v1/tasks?everyone=true&mine=false&queues=false"
    assert len(client.get(f"{everyones}&unit_code=TD-P-HB", headers=bearer("ha.control")).json["items"]) == 3
    assert client.get(f"{everyones}&state=taken", headers=bearer("ha.control")).json["items"] == []
    assert client.get(everyones, headers=bearer("minh.case")).json["items"] == []


def test_two_presses_at_the_same_instant_are_one_stroke(
    make_app: Callable[..., Flask], city: City, waiting: list[TaskRow]
) -> None:
    """As two processes of the site would get them."""
    city.do(lambda session: people.set_password(session, people.get_person(session, "tuan.ward"), PASSWORD))
    told: list[list[str]] = []
    rows, ready = chosen(*waiting), Barrier(2)

    def press(client: FlaskClient) -> None:
        post(client, "/sign-in", {"username": "tuan.ward", "password": PASSWORD})
        ready.wait()
        told.append(fates(stroke(client, rows, "/complete", **posted(COMPARED, _action="complete"))))

    presses = [Thread(target=press, args=(make_app().test_client(),)) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(told) == 2
    assert told.count(["done"] * 3) >= 1
    assert all(set(fate) <= {"done", "changed"} for fate in told)
    assert [len(city.open_tasks(task.dossier_id)) for task in waiting] == [1, 1, 1]
    assert [city.open_tasks(task.dossier_id)[0].element_id for task in waiting] == ["certify"] * 3
