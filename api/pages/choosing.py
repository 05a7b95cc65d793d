"""The entries of a list to choose from, written as HTML in one go: filters offer hundreds of them on every page."""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape


def options(choices: Iterable[tuple[object, object]], chosen: object = "") -> Markup:
    """The options of a select from (key, text), the chosen one marked."""
    marked = str(chosen)
    pairs = [(str(key), str(text)) for key, text in choices]
    return Markup("".join([_option(*pair, pair[0] == marked) for pair in pairs]))  # noqa: S704 - of escaped parts


@lru_cache(10_000)
def _option(key: str, text: str, chosen: bool) -> str:
    return f'<option value="{escape(key)}"{" selected" if chosen else ""}>{escape(text)}</option>'
