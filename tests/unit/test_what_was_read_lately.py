"""What filters offer is read once in a while, each answer for those alone who may have it."""

import pytest
from cachetools import TTLCache
from flask import Flask

from api.pages import lately as module
from api.pages.lately import lately


class Reads:
    """Counts how often something was read."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> int:
        self.number += 1
        return self.number


def test_an_answer_is_read_once_for_those_who_ask_alike() -> None:
    reads = Reads()
    with Flask("one").app_context():
        assert [lately("units of A", reads), lately("units of A", reads)] == [1, 1]
        assert lately("units of B", reads) == 2
    with Flask("another").app_context():
        assert lately("units of A", reads) == 3


def test_an_old_answer_is_read_anew_and_no_more_are_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(module, "TTLCache", lambda _most, _seconds: TTLCache(2, 60, timer=lambda: now[0]))
    reads = Reads()
    with Flask("one").app_context():
        assert [lately(whose, reads) for whose in ("A", "B", "A")] == [1, 2, 1]
        assert [lately(whose, reads) for whose in ("C", "A", "B")] == [3, 1, 4]
        now[0] = 61.0
        assert lately("B", reads) == 5
