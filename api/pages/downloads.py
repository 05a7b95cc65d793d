"""Sending a paper's bytes so that no browser runs what somebody uploaded."""

from urllib.parse import quote

from flask import Response

from api.site import site
from engine.persistence.tables import DocumentRow


def send(row: DocumentRow) -> Response:
    """The paper as a download under its own name."""
    response = Response(site().store.read(row.sha256), mimetype=row.media_type)
    response.content_length = row.size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.filename)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
