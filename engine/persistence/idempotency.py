"""The answers given under a key, so that a repeated request gets the same one, whichever process it reaches."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.persistence.tables import IdempotencyRow


class KeyReusedError(InvalidInputError):
    """The Idempotency-Key has been used for another request."""

    code = "idempotency-key-reused"
    title_vi = "Khóa Idempotency-Key đã được dùng cho một yêu cầu khác."


def reserve(session: Session, owner: str, key: str, fingerprint: str, now: datetime) -> IdempotencyRow | None:
    """The answer given before under this key, or None when this is the first time.

    The first time, the key is taken at once: another transaction that tries the same waits for this one to end, and
    then finds its answer.

    Raises:
        KeyReusedError: the key stands for a request with another content.
    """
    known = session.get(IdempotencyRow, (owner, key))
    if known is None:
        row = IdempotencyRow(
            owner=owner, key=key, fingerprint=fingerprint, status=0, body="", headers={}, created_at=now
        )
        session.add(row)
        session.flush()
        return None
    if known.fingerprint != fingerprint:
        raise KeyReusedError(
            "expected a key that has not been used or the very same request, found the key of another one; "
            "make a new key for each request",
            "Mỗi yêu cầu cần một khóa mới; khóa này thuộc về một yêu cầu có nội dung khác.",
        )
    return known


def known(session: Session, owner: str, key: str) -> IdempotencyRow | None:
    """The answer given before under this key, if any; the key is not taken."""
    return session.get(IdempotencyRow, (owner, key))


def remember(session: Session, owner: str, key: str, status: int, body: str, headers: dict[str, str]) -> None:
    """Keep the answer, in the transaction that made it true."""
    row = session.get_one(IdempotencyRow, (owner, key))
    row.status, row.body, row.headers = status, body, headers


def forget(session: Session, before: datetime) -> None:
    """Let go of answers given before the moment."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < before))
