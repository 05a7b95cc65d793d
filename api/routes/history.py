"""A dossier's history and its statutory clock."""

from typing import Any
from uuid import UUID

from flask import Response

from api import archives
from api.auth import allow, allow_parties, allow_signed_in
from api.blueprints import Blueprint
from api.database import read
from api.routes.common import actor, note_look
from api.schemas.dossiers import ClockSchema, HistoryPage, HistoryQuery
from api.schemas.history import DaysSchema, LookList, LookQuery, PastQuery, PastSchema, StepList
from api.site import site
from engine import dossier_past
from engine.access import READ_HISTORIES
from engine.dossier_clock import account, by_step, by_unit, consumption_of, explanation_of
from engine.dossier_past import Past
from engine.dossier_steps import StepStory, steps_of
from engine.events import CLOCK_PREFIX, EventType
from engine.history import journal
from engine.persistence import access_log, dossiers
from engine.persistence.access_log import LookFilter

blueprint = Blueprint("api-history", __name__, url_prefix="/dossiers", description="Histories and clocks")


@blueprint.route("/<uuid:dossier_id>/history")
@blueprint.arguments(HistoryQuery, location="query")
@blueprint.response(200, HistoryPage)
@allow_signed_in
def read_history(query: dict[str, Any], dossier_id: UUID) -> dict[str, Any]:
    """What happened, in order, each entry with its hash. Looking is noted in the access log."""
    note_look(dossier_id, "history")
    with read() as session:
        dossiers.get(session, actor(), dossier_id)
        rows = journal.entries(session, dossier_id, after=query["after"], limit=query["limit"] + 1)
    shown = rows[: query["limit"]]
    items = [{**journal.read(row), "occurred_at": row.occurred_at, "recorded_at": row.recorded_at} for row in shown]
    for item, row in zip(items, shown, strict=True):
        item.update(entry=row.entry, hash=row.hash)
    return {"items": items, "next": shown[-1].seq if len(rows) > len(shown) else None}


@blueprint.route("/<uuid:dossier_id>/clock")
@blueprint.response(200, ClockSchema)
@allow_parties
def read_clock(dossier_id: UUID) -> dict[str, Any]:
    """The due date and every reason for it, counted from the clock's ledger: the same for officer and applicant."""
    with read() as session:
        dossier = dossiers.get(session, actor(), dossier_id)
        journal.gather(session, dossier_id, CLOCK_PREFIX, journal.TASK_PREFIX)
        counted = account(session, site().platform, dossier)
        told = explanation_of(session, site().platform, dossier)
        shares = by_step(consumption_of(session, site().platform, dossier))
    due = counted.due
    return {
        **{name: getattr(due, name) for name in due.__dataclass_fields__},
        "timeliness": due.timeliness.value if due.timeliness else None,
        "state": due.state.value,
        "events": counted.events,
        "unit": counted.term.unit.value,
        "calendar": told.calendar,
        "summary_vi": told.summary_vi,
        "summary_en": told.summary_en,
        "days": told.lines,
        "consumption": shares,
    }


@blueprint.route("/<uuid:dossier_id>/history/at")
@blueprint.arguments(PastQuery, location="query")
@blueprint.response(200, PastSchema)
@allow(*READ_HISTORIES)
def read_past(query: dict[str, Any], dossier_id: UUID) -> dict[str, Any]:
    """The dossier as it stood after an entry of its history or at an instant, told by the history alone."""
    note_look(dossier_id, "past")
    with read() as session:
        dossier = dossiers.get(session, actor(), dossier_id)
        if query["moment"]:
            then = dossier_past.at_moment(session, site().platform, dossier, query["moment"])
        else:
            entry = query["entry"] or dossier.journal_seq
            then = dossier_past.at_entry(session, site().platform, dossier, entry)
        return _told(then)


@blueprint.route("/<uuid:dossier_id>/steps")
@blueprint.response(200, StepList)
@allow_signed_in
def list_steps(dossier_id: UUID) -> dict[str, Any]:
    """The diagram in words: what is done, now and ahead, who had each step, from when to when, at what cost of days."""
    with read() as session:
        dossier = dossiers.get(session, actor(), dossier_id)
        journal.gather(session, dossier_id, CLOCK_PREFIX, journal.TASK_PREFIX, EventType.ELEMENT_PASSED)
        return {"items": [_step(each) for each in steps_of(session, site().platform, dossier)]}


@blueprint.route("/<uuid:dossier_id>/days")
@blueprint.response(200, DaysSchema)
@allow_signed_in
def read_days(dossier_id: UUID) -> dict[str, Any]:
    """Which unit used how many of the legal days, step by step."""
    with read() as session:
        dossier = dossiers.get(session, actor(), dossier_id)
        journal.gather(session, dossier_id, CLOCK_PREFIX, journal.TASK_PREFIX)
        counted = account(session, site().platform, dossier)
        shares = by_unit(consumption_of(session, site().platform, dossier))
    due = counted.due
    return {"unit": counted.term.unit.value, "allowed": due.allowed, "consumed": due.consumed, "items": shares}


@blueprint.route("/<uuid:dossier_id>/looks")
@blueprint.arguments(LookQuery, location="query")
@blueprint.response(200, LookList)
@allow(*READ_HISTORIES)
def list_looks(query: dict[str, Any], dossier_id: UUID) -> dict[str, Any]:
    """Who has looked at the dossier, the latest first."""
    with read() as session:
        dossiers.get(session, actor(), dossier_id)
        return {"items": access_log.listing(session, LookFilter(dossier_id=dossier_id), limit=query["limit"])}


@blueprint.route("/<uuid:dossier_id>/archive")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
@allow(*READ_HISTORIES)
def read_archive(dossier_id: UUID) -> Response:
    """Everything about the dossier as one ZIP that can be checked anywhere: motcua history verify-archive."""
    return archives.send(actor(), dossier_id)


def _told(then: Past) -> dict[str, Any]:
    picture, explained = then.picture, then.explanation()
    return {
        "entry": picture.seq,
        "at": picture.at,
        "state": then.state.value,
        "outcome": picture.outcome,
        "progress": then.progress,
        "places": picture.places,
        "elements": sorted(picture.present_elements),
        "tasks": list(picture.tasks.values()),
        "data": picture.answers,
        "papers": list(picture.papers.values()),
        "acts": picture.acts,
        "due_at": then.due.due_at,
        "original_due_at": then.due.original_due_at,
        "clock_state": then.due.state.value,
        "events": picture.clock,
        "calendar_number": then.calendar_number,
        "summary_vi": explained.summary_vi,
        "summary_en": explained.summary_en,
    }


def _step(story: StepStory) -> dict[str, Any]:
    element = story.placed.element
    return {
        "id": element.id,
        "name_vi": element.title("vi"),
        "name_en": element.title("en"),
        "kind": element.kind.value,
        "level": story.placed.level,
        "standing": story.standing.value,
        "passed_at": story.passed_at,
        "turns": story.shares,
    }
