"""Statistics at a glance: who sees them, numbers that lead to their dossiers, the same figures as files and JSON."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pages import get, post
from sqlalchemy.orm import Session

from api.pages import spreadsheets, statistics_view
from api.pages.statistics_view import Filters, TableRow
from engine.persistence.statistics_boxes import CELLS
from engine.persistence.tables import DossierRow, UnitRow
from engine.statistics_values import Asked, Line, Period, Report

CONTROL = "tam.operator"


def test_only_those_who_lead_or_control_may_look(
    client: FlaskClient, app: Flask, bearer: Callable[[str], dict[str, str]]
) -> None:
    paths = ("", "/report.csv", "/report.xlsx", "/dossiers", "/dossiers.csv")
    for path in paths:
        assert client.get(f"/statistics{path}").status_code == 302, path  # to sign in
        assert client.get(f"/statistics{path}", headers=bearer("minh.case")).status_code == 403, path
        assert client.get(f"/statistics{path}", headers=bearer("son.head")).status_code == 200, path
    assert client.get("/api/v1/statistics", headers=bearer("minh.case")).status_code == 403


def test_a_number_leads_to_its_dossiers(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any]
) -> None:
    signed_in(CONTROL)
    page = get(client, "/statistics")
    assert page.heading == "Thống kê giải quyết hồ sơ"
    assert any(row.startswith("Tổng số 1") for row in page.rows())
    behind = get(client, next(href for href in page.hrefs("cell=received_online") if "row=" in href))
    assert behind.hrefs("/dossiers/") == [f"/dossiers/{filed['dossier']['id']}"]
    assert "1 hồ sơ" in behind.text
    assert get(client, page.hrefs("cell=received&")[-1]).rows()[0].startswith(filed["dossier"]["code"])


def test_pictures_are_attributes_only_and_their_figures_stand_in_tables(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any], city: City
) -> None:
    city.do(lambda session: _decide(session, filed, city))
    signed_in(CONTROL)
    page = get(client, "/statistics?by=procedure")
    pictures = page.tree.xpath("//main//*[local-name()='svg']")
    assert len(pictures) == 2
    assert all(one.get("role") == "img" and one.xpath("*[local-name()='title']") for one in pictures)
    assert page.tree.xpath("//main//@style") == []
    assert len(page.tree.xpath("//main//table[caption]")) == 2
    assert "100,0 %" in page.rows(1)[-1]


def _decide(session: Session, filed: dict[str, Any], city: City) -> None:
    from uuid import UUID  # noqa: PLC0415

    dossier = session.get_one(DossierRow, UUID(filed["dossier"]["id"]))
    dossier.decided_at = city.platform.now()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("period=last_month", "từ 01/10/2026 đến 31/10/2026"),
        ("period=this_year", "từ 01/01/2026 đến 31/12/2026"),
        ("period=chosen&first=2026-11-02&last=2026-11-08", "từ 02/11/2026 đến 08/11/2026"),
        ("period=nonsense&first=x&by=y&channel=z", "từ 01/11/2026 đến 30/11/2026"),
    ],
)
def test_periods_are_chosen_by_name_or_day(
    client: FlaskClient, signed_in: Callable[[str], str], query: str, shown: str
) -> None:
    signed_in(CONTROL)
    assert shown in get(client, f"/statistics?{query}").text


def test_a_period_that_ends_before_it_begins_is_told_in_words(
    client: FlaskClient, signed_in: Callable[[str], str]
) -> None:
    signed_in(CONTROL)
    page = get(client, "/statistics?period=chosen&first=2026-11-08&last=2026-11-02", status=422)
    assert "Kỳ báo cáo phải kết thúc vào hoặc sau ngày bắt đầu." in page.text
    assert client.get("/statistics/dossiers?cell=nothing").status_code == 404


def test_the_report_speaks_english(client: FlaskClient, signed_in: Callable[[str], str]) -> None:
    signed_in(CONTROL)
    client.get("/language?lang=en&next=/statistics")
    assert get(client, "/statistics?channel=online").heading == "Statistics of dossiers"


# ---- files -----------------------------------------------------------------------------------------------


def test_a_spreadsheet_opens_with_its_accents_and_says_what_it_leaves_out(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any]
) -> None:
    signed_in(CONTROL)
    answer = client.get("/statistics/report.csv?channel=online")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert ["Kỳ báo cáo", "từ 01/11/2026 đến 30/11/2026"] in rows
    assert ["Cách nộp", "Trực tuyến"] in rows
    assert rows[-1][:3] == ["Tổng số", "1", "1"]
    assert "II.06a_20261101-20261130.csv" in answer.headers["Content-Disposition"]


def test_a_workbook_holds_numbers_as_numbers(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any]
) -> None:
    signed_in(CONTROL)
    rows = _workbook(client.get("/statistics/report.xlsx").data)
    assert [cell.value for cell in rows[-1][:3]] == ["Tổng số", 1, 1]


def test_no_name_becomes_a_formula(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any], city: City
) -> None:
    def rename(session: Session) -> None:
        unit = session.get_one(DossierRow, filed_id).competent_unit
        session.get_one(UnitRow, unit).name_vi = '=HYPERLINK("http://evil.example")'

    from uuid import UUID  # noqa: PLC0415

    filed_id = UUID(filed["dossier"]["id"])
    city.do(rename)
    signed_in(CONTROL)
    cell = _workbook(client.get("/statistics/report.xlsx").data)[-2][0]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://evil.example")')
    assert "'=HYPERLINK" in client.get("/statistics/report.csv").text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_calculate_stays_text(app: Flask, start: str) -> None:
    with app.test_request_context():
        answer = spreadsheets.as_csv([[f"{start}1+1", "1=1", -5]], "x.csv")
        rows = list(csv.reader(io.StringIO(b"".join(answer.iter_encoded()).decode("utf-8-sig"), newline="")))
    assert rows == [[f"'{start}1+1", "1=1", "-5"]]


def test_the_dossiers_behind_a_number_are_downloaded_whole(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any]
) -> None:
    signed_in(CONTROL)
    rows = list(csv.reader(io.StringIO(client.get("/statistics/dossiers.csv?cell=received").text.lstrip("\ufeff"))))
    assert rows[0][0] == "Mã hồ sơ"
    assert [row[0] for row in rows[1:]] == [filed["dossier"]["code"]]


def test_whoever_reads_the_dossiers_behind_a_number_chooses_the_columns(
    client: FlaskClient, signed_in: Callable[[str], str], filed: dict[str, Any], city: City
) -> None:
    signed_in(CONTROL)
    applicant = city.dossier(UUID(filed["dossier"]["id"])).applicant_name
    page = get(client, "/statistics/dossiers?period=this_month&by=competent&cell=received")
    assert applicant not in page.text
    choosing = get(client, next(iter(page.hrefs("/lists/behind"))))
    assert "Bộ lọc đã lưu" not in choosing.text
    back = choosing.tree.xpath("string(//input[@name='next']/@value)")
    answer = post(client, "/lists/behind/columns", {"column": ["applicant", "unit", "nonsense"], "next": back})
    assert answer.location == back
    page = get(client, back)
    assert [" ".join(head.text_content().split()) for head in page.tree.xpath("//thead//th")] == [
        "Mã hồ sơ",
        "Người nộp, nội dung",
        "Cơ quan giải quyết",
    ]
    assert applicant in page.text
    rows = list(csv.reader(io.StringIO(client.get("/statistics/dossiers.csv?cell=received").text.lstrip("\ufeff"))))
    assert rows[0] == ["Mã hồ sơ", "Người nộp, nội dung", "Cơ quan giải quyết"]
    assert rows[1][1].startswith(applicant)
    assert post(client, "/lists/behind/filters", {"name": "x", "query": "q=1"}).status_code == 404
    elsewhere = post(client, "/lists/behind/columns", {"column": "box", "next": "https://elsewhere.test/"})
    assert elsewhere.location == "/statistics"


def _workbook(content: bytes) -> list[tuple[Any, ...]]:
    workbook = load_workbook(io.BytesIO(content))
    return list(workbook.active.rows)


def _report_of(units: int) -> Report:
    cells = dict.fromkeys(CELLS, 0)
    lines = [
        Line(f"U{n}", f"Đơn vị {n:03}", "", {**cells, "received": n, "resolved": n, "resolved_overdue": n % 2})
        for n in range(units)
    ]
    total = Line("", "Tổng số", "", {cell: sum(one.cells[cell] for one in lines) for cell in cells})
    asked = Asked(Period(date(2026, 11, 1), date(2026, 11, 30)))
    return Report(asked, datetime(2026, 11, 23, tzinfo=UTC), tuple(lines), total)


def test_of_very_many_rows_those_that_received_most_are_told_and_the_others_together(app: Flask) -> None:
    report = _report_of(60)
    with app.test_request_context():
        *shown, others, total = statistics_view.rows(report, Filters())
        whole = statistics_view.rows(report, Filters(all="1"))
    assert [row.name for row in shown] == [f"Đơn vị {n:03}" for n in range(10, 60)]
    assert (others.name, others.rate, "href" in others.cells) == ("10 dòng khác", "88,9 %", False)
    assert _received(others) == 45
    assert sum(map(_received, (*shown, others))) == _received(total) == 1770
    assert len(whole) == 61


def _received(row: TableRow) -> int:
    return int(row.cells.split("</td>")[0].striptags().split()[0])


def test_a_name_in_the_report_is_no_markup(app: Flask) -> None:
    report = _report_of(1)
    line = replace(report.lines[0], name_vi='<b onclick="x">Đơn vị', key='A"&<')
    line = replace(line, cells={**line.cells, "received": 3})
    with app.test_request_context():
        row, _total = statistics_view.rows(replace(report, lines=(line,)), Filters())
    assert "<b" not in row.cells
    assert "row=A%22%26%3C" in row.cells


# ---- for programs ----------------------------------------------------------------------------------------


def test_programs_get_the_same_figures(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], filed: dict[str, Any]
) -> None:
    told = client.get("/api/v1/statistics?by=channel", headers=bearer(CONTROL)).json
    assert told["total"]["cells"]["received"] == 1
    assert [(line["key"], line["cells"]["received_online"]) for line in told["lines"]] == [("online", 1)]
    assert (told["first"], told["last"], told["by"]) == ("2026-11-01", "2026-11-30", "channel")
    assert len(told["months"]) == 12
    assert told["forecast"]["next_on"] == "2026-11-25"


@pytest.mark.parametrize("query", ["first=2026-11-01", "first=2026-11-02&last=2026-11-01", "by=x", "first=1&last=2"])
def test_programs_are_told_what_they_ask_wrongly(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], query: str
) -> None:
    assert client.get(f"/api/v1/statistics?{query}", headers=bearer(CONTROL)).status_code == 422
