"""Papers over HTTP, for pages and for the API alike: in by one way, out by one way."""

from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from api.site import site
from engine import documents
from engine.documents import Paper
from engine.persistence.tables import DocumentRow


def receive(file: FileStorage) -> Paper:
    """Take the bytes of an upload into the store; nothing is recorded yet, and no transaction is open.

    Raises:
        InvalidInputError: it is too large, of a kind that is not taken, or infected.
        ScannerAwayError, StoreAwayError: it cannot be taken now.
    """
    return site().intake.take_in(file.stream, file.filename or "")


def keep(session: Session, paper: Paper, *, uploaded_by: str, uploader_key: str) -> DocumentRow:
    """Record a paper that has been received and waits for its dossier.

    Raises:
        ContentGoneError: it has to be sent again.
    """
    return documents.keep(
        session, site().platform, paper, uploaded_by=uploaded_by, uploader_key=uploader_key, store=site().store
    )


def hand_out(row: DocumentRow) -> Response:
    """A paper as a file to save under its own name, so that no browser runs what somebody sent in."""
    response = Response(site().store.read(row.sha256), mimetype=row.media_type)
    response.content_length = row.size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.filename, safe='')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(row.sha256)
    return response
