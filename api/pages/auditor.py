"""The auditor: a dossier's whole history with its proof, the dossier at any past instant, all of it to take."""

import json
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from api import archives
from api.auth import allow
from api.database import read, write
from api.language import current_language
from api.pages import history_view, looks, past_view
from api.pages.acting import person
from api.site import site
from engine import dossier_past
from engine.access import READ_HISTORIES
from engine.errors import InvalidInputError
from engine.history import journal
from engine.history.verify import verify
from engine.persistence import access_log, dossiers
from engine.persistence.tables import DossierRow
from engine.procedures import pinned

blueprint = Blueprint("auditor", __name__)
PAGE = 50


@blueprint.get("/dossiers/<uuid:dossier_id>/history")
@allow(*READ_HISTORIES)
def history(dossier_id: UUID) -> str:
    """Every entry with its hash, and whether the chain holds. That somebody looked is recorded."""
    actor, after = person(), int(request.args.get("after", "0")) if request.args.get("after", "0").isdecimal() else 0
    with read() as session:
        dossier = dossiers.get(session, actor, dossier_id)
        procedure = pinned(session, dossier)
        rows = journal.entries(session, dossier.id, after=after, limit=PAGE)
        verdict = verify(session, dossier)
        units = history_view.units_in(session, rows)
        looked = looks.of_dossier(session, dossier.id)
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
        looks=looked,
        first=rows[0].seq if rows else 0,
        last=rows[-1].seq if rows else 0,
        next_href=url_for(".history", dossier_id=dossier_id, after=rows[-1].seq) if more else None,
        first_href=url_for(".history", dossier_id=dossier_id) if after else None,
    )


@blueprint.get("/dossiers/<uuid:dossier_id>/history/at")
@allow(*READ_HISTORIES)
def past(dossier_id: UUID) -> str:
    """The dossier as it stood after an entry (`entry`), or at an instant (`moment`, local time); now, if neither."""
    actor = person()
    with read() as session:
        dossier = dossiers.get(session, actor, dossier_id)
        if request.args.get("moment") and not request.args.get("entry"):
            then = dossier_past.at_moment(session, site().platform, dossier, _moment())
        else:
            then = dossier_past.at_entry(session, site().platform, dossier, _entry(dossier))
        page = render_template("pages/auditor/past.html", **past_view.variables(session, dossier, then))
    looks.note_once(dossier_id, "past")
    return page


@blueprint.get("/dossiers/<uuid:dossier_id>/archive.zip")
@allow(*READ_HISTORIES)
def archive(dossier_id: UUID) -> Response:
    """Everything about the dossier as one file that can be checked anywhere."""
    return archives.send(person(), dossier_id)


def _entry(dossier: DossierRow) -> int:
    """The entry that is asked for; the newest one when none is."""
    asked = request.args.get("entry", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else dossier.journal_seq


def _moment() -> datetime:
    """The instant that is asked for, in the authority's time zone unless it says its own.

    Raises:
        InvalidInputError: it is no date and time.
    """
    asked = request.args["moment"]
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        raise InvalidInputError(
            f"expected a date and time such as 2026-11-23T09:00, found '{asked[:40]}'",
            _("Hãy nhập ngày và giờ, ví dụ 2026-11-23T09:00."),
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=site().platform.zone)
