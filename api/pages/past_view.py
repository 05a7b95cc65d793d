"""A dossier as it stood at a past instant, as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import answers_view, clock, history_view, present, procedure_view, step_story, wording
from api.pages.history_view import Happening
from engine.dossier_past import Past
from engine.dossier_steps import told, whereabouts_then
from engine.history import journal
from engine.history.picture import ActDone, OpenTask
from engine.organisation.mandates import MandateKind
from engine.persistence.organisation import unit_names
from engine.persistence.tables import DossierRow, PersonRow


@dataclass(frozen=True)
class TaskThen:
    """A task that was open then."""

    name: str
    holder: str
    unit: str
    since: datetime | None
    due: str


@dataclass(frozen=True)
class ActThen:
    """An act of authority that had been done by then, with what it rests on."""

    name: str
    by: str
    at: datetime
    mandate: str
    reason: str


def variables(session: Session, dossier: DossierRow, then: Past) -> dict[str, Any]:
    """What the template shows."""
    picture, procedure = then.picture, then.procedure
    where = whereabouts_then(picture)
    units = unit_names(
        session, {*picture.places.values(), *(task.unit for task in picture.tasks.values())}, current_language()
    )
    return {
        "dossier": dossier,
        "procedure": procedure_view.view(procedure),
        "then": then,
        "at": picture.at,
        "seq": picture.seq,
        "last": dossier.journal_seq,
        "entry": _entry(session, dossier, then),
        "previous_href": _href(dossier.id, picture.seq - 1) if picture.seq > 1 else "",
        "next_href": _href(dossier.id, picture.seq + 1) if picture.seq < dossier.journal_seq else "",
        "moment": f"{present.local(picture.at):%Y-%m-%dT%H:%M:%S}",
        "state_word": _state(then),
        "facts": _facts(then, units),
        "tasks": [_task(then, task, units, _people(session, then)) for task in picture.tasks.values()],
        "clock": clock.view_of(then.explanation(), None),
        "acts": [_act(then, act) for act in picture.acts],
        "place": step_story.marks(procedure, where),
        "steps": step_story.lines(session, procedure, told(procedure, where)),
        "parts": answers_view.parts(procedure, picture.answers, dossier.id),
        "papers": list(picture.papers.values()),
    }


def _href(dossier_id: UUID, seq: int) -> str:
    return url_for("auditor.past", dossier_id=dossier_id, entry=seq)


def _entry(session: Session, dossier: DossierRow, then: Past) -> Happening:
    """The last entry that the picture holds."""
    rows = journal.entries(session, dossier.id, after=then.picture.seq - 1, limit=1)
    return history_view.told(rows[0], then.procedure, history_view.units_in(session, rows))


def _state(then: Past) -> str:
    if then.picture.outcome:
        return wording.word(wording.OUTCOMES, then.picture.outcome)
    return wording.word(wording.STATES, then.state)


def _facts(then: Past, units: Mapping[str, str]) -> list[tuple[str, str]]:
    picture = then.picture
    named = {place: units.get(code, code) for place, code in picture.places.items()}
    rows = [
        (_("Tình trạng"), _state(then)),
        (_("Tiến độ"), f"{then.progress} %"),
        (_("Nơi tiếp nhận"), named.get("receiving", "")),
        (_("Cơ quan giải quyết"), named.get("competent", "")),
        (_("Bàn giao"), _("Đang trên đường đến cơ quan giải quyết") if picture.on_its_way else ""),
        (_("Hạn trả kết quả"), present.due_date_text(then.due.due_at) if then.due.due_at else _("chưa xác định")),
        (_("Lịch làm việc"), f"{then.calendar.name} {then.calendar.version} ({then.calendar_number})"),
        (_("Sự cố"), ", ".join(_step(then, element) for element in picture.incidents.values())),
        (_("Kết thúc lúc"), present.moment_text(picture.ended_at)),
    ]
    return [(key, value) for key, value in rows if value]


def _people(session: Session, then: Past) -> Mapping[str, str]:
    """The names of those who held tasks then, by id and by user name."""
    known = {task.assignee for task in then.picture.tasks.values() if task.assignee}
    identifiers = {UUID(each) for each in known if len(each) == 36 and each.count("-") == 4}
    rows = session.execute(
        select(PersonRow.id, PersonRow.username, PersonRow.name).where(
            PersonRow.id.in_(identifiers) | PersonRow.username.in_(known)
        )
    ).all()
    return {str(row.id): row.name for row in rows} | {row.username: row.name for row in rows}


def _task(then: Past, task: OpenTask, units: Mapping[str, str], people: Mapping[str, str]) -> TaskThen:
    holder = people.get(task.assignee, task.holder or task.assignee) if task.assignee else wording.nobody()
    unit = units.get(task.unit, task.unit) or wording.role(task.role)
    due = present.due_date_text(task.due_at) if task.due_at and task.due_at.year < 9999 else ""
    return TaskThen(_step(then, task.element), holder, unit, task.since, due)


def _act(then: Past, act: ActDone) -> ActThen:
    instrument = act.instrument
    paper = ""
    if instrument:
        kind = MandateKind(act.kind).vi if act.kind else ""
        paper = _(
            "%(kind)s số %(number)s ngày %(day)s",
            kind=kind,
            number=instrument["number"],
            day=present.day_text(instrument["date"]),
        )
    return ActThen(_step(then, act.element) or act.name, act.by, act.at, paper, act.reason)


def _step(then: Past, element_id: str) -> str:
    element = then.procedure.elements.get(element_id)
    return element.title(current_language()) if element else element_id
