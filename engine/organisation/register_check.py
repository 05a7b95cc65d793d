"""Whether the registers of mandates and stand-ins say what their history says, and the history is whole."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.events import EventType
from engine.history import journal
from engine.history.verify import Verdict
from engine.history.verify import verify as verify_chain
from engine.organisation import register
from engine.persistence.tables import MandateRow, StandInRow

_CHANGES = (
    EventType.MANDATE_RECORDED,
    EventType.MANDATE_REVOKED,
    EventType.STAND_IN_NAMED,
    EventType.STAND_IN_ENDED,
)
_MANDATE, _STAND_IN = "mandate", "stand_in"
Kept = dict[tuple[str, str], dict[str, Any]]


def verify(session: Session) -> Verdict:
    """The first fault: of the chain, or of a row that was added, changed or removed beside the history."""
    head = register.head_of(session)
    rows = dict(_rows(session))
    if head is None:
        return Verdict(0, *_beside(rows)) if rows else Verdict(0)
    verdict = verify_chain(session, head)
    if not verdict.intact:
        return verdict
    kept = _kept(session)
    if kept.keys() != rows.keys():
        missing, added = kept.keys() - rows.keys(), rows.keys() - kept.keys()
        return Verdict(verdict.checked, *(_gone(missing) if missing else _beside({key: {} for key in added})))
    for key, row in rows.items():
        if row != kept[key]:
            wrong = ", ".join(sorted(name for name in row if row[name] != kept[key].get(name)))
            what = _called(key)
            return Verdict(
                verdict.checked,
                f"{what[1]} {key[1]} was changed beside the history: {wrong}",
                f"{what[0]} {key[1]} đã bị sửa ngoài lịch sử: {wrong}.",
            )
    return verdict


def _kept(session: Session) -> Kept:
    """What the history says stands in the registers."""
    kept: Kept = {}
    opened = register.newest(session, types=(EventType.REGISTER_OPENED,), limit=1)
    for row in opened:
        payload = journal.read(row)["payload"]
        kept |= {(_MANDATE, each["id"]): each for each in payload["mandates"]}
        kept |= {(_STAND_IN, each["id"]): each for each in payload["stand_ins"]}
    before: int | None = None
    newest: Kept = {}
    while page := register.newest(session, types=_CHANGES, before=before, limit=500):
        for row in page:
            payload = journal.read(row)["payload"]
            kind = _MANDATE if _MANDATE in payload else _STAND_IN
            newest.setdefault((kind, payload[kind]["id"]), payload[kind])
        before = page[-1].seq
    return kept | newest


def _rows(session: Session) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for mandate in session.scalars(select(MandateRow)):
        yield (_MANDATE, str(mandate.id)), register.as_kept(mandate)
    for stand_in in session.scalars(select(StandInRow)):
        yield (_STAND_IN, str(stand_in.id)), register.as_kept(stand_in)


def _gone(missing: set[tuple[str, str]]) -> tuple[str, str]:
    first = min(missing)
    vi, en = _called(first)
    return (
        f"{en} {first[1]} stands in the history and no more in the register",
        f"{vi} {first[1]} có trong lịch sử nhưng không còn trong sổ.",
    )


def _beside(rows: Kept) -> tuple[str, str]:
    first = min(rows)
    vi, en = _called(first)
    return (
        f"{en} {first[1]} stands in the register and not in the history",
        f"{vi} {first[1]} có trong sổ nhưng không có trong lịch sử.",
    )


def _called(key: tuple[str, str]) -> tuple[str, str]:
    return ("Văn bản", "mandate") if key[0] == _MANDATE else ("Việc thay", "stand-in")
