"""In which language a request is answered: what the reader chose, else what the browser asks for, else Vietnamese."""

from flask import has_request_context, request, session

LANGUAGES = ("vi", "en")
CHOSEN = "lang"  # the key in the browser's session


def current_language() -> str:
    """`vi` or `en`."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen = session.get(CHOSEN)
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
