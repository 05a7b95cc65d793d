"""Who is asking: by an access token, by a dossier's link, or by the browser's session.

What a request says outright (a header) counts before what a browser says by itself (a cookie), and a header that
opens nothing is refused even where nobody needs to be known.
"""

from dataclasses import dataclass
from typing import Literal

from flask import g, request, session

from api.auth.errors import BadCredentialsError
from api.database import read
from api.site import site
from engine.dossiers import applicant_by_link
from engine.errors import NotFoundError
from engine.model import Actor
from engine.organisation import people

LINK_HEADER = "Motcua-Link"
SESSION_SECRET = "sid"  # noqa: S105 - keys in the browser's signed cookie
SESSION_LINK = "link"

Means = Literal["nothing", "token", "link", "session", "link-session"]


@dataclass(frozen=True)
class Identity:
    """Somebody, and what told us so."""

    actor: Actor | None
    means: Means

    @property
    def by_cookie(self) -> bool:
        """Whether a browser would say this by itself, also when another site makes it ask."""
        return self.means in {"session", "link-session"}


NOBODY = Identity(None, "nothing")


def identity() -> Identity:
    """Who makes this request; looked up once.

    Raises:
        BadCredentialsError: a token or link was sent that opens nothing.
    """
    known: Identity | None = g.get("motcua_identity")
    if known is None:
        known = g.motcua_identity = _by_header() or _by_cookie() or NOBODY
    return known


def current_actor() -> Actor | None:
    """Who makes this request; None for somebody unknown."""
    return identity().actor


def remember_link(link: str) -> None:
    """Let this browser act as the applicant of the dossier that the link opens; it forgets the one before."""
    session[SESSION_LINK] = link
    g.pop("motcua_identity", None)


def forget() -> None:
    """Look anew at who is asking: somebody has just signed in or out."""
    g.pop("motcua_identity", None)


def _by_header() -> Identity | None:
    if request.authorization is not None or "Authorization" in request.headers:
        return Identity(_actor_of_token(), "token")
    if link := request.headers.get(LINK_HEADER):
        actor = _applicant(link)
        if actor is None:
            raise BadCredentialsError(
                f"expected in {LINK_HEADER} the secret of a dossier's link, found one that opens no dossier",
                "Đường dẫn hồ sơ không đúng.",
            )
        return Identity(actor, "link")
    return None


def _actor_of_token() -> Actor:
    authorization = request.authorization
    token = authorization.token if authorization and authorization.type == "bearer" else None
    if token:
        with read() as database:
            actor = people.actor_by_token(database, token, site().now())
        if actor:
            return actor
    raise BadCredentialsError(
        "expected 'Authorization: Bearer <access token>' with a token that is valid today, found none; "
        "make one with 'motcua token create'",
        "Mã truy cập không đúng, đã bị thu hồi hoặc đã hết hạn.",
    )


def _by_cookie() -> Identity | None:
    if secret := session.get(SESSION_SECRET):
        with read() as database:
            actor = people.actor_by_session(database, secret, site().now())
        if actor:
            return Identity(actor, "session")
    if link := session.get(SESSION_LINK):
        actor = _applicant(link)
        if actor:
            return Identity(actor, "link-session")
    return None


def _applicant(link: str) -> Actor | None:
    try:
        with read() as database:
            return applicant_by_link(database, link)
    except NotFoundError:
        return None
