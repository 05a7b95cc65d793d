"""Text folded for searching: people type "quy hoach" and mean "quy hoạch"."""

import re
import unicodedata
from functools import lru_cache

LONGEST_WORD = 64  # letters; what is longer is cut, in what is searched and in what is asked alike
_LETTERS = {letter: rank for rank, letter in enumerate("0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # grave, hook, tilde, acute, dot below
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


@lru_cache(maxsize=4096)  # names of units and procedures, in the same few lists all day
def alphabetical(text: str) -> tuple[list[list[int]], list[int]]:
    """What to sort by for the order of a Vietnamese dictionary: word by word, đ after d and ê after e, tones last."""
    spread = unicodedata.normalize("NFD", text.casefold())
    tones = [_TONES.get(letter, 0) for letter in spread]
    plain = unicodedata.normalize("NFC", "".join(letter for letter in spread if letter not in _TONES))
    words = [[_LETTERS.get(letter, len(_LETTERS) + ord(letter)) for letter in word] for word in _WORD.findall(plain)]
    return words, tones


def slips(one: str, other: str) -> bool:
    """Whether two words are alike but for one slip: a letter more, less or another, or two neighbours swapped."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    start = next((at for at, letter in enumerate(shorter) if letter != longer[at]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    swapped = shorter[start + 1 : start + 2] + shorter[start : start + 1]
    same = shorter[start + 1 :] == longer[start + 1 :]
    return same or (swapped == longer[start : start + 2] and shorter[start + 2 :] == longer[start + 2 :])
