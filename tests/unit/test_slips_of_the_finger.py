"""Words that somebody mistyped by one letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import slips

WORDS = st.text("abcdeghiklmnopqrstuvxy", min_size=2, max_size=10)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("hoach", "hoach"), ("hoahc", "hoach"), ("hoch", "hoach"), ("hoacch", "hoach"), ("hoanh", "hoach"), ("", "a")],
)
def test_one_slip_is_understood(typed: str, meant: str) -> None:
    assert slips(typed, meant)
    assert slips(meant, typed)


@pytest.mark.parametrize(("typed", "other"), [("quy", "phep"), ("haohc", "hoach"), ("xay", "dung"), ("ho", "hoach")])
def test_two_slips_are_another_word(typed: str, other: str) -> None:
    assert not slips(typed, other)


@given(WORDS, st.data())
def test_leaving_out_or_swapping_one_letter_is_one_slip(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert slips(word[:at] + word[at + 1 :], word)
    assert slips(word[:at] + word[at : at + 2][::-1] + word[at + 2 :], word)
