"""Whose an upload is, until the answers of a form name it."""

import hashlib

from flask import request

from api.auth.identity import identity
from engine.documents import uploader_key

HEADER = "Motcua-Upload-Key"
_SHORTEST = 32  # characters of a secret that a client without an account makes for itself


def upload_key() -> str:
    """Under which key the uploads of whoever asks wait; empty for somebody unknown without a secret.

    A person or an applicant with a link has one by being known. Somebody who has no account (and no dossier yet)
    sends a secret of their own in `Motcua-Upload-Key` with the uploads and with the filing; a page for filing carries
    one. What is said outright counts before who one is: an officer may file as anybody may.
    """
    if HEADER in request.headers:
        return key_of(request.headers[HEADER])
    actor = identity().actor
    return uploader_key(actor) if actor is not None else ""


def key_of(secret: str) -> str:
    """The key of whoever knows this secret; empty for one that is too short to be one."""
    return hashlib.sha256(secret.encode()).hexdigest() if len(secret) >= _SHORTEST else ""
