"""Identifiers made by the application: UUIDv7, so that keys grow with time and need no database sequence."""

import secrets
import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def new_secret() -> str:
    """An unguessable URL-safe text of 32 random bytes, for links and access tokens."""
    return secrets.token_urlsafe(32)
