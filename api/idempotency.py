"""Answers a repeated POST with the answer of the first one.

The answer is kept in the transaction that made it true, so it exists exactly when its effect does, and whichever
process gets the repetition finds it. Refusals are not kept: a repetition after one is tried anew.

The answer to a filing holds the applicant's secret link. So an answer is hidden with a pad that only the key yields,
and of the key only a digest is kept: who reads the database learns neither.
"""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from api.auth.identity import identity
from api.database import write
from api.site import site
from engine.errors import InvalidInputError
from engine.persistence import idempotency

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)

_KEY = re.compile(r"[\x21-\x7e]{16,128}")
_SWEEP_EVERY = 3600.0  # seconds
_swept_at = -_SWEEP_EVERY


@dataclass(frozen=True)
class Reply:
    """What a command answers when it succeeds."""

    body: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_response(self) -> Response:
        """For Flask."""
        return Response(orjson.dumps(self.body), self.status, headers=dict(self.headers), mimetype="application/json")


def answer_once(work: Callable[[Session], Reply], content: bytes | None = None) -> Response:
    """Carry out `work` in one transaction, unless its request's key has been answered before.

    `content` stands for the request where its body was streamed away.

    Raises:
        InvalidInputError: the key has a wrong form.
        KeyReusedError: the key stands for another request.
    """
    return once(work, request.get_data() if content is None else content).as_response()


def once(work: Callable[[Session], Reply], content: bytes, part: str = "") -> Reply:
    """`answer_once` without Flask's response; `part` names one of several things done by the same request."""
    key = request.headers.get(HEADER)
    if key is None:
        return write(work)
    if not _KEY.fullmatch(key):
        raise InvalidInputError(
            f"expected {HEADER} of 16 to 128 visible ASCII characters, such as a UUID; found {len(key)} or others",
            f"{HEADER} phải gồm 16 đến 128 ký tự ASCII, ví dụ một UUID.",
        )
    secret, fingerprint, owner = f"{part}\n{key}", _fingerprint(content), _owner()
    return write(lambda session: _in_transaction(session, owner, secret, fingerprint, work))


def _in_transaction(
    session: Session, owner: str, secret: str, fingerprint: str, work: Callable[[Session], Reply]
) -> Reply:
    _sweep(session)
    key = hashlib.sha256(f"name of {secret}".encode()).hexdigest()
    known = idempotency.reserve(session, owner, key, fingerprint, site().platform.now())
    if known is not None:
        body = orjson.loads(_hidden(bytes.fromhex(known.body), secret))
        return Reply(body, known.status, {**known.headers, REPLAYED: "true"})
    reply = work(session)
    body = _hidden(orjson.dumps(reply.body), secret)
    idempotency.remember(session, owner, key, reply.status, body.hex(), dict(reply.headers))
    return reply


def _hidden(content: bytes, secret: str) -> bytes:
    """Hidden content, or content again when it is hidden."""
    pad = hashlib.shake_256(f"pad of {secret}".encode()).digest(len(content))
    return bytes(one ^ other for one, other in zip(content, pad, strict=True))


def _owner() -> str:
    """Keys of different people are different keys, though they look alike."""
    actor = identity().actor
    if actor is None:
        return "anyone"
    return str(actor.id or actor.dossier_id)


def _fingerprint(content: bytes) -> str:
    """What has to be the same: the action, and what was sent with it."""
    told = (request.method, request.path, request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(told).encode() + b"\n" + content).hexdigest()


def _sweep(session: Session) -> None:
    """Let go of old answers, once in an hour and process: among them are applicants' links."""
    global _swept_at  # noqa: PLW0603 - when this process last swept
    if time.monotonic() - _swept_at >= _SWEEP_EVERY:
        _swept_at = time.monotonic()
        idempotency.forget(session, site().platform.now() - KEPT)
