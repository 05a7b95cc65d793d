"""The pages that are measured in a big city, and who opens them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.pages.inbox import cursor
from engine.model import TaskState
from engine.persistence.tables import DossierRow, TaskRow

ROOT = Path(__file__).parents[2]
ANYBODY = ""
# Who: a point of a few thousand dossiers, the main place of a quarter of all, a division, its head, a leader whose body
# decides most dossiers, and whoever sees everything.
POINT, CENTRE, OFFICER, HEAD, LEADER, CONTROL = (
    "point",
    "lan.reception",
    "minh.case",
    "son.head",
    "phuc.leader",
    "control",
)
# Words: in every third name, in one of seven, in a few thousand, in a handful, and a code.
WORDS = {
    "a family name": "nguyễn",
    "two words of a name": "tran van",
    "a street": "kha van can",
    "a parcel": "thửa 415 tờ 37",
}


@dataclass(frozen=True)
class Asked:
    """A request as somebody makes it: `ask` makes the n-th one."""

    name: str
    username: str
    ask: Callable[[FlaskClient, int], TestResponse]
    status: int = 200


def pages(db: Engine) -> Iterator[Asked]:
    """Every page and main route, each as the people open it whom it costs most."""
    with Session(db) as session:
        known = _Known(session)
        for name, username, path in known.asked():
            yield Asked(f"{name}", known.username(username), _get(path))


def completions(db: Engine, rounds: int) -> Iterator[Asked]:
    """Completing a task over the API: the most frequent step whose answers name no paper."""
    for key, name in (("certified_copy", "handed_over"), ("detailed_plan_adjustment", "approved")):
        walk = json.loads((ROOT / "bpmn" / key / "walks" / f"{name}.json").read_text(encoding="utf-8"))
        plain = {step: given[0] for step, given in walk["answers"].items() if "@" not in json.dumps(given[0])}
        found = _open(db, key, list(plain), rounds)
        if found is None:
            continue
        step, username, tasks = found
        yield Asked(f"completing a task ({key}: {step})", username, _complete(tasks, plain[step]))


class _Known:
    """What is in the city to be looked at."""

    def __init__(self, session: Session) -> None:
        self.session = session
        listed = select(DossierRow).where(DossierRow.snapshot != b"").order_by(DossierRow.submitted_at.desc())
        self.open = self._of_task("TD-QHXD")
        self.newest = session.scalars(listed.limit(1)).one()
        finished = select(DossierRow).where(DossierRow.closed_at.is_not(None), DossierRow.journal_seq > 0)
        self.closed = session.scalars(finished.order_by(DossierRow.submitted_at.desc()).limit(1)).first()
        self.long = session.scalars(select(DossierRow).order_by(DossierRow.journal_seq.desc()).limit(1)).one()
        self.deep = self._middle()

    def username(self, who: str) -> str:
        """The name of an account: as it stands, or somebody of this kind."""
        unit, role = {POINT: ("TD-TTHCC-07-03", "reception_officer"), CONTROL: ("", "procedure_control")}.get(
            who, ("", "")
        )
        if not role:
            return who
        held = "SELECT username FROM person JOIN role_in_unit ON person_id = id WHERE role = :role"
        own = f"{held} AND (:unit = '' OR unit_code = :unit) ORDER BY username LIMIT 1"
        return str(self.session.execute(text(own), {"role": role, "unit": unit}).scalar_one())

    def asked(self) -> Iterator[tuple[str, str, str]]:
        """(name, who, path)"""
        yield from self._inboxes()
        yield from self._lists()
        yield from self._dossiers()
        yield from self._reports()

    def _inboxes(self) -> Iterator[tuple[str, str, str]]:
        for box in ("mine", "queue", "all", "overdue"):
            for who in (CENTRE, OFFICER, LEADER):
                yield f"inbox, box {box}, {who}", who, f"/inbox?box={box}"
        yield "inbox, all, whoever sees all", CONTROL, "/inbox?box=all"
        yield (
            "inbox, all, one procedure, whoever sees all",
            CONTROL,
            "/inbox?box=all&procedure=detailed_plan_adjustment",
        )
        yield "inbox, all, one point, whoever sees all", CONTROL, "/inbox?box=all&point=TD-TTHCC"
        yield "inbox, all, suspended, whoever sees all", CONTROL, "/inbox?box=all&state=suspended"
        yield "inbox, queue, due in 3 days", CENTRE, "/inbox?box=queue&due=3"
        yield "inbox, queue, a deep page", CENTRE, f"/inbox?box=queue&after={self._deep_task()}"
        for what, words in WORDS.items():
            yield f"inbox, queue, {what}", CENTRE, f"/inbox?box=queue&q={quote(words)}"
        yield "API: inbox", CENTRE, "/api/v1/tasks"

    def _lists(self) -> Iterator[tuple[str, str, str]]:
        everybody = {
            "a point": POINT,
            "the main place": CENTRE,
            "a division": OFFICER,
            "a leader": LEADER,
            "all": CONTROL,
        }
        for what, who in everybody.items():
            yield f"dossier list of {what}", who, "/dossiers?q="
            yield f"dossier list of {what}, a deep page", who, f"/dossiers?after={self.deep}"
            yield f"dossier list of {what}, one procedure", who, "/dossiers?procedure=investment_certificate"
            yield f"dossier list of {what}, processing", who, "/dossiers?state=processing"
            yield f"dossier list of {what}, waiting for the applicant", who, "/dossiers?state=awaiting_applicant"
            yield f"dossier list of {what}, overdue", who, "/dossiers?overdue=1"
            for words, query in WORDS.items():
                yield f"search by {words}, dossiers of {what}", who, f"/dossiers?q={quote(query)}"
            yield f"search by a code, dossiers of {what}", who, f"/dossiers?q={quote(self.open.code)}"
            yield f"search by the last four digits, dossiers of {what}", who, f"/dossiers?q={self.open.code[-4:]}"
            yield f"search by h29, dossiers of {what}", who, "/dossiers?q=h29"
            yield f"search by one letter, dossiers of {what}", who, "/dossiers?q=n"
            yield f"search by what is not there, dossiers of {what}", who, "/dossiers?q=zzzz"
        yield "dossier list of all, one body", CONTROL, "/dossiers?unit=TD-UBND"
        yield "dossier list of all, one point", CONTROL, "/dossiers?point=TD-TTHCC-07-03"
        yield "API: dossiers", OFFICER, "/api/v1/dossiers"

    def _dossiers(self) -> Iterator[tuple[str, str, str]]:
        task = self.session.scalars(
            select(TaskRow).where(TaskRow.dossier_id == self.open.id, TaskRow.state == TaskState.OPEN)
        ).first()
        for what, row in {"open": self.open, "closed": self.closed, "with the longest history": self.long}.items():
            if row is not None:
                yield f"dossier page, {what} ({row.journal_seq} entries)", CONTROL, f"/dossiers/{row.id}"
                yield f"history page, {what} ({row.journal_seq} entries)", CONTROL, f"/dossiers/{row.id}/history"
                yield f"API: dossier, {what}", CONTROL, f"/api/v1/dossiers/{row.id}"
        yield "dossier page, an officer's", OFFICER, f"/dossiers/{self.open.id}"
        if task is not None:
            yield "task page", OFFICER, f"/tasks/{task.id}"
            yield "API: task", OFFICER, f"/api/v1/tasks/{task.id}"
        yield "API: clock", OFFICER, f"/api/v1/dossiers/{self.open.id}/clock"
        yield "API: history", OFFICER, f"/api/v1/dossiers/{self.open.id}/history"
        yield "the applicant's page", ANYBODY, "/my/link-1/"
        yield "look-up by code", ANYBODY, f"/follow?code={quote(self.open.code)}"
        yield "home page", ANYBODY, "/"
        yield "procedures for everyday words", ANYBODY, "/?q=x%C3%A2y+nh%C3%A0"
        yield "a procedure", ANYBODY, "/procedures/house_building_permit"
        yield "start form", ANYBODY, "/procedures/house_building_permit/file?attempt=" + "x" * 43
        yield "reception desk", CENTRE, "/reception/"
        yield "notices", CENTRE, "/notices"
        yield "notices of an officer", OFFICER, "/notices"

    def _reports(self) -> Iterator[tuple[str, str, str]]:
        for period in ("this_month", "last_month", "this_year"):
            for what, who in {"all": CONTROL, "a leader": LEADER, "a head": HEAD}.items():
                yield f"statistics of {what}, {period}", who, f"/statistics?period={period}"
                drill = f"/statistics/dossiers?period={period}&cell=resolved_overdue"
                yield f"dossiers behind a number of {what}, {period}", who, drill
        yield "API: statistics of all, this month", CONTROL, "/api/v1/statistics"

    def _of_task(self, unit: str) -> DossierRow:
        query = select(DossierRow).join(TaskRow, TaskRow.dossier_id == DossierRow.id)
        return self.session.scalars(
            query.where(TaskRow.unit_code == unit, TaskRow.state == TaskState.OPEN).order_by(DossierRow.code).limit(1)
        ).one()

    def _middle(self) -> str:
        newest = self.session.scalars(
            select(DossierRow.submitted_at).order_by(DossierRow.submitted_at.desc()).limit(1)
        ).one()
        row = self.session.scalars(
            select(DossierRow)
            .where(DossierRow.submitted_at < newest.replace(month=newest.month - 4))
            .order_by(DossierRow.submitted_at.desc())
            .limit(1)
        ).one()
        return cursor(row.submitted_at, row.id)

    def _deep_task(self) -> str:
        waiting = select(TaskRow).where(
            TaskRow.queue == "TD-TTHCC/reception_officer",
            TaskRow.state == TaskState.OPEN,
            TaskRow.assignee_id.is_(None),
        )
        rows = self.session.scalars(waiting.order_by(TaskRow.due_at, TaskRow.id)).all()
        row = rows[len(rows) // 2]
        return cursor(row.due_at, row.id)


def _open(db: Engine, key: str, steps: list[str], rounds: int) -> tuple[str, str, list[UUID]] | None:
    """A step with enough open tasks that nobody has, who could do them, and the tasks."""
    with Session(db) as session:
        for step in steps:
            waiting = (
                select(TaskRow.queue, TaskRow.id)
                .join(DossierRow, DossierRow.id == TaskRow.dossier_id)
                .where(DossierRow.procedure_key == key, TaskRow.element_id == step, TaskRow.state == TaskState.OPEN)
                .where(TaskRow.assignee_id.is_(None))
            )
            by_queue: dict[str, list[UUID]] = {}
            for queue, task in session.execute(waiting):
                by_queue.setdefault(queue, []).append(task)
            queue = max(by_queue, key=lambda one: len(by_queue[one]), default="")
            unit, _slash, role = queue.partition("/")
            who = session.execute(
                text(
                    "SELECT username FROM person JOIN role_in_unit ON person_id = id WHERE role = :r AND unit_code = :u"
                ),
                {"r": role, "u": unit},
            ).scalar()
            if who and len(by_queue[queue]) >= rounds:
                return step, who, by_queue[queue]
    return None


def _get(path: str) -> Callable[[FlaskClient, int], TestResponse]:
    return lambda client, _number: client.get(path)


def _complete(tasks: list[UUID], answers: Any) -> Callable[[FlaskClient, int], TestResponse]:
    return lambda client, number: client.post(f"/api/v1/tasks/{tasks[number]}/complete", json={"answers": answers})
