"""Page, API and command line tell one and the same explanation of a due date."""

import json
from datetime import datetime

import pytest
from city import ROOT, City
from click.testing import CliRunner
from flask.testing import FlaskClient
from pages import get, relink
from sqlalchemy import Engine

from api.cli import main
from engine.clock import SystemClock
from engine.runtime.bundle import Bundle

KEY = "detailed_plan_adjustment"
NOW = datetime.fromisoformat("2026-11-27T10:00:00+07:00")


class FridayMorning(SystemClock):
    """The machine's clock, for the command."""

    def now(self) -> datetime:
        """Four days after the reception."""
        return NOW


def test_page_api_and_command_tell_the_same_days_and_reasons(
    client: FlaskClient, city: City, db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.deploy(Bundle.find(ROOT, KEY))
    dossier = city.walk(city.walk_file(KEY, "supplemented"), until="at_examination.submit_supplement")
    city.clock.moment = NOW
    link = relink(city, dossier.id)
    monkeypatch.setattr("api.cli.setup.SystemClock", FridayMorning)

    page = get(client, f"/my/{link}/")
    api = client.get(f"/api/v1/dossiers/{dossier.id}/clock", headers={"Motcua-Link": link}).json
    environment = {"MOTCUA_DATABASE_URL": db.url.render_as_string(hide_password=False)}
    command = CliRunner(env=environment).invoke(main, ["deadline", "explain", "--dossier", dossier.code, "--json"])
    told = json.loads(command.output)

    assert told["days"] == api["days"]
    assert (told["summary_vi"], told["summary_en"]) == (api["summary_vi"], api["summary_en"])
    assert told["calendar"] == api["calendar"]
    assert told["summary_vi"] in page.text
    shown = page.tree.xpath("//table[caption[contains(., 'Từng ngày')]]")[0].text_content()
    for day in api["days"]:
        assert day["reason_vi"] in shown
    assert {share["step"]: share["used"] for share in api["consumption"]}["at_examination.submit_supplement"] == 0
