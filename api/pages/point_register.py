"""The register of a reception point: page by page, as a PDF to print and bind, as CSV for a spreadsheet."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from api.auth import allow_signed_in
from api.database import read
from api.pages import letters, present, spreadsheets, wording
from api.pages.acting import person
from api.pages.listing import Column
from api.site import site
from engine import dossier_register
from engine.dossier_register import Book
from engine.errors import InvalidInputError
from engine.persistence import register_numbers
from forms.letter_data import RegisterEntry

blueprint = Blueprint("point_register", __name__)
PAGE: Final = 50  # lines
_AT_ONCE: Final = 500  # lines of a CSV that are read in one transaction
_IN_ANOTHER: Final = {"contact", "lead_agency", "channel"}  # on the page they stand below what they belong to
_COLUMNS: Final = (
    Column("code", lazy("Mã hồ sơ"), narrow=True),
    Column("procedure", lazy("Thủ tục")),
    Column("set_count", lazy("Số bộ")),
    Column("applicant", lazy("Người nộp")),
    Column("contact", lazy("Địa chỉ, điện thoại")),
    Column("lead_agency", lazy("Cơ quan giải quyết")),
    Column("received_on", lazy("Ngày nhận"), narrow=True),
    Column("due_on", lazy("Hẹn trả"), narrow=True),
    Column("returned_on", lazy("Trả kết quả"), narrow=True),
    Column("channel", lazy("Hình thức nộp")),
)


@blueprint.get("/register")
@allow_signed_in
def show() -> str:
    """The register of a point from a day to a day; this month of the reader's own point when nothing is named."""
    with read() as session:
        points = dossier_register.reception_points(session, person())
        unit, days = _asked(points[0][0] if points else "")
        variables: dict[str, Any] = {
            "points": points,
            "unit": unit,
            "first": request.args.get("from", ""),
            "last": request.args.get("to", ""),
            "columns": [column for column in _COLUMNS if column.key not in _IN_ANOTHER],
            "error": "",
            "lines": [],
            "numbers": (0, 0),
            "wide": True,
        }
        try:
            period = dossier_register.period_of(*days, site().platform.today())
            variables |= {"first": period[0].isoformat(), "last": period[1].isoformat()}
            book = dossier_register.book(session, site().platform, person(), unit, period)
        except InvalidInputError as refusal:
            variables["error"] = present.told(refusal)
            return render_template("pages/reception/register.html", **variables)
        return render_template("pages/reception/register.html", **{**variables, **_page(session, book)})


@blueprint.get("/register.pdf")
@allow_signed_in
def pdf() -> Response:
    """The same as it is printed."""
    unit, days = _asked("")
    period = dossier_register.period_of(*days, site().platform.today())
    with read() as session:
        return letters.send(dossier_register.register(session, site().platform, person(), unit, period))


@blueprint.get("/register.csv")
@allow_signed_in
def csv() -> Response:
    """The same for a spreadsheet, all of it, as it is read."""
    unit, days = _asked("")
    period = dossier_register.period_of(*days, site().platform.today())
    with read() as session:
        book = dossier_register.book(session, site().platform, person(), unit, period)
    return spreadsheets.as_csv(_every_line(book), f"{unit} {book.first:%Y%m%d}-{book.last:%Y%m%d}.csv")


def _asked(otherwise: str) -> tuple[str, tuple[str, str]]:
    """The point and the two days that the address names."""
    unit, first, last = (request.args.get(key, "").strip()[:64] for key in ("unit", "from", "to"))
    return unit or otherwise, (first, last)


def _page(session: Session, book: Book) -> dict[str, Any]:
    asked = request.args.get("after", "")
    after = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    lines, dossiers = dossier_register.entries(session, site().platform, book, PAGE + 1, after)
    shown = [{**_line(line), "id": row.id} for line, row in zip(lines[:PAGE], dossiers, strict=False)]
    here: dict[str, Any] = {"unit": book.unit, "from": book.first.isoformat(), "to": book.last.isoformat()}
    return {
        "lines": shown,
        "numbers": register_numbers.bounds(session, book.span),
        "pdf_href": url_for(".pdf", **here),
        "csv_href": url_for(".csv", **here),
        "next_href": url_for(".show", **here, after=lines[PAGE - 1].number) if len(lines) > PAGE else None,
        "first_href": url_for(".show", **here) if after else None,
    }


def _every_line(book: Book) -> Iterator[list[spreadsheets.Cell]]:
    yield [_("Số thứ tự"), *(str(column.title) for column in _COLUMNS)]
    after = 0
    while True:
        with read() as session:
            lines, _dossiers = dossier_register.entries(session, site().platform, book, _AT_ONCE, after)
        for line in lines:
            said = _line(line)
            yield [line.number, *(said[column.key] for column in _COLUMNS)]
        if len(lines) < _AT_ONCE:
            return
        after = lines[-1].number


def _line(entry: RegisterEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "code": entry.dossier_code,
        "procedure": entry.procedure,
        "set_count": entry.set_count,
        "applicant": entry.applicant,
        "contact": entry.contact,
        "lead_agency": entry.lead_agency,
        "received_on": _day(entry.received_on),
        "due_on": _day(entry.due_on),
        "returned_on": _day(entry.returned_on),
        "channel": wording.channel(entry.channel) if entry.channel else "",
    }


def _day(day: date | None) -> str:
    return present.day_text(day) if day else ""
