"""A walk that is filed at another place than the competent body's, over HTTP, by those who work there."""

import httpx
import pytest
from city import ROOT, City
from flask import Flask
from sqlalchemy import select

from api.walks.drive import drive
from api.walks.over_http import Api, HttpDriver
from api.walks.script import read_walk
from api.walks.tokens import TokensFromDatabase
from engine.persistence.tables import DossierRow
from engine.runtime.bundle import Bundle

KEY = "household_business_registration"


@pytest.mark.parametrize(
    ("name", "beside", "places"),
    [
        ("filed_elsewhere", ["platform.acknowledge"], ("TD-P-HB", "TD-TTHCC-01", "TD-P-LX")),
        ("unroutable", ["platform.route"], (None, "TD-P-HB", "TD-P-HB")),
        (
            "not_ours",
            ["platform.acknowledge", "platform.route", "platform.acknowledge"],
            (None, "TD-TTHCC-01", "TD-P-LX"),
        ),
    ],
)
def test_a_dossier_from_elsewhere_goes_its_way_over_http(
    app: Flask, city: City, name: str, beside: list[str], places: tuple[str | None, str, str]
) -> None:
    city.deploy(Bundle.find(ROOT, KEY))
    walk = read_walk(ROOT / "bpmn" / KEY / "walks" / f"{name}.json")
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://site") as client:
        driver = HttpDriver(Api(client), TokensFromDatabase(city.db, city.platform), city.platform.today())
        steps = list(drive(driver, walk))
    assert steps[-1].standing.outcome == "granted"
    assert [step.element_id for step in steps if step.element_id.startswith("platform.")] == beside
    dossier = city.see(lambda session: session.scalars(select(DossierRow)).one())
    assert (dossier.support_unit, dossier.receiving_unit, dossier.competent_unit) == places
