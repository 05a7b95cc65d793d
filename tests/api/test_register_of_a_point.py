"""The register of a reception point: who reads it, page by page, and numbers that never change."""

import csv
import io
import threading
from collections.abc import Callable

import pytest
from city import City
from flask.testing import FlaskClient
from pages import get
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.pages import point_register
from engine import dossiers as use_cases
from engine.dossiers import Filing
from engine.model import Role
from engine.organisation import people
from engine.persistence import register_numbers
from engine.persistence.tables import DossierRow, RegisterNumberRow

POINT = "TD-TTHCC"
SIMPLE = "certified_copy"
SignIn = Callable[[str], str]


def numbers(city: City) -> list[tuple[str, int, int]]:
    """Point, year and number of every dossier, in the order of filing."""
    rows = select(RegisterNumberRow).join(DossierRow, DossierRow.id == RegisterNumberRow.dossier_id)
    found = city.see(lambda s: s.scalars(rows.order_by(DossierRow.submitted_at, DossierRow.code)).all())
    return [(row.unit_code, row.year, row.number) for row in found]


def file_some(city: City, count: int) -> list[DossierRow]:
    answers = city.walk_file(SIMPLE, "handed_over")["application"]
    return [city.file(SIMPLE, answers).dossier for _ in range(count)]


def unit_of(city: City) -> str:
    return file_some(city, 1)[0].receiving_unit


def test_numbers_run_through_a_year_and_begin_anew_with_the_next(city: City) -> None:
    file_some(city, 2)
    city.later(days=50)  # beyond the new year
    file_some(city, 1)
    unit = numbers(city)[0][0]
    assert numbers(city) == [(unit, 2026, 1), (unit, 2026, 2), (unit, 2027, 1)]


def test_what_was_filed_after_hours_on_the_last_day_stands_in_the_next_book(city: City) -> None:
    city.clock.moment = city.clock.moment.replace(month=12, day=31, hour=20)
    (dossier,) = file_some(city, 1)
    assert dossier.received_at is not None
    received = dossier.received_at.astimezone(city.platform.zone)
    assert numbers(city) == [(dossier.receiving_unit, received.year, 1)]


def test_a_number_of_a_filing_that_fails_is_given_again(city: City) -> None:
    file_some(city, 1)
    with pytest.raises(RuntimeError):
        city.do(lambda s: _file_and_fail(city, s))
    file_some(city, 1)
    assert [number for _unit, _year, number in numbers(city)] == [1, 2]


def _file_and_fail(city: City, session: Session) -> None:
    file_in(city, session)
    raise RuntimeError("something else went wrong")


def file_in(city: City, session: Session) -> None:
    answers = city.with_papers(session, city.walk_file(SIMPLE, "handed_over")["application"], "citizen")
    use_cases.file(session, city.platform, None, Filing(SIMPLE, answers, uploader_key="citizen"))


def test_hands_that_file_at_once_leave_neither_gaps_nor_doubles(city: City) -> None:
    failures: list[Exception] = []

    def work() -> None:
        try:
            file_some(city, 4)
        except Exception as problem:
            failures.append(problem)

    hands = [threading.Thread(target=work) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert failures == []
    assert sorted(number for _unit, _year, number in numbers(city)) == list(range(1, 17))


def test_a_number_is_given_with_as_few_statements_in_a_full_book_as_in_an_empty_one(city: City) -> None:
    def told() -> int:
        count: list[str] = []

        def listen(_c: object, _k: object, statement: str, *_more: object) -> None:
            count.append(statement)

        event.listen(city.db, "before_cursor_execute", listen)
        file_some(city, 1)
        event.remove(city.db, "before_cursor_execute", listen)
        return len([one for one in count if "register_number" in one or "FOR NO KEY UPDATE" in one])

    first = told()
    file_some(city, 5)
    assert told() == first <= 2


def test_dossiers_that_are_taken_over_get_numbers_after_those_that_are_given(city: City) -> None:
    first, second, third = file_some(city, 3)
    city.do(lambda s: s.execute(delete(RegisterNumberRow).where(RegisterNumberRow.dossier_id != first.id)))
    city.do(lambda s: register_numbers.give_to_the_rest(s, city.platform.zone))
    city.do(lambda s: register_numbers.give_to_the_rest(s, city.platform.zone))
    assert [number for _unit, _year, number in numbers(city)] == [1, 2, 3]
    assert {second.receiving_unit, third.receiving_unit} == {numbers(city)[0][0]}


# ---- the page -------------------------------------------------------------------------------------------


def test_an_officer_reads_the_register_of_the_own_point_page_by_page(
    client: FlaskClient, city: City, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(point_register, "PAGE", 2)
    dossiers = file_some(city, 5)
    signed_in(_officer_of(city, dossiers[0].receiving_unit))
    page = get(client, "/register")
    assert "Số 1 đến số 5 của năm 2026" in page.text
    seen: list[str] = []
    while True:
        seen += page.rows()
        following = page.hrefs("after=")
        if not following:
            break
        page = get(client, following[-1])
    assert [row.split()[0] for row in seen] == ["1", "2", "3", "4", "5"]
    assert all(one.code in row for one, row in zip(dossiers, seen, strict=True))
    assert page.hrefs("/register.pdf")
    assert page.hrefs("/register.csv")


def _officer_of(city: City, unit: str) -> str:
    found = city.see(lambda s: people.holders(s, Role.RECEPTION_OFFICER, unit, city.platform.today()))
    return str(found[0].username)


def test_the_file_for_a_spreadsheet_has_every_line_of_the_days(
    client: FlaskClient, city: City, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(point_register, "_AT_ONCE", 2)
    dossiers = file_some(city, 3)
    city.later(days=2)
    file_some(city, 1)
    unit = dossiers[0].receiving_unit
    signed_in(_officer_of(city, unit))
    answer = client.get(f"/register.csv?unit={unit}&from=2026-11-23&to=2026-11-23")
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert lines[0][:2] == ["Số thứ tự", "Mã hồ sơ"]
    assert [line[:2] for line in lines[1:]] == [[str(n), one.code] for n, one in enumerate(dossiers, 1)]


def test_a_controller_reads_every_register_and_others_none(client: FlaskClient, city: City, signed_in: SignIn) -> None:
    unit = unit_of(city)
    signed_in("ha.control")
    page = get(client, f"/register?unit={unit}")
    assert len(page.rows()) == 1
    assert len(page.tree.xpath("//select[@id='unit']/option")) > 1
    signed_in("minh.case")
    for path in (f"/register?unit={unit}", f"/register.csv?unit={unit}", f"/register.pdf?unit={unit}"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-30&to=2026-11-01", "trong cùng một năm"),
        ("from=2025-12-01&to=2026-01-31", "trong cùng một năm"),
        ("from=hôm qua&to=2026-11-01", "Ngày phải có dạng"),
    ],
)
def test_days_that_make_no_sense_are_told_in_place(
    client: FlaskClient, city: City, signed_in: SignIn, query: str, said: str
) -> None:
    signed_in(_officer_of(city, unit_of(city)))
    page = get(client, f"/register?{query}")
    assert said in " ".join(page.errors().values())
    assert page.has("from")


def test_the_same_number_cannot_be_given_twice(city: City) -> None:
    _first, second = file_some(city, 2)
    again = update(RegisterNumberRow).where(RegisterNumberRow.dossier_id == second.id).values(number=1)
    with pytest.raises(IntegrityError):
        city.do(lambda s: s.execute(again))
