"""Text folded for searching: people type "quy hoach" and mean "quy hoạch"."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without diacritics, single spaces; đ becomes d."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
