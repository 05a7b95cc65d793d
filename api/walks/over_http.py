"""A driver that goes a walk over HTTP, with an access token for each of the people involved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import uuid4

import httpx

from api.walks.drive import OpenTask, Standing
from api.walks.sample_papers import sample_paper
from api.walks.script import Desk
from engine.errors import EngineError, NotFoundError
from engine.ids import new_secret
from engine.model import Channel, Role

WITHDRAWAL = "withdrawal"
_SEES_ALL = ("procedure_control", "operator")
_MAY_STOP = ("agency_leader", "division_head")


class AnsweredWithProblemError(EngineError):
    """The site refused."""

    code = "answered-with-problem"
    title_vi = "Máy chủ từ chối."


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    id: str
    name: str
    token: str


class People(Protocol):
    """Finds people with their tokens."""

    def holding(self, role: str, unit: str = "") -> Person | None:
        """Somebody who holds the role in the unit (in any when it is empty)."""
        ...

    def known(self, person_id: str) -> Person | None:
        """The person with this id."""
        ...


class Api:
    """The site's JSON API. Refusals are raised with the words of the problem."""

    def __init__(self, client: httpx.Client) -> None:
        """`client` has the site's address as its base."""
        self._client = client

    def ask(self, method: str, path: str, headers: Mapping[str, str], **content: Any) -> Any:
        """The answer's JSON. A request that is repeated after a lost answer takes effect once.

        Raises:
            AnsweredWithProblemError: the site refused, or could not be reached.
        """
        sent = {**headers, "Accept-Language": "vi"}
        if method == "POST":
            sent["Idempotency-Key"] = str(uuid4())
        try:
            response = self._client.request(method, "/api/v1" + path, headers=sent, **content)
        except httpx.HTTPError as problem:
            raise AnsweredWithProblemError(
                f"expected the site at {self._client.base_url} to answer, found: {problem}; is it running?"
            ) from None
        if response.is_success:
            return response.json()
        raise AnsweredWithProblemError(f"{method} {path}: {_words(response)}")


class HttpDriver:
    """Does each step with the token of somebody who may."""

    def __init__(self, api: Api, people: People, today: date) -> None:
        """`today` fills the walk's placeholders."""
        self._api, self._people, self._today = api, people, today
        self._upload_key = new_secret()
        self._desk = Desk()
        self._link: dict[str, str] = {}
        self._path = ""

    def stand_at(self, desk: Desk) -> None:
        """Note where the dossier comes in."""
        self._desk = desk

    def today(self) -> date:
        """The day it is."""
        return self._today

    def upload(self, name: str, task: OpenTask | None) -> str:
        """Send a sample paper in."""
        headers = self._filer() if task is None else self._headers(task)[0]
        files = {"file": (name, *sample_paper(name))}
        return str(self._api.ask("POST", "/documents", headers, files=files)["id"])

    def file(self, procedure: str, application: Mapping[str, Any]) -> str:
        """File online as somebody without an account, or at the desk that the walk names."""
        where = {key: value for key, value in vars(self._desk).items() if value}
        wanted = {"procedure_key": procedure, "answers": application, **where}
        filed = self._api.ask("POST", "/dossiers", self._filer(), json=wanted)
        self._link = {"Motcua-Link": filed["link"]}
        self._path = f"/dossiers/{filed['dossier']['id']}"
        return str(filed["dossier"]["applicant_name"])

    def open_tasks(self) -> Sequence[OpenTask]:
        """The open tasks, as somebody sees them who may see all."""
        found = self._api.ask("GET", f"{self._path}/tasks", self._token(self._first(_SEES_ALL)))["items"]
        return [
            OpenTask(
                id=task["id"],
                element_id=task["element_id"],
                data_key=task["data_key"],
                name=task["name_vi"],
                role=task["role"],
                unit=task["unit_code"],
                assignee=task["assignee_id"] or "",
            )
            for task in found
            if task["state"] == "open"
        ]

    def complete(self, task: OpenTask, answers: Mapping[str, Any]) -> str:
        """Send the answers as the assignee, or as somebody who holds the role."""
        headers, name = self._headers(task)
        self._api.ask("POST", f"/tasks/{task.id}/complete", headers, json={"answers": answers})
        return name

    def send(self, message: str, reason: str) -> str:
        """Withdraw as the applicant, stop as a leader of the competent body."""
        person = None if message == WITHDRAWAL else self._first(_MAY_STOP, self._competent_unit())
        headers = self._token(person) if person else self._link
        told = self._api.ask("POST", f"{self._path}/{message}", headers, json={"reason": reason})
        return person.name if person else str(told["applicant_name"])

    def wait(self) -> bool:
        """A site's time cannot be moved."""
        return False

    def standing(self) -> Standing:
        """Where the dossier stands, as its applicant sees it."""
        told = self._api.ask("GET", self._path, self._link)
        due = datetime.fromisoformat(told["due_at"]) if told["due_at"] else None
        return Standing(told["code"], told["state"], told["outcome"], due)

    def _filer(self) -> dict[str, str]:
        """As whom the dossier is filed."""
        if not self._desk.channel or self._desk.channel == Channel.ONLINE:
            return {"Motcua-Upload-Key": self._upload_key}
        unit = self._desk.officers_unit
        officer = self._people.holding(Role.RECEPTION_OFFICER, unit)
        if officer is None:
            raise NotFoundError(f"expected a token of a reception officer in {unit}, found none; grant the role")
        return self._token(officer)

    def _headers(self, task: OpenTask) -> tuple[dict[str, str], str]:
        """As whom a task is done, and that one's name."""
        if task.role == "applicant":
            return self._link, "người nộp"
        person = self._people.known(task.assignee) if task.assignee else self._people.holding(task.role, task.unit)
        if person is None:
            raise NotFoundError(
                f"expected a token of somebody who is {task.role} in {task.unit}, found none; "
                "add one to the token file, or grant the role",
                f"Không có mã truy cập của ai giữ vai trò {task.role} tại {task.unit}.",
            )
        return self._token(person), person.name

    def _competent_unit(self) -> str:
        return str(self._api.ask("GET", self._path, self._token(self._first(_SEES_ALL)))["competent_unit"])

    def _first(self, roles: Sequence[str], unit: str = "") -> Person:
        for role in roles:
            if person := self._people.holding(role, unit):
                return person
        raise NotFoundError(f"expected a token of somebody who is {' or '.join(roles)}, found none; grant the role")

    def _token(self, person: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {person.token}"}


def _words(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"{response.status_code} {response.text[:200]}"
    errors = "; ".join(
        f"{each.get('field') or each.get('pointer')}: {each['detail']}" for each in problem.get("errors", ())
    )
    return f"{problem['status']} {problem['code']}: {problem['detail']}" + (f" ({errors})" if errors else "")
