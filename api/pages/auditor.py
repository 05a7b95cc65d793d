"""The auditor: the whole history of a dossier, with the proof that nobody has altered it."""

import json
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from api.auth import allow
from api.database import read, write
from api.language import current_language
from api.pages import history_view
from api.pages.acting import person
from api.pages.dossiers import HISTORY_READERS
from api.site import site
from engine.history import journal
from engine.history.verify import verify
from engine.persistence import access_log, dossiers
from engine.procedures import pinned

blueprint = Blueprint("auditor", __name__)
PAGE = 100


@blueprint.get("/dossiers/<uuid:dossier_id>/history")
@allow(*HISTORY_READERS)
def history(dossier_id: UUID) -> str:
    """Every entry with its hash, and whether the chain holds. That somebody looked is recorded."""
    actor, after = person(), int(request.args.get("after", "0")) if request.args.get("after", "0").isdecimal() else 0
    with read() as session:
        dossier = dossiers.get(session, actor, dossier_id)
        procedure = pinned(session, dossier)
        rows = journal.entries(session, dossier.id, after=after, limit=PAGE)
        verdict = verify(session, dossier)
        units = history_view.units_in(session, rows)
    write(lambda session: access_log.note(session, actor, dossier_id, "history", site().platform.now()))
    entries = [history_view.told(row, procedure, units) for row in rows]
    more = bool(rows) and rows[-1].seq < dossier.journal_seq
    return render_template(
        "pages/auditor/history.html",
        dossier=dossier,
        verdict=verdict,
        fault=verdict.fault_vi if current_language() == "vi" else verdict.fault,
        entries=[
            {"told": entry, "payload": json.dumps(entry.payload, ensure_ascii=False, indent=2)} for entry in entries
        ],
        first=rows[0].seq if rows else 0,
        last=rows[-1].seq if rows else 0,
        next_href=url_for(".history", dossier_id=dossier_id, after=rows[-1].seq) if more else None,
        first_href=url_for(".history", dossier_id=dossier_id) if after else None,
    )
