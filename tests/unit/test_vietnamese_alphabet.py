"""Lists stand in the order of a Vietnamese dictionary."""

from engine.text import alphabetical


def test_letters_of_their_own_stand_after_the_plain_ones() -> None:
    words = ["Điều", "Dự", "Phê", "Cấp", "Đăng", "Chấp", "Ân", "Ăn", "An"]
    assert sorted(words, key=alphabetical) == ["An", "Ăn", "Ân", "Cấp", "Chấp", "Dự", "Đăng", "Điều", "Phê"]


def test_tones_decide_only_between_words_that_are_otherwise_alike() -> None:
    words = ["bạc", "bà", "ba", "bã", "bá", "bạ", "bả"]
    assert sorted(words, key=alphabetical) == ["ba", "bà", "bả", "bã", "bá", "bạ", "bạc"]


def test_a_shorter_word_stands_before_a_longer_one_that_begins_like_it() -> None:
    assert sorted(["Cấp giấy", "Cấp", "Cấpx"], key=alphabetical) == ["Cấp", "Cấp giấy", "Cấpx"]
