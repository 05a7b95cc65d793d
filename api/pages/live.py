"""What is new in a list that somebody has open (web/src/app/live.js asks for it, again and again).

It is answered by 304 while nothing is. Nothing is replaced by itself: rows are marked, and the person loads the list.
"""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import jsonify, request
from werkzeug.wrappers import Response

Row = tuple[UUID, int]  # id and version
LOOKED_ON = 2  # so many pages are read: a row that another has pushed off the page has not left the list


def etag(rows: Sequence[Row], total: int | None = None) -> str:
    """What changes when the page of the list does; `total` is how many there are in all, where that is told."""
    told = ";".join(f"{identifier}:{version}" for identifier, version in rows)
    return hashlib.sha256(f"{total};{told}".encode()).hexdigest()[:24]


def answer(rows: Sequence[Row], page: int, total: int | None = None) -> Response:
    """The rows as they are now: the first `page` of them, those that follow, and how many there are in all."""
    shown, further = rows[:page], rows[page:]
    told = jsonify({"count": total, "rows": _by_id(shown), "further": _by_id(further)})
    told.set_etag(etag(shown, total))
    return told.make_conditional(request)


def _by_id(rows: Sequence[Row]) -> Mapping[str, int]:
    return {str(identifier): version for identifier, version in rows}
