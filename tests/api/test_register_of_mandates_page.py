"""The register of mandates as a page: procedures and acts in words, and what no longer has ground is marked."""

import tomllib
from collections.abc import Callable

from city import ROOT, City
from flask.testing import FlaskClient
from pages import get

from api import demo_mandates
from engine.runtime.bundle import Bundle

DEMO = tomllib.loads((ROOT / "engine/organisation/demo.toml").read_text(encoding="utf-8"))


def test_mandates_speak_of_procedures_by_title_and_tell_which_have_lost_their_ground(
    client: FlaskClient, city: City, signed_in: Callable[[str], str]
) -> None:
    city.deploy(Bundle.find(ROOT, "investment_project_adjustment"))
    city.do(lambda session: demo_mandates.load(session, city.platform, DEMO))
    signed_in("phuc.leader")
    page = get(client, "/organisation/mandates/")
    rows = {row.split(" ")[0]: row for row in page.rows()}
    assert "phê duyệt (approve) · Điều chỉnh dự án đầu tư" in rows["31/QĐ-KT"]
    assert "văn bản gốc không còn hiệu lực" in rows["31/QĐ-KT"]
    assert "văn bản gốc" not in rows["160/QĐ-UBND"], "it is revoked itself, and says so"
    assert "văn bản gốc" not in rows["215/QĐ-UBND"]
    none = get(client, "/organisation/mandates/?act=nothing")
    assert "/organisation/mandates/" in none.hrefs("/organisation/mandates/")


def test_an_empty_list_of_hand_overs_says_where_to_go_on(
    client: FlaskClient, city: City, signed_in: Callable[[str], str]
) -> None:
    signed_in("lan.reception")
    assert get(client, "/organisation/handovers/").hrefs("/dossiers")
