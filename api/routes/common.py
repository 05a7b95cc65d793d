"""What routes share: who asks, headers in the description."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from api.auth import current_actor
from api.auth.errors import NotSignedInError
from api.database import write
from api.site import site
from engine.model import Actor
from engine.persistence import access_log

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "the ETag you have seen; 412 when the thing has changed since",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~]+$"},
    "description": "the same key with the same content gets the same answer",
}
Row = TypeVar("Row")

ETAG = {"ETag": {"schema": {"type": "string"}, "description": "the version"}}


def actor() -> Actor:
    """Who asks; the guard has let nobody through whom we do not know.

    Raises:
        NotSignedInError: the route is open to everybody but cannot do without somebody.
    """
    known = current_actor()
    if known is None:
        raise NotSignedInError("expected somebody known, found nobody; send an access token or a link")
    return known


def note_look(dossier_id: UUID, what: str) -> None:
    """Keep in the access log that the one who asks looks at this part of the dossier."""
    asking, now = actor(), site().platform.now()
    write(lambda session: access_log.note(session, asking, dossier_id, what, now))


def parameters(*, if_match: bool = False, key: bool = True) -> list[dict[str, Any]]:
    """The headers of a command, for the description."""
    return [each for each, used in ((_IF_MATCH, if_match), (_KEY, key)) if used]


def page(rows: Sequence[Row], limit: int, place: Callable[[Row], tuple[Any, UUID]]) -> dict[str, Any]:
    """A page of a list that was read one row longer than asked for, so that its end is known."""
    shown = rows[:limit]
    return {"items": shown, "next": place(shown[-1]) if len(rows) > limit else None}
