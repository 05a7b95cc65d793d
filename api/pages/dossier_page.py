"""The page of one dossier: everything that somebody needs who works on it, put together from the parts."""

from typing import Any
from uuid import UUID

from flask import current_app, url_for
from sqlalchemy.orm import Session

from api.auth.access import access_of
from api.pages import (
    actions,
    answers_view,
    checklist,
    clock,
    comments,
    consultations,
    dossier_view,
    history_view,
    looks,
    present,
    procedure_view,
    step_story,
)
from api.site import site
from engine import possible
from engine.dossier_clock import consumption_of
from engine.dossier_steps import told, whereabouts
from engine.events import CLOCK_PREFIX, EventType
from engine.history import journal
from engine.model import Actor
from engine.persistence import dossiers
from engine.persistence.tables import DossierRow
from engine.procedures import pinned

HISTORY_PAGE = 20  # entries shown at once
_KINDS = (CLOCK_PREFIX, journal.TASK_PREFIX, journal.COMMENT_PREFIX, EventType.ELEMENT_PASSED)  # what the parts read


def variables(session: Session, actor: Actor, dossier: DossierRow, before: int = 0) -> dict[str, Any]:
    """What the template shows; `before` is the number of the entry from which the history goes on."""
    journal.gather(
        session, dossier.id, CLOCK_PREFIX, journal.TASK_PREFIX, journal.COMMENT_PREFIX, EventType.ELEMENT_PASSED
    )
    procedure = pinned(session, dossier)
    waiting = dossier_view.open_tasks(session, dossier, procedure)
    shares, where = consumption_of(session, site().platform, dossier), whereabouts(session, dossier)
    acts = possible.acts(session, site().platform, actor, dossier)
    documents = dossier_view.paper_lines(session, dossier)
    may_audit = _admits("auditor.history", actor)
    return {
        "dossier": dossier,
        "procedure": procedure_view.view(procedure),
        "progress": present.progress_text(dossier),
        "applicant": dossier_view.applicant(dossier),
        "facts": dossier_view.facts(session, dossier),
        "tasks": waiting,
        "waiting": dossier_view.waiting_words(dossier),
        "actions": actions.lines(procedure, acts),
        "refused": actions.refused(procedure, acts),
        "clock": clock.view(session, dossier),
        "units": clock.unit_shares(session, procedure, shares),
        "place": step_story.marks(procedure, where),
        "steps": step_story.lines(session, procedure, told(procedure, where, shares)),
        "documents": [each for each in documents if not each.letter],
        "checked": checklist.lines_of(session, dossier),
        "letters": [each for each in documents if each.letter],
        "printing": dossier_view.letters_to_come(session, dossier),
        "parts": answers_view.parts(procedure, dossiers.data_of(session, dossier.id), dossier.id),
        "consultations": consultations.lines(session, dossier),
        "comments": comments.lines(session, actor, dossier.id),
        **history(session, dossier, before),
        "incidents": dossier_view.incidents(session, dossier, procedure),
        "looks": looks.of_dossier(session, dossier.id) if may_audit else [],
        "may_audit": may_audit,
        "auditors": actions.roles_of("auditor.history"),
    }


def history(session: Session, dossier: DossierRow, before: int) -> dict[str, Any]:
    """A piece of the history, newest first, and where the next piece begins."""
    without = history_view.BOOK_KEEPING
    rows = journal.newest(session, dossier.id, before=before, without=without, limit=HISTORY_PAGE + 1)
    shown = rows[:HISTORY_PAGE]
    lines = history_view.for_officers(shown, pinned(session, dossier), history_view.units_in(session, shown))
    more = shown[-1].seq if len(rows) > HISTORY_PAGE else 0
    return {"history": lines, "more_href": _older(dossier.id, more) if more else "", "history_before": before}


def _older(dossier_id: UUID, before: int) -> str:
    return url_for("dossiers.show", dossier_id=dossier_id, before=before)


def _admits(endpoint: str, actor: Actor) -> bool:
    access = access_of(current_app, endpoint)
    return access is not None and access.admits(actor)
