"""Applications that somebody has begun and not filed: kept under the digest of a secret that only the applicant has.

The secret is the page's own: the same one makes a second press of the button lead to the same dossier, owns the papers
sent in meanwhile, and is the link by which the applicant comes back.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.errors import InvalidInputError
from engine.persistence.tables import FilingDraftRow
from engine.platform import Platform
from forms.answers import check_draft
from forms.definition import FormDefinition

SHORTEST = 32  # characters of a secret
LARGEST = 200_000  # characters of everything that is typed


@dataclass(frozen=True)
class Begun:
    """What has been typed into the start form of a procedure, and for how long it is kept."""

    procedure_key: str
    definition: FormDefinition
    answers: Mapping[str, Any]
    kept: timedelta
    version_id: UUID | None = None  # of the procedure, as the applicant has seen it


def save(session: Session, platform: Platform, secret: str, begun: Begun) -> FilingDraftRow:
    """Keep what has been typed so far, in place of what was typed before. No rules are applied.

    Raises:
        InvalidInputError: it is too much, or the secret is no secret.
    """
    answers = check_draft(begun.definition, begun.answers)
    if len(secret) < SHORTEST or len(str(answers)) > LARGEST:
        raise InvalidInputError(
            f"expected a secret of {SHORTEST} characters or more and at most {LARGEST} characters typed, found others",
            "Nội dung quá dài nên chưa lưu được; hãy rút gọn.",
        )
    digest = digest_of(secret)
    row = session.get(FilingDraftRow, digest)
    if row is None:
        row = FilingDraftRow(digest=digest)
        session.add(row)
    row.procedure_key, row.version_id, row.data = begun.procedure_key, begun.version_id, answers
    row.saved_at, row.expires_at = platform.now(), platform.now() + begun.kept
    session.flush()
    return row


def find(session: Session, platform: Platform, secret: str) -> FilingDraftRow | None:
    """What was typed under this secret; None when nothing was, or it has lapsed, or it has been filed."""
    row = session.get(FilingDraftRow, digest_of(secret)) if len(secret) >= SHORTEST else None
    return row if row is not None and row.expires_at > platform.now() else None


def forget(session: Session, secret: str) -> None:
    """Let go of it: it has been filed, or the applicant does not want it kept. Its papers go with the next sweep."""
    session.execute(delete(FilingDraftRow).where(FilingDraftRow.digest == digest_of(secret)))


def digest_of(secret: str) -> str:
    """The name of a secret in the database; uploads wait under the same one."""
    return hashlib.sha256(secret.encode()).hexdigest()
