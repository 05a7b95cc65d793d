"""What proves who somebody is: personal access tokens and signed-in sessions. Only SHA-256 digests are kept."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.ids import new_secret
from engine.persistence.tables import AccessTokenRow, PersonRow, SessionRow

TOKEN_PREFIX = "motcua_"  # noqa: S105 - lets a scanner of leaked secrets recognise ours

# asked with every request, so put together once
_BY_TOKEN = (
    select(PersonRow)
    .join(AccessTokenRow, AccessTokenRow.person_id == PersonRow.id)
    .where(
        AccessTokenRow.digest == bindparam("digest"),
        AccessTokenRow.revoked_at.is_(None),
        AccessTokenRow.expires_at > bindparam("now"),
    )
)
_BY_SESSION = (
    select(PersonRow)
    .join(SessionRow, SessionRow.person_id == PersonRow.id)
    .where(SessionRow.digest == bindparam("digest"), SessionRow.expires_at > bindparam("now"))
)


def digest(secret: str) -> str:
    """What is kept of a secret: 32 random bytes need no slow hash."""
    return sha256(secret.encode()).hexdigest()


def issue_token(session: Session, person_id: UUID, label: str, *, now: datetime, expires_at: datetime) -> str:
    """A new access token of the person, until the given moment. This is the one time it can be read.

    Raises:
        InvalidInputError: the moment has passed already.
    """
    if expires_at <= now:
        raise InvalidInputError(
            f"Expected a moment to come at which the token expires, found {expires_at.isoformat()}.",
            f"Thời điểm hết hạn của mã truy cập phải ở tương lai, không phải {expires_at.isoformat()}.",
        )
    token = TOKEN_PREFIX + new_secret()
    row = AccessTokenRow(digest=digest(token), person_id=person_id, label=label, created_at=now, expires_at=expires_at)
    session.add(row)
    session.flush()
    return token


def revoke_token(session: Session, token: str, now: datetime) -> bool:
    """End a token before its time; False when it was not valid any more."""
    found = session.execute(
        update(AccessTokenRow)
        .where(AccessTokenRow.digest == digest(token), AccessTokenRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(AccessTokenRow.digest)
    )
    return found.first() is not None


def person_of_token(session: Session, token: str, now: datetime) -> PersonRow | None:
    """Whose valid token this is, or None."""
    return session.scalar(_BY_TOKEN, {"digest": digest(token), "now": now})


def open_session(session: Session, person_id: UUID, *, now: datetime, expires_at: datetime) -> str:
    """A new signed-in session; its secret goes into the browser's cookie. Sessions that have ended are swept out."""
    secret = new_secret()
    session.execute(delete(SessionRow).where(SessionRow.person_id == person_id, SessionRow.expires_at <= now))
    session.add(SessionRow(digest=digest(secret), person_id=person_id, created_at=now, expires_at=expires_at))
    session.flush()
    return secret


def person_of_session(session: Session, secret: str, now: datetime) -> PersonRow | None:
    """Who is signed in with this secret, or None."""
    return session.scalar(_BY_SESSION, {"digest": digest(secret), "now": now})


def close_session(session: Session, secret: str) -> None:
    """Sign out: the cookie that holds this secret opens nothing any more."""
    session.execute(delete(SessionRow).where(SessionRow.digest == digest(secret)))


def close_sessions(session: Session, person_id: UUID) -> None:
    """Sign the person out everywhere."""
    session.execute(delete(SessionRow).where(SessionRow.person_id == person_id))
