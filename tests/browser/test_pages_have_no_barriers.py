"""Every page of every persona: nothing that axe objects to (WCAG 2.2 A and AA), and all of it at 320 pixels."""

import hashlib
import json
from collections.abc import Callable

import pytest
from city import City
from persona import Persona
from playwright.sync_api import Page
from sqlalchemy.orm import Session
from town import PROCEDURE, Town

from engine.deadlines.calendar import vietnam
from engine.persistence import tasks
from engine.persistence.database import make_engine
from engine.persistence.tables import DossierRow
from engine.platform import Platform

pytestmark = pytest.mark.browser

LINK = "the-link-of-this-test"
EVERYBODY = (
    "/",
    "/?q=quy hoach",
    "/?q=khong co gi",
    f"/procedures/{PROCEDURE}",
    f"/procedures/{PROCEDURE}/file",
    "/follow",
    "/follow?code=nothing",
    "/sign-in",
    "/no-such-page",
    f"/my/{LINK}/",
    f"/my/{LINK}/receipt",
    f"/my/{LINK}/tasks/{{task}}",
)
OFFICERS = {
    "lan.reception": ("/reception/", f"/reception/{PROCEDURE}", "/inbox", "/inbox?box=queue", "/dossiers"),
    "minh.case": ("/dossiers/{dossier}", "/tasks/{done}", "/dossiers?q=nothing at all"),
    "ha.control": ("/dossiers/{dossier}/history", "/design/"),
    "tam.operator": ("/incidents", "/dossiers/{dossier}"),
    "dung.designer": ("/design/", f"/design/{PROCEDURE}/1"),
}


@pytest.fixture
def places(town: Town) -> dict[str, str]:
    """A dossier that waits for a supplement: its id, the applicant's open task and a task that is done."""
    db = make_engine(f"sqlite:///{town.database}")
    city = City(db, town.clock, Platform(town.clock, vietnam()))
    dossier = city.walk(city.walk_file(PROCEDURE, "supplemented"), until="at_examination.submit_supplement")

    def relink(session: Session) -> None:
        session.get_one(DossierRow, dossier.id).link_digest = hashlib.sha256(LINK.encode()).hexdigest()

    city.do(relink)
    waiting = city.open_tasks(dossier.id)[0]
    done = city.see(lambda session: _done(session, dossier))
    db.dispose()
    return {"dossier": str(dossier.id), "task": str(waiting.id), "done": done}


def _done(session: Session, dossier: DossierRow) -> str:
    return next(str(one.id) for one in tasks.of_dossier(session, dossier.id) if one.element_id == "examination")


def look(person: Persona, path: str, barriers: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with a page in a wide and in a narrow window."""
    page = person.page
    page.set_viewport_size({"width": 1280, "height": 900})
    person.go(path)
    page.wait_for_load_state("networkidle")
    wrong = [f"{path}: {one}" for one in barriers(page)]
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 320:
        wrong.append(f"{path}: {width} pixels wide in a window of 320")
    if page.locator("h1").count() != 1:
        wrong.append(f"{path}: {page.locator('h1').count()} main headings")
    return wrong


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_everybody_may_open_has_no_barriers(
    enter: Callable[..., Persona], places: dict[str, str], barriers: Callable[[Page], list[str]], lang: str
) -> None:
    person = enter()
    person.go(f"/language?lang={lang}&next=/")
    found = [one for path in EVERYBODY for one in look(person, path.format_map(places), barriers)]
    assert found == []


@pytest.mark.parametrize("username", OFFICERS)
def test_what_officers_open_has_no_barriers(
    enter: Callable[..., Persona], places: dict[str, str], barriers: Callable[[Page], list[str]], username: str
) -> None:
    person = enter(username)
    found = [one for path in OFFICERS[username] for one in look(person, path.format_map(places), barriers)]
    assert found == []


def test_a_refused_form_leads_to_each_mistake(
    enter: Callable[..., Persona], barriers: Callable[[Page], list[str]]
) -> None:
    person = enter()
    person.go(f"/procedures/{PROCEDURE}/file")
    person.press("Tiếp tục")
    assert person.page.title().startswith("Lỗi:")
    assert person.page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    links = person.page.locator(".govuk-error-summary__list a")
    assert links.count() > 3
    targets = json.loads(person.page.evaluate("JSON.stringify([...document.links].map(a => a.getAttribute('href')))"))
    dangling = [one for one in targets if one.startswith("#") and len(one) > 1 and not person.page.locator(one).count()]
    assert dangling == []
    links.first.click()
    assert person.page.evaluate("document.activeElement.name") == "applicant_kind"
    assert barriers(person.page) == []
