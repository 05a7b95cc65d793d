"""Letters that people download: the applicant's own with the link, the control sheet, the register."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from city import City
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from api.site import EXTENSION
from engine.letters import print_pending
from engine.persistence.tables import DossierRow
from engine.runtime.bundle import Bundle

KEY = "detailed_plan_adjustment"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def plan(city: City) -> dict[str, Any]:
    """A walk of the procedure whose elements ask for letters."""
    city.deploy(Bundle.find(ROOT, KEY))
    return city.walk_file(KEY, "approved")


def _words(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).split())


def _packed(text: str) -> str:
    return "".join(text.split())


def test_whoever_has_just_filed_downloads_a_slip_with_the_link(
    client: FlaskClient, city: City, plan: Mapping[str, Any]
) -> None:
    filed = city.file(KEY, plan["application"])
    answer = client.get(f"/my/{filed.link}/receipt.pdf")
    text = _words(answer)
    assert _packed("PHIẾU XÁC NHẬN ĐÃ NỘP HỒ SƠ") in text
    assert filed.dossier.code in text
    assert _packed(filed.dossier.applicant_name) in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "receipt.pdf" in client.get(f"/my/{filed.link}/receipt").text


def test_after_acceptance_the_same_address_gives_the_receipt_with_its_due_date(
    client: FlaskClient, city: City, plan: Mapping[str, Any]
) -> None:
    filed = city.file(KEY, plan["application"])
    _accept(city, filed.dossier, plan)
    due = city.dossier(filed.dossier.id).due_at
    assert due is not None
    text = _words(client.get(f"/my/{filed.link}/receipt.pdf"))
    assert _packed("GIẤY TIẾP NHẬN HỒ SƠ") in text
    assert f"{due.astimezone(city.platform.zone):%d/%m/%Y}" in text
    assert "17giờ00phút" in text, "the desk closes before the day ends"


def _accept(city: City, dossier: DossierRow, plan: Mapping[str, Any]) -> None:
    (task,) = city.open_tasks(dossier.id)
    city.complete(task, plan["answers"]["reception_check"][0])


def test_the_applicant_reads_the_letters_that_go_to_the_applicant_and_no_other(
    app: Flask, client: FlaskClient, city: City, plan: Mapping[str, Any]
) -> None:
    filed = city.file(KEY, plan["application"])
    _accept(city, filed.dossier, plan)
    print_pending(city.db, city.platform, app.extensions[EXTENSION].store)
    page = client.get(f"/my/{filed.link}/").text
    assert f"Giấy tiếp nhận và hẹn trả kết quả {filed.dossier.code}.pdf" in page


def test_the_dossier_page_says_what_is_being_printed_and_then_lists_it(
    app: Flask, client: FlaskClient, city: City, plan: Mapping[str, Any], signed_in: Callable[[str], str]
) -> None:
    dossier = city.walk(plan, until="assignment")
    signed_in("lan.reception")
    address = f"/dossiers/{dossier.id}"
    assert "Đang in: Giấy tiếp nhận và hẹn trả kết quả" in client.get(address).text
    print_pending(city.db, city.platform, app.extensions[EXTENSION].store)
    after = client.get(address).text
    assert "Đang in:" not in after
    assert f"Giấy tiếp nhận và hẹn trả kết quả {dossier.code}.pdf" in after
    paper = after.split('href="/papers/')[-1].split('"')[0]
    assert _words(client.get(f"/papers/{paper}"))


def test_a_control_sheet_names_who_passed_the_dossier_to_whom(
    client: FlaskClient, city: City, plan: Mapping[str, Any], signed_in: Callable[[str], str]
) -> None:
    dossier = city.walk(plan, until="division_review")
    signed_in("lan.reception")
    text = _words(client.get(f"/dossiers/{dossier.id}/control.pdf"))
    assert dossier.code in text
    assert _packed("Phòng Quy hoạch – Xây dựng") in text
    assert _packed("Phòng Tài nguyên và Môi trường") in text
    assert _packed("phối hợp giải quyết hồ sơ: Phòng Tài nguyên và Môi trường") in text
    assert text.count("Giao:") == 5, "to the division, to three bodies, and back with the last of the three answers"


def test_there_is_no_control_sheet_before_acceptance(
    client: FlaskClient, city: City, plan: Mapping[str, Any], signed_in: Callable[[str], str]
) -> None:
    filed = city.file(KEY, plan["application"])
    signed_in("lan.reception")
    assert client.get(f"/dossiers/{filed.dossier.id}/control.pdf").status_code == 409


def test_the_register_lists_what_the_point_received_in_the_period(
    client: FlaskClient, city: City, plan: Mapping[str, Any], signed_in: Callable[[str], str]
) -> None:
    first = city.walk(plan, until="assignment")
    city.later(days=1)
    second = city.walk(plan, until="assignment")
    signed_in("lan.reception")
    assert 'href="/register"' in client.get("/reception/").text
    both = _words(client.get("/register.pdf?unit=TD-TTHCC&from=2026-11-01&to=2026-11-30"))
    assert first.code in both
    assert second.code in both
    assert _packed(plan["application"]["phone"]) in both
    one = _words(client.get("/register.pdf?unit=TD-TTHCC&from=2026-11-24&to=2026-11-24"))
    assert first.code not in one
    assert second.code in one


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("unit=TD-TTHCC&from=2026-11-30&to=2026-11-01", 422),
        ("unit=TD-TTHCC&from=2025-12-01&to=2026-01-31", 422),
        ("unit=TD-TTHCC&from=hôm qua", 422),
        ("unit=NOWHERE", 404),
        ("unit=TD-KT", 403),
    ],
)
def test_a_register_that_cannot_be_printed_is_refused_with_the_reason(
    client: FlaskClient, signed_in: Callable[[str], str], query: str, status: int
) -> None:
    signed_in("lan.reception")
    assert client.get(f"/register.pdf?{query}").status_code == status
