"""One number of report II.06a, and the dossiers that it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.persistence import statistics as queries
from engine.persistence.month_tallies import MonthTally
from engine.persistence.statistics import Position, Tally
from engine.persistence.statistics_boxes import CELLS, Grouping, cells_of
from engine.statistics_inquiry import Counting, Inquiry, counting_of, question_of
from engine.statistics_procedures import Procedures


@dataclass(frozen=True)
class Number:
    """A column of the report in one row, or in the total."""

    counting: Counting
    cell: str
    by: Grouping
    keys: Sequence[str] | None  # of the row, as the database knows it; None: the total

    @classmethod
    def of(cls, session: Session, inquiry: Inquiry, cell: str, row: str = "") -> "Number":
        """A number by its column (a key of `CELLS`) and the key of its row.

        Raises:
            NotFoundError: the report has no such column.
        """
        if cell not in CELLS:
            raise NotFoundError(
                f"expected a column of the report ({', '.join(CELLS)}), found {cell!r}", "Báo cáo không có cột này."
            )
        procedures = Procedures.known(session)
        question, by = question_of(inquiry, procedures), inquiry.asked.by
        own = procedures.of_field(row) if by is Grouping.FIELD else (row,)
        return cls(counting_of(session, inquiry, question, question.start), cell, by, own if row else None)

    def count(self, session: Session) -> int:
        """The number itself; nought in a row that the report lacks."""
        counted = queries.counted(session, self.counting.question, self._which, self.counting.gaps)
        return counted + sum(number for _month, number in self._months)

    def dossiers(self, session: Session, *, after: Position | None = None, limit: int = 25) -> Sequence[Row[Any]]:
        """The dossiers that it counts: open ones first, then what was closed last.

        `after` is the place of the last one that was read.
        """
        held = ((month.first, month.past) for month, number in self._months if number)
        spans = sorted([*self.counting.gaps, *held], key=lambda span: span[0])
        return queries.behind(session, self.counting.question, self._which, spans, after=after, limit=limit)

    @property
    def _which(self) -> queries.Behind:
        return queries.Behind(self.cell, None if self.keys is None else (self.by, self.keys))

    @cached_property
    def _months(self) -> list[tuple[MonthTally, int]]:
        """How many of them were closed in each month that is kept."""
        window = self.counting.window
        if window is None:
            return []
        months = self.counting.usable.by_month(window)
        return [(month, sum(one.number for one in tallies if self._counts(one))) for month, tallies in months]

    def _counts(self, tally: Tally) -> bool:
        return self.cell in cells_of(tally.box, tally.origin) and (self.keys is None or tally.key in self.keys)
