"""One filing, one dossier: a second press, a second tab or the back button lead to the receipt of the first.

A page carries a random attempt. Under its digest stands the link that the filing gave, hidden with a pad that only the
attempt yields, so that nobody who reads the database can open a dossier.
"""

from hashlib import sha256, shake_256

from sqlalchemy.orm import Session

from engine.ids import new_secret
from engine.persistence import idempotency
from engine.platform import Platform

_OWNER = "page"


def new_attempt() -> str:
    """A fresh attempt for a page."""
    return new_secret()


def link_of(session: Session, platform: Platform, attempt: str, procedure_key: str) -> str:
    """The link that this attempt has given before; "" the first time, when the attempt is taken."""
    known = idempotency.reserve(session, _OWNER, _name(attempt), procedure_key, platform.now())
    return _hidden(bytes.fromhex(known.body), attempt).decode() if known is not None and known.body else ""


def known_link(session: Session, attempt: str) -> str:
    """The link that this attempt has given; "" when it has given none. Takes nothing."""
    known = idempotency.known(session, _OWNER, _name(attempt))
    return _hidden(bytes.fromhex(known.body), attempt).decode() if known is not None and known.body else ""


def remember(session: Session, attempt: str, link: str) -> None:
    """Keep the link for a repetition, in the transaction that made the dossier."""
    idempotency.remember(session, _OWNER, _name(attempt), 303, _hidden(link.encode(), attempt).hex(), {})


def _name(attempt: str) -> str:
    return sha256(f"name of {attempt}".encode()).hexdigest()


def _hidden(content: bytes, attempt: str) -> bytes:
    pad = shake_256(f"pad of {attempt}".encode()).digest(len(content))
    return bytes(one ^ other for one, other in zip(content, pad, strict=True))
