"""A procedure changes or lapses while somebody fills in its form: nothing typed is lost, and there is a way on."""

from typing import Any

import pytest
from city import ROOT, City
from flask.testing import FlaskClient
from pages import PageRead, get, post, posted
from sqlalchemy import select, update

from engine import procedures
from engine.errors import NotFoundError, ProcedureLapsedError
from engine.persistence.tables import DossierRow, ProcedureRow, ProcedureVersionRow
from engine.runtime.bundle import Bundle

KEY = "certified_copy"
ADDRESS = f"/procedures/{KEY}/file"


@pytest.fixture
def typed(city: City) -> dict[str, Any]:
    """The application as typed."""
    return posted(city.walk_file(KEY, "handed_over")["application"], _action="complete")


def renew(city: City) -> None:
    """The procedure gets a new version."""
    files = dict(Bundle.find(ROOT, KEY).files)
    files["procedure.toml"] += b"\n# a new version\n"
    city.deploy(Bundle(files))


def lapse(city: City) -> None:
    """The last version of the procedure ends with yesterday."""
    day = city.platform.day_of(city.clock.moment).replace(day=22)
    city.do(lambda s: s.execute(update(ProcedureVersionRow).values(valid_to=day)))


def filed(city: City) -> int:
    return len(city.see(lambda s: list(s.scalars(select(DossierRow.id)))))


def test_a_new_version_shows_the_form_again_with_what_was_typed(
    client: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    opened = get(client, ADDRESS)
    sent = {**typed, "version": opened.value("version"), "attempt": opened.value("attempt")}
    renew(city)
    answer = post(client, ADDRESS, sent)
    page = PageRead(answer)
    assert answer.status_code == 422
    assert "phiên bản mới" in " ".join(page.errors().values())
    assert page.value("applicant_name") == typed["applicant_name"]
    assert page.value("version") not in ("", sent["version"])
    assert filed(city) == 0
    assert post(client, ADDRESS, {**sent, "version": page.value("version")}).status_code == 303
    assert filed(city) == 1


def test_what_was_typed_stands_on_the_page_when_the_procedure_has_lapsed(
    client: FlaskClient, city: City, typed: dict[str, Any]
) -> None:
    opened = get(client, ADDRESS)
    city.deploy(Bundle.find(ROOT, "house_building_permit"))
    lapse(city)
    answer = post(client, ADDRESS, {**typed, "version": opened.value("version")})
    page = PageRead(answer)
    assert answer.status_code == 404
    assert page.heading == "Thủ tục không còn được áp dụng"
    assert "chỉ áp dụng đến 22/11/2026" in page.text
    assert typed["applicant_name"] in page.text
    assert page.hrefs("/")
    assert filed(city) == 0


def test_a_retired_procedure_says_so_to_people_and_to_programs(client: FlaskClient, city: City) -> None:
    city.do(lambda s: s.execute(update(ProcedureRow).values(retired_at=city.clock.now())))
    assert "chỉ áp dụng đến 23/11/2026" in get(client, f"/procedures/{KEY}", 404).text
    answer = client.post("/api/v1/dossiers", json={"procedure_key": KEY, "answers": {}})
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (404, "procedure-lapsed")


def test_a_procedure_that_begins_later_has_not_lapsed(city: City) -> None:
    begins = city.platform.today().replace(year=2027)
    city.do(lambda s: s.execute(update(ProcedureVersionRow).values(valid_from=begins)))
    with pytest.raises(NotFoundError) as refused:
        city.see(lambda s: procedures.governing_version(s, KEY, city.platform.today()))
    assert not isinstance(refused.value, ProcedureLapsedError)
    with pytest.raises(NotFoundError, match="found none"):
        city.see(lambda s: procedures.governing_version(s, "no_such", city.platform.today()))
