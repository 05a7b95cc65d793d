"""Data of letters is taken whole or refused with every place that is wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from forms.letter_data import LetterKind, Refusal
from forms.letter_parts import Letterhead, Officer, Party
from forms.letter_reading import InvalidLetterData, as_data, read_letter


@pytest.fixture
def data(example: Callable[[LetterKind], dict[str, Any]]) -> dict[str, Any]:
    """A receipt's data."""
    return example(LetterKind.RECEIPT)


def problems(data: dict[str, Any], kind: LetterKind = LetterKind.RECEIPT) -> dict[str, str]:
    """Every wrong place and what was expected there."""
    with pytest.raises(InvalidLetterData) as caught:
        read_letter(kind, data)
    return {each.path: each.expected.en for each in caught.value.problems}


def test_everything_missing_is_named_at_once(data: dict[str, Any]) -> None:
    del data["due_at"], data["applicant"], data["papers"], data["head"]["agency"], data["set_count"]
    assert set(problems(data)) == {"due_at", "applicant", "papers", "head.agency", "set_count"}


def test_a_misspelt_name_is_told_with_the_right_ones(data: dict[str, Any]) -> None:
    data["papers"][1]["orignals"] = 2
    found = problems(data)
    assert "originals" in found["papers[1].orignals"]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("due_at", "2026-03-05", "a moment"),
        ("due_at", "2026-03-05T09:00:00", "a moment"),
        ("due_at", None, "a moment"),
        ("set_count", "2", "a whole number"),
        ("set_count", True, "a whole number"),
        ("request", 5, "text"),
        ("papers", "một tờ", "a list"),
        ("applicant", ["A"], "an object"),
    ],
)
def test_a_value_of_another_kind_is_refused(path: str, value: object, expected: str, data: dict[str, Any]) -> None:
    assert problems(data | {path: value})[path].startswith(expected)


def test_a_word_outside_the_list_is_told_with_the_list(example: Callable[[LetterKind], dict[str, Any]]) -> None:
    data = example(LetterKind.CONTROL)
    data["transfers"][0]["timeliness"] = "late"
    assert problems(data, LetterKind.CONTROL) == {"transfers[0].timeliness": "one of: early, on-time, overdue"}


def test_the_message_is_vietnamese_first(data: dict[str, Any]) -> None:
    del data["due_at"]
    with pytest.raises(InvalidLetterData) as caught:
        read_letter(LetterKind.RECEIPT, data)
    assert caught.value.text.vi.startswith("Thiếu dữ liệu để in receipt: due_at: cần thời điểm")
    assert str(caught.value) == caught.value.text.en


def test_a_letter_s_moment_needs_its_offset(at: datetime) -> None:
    head = Letterhead("Trung tâm", "Thủ Đức", at.date())
    officer = Officer("Lê Hoàng Phúc")
    letter = Refusal(head, "1", Party("A"), "Việc", "Lý do", officer, officer)
    assert as_data(letter)["head"]["day"] == "2026-03-05"
    assert as_data(letter)["grounds"] == []
