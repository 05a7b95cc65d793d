"""What a refused form does for somebody who cannot see where it turned red; every page's barriers: test_every_page."""

import json
from collections.abc import Callable

import pytest
from persona import Persona
from playwright.sync_api import Page
from town import PROCEDURE

pytestmark = pytest.mark.browser


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
