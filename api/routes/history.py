"""A dossier's history and its statutory clock."""

from typing import Any
from uuid import UUID

from api.auth import allow_parties, allow_signed_in
from api.blueprints import Blueprint
from api.database import read
from api.routes.common import actor, note_look
from api.schemas.dossiers import ClockSchema, HistoryPage, HistoryQuery
from api.site import site
from engine.dossier_clock import account, by_step, consumption_of, explanation_of
from engine.history import journal
from engine.persistence import dossiers

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
