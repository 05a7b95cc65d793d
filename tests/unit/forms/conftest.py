"""Forms to try things on, a fixed moment, uploaded documents, and the page as a browser would read it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import form_pages
import pytest

from forms.answers import AnswerContext, DocumentRef
from forms.definition import FormDefinition
from forms.view import FormView

DATA = Path(__file__).parent / "data"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DOCUMENTS = {
    "doc-pdf": DocumentRef("doc-pdf", "so-do.pdf", "application/pdf", 1_000_000),
    "doc-photo": DocumentRef("doc-photo", "nha.jpg", "image/jpeg", 3_000_000),
    "doc-exe": DocumentRef("doc-exe", "so-do.exe", "application/x-dosexec", 10),
    "doc-huge": DocumentRef("doc-huge", "ban-ve.pdf", "application/pdf", 30_000_000),
}
DOSSIER: dict[str, object] = {
    "application": {
        "applicant_name": "Lê Thị Hoa",
        "plots": [{"number": "12", "area": "250.5"}, {"number": "13", "area": 90}],
        "drawings": ["doc-pdf", "somebody-elses"],
    },
    "wards": [{"value": "TD", "label": "Thủ Đức", "label:en": "Thu Duc"}, {"value": "LX", "label": "Long Xuân"}],
}


def read_form(name: str) -> FormDefinition:
    return FormDefinition.parse((DATA / f"{name}.form.json").read_bytes(), f"{name}.form.json")


@pytest.fixture(scope="session")
def household() -> FormDefinition:
    return read_form("household_business")


@pytest.fixture(scope="session")
def every() -> FormDefinition:
    return read_form("every_component")


@pytest.fixture(scope="session")
def context() -> AnswerContext:
    """Monday 23 November 2026, 09:00 in Thủ Đức."""
    now = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
    return AnswerContext(now=now, data=DOSSIER, documents=DOCUMENTS.get, zone=ZONE)


@pytest.fixture
def answers() -> dict[str, Any]:
    """A complete household business."""
    return {
        "business_name": "Phở Hà",
        "owner": {
            "full_name": "Trần Văn Hà",
            "born_on": "1990-02-28",
            "phone": "0901 234 567",
            "email": "ha@example.vn",
            "identity_number": "079090001234",
        },
        "founder": "person",
        "capital": 50_000_000,
        "area": "42.5",
        "lines_of_business": ["5610"],
        "starts_on": "2026-12-01",
        "papers": ["doc-pdf"],
        "promise": True,
    }


Make = Callable[..., FormDefinition]


@pytest.fixture(scope="session")
def make() -> Make:
    """A form of the given components, written as keywords of form-js."""

    def build(*components: dict[str, object]) -> FormDefinition:
        return FormDefinition.parse(source_of(*components))

    return build


def source_of(*components: dict[str, object]) -> bytes:
    """A form's JSON with ids and labels filled in."""
    filled = [{"id": f"c{number}", **labelled(item)} for number, item in enumerate(components)]
    return json.dumps({"type": "default", "id": "made", "schemaVersion": 19, "components": filled}).encode()


@pytest.fixture(scope="session")
def source() -> Callable[..., bytes]:
    return source_of


def labelled(item: dict[str, object]) -> dict[str, object]:
    inner = item.get("components")
    return {
        "label": "Câu hỏi",
        **item,
        **({"components": [labelled(one) for one in inner]} if isinstance(inner, list) else {}),
    }


@pytest.fixture(scope="session")
def page() -> Callable[[FormView], Any]:
    """The rendered form as a tree."""
    return form_pages.rendered


@pytest.fixture(scope="session")
def pressed() -> Callable[..., list[tuple[str, str]]]:
    """What a browser without JavaScript posts when a button is pressed."""
    return form_pages.pressed
