"""A result is handed over against a slip: who took it, as what, by which paper; kept with the dossier."""

from typing import Any

import pytest
from city import City
from sqlalchemy import Engine, select

from engine.clock import FixedClock
from engine.persistence.tables import DossierRow, LetterRow
from forms.answers import InvalidAnswers
from forms.letter_data import LetterKind
from forms.letter_reading import read_letter

KEY = "house_building_permit"
AT_DESK = {"method": "desk", "recipient": "Trần Thị Ba"}
PROXY = {"relation": "proxy", "authorisation": "12/GUQ ngày 20/11/2026"}


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """A city in which houses are built."""
    return City.found(db, fixed_clock, KEY)


@pytest.fixture
def waiting(city: City) -> DossierRow:
    """A dossier whose result lies at the desk."""
    return city.walk(city.walk_file(KEY, "granted"), until="hand_over")


def hand_over(city: City, dossier: DossierRow, **answers: Any) -> dict[str, Any]:
    (task,) = [task for task in city.open_tasks(dossier.id) if task.element_id == "hand_over"]
    city.complete(task, {**AT_DESK, **answers})
    slips = select(LetterRow).where(LetterRow.dossier_id == dossier.id, LetterRow.key == LetterKind.HANDOVER)
    rows = city.see(lambda s: list(s.scalars(slips.order_by(LetterRow.requested_at, LetterRow.id))))
    read_letter(LetterKind.HANDOVER, rows[-1].data)
    assert len(rows) == 2  # from the body to the desk, from the desk to the applicant
    assert not rows[-1].last_error
    return rows[-1].data


def test_the_slip_names_who_took_the_result_as_what_and_by_which_paper(city: City, waiting: DossierRow) -> None:
    number = "079088001234"
    slip = hand_over(city, waiting, **PROXY, identity_paper="cccd", recipient_identity_number=number)
    said = "Trần Thị Ba, người được ủy quyền, 12/GUQ ngày 20/11/2026, căn cước 079088001234"
    assert slip["receiving_unit"] == said
    assert slip["taker"]["name"] == "Trần Thị Ba"
    assert slip["giver"]["name"] == "Ngô Anh Tuấn"
    assert slip["entries"][0]["result"].startswith("Văn bản số ")
    assert city.dossier(waiting.id).outcome == "granted"


def test_a_foreigner_shows_a_passport(city: City, waiting: DossierRow) -> None:
    slip = hand_over(city, waiting, identity_paper="passport", passport_number="C1234567")
    assert slip["receiving_unit"] == "Trần Thị Ba, hộ chiếu C1234567"


def test_a_result_by_post_goes_against_the_number_of_the_item(city: City, waiting: DossierRow) -> None:
    slip = hand_over(city, waiting, method="post", postal_number="RM123456789VN")
    assert slip["receiving_unit"].endswith("RM123456789VN")
    assert slip["entries"][0]["by_post"] is True


@pytest.mark.parametrize(
    "answers",
    [
        {"relation": "proxy", "recipient_identity_number": "079088001234"},  # by which instrument?
        {"identity_paper": "passport", "passport_number": "x"},
        {"identity_paper": "cccd", "recipient_identity_number": "123"},
        {"recipient": "", "recipient_identity_number": "079088001234"},
    ],
)
def test_without_proof_of_who_it_is_nothing_is_handed_over(
    city: City, waiting: DossierRow, answers: dict[str, str]
) -> None:
    with pytest.raises(InvalidAnswers):
        hand_over(city, waiting, **answers)
