"""Whose an upload is, until the answers of a form name it."""

import hashlib

from flask import request, session

from api.auth.identity import identity
from engine.documents import uploader_key
from engine.ids import new_secret

HEADER = "Motcua-Upload-Key"
SESSION_UPLOADS = "uploads"
_SHORTEST = 32  # characters of a secret that a client without an account makes for itself


def upload_key() -> str:
    """Under which key the uploads of whoever asks wait; empty for somebody unknown without a secret.

    A person or an applicant with a link has one by being known. Somebody who has no account (and no dossier yet)
    sends a secret of their own in `Motcua-Upload-Key` with the uploads and with the filing; a browser gets one from
    `session_upload_key`.
    """
    actor = identity().actor
    if actor is not None:
        return uploader_key(actor)
    secret = request.headers.get(HEADER) or session.get(SESSION_UPLOADS, "")
    return hashlib.sha256(secret.encode()).hexdigest() if len(secret) >= _SHORTEST else ""


def session_upload_key() -> str:
    """`upload_key` for a page: a browser that nobody has signed in on gets a secret in its cookie."""
    if identity().actor is None and not session.get(SESSION_UPLOADS):
        session[SESSION_UPLOADS] = new_secret()
    return upload_key()
