"""Sending a dossier's archive while it is being written: the page's button and the API's route give the same file."""

from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

from flask import Response

from api.database import db, read, write
from api.site import site
from engine.history import archive
from engine.history.archive import Making
from engine.model import Actor
from engine.persistence import access_log, dossiers
from engine.persistence.transaction import reading


def send(actor: Actor, dossier_id: UUID) -> Response:
    """The archive of a dossier that the actor may see; that it was taken is recorded before its first byte.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
    """
    store, engine, now = site().store, db.engine, site().platform.now()
    with read() as session:
        name = archive.filename(dossiers.get(session, actor, dossier_id))
    write(lambda session: access_log.note(session, actor, dossier_id, "archive", now))

    def pieces() -> Iterator[bytes]:
        with reading(engine) as session:
            yield from archive.write(session, store, dossiers.get(session, actor, dossier_id), Making(actor.name, now))

    response = Response(pieces(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response
