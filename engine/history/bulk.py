"""Writes whole histories at once, for data that is taken over from elsewhere. Each is chained like any other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from engine.history.journal import digest, moment


@dataclass(frozen=True)
class Fact:
    """One entry to be: its type, its moment, and the canonical JSON of who did it and of what is to be said."""

    type: str
    at: datetime
    actor: str
    payload: str


def text_of(value: Mapping[str, Any]) -> str:
    """The canonical JSON of an actor or a payload."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def chained(stream: UUID, facts: Iterable[Fact]) -> tuple[list[dict[str, Any]], str]:
    """The rows of a stream's journal in order, and the hash of the last one.

    The text of an entry is what `journal.canonical` makes of the same values, put together by hand: its keys are few,
    fixed and sorted.
    """
    rows: list[dict[str, Any]] = []
    previous = ""
    for seq, fact in enumerate(facts, start=1):
        at = moment(fact.at)
        entry = (
            f'{{"actor":{fact.actor},"occurred_at":"{at}","payload":{fact.payload},"prev":"{previous}",'
            f'"recorded_at":"{at}","seq":{seq},"stream":"{stream}","type":"{fact.type}"}}'
        )
        previous = digest(entry)
        rows.append(
            {
                "stream_id": stream,
                "seq": seq,
                "type": fact.type,
                "occurred_at": fact.at,
                "recorded_at": fact.at,
                "entry": entry,
                "hash": previous,
            }
        )
    return rows, previous
