"""Reading pages in tests: what a person would see and could send."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from city import City
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engine.persistence.tables import DossierRow


class PageRead:
    """A page as parsed."""

    def __init__(self, answer: TestResponse) -> None:
        self.answer = answer
        self.tree = html.fromstring(answer.get_data(as_text=True))

    @property
    def text(self) -> str:
        """Everything that is written in the main part, with single spaces."""
        return " ".join(self.tree.xpath("string(//main)").split())

    @property
    def heading(self) -> str:
        """The page's heading."""
        return " ".join(self.tree.xpath("string(//h1)").split())

    @property
    def title(self) -> str:
        """The title in the browser's window."""
        return " ".join(self.tree.xpath("string(//title)").split())

    def errors(self) -> dict[str, str]:
        """The error summary: where each line leads, and what it says."""
        lines = self.tree.xpath("//*[contains(@class, 'govuk-error-summary__list')]/li")
        return {line.xpath("string(.//a/@href)"): " ".join(line.text_content().split()) for line in lines}

    def rows(self, table: int = 0) -> list[str]:
        """The rows of a table's body as text."""
        return [" ".join(row.text_content().split()) for row in self.tree.xpath("//table")[table].xpath("tbody/tr")]

    def hrefs(self, containing: str = "") -> list[str]:
        """Where the links of the main part lead."""
        return [href for href in self.tree.xpath("//main//a/@href") if containing in href]

    def value(self, name: str) -> str:
        """What stands in a field."""
        found = self.tree.xpath(f"//*[@name='{name}']")
        if not found:
            raise AssertionError(f"no field {name!r}; there are {sorted(set(self.tree.xpath('//@name')))}")
        return str(found[0].text if found[0].tag == "textarea" else found[0].get("value") or "").strip()

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return bool(self.tree.xpath(f"//*[@name='{name}']"))


def get(client: FlaskClient, path: str, status: int = 200) -> PageRead:
    """Open a page and read it, wherever its address leads on to."""
    answer = client.get(path, follow_redirects=status == 200)
    assert answer.status_code == status, (path, answer.status_code, PageRead(answer).text)
    return PageRead(answer)


def post(client: FlaskClient, path: str, data: Mapping[str, Any]) -> TestResponse:
    """Send a form with the token of a page of the site."""
    page = client.get("/follow").get_data(as_text=True)
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token
    return client.post(path, data={"csrf_token": token[1], **data})


def posted(answers: Mapping[str, Any], **more: str) -> dict[str, Any]:
    """Flat answers as a browser would send them."""
    fields = {name: "true" if value is True else str(value) for name, value in answers.items() if value is not False}
    return {**fields, **more}


def relink(city: City, dossier_id: UUID) -> str:
    """A link that opens the dossier, in place of the one that was told only once."""
    link = f"link-of-{dossier_id}"

    def change(session: Session) -> None:
        session.get_one(DossierRow, dossier_id).link_digest = hashlib.sha256(link.encode()).hexdigest()

    city.do(change)
    return link
