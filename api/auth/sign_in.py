"""Signing in and out of a browser session."""

from datetime import timedelta
from threading import BoundedSemaphore

from flask import session

from api.auth import limits
from api.auth.errors import BadCredentialsError
from api.auth.identity import SESSION_SECRET, forget
from api.database import read, write
from api.language import CHOSEN
from api.site import site
from engine.model import Actor
from engine.organisation import credentials, people

# argon2 takes 64 MiB for each password: a crowd at the door must not take the machine's memory.
_AT_ONCE = BoundedSemaphore(2)


def sign_in(username: str, password: str) -> Actor:
    """Open a session for the person and put its secret into the browser's cookie.

    Raises:
        BadCredentialsError: no active person has this name and password; which of the two was wrong is not told.
        TooManyTriesError: there have been too many failed tries.
    """
    limits.refuse_after_failures(username)
    with read() as database:
        person = people.find_person(database, username)
    with _AT_ONCE:
        right = people.verify_password(person, password)
    if person is None or not right:
        limits.count_failure(username)
        raise BadCredentialsError(
            "expected the user name and password of an active account, found others; try again",
            "Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại.",
        )
    now = site().now()
    until = now + timedelta(hours=site().settings.session_hours)
    secret = write(lambda database: credentials.open_session(database, person.id, now=now, expires_at=until))
    _start_afresh(person.lang)
    session[SESSION_SECRET] = secret
    with read() as database:
        return people.load_actor(database, person.id, now.date())


def sign_out() -> None:
    """End this browser's session, here and in the database."""
    secret = session.get(SESSION_SECRET)
    if secret:
        write(lambda database: credentials.close_session(database, secret))
    _start_afresh(session.get(CHOSEN, "vi"))


def _start_afresh(lang: str) -> None:
    """Nothing of the session before the door (nor its CSRF token) is good behind it."""
    chosen = session.get(CHOSEN, lang)
    session.clear()
    session[CHOSEN] = chosen
    forget()
