"""Text folded for searching: people type "quy hoach" and mean "quy hoạch"."""

import re
import unicodedata

LONGEST_WORD = 64  # letters; what is longer is cut, in what is searched and in what is asked alike
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case without diacritics, single spaces; đ becomes d."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def words_of(text: str) -> list[str]:
    """The words of a text, folded: letters and digits, whatever stands between them left out."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def search_key(*texts: str) -> str:
    """What the texts are found by: their words with a space between."""
    return " ".join(words_of(" ".join(texts)))
