"""What a stroke over many tasks is made of: the rows chosen, what they have in common, and how each fared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.bulk import Batch, Chosen, Fate, Outcome
from api.database import read, write
from api.pages import inbox, once, procedure_view, task_view
from api.pages.task_view import TaskLine
from api.site import site
from engine import access
from engine.model import Actor, Role
from engine.organisation.people import holders
from engine.persistence import idempotency, tasks
from engine.persistence.tables import DossierRow, TaskRow
from engine.procedures import pinned

CLAIM, RELEASE, ASSIGN, COMPLETE, SIGN = "claim", "release", "assign", "complete", "sign"
ACTIONS = (CLAIM, RELEASE, ASSIGN, COMPLETE, SIGN)


@dataclass(frozen=True)
class Stroke:
    """What a page asks for. `left_out` counts rows beyond the limit of the installation."""

    action: str
    attempt: str
    rows: tuple[Chosen, ...]
    filters: inbox.Filters
    left_out: int = 0

    @property
    def back(self) -> str:
        """The list that the stroke came from."""
        return self.filters.at("")

    @property
    def identifiers(self) -> list[UUID]:
        """The tasks' ids."""
        return [row.task_id for row in self.rows]

    def batch(self, actor: Actor, content: str = "") -> Batch:
        """For `api.bulk.carry_out`."""
        return Batch(actor, self.attempt, self.action, content)


def stroke(actor: Actor, action: str = "") -> Stroke:
    """What this request asks for."""
    filters = inbox.Filters.of(dict(parse_qsl(request.form.get("_filters", ""))))
    attempt = request.form.get("_attempt", "")[:64] or once.new_attempt()
    action = action or request.form.get("_do", "")
    most, scope = site().settings.bulk_limit, request.form.get("_scope", "chosen")
    if scope == "all":
        rows, total = _all(actor, filters, f"{attempt} {action}")
    else:
        rows = _read(request.form.getlist("_shown" if scope == "page" else "_task"))
        total = len(rows)
    return Stroke(action, attempt, tuple(rows[:most]), filters, max(0, total - most))


def _read(texts: Sequence[str]) -> list[Chosen]:
    found = {row.task_id: row for text in texts if (row := Chosen.read(text))}
    return list(found.values())


def _all(actor: Actor, filters: inbox.Filters, name: str) -> tuple[list[Chosen], int]:
    """Everything in the list up to the limit; the same rows again when the same request comes twice."""
    key = sha256(f"bulk rows {name}".encode()).hexdigest()

    def work(session: Session) -> tuple[list[Chosen], int]:
        known = idempotency.reserve(session, str(actor.id), key, filters.query[:64], site().platform.now())
        if known is not None:
            kept = orjson.loads(known.body)
            return _read(kept["rows"]), kept["total"]
        rows, total = everything(session, actor, filters)
        body = orjson.dumps({"rows": list(map(str, rows)), "total": total}).decode()
        idempotency.remember(session, str(actor.id), key, 200, body, {})
        return rows, total

    return write(work)


def everything(session: Session, actor: Actor, filters: inbox.Filters) -> tuple[list[Chosen], int]:
    """The rows of a whole list up to the limit of the installation, and how many there are."""
    found = inbox.outline(session, actor, filters, site().settings.bulk_limit)
    return [Chosen(*row) for row in found], inbox.count(session, actor, filters)


# ---- what the rows have in common --------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Chosen tasks that are the same step with the same form."""

    title: str
    procedure: str
    lines: tuple[TaskLine, ...]
    versions: Mapping[UUID, int | None]

    @property
    def chosen(self) -> list[str]:
        """The rows as the person saw them."""
        return [str(Chosen(line.id, self.versions.get(line.id))) for line in self.lines]


def seen(session: Session, actor: Actor, asked: Stroke) -> list[tuple[TaskRow, DossierRow]]:
    """The chosen tasks that the actor may see; to be signed are acts of authority only."""
    rows = tasks.chosen(session, actor, asked.identifiers)
    return [row for row in rows if asked.action != SIGN or row[0].principal_unit]


def groups(session: Session, actor: Actor, asked: Stroke) -> list[Group]:
    """The chosen tasks by step and form, the largest group first."""
    by_form: dict[tuple[str, str, bytes], list[tuple[TaskRow, DossierRow]]] = {}
    for task, dossier in seen(session, actor, asked):
        by_form.setdefault(_form_of(session, task, dossier), []).append((task, dossier))
    versions = {row.task_id: row.version for row in asked.rows}
    found = [
        Group(
            task_view.title(rows[0][0]),
            procedure_view.title_of(session, rows[0][1].procedure_version_id),
            tuple(task_view.lines(session, actor, rows)),
            versions,
        )
        for rows in by_form.values()
    ]
    return sorted(found, key=lambda group: -len(group.lines))


def _form_of(session: Session, task: TaskRow, dossier: DossierRow) -> tuple[str, str, bytes]:
    files = pinned(session, dossier).bundle.files
    source = files.get(f"forms/{task.form_key}.form.json", task.form_key.encode())
    return dossier.procedure_key, task.element_id, source


@dataclass(frozen=True)
class Candidate:
    """Somebody whom the actor may give `able` of the chosen tasks to."""

    username: str
    name: str
    able: int


def candidates(session: Session, actor: Actor, asked: Stroke) -> list[Candidate]:
    """Whom the actor may give chosen tasks to, who can take most of them first."""
    places: dict[tuple[str, str], int] = {}
    for task, _dossier in tasks.chosen(session, actor, asked.identifiers):
        if task.unit_code and access.may_assign(actor, task):
            places[task.role, task.unit_code] = places.get((task.role, task.unit_code), 0) + 1
    found: dict[str, Candidate] = {}
    for (role, unit), number in places.items():
        for person in holders(session, Role(role), unit, site().platform.today()):
            known = found.get(person.username)
            found[person.username] = Candidate(person.username, person.name, number + (known.able if known else 0))
    return sorted(found.values(), key=lambda one: (-one.able, one.name))


# ---- how each fared ----------------------------------------------------------------------------------------


def told(actor: Actor, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What the page of outcomes says."""
    with read() as session:
        rows = tasks.chosen(session, actor, [one.task_id for one in outcomes])
        lines = {line.id: line for line in task_view.lines(session, actor, rows)}
    words = {Fate.DONE: _("Đã xong"), Fate.REFUSED: _("Bị từ chối"), Fate.CHANGED: _("Đã thay đổi")}
    return {
        "outcomes": [
            {"line": lines.get(one.task_id), "fate": one.fate.value, "word": words[one.fate], "reason": one.reason}
            for one in outcomes
        ],
        "numbers": {fate.value: sum(one.fate is fate for one in outcomes) for fate in Fate},
        "refused": [str(Chosen(one.task_id, lines[one.task_id].version)) for one in outcomes if _again(one, lines)],
    }


def _again(outcome: Outcome, lines: Mapping[UUID, TaskLine]) -> bool:
    """Whether trying this row once more could make sense."""
    return outcome.fate is not Fate.DONE and outcome.task_id in lines
