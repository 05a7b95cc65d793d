"""In which language a request is answered: what the reader chose, else what the browser asks for, else Vietnamese."""

from functools import lru_cache

from flask import has_request_context, request, session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES = ("vi", "en")
CHOSEN = "lang"  # the key in the browser's session


def current_language() -> str:
    """`vi` or `en`."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen = session.get(CHOSEN)
    if chosen in LANGUAGES:
        return str(chosen)
    return _best(request.headers.get("Accept-Language", ""))


@lru_cache(256)  # asked at every name on a page, and browsers say few different things
def _best(wanted: str) -> str:
    return parse_accept_header(wanted, LanguageAccept).best_match(LANGUAGES) or LANGUAGES[0]
