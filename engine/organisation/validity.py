"""Which rows count on a day: from a day to a day, both included, open where a day is null."""

from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, or_

TODAY: BindParameter[date] = bindparam("today", type_=Date())
"""The day of a statement that is put together once and asked with every request."""


def counts_on(row: Any, day: date | BindParameter[date]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions under which a table's rows (with `valid_from` and `valid_to`) count on `day`."""
    return (
        or_(row.valid_from.is_(None), row.valid_from <= day),
        or_(row.valid_to.is_(None), row.valid_to >= day),
    )


def overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Whether two spans of days, both ends included and open where None, have a day in common."""
    (first, last), (begin, end) = one, other
    return (first or date.min) <= (end or date.max) and (begin or date.min) <= (last or date.max)
