"""Proves that a history is whole: every hash follows from the one before it and nothing is missing."""

from dataclasses import dataclass

import orjson
from sqlalchemy.orm import Session

from engine.history.journal import Text, digest, texts
from engine.persistence.tables import DossierRow, ProcedureRow, RegisterRow


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check: how many entries were read, and the first fault (empty when there is none)."""

    checked: int
    fault: str = ""
    fault_vi: str = ""

    @property
    def intact(self) -> bool:
        """Whether no fault was found."""
        return not self.fault


def verify(session: Session, head: DossierRow | ProcedureRow | RegisterRow) -> Verdict:
    """Check the whole history of `head`, entry by entry, against its recorded head."""
    seq, previous, stream = 0, "", str(head.id)
    for row in texts(session, head.id):
        if fault := _fault(row, stream, seq + 1, previous):
            return Verdict(seq, *fault)
        seq, previous = row.seq, row.hash
    if (seq, previous) != (head.journal_seq, head.journal_head):
        return Verdict(
            seq,
            f"expected {head.journal_seq} entries ending in {head.journal_head[:12]}, "
            f"found {seq} ending in {previous[:12]}",
            f"Lịch sử phải có {head.journal_seq} mục nhưng chỉ thấy {seq}, hoặc mục cuối đã bị thay.",
        )
    return Verdict(seq)


def _fault(row: Text, stream: str, expected_seq: int, previous: str) -> tuple[str, str] | None:
    """What is wrong with one entry, in English and Vietnamese."""
    if row.seq != expected_seq:
        return f"expected entry {expected_seq}, found {row.seq}", f"Thiếu mục số {expected_seq}."
    if digest(row.entry) != row.hash:
        return f"entry {row.seq} does not have the hash recorded for it", f"Mục số {row.seq} đã bị sửa."
    entry = orjson.loads(row.entry)
    if entry["prev"] != previous:
        return f"entry {row.seq} does not follow entry {row.seq - 1}", f"Mục số {row.seq} không nối tiếp mục trước."
    if (entry["seq"], entry["type"], entry["stream"]) != (row.seq, row.type, stream):
        return f"entry {row.seq}'s columns disagree with its text", f"Mục số {row.seq} có cột không khớp nội dung."
    return None
